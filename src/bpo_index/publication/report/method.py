"""The pages on method, limits and provenance: what was done, in formulas and sentences, from the definition."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import count_noun, show_number
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.report.tables import ReportTable, make_table
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_level
from bpo_index.scoring.methods.catalogue import CATALOGUE
from bpo_index.scoring.structure import IndexStructure

#: Formulas by step and method, in the symbols of `SYMBOLS`.
FORMULAS: dict[str, dict[str, str]] = {
    "missing_answers": {
        "available_case": "x̄(u,q) = Σ w(i) r(i,q) / Σ w(i), over the respondents i of u who rated q",
        "person_category_mean": "r(i,c) = weighted mean of i's ratings in c, at least half of them there; then over i",
        "knn": "a gap becomes the mean of the k respondents who answered most alike; then x̄(u,q) as a weighted mean",
        "iterative": "a gap becomes its regression on the other questions, in turn; then x̄(u,q) as a weighted mean",
    },
    "outcome": {
        "mean": "r(i,q): the rating",
        "top_two_box": "r(i,q): 1 where the rating is among the top points of the scale, else 0",
        "net_balance": "r(i,q): 1 among the top points, −1 among the bottom points, else 0",
    },
    "outliers": {
        "none": "x(u,q) = x̄(u,q)",
        "winsorise": "extreme units are pulled in while |skewness| > 2 and kurtosis > 3.5",
        "log": "x(u,q) = ln(x̄(u,q) − min + 0.01 (max − min))",
        "power": "x(u,q): Yeo and Johnson's transform of x̄(u,q), its exponent by maximum likelihood",
    },
    "normalisation": {
        "scale": "y(u,q) = 100 (x(u,q) − lowest point) / (highest point − lowest point)",
        "min_max": "y(u,q) = lo + (hi − lo) (x(u,q) − min) / (max − min), over units",
        "z_score": "y(u,q) = 50 + 10 (x(u,q) − mean) / sd, over units",
        "robust": "y(u,q) = 50 + 10 (x(u,q) − median) / (1.4826 MAD), over units",
        "rank": "y(u,q) = 100 · average rank from the worst / units",
        "borda": "y(u,q) = lo + (hi − lo) · units beaten, ties half / other units",
        "percentile_rank": "y(u,q) = 100 (units below + half of those equal) / units",
        "distance_to_maximum": "y(u,q) = 100 (1 − (max − x(u,q)) / (max − min))",
        "distance_to_target": "y(u,q) = 100 (x(u,q) − min) / (target − min), at most 100",
        "distance_to_reference": "y(u,q) = 100 (x(u,q) − lowest point) / (reference − lowest point)",
        "fraction_of_maximum": "y(u,q) = 100 (x(u,q) − lowest point) / (max − lowest point)",
        "goalposts": "y(u,q) = 100 (x(u,q) − low post) / (high post − low post), between 0 and 100",
    },
    "weighting": {
        "benefit_of_the_doubt": "S(u) = 100 · max of Σ w y(u,c) over w ≥ 0 with Σ w y(v,c) ≤ 1 for every unit v",
    },
    "aggregation": {
        "arithmetic": "S = Σ w y",
        "geometric": "S = exp(Σ w ln y)",
        "harmonic": "S = 1 / Σ (w / y)",
        "generalised_mean": "S = (Σ w y^p)^(1/p)",
        "median": "S: the value with half of the weight on either side",
        "copeland": "S = 100 · pairwise majorities won, ties half / other units",
        "borda": "S = 100 Σ w · units beaten, ties half / other units",
        "kemeny": "S = 100 (units − place) / (units − 1), place in the order that agrees most with all weighted pairs",
    },
}
SYMBOLS = (
    "u a unit, c a category, q a question, i a respondent; r(i,q) the rating, turned round where a high rating means "
    "low confidence; w(i) a respondent's weight, other w weights of questions or categories, sum one; S a score."
)


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
    """Return the steps from ratings to ranks, each with its method and formula.

    Parameters
    ----------
    definition
        The index.
    fits_margins
        Whether respondents were weighed to shares of the population.
    """
    method = definition.method
    lines = {(step, entry.name): entry.line for step, entries in CATALOGUE.items() for entry in entries}
    doubts = method.weighting == "benefit_of_the_doubt"
    chosen = (
        ("What of a rating is scored", "outcome", method.outcome, "outcome"),
        ("Missing answers, and means of questions", "missing_answers", method.missing_answers, "missing_answers"),
        ("Extreme units", "outliers", method.outliers, "outliers"),
        ("Normalisation", "normalisation", method.normalisation, "normalisation"),
        ("Weights of questions", "weighting", method.question_weighting, "weighting"),
        ("From questions to a category", "aggregation", method.question_aggregation, "aggregation"),
        ("Weights of categories", "weighting", method.weighting, "weighting"),
        # NOTE: benefit of the doubt finds weights and score in one.
        *([] if doubts else [("From categories to the index", "aggregation", method.aggregation, "aggregation")]),
    )
    return [
        _describe_respondent_weights(definition, fits_margins),
        *(
            Step(title, name.replace("_", " "), lines[step, name], FORMULAS[formula].get(name, ""))
            for title, step, name, formula in chosen
            if name != "none"
        ),
    ]


def _describe_respondent_weights(definition: IndexDefinition, fits_margins: bool) -> Step:
    given = "design weights of the file" if definition.columns.design_weight else "all weigh the same"
    said = [given]
    if fits_margins:
        said.append("fitted to shares of the population within units")
    if definition.method.trim_weights is not None:
        said.append(f"none above {definition.method.trim_weights:g} times the mean of the unit")
    return Step("Weights of respondents", "fitted" if fits_margins else "as given", ", ".join(said), "")


def describe_intervals(definition: IndexDefinition) -> list[tuple[str, str]]:
    """Return how the intervals of scores are made, in words and as a formula: of all scores, or of each kind."""
    overall, categories = (_describe_interval(ends) for ends in IndexStructure.from_definition(definition).score_bounds)
    if overall == categories:
        return [overall]
    return [(f"overall, {overall[0]}", overall[1]), (f"categories, {categories[0]}", categories[1])]


def _describe_interval(ends: tuple[float, float]) -> tuple[str, str]:
    if any(map(math.isinf, ends)):
        return "Student's t; the scores have no ends", "S ± t(K − 1) · se"
    return (
        "Student's t on the logit of the score's place between its ends a and b, so that they stay within",
        "p = (S − a) / (b − a);  logit(p) ± t(K − 1) · se / ((b − a) p (1 − p)), transformed back",
    )


def tabulate_questionnaire(result: Result, definition: IndexDefinition) -> ReportTable:
    """Return one row per question: category, text, weight that was used within the category, origin."""
    used = dict(result.tables["weights"].drop_nulls("question").select("question", "weight").iter_rows())
    rows = [
        (
            category.title,
            question.id,
            f"{question.text} (reversed)" if question.reverse else question.text,
            question.origin,
            show_number(used.get(question.id), 3),
        )
        for category in definition.categories
        for question in category.questions
    ]
    scale = definition.scale
    return make_table(
        "questionnaire",
        f"Questions, rated from {scale.minimum:g} to {scale.maximum:g}",
        ("Category", "Question", "Text", "Origin", "Weight"),
        rows,
        texts=4,
        note="Origin: published, the wording is in print; topic, only its topic is; own, the authors' own.",
    )


def tabulate_assumptions(result: Result) -> ReportTable:
    """Return what is drawn when all assumptions are."""
    rows = [
        (
            name_assumption(row["assumption"]).capitalize(),
            row["level"].replace("_", " "),
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


def list_limits(result: Result, definition: IndexDefinition, audit_notes: list[str]) -> list[str]:
    """Return the limits of the index, general and of this edition."""
    method, word = definition.method, definition.columns.unit
    level = name_level(definition)
    limits = [
        f"Each manager rates the {word} in which he or she operates and no other: how one {word} is judged and who "
        f"judges it cannot be told apart. A generous style of answering looks like confidence.",
        "The respondents are those who were asked and answered. Intervals and rank sets know the chance in who "
        "answered; they do not know who was never reached.",
        f"Confidence statements ({level}) come from the sampling of respondents only. Shares of replicates are no "
        "confidence statements.",
        f"No {word} with fewer than {count_noun(method.minimum_respondents_to_publish, 'respondent')} is published, "
        f"none with fewer than {max(method.minimum_respondents_to_rank, method.minimum_respondents_to_publish)} is "
        "ranked.",
        "A difference within its error cannot be told from none: read ranges, not places.",
    ]
    if result.replicates_not_ranked or result.assumptions_not_ranked:
        limits.append(
            f"{result.replicates_not_ranked:,} of {result.replicates:,} replicates with respondents drawn, and "
            f"{result.assumptions_not_ranked:,} of those with all assumptions drawn, left a unit without a score "
            "and count in nothing: nobody who was drawn had answered a question that counts."
        )
    return limits + result.notes + audit_notes
