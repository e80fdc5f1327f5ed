"""The golden copy: every CSV table of the samples, as published, under `tests/golden/<case>/`.

`make golden` writes it anew and prints what has moved. Whoever renews it says in the changelog why.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import polars as pl

from bpo_index.files.resources import find_resource
from bpo_index.pipeline import run
from bpo_index.settings import Settings

GOLDEN = Path(__file__).resolve().parent / "golden"
#: Case to the settings of its run, as files of the sample data; the last four letters are the edition.
CASES = {
    "plain-2021": {},
    "plain-2022": {},
    "geometric-2021": {"method": "method-geometric.yaml"},
    "geometric-2022": {"method": "method-geometric.yaml"},
    "margins-2021": {"margins": "synthetic-margins-2021.csv"},
    "margins-2022": {"margins": "synthetic-margins-2021.csv"},
}


def publish(case: str, folder: Path) -> Path:
    """Return the release of a case, published into a folder."""
    name = f"offshore-bpo-{case[-4:]}"
    options = {key: str(find_resource("sample_data", file)) for key, file in CASES[case].items()}
    sample = str(find_resource("sample_data", f"{name}.csv"))
    return run(Settings((sample,), name, str(folder / "out"), str(folder / "audit"), **options)).release.path


def list_tables(folder: Path) -> dict[str, Path]:
    """Return the tables in a folder, such as a release, by name."""
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.csv"))}


def find_changed(found: Path, case: str) -> list[str]:
    """Return the names of tables that are not as in the golden copy, to the byte, or that only one of the two has."""
    now, golden = list_tables(found), list_tables(GOLDEN / case)
    return sorted(
        name
        for name in now.keys() | golden.keys()
        if name not in now or name not in golden or now[name].read_bytes() != golden[name].read_bytes()
    )


def describe_changes(before: Path, after: Path) -> str:
    """Return what moved between two files of a table: columns, and cells with the largest change."""
    old, new = pl.read_csv(before), pl.read_csv(after)
    if old.height != new.height:
        return f"{old.height} rows before, {new.height} now"
    said = [f"{name} gone" for name in old.columns if name not in new.columns]
    said += [f"{name} new" for name in new.columns if name not in old.columns]
    for name in [name for name in old.columns if name in new.columns]:
        one, other = old[name], new[name]
        if one.dtype.is_numeric() and other.dtype.is_numeric():
            gone = int((one.is_not_null() & other.is_null()).sum())
            change = (one.cast(pl.Float64) - other.cast(pl.Float64)).abs()
            moved, most = int((change > 0).sum()), change.max()
            if moved or gone:
                said.append(f"{name}: {moved} cells by at most {most}, {gone} null now")
        elif (moved := int((one.cast(pl.String).ne_missing(other.cast(pl.String))).sum())) > 0:
            said.append(f"{name}: {moved} cells")
    return "; ".join(said)


def renew() -> None:
    """Write the golden copy anew and print what moved."""
    for case in CASES:
        with tempfile.TemporaryDirectory() as temporary:
            release = publish(case, Path(temporary))
            changed, tables = find_changed(release, case), list_tables(release)
            for name in changed:
                golden = GOLDEN / case / name
                said = describe_changes(golden, tables[name]) if golden.exists() and name in tables else "new or gone"
                sys.stdout.write(f"{case}/{name}: {said}\n")
            shutil.rmtree(GOLDEN / case, ignore_errors=True)
            for name, path in tables.items():
                target = GOLDEN / case / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)


if __name__ == "__main__":
    renew()
