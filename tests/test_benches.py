"""The benches run and give rows of the agreed form; nothing here is timed."""

import os

import pytest
from benches import (
    coverage,
    growth,
    memory,
    publication,
    rank_sets,
    reading,
    replicates,
    scheduled,
    score_intervals,
    scoring,
    sensitivity,
    validation,
    whole_run,
)

NEEDS_MINUTES = pytest.mark.skipif(not os.environ.get("BPO_INDEX_FAULTS"), reason="starts `make serve`; `make faults`")


@pytest.mark.component("minutes")
@pytest.mark.parametrize(
    ("bench", "name", "size"),
    [
        (replicates, "REPLICATES", 2_000),
        (rank_sets, "DRAWS", 2_000),
        (memory, "REPLICATES", 2_000),
        (growth, "QUESTIONS", 50),
        (scoring, "INDICES", 2_000),
        (validation, "ROWS", 2_000),
        (reading, "ROWS", 2_000),
        (sensitivity, "ROWS", 2_000),
        (whole_run, "RUNS", 1),
        (publication, "RUNS", 1),
        pytest.param(scheduled, "RUNS", 1, marks=NEEDS_MINUTES),
    ],
    ids=str,
)
def test_a_bench_measures_what_it_says(bench, name, size, monkeypatch):
    monkeypatch.setattr(bench, name, size)
    monkeypatch.setattr(publication, "TIMES", {13: 3.0})
    monkeypatch.setattr(publication, "REPORT_UNITS", 13)
    for row in bench.measure():
        assert set(row) == {"name", "ours", "peer", "peer_name", "ratio", "target", "unit", "higher_is_better"}
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"])
        assert row["ours"] > 0


def test_score_intervals_cover_in_the_page_that_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(score_intervals, "ANSWERS", dict(list(score_intervals.ANSWERS.items())[:1]))
    assert score_intervals.main(3, tmp_path / "intervals.md") == 0
    assert (tmp_path / "intervals.md").read_text(encoding="utf-8").count("| 0 to 10, mean 8.5 |") == 12
    written = score_intervals.OUTPUT.read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in written.splitlines() if line.startswith(("| 0 to", "| 10 -"))]
    assert len(rows) == 36
    assert min(float(row[3]) for row in rows) >= 0.92
    assert all(float(row[7]) == 1 for row in rows if "equal" in row[1])


def test_coverage_is_written_as_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage, "SHAPES", {"(d)": 0.5})
    monkeypatch.setattr(coverage, "GAPS", {"ties": 0.0})
    monkeypatch.setattr(coverage, "ANSWERS", dict(list(coverage.ANSWERS.items())[:1]))
    monkeypatch.setattr(coverage, "KINDS", dict(list(coverage.KINDS.items())[-3:]))
    assert coverage.main(3, tmp_path / "coverage.md", tmp_path) == 0
    # What is kept is not simulated again, and gives the same page.
    monkeypatch.setattr(coverage, "_run", None)
    assert coverage.main(3, tmp_path / "again.md", tmp_path) == 0
    assert (tmp_path / "again.md").read_text(encoding="utf-8") == (tmp_path / "coverage.md").read_text(encoding="utf-8")
    page = (tmp_path / "coverage.md").read_text(encoding="utf-8")
    assert page.count("| (d) | ties |") == 3
    assert page.count("| 0 to 10, mean 8.5 |") == 12
    written = (coverage.OUTPUT.parent / coverage.OUTPUT.name).read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in written.splitlines() if line.startswith("| (")]
    assert len(rows) == 54
    assert [row for row in rows if "✗" in row[3]] == []
