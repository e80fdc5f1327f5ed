"""Rows in the order of their unit and respondent, whatever their order in the file."""

from __future__ import annotations

import numpy as np
import polars as pl


def order_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows sorted by unit and respondent, with the number of each one's unit as `unit_number`, from 0.

    Parameters
    ----------
    rows
        `unit, respondent_id`, none of them null, and others.

    Examples
    --------
    >>> rows = pl.DataFrame({"unit": ["IND", "COL", "COL"], "respondent_id": ["a", "c", "b"]})
    >>> order_rows(rows).rows()
    [('COL', 'b', 0), ('COL', 'c', 0), ('IND', 'a', 1)]
    """
    # NOTE: by the id, then by the number of the unit: several times as fast as by both texts together.
    units = rows["unit"].unique().sort()
    number = pl.col("unit").replace_strict(units, pl.int_range(len(units), eager=True, dtype=pl.Int64))
    by_id = rows.with_columns(number.alias("unit_number")).sort("respondent_id")
    return by_id[np.argsort(by_id["unit_number"].to_numpy(), kind="stable")]
