"""Formats and spellings: what is decided, what is refused, and that nothing is lost on the way."""

import gzip
import io
import zipfile

import polars as pl
import pyreadstat
import pytest

from bpo_index.responses import read_responses
from bpo_index.responses.columnar import write_cell
from bpo_index.validation.validate import validate_responses
from tests.responses.workbooks import write_workbook
from tests.surveys import HEADER, make_definition, read_rows, write_csv

ROWS = ["a,Aland,1,2,3", "b,Beland,4,5,6", "c,Celand,7,8,9"]
ANSWERS = ["respondent_id", "unit", "q1", "q2", "q3"]
EXPECTED = [tuple(row.split(",")) for row in ROWS]


def read(path, definition=None):
    return read_responses([path], definition or make_definition())


FRAME = [HEADER.split(","), *([who, where, *map(int, rest)] for who, where, *rest in EXPECTED)]


def test_the_sheet_with_the_answers_is_found(tmp_path):
    path = write_workbook(tmp_path / "x.xlsx", {"Read me": [["Nothing"]], "Data": [[], ["Title"], *FRAME], "Empty": []})
    responses = read(path)
    assert responses.table.select(ANSWERS).rows() == EXPECTED
    assert responses.table["source_row"].to_list() == [4, 5, 6]
    assert "sheet 'Data', header row on line 3" in responses.decisions[0]
    assert responses.decisions[1] == "x.xlsx: sheets not read: Read me."
    assert "above the header row and not read: Title" in responses.decisions[2]


def test_two_sheets_of_answers_are_refused_until_one_is_named(tmp_path):
    path = write_workbook(tmp_path / "x.xlsx", {"May": FRAME, "June": FRAME})
    assert "several sheets that look like responses: 'May', 'June'" in read(path).refusals[0]
    named = make_definition(**{"columns:\n": "source: {sheet: June}\ncolumns:\n"})
    assert read(path, named).table.height == 3
    absent = make_definition(**{"columns:\n": "source: {sheet: July}\ncolumns:\n"})
    assert "no sheet 'July'" in read(path, absent).refusals[0]


def test_numbers_of_workbooks_keep_all_their_digits_and_errors_are_no_empty_cells(tmp_path):
    rows = [["id", "country", "q1", "q2", "q3", "w"], ["a", "Aland", 1, 2.5, 3, 1 / 3], ["b", "Beland", 4, 5, 6, 0.1]]
    rows.append(["c", "Celand", float("nan"), 8, 9, 2.02951325036])
    path = write_workbook(tmp_path / "x.xlsx", {"Data": rows})
    definition = make_definition(**{"company: company": "design_weight: w"})
    responses = read(path, definition)
    assert [float(weight) for weight in responses.table["design_weight"]] == [1 / 3, 0.1, 2.02951325036]
    assert responses.table["q2"].to_list() == ["2.5", "5", "8"]
    assert responses.table["q1"].to_list() == ["1", "4", "#ERROR"]
    assert validate_responses(responses, definition).quarantined["reasons"].to_list() == [["not_a_rating"]]


def test_a_workbook_by_another_name_and_an_archive_that_is_none(tmp_path):
    path = write_workbook(tmp_path / "x.xlsx", {"Data": FRAME}).rename(tmp_path / "survey.csv")
    assert read(path).table.height == 3
    other = tmp_path / "y.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("../../outside.csv", "x")
    assert "is a ZIP archive. Unpack it" in read(other).refusals[0]
    assert not (tmp_path.parent.parent / "outside.csv").exists()


def test_parquet_of_any_types(tmp_path):
    frame = pl.DataFrame(
        {
            "id": [1, 2, 3],
            "country": pl.Series(["Aland", "Beland", "Celand"], dtype=pl.Categorical),
            "q1": [1.0, float("nan"), 7.5],
            "q2": pl.Series([2, None, 8], dtype=pl.Int8),
            "q3": pl.Series(["3", "6", "9"]).cast(pl.Decimal(10, 2)),
            "tags": [[1, 2], [], None],
        }
    )
    frame.write_parquet(tmp_path / "x.parquet")
    table = read(tmp_path / "x.parquet").table
    assert table.select(ANSWERS).rows() == [
        ("1", "Aland", "1", "2", "3.00"),
        ("2", "Beland", None, None, "6.00"),
        ("3", "Celand", "7.5", "8", "9.00"),
    ]
    assert table["source_row"].to_list() == [1, 2, 3]


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-20, 1e22, -0.0, 123456789012345.0, 5e-324])
def test_numbers_written_as_text_read_back_the_same(value):
    assert float(write_cell(value)) == value


def write_sav(path, answers, **labels):
    frame = pl.DataFrame({"id": ["a", "b", "c"], "country": [1.0, 2.0, 3.0], **answers})
    units = {1: "Aland", 2: "Beland", 3: "Celand"}
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"country": units, **labels})
    return path


ANSWERED = {"q1": [1.0, 4.0, 7.0], "q2": [2.0, 5.0, None], "q3": [3.0, 98.0, 9.0]}


def test_spss_codes_and_labels(tmp_path):
    responses = read(write_sav(tmp_path / "x.sav", ANSWERED, q3={98: "No idea"}))
    assert responses.refusals == []
    assert responses.table.select(ANSWERS[1:]).rows() == [
        ("Aland", "1", "2", "3"),
        ("Beland", "4", "5", "98"),
        ("Celand", "7", None, "9"),
    ]
    assert "x.sav: units by the labels of the file's codes." in responses.decisions


def test_spss_labels_that_turn_the_scale_round_are_refused(tmp_path):
    responses = read(write_sav(tmp_path / "x.sav", ANSWERED | {"q1": [0.0, 4.0, 7.0]}, q1={0: "top"}))
    assert "in q1 the file's code 0 has the label 'top', which stands for 10" in responses.refusals[0]
    assert responses.records["reason"].to_list() == ["file_refused"] * 3


def test_spss_codes_with_labels_that_are_all_known_are_read_by_their_labels(tmp_path):
    definition = make_definition(**{"labels: {top: 10}": "labels: {low: 0, middle: 5, top: 10}"})
    codes = {1: "low", 2: "middle", 3: "top"}
    path = write_sav(tmp_path / "x.sav", ANSWERED | {"q1": [1.0, 2.0, 3.0]}, q1=codes)
    assert read(path, definition).table["q1"].to_list() == ["low", "middle", "top"]


def test_spss_missing_codes_that_nobody_named_are_left_empty_and_said(tmp_path):
    frame = pl.DataFrame(
        {"id": ["a", "b"], "country": ["Aland", "Beland"], "q1": [1.0, 7.0], "q2": [2.0, 2.0], "q3": [3.0, 3.0]}
    )
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "x.sav"),
        missing_ranges={"q1": [{"lo": 7, "hi": 9}]},
        variable_value_labels={"q1": {7: "Refused"}},
    )
    responses = read(tmp_path / "x.sav")
    assert responses.table["q1"].to_list() == ["1", None]
    assert any(
        "q1: declared missing in the file and not named in the definition" in said for said in responses.decisions
    )
    assert any("7 'Refused'" in said for said in responses.decisions)


def test_gzip_of_any_format_and_once_only(tmp_path):
    content = "\n".join([HEADER, *ROWS]).encode()
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(content))
    assert read(tmp_path / "x.csv.gz").table.select(ANSWERS).rows() == EXPECTED
    buffer = io.BytesIO()
    pl.DataFrame(FRAME[1:], schema=HEADER.split(","), orient="row").write_parquet(buffer)
    (tmp_path / "x.gz").write_bytes(gzip.compress(buffer.getvalue()))
    assert read(tmp_path / "x.gz").table.select(ANSWERS).rows() == EXPECTED
    (tmp_path / "y.gz").write_bytes(gzip.compress(gzip.compress(content)))
    assert "packed twice" in read(tmp_path / "y.gz").refusals[0]


def test_decimal_commas_are_read_where_no_point_speaks_against_it(tmp_path):
    header = HEADER.replace(",", ";")
    commas = read_rows(tmp_path, "a;Aland;1,5;2;3,0", "b;Beland;4;5;6", header=header)
    assert commas.table["q1"].to_list() == ["1.5", "4"]
    assert "survey.csv: decimal commas." in commas.decisions
    mixed = read_rows(tmp_path, "a;Aland;1,5;2.5;3", header=header)
    assert mixed.table.select("q1", "q2").rows() == [("1,5", "2.5")]
    shown = make_definition(**{"columns:\n": "source: {decimal: ','}\ncolumns:\n"})
    assert read_rows(tmp_path, "a;Aland;1,5;2.5;3", header=header, definition=shown).table["q1"].to_list() == ["1.5"]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("13/05/2021 10:00", "01/06/2021 11:30:15", ["2021-05-13 10:00:00", "2021-06-01 11:30:15"]),
        ("05/13/2021 1:05 PM", "6/1/2021 12:30 am", ["2021-05-13 13:05:00", "2021-06-01 00:30:00"]),
        ("2021/05/13 10:00:00 AM GMT+2", "2021-05-13T08:00:00Z", ["2021-05-13 08:00:00", "2021-05-13 08:00:00"]),
        ("01.06.2021 10:00", "2021-06-01 10:00", ["2021-06-01 10:00:00", "2021-06-01 10:00:00"]),
        ("01/02/2021 10:00", "03/04/2021 10:00", [None, None]),
        ("31/02/2021 10:00", "13/04/2021 10:00", ["31/02/2021 10:00", "2021-04-13 10:00:00"]),
        ("13/05/2021 10:00", "05/13/2021 10:00", [None, None]),
    ],
)
def test_times_in_their_spellings(tmp_path, first, second, expected):
    header = f"{HEADER},start"
    responses = read_rows(tmp_path, f"a,Aland,1,2,3,{first}", f"b,Beland,1,2,3,{second}", header=header)
    assert responses.table["started_at"].to_list() == expected
    unsaid = [said for said in responses.decisions if "day and month cannot be told apart" in said]
    assert bool(unsaid) is (expected == [None, None])


def test_the_order_of_dates_may_be_published(tmp_path):
    shown = make_definition(**{"columns:\n": "source: {dates: month_first}\ncolumns:\n"})
    responses = read_rows(tmp_path, "a,Aland,1,2,3,01/02/2021 10:00", header=f"{HEADER},start", definition=shown)
    assert responses.table["started_at"].to_list() == ["2021-01-02 10:00:00"]


def test_a_column_known_as_two_things_is_refused(tmp_path):
    definition = make_definition(**{"columns:\n": "source: {header_rows: 2}\ncolumns:\n"})
    path = write_csv(tmp_path, "Respondent,Country,Two,Second,Third", *ROWS)
    assert "the column q1 is known as q1 and as q2" in read(path, definition).refusals[0]
    path = write_csv(tmp_path, "Respondent,Country,One,Two,Three", *ROWS)
    assert read(path, definition).table.select(ANSWERS).rows() == EXPECTED


def test_names_of_files_cannot_break_a_message(tmp_path):
    path = write_csv(tmp_path, *ROWS, name="a\n\u202eb.csv", header="x,y,z,v,w")
    (refusal,) = read(path).refusals
    assert refusal.isprintable()
    assert "a \\u202eb.csv" in refusal


def test_conflicting_aliases_of_columns_are_named():
    from bpo_index.errors import DefinitionError

    with pytest.raises(DefinitionError, match=r"already the heading of columns\.unit"):
        make_definition(**{"company: company": "company: company, aliases: {company: [COUNTRY]}"})
