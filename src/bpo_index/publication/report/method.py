"""Method, limits and questionnaire: what was done, in formulas and sentences, from the definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import NOTHING, list_names, show_count, show_number, show_point
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.published_structure import read_structure
from bpo_index.publication.report.categories import Names
from bpo_index.publication.report.trust import list_main_limits
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import explain_lost_replicates
from bpo_index.scoring.designs.registry import list_lonely
from bpo_index.scoring.methods.registry import find_method, get_weighting

#: The steps from ratings to ranks, by the keys of the `method:` block.
_STEPS = (
    "outcome",
    "missing_answers",
    "outliers",
    "normalisation",
    "question_weighting",
    "question_aggregation",
    "weighting",
    "aggregation",
)
#: The steps that a category may take in a way of its own.
_OWN_STEPS = ("question_weighting", "question_aggregation", "weighting", "aggregation")
#: What a category may have of its own, as the headings of a table.
_OWN_HEADINGS = (*_OWN_STEPS, "questions_needed")


@dataclass(frozen=True)
class Step:
    """One step of the method."""

    title: str
    name: str
    """Of the method."""
    line: str
    """What it does."""
    formula: str
    """Empty: the line says it."""


def list_steps(definition: IndexDefinition, *, fits_margins: bool = False) -> list[Step]:
    """Return the steps from ratings to ranks, each with its method and formula; then those of single categories.

    Parameters
    ----------
    definition
        The index.
    fits_margins
        Whether respondents were weighed to shares of the population.
    """
    method = definition.method
    is_tree = any(node.level > 1 for node in definition.nodes)
    # NOTE: where each unit has its own, weights and score are found in one.
    left_out = ["aggregation"] if get_weighting(method.weighting).has_own_scores else []
    chosen = [
        (_title_step(key, is_tree), record)
        for key in _STEPS
        if key not in left_out and (record := find_method(key, getattr(method, key))) is not None
    ]
    return [
        _describe_respondent_weights(definition, fits_margins),
        *_describe_design(definition),
        *(
            Step(
                title,
                record.name.replace("_", " "),
                record.show_line(definition.words.names),
                record.show_formula(definition.words.names),
            )
            for title, record in [*chosen, *_find_own_steps(definition)]
            if record.name != "none"
        ),
    ]


def list_all_steps(result: Result, definition: IndexDefinition, *, fits_margins: bool = False) -> list[Step]:
    """Return the steps of `list_steps`, and after them those from scores to ranks, errors, intervals and rank sets."""
    given = definition.words.names
    drawn = phrase("annex.companies_or", **given) if definition.columns.company else definition.words.respondents
    ways = {"ranks": {}, "errors": {"drawn": drawn}}
    after = {"rank_sets": {}, "replicates": {"replicates": show_count(result.replicates)}}

    def describe(name: str, values: dict[str, str]) -> Step:
        said = {
            part: phrase(f"annex.step_{name}_{part}", **given, **values)
            for part in ("name", "line", "formula")
            if (name, part) != ("replicates", "formula")
        }
        return Step(phrase(f"annex.step_{name}"), said["name"], said["line"], said.get("formula", ""))

    intervals = [
        Step(phrase("annex.step_intervals"), phrase("annex.step_intervals_name"), line, formula)
        for line, formula in describe_intervals(definition, result.tables["weights"])
    ]
    return [
        *list_steps(definition, fits_margins=fits_margins),
        *(describe(name, values) for name, values in ways.items()),
        *intervals,
        *(describe(name, values) for name, values in after.items()),
    ]


def _title_step(key: str, is_tree: bool) -> str:
    """Return what a step is called: putting categories together has another name where they hold categories."""
    return phrase(f"annex.step_{key}_tree" if is_tree and key == "aggregation" else f"annex.step_{key}")


def _find_own_steps(definition: IndexDefinition) -> list[tuple[str, Any]]:
    """Return title and record of each step that a category takes, for it and all in it, in a way of its own."""
    holders = {node.parent for node in definition.nodes}
    found = []
    for node in definition.category_nodes:
        for key in _OWN_STEPS:
            is_used = key.startswith("question") or node.number in holders
            record = find_method(key, node.own_method[key]) if is_used and key in node.own_method else None
            if record is None:
                continue
            is_lowest = node.questions and key == "question_aggregation"
            title = phrase(
                f"annex.own_{key}_lowest" if is_lowest else f"annex.own_{key}",
                category=_name_with_inside(node, key, definition),
            )
            found.append((title, record))
    return found


def _name_with_inside(node: DefinedNode, key: str, definition: IndexDefinition) -> str:
    """Return the title of a category; for an aggregation that holds for further categories in it, these as well."""
    holders = {one.parent for one in definition.nodes}
    goes_on = any(one.parent == node.number and one.number in holders for one in definition.nodes)
    return phrase("annex.with_inside", category=node.title) if key == "aggregation" and goes_on else node.title


def tabulate_own_methods(definition: IndexDefinition, names: Names) -> TableView | None:
    """Return one row per category with methods of its own, which hold for all in it; None where none has any."""
    nodes = [node for node in definition.category_nodes if node.own_method]
    if not nodes:
        return None
    keys = [key for key in _OWN_HEADINGS if any(key in node.own_method for node in nodes)]
    rows = [
        (
            names.tell_place(node.id),
            *(str(node.own_method[key]).replace("_", " ") if key in node.own_method else None for key in keys),
        )
        for node in nodes
    ]
    return make_table(
        "own-methods",
        phrase("annex.own_methods"),
        (phrase("annex.category"), *(phrase(f"annex.own_heading_{key}") for key in keys)),
        rows,
        texts=1 + len([key for key in keys if key != "questions_needed"]),
        note=phrase("annex.own_methods_note", nothing=NOTHING),
    )


def _describe_respondent_weights(definition: IndexDefinition, fits_margins: bool) -> Step:
    words, trim_weights = definition.words, definition.method.trim_weights
    said = [phrase("annex.design_weights" if definition.columns.design_weight else "annex.all_weigh_the_same")]
    if fits_margins:
        said.append(phrase("annex.fitted_to_shares", units=words.units))
    if trim_weights is not None:
        said.append(phrase("annex.trimmed", times=show_point(trim_weights), unit=words.unit))
    return Step(
        phrase("annex.step_respondent_weights", respondents=words.respondents),
        phrase("annex.fitted" if fits_margins else "annex.as_given"),
        ", ".join(said),
        "",
    )


def _describe_design(definition: IndexDefinition) -> list[Step]:
    """Return how companies were drawn, where the definition says so."""
    design, words = definition.design, definition.words
    if design is None:
        return []
    if design.replicate_weights is not None:
        given = design.replicate_weights
        said = [phrase("annex.replicate_weights", count=len(given.headings), type=given.type)]
    else:
        drawn = phrase("annex.companies") if definition.columns.company else words.respondents
        key = "annex.drawn_in_strata" if design.strata else "annex.drawn_in_units"
        said = [phrase(key, drawn=drawn, unit=words.unit)]
        if design.population is not None:
            said.append(phrase("annex.finite_population"))
        if design.respondents_in_company is not None:
            said.append(phrase("annex.then_within", respondents=words.respondents))
        lonely = list_lonely()[design.lonely_company or "fail"]
        if design.strata is not None and not lonely.is_refused:
            said.append(phrase("annex.lonely_stratum", line=lonely.line))
        if design.lonely_reason is not None:
            said.append(phrase("annex.lonely_reason", reason=design.lonely_reason))
    return [Step(phrase("annex.step_design"), phrase("annex.declared"), ", ".join(said), "")]


def describe_intervals(definition: IndexDefinition, weights: pl.DataFrame) -> list[tuple[str, str]]:
    """Return how the intervals of scores are made, in words and as a formula: of all scores, or of each kind.

    `weights` is the table of this name: where some are below zero, the ends of scores follow from them.
    """
    bounds = read_structure(definition, weights).score_bounds
    named: dict[tuple[str, str], list[str]] = {}
    for node, ends in zip(definition.nodes, bounds, strict=True):
        named.setdefault(_describe_interval(ends), []).append(node.title or phrase("annex.overall"))
    if len(named) == 1:
        return list(named)
    return [
        (
            phrase(
                "annex.interval_of",
                scores=phrase("annex.the_categories") if len(titles) == len(bounds) - 1 else list_names(titles),
                line=words,
            ),
            formula,
        )
        for (words, formula), titles in named.items()
    ]


def _describe_interval(ends: tuple[float, float]) -> tuple[str, str]:
    kind = "endless" if any(map(math.isinf, ends)) else "logit"
    formula = phrase(f"annex.interval_{kind}_formula", degrees=phrase("annex.interval_degrees"))
    return phrase(f"annex.interval_{kind}"), formula


def tabulate_questionnaire(result: Result, definition: IndexDefinition, names: Names) -> TableView:
    """Return one row per question: category, text, weight that was used within the category, origin."""
    used = dict(result.tables["weights"].drop_nulls("question").select("question", "weight").iter_rows())
    rows = [
        (
            names.tell_place(node.id),
            question.id,
            phrase("annex.reversed", text=question.text) if question.reverse else question.text,
            question.origin,
            show_number(used.get(question.id), 3),
        )
        for node in definition.category_nodes
        for question in node.questions
    ]
    scale, ends = definition.scale, definition.question_ends
    own = [
        phrase("annex.own_scale", question=question, low=show_point(low), high=show_point(high))
        for question, low, high in zip(definition.question_ids, *(ends or ((), ())), strict=False)
        if (low, high) != (scale.minimum, scale.maximum)
    ]
    note = phrase("annex.origin_note")
    if own:
        own_scales = phrase("annex.own_scales", questions=", ".join(own))
        note = phrase("annex.two_sentences", first=note, second=own_scales)
    return make_table(
        "questionnaire",
        phrase("annex.questionnaire", low=show_point(scale.minimum), high=show_point(scale.maximum)),
        [phrase(f"annex.{name}") for name in ("category", "question", "text", "origin", "weight")],
        rows,
        texts=4,
        note=note,
    )


def tabulate_assumptions(result: Result, names: Names) -> TableView:
    """Return what is drawn when all assumptions are."""
    within = {
        f"in {category}: ": phrase("annex.level_within", category=names.tell_place(category))
        for category in names.categories
    }
    rows = [
        (
            start_sentence(name_assumption(row["assumption"], names.words)),
            _name_level(row["level"], within),
            show_number(row["share"], 3),
            phrase("annex.yes") if row["nominal"] else "",
        )
        for row in result.tables["assumptions"].iter_rows(named=True)
    ]
    return make_table(
        "assumptions",
        phrase("annex.assumptions"),
        [phrase(f"annex.{name}") for name in ("assumption", "assumption_level", "assumption_share", "rankings_own")],
        rows,
        texts=(0, 1, 3),
    )


def _name_level(level: str, within: Mapping[str, str]) -> str:
    """Return a level in words; where it is of the weights in one category, with the title of that."""
    start = next((start for start in within if level.startswith(start)), "")
    return within.get(start, "") + level.removeprefix(start).replace("_", " ")


def list_limits(result: Result, definition: IndexDefinition, audit_notes: list[str]) -> list[str]:
    """Return the limits of the index, general and of this edition."""
    limits = list_main_limits(result, definition)
    if result.replicates_not_ranked or result.assumptions_not_ranked:
        limits.append(
            phrase(
                "annex.replicates_lost",
                sampling=result.replicates_not_ranked,
                replicates=result.replicates,
                everything=result.assumptions_not_ranked,
                why=explain_lost_replicates(definition),
                **definition.words.names,
            )
        )
    return limits + result.notes + audit_notes
