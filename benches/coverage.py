"""How often confidence sets hold what they promise, by simulation: writes ``docs/coverage.md``.

``python -m benches.coverage [RUNS]``: 2,000 runs a cell take an hour on two cores, the bar's 10,000 a night. What is
done is kept in ``build/coverage-RUNS.jsonl``, and a run that was stopped goes on from there; remove the file after a
change of methods.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benches.further_cells import KINDS, simulate_further
from bpo_index.robustness.ranks.rank_sets import draw_normal, draw_resamples, find_rank_sets
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers

UNITS, LEVEL, DRAWS = 12, 0.95, 1_000
RUNS = 2_000
SIZES = {"8": [8] * UNITS, "5 to 12": [5, 6, 7, 8, 9, 10, 11, 12, 5, 8, 9, 12], "100": [100] * UNITS}
GAPS = {"ties": 0.0, "half": 0.5, "spaced": 1.5}
#: Composites on a scale of 0 to 10: what the cell is, and the standard deviation of the even and the odd units.
SHAPES = {
    "(a) normal, sd .5": "normal",
    "(b) normal, sd .25 .5 1": "unequal",
    "(c) 10 - Gamma(.7)": "skewed",
    "(d) half (c), half normal, sd .25": 0.25,
    "(d) half (c), half normal, sd .5": 0.5,
    "(d) half (c), half normal, sd 1.2": 1.2,
}
_GAMMA = 0.7
METHODS = ("default", "Bonferroni-Welch", "normal plug-in", "studentised bootstrap")
#: The marginal sets of the default: coverage of the unit that is covered least.
MARGINAL = "marginal"
OUTPUT = Path("docs/coverage.md")


@dataclass(frozen=True)
class Cell:
    """One cell of the grid."""

    shape: str
    gap: str
    size: str

    @property
    def deviations(self) -> np.ndarray:
        """Units: standard deviations."""
        skewed = 1 / math.sqrt(_GAMMA)
        kind = SHAPES[self.shape]
        if kind == "normal":
            return np.full(UNITS, 0.5)
        if kind == "unequal":
            return np.array([0.25, 0.5, 1.0] * (UNITS // 3))
        return np.array([skewed, skewed if kind == "skewed" else float(kind)] * (UNITS // 2))

    @property
    def is_skewed(self) -> np.ndarray:
        """Units: whether the composite is 10 - Gamma."""
        kind = SHAPES[self.shape]
        if isinstance(kind, float):
            return np.arange(UNITS) % 2 == 0
        return np.full(UNITS, kind == "skewed")

    @property
    def truth(self) -> np.ndarray:
        """Units: true means, the first the best; 9 where a composite has the ceiling, else round 6.5."""
        step = GAPS[self.gap] * math.sqrt((self.deviations**2 / SIZES[self.size]).mean())
        below = step * np.arange(UNITS)
        return (9.0 if self.is_skewed.any() else 6.5 + below[-1] / 2) - below

    def draw(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the composites of the respondents of every unit."""
        parts = zip(self.truth, self.deviations, self.is_skewed, SIZES[self.size], strict=True)
        return [
            mean + (1 - rng.gamma(_GAMMA, 1 / _GAMMA, n) if skewed else rng.normal(0, sd, n))
            for mean, sd, skewed, n in parts
        ]


def simulate_cell(cell: Cell, runs: int, seed: int) -> dict[str, tuple[float, float]]:
    """Return for each method the share of runs in which all sets hold, and the mean width of the sets.

    For `MARGINAL` the share of runs in which the set of one unit holds, of the unit with the least.
    """
    rng = np.random.default_rng(seed)
    truth, degrees = cell.truth, np.array(SIZES[cell.size]) - 1.0
    better = (truth[:, np.newaxis] > truth + 1e-12).sum(axis=0)
    worse = (truth[:, np.newaxis] < truth - 1e-12).sum(axis=0)
    held, width = dict.fromkeys(METHODS, 0), dict.fromkeys((*METHODS, MARGINAL), 0.0)
    alone = np.zeros(UNITS)
    with threadpool_limits(1, user_api="blas"):
        for _ in range(runs):
            answers = cell.draw(rng)
            means = np.array([values.mean() for values in answers])
            se = np.array([values.std(ddof=1) / math.sqrt(len(values)) for values in answers])
            for name, (low, high) in _find_all(means, se, degrees, answers, rng=rng).items():
                holds = (low <= 1 + better) & (high >= UNITS - worse)
                if name == MARGINAL:
                    alone += holds
                else:
                    held[name] += bool(holds.all())
                width[name] += float((high - low + 1).mean())
    shares = {name: held[name] / runs for name in METHODS} | {MARGINAL: float(alone.min()) / runs}
    return {name: (share, width[name] / runs) for name, share in shares.items()}


def _find_all(
    means: np.ndarray, se: np.ndarray, degrees: np.ndarray, answers: list[np.ndarray], *, rng: np.random.Generator
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    covariance, known = np.diag(se**2), np.full(UNITS, np.inf)
    normal = draw_normal(covariance, degrees, DRAWS, rng)
    resampled = draw_resamples([(values - values.mean()) / len(values) for values in answers], DRAWS, rng)
    found = {
        "default": find_rank_sets(means, covariance, degrees, LEVEL, draws=normal, bounds=(0.0, 10.0)),
        "normal plug-in": find_rank_sets(
            means, covariance, known, LEVEL, draws=draw_normal(covariance, known, DRAWS, rng)
        ),
        "studentised bootstrap": find_rank_sets(means, covariance, degrees, LEVEL, draws=resampled),
    }
    sets = {name: (item.set_low, item.set_high) for name, item in found.items()}
    sets[MARGINAL] = found["default"].marginal_low, found["default"].marginal_high
    return sets | {"Bonferroni-Welch": compare_by_bonferroni(means, se, degrees)}


def compare_by_bonferroni(means: np.ndarray, se: np.ndarray, degrees: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return simultaneous sets by Welch's test of each pair at its share of the error."""
    from scipy.stats import t  # noqa: PLC0415

    square = se**2
    pooled = square[:, np.newaxis] + square
    freedom = pooled**2 / (square[:, np.newaxis] ** 2 / degrees[:, np.newaxis] + square**2 / degrees)
    gap = means[:, np.newaxis] - means
    ahead = gap / np.sqrt(pooled) >= t.isf((1 - LEVEL) / (UNITS * (UNITS - 1)), freedom)
    return 1 + ahead.sum(axis=0), UNITS - ahead.sum(axis=1)


ANSWERS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "0 to 10, mean 8.5": lambda rng, n: np.clip(np.rint(rng.normal(8.7, 1.4, n)), 0, 10),
    "10 - Gamma(.7), mean 9": lambda rng, n: 10 - rng.gamma(_GAMMA, 1 / _GAMMA, n),
    "0 to 10, mean 7": lambda rng, n: np.clip(np.rint(rng.normal(7, 1.5, n)), 0, 10),
}
DESIGNS = ("equal", "companies", "weights, cv .5", "weights, cv 1")
ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))


def simulate_interval(kind: str, design: str, n: int, *, runs: int, seed: int) -> dict[str, float]:
    """Return coverage of intervals and ratios of mean estimated to true variance of a score of n respondents."""
    rng = np.random.default_rng(seed)
    draw = ANSWERS[kind]
    # Companies: two of two respondents, the others alone.
    paired = design == "companies"
    cluster = np.concatenate([[0, 0, 1, 1], np.arange(2, n - 2)]) if paired else np.arange(n)
    truth = 10 * draw(rng, 1_000_000).mean()
    spread = {"weights, cv .5": 0.5, "weights, cv 1": 1.0}.get(design, 0.0)
    scores, rows = [], []
    for _ in range(runs):
        # Two of a company give the same answer half of the time.
        ratings = draw(rng, n)
        for k in range(2 if paired else 0):
            if rng.random() < 0.5:
                ratings[2 * k + 1] = ratings[2 * k]
        sigma = math.sqrt(math.log(1 + spread**2))
        weights = rng.lognormal(0, sigma, n) if spread else np.ones(n)
        unit = UnitAnswers("X", ratings[:, np.newaxis], weights, cluster)
        resampler = Resampler(unit)
        replicates = 10 * resampler.average(resampler.draw_counts(rng, 400))[0]
        score = 10 * float(np.average(ratings, weights=weights))
        linear = float(linearise_standard_errors([unit], ONE)[0][0, 0])
        scores.append(score)
        rows.append((float(replicates.std(ddof=1)), linear, unit.clusters - 1))
    centre, (rao_wu, linear, degrees) = np.array(scores), np.array(rows).T
    low, high = estimate_logit_t_interval(centre, rao_wu, degrees, LEVEL)
    from scipy.stats import t  # noqa: PLC0415

    reach = t.ppf((1 + LEVEL) / 2, degrees) * rao_wu
    usable = ~np.isnan(low)
    variance = centre.var(ddof=1)
    return {
        "logit-t": float(((low <= truth) & (truth <= high))[usable].mean()),
        "plain t": float((np.abs(centre - truth) <= reach)[usable].mean()),
        "Rao-Wu": float((rao_wu**2).mean() / variance),
        "linearised": float((linear**2).mean() / variance),
    }


def _run(job: tuple[Any, ...]) -> Any:
    kind, names, runs, seed = job
    if kind == "sets":
        return simulate_cell(Cell(*names), runs, seed)
    if kind == "further":
        return simulate_further(*names, runs=runs, seed=seed)
    return simulate_interval(*names, runs=runs, seed=seed)


def run_all(jobs: list[tuple[Any, ...]], kept: Path) -> list[Any]:
    """Return the results of all jobs, those that are kept in the file read from there and the others added to it."""
    done = {}
    if kept.exists():
        done = dict(map(json.loads, kept.read_text(encoding="utf-8").splitlines()))
    open_jobs = [job for job in jobs if repr(job) not in done]
    kept.parent.mkdir(exist_ok=True)
    with ProcessPoolExecutor() as pool, kept.open("a", encoding="utf-8") as file:
        for job, found in zip(open_jobs, pool.map(_run, open_jobs), strict=True):
            done[repr(job)] = found
            file.write(json.dumps([repr(job), found]) + "\n")
            file.flush()
    return [done[repr(job)] for job in jobs]


def bound_coverage(share: float, runs: int, cells: int) -> float:
    """Return the upper 99 % bound of a coverage, over so many cells at once (Clopper and Pearson, Bonferroni).

    Examples
    --------
    >>> round(bound_coverage(0.94, 10_000, 80), 4)
    0.9483
    """
    from scipy.stats import beta  # noqa: PLC0415

    held = round(share * runs)
    return 1.0 if held >= runs else float(beta.isf(0.01 / cells, held + 1, runs - held))


def main(runs: int = RUNS, output: Path = OUTPUT, build: Path = Path("build")) -> int:
    """Simulate every cell and write the page."""
    cells = [Cell(*names) for names in product(SHAPES, GAPS, SIZES)]
    further, intervals = list(product(KINDS, GAPS)), list(product(ANSWERS, DESIGNS, (5, 8, 12)))
    jobs: list[tuple[Any, ...]] = [("further", names, runs, 6021 + n) for n, names in enumerate(further)]
    jobs += [("sets", (cell.shape, cell.gap, cell.size), runs, 2021 + n) for n, cell in enumerate(cells)]
    jobs += [("interval", names, runs, 4021 + n) for n, names in enumerate(intervals)]
    results = run_all(jobs, build / f"coverage-{runs}.jsonl")
    beside, sets = results[: len(further)], results[len(further) : len(further) + len(cells)]
    page = write_page(
        cells, sets, intervals, results[len(further) + len(cells) :], further=further, beside=beside, runs=runs
    )
    output.write_text(page, encoding="utf-8")
    print(page)
    return 0


def write_page(
    cells: list[Cell],
    sets: list[dict[str, tuple[float, float]]],
    intervals: list[tuple[str, str, int]],
    covered: list[dict[str, float]],
    *,
    further: list[tuple[str, str]],
    beside: list[dict[str, float]],
    runs: int,
) -> str:
    """Return the page in Markdown."""
    count = len(cells) + len(further)
    lines = [*_INTRODUCTION, *_list_set_rows(cells, sets, runs, count), *_FURTHER]
    for (kind, gap), row in zip(further, beside, strict=True):
        units, made = KINDS[kind].units, int(row["runs"])
        shown = [
            f"{row[name]:.3f}" + ("" if bound_coverage(row[name], made, family) >= LEVEL else " ✗")
            for name, family in (("default", count), (MARGINAL, count * units))
        ]
        lines.append(
            f"| {kind} | {gap} | {made:,} | " + " | ".join(shown) + f" | {row['width']:.2f} | {row['ratio']:.3f} |"
        )
    lines += _INTERVALS
    lines += ["| Answers | Design | n | logit-t | plain t | Rao-Wu / true | linearised / true |"]
    lines += ["|---|---|---:|---:|---:|---:|---:|"]
    for (kind, design, n), row in zip(intervals, covered, strict=True):
        shown = [f"{row[name]:.3f}" for name in ("logit-t", "plain t")]
        shown += [f"{row[name]:.2f}" for name in ("Rao-Wu", "linearised")]
        lines.append(f"| {kind} | {design} | {n} | " + " | ".join(shown) + " |")
    text = "\n".join(lines) + "\n"
    return text.replace("{runs}", f"{runs:,}").replace("{draws}", f"{DRAWS:,}")


def _list_set_rows(
    cells: list[Cell], sets: list[dict[str, tuple[float, float]]], runs: int, count: int
) -> Iterator[str]:
    for cell, row in zip(cells, sets, strict=True):
        base = row["Bonferroni-Welch"][1]
        family = dict.fromkeys(METHODS, count) | {MARGINAL: count * UNITS}
        shown = [
            f"{row[name][0]:.3f}" + ("" if bound_coverage(row[name][0], runs, own) >= LEVEL else " ✗")
            for name, own in family.items()
        ]
        shown += [f"{row['default'][1]:.2f}"]
        shown += [f"{row[name][1] / base:.3f}" for name in ("default", "normal plug-in", "studentised bootstrap")]
        yield f"| {cell.shape} | {cell.gap} | {cell.size} | " + " | ".join(shown) + " |"


_INTRODUCTION = (
    "# Measured coverage",
    "",
    "How often confidence sets hold what they promise, by simulation: {runs} runs a cell, {draws} draws a run, nominal",
    "level .95. Written by `python -m benches.coverage`; the methods are in [rank sets](methods/rank-sets.md) and",
    "[sampling error](methods/sampling-error.md).",
    "",
    "## Rank sets",
    "",
    "Twelve units, simultaneous sets. A run is a success when the set of every unit holds all of its true ranks: all",
    "of [1 + number truly better, p - number truly worse]. ✗ marks cells that fail: the upper 99 % bound of their",
    "coverage, over all cells of both tables at once (Bonferroni; marginal sets: and over their units), is under .95.",
    "n is the number of respondents a unit. Gaps between neighbours: none (ties), half a",
    "standard error, and one and a half (spaced). Composites lie on a scale of 0 to 10, normal ones round 6.5, those",
    "with a ceiling at 9 and below. Width is the mean number of ranks in a set; ratios are to the width of",
    "Bonferroni-Welch.",
    "",
    "- default: `find_rank_sets` as `run` calls it: normal draws with estimated variances, logits, step-down",
    "- Bonferroni-Welch: Welch's t test of each pair at .05 / 66",
    "- normal plug-in: `find_rank_sets` with infinite degrees of freedom, variances taken as known",
    "- studentised bootstrap: `find_rank_sets` with `draw_resamples`",
    "- marginal: the default's sets for one unit at a time; coverage of the unit that is covered least (the least of",
    "  twelve such shares lies about .008 under their level by chance alone)",
    "",
    "| Composite | Gaps | n | default | Bonferroni-Welch | normal plug-in | studentised bootstrap | marginal"
    " | width, default | ratio, default | ratio, plug-in | ratio, bootstrap |",
    "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
)
_FURTHER = (
    "",
    "## Rank sets, further cells",
    "",
    "Normal composites of standard deviation .5 round 6.5 (.15 and .06 with 40 and 100 units, so that spaced ones find",
    "room on the scale), eight companies a unit, twelve units but where stated.",
    "Companies in several units are the same eight in two neighbouring units, or in all; the ratio of widths is then",
    "to Bonferroni-Welch without their covariance. Weights are log-normal, with linearised standard errors and Kish's",
    "degrees of freedom. Two strata of four companies, six degrees. Gaps as above.",
    "",
    "| Cell | Gaps | runs | default | marginal | width | ratio |",
    "|---|---|---:|---:|---:|---:|---:|",
)
_INTERVALS = (
    "",
    "## Score intervals and variances",
    "",
    "One unit of n respondents: coverage of the logit-t interval and of score ± t se, both with the Rao-Wu standard",
    "error of 400 replicates and K - 1 degrees of freedom, and mean estimated variance over the true variance of the",
    "score. Companies: two of two respondents, who give the same answer half of the time. Weights: log-normal, the",
    "coefficient of variation is given. Runs without any variance have no interval and are left out. Intervals as they",
    "are published, with fewer degrees of freedom under unequal weights, are in [score intervals](score-intervals.md).",
    "",
)

if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
