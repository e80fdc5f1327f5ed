"""The main job up to its numbers, a process from start to end, against one that imports its libraries and does nothing.

What publishing adds is in `publication`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benches.timing import time_in_turn
from bpo_index.files.resources import find_resource

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


def measure() -> list[dict[str, Any]]:
    sample = str(find_resource("sample_data", "offshore-bpo-2021.csv"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def call(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True)

        def ours() -> None:
            call("-c", COMPUTE, sample, str(REPLICATES))

        seconds, peer_seconds = time_in_turn(ours, lambda: call("-c", f"import {LIBRARIES}"), RUNS)
    return [
        {
            "name": f"the sample up to publication, all of stage 4, {REPLICATES:,} replicates",
            "ours": seconds,
            "peer": peer_seconds,
            "peer_name": f"import {LIBRARIES}",
            "ratio": seconds / peer_seconds,
            "target": 3.0,
            "unit": "s",
            "higher_is_better": False,
        }
    ]
