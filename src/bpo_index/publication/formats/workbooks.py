"""Which table stands in which workbook: `tables.xlsx` is made to be printed, `more-tables.xlsx` to be filtered.

A table of more than `MOST_SHEET_ROWS` rows stands in neither: it is there as CSV and as Parquet. Of the others ranking
and categories come first, where they are not long, then the shortest, until `MOST_PAGES` are full; the rest are sheets
of `more-tables.xlsx`. No table stands in both, and one without rows in none; `about` says where each is. Method page:
docs/methods/release.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import Table
from bpo_index.publication.formats.sheets import Sheet, make_about, make_codebook, make_sheet

PRINTED, FILTERED = "tables.xlsx", "more-tables.xlsx"
#: Rows of a table that stands in a workbook.
MOST_SHEET_ROWS = 1_000
#: Pages of `tables.xlsx`, and of one table in it.
MOST_PAGES, _MOST_SHEET_PAGES = 25, 8


def lay_out_workbooks(
    tables: Sequence[Table],
    frames: Mapping[str, pl.DataFrame],
    names: Mapping[str, Mapping[str, str]],
    paragraphs: Sequence[tuple[str, str]],
    *,
    is_percentage: bool,
) -> dict[str, list[Sheet]]:
    """Return the sheets of each workbook by its file name.

    Parameters
    ----------
    tables, frames
        Every table, and by its name what it holds.
    names
        Of `unit` and `category`: code to name.
    paragraphs
        With which the first sheet begins: what each is about, and its text.
    """
    short = [table for table in tables if 0 < frames[table.name].height <= MOST_SHEET_ROWS]
    sheets = [make_sheet(table, frames[table.name], names, is_percentage=is_percentage) for table in short]
    printed = _choose_printed(sheets, make_about([*paragraphs, *_tell_places(tables, frames, {})], []).layout.pages)
    chosen = {sheet.name for sheet in printed}
    places = {sheet.name: PRINTED if sheet.name in chosen else FILTERED for sheet in sheets}
    said = _tell_places(tables, frames, places)
    books = {PRINTED: printed, FILTERED: [sheet for sheet in sheets if sheet.name not in chosen]}
    return {name: [make_about([*paragraphs, *said], []), *book, make_codebook(book)] for name, book in books.items()}


def _choose_printed(sheets: Sequence[Sheet], pages: int) -> list[Sheet]:
    """Return the sheets that are printed, in their order: as many as fit with their codebook beside so many pages."""
    first = {table.name for table in list_tables().values() if not table.folder}
    chosen: list[Sheet] = []
    for sheet in sorted(sheets, key=lambda sheet: (sheet.name not in first, sheet.layout.pages)):
        longer = [*chosen, sheet]
        taken = pages + sum(one.layout.pages for one in longer) + make_codebook(longer).layout.pages
        if sheet.layout.pages <= _MOST_SHEET_PAGES and taken <= MOST_PAGES:
            chosen = longer
    names = {sheet.name for sheet in chosen}
    return [sheet for sheet in sheets if sheet.name in names]


def _tell_places(
    tables: Sequence[Table], frames: Mapping[str, pl.DataFrame], places: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return where each table is, after what it is called; places are file names of workbooks by the table's name."""
    said = [
        (
            phrase("tables.about_printing"),
            phrase("tables.printing", printed=PRINTED, most=MOST_PAGES, filtered=FILTERED),
        )
    ]
    for table in tables:
        rows, title, row = frames[table.name].height, table.say_title(), table.say_row()
        if not rows:
            text = phrase("tables.place_empty", title=title, row=row)
        elif rows > MOST_SHEET_ROWS:
            files = {"csv": table.path, "parquet": table.parquet_path}
            text = phrase("tables.place_files", title=title, row=row, rows=rows, **files)
        else:
            text = phrase("tables.place_workbook", title=title, row=row, workbook=places.get(table.name, FILTERED))
        said.append((phrase("tables.about_table", table=table.name), text))
    return said
