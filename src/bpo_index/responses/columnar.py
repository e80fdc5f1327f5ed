"""Parquet and SPSS files as grids: one row a record, counted from 1.

Missing numbers are empty cells. SPSS codes that the file declares missing stay what they are, with what the file says
of them beside. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import io
import json
import math
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bpo_index.responses.grids import Codebook, Grid, Unreadable
from bpo_index.responses.records import Record, write_record

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


def _write_column(column: pl.Series) -> Sequence[str]:
    # NOTE: each different value once: surveys have few, and a call of Python for each cell is slow.
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return [write_cell(value) for value in column.to_list()]
    if column.dtype == pl.Float32:  # its own shortest text, not that of the nearest double
        column = pl.Series([None if value is None else float(str(np.float32(value))) for value in column.to_list()])
    values = column.unique().to_list()
    texts = {value: write_cell(value) for value in values}
    return [texts.get(value, "") for value in column.to_list()]


def read_parquet(content: bytes) -> Grid:
    """Return the grid of a Parquet file.

    Raises
    ------
    Unreadable
        When the file is broken.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(content))
        return Grid(
            "Parquet", list(write_records(frame)), is_text=False, has_headings=False, named=tuple(frame.columns)
        )
    except BaseException as error:  # a panic of the reader is no Exception
        raise _explain(error, "a Parquet file") from None


def read_spss(content: bytes) -> Grid:
    """Return the grid of an SPSS file, with its codebook.

    Raises
    ------
    Unreadable
        When the file is broken.
    """
    import pyreadstat  # noqa: PLC0415

    # NOTE: the library reads from a path only.
    with tempfile.NamedTemporaryFile(suffix=".sav") as file:
        file.write(content)
        file.flush()
        try:
            frame, meta = pyreadstat.read_sav(file.name, output_format="polars", user_missing=True)
            records = list(write_records(frame))
        except BaseException as error:
            raise _explain(error, "an SPSS file") from None
    codebook = _read_codebook(frame, meta)
    return Grid("SPSS", records, is_text=False, has_headings=False, named=tuple(frame.columns), codebook=codebook)


def _read_codebook(frame: pl.DataFrame, meta: Any) -> Codebook:
    columns = frame.columns
    labels = {
        columns.index(name): {write_cell(code): str(label) for code, label in codes.items()}
        for name, codes in meta.variable_value_labels.items()
        if name in columns
    }
    missing: dict[int, frozenset[str]] = {}
    for name, ranges in meta.missing_ranges.items():
        if name in columns:
            used = [*frame[name].drop_nulls().unique().to_list(), *meta.variable_value_labels.get(name, {})]
            missing[columns.index(name)] = frozenset(
                write_cell(value) for value in used if any(_is_within(value, one["lo"], one["hi"]) for one in ranges)
            )
    headings = {n: str(label) for n, label in enumerate(meta.column_labels) if label}
    return Codebook(headings, labels, missing)


def _is_within(value: object, low: object, high: object) -> bool:
    if isinstance(value, str) or isinstance(low, str):
        return value == low
    return isinstance(value, int | float) and low <= value <= high  # type: ignore[operator]


def _explain(error: BaseException, kind: str) -> Unreadable:
    if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
        raise error
    return Unreadable(f"is damaged: it starts like {kind} and cannot be read as one ({describe_error(error)})")


def describe_error(error: BaseException) -> str:
    """Return the first line of an error's text, short."""
    lines = str(error).strip().splitlines()
    return (lines[0][:120] if lines else type(error).__name__).rstrip(".")
