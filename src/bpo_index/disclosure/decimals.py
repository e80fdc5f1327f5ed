"""Publish numbers that are made of answers with two decimals, and scores of a few weighted answers with one.

Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.cells.room import find_decimals
from bpo_index.publication.columns.description import Table
from bpo_index.scoring.unit_scores import Scores


def round_published(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with the decimals that its columns are published with.

    Parameters
    ----------
    table
        Its record; columns made of no answers keep what they have.
    frame
        With the columns of the record.

    Examples
    --------
    >>> from bpo_index.publication.columns.description import Column
    >>> own = tuple(Column(name, pl.Float64, "", answers=name) for name in ("none", "unit"))
    >>> frame = pl.DataFrame({"none": [0.123456], "unit": [0.123456], "data_origin": "survey"})
    >>> round_published(Table(name="t", title="", row="", own=own, place=0), frame).rows()
    [(0.123456, 0.12, 'survey')]
    """
    return frame.with_columns(
        pl.col(column.name).round(column.published_decimals)
        for column in table.columns
        if column.dtype == pl.Float64 and column.published_decimals is not None and column.name in frame.columns
    )


def find_few_decimals(scores: Scores, definition: IndexDefinition) -> pl.DataFrame:
    """Return `unit, category` (null: the index) of the cells whose score is published with one decimal."""
    sample, nodes = scores.sample, definition.nodes
    few = find_decimals(sample.counted, sample.raters, sample.structure) < 2
    places = [(definition.units[n].code, nodes[m].id or None) for n, m in zip(*np.nonzero(few), strict=True)]
    return pl.DataFrame(places, schema={"unit": pl.String, "category": pl.String}, orient="row")


def coarsen_scores(frames: Mapping[str, pl.DataFrame], few: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the tables with scores of units and categories, those of some cells with one decimal.

    Parameters
    ----------
    frames
        The tables by name: `ranking`, `categories`, `sampling_error`, `exclusions`. What is drawn from such a score
        beside it, such as shrunken scores, is null.
    few
        The cells, from `find_few_decimals`.
    """
    if few.is_empty():
        return {}
    marked = few.with_columns(is_coarse=True)

    def mark(name: str, category: pl.Expr) -> pl.DataFrame:
        keyed = frames[name].with_columns(_category=category)
        joined = keyed.join(
            marked,
            left_on=["unit", "_category"],
            right_on=["unit", "category"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        coarse = pl.col("is_coarse").fill_null(value=False)
        changed = {"score": pl.when(coarse).then(pl.col("score").round(1)).otherwise("score")}
        changed |= {
            column: pl.when(~coarse).then(column)
            for column in ("shrunken", "shrunken_se", "shrinkage")
            if column in keyed.columns
        }
        return joined.with_columns(**changed).select(frames[name].columns)

    overall = pl.lit(None, dtype=pl.String)
    return {
        "ranking": mark("ranking", overall),
        "exclusions": mark("exclusions", overall),
        "categories": mark("categories", pl.col("category")),
        "sampling_error": mark("sampling_error", pl.col("category")),
    }
