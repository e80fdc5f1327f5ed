"""Workbooks of the tables: formatted to be read and printed, every number as it was computed, text never a formula."""

from __future__ import annotations

import datetime
import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import Column, Table
from bpo_index.publication.formats.reader_tables import replace_controls

#: Rows of a sheet; a table that has more is cut, and the sheet `about` says so. Excel takes 1,048,575 below a heading.
MOST_ROWS = 100_000
#: Characters of a cell that Excel takes.
_MOST_CHARACTERS = 32_767
# Width of columns in digits, height of a line in points; Excel shows rows of at most 409 points.
_LEAST_WIDTH, _LINE_HEIGHT, _MOST_LINES = 6, 15, 27
#: The column whose texts are set in, and the one that says how far.
_TITLE, _LEVEL = "category_title", "level"
_CREATED = datetime.datetime(1980, 1, 1)
_CODEBOOK = (
    Column("table", pl.String, "name of the table, of its file and of its sheet"),
    Column("column", pl.String, "name of the column in CSV, JSON and Parquet"),
    Column("heading", pl.String, "heading of the column in tables for readers"),
    Column("unit", pl.String, "unit of measure"),
    Column("meaning", pl.String, "what the column holds and what null, in a workbook an empty cell, means"),
)
_ABOUT = (Column("about", pl.String, "what is described"), Column("text", pl.String, "what is said of it"))


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    frozen: int = 0
    """Columns on the left that stay in sight."""
    widest: int = 32
    """The width from which on texts are broken over lines, in digits."""


def make_sheet(table: Table, frame: pl.DataFrame) -> Sheet:
    """Return the sheet of a table; columns up to the name stay in sight."""
    names = [column.name for column in table.columns]
    return Sheet(table.name, table.columns, frame, names.index("name") + 1 if "name" in names else 0)


def make_codebook(tables: Sequence[Table], *, is_percentage: bool) -> Sheet:
    """Return the sheet that says what every column of some tables means."""
    rows = [
        (
            table.name,
            column.name,
            column.name_heading(table.name, is_percentage=is_percentage),
            column.say_unit(),
            column.say_meaning(table.name),
        )
        for table in tables
        for column in table.columns
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


def render_workbook(sheets: Sequence[Sheet], *, title: str, notice: str, is_percentage: bool) -> bytes:
    """Return a workbook; the same sheets give the same bytes.

    Parameters
    ----------
    sheets
        In their order; names at most 31 characters, each once.
    title, notice
        Printed above and below every page; an empty notice is not.
    is_percentage
        Whether score points are per cent of the answer scale, as headings then say.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415

    content = io.BytesIO()
    never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    workbook = Workbook(content, {"in_memory": True} | dict.fromkeys(never, False))
    # NOTE: a fixed time, as the time of day would make other bytes of the same numbers.
    workbook.set_properties({"title": _cut(title), "subject": notice, "created": _CREATED})
    for sheet in sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        _write_sheet(workbook, worksheet, sheet, is_percentage=is_percentage)
        _set_up_printing(worksheet, title, notice)
    workbook.close()
    return content.getvalue()


def _write_sheet(workbook: Any, worksheet: Any, sheet: Sheet, *, is_percentage: bool) -> None:
    head = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#E7ECF2"}
    frame = sheet.frame.head(MOST_ROWS)
    lines = [1] * (frame.height + 1)
    for at, column in enumerate(sheet.columns):
        heading = column.name_heading(sheet.name, is_percentage=is_percentage)
        values = frame[column.name]
        width = _measure_width(heading, values, column.decimals, sheet.widest)
        shown = _choose_format(column)
        aligned = {key: shown[key] for key in ("align", "indent") if key in shown} or {"align": "right"}
        cells = workbook.add_format({"valign": "top", **shown})
        # NOTE: titles of categories are set in by their level; Excel takes fifteen.
        levels = frame[_LEVEL].to_list() if column.name == _TITLE and _LEVEL in frame.columns else []
        set_in = {
            level: workbook.add_format({"valign": "top", **shown, "indent": min(level, 15)})
            for level in sorted(set(levels))
            if level > 1
        }
        worksheet.set_column(at, at, width)
        worksheet.write_string(0, at, heading, workbook.add_format(head | aligned))
        lines[0] = max(lines[0], _count_lines(heading, width - 1))
        for row, value in enumerate(values, start=1):
            _write_cell(worksheet, row, at, value, cells=set_in.get(levels[row - 1], cells) if levels else cells)
            if isinstance(value, str) and len(value) >= width:
                lines[row] = max(lines[row], _count_lines(value, width - 1))
    # NOTE: not every program finds by itself how high a row with broken lines must be.
    for row, count in enumerate(lines):
        if count > 1:
            worksheet.set_row(row, _LINE_HEIGHT * min(count, _MOST_LINES))
    worksheet.freeze_panes(1, sheet.frozen)
    if frame.height:
        worksheet.autofilter(0, 0, frame.height, len(sheet.columns) - 1)


def _write_cell(worksheet: Any, row: int, at: int, value: object, *, cells: Any) -> None:
    """Write a value as what it is; null leaves the cell empty."""
    match value:
        case None | "":
            pass
        case bool():
            worksheet.write_boolean(row, at, value, cells)
        case int() | float():
            worksheet.write_number(row, at, value, cells)
        case _:
            text = _cut(str(value))
            if text.startswith("<r>") and text.endswith("</r>"):
                # NOTE: xlsxwriter takes such a text for the XML of a formatted one; in two pieces it does not.
                worksheet.write_rich_string(row, at, text[:3], cells, text[3:], cells)
            else:
                worksheet.write_string(row, at, text, cells)


def _cut(text: str) -> str:
    text = replace_controls(text)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def _choose_format(column: Column) -> dict[str, Any]:
    if column.is_text:
        text = {"text_wrap": True, "align": "left", "indent": 1}
        # NOTE: Excel shows booleans in words under any format, LibreOffice not.
        return text | {"num_format": '"TRUE";"TRUE";"FALSE"'} if column.dtype == pl.Boolean else text
    if column.dtype.is_integer():
        return {"num_format": "0"}
    return {"num_format": f"0.{'0' * column.decimals}"} if column.decimals else {}


def _measure_width(heading: str, values: pl.Series, decimals: int | None, widest: int) -> int:
    """Return the width of a column in digits: its longest cell as shown, or word of the heading, within limits."""
    shown = values.round(decimals) if values.dtype.is_float() and decimals is not None else values
    longest: Any = shown.cast(pl.String).str.len_chars().max()
    # Two more for the indent of texts, and in the heading for the button of the filter.
    words = max(len(word) for word in heading.split())
    return min(max((longest or 0) + 2, words + 2, _LEAST_WIDTH), widest)


def _count_lines(text: str, width: int) -> int:
    """Return over how many lines a text is broken in a column of a width in digits.

    Examples
    --------
    >>> _count_lines("Rank set, best", 12)
    2
    """
    return sum(max(len(textwrap.wrap(line, width)), 1) for line in text.splitlines())


def _set_up_printing(worksheet: Any, title: str, notice: str) -> None:
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    # NOTE: Excel takes 255 characters; an ampersand is written twice.
    above = " ".join(replace_controls(title).split())[:100].replace("&", "&&")
    worksheet.set_header(f"&L{above}&R&A")
    worksheet.set_footer(f"&L{notice}&R&P / &N")
