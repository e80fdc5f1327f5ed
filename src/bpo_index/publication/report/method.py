"""The pages on method, limits and provenance: what was done, in formulas and sentences, from the definition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.numbers import NOTHING, list_names, show_level, show_number
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.published_structure import read_structure
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import explain_lost_replicates
from bpo_index.scoring.designs.registry import list_lonely
from bpo_index.scoring.methods.registry import find_method, get_weighting

#: The steps from ratings to ranks, by the keys of the `method:` block.
_TITLES = {
    "outcome": "What of a rating is scored",
    "missing_answers": "Missing answers, and means of questions",
    "outliers": "Extreme values",
    "normalisation": "Normalisation",
    "question_weighting": "Weights of questions",
    "question_aggregation": "From questions to a category",
    "weighting": "Weights of categories",
    "aggregation": "From categories to the index",
}
#: The same where categories hold categories.
_TREE_TITLES = _TITLES | {"aggregation": "From categories to what holds them, and to the index"}
#: The steps that a category may take in a way of its own, and what they are called there.
_OWN_TITLES = {
    "question_weighting": "Weights of questions in {}",
    "question_aggregation": "From questions to a category in {}",
    "weighting": "Weights of categories in {}",
    "aggregation": "From categories to {}",
}
_OWN_HEADINGS = {
    "question_weighting": "Weights of questions",
    "question_aggregation": "From questions to a category",
    "weighting": "Weights of categories",
    "aggregation": "From categories to what holds them",
    "questions_needed": "Questions needed for a score",
}
#: What stands for the degrees of freedom in the formulas of intervals.
_DEGREES = ";  d = 1 / Σ q² − 1 with q the companies' shares of weight, K − 1 where all weigh the same"


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


def describe_symbols(words: Words) -> str:
    """Return what the letters in formulas stand for."""
    return (
        f"u stands for one {words.unit}, c for a category, q for a question, i for one {words.respondent}; r(i,q) is "
        "the rating, turned round where a high rating means low confidence; w(i) is the weight of one "
        f"{words.respondent}, other w are weights of questions or categories, sum one; S is a score."
    )


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
    titles = _TREE_TITLES if is_tree else _TITLES
    # NOTE: where each unit has its own, weights and score are found in one.
    left_out = ["aggregation"] if get_weighting(method.weighting).has_own_scores else []
    chosen = [
        (title, record)
        for key, title in titles.items()
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


def _find_own_steps(definition: IndexDefinition) -> list[tuple[str, Any]]:
    """Return title and record of each step that a category takes, for it and all in it, in a way of its own."""
    holders = {node.parent for node in definition.nodes}
    found = []
    for node in definition.category_nodes:
        for key, title in _OWN_TITLES.items():
            is_used = key.startswith("question") or node.number in holders
            record = find_method(key, node.own_method[key]) if is_used and key in node.own_method else None
            if record is None:
                continue
            is_lowest = node.questions and key == "question_aggregation"
            named = "From questions to {}" if is_lowest else title
            found.append((named.format(_name_with_inside(node, key, definition)), record))
    return found


def _name_with_inside(node: DefinedNode, key: str, definition: IndexDefinition) -> str:
    """Return the title of a category; for an aggregation that holds for further categories in it, these as well."""
    holders = {one.parent for one in definition.nodes}
    goes_on = any(one.parent == node.number and one.number in holders for one in definition.nodes)
    return f"{node.title} and what holds categories in it" if key == "aggregation" and goes_on else node.title


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
        "Categories with methods of their own",
        ("Category", *(_OWN_HEADINGS[key] for key in keys)),
        rows,
        texts=1 + len([key for key in keys if key != "questions_needed"]),
        note=f"They hold for the category and all in it; {NOTHING}: as outside.",
    )


def _describe_respondent_weights(definition: IndexDefinition, fits_margins: bool) -> Step:
    words, trim_weights = definition.words, definition.method.trim_weights
    given = "design weights of the file" if definition.columns.design_weight else "all weigh the same"
    said = [given]
    if fits_margins:
        said.append(f"fitted to shares of the population within {words.units}")
    if trim_weights is not None:
        said.append(f"none above {trim_weights:g} times the mean of the {words.unit}")
    return Step(f"Weights of {words.respondents}", "fitted" if fits_margins else "as given", ", ".join(said), "")


def _describe_design(definition: IndexDefinition) -> list[Step]:
    """Return how companies were drawn, where the definition says so."""
    design, words = definition.design, definition.words
    if design is None:
        return []
    if design.replicate_weights is not None:
        given = design.replicate_weights
        said = [f"{len(given.headings):,} replicate weights of the survey ({given.type}) take the place of drawing"]
    else:
        drawn = "companies" if definition.columns.company else words.respondents
        said = [f"{drawn} drawn in each {words.unit}" + (" and stratum by themselves" if design.strata else "")]
        if design.population is not None:
            said.append("with a correction for the finite population")
        if design.respondents_in_company is not None:
            said.append(f"then {words.respondents} within them")
        lonely = list_lonely()[design.lonely_company or "fail"]
        if design.strata is not None and not lonely.is_refused:
            said.append(f"of a stratum with one company: {lonely.line}")
        if design.lonely_reason is not None:
            said.append(f"the reason: {design.lonely_reason}")
    return [Step("Sampling design", "declared", ", ".join(said), "")]


def describe_intervals(definition: IndexDefinition, weights: pl.DataFrame) -> list[tuple[str, str]]:
    """Return how the intervals of scores are made, in words and as a formula: of all scores, or of each kind.

    `weights` is the table of this name: where some are below zero, the ends of scores follow from them.
    """
    bounds = read_structure(definition, weights).score_bounds
    named: dict[tuple[str, str], list[str]] = {}
    for node, ends in zip(definition.nodes, bounds, strict=True):
        named.setdefault(_describe_interval(ends), []).append(node.title or "overall")
    if len(named) == 1:
        return list(named)
    return [
        (f"{'categories' if len(titles) == len(bounds) - 1 else list_names(titles)}, {words}", formula)
        for (words, formula), titles in named.items()
    ]


def _describe_interval(ends: tuple[float, float]) -> tuple[str, str]:
    if any(map(math.isinf, ends)):
        return "Student's t; the scores have no ends", f"S ± t(d) · se{_DEGREES}"
    return (
        "Student's t on the logit of the score's place between its ends a and b, so that they stay within",
        f"p = (S − a) / (b − a);  logit(p) ± t(d) · se / ((b − a) p (1 − p)), transformed back{_DEGREES}",
    )


def tabulate_questionnaire(result: Result, definition: IndexDefinition, names: Names) -> TableView:
    """Return one row per question: category, text, weight that was used within the category, origin."""
    used = dict(result.tables["weights"].drop_nulls("question").select("question", "weight").iter_rows())
    rows = [
        (
            names.tell_place(node.id),
            question.id,
            f"{question.text} (reversed)" if question.reverse else question.text,
            question.origin,
            show_number(used.get(question.id), 3),
        )
        for node in definition.category_nodes
        for question in node.questions
    ]
    scale, ends = definition.scale, definition.question_ends
    own = [
        f"{question} from {low:g} to {high:g}"
        for question, low, high in zip(definition.question_ids, *(ends or ((), ())), strict=False)
        if (low, high) != (scale.minimum, scale.maximum)
    ]
    note = "Origin: published, the wording is in print; topic, only its topic is; own, the authors' own."
    if own:
        note += f" Rated on scales of their own, and counted from end to end: {', '.join(own)}."
    return make_table(
        "questionnaire",
        f"Questions, rated from {scale.minimum:g} to {scale.maximum:g}",
        ("Category", "Question", "Text", "Origin", "Weight"),
        rows,
        texts=4,
        note=note,
    )


def tabulate_assumptions(result: Result, names: Names) -> TableView:
    """Return what is drawn when all assumptions are."""
    within = {f"in {category}: ": f"in {names.tell_place(category)}: " for category in names.categories}
    rows = [
        (
            start_sentence(name_assumption(row["assumption"], names.words)),
            _name_level(row["level"], within),
            show_number(row["share"], 3),
            "yes" if row["nominal"] else "",
        )
        for row in result.tables["assumptions"].iter_rows(named=True)
    ]
    return make_table(
        "assumptions",
        "What is drawn when all assumptions are",
        ("Assumption", "Level", "Share", "The ranking's own"),
        rows,
        texts=(0, 1, 3),
    )


def _name_level(level: str, within: Mapping[str, str]) -> str:
    """Return a level in words; where it is of the weights in one category, with the title of that."""
    start = next((start for start in within if level.startswith(start)), "")
    return within.get(start, "") + level.removeprefix(start).replace("_", " ")


def list_limits(result: Result, definition: IndexDefinition, audit_notes: list[str]) -> list[str]:
    """Return the limits of the index, general and of this edition."""
    method, words = definition.method, definition.words
    level = show_level(definition.method.confidence_level)
    limits = [
        f"Each {words.respondent} rates one {words.unit} and no other: how the {words.unit} is judged and who judges "
        "it cannot be told apart. A generous style of answering looks like confidence.",
        f"The {words.respondents} are those who were asked and answered. Intervals and rank sets know the chance in "
        "who answered; they do not know who was never reached.",
        f"Confidence statements ({level}) come from the sampling of {words.respondents} only. Shares of replicates are "
        "no confidence statements.",
        f"No {words.unit} with fewer than {words.count_respondents(method.minimum_respondents_to_publish)} is "
        "published, none with fewer than "
        f"{max(method.minimum_respondents_to_rank, method.minimum_respondents_to_publish)} is ranked.",
        "A difference within its error cannot be told from none: read ranges, not places.",
    ]
    if result.replicates_not_ranked or result.assumptions_not_ranked:
        limits.append(
            f"{result.replicates_not_ranked:,} of {result.replicates:,} replicates with {words.respondents} drawn, and "
            f"{result.assumptions_not_ranked:,} of those with all assumptions drawn, left one {words.unit} without a "
            f"score and count in nothing: {explain_lost_replicates(definition)}."
        )
    return limits + result.notes + audit_notes
