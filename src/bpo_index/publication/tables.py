"""The published tables as files: one result, for machines, for spreadsheets and for readers.

`render_tables` makes them all: CSV (`csv_tables`), JSON and Parquet (`table_files`, `long_form`), workbooks
(`workbook`), pages in Markdown, HTML and LaTeX, which show the same cells (`reader_tables`), and a description of them
all (`datapackage`). The same input gives the same bytes.
"""

from __future__ import annotations

from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.files.csv_tables import render_csv
from bpo_index.publication.columns import list_tables
from bpo_index.publication.formats.datapackage import describe_package
from bpo_index.publication.formats.html_tables import render_html
from bpo_index.publication.formats.latex import render_latex
from bpo_index.publication.formats.long_form import list_frames
from bpo_index.publication.formats.markdown import render_markdown
from bpo_index.publication.formats.reader_tables import describe_reading, lay_out_categories, lay_out_ranking
from bpo_index.publication.formats.sheets import make_codebook, make_sheet
from bpo_index.publication.formats.table_files import render_parquet, render_records
from bpo_index.publication.formats.workbook import render_workbook
from bpo_index.publication.formats.workbooks import MOST_SHEET_ROWS, PRINTED, lay_out_workbooks
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import names_percentage


def render_tables(result: Result, definition: IndexDefinition) -> dict[str, bytes]:
    """Return the files of the tables, path within the release to content; the last describes all others.

    Parameters
    ----------
    result
        Of `build_result`.
    definition
        The index.
    """
    frames, described = list_frames(result), list_tables()
    is_percentage = names_percentage(definition)
    notice = result.notice
    pages = {"ranking": lay_out_ranking(result, definition), "categories": lay_out_categories(result, definition)}
    print_setup: dict[str, Any] = {"title": definition.title, "notice": notice}
    files: dict[str, bytes] = {}
    for name, page in pages.items():
        sheet = make_sheet(described[name], frames[name], is_percentage=is_percentage)
        files |= {
            f"{name}.csv": render_csv(frames[name]),
            f"{name}.json": render_records(frames[name]),
            f"{name}.parquet": render_parquet(frames[name]),
            f"{name}.md": render_markdown(page),
            f"{name}.html": render_html(page, name),
            f"{name}.tex": render_latex(page, f"tab:{definition.index}-{definition.edition}-{name}"),
            f"{name}.xlsx": render_workbook([sheet, make_codebook([sheet])], **print_setup),
        }
    files |= {"long.csv": render_csv(frames["long"]), "long.parquet": render_parquet(frames["long"])}
    for name, frame in result.tables.items():
        files[described[name].path] = render_csv(frame)
        if frame.height > MOST_SHEET_ROWS:
            files[described[name].parquet_path] = render_parquet(frame)
    paragraphs = _list_paragraphs(result, definition, notice)
    names = {"unit": dict(result.ranking.select("unit", "name").iter_rows()), "category": definition.category_titles}
    tables = [table for name, table in described.items() if name in frames and name != "long"]
    for name, sheets in lay_out_workbooks(tables, frames, names, paragraphs, is_percentage=is_percentage).items():
        files[name] = render_workbook(sheets, **print_setup, is_printed=name == PRINTED)
    files["datapackage.json"] = describe_package(files, result, definition)
    return files


def _list_paragraphs(result: Result, definition: IndexDefinition, notice: str) -> list[tuple[str, str]]:
    """Return what the first sheet of a workbook says, each paragraph after what it is about."""
    return [
        (phrase("tables.about_index"), definition.title),
        (phrase("tables.about_edition"), definition.edition),
        *([(phrase("tables.about_data"), notice)] if notice else []),
        (phrase("tables.about_provenance"), definition.provenance.note),
        *((phrase("tables.about_finding"), sentence) for sentence in result.findings),
        (phrase("tables.about_how_to_read"), describe_reading(definition)),
        *((phrase("tables.about_note"), note) for note in result.notes),
    ]
