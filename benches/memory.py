"""Peak memory of a process that evaluates a million replicates of the sample, against one GiB."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

REPLICATES = 1_000_000
LIMIT_MIB = 1_024.0

_WORK = """
import resource, sys
import numpy as np
from benches.replicates import list_scenarios
from bpo_index.robustness.replicates import Drawing, evaluate_replicates
scenarios, scores = list_scenarios(int(sys.argv[1]))
evaluate_replicates(scenarios, scores, ~np.isnan(scores), seed=1, drawing=Drawing(concentrations={0: 143.0}))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (1024 if sys.platform != "darwin" else 1024 ** 2))
"""


def measure() -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", _WORK, str(REPLICATES)], check=True, capture_output=True, text=True)
    peak = float(done.stdout)
    return [
        {
            "name": f"peak memory of {REPLICATES:,} replicates, imports and data included",
            "ours": peak,
            "peer": LIMIT_MIB,
            "peer_name": "limit",
            "ratio": peak / LIMIT_MIB,
            "target": 1.0,
            "unit": "MiB",
            "higher_is_better": False,
        }
    ]
