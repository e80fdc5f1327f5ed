"""A frame gives the answers, the account of rows and the release that a CSV file of it gives."""

import datetime
import subprocess
import sys

import narwhals as nw
import polars as pl
import pytest

import bpo_index
from bpo_index.notebook.frames import write_frame
from tests.limits import HANG_SECONDS
from tests.quick import put_key
from tests.surveys import MIXED_ROWS, SMALL, make_definition, write_csv

pytestmark = pytest.mark.usefixtures("without_figures")
ROWS = [f"{unit}{n},{unit},{n + 3},{n + 4},{n + 1}" for unit in ("AAA", "BBB") for n in range(3)] + [
    row for row in MIXED_ROWS if row.count(",") == 4
]


def read_files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def make_pandas(frame):
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    return frame.to_pandas()


def make_arrow(frame):
    pytest.importorskip("pyarrow")
    return frame.to_arrow()


FORMS = {
    "polars": lambda frame: frame,
    "lazy": lambda frame: frame.lazy(),
    "narwhals": nw.from_native,
    "pandas": make_pandas,
    "arrow": make_arrow,
    "batch": lambda frame: make_arrow(frame).combine_chunks().to_batches()[0],
}


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def run_in(folder, responses, definition):
    put_key(folder / "audit")
    return bpo_index.run(responses, definition, out=folder / "out", audit_dir=folder / "audit")


@pytest.fixture(scope="module")
def of_file(without_figures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("file")
    return run_in(folder, write_csv(folder, *ROWS), make_definition())


@pytest.fixture
def frame(tmp_path):
    return pl.read_csv(write_csv(tmp_path, *ROWS))  # q2 and q3 are numbers, without an answer null or NaN


def list_accepted(done):
    return done.checked.validation.accepted.select("respondent_id", "unit", "q1", "q2", "q3")


@pytest.mark.parametrize("form", ["polars", "pandas"])
def test_a_frame_gives_the_release_of_its_csv_file(form, of_file, frame, tmp_path):
    of_frame = run_in(tmp_path, FORMS[form](frame), make_definition())
    assert of_frame.release.release_id == of_file.release.release_id
    assert read_files(of_frame.release.path) == read_files(of_file.release.path)


@pytest.mark.parametrize("form", FORMS)
def test_a_frame_gives_the_answers_and_the_account_of_its_csv_file(form, of_file, frame, tmp_path):
    of_frame = bpo_index.check(FORMS[form](frame), make_definition(), audit_dir=tmp_path)
    assert of_frame.checked.audit == of_file.checked.audit
    assert list_accepted(of_frame).equals(list_accepted(of_file))


def test_check_takes_frames_too(small, tmp_path):
    path = write_csv(tmp_path, *ROWS)
    checked = [bpo_index.check(one, small, audit_dir=tmp_path / "audit") for one in (path, pl.read_csv(path))]
    assert checked[0].checked.audit == checked[1].checked.audit
    assert checked[1].responses.decisions[0] == "frame: Parquet, columns named by the format, wide layout."


def test_several_frames_and_a_path_are_one_edition(small, tmp_path):
    path = write_csv(tmp_path, *ROWS[:2])
    frame = pl.read_csv(write_csv(tmp_path, *ROWS, name="all.csv"), infer_schema=False)
    parts = [frame[2:5], path, frame[5:]]
    together = bpo_index.check(parts, small, audit_dir=tmp_path / "audit")
    alone = bpo_index.check(frame, small, audit_dir=tmp_path / "audit")
    assert together.checked.audit == alone.checked.audit
    assert {"frame-1", "frame-3", "survey.csv"} == set(together.checked.validation.accepted["source_file"])


def test_no_file_of_a_frame_stays(small, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()
    frame = pl.read_csv(write_csv(tmp_path, *ROWS))
    bpo_index.check(frame, small, audit_dir=tmp_path / "audit")
    with pytest.raises(bpo_index.DataRefused):
        bpo_index.check(frame.rename({"country": "x"}), small, audit_dir=tmp_path / "audit")
    assert list((tmp_path / "private").iterdir()) == []


def test_values_of_several_kinds_become_texts(tmp_path):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"id": [1, 2, 3], "q1": pd.Series([5, "dk", None], dtype=object), 7: [1.0, None, 2.5]})
    write_frame(frame.set_index("id"), tmp_path / "frame")
    read = pl.read_parquet(tmp_path / "frame")
    assert read.columns == ["id", "q1", "7"]
    assert read["q1"].to_list() == ["5", "dk", None]
    write_frame(pl.DataFrame({"q": pl.Series([5, "dk", None], dtype=pl.Object)}), tmp_path / "objects")
    assert pl.read_parquet(tmp_path / "objects")["q"].to_list() == ["5", "dk", None]


def test_typed_columns_are_kept(tmp_path):
    when = datetime.datetime(2024, 3, 18, 14, 39)
    frame = pl.DataFrame({"t": [when], "n": [8.0], "b": [True], "c": pl.Series(["x"], dtype=pl.Categorical)})
    write_frame(frame, tmp_path / "frame")
    assert pl.read_parquet(tmp_path / "frame").schema == frame.schema


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pl.DataFrame(), "The frame has no columns. Give a frame with a row a respondent and a column a question."),
        (pl.DataFrame(schema={"a": pl.String}), "The frame has no rows. Give a frame with a row a respondent."),
        (pl.DataFrame({"a": [1]}).lazy().select("b"), "The frame cannot be read: "),
    ],
)
def test_a_frame_that_no_file_could_be_is_refused(frame, says, tmp_path):
    with pytest.raises(bpo_index.UsageError) as refused:
        bpo_index.check(frame, "offshore-bpo-2021", audit_dir=tmp_path)
    assert str(refused.value).startswith(says)


def test_headings_of_pandas_that_no_file_has_are_refused(tmp_path):
    pd = pytest.importorskip("pandas")
    with pytest.raises(bpo_index.UsageError, match="more than one column called 'a'"):
        write_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "x")
    levels = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")]))
    with pytest.raises(bpo_index.UsageError, match="have 2 levels"):
        write_frame(levels, tmp_path / "x")


def test_what_a_frame_needs_and_is_missing_is_said(tmp_path, monkeypatch):
    def fail(_self, _backend):
        raise ModuleNotFoundError("No module named 'duckdb'", name="duckdb")

    monkeypatch.setattr("narwhals.LazyFrame.collect", fail)
    with pytest.raises(bpo_index.EnvironmentFailed, match=r"it needs duckdb, which is missing\. Install it"):
        write_frame(pl.LazyFrame({"a": [1]}), tmp_path / "frame")


def test_a_frame_of_pandas_is_the_same_without_pyarrow(tmp_path, monkeypatch):
    pd = pytest.importorskip("pandas")
    when = datetime.datetime(2024, 3, 18, 14, 39)
    frame = pd.DataFrame(
        {
            "unit": pd.Series(["Å", None], dtype="str"),
            "q1": [7.0, None],
            "q2": pd.array([5, None], dtype="Int64"),
            "t": [when, None],
            "c": pd.Categorical(["x", "y"]),
            "b": [True, False],
        }
    )
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow", None)
        write_frame(frame, tmp_path / "without")
    read = pl.read_parquet(tmp_path / "without")
    assert read.rows() == [("Å", 7.0, 5, when, "x", True), (None, None, None, None, "y", False)]
    pytest.importorskip("pyarrow")
    write_frame(frame, tmp_path / "with")
    assert pl.read_parquet(tmp_path / "with").cast({"c": pl.String}).rows() == read.rows()


def test_pyarrow_is_not_needed_for_polars(small, tmp_path):
    path = write_csv(tmp_path, *ROWS)
    code = (
        "import sys; sys.modules['pyarrow'] = None; import bpo_index, polars as pl; "
        f"found = bpo_index.check(pl.read_csv({str(path)!r}), {str(small)!r}, audit_dir={str(tmp_path / 'audit')!r})\n"
        "try: found.to_pandas()\n"
        "except bpo_index.EnvironmentFailed as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=HANG_SECONDS
    )
    assert done.stdout.startswith("A pandas frame needs pandas and pyarrow, and pyarrow is missing. Install them")
