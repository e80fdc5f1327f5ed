"""The tables of the samples are those of the golden copy, to the bit."""

import platform
import sys

import polars as pl
import pytest

from tests.golden_tables import CASES, GOLDEN, describe_changes, find_changed, list_tables, publish


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="to the bit on one platform")
@pytest.mark.component("minutes")
@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize("case", CASES)
def test_every_table_is_the_same_to_the_bit(case, tmp_path):
    assert len(list_tables(GOLDEN / case)) > 20
    assert find_changed(publish(case, tmp_path), case) == []


def test_a_changed_cell_is_found_and_said(tmp_path):
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    pl.DataFrame({"unit": ["A", "B"], "score": [1.0, 2.0], "gone": [1, 2]}).write_csv(before)
    pl.DataFrame({"unit": ["A", "C"], "score": [1.5, None], "new": [1, 2]}).write_csv(after)
    assert describe_changes(before, after) == (
        "gone gone; new new; unit: 1 cells; score: 1 cells by at most 0.5, 1 null now"
    )
    assert describe_changes(before, before) == ""
