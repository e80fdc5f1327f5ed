"""Whatever the bytes: accepted, quarantined with reasons, or refused with one paragraph.

Never a traceback, never a wrong count, never a file outside the folders named. Files are made by changing good ones:
plain ones, the exports of survey tools, workbooks, Parquet, SPSS, Stata, SAS, Arrow and gzip files; or any bytes.
"""

import contextlib
import gzip
import io
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpo_index.cli.main import main
from bpo_index.definition import load_definition
from bpo_index.responses import read_responses
from bpo_index.responses.grids import DELIMITERS
from bpo_index.responses.inspection import inspect_files
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.validate import validate_responses
from tests.commands import fuzz
from tests.responses.exports import make_exports
from tests.surveys import HEADER, make_definition

pytestmark = pytest.mark.usefixtures("without_figures")

DEFINITION = make_definition()
EXPORTS = {name: content for name, content in make_exports.make_files().items() if len(content) < 20_000}
EXPORTED = load_definition(Path(make_exports.FOLDER) / "definition.yaml")
GOOD = [HEADER, *(f"{n},{unit},{n % 11},{n % 7},{n % 5}" for n, unit in enumerate(["Aland", "Beland", "Celand"] * 4))]
CELLS = [
    "", " ", '=HYPERLINK("http://192.0.2.1","x")', "<script>alert(1)</script>", "../../x", "..\\..\\x", "1e309", "NaN",
    '"', '"a\nb"', "\x00", "98", "dk", "-1", "11", "\u202eabc", "\u200f", "inf", "Aland", "'", "a" * 3000, "\ufeff",
    ";", "\t", "\r", "NULL", "0x10", "1,5", "5.0", "７", "٣", "𝟗", "1_0", "+5", "--1", "10 - top", "top (10)", "true",
    "03/04/2021 10:00", "2021-02-30 10:00:00", "9999-12-31T23:59:59+99:99", '{"ImportId":"q1"}', "{" * 200, "ImportId",
    "é", "\ud800",
]  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252", "latin-1"]


@st.composite
def change_rows(draw, rows):
    """Return rows of cells with cells, rows or columns changed."""
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(0, 12))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        if row:
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(CELLS) | st.text(max_size=6))
    for _ in range(draw(st.integers(0, 3))):
        rows.insert(draw(st.integers(0, len(rows))), list(rows[draw(st.integers(0, len(rows) - 1))]))
    for _ in range(draw(st.integers(0, 2))):
        row = rows[draw(st.integers(0, len(rows) - 1))]
        draw(st.sampled_from([lambda cells: cells.append("x"), lambda cells: cells and cells.pop()]))(row)
    if draw(st.integers(0, 19)) == 0:  # a column twice, or very many columns
        n, times = draw(st.integers(0, 4)), draw(st.sampled_from([1, 1, 1, 300]))
        rows = [[*row, *([row[n]] * times if n < len(row) else [])] for row in rows]
    return rows


@st.composite
def spoil_bytes(draw, content):
    """Return bytes cut off, or with some of them changed."""
    if draw(st.booleans()):
        return content[: draw(st.integers(0, len(content)))]
    spoilt = bytearray(content)
    for _ in range(draw(st.integers(0, 20))):
        if spoilt:
            spoilt[draw(st.integers(0, len(spoilt) - 1))] = draw(st.integers(0, 255))
    return bytes(spoilt)


@st.composite
def make_text_file(draw):
    """Return the bytes of a text file, changed."""
    rows = draw(change_rows([line.split(",") for line in GOOD]))
    separator = draw(st.sampled_from([",", ";", "\t"]))
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(separator.join(row) for row in rows)
    content = text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return draw(spoil_bytes(content)) if draw(st.booleans()) else content


@st.composite
def make_export(draw):
    """Return the bytes of a survey tool's export, spoilt."""
    content = EXPORTS[draw(st.sampled_from(sorted(EXPORTS)))]
    if draw(st.booleans()):
        lines = content.split(b"\n")
        del lines[draw(st.integers(0, 3)) :: draw(st.sampled_from([5, 10, 100]))]
        content = b"\n".join(lines)
    return draw(spoil_bytes(content))


@st.composite
def make_binary_file(draw, good):
    """Return the bytes of a file of another format than text: rows changed before, or bytes after."""
    kind = draw(
        st.sampled_from(["xlsx", "parquet", "sav", "dta", "sas", "xpt", "arrow", "gz", "xlsx rows", "parquet rows"])
    )
    if kind == "gz":
        return draw(spoil_bytes(gzip.compress(draw(make_text_file()), mtime=0)))
    if kind in good:
        return draw(spoil_bytes(good[kind]))
    header, *rows = draw(change_rows([line.split(",") for line in GOOD]))
    return write_binary(kind.removesuffix(" rows"), header, rows)


def write_binary(kind, header, rows):
    buffer = io.BytesIO()
    if kind == "xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for n, row in enumerate([header, *rows]):
                for m, cell in enumerate(row[:200]):
                    sheet.write_string(n, m, cell.encode("utf-8", "replace").decode()[:30_000])
        return buffer.getvalue()
    names = list(dict.fromkeys(name.encode("utf-8", "replace").decode() for name in header))
    columns = {name: [(row[n] if n < len(row) else None) for row in rows] for n, name in enumerate(names)}
    clean = {
        name: [cell if cell is None else cell.encode("utf-8", "replace").decode() for cell in cells]
        for name, cells in columns.items()
    }
    pl.DataFrame(clean, schema=dict.fromkeys(clean, pl.String)).write_parquet(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Return the bytes of good binary files."""
    header, *rows = [line.split(",") for line in GOOD]
    folder = tmp_path_factory.mktemp("good")
    return {
        "xlsx": write_binary("xlsx", header, rows),
        "parquet": write_binary("parquet", header, rows),
        "sav": make_exports.write_spss(folder).read_bytes(),
        "dta": make_exports.write_stata(folder).read_bytes(),
        "sas": make_exports.write_sas(folder).read_bytes(),
        "xpt": make_exports.write_sas_transport(folder).read_bytes(),
        "arrow": make_exports.write_arrow(folder).read_bytes(),
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return an empty folder in which each case writes its file, and another for its audit."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "in").mkdir()
    return folder


def check_account(path, definition):
    """Read and validate a file; every row must be accounted for."""
    responses = read_responses([path], definition)
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    assert audit.rows_read == audit.rows_accepted + audit.rows_quarantined == responses.records.height
    assert audit.rows_accepted == validation.accepted.height or "long layout" in "".join(responses.decisions)
    for reasons, sentences in validation.quarantined.select("reasons", "sentences").iter_rows():
        assert len(reasons) == len(sentences) > 0
        assert all(sentences)
    for refusal in (*responses.refusals, *validation.refusals):
        assert refusal.endswith(".")
        assert refusal.isprintable()
    if responses.refusals or validation.refusals:
        assert audit.rows_accepted == 0
    assert 0 <= responses.sum_rows(b"key") < 2**256
    (inspection,) = inspect_files([path], definition)
    assert inspection.rows == responses.records.height
    return responses


def count_lines(content, separator):
    """Return how many lines of a file without quotation marks hold anything, by means of our own."""
    lines = io.StringIO(content.decode("utf-8-sig"), newline="")
    return sum(any(cell.strip() for cell in line.split(separator)) for line in lines)


@fuzz(19, 45)
@given(content=make_text_file())
@example(content=("\n".join(GOOD)).encode())
def test_changed_text_files(place, content):
    path = place / "in" / "survey.csv"
    path.write_bytes(content)
    responses = check_account(path, DEFINITION)
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    said = "".join(responses.decisions)
    if b'"' not in content and b"\x00" not in content and "header row on line 1," in said:
        separator = next(mark for mark, name in DELIMITERS.items() if f"separated by {name}" in said)
        assert responses.records.height == count_lines(content, separator) - 1


@fuzz(6, 15)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes(place, content):
    path = place / "in" / "survey.csv"
    path.write_bytes(content)
    check_account(path, DEFINITION)


@fuzz(5, 12)
@given(content=make_export())
def test_changed_exports(place, content):
    path = place / "in" / "survey.csv"
    path.write_bytes(content)
    check_account(path, EXPORTED)


@fuzz(5, 12)
@given(data=st.data())
def test_changed_binary_files(place, good, data):
    path = place / "in" / "survey.dat"
    path.write_bytes(data.draw(make_binary_file(good)))
    check_account(path, data.draw(st.sampled_from([DEFINITION, EXPORTED])))


@fuzz(7.5, 20)
@given(content=make_text_file() | make_export() | st.binary(max_size=100))
def test_the_command_answers_in_one_paragraph_and_writes_where_it_was_published(place, content):
    definition = place / "definition.json"
    definition.write_text(DEFINITION.model_dump_json())
    path = place / "in" / "survey.csv"
    path.write_bytes(content)
    said, errors = io.StringIO(), io.StringIO()
    arguments = ["check", str(path), "--definition", str(definition), "--audit-dir", str(place / "audit"), "--json"]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        code = main(arguments)
    assert code in (0, 1)
    assert {entry.name for entry in place.iterdir()} == {"in", "audit", "definition.json"}
    assert {entry.name for entry in (place / "in").iterdir()} <= {"survey.csv", "survey.dat"}
    (folder,) = (entry for entry in (place / "audit").iterdir() if entry.name != "key")
    summary = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert summary["rows_read"] == summary["rows_accepted"] + summary["rows_quarantined"]
    if code:
        assert said.getvalue() == ""
        assert errors.getvalue().count("\n") == 1
        assert errors.getvalue().rstrip("\n").isprintable()
    for entry in folder.iterdir():
        assert entry.is_file()
        entry.unlink()
    folder.rmdir()


@fuzz(0.5, 4)
@given(content=make_text_file())
def test_a_whole_run_publishes_or_refuses(tmp_path_factory, content):
    place = tmp_path_factory.mktemp("run")
    (place / "definition.json").write_text(DEFINITION.model_dump_json())
    (place / "survey.csv").write_bytes(content)
    said, errors = io.StringIO(), io.StringIO()
    arguments = [
        *("run", str(place / "survey.csv"), "--definition", str(place / "definition.json")),
        *("--out", str(place / "out"), "--audit-dir", str(place / "audit"), "--json"),
    ]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        code = main(arguments)
    assert code in (0, 1)
    assert {entry.name for entry in place.iterdir()} <= {"out", "audit", "definition.json", "survey.csv"}
    if code == 0:
        folders = [path for path in (place / "out").rglob("*") if path.is_dir()]
        release = json.loads(said.getvalue())["release"]
        assert {path.name for path in folders} <= {"small", "one", release, "robustness", "figures", "units"}
    else:
        assert errors.getvalue().count("\n") == 1


BIG = {
    "10,000 columns": (HEADER + "".join(f",c{n}" for n in range(10_000)) + "\na,Aland,1,2,3" + ",x" * 10_000).encode(),
    "a cell of 50 MB": HEADER.encode() + b",note\na,Aland,1,2,3," + b"x" * 50_000_000 + b"\nb,Aland,1,2,4,y\n",
    "null bytes": HEADER.encode() + b"\na\x00,Aland,1,2,3\n\x00\n",
    "nothing but quotation marks": HEADER.encode() + b"\n" + b'"a,\n' * 5_000,
    "an answer of marks": HEADER.encode() + b"\na,Aland," + b" - " * 500_000 + b",2,3\n",
    "headings in brackets": b"Timestamp," + HEADER.encode() + b"," + b"[ " * 500_000 + b"]\nb,b,Aland,1,2,4,\n",
}


@pytest.mark.parametrize("case", BIG)
def test_files_that_are_too_much(tmp_path, case):
    path = tmp_path / "survey.csv"
    path.write_bytes(BIG[case])
    check_account(path, DEFINITION)


def test_a_sheet_with_two_far_corners_is_refused_before_it_is_held(tmp_path):
    import xlsxwriter

    path = tmp_path / "corner.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write(1_048_575, 16_383, 1)
    responses = read_responses([path], DEFINITION)
    assert "1,048,576 rows and 16,384 columns" in responses.refusals[0]


def test_a_file_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bpo_index.responses.sources.MOST_BYTES", 1_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 100_000))
    assert "unpacks to more than" in read_responses([path], DEFINITION).refusals[0]
