"""From accepted answers to scores and ranks of units, units with too few respondents taken out first.

Stages: `split_units`, `suppress_units`, `estimate_unit_means`, `score_means`, `suppress_cells`, `rank_units`.
Suppressed units and cells take no part in anything that is computed across units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.estimate import Floats, UnitAnswers, estimate_unit_means, split_units
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure


@dataclass(frozen=True)
class Scores:
    """Scores and ranks of every unit.

    Attributes
    ----------
    units
        One row per unit of the definition, in its order: `unit, respondents, effective_n, suppressed, ranked, score,
        rank`. `suppressed`: fewer respondents than may be published, no score; `ranked`: takes part in ranks.
    categories
        One row per unit and category: `unit, category, respondents` (who rated any of its questions), `suppressed,
        ranked, score, rank`.
    unit_means
        One row per unit that is not suppressed: `unit, <question ids>`, means in scale points; null where nobody rated.
    """

    units: pl.DataFrame
    categories: pl.DataFrame
    unit_means: pl.DataFrame


def score_units(accepted: pl.DataFrame, definition: IndexDefinition) -> Scores:
    """Score and rank the units from the accepted answers."""
    codes = [unit.code for unit in definition.units]
    category_ids = [category.id for category in definition.categories]
    method = definition.method
    answers = split_units(accepted, codes, definition.question_ids)
    counts = np.array([unit.respondents for unit in answers])
    published = counts >= method.minimum_respondents_to_publish
    shown = [unit for unit, keep in zip(answers, published, strict=True) if keep]
    index = ConfidenceIndex.from_definition(definition)
    means = np.full((len(codes), len(definition.questions)), np.nan)
    scores = np.full((len(codes), 1 + len(category_ids)), np.nan)
    if shown:
        means[published] = estimate_unit_means(shown)
        scores[published] = index.fit(means[published]).transform(means[published])

    raters = count_raters(answers, IndexStructure.from_definition(definition))
    weights = np.array([category.weight for category in definition.categories])
    hidden = suppress_cells(raters, method.minimum_respondents_to_publish, weights) | ~published[:, np.newaxis]
    scores[:, 1:][hidden] = np.nan
    ranked = np.column_stack([counts, raters]) >= method.minimum_respondents_to_rank
    ranked &= ~np.isnan(scores)
    ranks = rank_units(np.where(ranked, scores, np.nan).T).T

    units = pl.DataFrame(
        {
            "unit": codes,
            "respondents": counts,
            "effective_n": [round(unit.effective_n, 6) for unit in answers],
            "suppressed": ~published,
            "ranked": ranked[:, 0],
            "score": scores[:, 0],
            "rank": ranks[:, 0],
        }
    )
    categories = pl.DataFrame(
        {
            "unit": np.repeat(codes, len(category_ids)),
            "category": category_ids * len(codes),
            "respondents": raters.ravel(),
            "suppressed": hidden.ravel(),
            "ranked": ranked[:, 1:].ravel(),
            "score": scores[:, 1:].ravel(),
            "rank": ranks[:, 1:].ravel(),
        }
    )
    unit_means = pl.DataFrame(means[published], schema=list(definition.question_ids), orient="row")
    unit_means.insert_column(0, pl.Series("unit", np.array(codes)[published], dtype=pl.String))
    return Scores(_null_missing(units), _null_missing(categories), unit_means.fill_nan(None))


def count_raters(answers: Sequence[UnitAnswers], structure: IndexStructure) -> np.ndarray:
    """Return units x categories: how many respondents rated any question of the category."""
    categories = range(len(structure.category_weights))
    return np.array(
        [
            [int((~np.isnan(unit.ratings[:, structure.list_questions(c)])).any(axis=1).sum()) for c in categories]
            for unit in answers
        ]
    )


def suppress_cells(raters: np.ndarray, minimum: int, weights: Floats) -> np.ndarray:
    """Return units x categories: true where a category score may not be published.

    A cell with fewer raters than the minimum is hidden. Where that is one cell of a unit among those with a weight, it
    could be computed from the overall score and the others, so the cell with the next fewest raters (the first of
    equals) among those with a weight is hidden too.

    Examples
    --------
    >>> suppress_cells(np.array([[9, 8, 2], [9, 9, 9], [1, 2, 9]]), 5, np.ones(3))
    array([[False,  True,  True],
           [False, False, False],
           [ True,  True, False]])
    """
    hidden = raters < minimum
    for row, counts in zip(hidden, raters, strict=True):
        weighing = weights > 0
        candidates = weighing & ~row
        if (row & weighing).sum() == 1 and candidates.any():
            row[np.argmin(np.where(candidates, counts, np.iinfo(np.int64).max))] = True
    return hidden


def _null_missing(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn a NaN score and a rank of 0 into null."""
    return frame.with_columns(score=pl.col("score").fill_nan(None), rank=pl.when(pl.col("rank") > 0).then("rank"))


def unit_score_matrix(scores: Scores, definition: IndexDefinition) -> Floats:
    """Return units x (1 + categories) of the published scores, in the definition's order; NaN where null."""
    overall = scores.units["score"].fill_null(float("nan")).to_numpy()
    shape = (len(definition.units), len(definition.categories))
    categories = scores.categories["score"].fill_null(float("nan")).to_numpy().reshape(shape)
    return np.column_stack([overall, categories])
