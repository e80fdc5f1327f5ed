"""The main job, a process from start to end: up to its numbers against imports, and with a release against drawing.

What publishing adds alone is in `publication`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

from benches.timing import make_row, time_in_turn
from bpo_index import pipeline
from bpo_index.files.resources import find_resource
from bpo_index.publication.figures import describe_figures
from bpo_index.publication.figures.drawing import PNG_PPI
from bpo_index.publication.figures.fonts import FOLDER
from bpo_index.settings import Settings

REPLICATES = 10_000
RUNS = 7
#: Stages one to four: the process ends where it would publish.
COMPUTE = """
import sys
from bpo_index.pipeline import run
from bpo_index.settings import Settings
run(Settings((sys.argv[1],), replicates=int(sys.argv[2])), before_publishing=sys.exit)
"""
LIBRARIES = "polars, pandera, sklearn, scipy.stats"
#: All stages, in a folder without a release.
PUBLISH = """
import sys
from bpo_index.pipeline import run
from bpo_index.settings import Settings
run(Settings((sys.argv[1],), out=sys.argv[2] + "/out", audit_dir=sys.argv[2] + "/audit"))
"""
#: What draws the same figures, saved: specifications of Vega-Lite, and the SVG of which PNG are made.
DRAWING_LIBRARIES = f"{LIBRARIES}, vl_convert, jinja2, xlsxwriter"
DRAW = f"""
import json, sys
import {DRAWING_LIBRARIES}
saved = json.load(open(sys.argv[1], encoding="utf-8"))
vl_convert.register_font_directory(saved["fonts"])
for spec in saved["specs"]:
    vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
for svg in saved["svgs"]:
    vl_convert.svg_to_png(svg, ppi=saved["ppi"])
"""


def measure() -> list[dict[str, Any]]:
    sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def call(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)

        def compute() -> None:
            call("-c", COMPUTE, sample, str(REPLICATES))

        fresh = count()

        def publish() -> None:
            call("-c", PUBLISH, sample, str(folder / f"release{next(fresh)}"))

        saved = folder / "saved.json"
        saved.write_text(json.dumps(save_drawing(sample, folder)), encoding="utf-8")
        computed = time_in_turn(compute, lambda: call("-c", f"import {LIBRARIES}"), RUNS)
        published = time_in_turn(publish, lambda: call("-c", DRAW, str(saved)), RUNS)
    return [
        make_row(
            f"the sample up to publication, all of stage 4, {REPLICATES:,} replicates",
            *computed,
            f"import {LIBRARIES}",
            target=3.0,
        ),
        make_row(
            "run of the sample with a fresh release",
            *published,
            "import the same libraries, draw the same saved specifications",
            target=1.5,
        ),
    ]


def save_drawing(sample: str, folder: Path) -> dict[str, Any]:
    """Return what draws the figures of the sample: specifications, SVG from which PNG are made, and fonts."""
    completed = pipeline.run(Settings((sample,), out=str(folder / "out"), audit_dir=str(folder / "audit")))
    described = [one for _, one in describe_figures(completed.result, completed.definition)]
    return {
        "fonts": str(FOLDER),
        "ppi": PNG_PPI,
        "specs": [spec for one in described for spec in (one["spec"], *one.get("narrow", ())[:1])],
        "svgs": [figure.page for figure in completed.figures.values()],
    }
