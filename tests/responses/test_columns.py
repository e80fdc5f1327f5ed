"""Regular files are read as columns, all others record by record, and both ways say the same."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.responses import read_responses
from bpo_index.responses.columnar import FrameRecords
from bpo_index.responses.grids import Grid
from bpo_index.responses.regular_text import DelimitedLines
from bpo_index.responses.rows import ListedRows
from bpo_index.validation.validate import validate_responses
from tests.surveys import make_definition

#: Cells of files, as the bytes have them: plain ones, and what makes a text irregular.
PLAIN = ["a", "b", "Aland", "Beland", "1", "2", " 3 ", "7,5", "", "Don't know", "Åland", "\u00a0x\u2003", "11", "x\tz"]
STRANGE = [
    '"q"',
    '"a""b"',
    '"a,b"',
    '""',
    '"""x"',
    '"',
    'a"b',
    ' "a"',
    '"a"b',
    '"a\nb"',
    "\x1ca",
    "\x00",
    "\x85",
    "\ufeff",
]
ENDS = ["\n", "\r\n", "\r"]


@st.composite
def make_text(draw):
    """Return the text of a survey in which most lines are regular."""
    delimiter = draw(st.sampled_from(",;\t"))
    strange = draw(st.booleans())
    end = draw(st.sampled_from(ENDS if strange else ENDS[:2]))
    cells = st.sampled_from(PLAIN + STRANGE if strange else PLAIN[:-1])
    lines = [["respondent_id", "country", "q1", "q2", "q3", "comment"]]
    for _ in range(draw(st.integers(0, 12))):
        width = draw(st.sampled_from([6] * 20 + [0, 1, 5, 7])) if strange else 6
        lines.append(draw(st.lists(cells, min_size=width, max_size=width)))
    if draw(st.booleans()):
        lines.insert(draw(st.integers(1, len(lines))), [""] * 6)
    above = draw(st.sampled_from(["", "", f"Survey of 2021{end}", '"two\nlines"\n']))
    quoted = draw(st.booleans())

    def write(cell):
        return f'"{cell}"' if quoted and '"' not in cell else cell.replace(delimiter, " ") if not strange else cell

    return (
        above + end.join(delimiter.join(map(write, line)) for line in lines) + draw(st.sampled_from(["", end, end * 2]))
    )


def read_both_ways(path, monkeypatch, kind):
    """Return what is read as columns, where it can be, and record by record."""
    definition = make_definition()
    first = read_responses([path], definition)
    with monkeypatch.context() as patch:
        patch.setattr(kind, "tabulate", lambda *_: None)
        second = read_responses([path], definition)
    return (first, validate_responses(first, definition)), (second, validate_responses(second, definition))


def assert_same(first, second):
    (one, checked), (other, checked_other) = first, second
    assert one.decisions == other.decisions
    assert one.refusals == other.refusals
    assert one.input_hash == other.input_hash
    assert one.table.equals(other.table)
    assert one.table.schema == other.table.schema
    assert one.write_texts(one.records).equals(other.records)
    assert one.sum_rows(b"key") == other.sum_rows(b"key")
    assert checked.accepted.equals(checked_other.accepted)
    assert checked.rows.equals(checked_other.rows)
    assert checked.flags.equals(checked_other.flags)
    assert list(map(str, checked.notes)) == list(map(str, checked_other.notes))
    assert checked.refusals == checked_other.refusals


@pytest.fixture(scope="module")
def patching():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@settings(deadline=None, max_examples=100)
@given(make_text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"]))
def test_text_as_columns_and_record_by_record(tmp_path_factory, patching, text, encoding):
    path = tmp_path_factory.mktemp("text") / "a.csv"
    path.write_bytes(text.encode(encoding, "replace"))
    assert_same(*read_both_ways(path, patching, DelimitedLines))


VALUES = {
    pl.Int64: st.integers(-5, 12) | st.just(2**40),
    pl.UInt64: st.integers(0, 11) | st.just(2**64 - 1),
    pl.Int8: st.integers(-128, 127),
    pl.Float64: st.sampled_from([0.0, -0.0, 7.5, 1e20, float("nan"), 3.0]),
    pl.Float32: st.sampled_from([0.5, 7.1, 3.0]),
    pl.Boolean: st.booleans(),
    pl.String: st.sampled_from(["", " a ", "Aland", "x,y", 'a"b', "a\nb", "7", "\x1ca"]),
    pl.Date: st.dates(),
    pl.List(pl.Int64): st.just([1, 2]),
}


@st.composite
def make_frame(draw):
    rows = draw(st.integers(0, 8))
    columns = {}
    for name in ("respondent_id", "country", "q1", "q2", "q3", "comment"):
        dtype = draw(st.sampled_from(list(VALUES)))
        cells = draw(st.lists(st.none() | VALUES[dtype], min_size=rows, max_size=rows))
        columns[name] = pl.Series(cells, dtype=dtype)
    return pl.DataFrame(columns)


@settings(deadline=None, max_examples=60)
@given(make_frame())
def test_values_as_columns_and_record_by_record(tmp_path_factory, patching, frame):
    path = tmp_path_factory.mktemp("values") / "a.parquet"
    frame.write_parquet(path)
    assert_same(*read_both_ways(path, patching, FrameRecords))


REGULAR = "respondent_id,country,q1,q2,q3,comment\na,Aland,1,2,3,x\n,,,,,\nb,Beland,4,5,6,\n"


@pytest.mark.parametrize(
    ("text", "is_regular"),
    [
        (REGULAR, True),
        (REGULAR.replace("\n", "\r\n"), True),
        (REGULAR.replace("x", '"x, ""y"""'), True),
        (f"Survey of 2021\n\n{REGULAR}\n\n", True),
        (REGULAR.replace("x", '"x\ny"'), False),
        (REGULAR.replace("x", 'x"'), False),
        (REGULAR.replace("x", "x,"), False),
        (REGULAR.replace(",x", ""), False),
        (REGULAR.replace("x", "\x00"), False),
        (REGULAR.replace("x", "a\rb"), False),
        (REGULAR.replace(",,,,,\n", "\n"), False),
    ],
)
def test_which_texts_are_regular(text, is_regular):
    grid = Grid("text", DelimitedLines(text, ","))
    first = next(n for n, record in enumerate(grid.start) if record.cells[:1] == ["respondent_id"]) + 1
    rows = grid.read_rows(first, 6)
    assert isinstance(rows, ListedRows) is not is_regular
    assert len(rows) == 2 + text.count("\rb")  # where a line ends within a cell, there is a row more


def test_a_row_of_values_has_a_text_where_it_is_quarantined(tmp_path):
    frame = pl.DataFrame({"respondent_id": ["a", "b"], "country": ["Aland", "x, y"], "q1": [1, 2], "q2": [1, 300]})
    frame.with_columns(q3=pl.lit(4)).write_parquet(tmp_path / "a.parquet")
    definition = make_definition()
    responses = read_responses([tmp_path / "a.parquet"], definition)
    assert responses.records["text"].null_count() == 2
    validation = validate_responses(responses, definition)
    assert validation.rows["text"].to_list() == [None, 'b,"x, y",2,300,4']
