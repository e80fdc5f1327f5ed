"""How often intervals from smoothed errors of small categories hold the true score: writes ``docs/smoothed-errors.md``.

``python -m benches.smoothed_errors [RUNS]``: 2,000 runs a cell take a minute.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np

from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.smoothed_errors import smooth_errors

UNITS, LEVEL, RUNS = 12, 0.95, 2_000
SIZES, QUESTIONS = (5, 8, 12), (1, 2, 3)
#: Standard deviation of the ratings of the even and of the odd units: alike, and twice as large.
SPREADS = {"alike": (1.6, 1.6), "half of them twice as varied": (1.1, 2.2)}
OUTPUT = Path("docs/smoothed-errors.md")
_HEAD = """# Measured coverage of smoothed errors

How often the interval of a category score holds the true score, by simulation: {runs:,} runs a row, twelve units, whole
ratings from 0 to 10 round means from 5.5 to 8.5, half of the variance of a rating shared by all ratings of its
respondent, nominal level .95. Written by `python -m benches.smoothed_errors`; the method is in
[sampling error](methods/sampling-error.md). Own: the cell's own standard error. Width: mean width of the interval from
the smoothed error over that from the own one. Spread: ratio of the standard deviations over runs of the two errors.

| Spread of ratings | Respondents | Questions | smoothed | own | least unit, smoothed | width | spread |
|---|---:|---:|---:|---:|---:|---:|---:|
"""


def simulate(spreads: tuple[float, float], respondents: int, questions: int, *, runs: int, seed: int) -> list[float]:
    """Return coverage from smoothed errors and from own ones, the least of a unit's, and both ratios."""
    rng = np.random.default_rng(seed)
    means, deviations = np.linspace(5.5, 8.5, UNITS), np.resize(spreads, UNITS)

    def draw(people: int) -> np.ndarray:
        """Return units x people: mean ratings of respondents."""
        shape = (UNITS, people, questions)
        shared, alone = rng.standard_normal(shape[:2])[..., np.newaxis], rng.standard_normal(shape)
        noise = deviations[:, np.newaxis, np.newaxis] * (shared + alone) / np.sqrt(2)
        return np.asarray(np.clip(np.rint(means[:, np.newaxis, np.newaxis] + noise), 0, 10).mean(axis=2))

    truth = 10 * draw(200_000).mean(axis=1)
    degrees = np.full(UNITS, respondents - 1)
    held, widths, errors = (np.zeros((runs, 2, UNITS)) for _ in range(3))
    for run in range(runs):
        persons = 10 * draw(respondents)
        scores = persons.mean(axis=1)
        own = persons.std(axis=1, ddof=1) / np.sqrt(respondents)
        smoothed = smooth_errors(
            scores,
            own,
            counted=np.full(UNITS, float(respondents)),
            sampling_units=np.full(UNITS, respondents),
            bounds=(0.0, 100.0),
        )
        for kind, se in enumerate((smoothed, own)):
            low, high = estimate_logit_t_interval(scores, se, degrees, LEVEL)
            held[run, kind], widths[run, kind], errors[run, kind] = (low <= truth) & (truth <= high), high - low, se
    # Equal answers have no error of their own, and no interval from it.
    there = ~np.isnan(widths)
    covered = [held[:, kind][there[:, kind]].mean() for kind in (0, 1)]
    width = np.nanmean(widths[:, 0]) / np.nanmean(widths[:, 1])
    spread = np.nanstd(errors[:, 0], axis=0).mean() / np.nanstd(errors[:, 1], axis=0).mean()
    return [*covered, held[:, 0].mean(axis=0).min(), width, spread]


def main(runs: int = RUNS, output: Path = OUTPUT) -> int:
    """Simulate all rows and write the page."""
    rows = []
    for number, (name, people, questions) in enumerate(product(SPREADS, SIZES, QUESTIONS)):
        measured = simulate(SPREADS[name], people, questions, runs=runs, seed=number)
        shown = " | ".join(f"{value:.3f}" for value in measured[:3])
        rows.append(f"| {name} | {people} | {questions} | {shown} | {measured[3]:.2f} | {measured[4]:.2f} |\n")
        sys.stdout.write(rows[-1])
    output.write_text(_HEAD.format(runs=runs) + "".join(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
