"""Values as files and back, the same to the bit: every kind of value, and nothing that could run code."""

from __future__ import annotations

import json
import math
import stat
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.definition import IndexDefinition, load_definition, replace_method
from bpo_index.handover.value_files import read_value, write_value
from bpo_index.scoring.arrays import Floats, Ints
from tests.same import assert_same

FRAME = pl.DataFrame(
    {
        "text": ["Perú", None, ""],
        "number": [0.1 + 0.2, float("nan"), None],
        "zero": [-0.0, float("inf"), -float("inf")],
        "count": [1, None, -(2**63)],
        "flag": [True, None, False],
        "codes": [["a", "b"], [], None],
        "day": [date(2021, 3, 1), None, date(1900, 1, 1)],
        "at": [datetime(2021, 3, 1, 12, 0, 0, 1, tzinfo=UTC), None, None],
        "nothing": [None, None, None],
    },
    schema_overrides={"number": pl.Float64, "nothing": pl.Null},
)


@dataclass(frozen=True)
class Plain:
    kind: Literal["a", "b"] = "a"
    counts: dict[str, int] | None = None
    texts: tuple[str, ...] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Inner:
    ratings: Floats
    numbers: Ints | None = None
    trim: float | None = None


@dataclass(frozen=True)
class Outer:
    frame: pl.DataFrame
    inners: list[Inner]
    tables: dict[str, pl.DataFrame]
    frames: tuple[pl.DataFrame, ...]
    plain: Plain
    definition: IndexDefinition
    seed: int
    noted: list[Plain]
    is_it: np.ndarray
    inner: Inner | None = None
    maybe: pl.DataFrame | None = None
    name: str | None = None


def make_outer(**changes: Any) -> Outer:
    ratings = np.array([[0.1 + 0.2, np.nan], [-0.0, np.inf]])
    values: dict[str, Any] = {
        "frame": FRAME,
        "inners": [Inner(ratings, np.array([1, -(2**63)]), 1 / 3), Inner(ratings.T, None, None), Inner(ratings[:0])],
        "tables": {"ranking": FRAME, "empty": FRAME.clear()},
        "frames": (FRAME.select("text"), pl.DataFrame()),
        "plain": Plain("b", {"z": 1, "a": 2}, ("x", "\udc80"), Path("a/b")),
        "definition": replace_method(load_definition("offshore-bpo-2021"), "aggregation: geometric"),
        "seed": 2**128 - 1,
        "noted": [Plain(), Plain("b")],
        "is_it": np.array([True, False]),
    }
    return Outer(**values | changes)


@pytest.mark.parametrize(
    "value",
    [
        make_outer(),
        make_outer(inner=Inner(np.zeros((0, 3))), maybe=FRAME.clear(), name="", inners=[], tables={}, frames=()),
        make_outer(inner=Inner(np.full((), 7.5), trim=np.float64(0.1)), noted=[]),
    ],
    ids=["all", "empty", "scalars"],
)
def test_a_value_comes_back_the_same_to_the_bit(tmp_path, value):
    folder = write_value(value, Outer, tmp_path / "value")
    assert_same(read_value(Outer, folder), value)


def test_files_say_what_they_hold(tmp_path):
    folder = write_value(make_outer(), Outer, tmp_path / "value")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        *("values.json", "frame.arrow", "plain.json", "definition.json", "is_it.npy"),
        *("inners/values.json", "inners/0/ratings.npy", "inners/0/numbers.npy", "inners/0/values.json"),
        *("inners/1/ratings.npy", "inners/1/values.json", "inners/2/ratings.npy", "inners/2/values.json"),
        *("tables/values.json", "tables/ranking.arrow", "tables/empty.arrow"),
        *("frames/values.json", "frames/0.arrow", "frames/1.arrow"),
    }
    assert pl.read_ipc(folder / "tables" / "ranking.arrow").equals(FRAME)
    assert json.loads((folder / "plain.json").read_text("utf-8", "surrogatepass"))["counts"] == {"z": 1, "a": 2}


def test_they_are_for_their_owner_only(tmp_path):
    folder = write_value(make_outer(), Outer, tmp_path / "value")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_nothing_of_an_earlier_value_stays(tmp_path):
    write_value(make_outer(inner=Inner(np.ones(1)), maybe=FRAME), Outer, tmp_path / "value")
    later = make_outer(inners=[Inner(np.ones(2))])
    write_value(later, Outer, tmp_path / "value")
    assert_same(read_value(Outer, tmp_path / "value"), later)
    assert not (tmp_path / "value" / "maybe.arrow").exists()


@given(value=st.floats(), whole=st.integers(-(2**200), 2**200), text=st.text())
def test_any_number_and_text(tmp_path_factory, value, whole, text):
    folder = tmp_path_factory.mktemp("plain")
    for kind, one in ((float, value), (int, whole), (str, text), (float | None, None)):
        write_value(one, kind, folder / "one")
        assert_same(read_value(kind, folder / "one"), one)


def test_what_has_no_file_is_refused(tmp_path):
    for tables in ({"../out": FRAME}, {"a b": FRAME}, {"values": FRAME}, {"": FRAME}):
        with pytest.raises(TypeError, match="cannot be a file name"):
            write_value(tables, dict[str, pl.DataFrame], tmp_path / "x")
    with pytest.raises(TypeError, match="cannot be written"):
        write_value({1: FRAME}, dict[int, pl.DataFrame], tmp_path / "y")
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        write_value(np.array([object()]), np.ndarray, tmp_path / "z")


def test_an_array_that_holds_code_is_not_read(tmp_path):
    np.save(tmp_path / "x.npy", np.array([{"a": 1}]), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_value(np.ndarray, tmp_path / "x")


def test_the_comparison_sees_a_bit():
    assert_same(math.nan, math.nan)
    for one, other in ((0.0, -0.0), (1, 1.0), (1, True), ((1,), [1]), (np.zeros(1), -np.zeros(1))):
        with pytest.raises(AssertionError):
            assert_same(one, other)
    with pytest.raises(AssertionError):
        assert_same(FRAME, FRAME.with_columns(pl.col("zero").abs()))
