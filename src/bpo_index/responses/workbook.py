"""Excel and OpenDocument workbooks as grids, one a sheet; rows count as in the sheet, from 1.

Cells whose formula has an error, or was never computed, hold ``#ERROR`` or ``#NOT COMPUTED`` (in .xlsx files), so that
they are not taken for empty. Method page:
docs/methods/reading.md.
"""

from __future__ import annotations

import io
import logging
import posixpath
import re
import zipfile
import zlib
from typing import Any
from xml.etree import ElementTree

from bpo_index.answer_texts import parse_number
from bpo_index.definition_blocks import Source as HowToRead
from bpo_index.responses.columnar import describe_error, is_fault, write_cell
from bpo_index.responses.grids import ADVICE, Grid, Unreadable
from bpo_index.responses.records import write_record

#: Cells that a sheet may span, and bytes that it may unpack to.
MOST_CELLS, _MOST_XML = 50_000_000, 2**30
_COLUMN = re.compile(rb'\br="([A-Z]{1,3})[0-9]')
_ROW = re.compile(rb'\br="[A-Z]{0,3}([0-9]{1,7})"')
_CELL = rb'<c\b(?=[^>]*\br="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})")'
_FORMULA = rb"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*"
#: Cells whose formula has no value: an error, or a program that wrote the formula and did not compute it. A computed
#: text that is empty says t="str" and has an empty value.
_NO_VALUE = (
    (re.compile(_CELL + rb'[^>]*\bt="e"'), "#ERROR"),
    (
        re.compile(
            _CELL + rb'(?:(?![^>]*\bt="str")' + _FORMULA + rb"(?:<v\s*/>|<v>\s*</v>)?|" + _FORMULA + rb")\s*</c>"
        ),
        "#NOT COMPUTED",
    ),
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(content: bytes, how: HowToRead) -> list[Grid]:
    """Return the grids of a workbook's sheets that hold anything; of the one that `how.sheet` names alone.

    Raises
    ------
    Unreadable
        When the file is broken, is another archive, or lacks the sheet.
    """
    import fastexcel  # noqa: PLC0415

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every empty column

    if content.startswith(b"PK") and not _is_workbook(content):
        raise Unreadable(f"is a ZIP archive. Unpack it and give the file in it. {ADVICE}")
    try:
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        if how.sheet is not None and how.sheet not in names:
            raise Unreadable(
                f"has no sheet {how.sheet!r} (`source.sheet` of the definition); it has: {', '.join(names)}"
            )
        wanted = names if how.sheet is None else [how.sheet]
        errors = _look_into(content)
        grids = [_read_sheet(book, name, errors.get(name, {})) for name in wanted]
    except Unreadable:
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        raise Unreadable(
            f"is damaged, or locked with a password: it starts like a workbook and cannot be read as one "
            f"({describe_error(error)})"
        ) from None
    filled = [grid for grid in grids if not all(record.is_blank for record in grid.lines)]
    if not filled:
        raise Unreadable("is empty: no sheet holds anything. Export the survey again")
    return filled


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return True  # damaged; what reads workbooks says how
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


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


def _look_into(content: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Return, by sheet, the row and column (from 0) of cells whose formula has no value; of .xlsx files only.

    Raises
    ------
    Unreadable
        When a sheet spans more cells than can be held: two cells in far corners suffice for that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {}
            for name, path in _find_sheets(archive).items():
                if archive.getinfo(path).file_size > _MOST_XML:
                    raise Unreadable(f"is too large: its sheet {name!r} unpacks to more than 1 GiB. Save it as CSV")
                sheet = archive.read(path)
                _check_extent(name, sheet)
                found[name] = {
                    (int(match["row"]) - 1, _number_column(match["column"])): text
                    for pattern, text in _NO_VALUE
                    for match in pattern.finditer(sheet)
                }
            return found
    except (
        zipfile.BadZipFile,
        KeyError,
        ElementTree.ParseError,
        OSError,
        ValueError,
        EOFError,
        zlib.error,
        RuntimeError,
    ):
        return {}  # no .xlsx file, damaged, or locked with a password: what reads workbooks says so


def _check_extent(name: str, sheet: bytes) -> None:
    columns = {_number_column(letters) + 1 for letters in set(_COLUMN.findall(sheet))}
    rows = {int(row) for row in set(_ROW.findall(sheet))}
    cells = max(columns, default=0) * max(rows, default=0)
    if cells > MOST_CELLS:
        raise Unreadable(
            f"spans too much: its sheet {name!r} has {max(rows):,} rows and {max(columns):,} columns, more than "
            f"{MOST_CELLS:,} cells. Delete what stands far from the answers, or save the sheet as CSV"
        )


def _find_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
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
