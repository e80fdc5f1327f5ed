"""What puts each unit ahead of the one that follows it: contributions of categories, adding up to the difference.

Made from the published tables alone, so that it says nothing that they do not. Method page:
docs/methods/decomposition.md.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.weights import NEIGHBOURS
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.decomposition import decompose_difference, find_power, find_rates
from bpo_index.scoring.structure import IndexStructure, Node

#: Contributions that miss the difference by more, in score points, belong to a score made in another way.
_EXACT = 1e-6


def tabulate_neighbours(
    ranking: pl.DataFrame, categories: pl.DataFrame, weights: pl.DataFrame, definition: IndexDefinition
) -> pl.DataFrame:
    """Return one row per ranked unit, the next one behind it, and category.

    Parameters
    ----------
    ranking, categories, weights
        As the tables of these names.
    definition
        For the tree and its aggregations.

    Returns
    -------
    DataFrame
        `ahead, behind, difference, category, contribution`, score points, in the order of the ranking. Contributions of
        the categories that one parent holds add up to that of the parent. A pair of which a score with a weight is
        withheld or published as a bound has no rows for the categories beside it and all that these hold, nor where a
        method has differences that do not add up.
    """
    used = weights.filter(pl.col("question").is_null())
    holders = IndexStructure.from_definition(definition).holders if len(used) else []
    ids = [node.id for node in definition.nodes]
    shares = np.array([np.nan, *used["weight"]], dtype=float)
    scores = {
        (row["unit"], row["category"]): row["score"]
        for row in categories.filter(pl.col("score_bound").is_null()).iter_rows(named=True)
    }
    ranked = ranking.filter(pl.col("rank").is_not_null())
    overall = dict(ranked.filter(pl.col("score_bound").is_null()).select("unit", "score").iter_rows())
    rows: list[tuple[str, str, float, str, float]] = []
    for ahead, behind in pairwise(ranked["unit"]):
        if ahead not in overall or behind not in overall:
            continue
        one, other = (
            np.array([overall[unit], *(scores.get((unit, name)) for name in ids[1:])], dtype=float)
            for unit in (ahead, behind)
        )
        parts = _decompose(one, other, shares, holders)
        rows += [
            (ahead, behind, float(one[0] - other[0]), name, float(part))
            for name, part in zip(ids[1:], parts[1:], strict=True)
            if not np.isnan(part)
        ]
    return pl.DataFrame(rows, schema=NEIGHBOURS.schema, orient="row").with_columns(pl.col(pl.Float64).round(9))


def _decompose(one: Floats, other: Floats, shares: Floats, holders: list[Node]) -> Floats:
    """Return nodes: what each adds to the difference of the index; NaN where that cannot be said."""
    parts, rates = np.full(len(one), np.nan), np.full(len(one), np.nan)
    rates[0] = 1.0
    for node in holders:
        held, power = node.children, find_power(node.aggregation.name, **node.aggregation_options)
        if power is None or np.isnan(shares[held]).any() or np.isnan(rates[node.number]):
            continue
        inside = decompose_difference(one[held], other[held], shares[held], power)
        if abs(inside.sum() - (one[node.number] - other[node.number])) < _EXACT:
            parts[held] = rates[node.number] * inside
            rates[held] = rates[node.number] * find_rates(one[held], other[held], shares[held], power)
    return parts
