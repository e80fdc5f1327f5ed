"""What publishing costs: tables, figures and report after the numbers are there, in a fresh process; and its bytes.

The sample has twelve units; the surveys of 50 and 200 are made of it (`many_units`). How long publishing takes with so
many, imports included, is given as so many times what the sample takes.
"""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benches.many_units import write_survey
from benches.timing import make_row
from bpo_index import pipeline
from bpo_index.disclosure.publishable import disclose
from bpo_index.files.resources import find_resource
from bpo_index.settings import Settings

RUNS = 5
LIMIT = 3.0
#: Units, and how many times the sample's time publishing them may take.
TIMES = {50: 3.0, 200: 8.0}
#: The release of the most of them, and the report of the sample and of so many units, in MB.
RELEASE_MB, REPORT_UNITS, REPORT_MB = 25.0, 40, 1.5
#: Replicates of the surveys of many units: how many there were does not show in what publishing takes.
REPLICATES = 200
#: Everything that `pipeline.publish` imports for the numbers is there; what only drawing and writing need is not.
PUBLISH = """
import pickle, sys, time
from bpo_index import pipeline
from bpo_index.settings import Settings
given = pickle.load(open(sys.argv[1], "rb"))
assert not {"altair", "vl_convert", "xlsxwriter", "jinja2"} & set(sys.modules), "paid before it is needed"
start = time.perf_counter()
responses, publishable, definition, settings = given
_, release = pipeline.publish(responses, publishable, definition=definition, settings=settings)
print(time.perf_counter() - start)
print(release.path)
"""


@dataclass(frozen=True)
class Published:
    """What publishing took, and left."""

    seconds: float
    """The median of some runs."""
    release_bytes: int
    report_bytes: int


def publish(settings: Settings, folder: Path, runs: int) -> Published:
    """Compute the numbers of a survey, then publish them so many times, each in a process of its own."""
    definition = pipeline.load_definition(settings.definition)
    responses = pipeline.read_responses(settings.responses, definition)
    checked = pipeline.validate(responses, definition, settings)
    scores = pipeline.score(checked, definition, None)
    robustness = pipeline.assess(checked, scores, definition, settings)
    publishable = disclose(checked, scores, robustness, definition)
    seconds, given = [], folder / "given.pickle"
    for run in range(runs):
        own = replace(settings, out=str(folder / f"out{run}"))
        given.write_bytes(pickle.dumps((responses, publishable, definition, own)))
        command = [sys.executable, "-c", PUBLISH, str(given)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
        took, path = done.stdout.splitlines()
        seconds.append(float(took))
    sizes = {file.name: file.stat().st_size for file in Path(path).rglob("*") if file.is_file()}
    whole = sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file())
    return Published(statistics.median(seconds), whole, sizes["report.html"])


def publish_sample() -> Published:
    """Publish the sample."""
    with tempfile.TemporaryDirectory() as name:
        sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
        return publish(Settings((sample,), audit_dir=f"{name}/audit"), Path(name), RUNS)


def publish_many(units: int) -> Published:
    """Publish a survey of so many units."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return publish(write_survey(folder, units, replicates=REPLICATES), folder, 1)


def measure() -> list[dict[str, Any]]:
    sample = publish_sample()
    many = {units: publish_many(units) for units in sorted({REPORT_UNITS, *TIMES})}
    rows = [
        _make_row("publication of the sample after the numbers are there, imports included", sample.seconds, LIMIT, "s")
    ]
    for units, times in TIMES.items():
        name = f"publication of {units} units over that of the sample"
        rows.append(_make_row(name, many[units].seconds / sample.seconds, times, "times"))
    most = max(TIMES)
    rows.append(_make_row(f"release of {most} units", many[most].release_bytes / 1e6, RELEASE_MB, "MB"))
    rows.append(_make_row("report of the sample", sample.report_bytes / 1e6, REPORT_MB, "MB"))
    report = many[REPORT_UNITS].report_bytes / 1e6
    rows.append(_make_row(f"report of {REPORT_UNITS} units", report, REPORT_MB, "MB"))
    return rows


def _make_row(name: str, ours: float, limit: float, unit: str) -> dict[str, Any]:
    return make_row(name, ours, limit, "limit", target=1.0, unit=unit)
