"""Texts of a definition that are code elsewhere come out as they are, in every format."""

import html
import io
import json
import unicodedata

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.definition.blocks import Words
from bpo_index.disclosure.publishable import disclose
from bpo_index.display.templates import escape_html
from bpo_index.publication.columns.description import Column
from bpo_index.publication.formats.latex import escape_latex
from bpo_index.publication.formats.markdown import escape_markdown
from bpo_index.publication.formats.sheets import Sheet
from bpo_index.publication.formats.workbook import render_workbook
from bpo_index.publication.result import build_result
from bpo_index.publication.tables import render_tables
from tests.publication.latex import compile_latex, has_booktabs
from tests.publication.nasty import ALL, NASTY
from tests.publication.reading import READERS, Document, read_latex_text, read_markdown_text


@pytest.fixture(scope="module")
def nasty(computed):
    definition, *exact = computed
    texts = list(NASTY.values())
    changed = definition.model_copy(
        update={
            "title": ALL,
            "provenance": definition.provenance.model_copy(update={"note": ALL, "published": (ALL,)}),
            "words": Words(unit="<b>unit</b> & |", respondent="<i>who</i> & |"),
            "units": tuple(
                unit.model_copy(update={"name": text, "region": text})
                for unit, text in zip(definition.units, texts, strict=True)
            ),
            "categories": tuple(
                category.model_copy(update={"title": text})
                for category, text in zip(definition.categories, texts, strict=False)
            ),
        }
    )
    result = build_result(disclose(*exact, changed), changed)
    return changed, result, render_tables(result, changed)


def in_one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["ranking", "categories"])
def test_machines_read_the_texts(nasty, name):
    _, result, files = nasty
    frame = getattr(result, name)
    assert pl.read_parquet(io.BytesIO(files[f"{name}.parquet"])).equals(frame)
    assert [row["name"] for row in json.loads(files[f"{name}.json"])] == frame["name"].to_list()
    read = pl.read_csv(files[f"{name}.csv"], schema=frame.schema)["name"].to_list()
    assert read == [f"'{text}" if text[0] in "=-@" else text for text in frame["name"]]


@pytest.mark.parametrize("name", ["ranking", "categories", "tables"])
def test_workbooks_hold_texts_and_no_formulas(nasty, name):
    _, result, files = nasty
    book = openpyxl.load_workbook(io.BytesIO(files[f"{name}.xlsx"]))
    assert all(cell.data_type != "f" and cell.hyperlink is None for sheet in book for row in sheet for cell in row)
    for sheet in {"ranking", "categories"} & set(book.sheetnames):
        frame = getattr(result, sheet)
        place = frame.columns.index("name")
        # In XML a return is written as a code, which openpyxl gives back as it is.
        read = [str(row[place]).replace("_x000D_", "\r") for row in book[sheet].iter_rows(min_row=2, values_only=True)]
        assert read == frame["name"].to_list()


@pytest.mark.parametrize("ending", READERS)
@pytest.mark.parametrize("name", ["ranking", "categories"])
def test_readers_see_the_texts(nasty, name, ending):
    _, result, files = nasty
    frame = getattr(result, name)
    rows = READERS[ending](files[f"{name}.{ending}"])
    titles = frame["category_title"].to_list() if name == "categories" else [""] * frame.height
    expected = list(zip(titles, frame["name"].to_list(), strict=True))
    if ending != "html":
        expected = [(in_one_line(title), in_one_line(text)) for title, text in expected]
    if ending == "tex":
        # Direction marks have no shape.
        expected = [(title.replace("\u202e", ""), text.replace("\u202e", "")) for title, text in expected]
    assert [(section, cells[1]) for section, cells in rows] == expected


def test_html_gives_the_texts_back_and_runs_nothing(nasty):
    definition, _, files = nasty
    document = Document(files["ranking.html"].decode())
    assert not {"script", "b", "r", "t"} & {element["tag"] for element in document.elements}
    assert document.find("h1")[0]["text"] == definition.title
    assert definition.provenance.note in [element["text"] for element in document.find("p")]
    assert document.find("th")[1]["text"] == "<b>unit</b> & |"


def test_markdown_and_latex_hold_the_paragraphs(nasty):
    files = nasty[2]
    lines = files["ranking.md"].decode().splitlines()
    assert in_one_line(ALL) in [read_markdown_text(line) for line in lines]
    assert lines[0] == f"# {lines[0][2:]}"
    assert "<script" not in html.unescape("\n".join(lines)).replace(in_one_line(ALL), "").replace(
        "<script>alert(1)</script>", ""
    )
    text = files["ranking.tex"].decode()
    assert in_one_line(ALL).replace("\u202e", "") in read_latex_text(text)
    assert r"\input{/etc" not in text


def test_the_description_holds_the_texts(nasty):
    package = json.loads(nasty[2]["datapackage.json"])
    assert package["title"] == ALL
    assert package["sources"] == [{"title": ALL}]


@pytest.mark.parametrize("text", ["a\x00b\x01\x1f\ufffe\uffff", "_x0041_", " both ends ", "<r>"])
def test_no_text_breaks_a_workbook(text):
    sheet = Sheet("t", (Column("unit", pl.String, ""),), pl.DataFrame({"unit": [text]}))
    content = render_workbook([sheet], title=text * 100, notice="")
    read = openpyxl.load_workbook(io.BytesIO(content))["t"]["A2"].value
    assert read == "".join("\ufffd" if character in "\x00\x01\x1f\ufffe\uffff" else character for character in text)


@given(st.text())
def test_any_text_comes_back(text):
    line = in_one_line(text)
    assert read_markdown_text(escape_markdown(text)) == line
    shown = "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf") or c in "\u200c\u200d")
    assert read_latex_text(escape_latex(text)) == shown
    (paragraph,) = Document(f"<p>{escape_html(text)}</p>").elements
    assert paragraph["text"] == text


def test_latex_of_the_texts_compiles(nasty, tmp_path):
    if not has_booktabs("lualatex"):
        pytest.skip("lualatex with booktabs is not installed")
    files = nasty[2]
    log = compile_latex("lualatex", tmp_path, ranking=files["ranking.tex"], categories=files["categories.tex"])
    assert "Output written on document.pdf" in log
