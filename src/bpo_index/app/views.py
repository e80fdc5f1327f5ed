"""What the page shows: values for the template, made from the workspace."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from bpo_index.app.workspace import TRIAL_KEYS, Trial, Workspace
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import show_count, show_percent
from bpo_index.display.words import start_sentence
from bpo_index.drafting.arrangement import read_arrangement
from bpo_index.drafting.drafted import Draft
from bpo_index.drafting.questions import Question
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.session import FirstRanking
from bpo_index.drafting.units import list_examples
from bpo_index.errors import BpoIndexError
from bpo_index.scoring.methods.registry import list_methods
from bpo_index.validation.reasons import describe_reason
from bpo_index.version import __version__

_PAGES = Path(__file__).parent / "pages"
#: Rows and columns of the file that are shown.
_ROWS, _COLUMNS = 5, 40


@cache
def _load_template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(_PAGES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html")


def render_page(
    workspace: Workspace,
    token: str,
    *,
    problem: str = "",
    trial: tuple[dict[str, str], dict[str, float]] | None = None,
) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    workspace
        The files and answers.
    token
        The beginning of addresses.
    problem
        What could not be done, for the head of the page.
    trial
        Another method and other weights to compare with.
    """
    with workspace.lock:
        values: dict[str, Any] = {
            "base": f"/{token}",
            "version": __version__,
            "problem": problem or workspace.problem,
            "files": [path.name for path in workspace.files],
            "draft": None,
            "job": workspace.job,
        }
        if workspace.table is not None:
            values |= _show_draft(workspace, trial)
    return _load_template().render(values)


def _show_draft(workspace: Workspace, trial: tuple[dict[str, str], dict[str, float]] | None) -> dict[str, Any]:
    drafted, table = workspace.drafted, workspace.table
    assert table is not None
    draft = drafted.draft
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
        "questions": [_show_question(one, draft) for one in draft.questions],
        "found": list(_list_found(draft)),
        "remarks": draft.remarks,
        "arranged": None,
        "ranking": None,
        "trial": None,
        "refusal": "",
        "methods": {},
        "weights": [],
        "chosen": {},
    }
    if draft.categories:
        values["arranged"] = _show_arranged(drafted.text, draft)
    if drafted.left_to_do:
        values["refusal"] = "Some things are left to do: answer the questions above."
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
    tried: Trial | None = None
    if trial is not None:
        try:
            tried = workspace.try_out(*trial)
        except BpoIndexError as error:
            values["problem_of_trial"] = str(error)
    values["ranking"] = _show_ranking(ranking, definition.unit_names, tried)
    values["trial"] = tried and tried.departs
    values["methods"] = {key: list(list_methods()[key]) for key in TRIAL_KEYS}
    values["chosen"] = {
        key: (trial[0].get(key) if trial else None) or getattr(definition.method, key) for key in TRIAL_KEYS
    }
    values["weights"] = [
        (category.id, category.title, (trial[1].get(category.id, category.weight) if trial else category.weight))
        for category in definition.categories
    ]
    return values


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
    names = {
        "respondent": "Respondent",
        "design_weight": "Weight",
        "company": "Company",
        "started_at": "Started",
        "finished_at": "Ended",
        "finished": "Reached the end",
        "duration": "Seconds",
        "status": "Kind of row",
        "data_origin": "Origin of the data",
    }
    found += [
        (names.get(key, key), str(one.value), one.evidence) for key, one in draft.columns.items() if key != "unit"
    ]
    return found


def _show_arranged(text: str, draft: Draft) -> dict[str, Any]:
    arrangement = read_arrangement(text)
    texts = {one.id: one.text for category in draft.categories for one in category.questions}
    spare = len(arrangement.categories)
    return {
        "categories": [(n, one.title, f"{one.weight:g}") for n, one in enumerate(arrangement.categories)],
        "spare": spare,
        "questions": [
            {
                "id": one,
                "text": texts.get(one, one),
                "category": n,
                "place": place,
                "reverse": arrangement.reverse.get(one, False),
            }
            for n, category in enumerate(arrangement.categories)
            for place, one in enumerate(category.questions, start=1)
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
