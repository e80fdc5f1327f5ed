"""The benches run and give rows of the agreed form; nothing here is timed."""

import pytest
from benches import replicates, scoring, validation


@pytest.mark.parametrize(
    ("bench", "size"), [(replicates, "REPLICATES"), (scoring, "INDICES"), (validation, "ROWS")], ids=str
)
def test_a_bench_measures_what_it_says(bench, size, monkeypatch):
    monkeypatch.setattr(bench, size, 2_000)
    for row in bench.measure():
        assert set(row) == {"name", "ours", "peer", "peer_name", "ratio", "target", "unit", "higher_is_better"}
        assert row["ratio"] == pytest.approx(row["ours"] / row["peer"])
        assert row["ours"] > 0
