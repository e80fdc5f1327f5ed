"""Tables on how well questions and categories hang together, and how reliable the means of units are.

`tabulate_reliability`, `tabulate_questions`, `tabulate_correlations`, `tabulate_components`. Within units: respondents,
centred by unit; between units: scores. Method page: docs/methods/reliability.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.answers import COMPONENTS, CORRELATIONS, QUESTIONS, RELIABILITY
from bpo_index.publication.columns.description import Table
from bpo_index.robustness.correlations import correlate_item_total, correlate_items
from bpo_index.robustness.reliability import (
    compose_alpha,
    count_respondents_needed,
    estimate_alpha_interval,
    measure_icc,
    measure_omega,
    measure_standardised_alpha,
)
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling.shared_companies import find_answering
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.covariance import estimate_between_covariance
from bpo_index.scoring.methods.normalisation import normalise_scale
from bpo_index.scoring.methods.pca import explain_pca
from bpo_index.scoring.preparation import score_respondents
from bpo_index.scoring.unit_means import UnitAnswers
from bpo_index.scoring.unit_scores import Scores, unit_score_matrix

#: The reliability of unit means that `respondents_needed` is for.
WANTED_RELIABILITY = 0.8
#: Questions that omega is measured of, at most: its factor takes time that grows with the cube of them.
MOST_FACTORED = 200
#: Categories of which every two are correlated, at most: the tables grow with the square of them.
MOST_PAIRED = 200


@dataclass(frozen=True)
class StructureTables:
    """Reliability and structure.

    Attributes
    ----------
    reliability
        One row for all questions (`category` null) and one per category: `category, questions, respondents` (with all
        questions answered), `alpha, alpha_low, alpha_high, omega_raw` (of raw items, within units),
        `alpha_standardised, omega` (of standardised items, within units), `alpha_between` (of raw items, over units),
        `icc1, icc1_low, icc1_high, icc1k, mean_respondents` (of the respondents' category scores), `respondents_needed`
        (for a reliability of .8 of unit means; null: none suffice).
    questions
        One row per question: `category, question, item_total, alpha_if_deleted` (within units, in its category).
    correlations
        One row per pair of categories that one node holds: `first, second, pearson, spearman, kendall` over units. No
        rows beyond `MOST_PAIRED` categories.
    components
        One row per node that holds categories, principal component of these over units, and category: `component,
        eigenvalue, share, cumulative_share, category, loading`. No rows beyond `MOST_PAIRED` categories.
    """

    reliability: pl.DataFrame
    questions: pl.DataFrame
    correlations: pl.DataFrame
    components: pl.DataFrame


def tabulate_structure(scores: Scores, definition: IndexDefinition) -> StructureTables:
    """Return the tables for the answers behind scores."""
    answers, structure = scores.sample.answers, scores.sample.structure
    questions = len(structure.node_of)
    ratings = np.concatenate([unit.ratings for unit in answers]) if answers else np.empty((0, questions))
    unit_of = np.repeat(np.arange(len(answers)), [unit.respondents for unit in answers]).astype(np.int64)
    sampled = _number_shared(answers)
    shares = normalise_scale(ratings, structure.minimum, structure.maximum, structure.reverse)
    persons = score_respondents(shares, structure)
    level = definition.method.confidence_level
    given = scores.unit_means.drop("unit").to_numpy().astype(float)
    means = normalise_scale(given, structure.minimum, structure.maximum, structure.reverse)
    rows: list[dict[str, object]] = []
    items: list[dict[str, object]] = []
    for node, chosen in zip(definition.nodes, structure.under, strict=True):
        part, own = shares[:, chosen], means[:, chosen]
        measures = _measure(part, persons[:, node.number], unit_of, own, sampled=sampled, confidence_level=level)
        rows.append({"category": node.id or None} | measures)
        if node.questions:
            items += _measure_questions(part, unit_of, node.id, [question.id for question in node.questions])
    matrix = unit_score_matrix(scores)
    sets = [(matrix[:, node.children], [definition.nodes[n].id for n in node.children]) for node in structure.holders]
    return StructureTables(
        reliability=_frame(rows, RELIABILITY),
        questions=_frame(items, QUESTIONS),
        correlations=pl.concat([_tabulate_correlations(*held) for held in sets]),
        components=pl.concat([_tabulate_pca(*held) for held in sets]),
    )


def _frame(rows: list[dict[str, object]], table: Table) -> pl.DataFrame:
    return round_table(pl.DataFrame(rows, schema=table.schema, orient="row"))


def _number_shared(answers: Sequence[UnitAnswers]) -> Ints | None:
    """Return the sampling unit of each respondent; None where none of these answers in several units."""
    if find_answering(answers) is None:
        return None
    numbers = [unit.sampling_units[unit.cluster] for unit in answers if unit.sampling_units is not None]
    return np.concatenate(numbers)


def _measure(
    shares: Floats, totals: Floats, unit_of: Ints, means: Floats, *, sampled: Ints | None, confidence_level: float
) -> dict[str, object]:
    """Return the row of one group of questions, without its name.

    Where respondents answer in several units, their answers are not those of so many people: alpha has at most as many
    degrees of freedom as people less one, and ICC(1), whose model has other people in each unit, no interval.
    """
    questions = shares.shape[1]
    complete = ~np.isnan(shares).any(axis=1)
    respondents, units = int(complete.sum()), len(np.unique(unit_of[complete]))
    row: dict[str, object] = {"questions": questions, "respondents": respondents}
    if respondents - units > 1:
        centred = _centre(shares[complete], unit_of[complete])
        own, total = (centred**2).sum(), (centred.sum(axis=1) ** 2).sum()
        alpha = compose_alpha(questions, own / (respondents - units), total / (respondents - units))
        degrees = respondents - units
        if sampled is not None:
            degrees = min(degrees, len(np.unique(sampled[complete])) - 1)
        low, high = estimate_alpha_interval(alpha, respondents, questions, confidence_level, degrees=degrees)
        row |= {"alpha": float(alpha), "alpha_low": float(low), "alpha_high": float(high)}
        if questions <= MOST_FACTORED:
            covariance = centred.T @ centred / (respondents - units)
            omega = measure_omega(covariance)
            row |= {"omega_raw": omega.raw, "omega": omega.total}
            row["alpha_standardised"] = float(measure_standardised_alpha(covariance))
    known = means[~np.isnan(means).any(axis=1)]
    if len(known) > 1:
        centred = known - known.mean(axis=0)
        own, total = (centred**2).sum(), (centred.sum(axis=1) ** 2).sum()
        row["alpha_between"] = float(compose_alpha(questions, own / (len(known) - 1), total / (len(known) - 1)))
    rated = ~np.isnan(totals)
    if len(np.unique(unit_of[rated])) > 1 and rated.sum() > len(np.unique(unit_of[rated])):
        icc = measure_icc(totals[rated], unit_of[rated], confidence_level=confidence_level)
        ends = (icc.low, icc.high) if sampled is None else (None, None)
        row |= {"icc1": icc.icc1, "icc1_low": ends[0], "icc1_high": ends[1], "icc1k": icc.icc1k}
        row["mean_respondents"] = icc.n0
        row["respondents_needed"] = count_respondents_needed(icc.icc1, WANTED_RELIABILITY)
    return row


def _centre(shares: Floats, unit_of: Ints) -> Floats:
    """Return the shares less the mean of each one's unit."""
    _, place, sizes = np.unique(unit_of, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), shares.shape[1]))
    np.add.at(sums, place, shares)
    return np.asarray(shares - (sums / sizes[:, np.newaxis])[place])


def _measure_questions(shares: Floats, unit_of: Ints, category: str, ids: list[str]) -> list[dict[str, object]]:
    complete = ~np.isnan(shares).any(axis=1)
    shares, unit_of = shares[complete], unit_of[complete]
    units = len(np.unique(unit_of))
    rows: list[dict[str, object]] = [{"category": category, "question": question} for question in ids]
    if len(ids) < 2 or len(shares) - units < 2:
        return rows
    centred = _centre(shares, unit_of)
    totals = centred.sum(axis=1)
    own, with_all = (centred**2).sum(axis=0), totals @ centred
    # Of the sum of the others: its variance is that of the whole, less what the item takes with it.
    others = (totals**2).sum() - 2 * with_all + own
    degrees = len(shares) - units
    deleted = compose_alpha(len(ids) - 1, (own.sum() - own) / degrees, others / degrees)
    for row, total, alpha in zip(rows, correlate_item_total(centred), deleted, strict=True):
        row |= {"item_total": float(total), "alpha_if_deleted": float(alpha)}
    return rows


def _tabulate_correlations(matrix: Floats, ids: list[str]) -> pl.DataFrame:
    if len(ids) > MOST_PAIRED:
        return pl.DataFrame(schema=CORRELATIONS.schema)
    found = {method: correlate_items(matrix, method) for method in ("pearson", "spearman", "kendall")}
    rows: list[dict[str, object]] = [
        {"first": ids[i], "second": ids[j]} | {method: float(table[i, j]) for method, table in found.items()}
        for i in range(len(ids))
        for j in range(i + 1, len(ids))
    ]
    return _frame(rows, CORRELATIONS)


def _tabulate_pca(matrix: Floats, ids: list[str]) -> pl.DataFrame:
    if int((~np.isnan(matrix)).all(axis=1).sum()) < 3 or len(ids) > MOST_PAIRED:
        return pl.DataFrame(schema=COMPONENTS.schema)
    table = explain_pca(estimate_between_covariance(matrix))
    rows: list[dict[str, object]] = [
        {
            "component": n + 1,
            "eigenvalue": float(table.eigenvalues[n]),
            "share": float(table.share[n]),
            "cumulative_share": float(table.cumulative[n]),
            "category": category,
            "loading": float(table.loadings[c, n]),
        }
        for n in range(len(ids))
        for c, category in enumerate(ids)
    ]
    return _frame(rows, COMPONENTS)
