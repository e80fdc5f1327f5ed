"""A column of texts as its different texts and a number for each row: what is done to texts is done once for each."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


def encode_texts(column: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """Return the different texts of a column, and for each row the number of its text among them, or null.

    None where there are more than 65,536 different ones. Each text of the column is among them once, and no other.

    Examples
    --------
    >>> texts, numbers = encode_texts(pl.Series(["b", None, "a", "b"]))
    >>> texts.gather(numbers).to_list()
    ['b', None, 'a', 'b']
    """
    kind = pl.Categorical(pl.Categories.random(physical=pl.UInt16))
    try:
        encoded = column.cast(kind)
    except pl.exceptions.ComputeError:  # too many
        return None
    return kind.categories.to_series(), encoded.to_physical()


def list_different(columns: Iterable[pl.Series]) -> list[set[str]]:
    """Return the different texts of each of some columns of one length.

    Examples
    --------
    >>> list_different([pl.Series(["b", None, "b"])])
    [{'b'}]
    """
    frame = pl.DataFrame([column.alias(str(n)) for n, column in enumerate(columns)])
    if not frame.width:
        return []
    return [set(texts) - {None} for texts in frame.select(pl.all().unique().implode()).row(0)]
