"""SPSS files as grids, one row a record, counted from 1, with what the file says of its codes.

Codes that the file declares missing stay what they are. The library that reads the format is written in C and ends the
whole process on some damaged files, so it runs in a process of its own. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from bpo_index.responses.apart import read_apart
from bpo_index.responses.columnar import list_numbers, write_cell, write_records
from bpo_index.responses.grids import Codebook, Grid, Unreadable


def read_spss(content: bytes) -> Grid:
    """Return the grid of an SPSS file, with its codebook.

    Raises
    ------
    Unreadable
        When the file is broken.
    EnvironmentFailed
        When the process that reads it cannot run.
    """
    grid: Grid | str = read_apart("spss", content)
    if isinstance(grid, str):
        why = f"is damaged: it starts like an SPSS file and cannot be read as one ({grid})"
        raise Unreadable(why)
    return grid


def read_path(path: str) -> Grid:
    """Return the grid of a file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    frame, meta = pyreadstat.read_sav(path, output_format="polars", user_missing=True)
    records = list(write_records(frame))
    codebook = _read_codebook(frame, meta)
    return Grid(
        "SPSS", records, numbers=list_numbers(frame), has_headings=False, named=tuple(frame.columns), codebook=codebook
    )


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
