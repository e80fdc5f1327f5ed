"""What puts each unit ahead of the one that follows it: contributions of categories, adding up to the difference.

Made from the published tables alone, so that it tells nothing that they do not. Method page:
docs/methods/decomposition.md.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from bpo_index.definition.method_block import Method
from bpo_index.scoring.decomposition import decompose_difference, find_power
from bpo_index.scoring.methods.registry import get_aggregation

NEIGHBOURS_SCHEMA = {
    "ahead": pl.String,
    "behind": pl.String,
    "difference": pl.Float64,
    "category": pl.String,
    "contribution": pl.Float64,
}
#: Contributions that miss the difference by more, in score points, belong to a score made in another way.
_EXACT = 1e-6


def tabulate_neighbours(
    ranking: pl.DataFrame, categories: pl.DataFrame, weights: pl.DataFrame, method: Method
) -> pl.DataFrame:
    """Return one row per ranked unit, the next one behind it, and category.

    Parameters
    ----------
    ranking, categories, weights
        As `columns.RANKING`, `columns.CATEGORIES` and the table `weights`.
    method
        For the aggregation.

    Returns
    -------
    DataFrame
        `ahead, behind, difference, category, contribution`, score points, in the order of the ranking. A pair of which
        any score with a weight is hidden or told as a bound has no rows, nor has any pair under a method whose
        differences do not add up.
    """
    power = find_power(method.aggregation, **get_aggregation(method.aggregation).pick(method))
    used = weights.filter(pl.col("question").is_null())
    rows: list[tuple[str, str, float, str, float]] = []
    if power is None or used.is_empty() or used["weight"].null_count():
        return pl.DataFrame(schema=NEIGHBOURS_SCHEMA)
    ids, shares = used["category"].to_list(), used["weight"].to_numpy()
    told = {
        (row["unit"], row["category"]): row["score"]
        for row in categories.filter(pl.col("score_bound").is_null()).iter_rows(named=True)
    }
    ranked = ranking.filter(pl.col("rank").is_not_null()).select("unit", "score", "score_bound")
    for (ahead, first, bound), (behind, second, other_bound) in pairwise(ranked.iter_rows()):
        if bound is not None or other_bound is not None:
            continue
        one, other = (
            np.array([told.get((unit, category)) for category in ids], dtype=float) for unit in (ahead, behind)
        )
        parts = decompose_difference(one, other, shares, power)
        if abs(parts.sum() - (first - second)) < _EXACT:
            rows += [
                (ahead, behind, first - second, category, part)
                for category, part in zip(ids, parts.tolist(), strict=True)
            ]
    return pl.DataFrame(rows, schema=NEIGHBOURS_SCHEMA, orient="row").with_columns(pl.col(pl.Float64).round(9))
