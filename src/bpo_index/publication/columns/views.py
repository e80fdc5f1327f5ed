"""Views of published tables for readers, made from the records of their columns: headings, decimals, text or number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bpo_index.display.numbers import NOTHING, show_number, show_range, show_score, show_share
from bpo_index.display.table_view import TableView, ViewColumn
from bpo_index.publication.columns.description import Column, Table

_NO_HEADINGS: Mapping[str, str] = {}
_NO_MARKS: Mapping[str, str] = {}


def view_columns(
    table: Table,
    names: Sequence[str],
    *,
    is_percentage: bool = False,
    headings: Mapping[str, str] = _NO_HEADINGS,
) -> tuple[ViewColumn, ...]:
    """Return the columns of a view of a table.

    Parameters
    ----------
    table
        The record of the table.
    names
        What is shown, in its order: names of columns, and for both ends of a range in one column, such as `ci_low` and
        `ci_high`, what stands before `_low` and `_high`.
    is_percentage
        Whether score points are per cent of the answer scale.
    headings
        By name, where another heading than that of the record is wanted.

    Examples
    --------
    >>> from bpo_index.publication.columns.scores import RANKING
    >>> shown = view_columns(RANKING, ["name", "score", "ci"], headings={"name": "Country"})
    >>> [(column.heading, column.is_text) for column in shown]
    [('Country', True), ('Score', False), ('Interval', False)]
    """
    shown = []
    for name, (first, *rest) in zip(names, _find_columns(table, names), strict=True):
        own = first.name_heading(is_percentage=is_percentage)
        # NOTE: headings of ends are those of their range, a comma and which end it is.
        own = own.rpartition(", ")[0] if rest else own
        shown.append(ViewColumn(headings.get(name, own), first.is_text))
    return tuple(shown)


def view_rows(table: Table, names: Sequence[str], frame: pl.DataFrame) -> list[tuple[str, ...]]:
    """Return the cells of a frame as readers see them: rounded, ranges in one, bounds in words, a dash for none.

    Parameters
    ----------
    table, names
        As in `view_columns`.
    frame
        One row per row of the view, with at least the columns that are shown.

    Examples
    --------
    >>> from bpo_index.publication.columns.scores import RANKING
    >>> frame = pl.DataFrame({"name": ["India"], "se": [1.26], "ci_low": [85.43], "ci_high": [94.46]})
    >>> view_rows(RANKING, ["name", "se", "ci"], frame)
    [('India', '1.3', '85.4 to 94.5')]
    """
    found = _find_columns(table, names)
    return [tuple(_show_cell(row, *columns) for columns in found) for row in frame.iter_rows(named=True)]


def view_frame(
    table: Table,
    names: Sequence[str],
    frame: pl.DataFrame,
    *,
    caption: str = "",
    is_percentage: bool = False,
    headings: Mapping[str, str] = _NO_HEADINGS,
    marks: Mapping[str, str] = _NO_MARKS,
    note: str = "",
) -> TableView:
    """Return the view of a frame.

    Parameters
    ----------
    table, names, is_percentage, headings
        As in `view_columns`.
    frame
        As in `view_rows`; with a column `note` where there are marks.
    caption, note
        As in `TableView`.
    marks
        Note to the mark of the rows that have it.
    """
    return TableView(
        key=table.name,
        caption=caption or table.title,
        columns=view_columns(table, names, is_percentage=is_percentage, headings=headings),
        rows=view_rows(table, names, frame),
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
        return str(value or NOTHING)
    return show_share(value) if column.unit in ("share", "probability") else show_number(value, decimals)
