"""Survey files in, tidy responses out: every row accounted for."""

import polars as pl
import pytest

from bpo_index.errors import UsageError
from bpo_index.responses import read_responses
from tests.surveys import HEADER, make_definition, read_rows, write_csv

ROWS = ["a,Aland,1,2,3", "b,Beland,4,5,6", "c,Celand,7,8,9"]
ANSWERS = ["respondent_id", "unit", "q1", "q2", "q3"]


def list_reasons(responses):
    return responses.records["reason"].to_list()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_encoding_and_line_ends_are_found(tmp_path, delimiter, encoding, end):
    path = tmp_path / "x.csv"
    path.write_bytes(end.join([HEADER, *ROWS]).replace(",", delimiter).encode(encoding))
    responses = read_responses([path], make_definition())
    assert responses.table.select(ANSWERS).rows() == [tuple(row.split(",")) for row in ROWS]
    assert responses.table["source_row"].to_list() == [2, 3, 4]


def test_source_row_is_the_first_physical_line(tmp_path):
    responses = read_rows(tmp_path, "a,Aland,1,2,3", "", '"b\nb\nb",Beland,4,5,6', ",,,,", "c,Celand,7,8,9")
    assert responses.records["source_row"].to_list() == [2, 4, 8]
    assert responses.table["respondent_id"].to_list() == ["a", "b\nb\nb", "c"]


def test_a_stray_quotation_mark_costs_one_row(tmp_path):
    responses = read_rows(tmp_path, ROWS[0], '"b,Beland,4,5,6', ROWS[2], 'd,"Al"and,1,2,3', "e,Aland,1,2,3")
    assert list_reasons(responses) == [None, "malformed_quotes", None, "malformed_quotes", None]
    assert responses.records["text"][1] == '"b,Beland,4,5,6'
    assert responses.table["respondent_id"].to_list() == ["a", "c", "e"]


def test_ragged_and_undecodable_rows_are_quarantined(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(
        f"{HEADER}\na,Aland,1,2\nb,Beland,1,2,3,4\nc,Celand,1,2,3\nf,Celand,1,2,3,,\n".encode()
        + b"d,\xc5land,1,2,3\n"
        + "é,Aland,1,2,3\n".encode()
    )
    responses = read_responses([path], make_definition())
    assert list_reasons(responses) == ["ragged_row", "ragged_row", None, "ragged_row", "undecodable", None]
    assert responses.records["text"][4] == "d,\\xc5land,1,2,3"
    assert "4 cells where the header row has 5" in responses.records["sentence"][0]


def test_columns_are_found_by_id_text_and_alias(tmp_path):
    responses = read_rows(tmp_path, "1,Aland,2,3,x", header="ONE, country ,Second,three,remark")
    assert responses.table.select("unit", "q1", "q2", "q3").rows() == [("Aland", "1", "2", "3")]
    assert any("not used: remark" in decision for decision in responses.decisions)


def test_missing_ids_are_made_from_content_whatever_the_order(tmp_path):
    rows = [",Aland,1,2,3", ",Aland,1,2,3", ",Beland,1,2,3", "x,Aland,1,2,3"]
    first, second = read_rows(tmp_path, *rows), read_rows(tmp_path, *reversed(rows))
    assert first.table["respondent_id"].is_unique().all()
    assert sorted(first.table.select(ANSWERS).rows()) == sorted(second.table.select(ANSWERS).rows())


def test_the_hash_of_rows_knows_neither_order_nor_file_but_every_answer(tmp_path):
    base = read_rows(tmp_path, *ROWS, "d,Aland,1").sum_rows(b"key")
    assert read_rows(tmp_path, "d,Aland,1", *reversed(ROWS)).sum_rows(b"key") == base
    parts = [write_csv(tmp_path, *rows, name=f"{n}.csv") for n, rows in enumerate((ROWS, ["d,Aland,1"]))]
    assert read_responses(parts, make_definition()).sum_rows(b"key") == base
    assert read_rows(tmp_path, *ROWS, "d,Aland,2").sum_rows(b"key") != base
    assert read_rows(tmp_path, *ROWS, ROWS[0], "d,Aland,1").sum_rows(b"key") != base


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b",", "nothing but separators"),
        (b'\xef\xbb\xbf"";;\r\n\t\xc2\xa0\r\n', "nothing but separators"),
        (b"PK\x03\x04", "damaged"),
        (b"PAR1", "damaged"),
        (b"$FL2", "damaged"),
        (b"\x1f\x8b", "damaged"),
        (b"\x89PNG", "picture"),
        (b"a,b\n1,2\n", "lacks 4 columns"),
        (b"country,q1,q1,q2,q3\nx,1,1,1,1\n", "more than once"),
        (HEADER.encode(), "no responses"),
        (b'"country,q1\nx,1', "never closed"),
        ("country,q1,q2,q3,é".encode() + b"\xff\nx,1,1,1,1\n", "not text"),
    ],
)
def test_files_that_cannot_be_used_are_refused_and_their_rows_counted(tmp_path, content, expected):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    responses = read_responses([path], make_definition())
    assert len(responses.refusals) == 1
    assert expected in responses.refusals[0]
    assert responses.table.is_empty()
    assert responses.records["reason"].null_count() == 0


def test_one_refused_file_refuses_all(tmp_path):
    paths = [write_csv(tmp_path, *ROWS, name="good.csv"), write_csv(tmp_path, "1", header="a", name="bad.csv")]
    responses = read_responses(paths, make_definition())
    assert responses.table.is_empty()
    assert list_reasons(responses) == ["file_refused"] * 4


def test_a_named_design_weight_must_be_there(tmp_path):
    definition = make_definition(**{"company: company": "design_weight: w"})
    assert "lacks 1 column that the index needs: w" in read_rows(tmp_path, *ROWS, definition=definition).refusals[0]


def test_paths_that_cannot_be_used(tmp_path):
    path = write_csv(tmp_path, *ROWS)
    (tmp_path / "empty").mkdir()
    for paths, expected in (
        ([], "No file"),
        ([tmp_path / "empty"], "no file of answers"),
        ([tmp_path / "absent"], "no file"),
        ([path, tmp_path / "." / path.name], "twice"),
        ([path, tmp_path], "twice"),
        (["a\0b"], r"no file 'a\\x00b'"),
    ):
        with pytest.raises(UsageError, match=expected):
            read_responses(paths, make_definition())


LONG = "id,country,item,value"


def melt(rows):
    return [
        f"{who},{where},{item},{value}"
        for who, where, *values in (row.split(",") for row in rows)
        for item, value in zip(("q1", "second", "Three"), values, strict=True)
    ]


def test_long_layout_gives_the_table_of_the_wide_one(tmp_path):
    wide, long = read_rows(tmp_path, *ROWS), read_rows(tmp_path, *melt(ROWS), header=LONG)
    assert long.table.select(ANSWERS).equals(wide.table.select(ANSWERS))
    assert (wide.records.height, long.records.height) == (3, 9)


def test_long_rows_that_contradict_are_quarantined_and_never_averaged(tmp_path):
    rows = [
        *melt(ROWS),
        "a,Aland,q1,1",
        "b,Beland,q1,9",
        "c,Aland,q1,7",
        ",Aland,q1,1",
        "d,Aland,q9,1",
        "e,Aland,q1,5",
    ]
    responses = read_rows(tmp_path, *rows, header=LONG)
    answers = [("a", "1", "2"), ("c", "7", "8"), ("c", "7", None), ("e", "5", None)]
    assert responses.table.select("respondent_id", "q1", "q2").rows() == answers
    expected = [None] * 3 + ["repeated_answer"] * 3 + [None] * 3
    expected += ["duplicate_row", "repeated_answer", None, "missing_respondent", "unknown_question", None]
    assert list_reasons(responses) == expected
    assert responses.records.filter(pl.col("reason").is_not_null())["sentence"].null_count() == 0
