"""The tables of the samples, to the bit, as they were made at commit 70f465e.

`tests/golden/` holds every CSV table of the samples of 2021 and 2022 as published then: plain, with
`--method sample_data/method-geometric.yaml` and with the margins of the sample of 2021. `RENAMED` and `ADDED` name what
has changed since; all other cells are the same to the bit.
"""

import platform
import re
import sys
from pathlib import Path

import pytest

from bpo_index.files.resources import find_resource
from bpo_index.pipeline import run
from bpo_index.settings import Settings

CELL = re.compile(r'(?:(?<=^)|(?<=,))("(?:[^"]|"")*"|[^,]*)(?=,|$)')
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
OPTIONS = {
    "plain-2021": {},
    "plain-2022": {},
    "geometric-2021": {"method": "method-geometric.yaml"},
    "geometric-2022": {"method": "method-geometric.yaml"},
    "margins-2021": {"margins": "synthetic-margins-2021.csv"},
    "margins-2022": {"margins": "synthetic-margins-2021.csv"},
}
#: Table to old name of a column to its name now.
RENAMED: dict[str, dict[str, str]] = {}
#: Table to columns that there were not, and tables that there were not.
ADDED: dict[str, set[str]] = {
    "categories.csv": {"level", "parent"},
    "long.csv": {"level", "parent"},
    "robustness/central_weights.csv": {"level", "parent"},
    "robustness/components.csv": {"level", "parent"},
    "robustness/neighbours.csv": {"level", "parent"},
    "robustness/outcomes.csv": {"level", "parent"},
    "robustness/questions.csv": {"level", "parent"},
    "robustness/rank_acceptability.csv": {"parent"},
    "robustness/reliability.csv": {"level", "parent"},
    "robustness/sampling_error.csv": {"level", "parent"},
    "robustness/weight_intervals.csv": {"level", "parent"},
    "robustness/weight_swaps.csv": {"parent"},
    "robustness/weights.csv": {"level", "parent"},
}
ADDED_TABLES: set[str] = {"robustness/groups.csv"}


@pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="to the bit on one platform")
@pytest.mark.component("minutes")
@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize("case", OPTIONS)
def test_every_table_is_the_same_to_the_bit(case, tmp_path):
    name = f"offshore-bpo-{case[-4:]}"
    options = {key: str(find_resource("sample_data", file)) for key, file in OPTIONS[case].items()}
    sample = str(find_resource("sample_data", f"{name}.csv"))
    release = run(Settings((sample,), name, str(tmp_path / "out"), str(tmp_path / "audit"), **options)).release.path
    found = {path.relative_to(release).as_posix(): path for path in release.rglob("*.csv")}
    golden = {path.relative_to(GOLDEN / case).as_posix(): path for path in (GOLDEN / case).rglob("*.csv")}
    assert len(golden) == 26
    assert found.keys() - ADDED_TABLES == golden.keys()
    assert [table for table in golden if read_as_before(found[table], table) != golden[table].read_bytes()] == []


def read_as_before(path: Path, table: str) -> bytes:
    """Return a table with the columns that it had, under their names of then."""
    if table not in RENAMED and table not in ADDED:
        return path.read_bytes()
    old = {now: before for before, now in RENAMED.get(table, {}).items()}
    # As they are written: an empty text stands in quotation marks, null does not.
    header, *rows = [CELL.findall(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [n for n, name in enumerate(header) if name not in ADDED.get(table, set())]
    lines = [",".join(row[n] for n in kept) for row in ([old.get(name, name) for name in header], *rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def test_changed_columns_are_put_back(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("rank,new,name\n1,x,Aland\n", encoding="utf-8")
    assert read_as_before(path, "t.csv") == path.read_bytes()
    monkeypatch.setitem(RENAMED, "t.csv", {"title": "name"})
    monkeypatch.setitem(ADDED, "t.csv", {"new"})
    assert read_as_before(path, "t.csv") == b"rank,title\n1,Aland\n"
