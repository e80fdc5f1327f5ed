"""Parts of sentences as polars expressions, for a sentence a row of a frame.

Texts are joined, never formatted, so that whatever a file holds in braces is only text.
"""

from __future__ import annotations

import polars as pl


def say(*parts: str | pl.Expr) -> pl.Expr:
    """Return the parts, texts or expressions, as one text.

    Examples
    --------
    >>> pl.DataFrame({"n": [3]}).select(say("Took ", pl.col("n"), " seconds.")).item()
    'Took 3 seconds.'
    """
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def quote(text: pl.Expr) -> pl.Expr:
    """Return a text in quotation marks, at most 60 characters of it; null as an empty one.

    Examples
    --------
    >>> pl.DataFrame({"text": ["two", None]}).select(quote(pl.col("text"))).to_series().to_list()
    ["'two'", "''"]
    """
    given = text.fill_null("")
    shown = pl.when(given.str.len_chars() > 60).then(given.str.slice(0, 60) + "…").otherwise(given)
    return say("'", shown, "'")


def show(number: pl.Expr, decimals: int) -> pl.Expr:
    """Return a number as text, rounded, whole numbers without a point.

    Examples
    --------
    >>> pl.DataFrame({"x": [95.0, 201.26, 1e7]}).select(show(pl.col("x"), 1)).to_series().to_list()
    ['95', '201.3', '10000000']
    """
    return number.round(decimals).cast(pl.String).str.strip_suffix(".0")
