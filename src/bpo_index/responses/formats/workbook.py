"""Excel and OpenDocument workbooks as grids, one a sheet; rows count as in the sheet, from 1.

Cells whose formula has an error, or was never computed, hold ``#ERROR`` or ``#NOT COMPUTED`` (in .xlsx files), so that
they are not taken for empty. Method page:
docs/methods/reading.md.
"""

from __future__ import annotations

import logging
import posixpath
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.display.labels import show_text
from bpo_index.errors import EnvironmentFailed
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.apart import read_apart
from bpo_index.responses.columnar import describe_error, is_fault, write_cell
from bpo_index.responses.formats.record import FileFormat, starts_with
from bpo_index.responses.formats.workbook_parts import MOST_LIST, Parts, SharedTexts, open_parts
from bpo_index.responses.grids import ADVICE, Grid, Unreadable
from bpo_index.responses.records import write_record

#: Cells that all sheets that are read may span, and sheets that there may be.
MOST_CELLS, MOST_SHEETS = 20_000_000, 1_000
_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})[0-9]""")
_ROW = re.compile(rb"""\br\s*=\s*["'][A-Z]{0,3}([0-9]{1,7})["']""")
_TAG = re.compile(rb"<(?:\w{1,20}:)?(c|row)[\s/>]")
#: NOTE: no tag of a cell is longer, and without a bound a sheet of tags that never end would be searched again at each.
_IN_TAG = rb"[^>]{0,300}"
_CELL = rb"<c\b(?=" + _IN_TAG + rb'\br="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})")'
_FORMULA = _IN_TAG + rb">\s*<f\b(?:" + _IN_TAG + rb"/>|" + _IN_TAG + rb">[^<]*</f>)\s*"
#: Cells whose formula has no value: an error, or a program that wrote the formula and did not compute it. A computed
#: text that is empty says t="str" and has an empty value.
_NO_VALUE = (
    (re.compile(_CELL + _IN_TAG + rb'\bt="e"'), "#ERROR"),
    (
        re.compile(
            _CELL
            + rb"(?:(?!"
            + _IN_TAG
            + rb'\bt="str")'
            + _FORMULA
            + rb"(?:<v\s*/>|<v>\s*</v>)?|"
            + _FORMULA
            + rb")\s*</c>"
        ),
        "#NOT COMPUTED",
    ),
)
#: Sheets named in a message, at most.
_SHOWN = 12
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(content: bytes, how: HowToRead) -> list[Grid]:
    """Return the grids of a workbook's sheets that hold anything; of the one that `how.sheet` names alone.

    Raises
    ------
    Unreadable
        When the file is broken, is another archive, or lacks the sheet.
    """
    grids: list[Grid] | str | Unreadable
    try:
        if content.startswith(b"PK"):
            parts = open_parts(content)
            if not parts.entries.keys() & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
                raise Unreadable(f"is a ZIP archive. Unpack it and give the file in it. {ADVICE}")
            if "xl/workbook.xml" in parts.entries:
                grids = read_sheets(content, how.sheet, _look_into(parts, how.sheet))
            else:
                grids = read_apart(read_path, content, *([] if how.sheet is None else [how.sheet]), kind="a workbook")
        else:
            grids = read_apart(read_path, content, *([] if how.sheet is None else [how.sheet]), kind="a workbook")
    except (Unreadable, EnvironmentFailed):
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        grids = describe_error(error)
    if isinstance(grids, Unreadable):
        raise grids
    if isinstance(grids, str):
        raise Unreadable(
            f"is damaged, or locked with a password: it starts like a workbook and cannot be read as one ({grids})"
        )
    filled = [grid for grid in grids if not all(record.is_blank for record in grid.lines)]
    if not filled:
        raise Unreadable("is empty: no sheet holds anything. Export the survey again")
    return filled


def read_path(path: str, *wanted: str) -> list[Grid]:
    """Return the grids of a workbook's sheets, of one where it is named; for the process of its own."""
    return read_sheets(Path(path).read_bytes(), wanted[0] if wanted else None)


def read_sheets(
    content: bytes, wanted: str | None, marks: Mapping[str, dict[tuple[int, int], str]] | None = None
) -> list[Grid]:
    """Return the grids of a workbook's sheets, also of those that hold nothing.

    Parameters
    ----------
    wanted
        The sheet that is read; None: all.
    marks
        By sheet: the row and column (from 0) of cells without a value, and the text that they get.

    Raises
    ------
    Unreadable
        When there is no such sheet.
    """
    import fastexcel  # noqa: PLC0415

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every empty column
    book = fastexcel.read_excel(content)
    names = book.sheet_names
    if wanted is not None and wanted not in names:
        shown = ", ".join(show_text(name) for name in names[:_SHOWN])
        shown += f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise Unreadable(f"has no sheet {wanted!r} (`source.sheet` of the definition); it has: {shown}")
    return [_read_sheet(book, name, (marks or {}).get(name, {})) for name in (names if wanted is None else [wanted])]


def _read_sheet(book: Any, name: str, errors: dict[tuple[int, int], str]) -> Grid:
    """Return the grid of a sheet. Cells that are numbers are taken as numbers: as text they are rounded."""

    def load(kind: str) -> Any:
        # NOTE: with a kind given, no cell is lost; without one, the first thousand rows decide on that of a column.
        return book.load_sheet(name, header_row=None, skip_rows=0, dtypes=kind)

    sheet = load("string")
    columns = [column.fill_null("").to_list() for column in sheet.to_polars().iter_columns()]
    # A text has no truth value, whatever it says; a number has.
    truths, values = load("boolean").to_polars(), load("float").to_polars()
    of_numbers = set()
    for n, (truth, number) in enumerate(zip(truths.iter_columns(), values.iter_columns(), strict=True)):
        rows = (truth.is_not_null() & number.is_not_null()).arg_true().to_list()
        for row, value in zip(rows, number.gather(rows).to_list(), strict=True):
            if parse_number(columns[n][row]) is not None:  # else true or false
                columns[n][row] = write_cell(value)
                if not value.is_integer():
                    of_numbers.add(n)
    first_column = min((column.absolute_index for column in sheet.available_columns()), default=0)
    whole, shift = _put_marks(columns, errors, first_column)
    records = [write_record(n, list(cells)) for n, cells in enumerate(zip(*whole, strict=True), start=1)]
    return Grid(
        f"workbook, sheet {name!r}",
        records,
        numbers=frozenset(n + shift for n in of_numbers),
        explicit={"sheet": name},
    )


def _put_marks(
    columns: list[list[str]], marks: dict[tuple[int, int], str], first_column: int
) -> tuple[list[list[str]], int]:
    """Return the columns of a sheet with texts put into cells, and how many columns are new before the first.

    The first column given is number `first_column`. Cells without a value at the edges of the sheet, which the reader
    cuts off, are there again.
    """
    if not marks:
        return columns, 0
    left = min(first_column, *(number for _, number in marks))
    width = max(first_column + len(columns), *(number + 1 for _, number in marks)) - left
    height = max(len(columns[0]) if columns else 0, *(row + 1 for row, _ in marks))
    whole = [[""] * height for _ in range(width)]
    for number, column in enumerate(columns, start=first_column - left):
        whole[number][: len(column)] = column
    for (row, number), text in marks.items():
        whole[number - left][row] = text
    return whole, first_column - left


def _look_into(parts: Parts, wanted: str | None) -> dict[str, dict[tuple[int, int], str]]:
    """Return, by sheet, the row and column (from 0) of cells whose formula has no value; of .xlsx files only.

    Raises
    ------
    Unreadable
        When the sheets that are read hold more than can be held: two cells in far corners suffice for that, or a long
        text that many cells refer to.
    """
    sheets = _find_sheets(parts)
    if len(sheets) > MOST_SHEETS:
        raise Unreadable(f"is too large: it has {len(sheets):,} sheets, more than {MOST_SHEETS:,}. Save it as CSV")
    path = next((path for path in parts.entries if path.lower() == "xl/sharedstrings.xml"), None)
    shared = SharedTexts(parts.unpack(path) if path else b"")
    found: dict[str, dict[tuple[int, int], str]] = {}
    left = MOST_CELLS
    for name, path in sheets.items():
        if path not in parts.entries or wanted not in (None, name):
            continue
        sheet = parts.unpack(path)
        left -= _measure_extent(name, sheet, left)
        shared.count(sheet)
        found[name] = {
            (int(match["row"]) - 1, _number_column(match["column"])): text
            for pattern, text in _NO_VALUE
            for match in pattern.finditer(sheet)
        }
    return found


def _measure_extent(name: str, sheet: bytes, most: int) -> int:
    """Return how many cells a sheet spans."""
    given = {found[1] for found in _COLUMN.finditer(sheet)}
    columns = {_number_column(letters) + 1 for letters in given}
    rows = {int(row) for row in {found[1] for found in _ROW.finditer(sheet)}}
    kinds = Counter(found[1] for found in _TAG.finditer(sheet))
    # Cells and rows need not say where they stand: then they follow one another.
    width, height = max(columns, default=0), max(max(rows, default=0), kinds[b"row"])
    cells = max(width * height, kinds[b"c"])
    if cells > most:
        raise Unreadable(
            f"spans too much: its sheet {show_text(name)!r} has {height:,} rows and {width:,} columns, and all sheets "
            f"together may have {MOST_CELLS:,} cells. Delete what stands far from the answers, or save the sheet as CSV"
        )
    return cells


def _find_sheets(parts: Parts) -> dict[str, str]:
    book = ElementTree.fromstring(parts.unpack("xl/workbook.xml", MOST_LIST))
    relations = ElementTree.fromstring(parts.unpack("xl/_rels/workbook.xml.rels", MOST_LIST))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    return {
        sheet.get("name", ""): posixpath.normpath(posixpath.join("xl", targets[sheet.get(_RELATION)])).lstrip("/")
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet") and sheet.get(_RELATION) in targets
    }


def _number_column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


RECORDS = (
    FileFormat(
        name="workbook",
        title="a workbook",
        recognise=starts_with(b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
        read=read_workbook,
        endings=(".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
        place=200,
    ),
)
