"""The benches run and give rows of the agreed form; nothing here is timed."""

import pytest
from benches import coverage, memory, rank_sets, replicates, scoring, validation


@pytest.mark.parametrize(
    ("bench", "size"),
    [
        (replicates, "REPLICATES"),
        (rank_sets, "DRAWS"),
        (memory, "REPLICATES"),
        (scoring, "INDICES"),
        (validation, "ROWS"),
    ],
    ids=str,
)
def test_a_bench_measures_what_it_says(bench, size, monkeypatch):
    monkeypatch.setattr(bench, size, 2_000)
    for row in bench.measure():
        assert set(row) == {"name", "ours", "peer", "peer_name", "ratio", "target", "unit", "higher_is_better"}
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"])
        assert row["ours"] > 0


def test_coverage_is_written_as_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage, "SHAPES", {"(d)": 0.5})
    monkeypatch.setattr(coverage, "GAPS", {"ties": 0.0})
    monkeypatch.setattr(coverage, "ANSWERS", dict(list(coverage.ANSWERS.items())[:1]))
    assert coverage.main(3, tmp_path / "coverage.md") == 0
    page = (tmp_path / "coverage.md").read_text(encoding="utf-8")
    assert page.count("| (d) | ties |") == 3
    assert page.count("| 0 to 10, mean 8.5 |") == 12
    written = (coverage.OUTPUT.parent / coverage.OUTPUT.name).read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in written.splitlines() if line.startswith("| (")]
    assert len(rows) == 54
    assert [row for row in rows if "✗" in row[3]] == []
