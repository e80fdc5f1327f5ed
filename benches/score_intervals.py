"""How often the intervals of scores hold the true score, under weights: writes ``docs/score-intervals.md``.

``python -m benches.score_intervals [RUNS]``: 2,000 runs a cell take some minutes on two cores.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.linearisation import linearise_errors
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.robustness.sampling.standard_errors import BOOTSTRAP_FROM
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers

LEVEL, RUNS, REPLICATES = 0.95, 2_000, 400
OUTPUT = Path("docs/score-intervals.md")
_GAMMA = 0.7
ANSWERS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "0 to 10, mean 8.5": lambda rng, n: np.clip(np.rint(rng.normal(8.7, 1.4, n)), 0, 10),
    "10 - Gamma(.7), mean 9": lambda rng, n: 10 - rng.gamma(_GAMMA, 1 / _GAMMA, n),
    "0 to 10, mean 7": lambda rng, n: np.clip(np.rint(rng.normal(7, 1.5, n)), 0, 10),
}
#: Coefficient of variation of the weights.
SPREADS = {"equal": 0.0, "weights, cv .5": 0.5, "weights, cv 1": 1.0}
SIZES = (4, 5, 8, 12)
METHODS = ("default", "before", "CR2", "CR2, K - 1")
ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))
_HEAD = """# Measured coverage of score intervals

How often the logit-t interval of a score holds the true score, by simulation: {runs:,} runs a row, one unit of n
respondents, each a company of its own, log-normal weights with the coefficient of variation that is given, nominal
level .95. Written by `python -m benches.score_intervals`; the methods are in
[sampling error](methods/sampling-error.md), the choice among them in
[ADR 0027](adr/0027-errors-under-unequal-weights.md). Runs without any variance have no interval and are left out.

- default: as `run` reports it: from five respondents on the Rao-Wu error of {replicates} replicates, else the analytic
  one with CR2 factors; Kish's degrees of freedom
- before: Rao-Wu from five on, else analytic without correction; K - 1 degrees
- CR2: the analytic error with CR2 factors at every n, Kish's degrees; and the same with K - 1
- width: median width of the default over that of what was before
- variances: means of the estimates over the true variance of the score

| Answers | Weights | n | default | before | CR2 | CR2, K - 1 | width | Rao-Wu | analytic | CR2 variance |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def simulate(kind: str, spread: float, n: int, *, runs: int, seed: int) -> dict[str, float]:
    """Return the coverage of each of `METHODS`, the ratio of widths, and estimated over true variances."""
    rng = np.random.default_rng(seed)
    draw = ANSWERS[kind]
    truth = 10 * draw(rng, 1_000_000).mean()
    sigma = math.sqrt(math.log(1 + spread**2))
    rows = []
    with threadpool_limits(1, user_api="blas"):
        for _ in range(runs):
            ratings = draw(rng, n)
            weights = rng.lognormal(0, sigma, n) if spread else np.ones(n)
            unit = UnitAnswers("X", ratings[:, np.newaxis], weights, np.arange(n))
            resampler = Resampler(unit)
            replicates = 10 * resampler.average(resampler.draw_counts(rng, REPLICATES))[0]
            found = linearise_errors([unit], ONE)
            score = 10 * float(np.average(ratings, weights=weights))
            errors = found.standard_errors[0, 0], found.corrected[0, 0], found.degrees[0, 0]
            rows.append((score, float(replicates.std(ddof=1)), *errors))
    scores, rao_wu, plain, corrected, degrees = np.array(rows).T
    many, known = n >= BOOTSTRAP_FROM, np.full(runs, n - 1.0)
    chosen = {
        "default": (rao_wu if many else corrected, degrees),
        "before": (rao_wu if many else plain, known),
        "CR2": (corrected, degrees),
        "CR2, K - 1": (corrected, known),
    }
    result, width = {}, {}
    for name, (errors, freedom) in chosen.items():
        low, high = estimate_logit_t_interval(scores, errors, freedom, LEVEL)
        usable = ~np.isnan(low)
        result[name] = float(((low <= truth) & (truth <= high))[usable].mean())
        width[name] = float(np.median((high - low)[usable]))
    variance = scores.var(ddof=1)
    result["width"] = width["default"] / width["before"]
    for name, errors in (("Rao-Wu", rao_wu), ("analytic", plain), ("corrected", corrected)):
        result[name] = float((errors**2).mean() / variance)
    return result


def _run(job: tuple[str, str, int, int, int]) -> dict[str, float]:
    kind, weights, n, runs, seed = job
    return simulate(kind, SPREADS[weights], n, runs=runs, seed=seed)


def main(runs: int = RUNS, output: Path = OUTPUT) -> int:
    """Simulate every cell and write the page."""
    cells = list(product(ANSWERS, SPREADS, SIZES))
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(_run, [(*cell, runs, 4021 + n) for n, cell in enumerate(cells)]))
    lines = []
    for (kind, weights, n), row in zip(cells, found, strict=True):
        shown = [f"{row[name]:.3f}" for name in METHODS]
        shown += [f"{row[name]:.2f}" for name in ("width", "Rao-Wu", "analytic", "corrected")]
        lines.append(f"| {kind} | {weights} | {n} | " + " | ".join(shown) + " |\n")
    page = _HEAD.format(runs=runs, replicates=REPLICATES) + "".join(lines)
    output.write_text(page, encoding="utf-8")
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
