"""Every format of a table holds the numbers of the result: exactly for machines, rounded for readers, in one order."""

import io
import json
import re
import zipfile
from dataclasses import replace

import openpyxl
import polars as pl
import pytest

from bpo_index.definition import load_definition, replace_method
from bpo_index.display.numbers import write_digits
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import Column
from bpo_index.publication.columns.scores import CATEGORIES, RANKING
from bpo_index.publication.formats import sheets, workbooks
from bpo_index.publication.formats.long_form import list_frames, tabulate_long
from bpo_index.publication.formats.reader_tables import lay_out_ranking
from bpo_index.publication.formats.sheets import Sheet, make_about, make_sheet
from bpo_index.publication.formats.workbook import render_workbook
from bpo_index.publication.formats.workbooks import FILTERED, MOST_PAGES, PRINTED
from bpo_index.publication.standard_phrases import names_percentage
from bpo_index.publication.tables import render_tables
from tests.publication.latex import compile_latex, has_booktabs
from tests.publication.reading import READERS, Document

BOTH = ("ranking", "categories")


def read_csv(content: bytes, frame: pl.DataFrame) -> pl.DataFrame:
    read = pl.read_csv(content, schema=frame.schema)
    # An empty text and none look the same.
    empty = [name for name in frame.columns if frame.schema[name] == pl.String and (frame[name] == "").any()]
    return read.with_columns(pl.col(empty).fill_null(""))


def read_book(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def read_sheet(book: openpyxl.Workbook, frame: pl.DataFrame, sheet: str) -> pl.DataFrame:
    """Read a sheet cell by cell: types as they lie in the file."""
    headings = {column.name: column.name_heading(sheet, is_percentage=True) for column in list_tables()[sheet].columns}
    shown = [cell.value for cell in book[sheet][1]]
    # Names stand beside codes, in columns that only workbooks have.
    places = [shown.index(headings[name]) for name in frame.columns]
    cells = [[row[place] for place in places] for row in book[sheet].iter_rows(min_row=2, values_only=True)]
    read = pl.DataFrame(cells, schema=frame.columns, orient="row", infer_schema_length=None)
    if not read.height:
        return frame.clear()
    return read.with_columns(
        pl.col(name).fill_null("") if dtype == pl.String and (frame[name] == "").any() else pl.col(name).cast(dtype)
        for name, dtype in frame.schema.items()
    )


@pytest.mark.parametrize("name", BOTH)
def test_machines_read_the_same_numbers(rendered, name):
    result, files = rendered
    frame = getattr(result, name)
    assert pl.read_parquet(io.BytesIO(files[f"{name}.parquet"])).equals(frame)
    assert pl.DataFrame(json.loads(files[f"{name}.json"]), schema=frame.schema).equals(frame)
    assert read_csv(files[f"{name}.csv"], frame).equals(frame)
    assert read_sheet(read_book(files[f"{name}.xlsx"]), frame, name).equals(frame)
    by_excel = pl.read_excel(files[f"{name}.xlsx"], sheet_name=name, infer_schema_length=None)
    by_excel.columns = frame.columns
    assert by_excel.cast(dict(frame.schema)).with_columns(pl.col("note").fill_null("")).equals(frame)


def test_every_table_of_the_release_is_a_sheet_of_one_workbook(rendered):
    result, files = rendered
    books = [read_book(files[name]) for name in (PRINTED, FILTERED)]
    frames = list_frames(result)
    filled = {name for name in frames if name != "long" and frames[name].height}
    assert [(book.sheetnames[0], book.sheetnames[-1]) for book in books] == [("about", "codebook")] * 2
    held = [name for book in books for name in book.sheetnames[1:-1]]
    assert sorted(held) == sorted(filled)
    for name, frame in frames.items():
        assert read_csv(files[list_tables()[name].path], frame).equals(frame)
        assert list_tables()[name].parquet_path not in files or name in (*BOTH, "long")
        for book in books:
            if name in book.sheetnames:
                assert read_sheet(book, frame, name).equals(frame)


def test_a_table_that_is_too_long_for_a_workbook_is_there_as_csv_and_parquet(rendered, monkeypatch):
    result = rendered[0]
    monkeypatch.setattr(workbooks, "MOST_SHEET_ROWS", 65)
    monkeypatch.setattr("bpo_index.publication.tables.MOST_SHEET_ROWS", 65)
    files = render_tables(result, load_definition("offshore-bpo-2021"))
    pairs = result.tables["pairs"]
    assert pairs.height == 66
    assert pl.read_parquet(io.BytesIO(files["robustness/pairs.parquet"])).equals(pairs)
    assert read_csv(files["robustness/pairs.csv"], pairs).equals(pairs)
    for name in (PRINTED, FILTERED):
        book = read_book(files[name])
        assert "pairs" not in book.sheetnames
        (said,) = (row[1].value for row in book["about"] if row[0].value == "table pairs")
        assert "robustness/pairs.csv and robustness/pairs.parquet hold it" in said


def test_names_stand_beside_codes_in_workbooks(rendered):
    result, files = rendered
    definition = load_definition("offshore-bpo-2021")
    units = dict(result.ranking.select("unit", "name").iter_rows())
    book = read_book(files[PRINTED])
    head, *rows = book["pairs"].iter_rows(values_only=True)
    assert head[:4] == ("Unit ahead", "Unit ahead, name", "Unit behind", "Unit behind, name")
    assert [(row[1], row[3]) for row in rows] == [(units[row[0]], units[row[2]]) for row in rows]
    head, *rows = book["weights"].iter_rows(values_only=True)
    assert [row[1] for row in rows] == [definition.category_titles[row[0]] for row in rows]
    assert {("pairs", "ahead_name"), ("weights", "category_title")} <= {
        row[:2] for row in book["codebook"].iter_rows(values_only=True)
    }


def show(row: dict, *names: str) -> str:
    """Return numbers as a reader must see them, worked out anew from the columns' decimals."""
    described = {column.name: column for column in (*RANKING.columns, *CATEGORIES.columns)}
    values = [row[name] for name in names]
    if None in values:
        return "–"
    shown = [
        str(value) if described[name].decimals is None else write_digits(value, described[name].decimals)
        for name, value in zip(names, values, strict=True)
    ]
    return shown[0] if len(set(shown)) == 1 else " to ".join(shown)


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("name", BOTH)
def test_readers_see_the_same_numbers_rounded(rendered, name, ending):
    result, files = rendered
    frame = getattr(result, name)
    expected = [
        (
            row.get("category_title", ""),
            (
                show(row, "rank"),
                row["name"],
                show(row, "score") if row["score_bound"] is None else f"{row['score_bound']} {row['score']:g}",
                show(row, "ci_low", "ci_high"),
                show(row, "rank_set_low", "rank_set_high"),
                show(row, "respondents"),
            ),
        )
        for row in frame.iter_rows(named=True)
    ]
    assert READERS[ending](files[f"{name}.{ending}"]) == expected


def change_first(frame: pl.DataFrame, **values: object) -> pl.DataFrame:
    first = pl.int_range(pl.len()) == 0
    return frame.with_columns(
        pl.when(first).then(pl.lit(value, frame.schema[name])).otherwise(name).alias(name)
        for name, value in values.items()
    )


@pytest.mark.parametrize("ending", READERS)
def test_what_is_not_published_is_a_dash_with_the_reason_and_a_bound_has_its_words(rendered, ending):
    result, _ = rendered
    definition = load_definition("offshore-bpo-2021")
    note = "too few respondents to publish"
    hidden = dict.fromkeys(("rank", "score", "ci_low", "ci_high", "rank_set_low"))
    changed = replace(result, ranking=change_first(result.ranking, **hidden, suppressed=True, note=note))
    files = render_tables(changed, definition)
    cells = READERS[ending](files[f"ranking.{ending}"])[0][1]
    assert cells == ("–", "Colombia", "–", "–", "–", "12")
    assert f"{note}." in files[f"ranking.{ending}"].decode()
    bound = replace(result, ranking=change_first(result.ranking, score=99.0, score_bound="at least", ci_low=None))
    cells = READERS[ending](render_tables(bound, definition)[f"ranking.{ending}"])[0][1]
    assert cells[2:4] == ("at least 99", "–")


def test_marks_tell_notes_apart(rendered):
    result, _ = rendered
    page = lay_out_ranking(result, load_definition("offshore-bpo-2021"))
    noted = result.ranking.filter(result.ranking["note"] != "")
    assert noted.height
    assert {f"{note}." for note in noted["note"]} == {note for _, note in page.notes}
    marks = dict(page.notes)
    for mark, note in zip(page.sections[0].table.marks, result.ranking["note"], strict=True):
        assert marks.get(mark, "") == (f"{note}." if note else "")
    assert [workbook_mark for workbook_mark, _ in page.notes] == ["a", "b", "c"][: len(page.notes)]


@pytest.mark.parametrize(
    ("method", "heading"),
    [("", "Score (%)"), ("normalisation: z_score", "Score"), ("aggregation: copeland", "Score")],
)
def test_scores_are_per_cent_only_where_they_are(rendered, method, heading):
    definition = load_definition("offshore-bpo-2021")
    if method:
        definition = replace_method(definition, method)
    assert names_percentage(definition) == (heading == "Score (%)")
    files = render_tables(rendered[0], definition)
    assert [element["text"] for element in Document(files["ranking.html"].decode()).find("th")][2] == heading
    assert f"| {heading} |" in files["ranking.md"].decode()
    sheet = read_book(files["ranking.xlsx"])["ranking"]
    assert heading in [cell.value for cell in sheet[1]]
    assert (r"\shortstack[r]{Score\\(\%)}" in files["ranking.tex"].decode()) == (heading == "Score (%)")


def test_long_form_has_every_number_once(rendered):
    result, files = rendered
    long = pl.read_parquet(io.BytesIO(files["long.parquet"]))
    assert long.columns == [column.name for column in list_tables()["long"].columns]
    assert read_csv(files["long.csv"], long).equals(long)
    assert long.select("value", "value_unit", "unit", "measure").null_count().sum_horizontal().item() == 0
    numbers = 0
    for frame, columns in ((result.ranking, RANKING.columns), (result.categories, CATEGORIES.columns)):
        for row in frame.iter_rows(named=True):
            here = long.filter(pl.col("unit") == row["unit"], pl.col("category").eq_missing(row.get("category")))
            stated = {
                column.name: (row[column.name], column.unit)
                for column in columns
                if column.unit != "none" and row[column.name] is not None
            }
            if row["score_bound"]:
                stated[f"score_{row['score_bound'].replace(' ', '_')}"] = stated.pop("score")
            assert {m: (v, u) for m, v, u in here.select("measure", "value", "value_unit").iter_rows()} == stated
            numbers += len(stated)
    assert long.height == numbers
    groups = long.select("category", "unit").unique(maintain_order=True)
    assert groups.rows() == [
        *((None, unit) for unit in result.ranking["unit"]),
        *result.categories.select("category", "unit").rows(),
    ]
    assert long.select(pl.struct("category", "unit").rle_id().n_unique()).item() == groups.height
    assert long["unit"].unique(maintain_order=True).to_list() == result.ranking["unit"].to_list()


def test_a_bound_is_another_measure_than_a_score(rendered):
    ranking = change_first(rendered[0].ranking, score=1.0, score_bound="at most")
    long = tabulate_long(ranking, rendered[0].categories).filter(pl.col("category").is_null(), pl.col("unit") == "COL")
    assert "score" not in long["measure"].to_list()
    assert long.filter(measure="score_at_most")["value"].to_list() == [1.0]
    assert tabulate_long(change_first(ranking, se=None), rendered[0].categories)["value"].null_count() == 0


def test_the_same_result_gives_the_same_bytes_at_any_time_of_day(rendered, monkeypatch):
    result, files = rendered
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2040, 1, 2, 3, 4, 5, 0, 2, 0))
    assert render_tables(result, load_definition("offshore-bpo-2021")) == files
    for name, content in files.items():
        if name.endswith(".xlsx"):
            archive = zipfile.ZipFile(io.BytesIO(content))
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert archive.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2


def count_pages(sheet: openpyxl.worksheet.worksheet.Worksheet) -> int:
    """Return on how many pages a sheet is printed by its own settings, worked out anew from its print area."""
    area = sheet[sheet.print_area.split("!")[-1].replace("$", "")]
    letters = [cell.column_letter for cell in area[0]]
    wide, high = (11.69, 8.27) if sheet.page_setup.orientation == "landscape" else (8.27, 11.69)
    margins = sheet.page_margins
    width = sum(7 * sheet.column_dimensions[letter].width for letter in letters)
    scale = min(1.0, 96 * (wide - margins.left - margins.right) / width)
    heights = [sheet.row_dimensions[row[0].row].height or 15 for row in area]
    room = 72 * (high - margins.top - margins.bottom) / scale - heights[0]
    pages, left = 1, room
    for height in heights[1:]:
        if height > left:
            pages, left = pages + 1, room
        left -= height
    return pages


def test_workbooks_are_set_up_to_be_read_and_printed(rendered):
    book = read_book(rendered[1][PRINTED])
    assert "Offshore BPO Confidence Index 2021" in book.properties.title
    assert "SYNTHETIC" in book.properties.subject
    assert "SYNTHETIC" in "".join(str(cell.value) for row in book["about"] for cell in row)
    for sheet in book:
        assert sheet.freeze_panes[1:] == "2"
        assert sheet.auto_filter.ref or sheet.max_row == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.font.bold and cell.alignment.wrap_text for cell in sheet[1])
        assert "SYNTHETIC" in sheet.oddFooter.left.text
        assert all(cell.data_type != "f" for row in sheet for cell in row)
    assert (book["ranking"].freeze_panes, book["categories"].freeze_panes) == ("D2", "F2")
    assert book["ranking"].page_setup.orientation == "landscape"
    names = [column.name for column in RANKING.columns]
    score = names.index("score") + 1
    assert book["ranking"].cell(2, score).number_format == "0.0"
    assert isinstance(book["ranking"].cell(2, names.index("suppressed") + 1).value, bool)


def test_the_workbook_for_print_takes_at_most_twenty_five_pages(rendered):
    files = rendered[1]
    pages = {sheet.title: count_pages(sheet) for sheet in read_book(files[PRINTED])}
    assert pages["ranking"] == 1
    assert 15 <= sum(pages.values()) <= MOST_PAGES == 25
    for sheet in read_book(files[PRINTED]):
        last = sheet.print_area.split("$")[-1]
        assert int(last) == sheet.max_row
    assert [sheet.title for sheet in read_book(files[FILTERED]) if sheet.print_area] == []


def test_what_does_not_fit_a_workbook_is_cut_and_said(monkeypatch):
    frame = pl.DataFrame({"unit": ["x" * 40_000, "b", "c"]})
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)
    sheet = make_sheet(list_tables()["ranking"], frame)
    sheet = Sheet("ranking", (Column("unit", pl.String, ""),), sheet.frame)
    content = render_workbook([make_about([], [sheet]), sheet], title="t", notice="")
    book = read_book(content)
    assert [len(cell.value) for cell in book["ranking"]["A"]] == [4, 32_767, 1]
    assert book["ranking"]["A2"].value.endswith("x…")
    assert "The first 2 of 3 rows; ranking.csv has all." in book["about"]["B2"].value


def test_tables_without_rows_have_every_file_and_every_type(rendered):
    result, files = rendered
    empty = replace(
        result,
        ranking=result.ranking.clear(),
        categories=result.categories.clear(),
        tables={name: table.clear() for name, table in result.tables.items()},
    )
    rendered_empty = render_tables(empty, load_definition("offshore-bpo-2021"))
    assert list(rendered_empty) == list(files)
    for name in ("ranking", "categories", "long"):
        content = io.BytesIO(rendered_empty[f"{name}.parquet"])
        assert pl.read_parquet(content).schema == pl.read_parquet(io.BytesIO(files[f"{name}.parquet"])).schema
    described = [json.loads(each["datapackage.json"])["resources"] for each in (rendered_empty, files)]
    assert [item.get("schema") for item in described[0]] == [item.get("schema") for item in described[1]]


def test_html_is_a_document_for_everybody_that_asks_nothing_of_the_network(rendered):
    for name in BOTH:
        content = rendered[1][f"{name}.html"].decode()
        document = Document(content)
        assert content.startswith("<!DOCTYPE html>\n<html lang=")
        assert [element["charset"] for element in document.find("meta") if "charset" in element] == ["utf-8"]
        assert [element["id"] for element in document.find("table")] == [name]
        assert len(document.find("title")) == len(document.find("caption")) == len(document.find("h1")) == 1
        assert {element["scope"] for element in document.find("th")} <= {"col", "row", "rowgroup"}
        assert len({element["id"] for element in document.elements if "id" in element}) == 1
        assert "://" not in content
        assert "url(" not in content
        assert not {"script", "link", "img", "iframe"} & {element["tag"] for element in document.elements}
        assert "SYNTHETIC DATA" in document.find("main")[0]["text"]


LONG_NAMES = ["Autonomous Territory of the Northern and the Southern Islands", "x" * 60, *"ABCDEFGHIJ"]


@pytest.mark.parametrize("ending", READERS)
def test_a_long_name_is_whole_and_cuts_no_number(rendered, ending):
    result, files = rendered
    definition = load_definition("offshore-bpo-2021")
    changed = replace(result, ranking=result.ranking.with_columns(name=pl.Series(LONG_NAMES)))
    content = render_tables(changed, definition)[f"ranking.{ending}"]
    plain = READERS[ending](files[f"ranking.{ending}"])
    expected = [(rank, name, *rest) for (_, (rank, _, *rest)), name in zip(plain, LONG_NAMES, strict=True)]
    assert [cells for _, cells in READERS[ending](content)] == expected
    text = content.decode()
    if ending == "tex":
        assert r"{@{}r>{\raggedright\arraybackslash}p{.28\linewidth}rrrr@{}}" in text
        assert r"xxxxxxxxxx\allowbreak{}xxxxxxxxxx" in text
    if ending == "html":
        assert re.search(r"th, td \{[^}]*white-space: nowrap", text)
        assert re.search(r"th\.name,[^{]*\{[^}]*white-space: normal; overflow-wrap: anywhere", text)


def test_a_long_name_is_broken_in_a_workbook_and_columns_of_numbers_are_as_wide_as_before(rendered):
    result, files = rendered
    changed = replace(result, ranking=result.ranking.with_columns(name=pl.Series(LONG_NAMES)))
    book = read_book(render_tables(changed, load_definition("offshore-bpo-2021"))["ranking.xlsx"])
    sheet, plain = book["ranking"], read_book(files["ranking.xlsx"])["ranking"]
    at = 1 + result.ranking.columns.index("name")
    name, row = sheet.cell(2, at), sheet.row_dimensions[2]
    assert (name.value, name.alignment.wrap_text) == (LONG_NAMES[0], True)
    assert row.height > 15
    widths, before = (
        {key: width.width for key, width in one.column_dimensions.items() if key != name.column_letter}
        for one in (sheet, plain)
    )
    assert widths == before


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_latex_compiles(rendered, tmp_path, engine):
    if not has_booktabs(engine):
        pytest.skip(f"{engine} with booktabs is not installed")
    files = rendered[1]
    log = compile_latex(engine, tmp_path, ranking=files["ranking.tex"], categories=files["categories.tex"])
    assert "Overfull" not in log
    assert (tmp_path / "document.pdf").stat().st_size > 10_000


# ---- categories in categories ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", READERS)
def test_readers_find_categories_in_the_order_of_the_tree(tree, ending):
    content = (tree.release.path / f"categories.{ending}").read_bytes()
    sections = list(dict.fromkeys(section for section, _ in READERS[ending](content)))
    assert sections == [node.title for node in tree.definition.category_nodes]


def test_titles_are_set_in_by_level(four_levels):
    levels = {node.title: node.level for node in four_levels.definition.category_nodes}
    read = {ending: (four_levels.release.path / f"categories.{ending}").read_text("utf-8") for ending in READERS}
    depths = ["" if level == 1 else f" in{level}" for level in levels.values()]
    marks = {
        "md": {title: f"\n{'#' * (level + 1)} {title}\n" for title, level in levels.items()},
        "html": {
            title: f'class="section{depth}" colspan="6" scope="rowgroup" dir="auto">{title}<'
            for title, depth in zip(levels, depths, strict=True)
        },
        "tex": {title: r"{\bfseries " + (level - 1) * r"\quad " + f"{title}}}" for title, level in levels.items()},
    }
    for ending, stated in marks.items():
        assert [title for title, mark in stated.items() if read[ending].count(mark) != 1] == []
    sheet = read_book((four_levels.release.path / "categories.xlsx").read_bytes())["categories"]
    column = 1 + four_levels.result.categories.columns.index("category_title")
    cells = [row[0] for row in sheet.iter_rows(min_row=2, min_col=column, max_col=column)]
    assert {cell.value: int(cell.alignment.indent) for cell in cells} == levels


def test_a_deep_tree_is_set_in_as_far_as_formats_can(rendered):
    result = rendered[0]
    definition = load_definition("offshore-bpo-2021")
    deep = replace(result, categories=result.categories.with_columns(level=pl.lit(40, pl.Int64)))
    files = render_tables(deep, definition)
    assert files["categories.md"].decode().count("\n###### ") == len(definition.categories)
    assert 'class="section in6"' in files["categories.html"].decode()
    assert read_book(files["categories.xlsx"])["categories"]


def test_long_form_and_package_of_a_tree_tell_level_and_parent(tree):
    long = pl.read_csv(tree.release.path / "long.csv")
    nodes = {node.id: (node.level, node.parent_id) for node in tree.definition.category_nodes}
    found = long.select("category", "level", "parent").unique().rows()
    assert {category: (level, parent) for category, level, parent in found if category} == nodes
    assert [(level, parent) for category, level, parent in found if not category] == [(0, None)]
