"""What the page shows: values for the template, made from the workspace."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from bpo_index.app.corrections import NAMES, list_missing, show_corrections
from bpo_index.app.forms import LEFT_OUT
from bpo_index.app.trials import list_offered
from bpo_index.app.workspace import TRIAL_KEYS, Trial, Workspace
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import show_count, show_percent
from bpo_index.display.words import start_sentence
from bpo_index.drafting.arrangement import read_arrangement
from bpo_index.drafting.by_hand import list_corrected
from bpo_index.drafting.drafted import Draft
from bpo_index.drafting.questions import Question
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.session import FirstRanking
from bpo_index.drafting.units import list_examples
from bpo_index.errors import BpoIndexError, DefinitionError
from bpo_index.validation.reasons import describe_reason
from bpo_index.version import __version__

_PAGES = Path(__file__).parent / "pages"
#: Rows and columns of the file that are shown.
_ROWS, _COLUMNS = 5, 40
#: "method.weighting (line 1): " before what is wrong with a trial.
_PLACE = re.compile(r"method\.(?P<key>\w+)[^:]*: ")


@dataclass(frozen=True)
class Said:
    """What a form said that is in no definition: a trial, and what could not be taken."""

    problem: str = ""
    """What could not be done at all."""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Name of a field to what is wrong with it."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What was in the fields."""
    trial: tuple[dict[str, str], dict[str, float]] | None = None
    """Another method and other weights to compare with."""


@cache
def _load_template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_PAGES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")


def render_page(workspace: Workspace, token: str, said: Said | None = None) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    workspace
        The files and answers.
    token
        The beginning of addresses.
    said
        What the last form said that is in no definition.
    """
    said = said or Said()
    with workspace.lock:
        values: dict[str, Any] = {
            "base": f"/{token}",
            "version": __version__,
            "problem": said.problem or workspace.problem,
            "problems": said.problems,
            "raw": defaultdict(str, {name: said.fields.get(name, "") for name in said.problems}),
            "files": [path.name for path in workspace.files],
            "draft": None,
            "job": workspace.job,
        }
        if workspace.table is not None:
            values |= _show_draft(workspace, said)
    return _load_template().render(values)


def _show_draft(workspace: Workspace, said: Said) -> dict[str, Any]:
    drafted, table = workspace.drafted, workspace.table
    assert table is not None
    draft = drafted.draft
    corrected = list_corrected(workspace.answers)
    values: dict[str, Any] = {
        "draft": draft,
        "title": str(draft.title.value),
        "rows": show_count(table.rows),
        "form": table.grid.form,
        "headings": [show_text(column.name, 40) or "–" for column in table.columns[:_COLUMNS]],
        "more": max(len(table.columns) - _COLUMNS, 0),
        "cells": [
            [show_text(column.cells[n] or "", 40) for column in table.columns[:_COLUMNS]]
            for n in range(min(_ROWS, table.rows))
        ],
        "questions": [_show_question(one, draft) for one in draft.questions if one.key not in corrected],
        "found": list(_list_found(draft)),
        "fix": show_corrections(draft, workspace.answers),
        "missing": list_missing(drafted.places_left),
        "units": [(one.code, one.name, show_count(one.rows), one.code not in workspace.left_out_units)
                  for one in draft.units],
        "remarks": draft.remarks,
        "arranged": _show_arranged(workspace) if draft.categories else None,
        "ranking": None,
        "trial": None,
        "refusal": "",
        "is_old": workspace.is_report_old,
    }  # fmt: skip
    if (
        not values["missing"]
        and values["arranged"]
        and all(one["category"] == LEFT_OUT for one in values["arranged"]["questions"])
    ):
        first = values["arranged"]["questions"][0]["id"]
        values["missing"] = [("All questions are left out: give one a category.", f"k-{first}")]
    if values["missing"]:
        return values
    try:
        ranking = workspace.ranking
        definition = drafted.load()
    except BpoIndexError as error:
        values["refusal"] = str(error)
        return values
    values["audit"] = _show_audit(ranking, definition.words)
    values["refusal"] = ranking.refusal or ""
    values["words"] = {
        "unit": start_sentence(definition.words.unit),
        "respondents": start_sentence(definition.words.respondents),
    }
    if ranking.scores is None:
        return values
    tried, of_trial = _try_out(workspace, said)
    values["problems"] = {**said.problems, **of_trial}
    values["ranking"] = _show_ranking(ranking, definition.unit_names, tried)
    values["trial"] = tried and tried.departs
    values["methods"] = list_offered(definition)
    values["chosen"] = dict.fromkeys(TRIAL_KEYS, "") | (said.trial[0] if said.trial else {})
    values["weights"] = [
        (category.id, category.title, f"{category.weight:g}", said.fields.get(f"trial.weight.{category.id}", ""))
        for category in definition.categories
    ]
    return values


def _try_out(workspace: Workspace, said: Said) -> tuple[Trial | None, dict[str, str]]:
    """Return the trial, and what is wrong with it by field."""
    if said.trial is None:
        return None, {}
    try:
        return workspace.try_out(*said.trial), {}
    except DefinitionError as error:
        problems = {}
        for line in error.problems:
            found = _PLACE.match(line)
            key = found["key"] if found and found["key"] in TRIAL_KEYS else TRIAL_KEYS[0]
            problems[f"trial.{key}"] = start_sentence(line[found.end() :] if found else line) + "."
        return None, problems
    except BpoIndexError as error:
        return None, {f"trial.{TRIAL_KEYS[0]}": str(error)}


def _show_question(question: Question, draft: Draft) -> dict[str, Any]:
    value = draft.answers.get(question.key, question.proposal)
    chosen = value.split() if question.takes_several else [value]
    return {
        "key": question.key,
        "text": question.text,
        "evidence": question.evidence,
        "value": value,
        "is_answered": question.key in draft.answers,
        "kind": "text" if not question.options else "checkbox" if question.takes_several else "radio",
        "options": [(one.value, one.label, one.value in chosen) for one in question.options],
    }


def _list_found(draft: Draft) -> list[tuple[str, str, str]]:
    found = []
    words = draft.words[1] if draft.words else "units"
    if draft.units:
        found.append(
            (
                "What is ranked",
                f"{len(draft.units)} {words}: {list_examples(draft.units)}",
                str(draft.columns["unit"].evidence),
            )
        )
    scale = draft.scale.value
    if isinstance(scale, ScaleFound) and not draft.scale.is_todo:
        ends = f"{scale.minimum:g} to {scale.maximum:g}"
        if scale.labels:
            ends = f"{scale.minimum:g} ({scale.labels[0][0]}) to {scale.maximum:g} ({scale.labels[-1][0]})"
        found.append(("Scale", ends, draft.scale.evidence))
    if draft.no_answers:
        found.append(("No answer", ", ".join(draft.no_answers), ""))
    found += [
        (NAMES.get(key, key), str(one.value), one.evidence) for key, one in draft.columns.items() if key != "unit"
    ]
    return found


def _show_arranged(workspace: Workspace) -> dict[str, Any]:
    """Return categories and questions; these in the order of the file, so that a row stays where it is."""
    arrangement = workspace.arrangement or read_arrangement(workspace.drafted.text)
    place_of = {
        one: (str(n), place)
        for n, category in enumerate(arrangement.categories)
        for place, one in enumerate(category.questions, start=1)
    }
    return {
        "categories": [(n, one.title, f"{one.weight:g}") for n, one in enumerate(arrangement.categories)],
        "spare": len(arrangement.categories),
        "out": LEFT_OUT,
        "questions": [
            {
                "id": one,
                "text": text,
                "category": place_of.get(one, (LEFT_OUT, ""))[0],
                "place": place_of.get(one, (LEFT_OUT, ""))[1],
                "reverse": arrangement.reverse.get(one, False),
            }
            for one, text in workspace.drafted.texts.items()
        ],
    }


def _show_audit(ranking: FirstRanking, words: Any) -> dict[str, Any]:
    audit = ranking.audit
    return {
        "read": show_count(audit.rows_read),
        "used": show_count(audit.rows_accepted),
        "left": show_count(audit.rows_read - audit.rows_accepted),
        "reasons": [(show_count(count), describe_reason(code, words)) for code, count in audit.reasons.items()],
        "notes": list(audit.notes),
        "decisions": ranking.decisions,
    }


def _show_ranking(ranking: FirstRanking, names: dict[str, str], tried: Trial | None) -> list[dict[str, str]]:
    assert ranking.scores is not None
    other = {}
    if tried is not None and tried.ranking.scores is not None:
        other = {row["unit"]: row for row in tried.ranking.scores.units.iter_rows(named=True)}
    shown = ranking.scores.units.sort("rank", "unit", nulls_last=True)
    return [
        {
            "rank": _show_rank(row["rank"]),
            "name": names[row["unit"]],
            "score": _show_score(row),
            "width": "0" if row["score"] is None else f"{min(max(row['score'], 0.0), 100.0):.1f}",
            "respondents": show_count(row["respondents"]),
            "other_rank": _show_rank(other[row["unit"]]["rank"]) if other else "",
            "other_score": _show_score(other[row["unit"]]) if other else "",
        }
        for row in shown.iter_rows(named=True)
    ]


def _show_rank(rank: int | None) -> str:
    return "–" if rank is None else show_count(rank)


def _show_score(row: dict[str, Any]) -> str:
    if row["score"] is None:
        return "too few answers"
    bound = f"{row['score_bound']} " if row["score_bound"] else ""
    return f"{bound}{show_percent(row['score'] / 100, decimals=1)}"
