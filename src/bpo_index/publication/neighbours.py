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
from bpo_index.publication.implied_categories import imply_categories
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.decomposition import decompose_difference, find_power, find_rates
from bpo_index.scoring.structure import IndexStructure, Node

#: Contributions that miss the difference by more, in score points, belong to a score made in another way; scores are
#: rounded.
_EXACT = 0.12


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
        the categories that one parent holds add up to that of the parent. Scores published as bounds, and those
        withheld beside them, count with the values that the others imply. A pair of which a score with a weight is
        withheld otherwise has no rows for the categories beside it and all that these hold, nor where a method has
        differences that do not add up.
    """
    used = weights.filter(pl.col("question").is_null())
    holders = IndexStructure.from_definition(definition).holders if len(used) else []
    ids = [node.id for node in definition.nodes]
    shares = np.array([np.nan, *used["weight"]], dtype=float)
    ranked = ranking.filter(pl.col("rank").is_not_null() & pl.col("score_bound").is_null())
    values = imply_categories(ranked, categories, shares, definition)
    rows: list[tuple[str, str, float, str, float]] = []
    places = dict(zip(ranked["unit"], range(len(ranked)), strict=True))
    for ahead, behind in pairwise(ranking.filter(pl.col("rank").is_not_null())["unit"]):
        if ahead not in places or behind not in places:
            continue
        one, other = values[places[ahead]], values[places[behind]]
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
        missed = one[node.number] - other[node.number] - inside.sum()
        if abs(missed) < _EXACT:
            inside = inside + missed * shares[held] / shares[held].sum()
            parts[held] = rates[node.number] * inside
            rates[held] = rates[node.number] * find_rates(one[held], other[held], shares[held], power)
    return parts
