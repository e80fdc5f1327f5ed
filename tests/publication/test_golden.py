"""The tables of the samples, to the bit, as they were made at commit 70f465e.

`tests/golden/` holds every CSV table of the samples of 2021 and 2022 as published then: plain, with
`--method sample_data/method-geometric.yaml` and with the margins of the sample of 2021. `tests/golden_tables.py` names
what has changed since; all other cells are the same to the bit.
"""

import platform
import sys
from pathlib import Path

import pytest

from bpo_index.files.resources import find_resource
from bpo_index.pipeline import run
from bpo_index.settings import Settings
from tests.golden_tables import ADDED, ADDED_TABLES, RENAMED, RENAMED_MEASURES, RENAMED_TABLES, read_as_before

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
OPTIONS = {
    "plain-2021": {},
    "plain-2022": {},
    "geometric-2021": {"method": "method-geometric.yaml"},
    "geometric-2022": {"method": "method-geometric.yaml"},
    "margins-2021": {"margins": "synthetic-margins-2021.csv"},
    "margins-2022": {"margins": "synthetic-margins-2021.csv"},
}


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
    found = {RENAMED_TABLES.get(table, table): path for table, path in found.items()}
    golden = {path.relative_to(GOLDEN / case).as_posix(): path for path in (GOLDEN / case).rglob("*.csv")}
    assert len(golden) == 26
    assert found.keys() - ADDED_TABLES == golden.keys()
    assert [table for table in golden if read_as_before(found[table], table) != golden[table].read_bytes()] == []


def test_changed_columns_are_put_back(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("rank,new,name\n1,x,Aland\n", encoding="utf-8")
    assert read_as_before(path, "t.csv") == path.read_bytes()
    monkeypatch.setitem(RENAMED, "t.csv", {"title": "name"})
    monkeypatch.setitem(ADDED, "t.csv", {"new"})
    assert read_as_before(path, "t.csv") == b"rank,title\n1,Aland\n"
    path.write_text("name,measure\nset,set\n", encoding="utf-8")
    monkeypatch.setitem(RENAMED_MEASURES, "long.csv", {"interval": "set"})
    monkeypatch.setitem(ADDED, "long.csv", set())
    assert read_as_before(path, "long.csv") == b"name,measure\nset,interval\n"
