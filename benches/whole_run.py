"""The main job, a process from start to end, against a process that imports its libraries and does nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benches.timing import time_in_turn
from bpo_index.resources import find_resource

REPLICATES = 10_000
RUNS = 7
LIBRARIES = "polars, pandera, sklearn, scipy.stats"


def measure() -> list[dict[str, Any]]:
    sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def call(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)

        def ours() -> None:
            # A new release each time: one that is there already would only be checked.
            shutil.rmtree(folder / "releases", ignore_errors=True)
            call("-m", "bpo_index", "run", sample, "--replicates", str(REPLICATES))

        seconds, peer_seconds = time_in_turn(ours, lambda: call("-c", f"import {LIBRARIES}"), RUNS)
    return [
        {
            "name": f"bpo-index run on the sample, all of stage 4, {REPLICATES:,} replicates",
            "ours": seconds,
            "peer": peer_seconds,
            "peer_name": f"import {LIBRARIES}",
            "ratio": seconds / peer_seconds,
            "target": 3.0,
            "unit": "s",
            "higher_is_better": False,
        }
    ]
