"""Columns of typed values as records of text cells, and frames as grids: one row a record, counted from 1.

Missing numbers are empty cells. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from bpo_index.responses.grids import MOST_CELLS, Grid, Unreadable
from bpo_index.responses.records import Record, write_record
from bpo_index.responses.sources import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_cell(value: object) -> str:
    """Return a value as text: whole numbers without a point, times in ISO form, nothing for null and NaN.

    Examples
    --------
    >>> [write_cell(value) for value in (8.0, 0.1, None, float("nan"), True, "x")]
    ['8', '0.1', '', '', 'true', 'x']
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            if math.isnan(value):
                return ""
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case str() | int():
            return str(value)
        case list() | dict():
            return json.dumps(value, default=str, ensure_ascii=False)
        case bytes():
            return value.decode("utf-8", "backslashreplace")
    return str(value)


def write_records(frame: pl.DataFrame) -> Iterator[Record]:
    """Yield every row of a frame as a record of text cells."""
    columns = [_write_column(column) for column in frame.iter_columns()]
    for n, cells in enumerate(zip(*columns, strict=True), start=1):
        yield write_record(n, list(cells))


def list_numbers(frame: pl.DataFrame) -> frozenset[int]:
    """Return the positions of a frame's columns of numbers."""
    return frozenset(n for n, dtype in enumerate(frame.dtypes) if dtype.is_numeric())


def _write_column(column: pl.Series) -> Sequence[str]:
    # NOTE: each different value once: surveys have few, and a call of Python for each cell is slow.
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return [write_cell(value) for value in column.to_list()]
    if column.dtype == pl.Float32:  # its own shortest text, not that of the nearest double
        column = pl.Series([None if value is None else float(str(np.float32(value))) for value in column.to_list()])
    values = column.unique().to_list()
    texts = {value: write_cell(value) for value in values}
    return [texts.get(value, "") for value in column.to_list()]


def frame_grid(form: str, frame: pl.DataFrame) -> Grid:
    """Return the grid of a frame, whose columns are named.

    Raises
    ------
    Unreadable
        When it holds more than can be held.
    """
    refuse_much("cells", frame.height * frame.width, MOST_CELLS)
    refuse_much("bytes of text", sum(map(measure_text, frame.iter_columns())), MOST_BYTES)
    return Grid(
        form,
        list(write_records(frame)),
        numbers=list_numbers(frame),
        has_headings=False,
        named=tuple(frame.columns),
    )


def refuse_much(what: str, count: int, most: int) -> None:
    """Refuse a file that holds more than can be held.

    Raises
    ------
    Unreadable
        When it does.
    """
    if count > most:
        raise Unreadable(f"has {count:,} {what}, more than {most:,}. Give the survey in smaller files, one at a time")


def measure_text(column: pl.Series) -> int:
    """Return the bytes of a column's texts, each counted as often as it stands there.

    Examples
    --------
    >>> measure_text(pl.Series(["abc", None, "abc"])), measure_text(pl.Series([["a"], ["bc", "d"]]))
    (6, 4)
    """
    if isinstance(column.dtype, pl.Struct):
        return sum(measure_text(column.struct.field(name)) for name in column.struct.fields)
    if column.dtype.is_nested():
        return measure_text(column.explode())
    if column.dtype == pl.Binary:
        return int(column.bin.size().sum() or 0)
    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return int(column.cast(pl.String).str.len_bytes().sum() or 0)
    return 0


def is_fault(error: BaseException) -> bool:
    """Return whether an error of a reader speaks of the file, not of memory, time or an interruption."""
    if isinstance(error, Exception):
        return not isinstance(error, MemoryError | TimeoutError)
    return type(error).__name__ == "PanicException"  # of a reader in Rust, which is no Exception


def describe_error(error: BaseException) -> str:
    """Return the first line of an error's text, short."""
    lines = str(error).strip().splitlines()
    return (lines[0][:120] if lines else type(error).__name__).rstrip(".")
