"""Round the numbers of robustness tables to six decimals; NaN becomes null."""

from __future__ import annotations

import polars as pl


def round_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with its numbers rounded to six decimals, NaN turned into null.

    Examples
    --------
    >>> round_table(pl.DataFrame({"share": [1 / 3, float("nan")]}))["share"].to_list()
    [0.333333, None]
    """
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None).round(6))
