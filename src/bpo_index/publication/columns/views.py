"""Views of published tables for readers, made from the records of their columns: headings, decimals, text or number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bpo_index.display.numbers import NOTHING, show_number, show_range, show_score, show_share
from bpo_index.display.table_view import TableView, ViewColumn
from bpo_index.publication.columns.description import Column, Table


def view_frame(
    table: Table,
    names: Sequence[str],
    frame: pl.DataFrame,
    *,
    caption: str = "",
    is_percentage: bool = False,
    headings: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    note: str = "",
) -> TableView:
    """Return the view of a frame: numbers rounded, ranges in one column, bounds in words, a dash for null.

    Parameters
    ----------
    table
        The record of the table.
    names
        What is shown, in its order: names of columns, and for both ends of a range in one column, such as `ci_low` and
        `ci_high`, what stands before `_low` and `_high`.
    frame
        One row per row of the view, with at least the columns that are shown, and `note` where there are marks.
    caption, note
        As in `TableView`; no caption: the title of the table.
    is_percentage
        Whether score points are per cent of the answer scale.
    headings
        By name, where another heading than that of the record is wanted.
    marks
        Note to the mark of the rows that have it.

    Examples
    --------
    >>> from bpo_index.publication.columns.scores import RANKING
    >>> frame = pl.DataFrame({"name": ["Colombia"], "se": [1.26], "ci_low": [85.43], "ci_high": [94.46]})
    >>> view = view_frame(RANKING, ["name", "se", "ci"], frame, headings={"name": "Country"})
    >>> view.headings, view.rows
    (('Country', 'Standard error', 'Interval'), [('Colombia', '1.3', '85.4 to 94.5')])
    """
    found = _find_columns(table, names)
    return TableView(
        key=table.name,
        caption=caption or table.say_title(),
        columns=tuple(
            ViewColumn(
                (headings or {}).get(name)
                or columns[0].name_heading(table.name, is_percentage=is_percentage, is_range=len(columns) > 1),
                columns[0].is_text,
            )
            for name, columns in zip(names, found, strict=True)
        ),
        rows=[tuple(_show_cell(row, *columns) for columns in found) for row in frame.iter_rows(named=True)],
        marks=tuple(marks.get(note, "") for note in frame["note"]) if marks else (),
        note=note,
    )


def _find_columns(table: Table, names: Sequence[str]) -> list[tuple[Column, ...]]:
    """Return for each name its column, or the two of a range."""
    described = {column.name: column for column in table.columns}
    return [
        (described[name],) if name in described else (described[f"{name}_low"], described[f"{name}_high"])
        for name in names
    ]


def _show_cell(row: Mapping[str, Any], column: Column, high: Column | None = None) -> str:
    value, decimals = row[column.name], column.decimals or 0
    if high is not None:
        return show_range(value, row[high.name], decimals)
    if column.name == "score" and "score_bound" in row:
        return show_score(row)
    if column.is_text or value is None:
        return NOTHING if value in (None, "") else str(value)
    return show_share(value) if column.unit in ("share", "p-value") else show_number(value, decimals)
