"""Two ways of doing a thing, timed in turn, so that a drift of the machine's speed falls on both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


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
