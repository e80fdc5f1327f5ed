"""Reading and validation, identity included, against a bare scan and group-by of the same file, and against memory.

Each file is measured in a process of its own, whose peak of memory holds all: imports, the file, its rows and answers.
A few rows are read as columns and record by record, which is what irregular files get.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benches.timing import make_row
from bpo_index.definition import load_definition

ROWS, FEW = 1_000_000, 100
RUNS = 3
LIMIT_MIB = 1_536.0
#: Ending of the file to the most times that a bare scan may take.
TARGETS = {"csv": 15.0, "parquet": 40.0}

_WORK = """
import json, resource, sys
import polars as pl
from benches.timing import time_in_turn
from bpo_index.definition import load_definition
from bpo_index.responses import read_responses
from bpo_index.responses.regular_text import DelimitedLines
from bpo_index.validation.validate import validate_responses
path, runs, against = sys.argv[1], int(sys.argv[2]), sys.argv[3]
definition = load_definition("offshore-bpo-2021")
tabulate = DelimitedLines.tabulate

def ours():
    responses = read_responses([path], definition)
    responses.sum_rows(b"key")
    assert validate_responses(responses, definition).accepted.height

def peer():
    if against == "records":
        DelimitedLines.tabulate = lambda *_: None
        ours()
        DelimitedLines.tabulate = tabulate
    else:
        scan = pl.scan_csv(path) if path.endswith("csv") else pl.scan_parquet(path)
        scan.group_by("country").agg(pl.col(definition.question_ids).mean()).collect()

ours()  # once before the others, whose memory would count too
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
seconds = time_in_turn(ours, peer, runs)
print(json.dumps([*seconds, peak]))
"""


def measure() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        many, few = make_survey(ROWS), make_survey(FEW)
        few.write_csv(f"{name}/few.csv")
        many.write_csv(f"{name}/many.csv")
        many.write_parquet(f"{name}/many.parquet")
        del many
        for ending, target in TARGETS.items():
            ours, peer, peak = _time(Path(name) / f"many.{ending}", RUNS, "scan")
            what = f"{ROWS:,} rows x 24 questions as {ending}, read and validated with their identity"
            rows.append(make_row(what, ours, peer, "bare scan and group-by", target=target, unit="s"))
            rows.append(make_row(f"{what}: peak memory", peak, LIMIT_MIB, "limit", target=1.0, unit="MiB"))
        ours, peer, _ = _time(Path(name) / "few.csv", 7 * RUNS, "records")
        what = f"{FEW} rows as csv, read and validated with their identity"
        rows.append(make_row(what, ours, peer, "record by record", target=1.1, unit="s"))
    return rows


def make_survey(rows: int) -> pl.DataFrame:
    """Return the answers of rows: an id, a unit, a company and a whole number for each question."""
    definition = load_definition("offshore-bpo-2021")
    rng = np.random.default_rng(2)
    mood = rng.normal(7.0, 1.0, rows)
    return pl.DataFrame(
        {
            "respondent_id": [f"R{n}" for n in range(rows)],
            "country": pl.Series([unit.code for unit in definition.units]).gather(rng.integers(0, 12, rows)),
            "company": pl.Series(rng.integers(0, rows, rows)).cast(pl.String),
            **{
                question: pl.Series(np.clip(np.rint(mood + rng.normal(0.0, 1.3, rows)), 0, 10)).cast(pl.Int64)
                for question in definition.question_ids
            },
        }
    )


def _time(path: Path, runs: int, against: str) -> tuple[float, float, float]:
    """Return our median seconds, those of the peer, and the peak memory of both in MiB."""
    command = [sys.executable, "-c", _WORK, str(path), str(runs), against]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ours, peer, peak = json.loads(done.stdout)
    return ours, peer, peak
