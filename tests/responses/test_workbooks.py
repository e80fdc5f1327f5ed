"""Workbooks: where on the sheet the answers stand, cells without a value, several sheets."""

import re
import zipfile

import pytest
import xlsxwriter

from bpo_index.responses import read_responses
from bpo_index.responses.inspection import inspect_files
from tests.responses.workbooks import write_workbook
from tests.surveys import HEADER, make_definition

FRAME = [HEADER.split(","), ["a", "Aland", 1, 2, 3], ["b", "Beland", 4, 5, 6], ["c", "Celand", 7, 8, 9]]


def write_sheet(path, rows, place=(0, 0), formulas=None):
    """Write rows from a place on the sheet on, then formulas without a value: (row, column) to its kind."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(place[0] + n, place[1], row)
        for (row, column), value in (formulas or {}).items():
            sheet.write_formula(row, column, "=1/0", None, value)
    return path


def read(path):
    return read_responses([path], make_definition())


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (3, 2)])
@pytest.mark.parametrize(("column", "question"), [(2, "q1"), (3, "q2"), (4, "q3")])
@pytest.mark.parametrize(("value", "text"), [("#DIV/0!", "#ERROR"), ("", "#NOT COMPUTED")])
def test_a_formula_without_a_value_is_marked_in_its_own_cell(tmp_path, place, column, question, value, text):
    cell = (place[0] + 2, place[1] + column)
    path = write_sheet(tmp_path / "x.xlsx", FRAME, place, {cell: value})
    table = read(path).table
    expected = {name: [str(row[n]) for row in FRAME[1:]] for n, name in enumerate(FRAME[0])}
    expected[question][1] = text
    assert {name: table[name].to_list() for name in ("q1", "q2", "q3")} == {
        name: expected[name] for name in ("q1", "q2", "q3")
    }
    assert table["source_row"].to_list() == [place[0] + 2, place[0] + 3, place[0] + 4]


def test_a_last_row_of_formulas_that_were_never_computed_is_a_row(tmp_path):
    path = write_sheet(tmp_path / "x.xlsx", FRAME, formulas={(4, column): "" for column in range(5)})
    table = read(path).table
    assert table["q1"].to_list() == ["1", "4", "7", "#NOT COMPUTED"]
    assert table["unit"].to_list()[-1] == "#NOT COMPUTED"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (rb'<c r="C2" t="str">\1<v></v></c>', None),
        (rb'<c r="C2" t="str">\1<v/></c>', None),
        (rb'<c r="C2" t="str">\1</c>', "#NOT COMPUTED"),
        (rb'<c r="C2">\1</c>', "#NOT COMPUTED"),
        (rb'<c r="C2" t="str">\1<v>7</v></c>', "7"),
    ],
)
def test_a_formula_whose_value_is_an_empty_text_is_an_empty_cell(tmp_path, cell, expected):
    path = write_sheet(tmp_path / "x.xlsx", FRAME, formulas={(1, 2): ""})
    changed = tmp_path / "y.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content, count = re.subn(rb'<c r="C2"[^>]*>(<f>.*?</f>).*?</c>', cell, content)
                assert count == 1
            new.writestr(name, content)
    assert read(path).table["q1"].to_list()[0] == "#NOT COMPUTED"
    assert read(changed).table["q1"].to_list()[0] == expected


def test_a_sheet_that_lacks_a_column_is_not_passed_over(tmp_path):
    other = [row[:4] for row in FRAME]
    path = write_workbook(tmp_path / "x.xlsx", {"May": FRAME, "June": other})
    responses = read(path)
    assert "several sheets that look like responses: 'May', 'June'" in responses.refusals[0]
    assert responses.records["reason"].to_list() == ["file_refused"] * 3
    (inspection,) = inspect_files([path], make_definition())
    assert inspection.rows == 3
    named = make_definition(**{"columns:\n": "source: {sheet: May}\ncolumns:\n"})
    assert read_responses([path], named).refusals == []


@pytest.mark.parametrize("titles", [0, 3, 11])
@pytest.mark.parametrize("others", [[], ["b", "Beland", "none", 4, 5, 6]])
def test_numbers_of_columns_with_numbers_have_no_thousands(tmp_path, titles, others):
    rows = [["id", "country", "w", "q1", "q2", "q3"], ["a", "Aland", 1.125, "1.250", 2, 3], others]
    rows = [["Asked in May"]] * titles + rows
    path = write_sheet(tmp_path / "x.xlsx", rows, (2, 1), {(2, 0): ""})
    block = {"columns:\n": "source: {decimal: ','}\ncolumns:\n", "company: company": "design_weight: w"}
    table = read_responses([path], make_definition(**block)).table
    assert table.select("design_weight", "q1").row(0) == ("1.125", "1250")


def test_a_number_among_texts_keeps_all_of_its_digits(tmp_path):
    rows = [["id", "country", "w", "q1", "q2", "q3"], ["a", "Aland", 1 / 3, 7, 2, 3], ["b", "Aland", "0.5", True, 2, 3]]
    path = write_sheet(tmp_path / "x.xlsx", rows)
    table = read_responses([path], make_definition(**{"company: company": "design_weight: w"})).table
    assert table.select("design_weight", "q1").rows() == [(repr(1 / 3), "7"), ("0.5", "true")]


def test_sheets_that_are_not_read_are_named(tmp_path):
    responses = read(write_workbook(tmp_path / "x.xlsx", {"Data": FRAME, "Notes": [["Asked in May"]]}))
    assert responses.refusals == []
    assert "x.xlsx: sheets not read: Notes." in responses.decisions
