"""A view holds texts; the notebook shows each of them, and lets words be broken but no number."""

import re

import pytest

from bpo_index.display.notebook import show_table
from bpo_index.display.table_view import DEEPEST_LEVEL, TableView, ViewColumn, make_table
from tests.publication.reading import Document


def test_rows_are_texts_and_null_is_a_dash():
    view = make_table("t", "Caption", ("Unit", "Rank", "Score"), [("India", 2, "87.5"), ("Egypt", None, None)])
    assert view.rows == [("India", "2", "87.5"), ("Egypt", "–", "–")]
    assert view.columns == (ViewColumn("Unit", True), ViewColumn("Rank", False), ViewColumn("Score", False))
    assert view.headings == ("Unit", "Rank", "Score")


@pytest.mark.parametrize(("texts", "header"), [(1, 0), ((1,), 1), ((2, 1), 1), (0, 0)])
def test_the_first_column_of_text_names_the_row(texts, header):
    assert make_table("t", "", ("a", "b", "c"), [], texts=texts).header == header


def test_rows_that_hold_others_are_heads_and_deep_ones_stand_with_the_last():
    levels = (0, 1, 2, 1, 0, 9)
    view = make_table("t", "", ("Category",), [(str(level),) for level in levels], levels=levels)
    assert view.heads == {0, 1, 4}
    assert [view.find_level(row) for row in range(6)] == [0, 1, 2, 1, 0, DEEPEST_LEVEL]


def test_marks_are_of_rows():
    columns = (ViewColumn("Unit", True),)
    marked = TableView("t", "", columns, [("a",), ("b",)], marks=("", "*"))
    assert [marked.find_mark(row) for row in range(2)] == ["", "*"]
    assert TableView("t", "", columns, [("a",)]).find_mark(0) == ""


@pytest.mark.parametrize("name", ["Autonomous Territory of the Northern and the Southern Islands", "x" * 60])
def test_a_notebook_breaks_long_names_and_no_number(name):
    view = make_table("t", "Caption", ("Unit", "Interval"), [(name, "85.4 to 94.5")], note="Note")
    html = show_table(view)
    cells = Document(html).find("td")
    assert [cell["text"] for cell in cells] == [name, "85.4 to 94.5"]
    assert "overflow-wrap: anywhere" in cells[0]["style"]
    assert "nowrap" not in cells[0]["style"]
    assert "white-space: nowrap" in cells[1]["style"]
    assert re.fullmatch(r"<table>.*</table><p>Note</p>", html)
