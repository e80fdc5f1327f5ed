"""Columns of typed values as records of text cells, and frames as grids: one row a record, counted from 1.

Missing numbers are empty cells. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.responses.grids import MOST_CELLS, Grid, Unreadable
from bpo_index.responses.records import Record, write_record
from bpo_index.responses.rows import FrameRows, trim
from bpo_index.responses.sources import MOST_BYTES

#: Rows that are made records of together: few at first, since headings need no more.
_FIRST, _TOGETHER = 64, 1 << 16
#: Integers from the least to the greatest of a column that are written beforehand, at most.
_MOST_WRITTEN = 1 << 16
_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
#: Types whose values have a text whatever they are.
_PLAIN = (*_INTEGERS, pl.Boolean, pl.Float64, pl.String)
#: White space to Python and not to polars.
_OTHER_WHITE = r"[\x1c-\x1f]"


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
    start, count = 0, _FIRST
    while start < frame.height:
        columns = [_write_column(column) for column in frame[start : start + count].iter_columns()]
        for n, cells in enumerate(zip(*columns, strict=True), start=start + 1):
            yield write_record(n, list(cells))
        start, count = start + count, _TOGETHER


@dataclass(frozen=True)
class FrameRecords:
    """The rows of a frame, as records one by one or as columns of texts; `hold_frame` makes it."""

    frame: pl.DataFrame
    """Columns of `_PLAIN` types only."""

    def __iter__(self) -> Iterator[Record]:
        """Yield every row as a record."""
        return write_records(self.frame)

    def tabulate(self, first: int, width: int) -> FrameRows | None:
        """Return the rows from a number on as columns, or None where they are not regular.

        Parameters
        ----------
        first
            The number of the first row, from 1.
        width
            How many cells a row must have.
        """
        frame = self.frame
        if width != frame.width:
            return None
        columns = []
        for column in frame[first - 1 :].iter_columns():
            if column.dtype == pl.String and column.str.contains(_OTHER_WHITE).any():
                return None
            columns.append(_write_texts(column))
        lines = pl.int_range(first, frame.height + 1, eager=True)
        if all(column.null_count() for column in columns):
            is_kept = pl.DataFrame(columns).select(pl.any_horizontal(pl.all().is_not_null())).to_series()
            columns, lines = [column.filter(is_kept) for column in columns], lines.filter(is_kept)
        # Integers have the same texts in fewer bytes.
        small = frame.with_columns(
            column.shrink_dtype() for column in frame.iter_columns() if column.dtype.is_integer()
        )
        return FrameRows(small, columns, lines)


def hold_frame(frame: pl.DataFrame) -> FrameRecords:
    """Return the rows of a frame; values of types that may have no text in Python are written as texts at once."""
    return FrameRecords(
        frame.with_columns(
            pl.Series(column.name, list(_write_column(column)), dtype=pl.String)
            for column in frame.iter_columns()
            if column.dtype not in _PLAIN
        )
    )


def _write_texts(column: pl.Series) -> pl.Series:
    """Return a column of values as one of texts, as `write_cell` writes them; null where there is nothing."""
    if column.dtype == pl.String:
        return trim(column)
    if column.dtype in _INTEGERS:
        low, high = column.min(), column.max()
        if isinstance(low, int) and isinstance(high, int) and high - low < _MOST_WRITTEN:
            texts = pl.Series([str(number) for number in range(low, high + 1)], dtype=pl.String)
            return texts.gather(column.cast(pl.Int64) - low if high < 2**63 else column - low)
        return column.cast(pl.String)
    values = column.unique().drop_nulls()
    texts = pl.Series([write_cell(value) or None for value in values.to_list()], dtype=pl.String)
    return column.replace_strict(values, texts, default=None, return_dtype=pl.String)


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
        hold_frame(frame),
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
