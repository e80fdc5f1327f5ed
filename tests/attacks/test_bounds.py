"""Files and paths that would take memory, time or patience without end, and addresses in the place of paths.

A command is run in a process of its own with a limit to its memory, and a limit to its time that only a hang reaches.
"""

import csv
import gzip
import io
import os
import socket
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from bpo_index.cli.main import main
from bpo_index.definition import load_definition, parse_definition
from bpo_index.definition.yaml_places import read_yaml
from bpo_index.errors import BpoIndexError, DefinitionError, UsageError
from bpo_index.inbox.settings import InboxSettings
from bpo_index.responses import read_responses
from bpo_index.responses.inspection import inspect_files
from bpo_index.responses.records import iterate_records
from bpo_index.responses.template import write_template
from bpo_index.scoring.margins import read_margins
from bpo_index.settings import Settings
from bpo_index.validation.validate import validate_responses
from tests.surveys import HEADER, SMALL, make_definition, write_csv

MANY = bool(os.environ.get("BPO_INDEX_FUZZ"))
MIB = 2**20
#: Seconds that only a hang reaches.
HANG = 300
ROWS = ["a,Aland,1,2,3", "b,Beland,4,5,6", "c,Celand,7,8,9"]


def run_command(folder, *arguments, most=900 * MIB):
    """Run a command with a limit to its memory; return its exit code, what it said, and the peak of its memory."""
    code = (
        "import resource, sys\n"
        f"resource.setrlimit(resource.RLIMIT_DATA, ({most}, {most}))\n"
        "from bpo_index.cli.main import main\n"
        "code = main(sys.argv[1:])\n"
        # NOTE: not ru_maxrss, which a process has from the one that started it.
        "lines = open('/proc/self/status').read().splitlines()\n"
        "print('PEAK', *(line.split()[1] for line in lines if 'VmHWM' in line), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    said, _, peak = done.stderr.rpartition("PEAK ")
    return done.returncode, said, int(peak or 0) // 1024


def write_questions(folder, questions, rows=30):
    """Write a definition with one category of many questions, and answers to it; return both paths."""
    ids = [f"q{n}" for n in range(questions)]
    asked = ", ".join(f"{{id: {name}, text: Question {name}}}" for name in ids)
    text = SMALL.partition("categories:")[0] + f"categories:\n  - {{id: all, title: All, questions: [{asked}]}}\n"
    text += "columns: {respondent: id, unit: country}\n"
    units = ("Aland", "Beland", "Celand")
    answers = [",".join(str((n * 7 + k * k) % 9 + 1) for k in range(questions)) for n in range(rows)]
    lines = [f"r{n},{units[n % 3]},{given}" for n, given in enumerate(answers)]
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return folder / "s.yaml", write_csv(folder, *lines, header=",".join(["id", "country", *ids]))


@pytest.mark.parametrize("command", ["check", "inspect", *(["template"] if MANY else [])])
def test_a_thousand_questions_of_a_category_take_less_than_400_mebibytes(tmp_path, command):
    definition, responses = write_questions(tmp_path, 1_000)
    arguments = ["template", definition] if command == "template" else [command, responses, "--definition", definition]
    code, said, peak = run_command(tmp_path, *arguments)
    assert (code, said) == (0, "")
    assert 0 < peak < 400


# ---- definitions --------------------------------------------------------------------------------------------------
NESTED = {
    "brackets": "[" * 16_000,
    "braces": "{" * 16_000,
    "pairs": "[{a: " * 16_000,
    "dashes": "- " * 16_000,
    "questions": "? " * 16_000,
    "indentation": "\n".join(" " * n + f"k{n}:" for n in range(900)),
    "a nested method": "title: x\nmethod: " + "[" * 16_000,
    "closed brackets": "a: " + "[" * 9_000 + "]" * 9_000,
}


@pytest.mark.parametrize("case", NESTED)
def test_a_text_nested_too_deeply_is_refused_before_it_is_parsed(case, monkeypatch):
    monkeypatch.setattr("yaml.constructor.BaseConstructor.construct_document", None)
    ((_, says),) = read_yaml(NESTED[case]).problems
    assert says == "nested more than 50 deep: no definition"
    with pytest.raises(DefinitionError, match=r"1 problem:\n  line .*nested more than 50 deep"):
        parse_definition(NESTED[case])


@pytest.mark.parametrize("opened", ["[", "{a: ", "- "])
def test_fifty_deep_is_the_bound(opened):
    closed = {"[": "]", "{a: ": "}"}.get(opened, "")
    shallow, deep = (opened * depth + "1" + closed * depth for depth in (40, 60))
    assert read_yaml(shallow).problems == []
    assert "nested more than 50" in read_yaml(deep).problems[0][1]


SHORT_FOR_LONG = {
    "laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "an alias of itself": "a: &a [*a]\n",
    "merges": "".join(f"!!merge k{n}: {{a: 1}}\n" for n in range(20_000)),
    "a merge of an alias": "a: &a {b: 1}\nc:\n  !!merge x: *a\n",
    "a merge in a list": "- {!!merge a: {b: 1}}\n",
}


@pytest.mark.parametrize("case", SHORT_FOR_LONG)
def test_a_short_text_stands_for_no_long_one(case):
    ((_, says),) = read_yaml(SHORT_FOR_LONG[case]).problems
    assert says.endswith("write the value out") or says == "a merge key: write the keys out"


@pytest.mark.parametrize("text", ["#" * MIB + "\n", "a: " + "é" * (MIB // 2), "[" * (4 * MIB)])
def test_a_definition_of_more_than_a_mebibyte_is_not_parsed(tmp_path, text):
    assert read_yaml(text).problems == [((), "longer than 1 MiB: no definition")]
    path = tmp_path / "d.yaml"
    path.write_text(text, encoding="utf-8")
    for given in ((path, None), ("offshore-bpo-2021", path)):
        with pytest.raises(DefinitionError, match="it holds more than 1 MiB"):
            load_definition(*given)


def test_keys_without_end_are_counted(monkeypatch):
    monkeypatch.setattr("bpo_index.definition.yaml_places.MOST_NODES", 2_000)
    for text in ("[" + "1," * 2_001 + "]", "- 1\n" * 2_001, "".join(f"k{n}: 1\n" for n in range(1_001))):
        assert "more than 2,000 keys and values" in read_yaml(text).problems[0][1]


def test_problems_of_a_definition_are_counted_and_cut():
    strange = "".join(f"strange_{n}: 1\n" for n in range(2_000)) + "k" * 500 + ": 1\n"
    with pytest.raises(DefinitionError) as refused:
        parse_definition(SMALL + strange)
    assert len(refused.value.problems) == 2_001
    assert str(refused.value).endswith("  and 1,901 more")
    assert len(str(refused.value)) < 20_000


# ---- what is no regular file ----------------------------------------------------------------------------------------
def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def make_link_to(target):
    return lambda path: path.symlink_to(target)


OTHERS = {
    "pipe": make_pipe,
    "socket": make_socket,
    "link to /dev/urandom": make_link_to("/dev/urandom"),
    "link to /dev/zero": make_link_to("/dev/zero"),
    "link to a terminal": make_link_to("/dev/ptmx"),
}


def use(what, path, folder):
    """Have a path read as one of the things that commands read."""
    sample = write_csv(folder, *ROWS, name="fine.csv")
    match what:
        case "responses":
            read_responses([sample, path], make_definition())
        case "inspect":
            inspect_files([path], make_definition())
        case "definition":
            load_definition(path)
        case "method":
            load_definition("offshore-bpo-2021", path)
        case "margins":
            read_margins(path)
        case "plan":
            raise SystemExit(main(["plan", "offshore-bpo-2021", "--responses", str(path)]))
        case "release":
            raise SystemExit(main(["verify", str(path)]))


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("what", ["responses", "inspect", "definition", "method", "margins", "plan", "release"])
def test_what_is_no_file_is_refused_with_a_sentence(tmp_path, kind, what, capsys):
    path = tmp_path / "given.csv"
    OTHERS[kind](path)
    with pytest.raises((BpoIndexError, SystemExit)) as refused:
        use(what, path, tmp_path)
    if refused.type is SystemExit:
        assert refused.value.code == 2
        said = capsys.readouterr().err
    else:
        assert refused.value.exit_code == 2
        said = str(refused.value)
    wanted = ("is a pipe", "is a socket", "is a device", "is no release")
    assert any(part in said for part in wanted)
    assert "Traceback" not in said


@pytest.mark.parametrize("kind", OTHERS)
def test_a_folder_of_responses_passes_over_what_is_no_file(tmp_path, kind):
    write_csv(tmp_path, *ROWS)
    OTHERS[kind](tmp_path / "other.csv")
    responses = read_responses([tmp_path], make_definition())
    assert responses.table.height == 3
    assert responses.decisions[0].endswith("not read: other.csv.")


@pytest.mark.parametrize("name", ["manifest.json", "definition.json", "ranking.parquet"])
def test_a_release_of_pipes_is_refused(tmp_path, name, capsys):
    (tmp_path / "manifest.json").write_text(f'{{"files": {{"{name}": {{}}}}}}')
    (tmp_path / name).unlink(missing_ok=True)
    os.mkfifo(tmp_path / name)
    assert main(["verify", str(tmp_path)]) in (2, 3)
    assert capsys.readouterr().err.count("\n") == 1


def test_a_path_that_becomes_a_pipe_while_it_is_opened_is_refused(tmp_path, monkeypatch):
    path = write_csv(tmp_path, *ROWS)
    real = os.open

    def change(name, *arguments, **keywords):
        if str(name) == str(path) and path.is_file():
            path.unlink()
            os.mkfifo(path)
        return real(name, *arguments, **keywords)

    monkeypatch.setattr("os.open", change)
    with pytest.raises(UsageError, match="it is a pipe and no file"):
        read_responses([path], make_definition())


# ---- packed files ---------------------------------------------------------------------------------------------------
def write_zeros(path, mebibytes, line=b"0" * 1_024):
    """Write a packed file of many mebibytes, a mebibyte at a time."""
    part = line * (MIB // len(line))
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(mebibytes):
            file.write(part)
    return path


@pytest.mark.parametrize(
    ("mebibytes", "line", "says"),
    [
        (40, b"0" * 1_024, "has more than 32 MiB in line 1"),
        (100, b"0,0,0,0," * 128, "cells, more than 50,000,000"),
        (25, b"1\n" * 512, "lines, more than 10,000,000"),
        (40, b"\x00" * 1_024, "has more than 32 MiB in line 1"),
    ],
)
def test_a_packed_file_of_too_much_is_refused_before_it_is_parsed(tmp_path, mebibytes, line, says, monkeypatch):
    monkeypatch.setattr("bpo_index.responses.formats.delimited_text.decode_text", None)
    path = write_zeros(tmp_path / "bomb.csv.gz", mebibytes, line)
    assert says in read_responses([path], make_definition()).refusals[0]


def test_a_small_file_that_unpacks_without_end_is_refused_in_little_memory(tmp_path):
    path = write_zeros(tmp_path / "bomb.csv.gz", 520)
    assert path.stat().st_size < 4 * MIB
    code, said, peak = run_command(tmp_path, "check", path)
    assert code == 1
    assert "unpacks to more than 512 MiB" in said
    assert 0 < peak < 400


def test_files_of_one_call_are_counted_together(tmp_path, monkeypatch):
    monkeypatch.setattr("bpo_index.responses.sources.MOST_TOGETHER", 100)
    paths = [write_csv(tmp_path, *(f"{n}{row}" for row in ROWS), name=f"{n}.csv") for n in range(4)]
    responses = read_responses(paths, make_definition())
    assert len(responses.refusals) == 3
    assert "hold more than 100 bytes together" in responses.refusals[0]


def test_a_file_without_end_is_not_read(tmp_path):
    path = tmp_path / "sparse.csv"
    with path.open("wb") as file:
        file.truncate(2**40)
    assert "holds more than 512 MiB" in read_responses([path], make_definition()).refusals[0]
    with pytest.raises(DefinitionError, match="more than 1 MiB"):
        load_definition(path)
    with pytest.raises(UsageError, match="it holds more than 16 MiB"):
        read_margins(path)
    assert main(["verify", str(tmp_path)]) == 3


# ---- workbooks ------------------------------------------------------------------------------------------------------
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def make_workbook(path):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        for n, row in enumerate(ROWS, start=1):
            sheet.write_row(n, 0, row.split(","))
    return path


def change_part(path, name, content):
    """Put another content in the place of a part; a part that is not there is added."""
    with zipfile.ZipFile(path) as old:
        parts = {entry.filename: old.read(entry) for entry in old.infolist()}
    parts[name] = content(parts.get(name, b"")) if callable(content) else content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part, data in parts.items():
            new.writestr(part, data)
    return path


def read_workbook_refusal(path):
    (refusal,) = read_responses([path], make_definition()).refusals
    return refusal


def lie_about_size(path, name):
    """Have the directory say that a part unpacks to a hundred bytes."""
    content = bytearray(path.read_bytes())
    place = content.rfind(name.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(content)
    return path


@pytest.mark.skipif(not MANY, reason="packs a gibibyte; BPO_INDEX_FUZZ")
def test_shared_texts_that_unpack_to_much_are_refused_in_little_memory(tmp_path):
    path = make_workbook(tmp_path / "x.xlsx")
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = b"".join(engine.compress(b"<si><t>" + b"x" * (MIB - 7)) for _ in range(1_100)) + engine.flush()
    # As written by hand: the directory is right about the packed size, and not about the other.
    small = zipfile.ZipFile(path)
    data = io.BytesIO()
    with small, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in small.infolist():
            new.writestr(entry.filename, small.read(entry) if entry.filename != TEXTS else b"")
    content = data.getvalue()
    start = content.index(TEXTS.encode()) - 30
    old = content[start : start + 30 + len(TEXTS)]
    local = old[:18] + struct.pack("<II", len(packed), 100) + old[26:]
    length = struct.unpack_from("<I", content, start + 18)[0]
    rest = bytearray(content[start + len(old) + length :])
    grown = len(packed) - length
    place = 0
    while (place := rest.find(b"PK\x01\x02", place)) >= 0:
        name = rest[place + 46 : place + 46 + struct.unpack_from("<H", rest, place + 28)[0]]
        offset = struct.unpack_from("<I", rest, place + 42)[0]
        if name == TEXTS.encode():
            rest[place + 20 : place + 28] = struct.pack("<II", len(packed), 100)
        elif offset > start:
            rest[place + 42 : place + 46] = struct.pack("<I", offset + grown)
        place += 4
    end = rest.rfind(b"PK\x05\x06")
    rest[end + 16 : end + 20] = struct.pack("<I", struct.unpack_from("<I", rest, end + 16)[0] + grown)
    path.write_bytes(content[:start] + local + packed + bytes(rest))
    assert path.stat().st_size < 8 * MIB
    code, said, peak = run_command(tmp_path, "check", path)
    assert code == 1
    assert "unpacks to more than 1 GiB" in said
    assert 0 < peak < 400


@pytest.mark.parametrize("part", [SHEET, TEXTS, "xl/styles.xml", "docProps/app.xml", "other.bin"])
def test_whatever_part_unpacks_to_much_and_whatever_the_directory_says(tmp_path, part, monkeypatch):
    monkeypatch.setattr("bpo_index.responses.formats.workbook_parts.MOST_UNPACKED", 2 * MIB)
    path = change_part(make_workbook(tmp_path / "x.xlsx"), part, lambda old: old + b" " * (3 * MIB))
    assert "unpacks to more than 2 MiB" in read_workbook_refusal(path)
    assert "unpacks to more than 2 MiB" in read_workbook_refusal(lie_about_size(path, part))


def test_parts_without_end_and_parts_of_one_name_are_refused(tmp_path):
    path = make_workbook(tmp_path / "x.xlsx")
    with zipfile.ZipFile(path, "a") as book, pytest.warns(UserWarning, match="Duplicate name"):
        book.writestr(SHEET, b"<worksheet/>")
    assert "have the name of another" in read_workbook_refusal(path)
    path = make_workbook(tmp_path / "y.xlsx")
    with zipfile.ZipFile(path, "a") as book:
        for n in range(10_001):
            book.writestr(f"part{n}", b"")
    assert "parts, more than 10,000" in read_workbook_refusal(path)


def test_a_long_text_that_many_cells_refer_to_is_refused(tmp_path):
    path = make_workbook(tmp_path / "x.xlsx")
    change_part(
        path,
        TEXTS,
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + b"x" * MIB
        + b"</t></si></sst>",
    )
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 1_001))
    change_part(
        path,
        SHEET,
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + b"</sheetData></worksheet>",
    )
    assert path.stat().st_size < MIB
    assert "cells hold more than 512 MiB of text" in read_workbook_refusal(path)


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        b'<row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row>',
        b'<row r="1048576"><c s="1" r="XFD1048576"/></row>',
        b'<row r="900000"><c r="AAA900000"><v>1</v></c></row>',
    ],
)
def test_far_corners_are_refused_however_they_are_written(tmp_path, cell):
    path = make_workbook(tmp_path / "x.xlsx")
    change_part(path, SHEET, lambda old: old.replace(b"</sheetData>", cell + b"</sheetData>"))
    assert "spans too much" in read_workbook_refusal(path)


def test_cells_that_never_end_are_searched_once(tmp_path):
    path = change_part(make_workbook(tmp_path / "x.xlsx"), SHEET, b"<c " * 100_000)
    assert "is damaged" in read_workbook_refusal(path)


# ---- Parquet --------------------------------------------------------------------------------------------------------
PARQUET = {
    "rows": (lambda: pl.DataFrame({"a": pl.Series([1]).new_from_index(0, 60_000_000)}), "60,000,000 cells"),
    "repeated text": (lambda: pl.DataFrame({"a": ["x" * 100_000] * 6_000}), "bytes of text, more than"),
    "columns": (lambda: pl.DataFrame({f"c{n}": [None] * 1_000 for n in range(600)}), "600,000 cells"),
    "lists": (lambda: pl.DataFrame({"a": [[0] * 100_000] * 10}), "1,000,000 cells"),
    "packed text": (lambda: pl.DataFrame({"a": [f"{n}" * 50_000 for n in range(10, 40)]}), "bytes, more than"),
}


@pytest.mark.parametrize("case", PARQUET)
def test_a_small_parquet_file_that_holds_much_is_refused(tmp_path, case, monkeypatch):
    make, says = PARQUET[case]
    if case in ("columns", "lists"):
        monkeypatch.setattr("bpo_index.responses.columnar.MOST_CELLS", 500_000)
        monkeypatch.setattr("bpo_index.responses.formats.parquet.MOST_CELLS", 500_000)
    if case == "packed text":
        monkeypatch.setattr("bpo_index.responses.formats.parquet.MOST_BYTES", MIB)
    path = tmp_path / "x.parquet"
    make().write_parquet(path)
    assert path.stat().st_size < MIB
    assert says in read_workbook_refusal(path)


# ---- lines and cells ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("line", "delimiter"), [('x","', ","), ('x",1,"', ","), ('x",,"', ","), ('x","y', ","), ('x";"', ";")]
)
def test_marks_that_are_never_closed_are_read_once_and_not_once_for_each(line, delimiter, monkeypatch):
    rows, taken, real = 2_000, [0], csv.reader

    def count(lines, **keywords):
        def give():
            for text in lines:
                taken[0] += 1
                yield text

        return real(give(), **keywords)

    monkeypatch.setattr("csv.reader", count)
    lines = [f"{line}\n"] * rows + [f"a{delimiter}1\n"]
    records = list(iterate_records(lines, delimiter))
    assert [record.line for record in records] == list(range(1, rows + 2))
    assert [record.fault for record in records[:-1]] == ["a quotation mark opens here and is never closed"] * rows
    assert records[-1].cells == ["a", "1"]
    assert taken[0] <= 3 * rows


@pytest.mark.parametrize("length", [100_000, *([10_000_000] if MANY else [])])
@pytest.mark.parametrize("place", ["id", "unit", "answer", "other", "heading"])
def test_a_long_cell_is_published_in_a_short_sentence(tmp_path, length, place):
    long = "y" * length
    header = f"{HEADER},{long if place == 'heading' else 'comment'}"
    cells = {"id": "a", "unit": "Aland", "answer": "1", "other": ""} | {place: long}
    row = f"{cells['id']},{cells['unit']},{cells['answer']},2,3,{cells['other']}"
    path = write_csv(tmp_path, row, "b,Beland,4,5,6,", "c,Celand,7,8,9,", header=header)
    definition = make_definition()
    validation = validate_responses(responses := read_responses([path], definition), definition)
    assert validation.rows.height == 3
    assert all(len(text) < 2_000 for text in [*responses.decisions, *responses.refusals])
    assert max((len(text) for text in validation.rows["sentences"].explode(empty_as_null=False)), default=0) < 500
    assert all(len(text) < 2_000 for text in inspect_files([path], definition)[0].decisions)


def test_columns_that_are_missing_are_counted_and_cut(tmp_path):
    definition, _ = write_questions(tmp_path, 500)
    path = write_csv(tmp_path, "a,Aland", header="id,country")
    (refusal,) = read_responses([path], load_definition(definition)).refusals
    assert "lacks 500 columns" in refusal
    assert "and 470 more" in refusal
    assert len(refusal) < 2_000


def test_a_hundred_thousand_columns_are_read(tmp_path):
    columns = 100_000 if MANY else 20_000
    names = ",".join(f"c{n}" for n in range(columns))
    filled = ",".join("1" for _ in range(columns))
    path = write_csv(tmp_path, *(f"{row},{filled}" for row in ROWS), header=f"{HEADER},{names}")
    responses = read_responses([path], make_definition())
    assert responses.table.height == 3
    assert f"and {columns - 12:,} more" in "".join(responses.decisions)


# ---- companies ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("clusters", [65_535, 65_536, 65_537, 70_000, 140_000])
def test_a_unit_of_any_number_of_companies_is_resampled(clusters):
    import numpy as np

    from bpo_index.robustness.sampling.resampling import Resampler
    from bpo_index.scoring.unit_means import UnitAnswers

    answers = UnitAnswers("AAA", np.ones((clusters, 1)), np.ones(clusters), np.arange(clusters))
    counts = Resampler(answers).draw_counts(np.random.default_rng(1), 2)
    assert counts.shape == (clusters, 2)
    assert counts.sum(axis=0).tolist() == [clusters - 1, clusters - 1]
    assert counts[-clusters // 4 :].sum() > 0


# ---- addresses ------------------------------------------------------------------------------------------------------
ADDRESSES = ["s3://bucket/x", "https://example.org/a.csv", "gs://b", "file:///tmp/x", "S3://Bucket", " abfs://c@d/e"]
USES = {
    "out": lambda text: Settings((), out=text),
    "audit": lambda text: Settings((), audit_dir=text),
    "method": lambda text: Settings((), method=text),
    "margins": lambda text: Settings((), margins=text),
    "definition": lambda text: Settings((), definition=text),
    "responses": lambda text: Settings(("a.csv", text)),
    "inbox": lambda text: InboxSettings(inbox=text),
    "releases of an inbox": lambda text: InboxSettings(out=text),
    "definitions of an inbox": lambda text: InboxSettings(definitions=text),
    "read_responses": lambda text: read_responses([text], make_definition()),
    "read_margins": read_margins,
    "load_definition": load_definition,
    "a method file": lambda text: load_definition("offshore-bpo-2021", text),
    "write_template": lambda text: write_template(make_definition(), Path(text)),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("place", USES)
def test_an_address_is_refused_wherever_a_path_is_wanted(tmp_path, monkeypatch, place, address):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="looks like an address"):
        USES[place](address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--out", "--audit-dir", "--method", "--margins", "--definition"])
def test_an_option_that_is_an_address_is_refused_before_anything_is_read(tmp_path, monkeypatch, capsys, option):
    monkeypatch.chdir(tmp_path)
    assert main(["run", "no-such-file.csv", option, "s3://bucket/x"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"bpo-index: {option} 's3://bucket/x' looks like an address")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["template", "offshore-bpo-2021"], ["plan", "offshore-bpo-2021"]])
def test_folders_of_other_commands_are_no_addresses(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--out", "s3://bucket/x"]) == 2
    assert "looks like an address" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["C:\\surveys\\x", "C:/surveys/x", "./s3:/x", "a:b", "x/s3://y", "2021:/x"])
def test_what_only_resembles_an_address_is_a_path(path):
    assert Settings((path,), out=path, scheduler="tcp://host:8786").out == path


def test_levels_of_margins_are_counted(tmp_path):
    path = tmp_path / "margins.csv"
    rows = [f",size,level {n},0" for n in range(1_100)] + [",size,all,1"]
    path.write_text("\n".join(["unit,variable,level,share", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="size has 1,101 levels, more than 1,000"):
        read_margins(path)
