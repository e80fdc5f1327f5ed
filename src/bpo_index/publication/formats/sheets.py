"""The sheets of workbooks before they are written: tables with names beside codes, and what columns mean."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import ORIGIN, PLACE, Column, Table
from bpo_index.publication.formats.printing import PrintLayout, choose_layout

#: Rows of a sheet; a table that has more is cut, and the sheet `about` says so. Excel takes 1,048,575 below a heading.
MOST_ROWS = 100_000
# Width of columns in digits, height of a line in points; Excel shows rows of at most 409 points.
_LEAST_WIDTH, LINE_HEIGHT, _MOST_LINES = 6, 15, 27
#: Columns that programs need and paper does not, where they are the last.
_UNPRINTED = tuple(column.name for column in (*PLACE, ORIGIN))
_CODEBOOK = (
    Column("table", pl.String, "name of the table, of its file and of its sheet"),
    Column("column", pl.String, "name of the column in CSV, JSON and Parquet"),
    Column("heading", pl.String, "heading of the column in tables for readers"),
    Column("unit", pl.String, "unit of measure"),
    Column("meaning", pl.String, "what the column holds and what null, in a workbook an empty cell, means"),
)
_ABOUT = (Column("about", pl.String, "what is described"), Column("text", pl.String, "what is said of it"))
#: What the texts of some columns, of these names in every table, are codes of.
_CODES = {
    "unit": "unit",
    "ahead": "unit",
    "behind": "unit",
    "category": "category",
    "first": "category",
    "second": "category",
    "gains": "category",
}
#: Columns that hold the names already.
_NAMED = {"unit": "name", "category": "category_title"}


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    """All rows; `written` are those that a sheet takes."""
    frozen: int = 0
    """Columns on the left that stay in sight."""
    widest: int = 32
    """The width from which on texts are broken over lines, in digits."""
    is_percentage: bool = False
    """Whether score points are per cent of the answer scale, as headings then say."""

    @property
    def written(self) -> pl.DataFrame:
        """The rows that are written."""
        return self.frame.head(MOST_ROWS)

    @cached_property
    def headings(self) -> list[str]:
        """What stands above the columns."""
        return [column.name_heading(self.name, is_percentage=self.is_percentage) for column in self.columns]

    @cached_property
    def widths(self) -> list[int]:
        """Of the columns, in digits: the longest cell as shown, or word of the heading, within limits."""
        return [
            _measure_width(heading, self.written[column.name], column.decimals, self.widest)
            for column, heading in zip(self.columns, self.headings, strict=True)
        ]

    @cached_property
    def heights(self) -> list[int]:
        """Of the rows, the heading first, in points: not every program finds how high broken lines must be."""
        lines = [1] * (self.written.height + 1)
        for column, heading, width in zip(self.columns, self.headings, self.widths, strict=True):
            lines[0] = max(lines[0], _count_lines(heading, width - 1))
            if column.dtype == pl.String:
                values = self.written[column.name]
                for row in (values.str.len_chars().fill_null(0) >= width).arg_true():
                    lines[row + 1] = max(lines[row + 1], _count_lines(values[row], width - 1))
        return [LINE_HEIGHT * min(count, _MOST_LINES) for count in lines]

    @cached_property
    def printed(self) -> int:
        """Columns that are printed: all but those for programs, where these are the last."""
        names = [column.name for column in self.columns]
        while len(names) > 1 and names[-1] in _UNPRINTED:
            names.pop()
        return len(names)

    @cached_property
    def layout(self) -> PrintLayout:
        """How it is printed, and on how many pages."""
        return choose_layout(self.widths[: self.printed], self.heights)


def make_sheet(
    table: Table,
    frame: pl.DataFrame,
    names: Mapping[str, Mapping[str, str]] | None = None,
    *,
    is_percentage: bool = False,
) -> Sheet:
    """Return the sheet of a table; columns up to the name stay in sight.

    Parameters
    ----------
    table, frame
        What it is, and what it holds.
    names
        Of `unit` and `category`: code to name, which then stands in a column of its own behind that of the codes.
    is_percentage
        Whether score points are per cent of the answer scale.
    """
    columns: list[Column] = []
    present = {column.name for column in table.columns}
    for column in table.columns:
        columns.append(column)
        kind = _CODES.get(column.name, "") if column.dtype == pl.String else ""
        if not names or not kind or (column.name == kind and _NAMED[kind] in present):
            continue
        named = _name_codes(table, column, kind)
        columns.append(named)
        shown = pl.col(column.name).replace_strict(dict(names[kind]), default=None, return_dtype=pl.String)
        frame = frame.with_columns(shown.alias(named.name))
    order = [column.name for column in columns]
    frozen = order.index("name") + 1 if "name" in order else 0
    return Sheet(table.name, tuple(columns), frame, frozen, is_percentage=is_percentage)


def _name_codes(table: Table, column: Column, kind: str) -> Column:
    """Return the column of the names beside a column of codes."""
    return Column(
        f"{column.name}_{_NAMED[kind].removeprefix('category_')}",
        pl.String,
        phrase(f"tables.meaning_of_{kind}_names"),
        heading=phrase(f"tables.heading_of_{kind}_names", heading=column.name_heading(table.name)),
    )


def make_codebook(sheets: Sequence[Sheet]) -> Sheet:
    """Return the sheet that says what every column of some sheets means."""
    rows = [
        (sheet.name, column.name, heading, column.say_unit(), column.say_meaning(sheet.name))
        for sheet in sheets
        for column, heading in zip(sheet.columns, sheet.headings, strict=True)
    ]
    return Sheet("codebook", _CODEBOOK, _make_texts(_CODEBOOK, rows), widest=80)


def make_about(paragraphs: Sequence[tuple[str, str]], sheets: Sequence[Sheet]) -> Sheet:
    """Return the sheet that says what a workbook holds: paragraphs, then the other sheets.

    Parameters
    ----------
    paragraphs
        What each is about, and its text.
    sheets
        The sheets of tables of the workbook.
    """
    contents = [(phrase("tables.about_sheet", sheet=sheet.name), _describe_sheet(sheet)) for sheet in sheets]
    return Sheet("about", _ABOUT, _make_texts(_ABOUT, [*paragraphs, *contents]), widest=100)


def _describe_sheet(sheet: Sheet) -> str:
    table = list_tables()[sheet.name]
    title, row, rows = table.say_title(), table.say_row(), sheet.frame.height
    if rows <= MOST_ROWS:
        return phrase("tables.sheet", title=title, row=row)
    return phrase("tables.sheet_cut", title=title, row=row, most=MOST_ROWS, rows=rows, path=table.path)


def _make_texts(columns: tuple[Column, ...], rows: Sequence[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in columns}, orient="row")


def _measure_width(heading: str, values: pl.Series, decimals: int | None, widest: int) -> int:
    shown = values.round(decimals) if values.dtype.is_float() and decimals is not None else values
    longest: Any = shown.cast(pl.String).str.len_chars().max()
    # Two more for the indent of texts, and in the heading for the button of the filter.
    words = max(len(word) for word in heading.split())
    return min(max((longest or 0) + 2, words + 2, _LEAST_WIDTH), widest)


@cache
def _count_lines(text: str, width: int) -> int:
    """Return over how many lines a text is broken in a column of a width in digits.

    Examples
    --------
    >>> _count_lines("Rank set, best", 12)
    2
    """
    return sum(max(len(textwrap.wrap(line, width)), 1) for line in text.splitlines())
