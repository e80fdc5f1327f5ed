"""Ranking and categories in long form: one row a unit, category and measure, for tools that filter and reshape."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import Column
from bpo_index.publication.result import Result


def tabulate_long(ranking: pl.DataFrame, categories: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers of ranking and categories, one a row; what is null has no row.

    Parameters
    ----------
    ranking, categories
        As in a `Result`.

    Returns
    -------
    polars.DataFrame
        As the table `long`: first the rows of the ranking (`category` null), then those of the categories, each in its
        table's order, measures in the order of the columns.

    Examples
    --------
    >>> ranking, categories = (list_tables()[name].columns for name in ("ranking", "categories"))
    >>> ranking = {column.name: [None] for column in ranking}
    >>> ranking |= {"unit": ["COL"], "rank": [1], "score": [99.0], "score_bound": ["at least"]}
    >>> categories = pl.DataFrame(schema={column.name: column.dtype for column in categories})
    >>> tabulate_long(pl.DataFrame(ranking), categories).select("unit", "category", "measure", "value").rows()
    [('COL', None, 'rank', 1.0), ('COL', None, 'score_at_least', 99.0)]
    """
    described = list_tables()
    parts = [
        _unpivot(
            ranking.with_columns(
                category=pl.lit(None, pl.String), level=pl.lit(0, pl.Int64), parent=pl.lit(None, pl.String)
            ),
            described["ranking"].columns,
        ),
        _unpivot(categories, described["categories"].columns),
    ]
    return described["long"].complete(pl.concat(parts))


def _unpivot(frame: pl.DataFrame, columns: tuple[Column, ...]) -> pl.DataFrame:
    numbers = [column for column in columns if column.unit != "none"]
    texts = ["unit", "name", "category", "parent", "data_origin"]
    bound = pl.col("score_bound").cast(pl.String).str.replace_all(" ", "_")
    return (
        frame.with_row_index("row")
        .with_columns(pl.col(texts).cast(pl.String), *(pl.col(column.name).cast(pl.Float64) for column in numbers))
        .unpivot(
            [column.name for column in numbers], index=["row", "score_bound", "level", *texts], variable_name="measure"
        )
        .with_columns(place=pl.int_range(pl.len()).over("row"))
        .sort("row", "place")
        .drop_nulls("value")
        .with_columns(
            value_unit=pl.col("measure").replace_strict({column.name: column.unit for column in numbers}),
            measure=pl.when((pl.col("measure") == "score") & bound.is_not_null())
            .then(pl.concat_str(pl.lit("score_"), bound))
            .otherwise("measure"),
        )
    )


def list_frames(result: Result) -> dict[str, pl.DataFrame]:
    """Return every table of a result by its name, as `columns.list_tables`."""
    return {
        "ranking": result.ranking,
        "categories": result.categories,
        "long": tabulate_long(result.ranking, result.categories),
        **result.tables,
    }
