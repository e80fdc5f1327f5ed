"""Frames of any library as files, so that they are read as a file is: polars, pandas, Arrow, and what narwhals knows.

A frame is written as Parquet, which keeps its headings, and numbers as numbers; a named index of pandas is a column.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from bpo_index.display.labels import show_text
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.responses.columnar import write_cell

_INSTALL = "Install it (pip install 'bpo-index[notebook]'), or save the frame as a file and give its path"


def is_frame(value: object) -> bool:
    """Return whether a value is a frame of a library that is known.

    Examples
    --------
    >>> is_frame(pl.DataFrame()), is_frame(pl.LazyFrame()), is_frame(pl.Series()), is_frame("survey.csv")
    (True, True, False, False)
    """
    return isinstance(nw.from_native(value, pass_through=True), nw.DataFrame | nw.LazyFrame) or _is_arrow(value)


def _is_arrow(value: object) -> bool:
    """Return whether a value hands over columns with names in the way of Arrow, such as a batch of records."""
    return hasattr(value, "__arrow_c_stream__") and hasattr(value, "schema")


def write_frame(frame: object, path: Path) -> None:
    """Write a frame as a Parquet file.

    Raises
    ------
    UsageError
        When the frame has no columns, no rows, or headings that no file has.
    EnvironmentFailed
        When a library that it needs is not installed.
    """
    table = _load(frame)
    if not table.width:
        raise UsageError("The frame has no columns. Give a frame with a row a respondent and a column a question.")
    if not table.height:
        raise UsageError("The frame has no rows. Give a frame with a row a respondent.")
    table.write_parquet(path)


def _load(frame: object) -> pl.DataFrame:
    native = _name_columns(frame)
    try:
        held = nw.from_native(native, pass_through=True)
        if not isinstance(held, nw.DataFrame | nw.LazyFrame):
            return pl.DataFrame(native)
        if isinstance(held, nw.LazyFrame):
            held = held.collect("polars")
        columns = held.to_polars() if held.implementation.is_polars() else _convert(held)
    except ImportError as error:
        lacking = f"it needs {error.name or 'a library'}, which is missing"
        raise EnvironmentFailed(f"The frame cannot be read: {lacking}. {_INSTALL}.") from None
    except UsageError:
        raise
    except Exception as error:
        why = show_text(str(error).strip().partition("\n")[0], 200) or type(error).__name__
        raise UsageError(f"The frame cannot be read: {why.rstrip('.')}. Correct it, or save it as a file.") from error
    return columns.with_columns(
        pl.Series(column.name, [_write(value) for value in column.to_list()], dtype=pl.String)
        for column in columns.iter_columns()
        if column.dtype == pl.Object
    )


def _convert(held: nw.DataFrame[Any]) -> pl.DataFrame:
    """Return a frame of another library; columns of values of several kinds become texts.

    Where pyarrow is missing, through which polars takes columns of pandas, values are taken one by one.
    """
    has_arrow = _is_there("pyarrow")
    return pl.DataFrame([_convert_column(held[name], has_arrow=has_arrow) for name in held.columns])


def _convert_column(column: nw.Series[Any], *, has_arrow: bool) -> pl.Series:
    kind = column.dtype
    if has_arrow and kind != nw.Object:
        return column.to_polars()
    pairs = zip(column.to_list(), column.is_null().to_list(), strict=True)
    values = [None if is_null else value for value, is_null in pairs]
    if kind.is_numeric() or kind.is_temporal() or kind == nw.Boolean:
        return pl.Series(column.name, values)
    return pl.Series(column.name, [_write(value) for value in values], dtype=pl.String)


def _is_there(library: str) -> bool:
    try:
        import_module(library)
    except ImportError:
        return False
    return True


def _write(value: object) -> str | None:
    return write_cell(value) or None


def _name_columns(frame: Any) -> Any:
    """Return a frame of pandas with texts as headings, each once, and a named index as a column; others as they are."""
    frame = nw.to_native(frame, pass_through=True)
    if not nw.dependencies.is_pandas_dataframe(frame):
        return frame
    if frame.columns.nlevels > 1:
        raise UsageError(
            f"The headings of the frame have {frame.columns.nlevels} levels. Give it one row of headings: "
            "frame.columns = [...]."
        )
    named = [name for name in frame.index.names if name is not None]
    whole = frame.reset_index() if len(named) == frame.index.nlevels else frame
    names = [str(name) for name in whole.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        shown = ", ".join(repr(show_text(name, 60)) for name in twice[:10])
        raise UsageError(f"The frame has more than one column called {shown}. Give each a name of its own.")
    return whole.set_axis(names, axis="columns")
