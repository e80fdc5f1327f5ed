"""Two ways of doing a thing, timed in turn, so that a drift of the machine's speed falls on both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def make_row(
    name: str, ours: float, peer: float, peer_name: str, *, target: float | None, unit: str = "s"
) -> dict[str, Any]:
    """Return a row of the results: ours beside a peer or a limit, of what is better when it is smaller."""
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "peer_name": peer_name,
        "ratio": ours / peer,
        "target": target,
        "unit": unit,
        "higher_is_better": False,
    }


def time_in_turn(ours: Callable[[], object], peer: Callable[[], object], runs: int = 7) -> tuple[float, float]:
    """Return the median seconds of both after one warm-up each."""
    ours()
    peer()
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for taken, work in zip(seconds, (ours, peer), strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])
