"""Workbooks of the tables: formatted to be read and printed, every number as it was computed, text never a formula."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from bpo_index.publication.columns.description import Column
from bpo_index.publication.formats.printing import ABOVE, SIDE
from bpo_index.publication.formats.reader_tables import replace_controls
from bpo_index.publication.formats.sheets import LINE_HEIGHT, Sheet

#: Characters of a cell that Excel takes.
_MOST_CHARACTERS = 32_767
#: The column whose texts are set in, and the one that says how far.
_TITLE, _LEVEL = "category_title", "level"
_CREATED = datetime.datetime(1980, 1, 1)


def render_workbook(sheets: Sequence[Sheet], *, title: str, notice: str, is_printed: bool = True) -> bytes:
    """Return a workbook; the same sheets give the same bytes.

    Parameters
    ----------
    sheets
        In their order; names at most 31 characters, each once.
    title, notice
        Printed above and below every page; an empty notice is not.
    is_printed
        Whether the sheets have print areas.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415

    content = io.BytesIO()
    never = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    workbook = Workbook(content, {"in_memory": True} | dict.fromkeys(never, False))
    # NOTE: a fixed time, as the time of day would make other bytes of the same numbers.
    workbook.set_properties({"title": _cut(title), "subject": notice, "created": _CREATED})
    for sheet in sheets:
        worksheet = workbook.add_worksheet(sheet.name)
        _write_sheet(workbook, worksheet, sheet)
        _set_up_printing(worksheet, sheet, title, notice)
        if is_printed:
            worksheet.print_area(0, 0, sheet.written.height, sheet.printed - 1)
    workbook.close()
    return content.getvalue()


def _write_sheet(workbook: Any, worksheet: Any, sheet: Sheet) -> None:
    head = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1, "bg_color": "#E7ECF2"}
    frame = sheet.written
    for at, (column, heading, width) in enumerate(zip(sheet.columns, sheet.headings, sheet.widths, strict=True)):
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
        write = _choose_writer(worksheet, column)
        for row, value in enumerate(frame[column.name], start=1):
            if value is not None and value != "":
                write(row, at, value, set_in.get(levels[row - 1], cells) if levels else cells)
    for row, height in enumerate(sheet.heights):
        if height > LINE_HEIGHT:
            worksheet.set_row(row, height)
    worksheet.freeze_panes(1, sheet.frozen)
    if frame.height:
        worksheet.autofilter(0, 0, frame.height, len(sheet.columns) - 1)


def _choose_writer(worksheet: Any, column: Column) -> Callable[[int, int, Any, Any], None]:
    """Return what writes the values of a column as what they are."""
    if column.dtype == pl.Boolean:
        return worksheet.write_boolean  # type: ignore[no-any-return]
    if column.dtype.is_numeric():
        return worksheet.write_number  # type: ignore[no-any-return]

    def write_text(row: int, at: int, value: str, cells: Any) -> None:
        text = _cut(value)
        if text.startswith("<r>") and text.endswith("</r>"):
            # NOTE: xlsxwriter takes such a text for the XML of a formatted one; in two pieces it does not.
            worksheet.write_rich_string(row, at, text[:3], cells, text[3:], cells)
        else:
            worksheet.write_string(row, at, text, cells)

    return write_text


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


def _set_up_printing(worksheet: Any, sheet: Sheet, title: str, notice: str) -> None:
    if sheet.layout.is_landscape:
        worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.set_margins(left=SIDE, right=SIDE, top=ABOVE, bottom=ABOVE)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(0)
    # NOTE: Excel takes 255 characters; an ampersand is written twice.
    above = " ".join(replace_controls(title).split())[:100].replace("&", "&&")
    worksheet.set_header(f"&L{above}&R&A")
    worksheet.set_footer(f"&L{notice}&R&P / &N")
