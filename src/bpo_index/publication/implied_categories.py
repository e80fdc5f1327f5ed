"""Category scores as published, and what they imply of those published as bounds and of those withheld beside them."""

from __future__ import annotations

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.implied_scores import imply_scores
from bpo_index.scoring.structure import IndexStructure


def imply_categories(
    ranking: pl.DataFrame, categories: pl.DataFrame, weights: Floats, definition: IndexDefinition
) -> Floats:
    """Return units x nodes: scores as published, with `imply_scores` where they are not numbers.

    Parameters
    ----------
    ranking, categories
        The published tables; units are in the order of `ranking`.
    weights
        Nodes: those that were used, among the nodes that one holds.
    definition
        For the tree and its aggregations.

    Returns
    -------
    ndarray
        NaN where nothing is published and nothing follows.
    """
    codes, ids = ranking["unit"].to_list(), [node.id for node in definition.nodes]
    is_bound = pl.col("score_bound").is_not_null()
    overall = ranking.select("unit", "score", "score_bound", "respondents", category=pl.lit(ids[0]))
    cells = pl.concat([overall, categories.select(overall.columns)]).with_columns(
        exact=pl.when(~is_bound).then("score"), bound=pl.when(is_bound).then("score")
    )
    exact, bound, raters = (spread_cells(cells, codes, ids, column) for column in ("exact", "bound", "respondents"))
    return imply_scores(
        exact,
        bound,
        enough=raters >= definition.method.minimum_respondents_to_publish,
        structure=IndexStructure.from_definition(definition),
        weights=np.nan_to_num(weights),
    )


def spread_cells(cells: pl.DataFrame, codes: list[str], ids: list[str], column: str) -> Floats:
    """Return units x categories of a column, by `unit` and `category`; NaN where null."""
    found = dict(zip(cells.select("unit", "category").iter_rows(), cells[column].cast(pl.Float64), strict=True))
    return np.array([[found.get((code, category)) for category in ids] for code in codes], dtype=float).reshape(
        len(codes), len(ids)
    )
