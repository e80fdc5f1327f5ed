"""How time and memory of every stage grow with rows, questions, units, categories and the length of cells.

One thing at a time is taken times ten, and times a hundred where that is affordable; each size is a process of its own.
Time is that of the processor, all threads together, so that a loaded machine changes it little.
``python -m benches.growth`` measures all and writes ``docs/growth.md``; `measure` is the short form for `make bench`.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parent.parent / "docs" / "growth.md"
STAGES = ("define", "read", "validate", "score", "assess", "disclose", "publish", "inspect")
SECONDS = 1_800
#: Steps below this many seconds say nothing of growth.
_LEAST_SECONDS = 0.2
LIMIT_MIB = 400.0
#: Of the one category of `measure`.
QUESTIONS = 1_000


@dataclass(frozen=True)
class Size:
    """What a survey is like."""

    rows: int = 240
    units: int = 12
    categories: int = 8
    questions: int = 3
    """In each category."""
    cell: int = 10
    """Characters of a cell of free text in each row."""
    unknown: int = 0
    """Rows beside the others whose unit nobody knows, each another."""


@dataclass(frozen=True)
class Growth:
    """What grows, and how a size looks when it is times a factor."""

    name: str
    base: Size
    factors: tuple[int, ...]

    def make(self, factor: int) -> Size:
        """Return the size at a factor."""
        base = self.base
        match self.name:
            case "rows":
                return replace(base, rows=base.rows * factor)
            case "questions of a category":
                return replace(base, questions=base.questions * factor)
            case "categories":
                return replace(base, categories=base.categories * factor)
            case "units, twenty rows each":
                return replace(base, units=base.units * factor, rows=base.rows * factor)
            case "characters of a cell":
                return replace(base, cell=base.cell * factor)
            case _:
                return replace(base, unknown=base.unknown * factor)


GROWTHS = (
    Growth("rows", Size(), (1, 10, 100)),
    Growth("questions of a category", Size(categories=2, questions=10), (1, 10, 100)),
    Growth("categories", Size(questions=2), (1, 10, 100)),
    Growth("units, twenty rows each", Size(), (1, 10)),
    Growth("characters of a cell", Size(cell=1_000), (1, 10, 100)),
    Growth("rows of unknown units", Size(unknown=1_000), (1, 10, 100)),
)

_WORK = """
import json, resource, sys, time
from pathlib import Path
folder, stages = Path(sys.argv[1]), sys.argv[2].split()
from bpo_index import pipeline
from bpo_index.publication.methodology import load_methodology
from bpo_index.responses.inspection import inspect_files
from bpo_index.settings import Settings

def report(stage, work):
    start = time.process_time()
    try:
        return work()
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
        print(json.dumps([stage, time.process_time() - start, peak]), flush=True)

path = str(folder / "s.yaml")
settings = Settings((str(folder / "s.csv"),), path, str(folder / "out"), str(folder / "audit"), 200)
definition = report("define", lambda: load_methodology(settings)).definition
if "inspect" in stages:
    report("inspect", lambda: inspect_files([folder / "s.csv"], definition))
else:
    responses = report("read", lambda: pipeline.read_responses(settings.responses, definition))
    checked = report("validate", lambda: pipeline.validate(responses, definition, settings))
    scores = report("score", lambda: pipeline.score(checked, definition, None))
    robustness = report("assess", lambda: pipeline.assess(checked, scores, definition, settings))
    publishable = report("disclose", lambda: pipeline.disclose(checked, scores, robustness, definition))
    report("publish", lambda: pipeline.publish(responses, publishable, definition=definition, settings=settings))
"""


def write_survey(folder: Path, size: Size) -> None:
    """Write a definition `s.yaml` and its responses `s.csv`."""
    rng = random.Random(1)
    ids = [[f"q{c}_{k}" for k in range(size.questions)] for c in range(size.categories)]
    lines = [
        *("schema_version: 1", "index: growth", 'edition: "1"', 'version: "1"', "title: Growth"),
        *("provenance: {note: made by a program}", "scale: {minimum: 0, maximum: 10}"),
        "columns: {respondent: id, unit: unit, company: company, data_origin: data_origin}",
        *("units:", *(f"  - {{code: U{n}, name: Unit {n}}}" for n in range(size.units)), "categories:"),
    ]
    for n, questions in enumerate(ids):
        lines += [f"  - id: c{n}", f"    title: Category {n}", "    questions:"]
        lines += [f"      - {{id: {question}, text: Question {question}}}" for question in questions]
    (folder / "s.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    flat = [question for questions in ids for question in questions]
    with (folder / "s.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(["id", "unit", "company", "data_origin", "comment", *flat]) + "\n")
        for n in range(size.rows + size.unknown):
            unit = f"U{n % size.units}" if n < size.rows else f"Nowhere {n}"
            answers = [str(rng.randint(1, 9)) for _ in flat]
            file.write(",".join([f"r{n}", unit, f"C{n}", "synthetic", "x" * size.cell, *answers]) + "\n")


def measure_size(size: Size) -> dict[str, tuple[float, float]]:
    """Return the seconds of each stage and the peak of memory by its end, in MiB."""
    found: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        write_survey(Path(name), size)
        for stages in ("run", "inspect"):
            command = [sys.executable, "-c", _WORK, name, stages]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            for line in done.stdout.splitlines():
                stage, seconds, peak = json.loads(line)
                found.setdefault(stage, (seconds, peak))
    return found


def estimate_exponent(before: float, after: float, ratio: float) -> float | None:
    """Return the power of the size that seconds grow with; None where there is too little to tell."""
    return math.log(after / before) / math.log(ratio) if min(before, after) >= _LEAST_SECONDS else None


def measure() -> list[dict[str, Any]]:
    """Return the peak memory of `check` at a thousand questions of one category, against its limit."""
    with tempfile.TemporaryDirectory() as name:
        write_survey(Path(name), Size(rows=30, units=3, categories=1, questions=QUESTIONS))
        code = (
            "import sys; sys.argv[0] = 'x'; from bpo_index.cli.main import main; raise SystemExit(main(sys.argv[1:]))"
        )
        command = (
            f"import resource, atexit\n@atexit.register\ndef _():\n print(resource.getrusage(0).ru_maxrss)\n{code}"
        )
        arguments = ["check", f"{name}/s.csv", "--definition", f"{name}/s.yaml", "--audit-dir", f"{name}/audit"]
        done = subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=True)
    peak = float(done.stdout.split()[-1]) / (1024 if sys.platform != "darwin" else 1024**2)
    return [
        {
            "name": f"peak memory of `check`, 30 rows x {QUESTIONS:,} questions of one category",
            "ours": peak,
            "peer": LIMIT_MIB,
            "peer_name": "limit",
            "ratio": peak / LIMIT_MIB,
            "target": 1.0,
            "unit": "MiB",
            "higher_is_better": False,
        }
    ]


def write_tables(results: dict[str, list[tuple[int, Size, dict[str, tuple[float, float]]]]]) -> str:
    """Return a table for everything that grows, in Markdown."""
    parts = []
    for name, sizes in results.items():
        parts += [f"## {name.capitalize()}", ""]
        heads = ["stage"]
        for factor, size, _ in sizes:
            questions = size.categories * size.questions
            heads.append(
                f"x {factor}: {size.rows + size.unknown:,} rows, {questions:,} questions, {size.units:,} units"
            )
        parts += [f"| {' | '.join([*heads, 'exponents'])} |", "|---" * (len(heads) + 1) + "|"]
        for stage in STAGES:
            cells, exponents = [], []
            for n, (factor, _, found) in enumerate(sizes):
                there = found.get(stage)
                cells.append(f"{there[0]:.2f} s, {there[1]:,.0f} MiB" if there else "–")
                if n and there and stage in sizes[n - 1][2]:
                    power = estimate_exponent(sizes[n - 1][2][stage][0], there[0], factor / sizes[n - 1][0])
                    exponents.append("–" if power is None else f"{power:.2f}")
            parts.append(f"| {stage} | {' | '.join(cells)} | {', '.join(exponents)} |")
        parts.append("")
    return "\n".join(parts)


def main(names: list[str], output: Path = OUTPUT) -> int:
    """Measure what the names say, or all, and write the page below its mark."""
    results: dict[str, list[tuple[int, Size, dict[str, tuple[float, float]]]]] = {}
    for growth in GROWTHS:
        if names and growth.name not in names:
            continue
        for factor in growth.factors:
            size = growth.make(factor)
            results.setdefault(growth.name, []).append((factor, size, measure_size(size)))
            print(write_tables({growth.name: results[growth.name]}), flush=True)
    if not names:
        head = output.read_text(encoding="utf-8").partition(MARK)[0]
        output.write_text(head + MARK + "\n\n" + write_tables(results), encoding="utf-8")
    return 0


MARK = "<!-- below: python -m benches.growth -->"

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
