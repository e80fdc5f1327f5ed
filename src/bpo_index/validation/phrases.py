"""Notes on a whole survey, and parts of the sentences that say why a row is put aside or flagged.

The parts are polars expressions: texts are joined, never formatted, so that whatever a file holds in braces is only
text.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Note:
    """A sentence on the answers as a whole.

    Examples
    --------
    >>> str(Note("The quality rule speeder does nothing", "4 rows have a time, and it needs 20"))
    'The quality rule speeder does nothing: 4 rows have a time, and it needs 20.'
    """

    text: str
    """What anyone may read, without the point at the end."""
    detail: str = ""
    """Why, for the owner of the answers: it may count rows of units that are not published."""

    def __str__(self) -> str:
        """Return the whole sentence."""
        return f"{self.text}: {self.detail}." if self.detail else f"{self.text}."


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
