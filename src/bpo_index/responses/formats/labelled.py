"""Files of statistics programs as grids, one row a record, counted from 1, with what the file says of its codes.

Codes that the file declares missing stay what they are; the letters of Stata and SAS for kinds of missing values get a
point: ``.a``. The library that reads these formats is written in C and ends the whole process on some damaged files, so
it runs in a process of its own (`read_labelled`). Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from bpo_index.display.labels import show_text
from bpo_index.responses.apart import read_apart
from bpo_index.responses.columnar import hold_frame, list_numbers, write_cell
from bpo_index.responses.grids import Codebook, Grid, Unreadable

#: The encoding that is tried where the bytes are not in the one that the file names, or should have.
_FALLBACK = "WINDOWS-1252"


def read_labelled(content: bytes, reader: Callable[[str], Grid], title: str) -> list[Grid]:
    """Return the grid of a file, with its codebook.

    Parameters
    ----------
    content
        The bytes of the file.
    reader
        What reads it by its path, in the process of its own: a function of a module.
    title
        What messages call such a file: ``an SPSS file``.

    Raises
    ------
    Unreadable
        When the file is broken.
    EnvironmentFailed
        When the process that reads it cannot run.
    """
    grid: Grid | Unreadable | str = read_apart(reader, content, kind=title)
    if isinstance(grid, Unreadable):
        raise grid
    if isinstance(grid, str):
        why = f"is damaged: it starts like {title} and cannot be read as one ({show_text(grid, 150)})"
        raise Unreadable(why)
    return [grid]


def make_grid(form: str, read: Callable[..., tuple[pl.DataFrame, Any]], path: str, **options: Any) -> Grid:
    """Return the grid of a file; for the process of its own.

    Parameters
    ----------
    form
        The format, as the decisions say it.
    read
        A function of the library.
    options
        Further options of it.
    """
    try:
        frame, meta = read(path, output_format="polars", **options)
    except Exception as error:
        if not isinstance(error, UnicodeError) and "encoding" not in str(error):
            raise
        frame, meta = read(path, output_format="polars", encoding=_FALLBACK, **options)
        form = f"{form}, Windows-1252"
    letters = {name: frozenset(codes) for name, codes in _find_letters(frame, meta).items()}
    frame = frame.with_columns(_point_letters(frame[name], codes) for name, codes in letters.items())
    numbers = [n for n, name in enumerate(frame.columns) if letters.get(name)]
    return Grid(
        form,
        hold_frame(frame),
        numbers=list_numbers(frame) | frozenset(numbers),
        has_headings=False,
        named=tuple(frame.columns),
        codebook=_read_codebook(frame, meta, letters),
    )


def _find_letters(frame: pl.DataFrame, meta: Any) -> dict[str, set[str]]:
    """Return the letters that stand for missing values in columns of numbers, used or with a label."""
    letters: dict[str, set[str]] = {}
    for name in frame.columns:
        if meta.readstat_variable_types.get(name) == "string":
            continue
        labelled = {code for code in meta.variable_value_labels.get(name, {}) if isinstance(code, str)}
        found = labelled | set(meta.missing_user_values.get(name, ()))
        if found:
            letters[name] = found
    return letters


def _point_letters(column: pl.Series, letters: frozenset[str]) -> pl.Series:
    """Return a column with a point before the letters that stand for missing values, as texts."""
    texts = [f".{value}" if value in letters else write_cell(value) for value in column.to_list()]
    return pl.Series(column.name, texts, dtype=pl.String)


def _read_codebook(frame: pl.DataFrame, meta: Any, letters: dict[str, frozenset[str]]) -> Codebook:
    places = {name: n for n, name in enumerate(frame.columns)}
    labels: dict[int, dict[str, str]] = {}
    for name, codes in meta.variable_value_labels.items():
        if name in places:
            known = letters.get(name, frozenset())
            labels[places[name]] = {
                f".{code}" if code in known else write_cell(code): str(label) for code, label in codes.items()
            }
    missing = {places[name]: frozenset(f".{code}" for code in codes) for name, codes in letters.items()}
    for name, ranges in meta.missing_ranges.items():
        if name in places:
            used = [*frame[name].drop_nulls().unique().to_list(), *meta.variable_value_labels.get(name, {})]
            missing[places[name]] = frozenset(
                write_cell(value) for value in used if any(_is_within(value, one["lo"], one["hi"]) for one in ranges)
            )
    headings = {n: str(label) for n, label in enumerate(meta.column_labels) if label}
    return Codebook(headings, labels, missing)


def _is_within(value: object, low: object, high: object) -> bool:
    if isinstance(value, str) or isinstance(low, str):
        return value == low
    return isinstance(value, int | float) and low <= value <= high  # type: ignore[operator]
