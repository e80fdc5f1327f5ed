"""Files of statistics programs and of other kinds: what is read, what is named, and labels that nobody knows."""

import io
import zipfile

import polars as pl
import pyreadstat
import pytest

from bpo_index.responses import read_responses
from bpo_index.responses.formats.record import FileFormat, OtherFormat
from bpo_index.responses.formats.registry import list_formats
from tests.surveys import make_definition

ANSWERS = {"q1": [1.0, 4.0, 7.0], "q2": [2.0, 5.0, None], "q3": [3.0, 6.0, 9.0]}
UNITS = {1: "Aland", 2: "Beland", 3: "Celand"}


def make_frame(**changed):
    return pl.DataFrame({"id": ["a", "b", "c"], "country": [1, 2, 3], **(ANSWERS | changed)}, strict=False)


def read(path, **replaced):
    return read_responses([path], make_definition(**replaced))


def write_dta(folder, labels=None, **changed):
    path = folder / "x.dta"
    frame = make_frame(**changed)
    letters = {name: sorted({value for value in values if isinstance(value, str)}) for name, values in changed.items()}
    frame = frame.with_columns(pl.Series(name, changed[name], dtype=pl.Object) for name in changed if letters[name])
    pyreadstat.write_dta(
        frame,
        str(path),
        variable_value_labels={"country": UNITS} | (labels or {}),
        missing_user_values={name: some for name, some in letters.items() if some},
    )
    return path


# ---- Stata, SAS, SPSS portable, Arrow --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [8, 10, 12, 13, 14, 15])
def test_stata_of_any_version(tmp_path, version):
    path = tmp_path / "survey.anything"
    pyreadstat.write_dta(
        make_frame(), str(path), version=version, variable_value_labels={"country": UNITS}, column_labels={"q1": "Eins"}
    )
    responses = read(path)
    assert responses.refusals == []
    assert responses.table.select("unit", "q1", "q2").rows() == [
        ("Aland", "1", "2"),
        ("Beland", "4", "5"),
        ("Celand", "7", None),
    ]
    assert "survey.anything: Stata, columns named by the format" in responses.decisions[0]


def test_kinds_of_missing_values_of_stata_are_no_empty_cells_until_said(tmp_path):
    labels = {"q1": {"a": "dk", "b": "Refused"}}
    responses = read(write_dta(tmp_path, labels, q1=["a", "b", 7.0]))
    assert responses.table["q1"].to_list() == ["dk", None, "7"]
    assert any(".b 'Refused'" in said for said in responses.decisions)


def test_a_letter_of_a_text_column_is_a_text(tmp_path):
    path = tmp_path / "x.dta"
    pyreadstat.write_dta(make_frame().with_columns(company=pl.Series(["a", "b", "a"])), str(path))
    assert read(path).table["cluster"].to_list() == ["a", "b", "a"]


def test_wordings_as_labels_of_columns_name_the_questions(tmp_path):
    path = tmp_path / "x.xpt"
    frame = make_frame().rename({"q1": "v1", "q2": "v2", "q3": "v3"})
    labels = {"v1": "One", "v2": "second", "v3": "Three"}
    pyreadstat.write_xport(frame, str(path), column_labels=labels, file_format_version=5)
    responses = read(path, **{"aliases: [A land]": "aliases: ['1']", "name: Beland": "name: Beland, aliases: ['2']"})
    assert responses.table["q3"].to_list() == ["3", "6", "9"]
    assert "SAS transport" in responses.decisions[0]


def test_spss_portable(tmp_path):
    path = tmp_path / "x.por"
    pyreadstat.write_por(make_frame(), str(path), variable_format={})
    responses = read(path)
    assert responses.refusals == []
    assert responses.table["q1"].to_list() == ["1", "4", "7"]


@pytest.mark.parametrize("is_stream", [False, True])
def test_arrow_files_and_streams(tmp_path, is_stream):
    path = tmp_path / "x.bin"
    frame = make_frame().with_columns(country=pl.Series(["Aland", "Beland", "Celand"], dtype=pl.Categorical))
    (frame.write_ipc_stream if is_stream else frame.write_ipc)(path)
    responses = read(path)
    assert responses.table.select("unit", "q2").rows() == [("Aland", "2"), ("Beland", "5"), ("Celand", None)]


@pytest.mark.parametrize("write", ["write_dta", "write_xport", "write_sav"])
@pytest.mark.parametrize(
    "change", [lambda old: old[: len(old) // 2], lambda old: old[:100] + b"\xff" * 400 + old[500:]]
)
def test_damaged_files_of_statistics_programs_are_refused_or_read_whole(tmp_path, write, change):
    path = tmp_path / "x"
    getattr(pyreadstat, write)(make_frame(), str(path))
    path.write_bytes(change(path.read_bytes()))
    responses = read(path)
    assert responses.refusals or responses.records.height <= 3


def test_text_in_an_older_encoding_than_the_file_says(tmp_path):
    path = tmp_path / "x.dta"
    frame = make_frame().with_columns(company=pl.Series(["Caf\xe9", "b", "c"]))
    pyreadstat.write_dta(frame, str(path), version=15)
    path.write_bytes(path.read_bytes().replace("Caf\xe9".encode(), b"Caf\xe9 "))
    responses = read(path)
    assert responses.table["cluster"].to_list() == ["Caf\xe9", "b", "c"]
    assert "Stata, Windows-1252" in responses.decisions[0]


# ---- other kinds -----------------------------------------------------------------------------------------------------


def make_zip(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            content = "application/vnd.oasis.opendocument.text" if name == "mimetype" else "x"
            archive.writestr(name, content)
    return buffer.getvalue()


OTHERS = {
    "x.pdf": (b"%PDF-1.7", "is a PDF"),
    "x.docx": (make_zip("[Content_Types].xml", "word/document.xml"), "is a Word document"),
    "x.odt": (make_zip("mimetype", "content.xml"), "is a text document (OpenDocument)"),
    "x.pptx": (make_zip("ppt/presentation.xml"), "is a PowerPoint presentation"),
    "x.zip": (make_zip("survey.csv"), "is a ZIP archive. Unpack it"),
    "x.doc": (b"\xd0\xcf\x11\xe0" + bytes(600) + "WordDocument\0".encode("utf-16-le"), "is a Word document"),
    "x.rds": (b"X\n\x00\x00\x00\x03" + bytes(20), "is an R object (.rds), not a file of responses. In R, write"),
    "x.RData": (b"RDX3\nX\n" + bytes(20), "is an R workspace (.RData)"),
    "x.json": (b' [{"country": "Aland", "q1": 3}]\n', "is a JSON file"),
    "x.jsonl": (b'{"country": "Aland"}\n{"country": "Beland"}\n', "is a JSON file"),
    "x.sqlite": (b"SQLite format 3\x00", "is a database (SQLite)"),
    "x.mdb": (b"\x00\x01\x00\x00Standard Jet DB\x00", "is a database (Access)"),
    "x.png": (b"\x89PNG\r\n\x1a\n", "is a picture"),
    "x.jpg": (b"\xff\xd8\xff\xe0", "is a picture"),
    "x.xls": (
        b"\n<html><table><tr><td>q1</td></tr></table></html>",
        "is a web page (HTML), not a file of responses. Open it",
    ),
    "x.xml": (b"<?xml version='1.0'?><a/>", "is an XML file"),
    "y.xls": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "is a workbook in the XML form of Excel 2003",
    ),
    "x.sas7bcat": (
        bytes(12) + b"\xc2\xea\x81\x63\xb3\x14\x11\xcf\xbd\x92\x08\x00\x09\xc7\x31\x8c\x18\x1f\x10\x11",
        "SAS catalogue",
    ),
    "x.xz": (b"\xfd7zXZ\x00", "is packed with xz"),
    "x.tar": (b"survey.csv".ljust(257, b"\x00") + b"ustar\x0000", "is a TAR archive"),
    "x.dbf": (b"\x03\x79\x05\x03\x1a\x00\x00\x00" + bytes(40) + b"COUNTRY", "is a dBASE table"),
    "x.feather": (b"FEA1" + bytes(8) + b"FEA1", "is a Feather file of the first version"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_a_kind_that_is_not_read_is_named_by_its_kind(tmp_path, name):
    content, says = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    (refusal,) = read(tmp_path / name).refusals
    assert says in refusal
    assert refusal.endswith(".")
    assert ".." not in refusal


@pytest.mark.parametrize(
    "start", ["ID3", "BM", "FEA1", "ftypmif1", "xxxxftyp", "OggS", "ORC", "PAR1", "[Q1]", "DUCK", "k"]
)
def test_a_heading_that_begins_like_another_kind_is_a_heading(tmp_path, start):
    path = tmp_path / "x.csv"
    path.write_text(f"{start},id,country,q1,q2,q3\nx,a,Aland,1,2,3\n", encoding="utf-8")
    assert read(path).refusals == []


def test_formats_are_records_and_the_last_takes_any_bytes():
    formats = list_formats()
    assert all(isinstance(one, FileFormat | OtherFormat) for one in formats)
    assert [one.name for one in formats if one.recognise(b"any")] == ["delimited_text"]


# ---- labels that the definition does not know ------------------------------------------------------------------------


def read_labels(folder, values, labels, **replaced):
    path = folder / "x.sav"
    frame = make_frame(q1=[float(value) for value in values])
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"country": UNITS, "q1": labels})
    return read(path, **replaced)


SCALE_100 = {"minimum: 0, maximum: 10, dont_know: [98, dk]": "minimum: 0, maximum: 100, dont_know: [dk]"}


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("Don't know", "dk"),
        ("Don\u2019t know / refused (not read out)", "dk"),
        ("98. DK", "dk"),
        ("Wei\xdf nicht", "dk"),
        ("No sabe/No contesta", "dk"),
        ("Refused", "dk"),
        ("No opinion", "dk"),
        ("Not applicable", None),
        ("Keine Angabe", None),
    ],
)
def test_a_label_that_says_that_there_is_no_answer_is_never_a_rating(tmp_path, label, answer):
    responses = read_labels(tmp_path, [98, 40, 7], {0: "None", 100: "Full", 98: label}, **SCALE_100)
    assert responses.refusals == []
    assert responses.table["q1"].to_list() == [answer, "40", "7"]
    assert any("by the labels of codes: 98" in said and said.endswith("(1).") for said in responses.decisions)


@pytest.mark.parametrize("labels", [{98: "See the note"}, {0: "None", 98: "See the note", 100: "Full"}])
def test_a_label_that_stands_alone_and_that_nobody_knows_is_refused(tmp_path, labels):
    responses = read_labels(tmp_path, [98, 98, 7], labels, **SCALE_100)
    assert "in q1 the file's code 98 has the label 'See the note' (2 answers)" in responses.refusals[0]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 2, 3], {1: "Very bad", 2: "Bad", 3: "Neither"}),
        ([0, 4, 10], {0: "Not at all", 10: "Fully"}),
        ([5, 4, 10], {0: "Not at all", 5: "Somewhat", 10: "Fully"}),
        ([2, 8, 3], {2: "Rather not", 8: "Rather"}),
        ([10, 3, 4], {10: "Fully"}),
    ],
)
def test_labels_of_points_of_a_scale_are_listed(tmp_path, values, labels):
    replaced = {"labels: {top: 10}": "labels: {}"}
    responses = read_labels(tmp_path, values, labels, **replaced)
    assert responses.refusals == []
    assert responses.table["q1"].to_list() == [str(value) for value in values]
    (said,) = [said for said in responses.decisions if "whose labels the definition does not know" in said]
    assert all(f"{value} {labels[value]!r} (1)" in said for value in values if value in labels)


def test_a_code_that_the_definition_names_needs_no_known_label(tmp_path):
    responses = read_labels(tmp_path, [98, 4, 7], {98: "See the note"})
    assert responses.refusals == []
    assert responses.table["q1"].to_list() == ["98", "4", "7"]
    assert not any("does not know" in said for said in responses.decisions)


def test_codes_that_are_read_by_their_labels_may_lie_beside_one_of_no_answer(tmp_path):
    named = {"labels: {top: 10}": "labels: {low: 0, middle: 5, top: 10}"}
    responses = read_labels(tmp_path, [1, 3, 9], {1: "low", 2: "middle", 3: "top", 9: "Don't know"}, **named)
    assert responses.refusals == []
    assert responses.table["q1"].to_list() == ["low", "top", "98"]


def test_labels_of_stata_are_looked_at_in_the_same_way(tmp_path):
    path = write_dta(tmp_path, {"q1": {9: "Weet niet"}}, q1=[9, 4, 7])
    assert read(path).table["q1"].to_list() == ["98", "4", "7"]
