"""What puts each unit ahead of the one that follows it: contributions of categories, adding up to the difference.

Made from the published tables alone, so that it says nothing that they do not. Method page:
docs/methods/decomposition.md.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.cell_errors import Cells, combine_errors, judge_differences
from bpo_index.publication.columns.weights import NEIGHBOURS
from bpo_index.publication.implied_categories import imply_categories
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.decomposition import decompose_difference, find_power, find_rates
from bpo_index.scoring.structure import IndexStructure, Node

#: Contributions that miss the difference by more, in score points, belong to a score made in another way; scores are
#: rounded.
_EXACT = 0.12
_ERRORS = ("se", "ci_low", "ci_high", "is_distinct")


def tabulate_neighbours(
    ranking: pl.DataFrame,
    categories: pl.DataFrame,
    weights: pl.DataFrame,
    definition: IndexDefinition,
    *,
    cells: Cells | None = None,
) -> pl.DataFrame:
    """Return one row per ranked unit, the next one behind it, and category.

    Parameters
    ----------
    ranking, categories, weights
        As the tables of these names.
    definition
        For the tree and its aggregations.
    cells
        From `collect_cells`; None: contributions have no errors.

    Returns
    -------
    DataFrame
        Columns as in the record `NEIGHBOURS`, score points, in the order of the ranking. Contributions of the
        categories that one parent holds add up to that of the parent. The standard error is that of the difference of
        the two scores times the rate at which it counts; the intervals of a pair hold at once. Scores published as
        bounds, and those withheld beside them, count with the values that the others imply. A pair of which a score
        with a weight is withheld otherwise has no rows for the categories beside it and all that these hold, nor where
        a method has differences that do not add up.
    """
    used = weights.filter(pl.col("question").is_null())
    holders = IndexStructure.from_definition(definition).holders if len(used) else []
    ids = [node.id for node in definition.nodes]
    shares = np.array([np.nan, *used["weight"]], dtype=float)
    ranked = ranking.filter(pl.col("rank").is_not_null() & pl.col("score_bound").is_null())
    values = imply_categories(ranked, categories, shares, definition)
    rows: list[dict[str, Any]] = []
    places = dict(zip(ranked["unit"], range(len(ranked)), strict=True))
    for ahead, behind in pairwise(ranking.filter(pl.col("rank").is_not_null())["unit"]):
        if ahead not in places or behind not in places:
            continue
        one, other = values[places[ahead]], values[places[behind]]
        parts, rates = _decompose(one, other, shares, holders)
        found = [
            {"ahead": ahead, "behind": behind, "difference": float(one[0] - other[0]), "category": name}
            | {"contribution": float(part), **dict.fromkeys(_ERRORS)}
            for name, part in zip(ids[1:], parts[1:], strict=True)
            if not np.isnan(part)
        ]
        if cells is not None:
            _add_errors(found, dict(zip(ids, rates, strict=True)), cells, definition.method.confidence_level)
        rows += found
    frame = pl.DataFrame(rows, schema=NEIGHBOURS.schema)
    return frame.with_columns(pl.col("difference", "contribution").round(9), pl.col("se").round(2))


def _add_errors(rows: list[dict[str, Any]], rates: dict[str, float], cells: Cells, confidence_level: float) -> None:
    """Add errors to the rows of one pair, where the scores of both units have one and the category counts."""
    units = [cells.units.index(rows[0][side]) for side in ("ahead", "behind")] if rows else []
    place = {category: n for n, category in enumerate(cells.categories)}
    kept = [row for row in rows if abs(rates[row["category"]]) > 0]
    kept = [row for row in kept if not np.isnan(cells.errors[units, place[row["category"]]]).any()]
    if not kept:
        return
    columns = [place[row["category"]] for row in kept]
    errors, degrees = (values[np.ix_(units, columns)] for values in (cells.errors, cells.degrees))
    se, freedom = combine_errors(
        errors[0],
        errors[1][:, np.newaxis],
        first_degrees=degrees[0],
        other_degrees=degrees[1][:, np.newaxis],
        dependence=cells.dependence,
    )
    se = se * np.abs([rates[row["category"]] for row in kept])
    contributions = np.array([row["contribution"] for row in kept])
    found = (se, *judge_differences(contributions, se, freedom, confidence_level))
    for row, *values in zip(kept, *found, strict=True):
        row |= dict(zip(_ERRORS, (one.item() for one in values), strict=True))


def _decompose(one: Floats, other: Floats, shares: Floats, holders: list[Node]) -> tuple[Floats, Floats]:
    """Return nodes: what each adds to the difference of the index, and the rate at which it does; NaN: not known."""
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
    return parts, rates
