"""Further cells of the coverage grid: unequal weights, many units, companies in several units, strata.

Composites are normal, of standard deviation .5 on a scale of 0 to 10 (less with many units); eight companies a unit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from bpo_index.robustness.ranks.company_draws import draw_companies
from bpo_index.robustness.ranks.rank_sets import StudentisedDraws, draw_normal, find_rank_sets

LEVEL, DRAWS = 0.95, 1_000
GAPS = {"ties": 0.0, "half": 0.5, "spaced": 1.5}
_N = 8


@dataclass(frozen=True)
class Kind:
    """What is further about a cell."""

    units: int = 12
    weights: float = 0.0
    """Coefficient of variation of log-normal weights."""
    together: int = 0
    """In how many units each company answers; 0: in one."""
    correlation: float = 0.0
    """Of a company's answers on two units."""
    strata: int = 1
    """Of equal size, which differ by two standard deviations."""
    share: float = 1.0
    """Of the runs of other cells: many units take long."""

    @property
    def deviation(self) -> float:
        """The standard deviation of composites: .5 with twelve units, less with more, so that spaced ones find room."""
        return 6.0 / self.units


KINDS = {
    "weights, cv .5": Kind(weights=0.5),
    "weights, cv 1": Kind(weights=1.0),
    "40 units": Kind(units=40, share=0.5),
    "100 units": Kind(units=100, share=0.1),
    "companies in two units, correlation .5": Kind(together=2, correlation=0.5),
    "companies in two units, correlation .9": Kind(together=2, correlation=0.9),
    "companies in all units, correlation .5": Kind(together=12, correlation=0.5),
    "companies in all units, correlation .9": Kind(together=12, correlation=0.9),
    "two strata": Kind(strata=2),
}


def simulate_further(kind: str, gap: str, *, runs: int, seed: int) -> dict[str, float]:
    """Return coverage and width of a cell.

    `runs`, `default` (the share of runs in which all sets hold), `marginal` (the least share over units in which the
    marginal set holds), `width`, and `ratio`, to the width of Bonferroni-Welch.
    """
    cell, rng = KINDS[kind], np.random.default_rng(seed)
    runs = max(1, round(runs * cell.share))
    truth = 6.5 + GAPS[gap] * cell.deviation / math.sqrt(_N) * (np.arange(cell.units)[::-1] - (cell.units - 1) / 2)
    better = (truth[:, np.newaxis] > truth + 1e-12).sum(axis=0)
    worse = (truth[:, np.newaxis] < truth - 1e-12).sum(axis=0)
    held, alone, width, base = 0, np.zeros(cell.units), 0.0, 0.0
    with threadpool_limits(1, user_api="blas"):
        for _ in range(runs):
            means, covariance, answering, degrees = draw_survey(cell, truth, rng)
            if answering is None:
                draws = draw_normal(covariance, degrees, DRAWS, rng)
            else:
                draws = StudentisedDraws(*draw_companies(covariance, answering, DRAWS, rng))
            sets = find_rank_sets(means, covariance, degrees, LEVEL, draws=draws, bounds=(0.0, 10.0))
            held += bool(((sets.set_low <= 1 + better) & (sets.set_high >= cell.units - worse)).all())
            alone += (sets.marginal_low <= 1 + better) & (sets.marginal_high >= cell.units - worse)
            width += float((sets.set_high - sets.set_low + 1).mean())
            base += _measure_bonferroni(means, np.sqrt(np.diagonal(covariance)), degrees)
    return {
        "runs": runs,
        "default": held / runs,
        "marginal": float(alone.min()) / runs,
        "width": width / runs,
        "ratio": width / base,
    }


def draw_survey(
    cell: Kind, truth: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray]:
    """Return means, their covariance as estimated, who answers where, and degrees of freedom."""
    units, degrees = cell.units, np.full(cell.units, float(_N - cell.strata))
    shared = cell.together or 1
    common = np.repeat(rng.standard_normal((_N, units // shared)), shared, axis=1)
    own = rng.standard_normal((_N, units))
    answers = truth + cell.deviation * (math.sqrt(cell.correlation) * common + math.sqrt(1 - cell.correlation) * own)
    if cell.strata > 1:
        stratum = np.repeat(np.arange(cell.strata), _N // cell.strata)
        answers = answers + 2 * cell.deviation * (stratum - stratum.mean())[:, np.newaxis]
        parts = [answers[stratum == h] for h in range(cell.strata)]
        variance = sum(part.var(axis=0, ddof=1) * len(part) for part in parts) / _N**2
        return answers.mean(axis=0), np.diag(variance), None, degrees
    sigma = math.sqrt(math.log(1 + cell.weights**2))
    weights = rng.lognormal(0, sigma, answers.shape) if cell.weights else np.ones(answers.shape)
    weights /= weights.sum(axis=0)
    means = (weights * answers).sum(axis=0)
    if cell.weights:  # Kish's, as the program takes them (docs/score-intervals.md)
        degrees = np.maximum(1 / (weights**2).sum(axis=0) - 1, 1.0)
    moved = weights * (answers - means) * math.sqrt(_N / (_N - 1))
    if shared == 1:
        return means, np.diag((moved**2).sum(axis=0)), None, degrees
    group = np.arange(units) // shared
    covariance = (moved.T @ moved) * (group[:, np.newaxis] == group)
    answering = np.zeros((_N * (units // shared), units), dtype=bool)
    answering[np.arange(_N) + _N * group[:, np.newaxis], np.arange(units)[:, np.newaxis]] = True
    return means, covariance, answering, degrees


def _measure_bonferroni(means: np.ndarray, se: np.ndarray, degrees: np.ndarray) -> float:
    """Return the mean width of simultaneous sets by Welch's test of each pair, companies taken as different ones."""
    from scipy.stats import t  # noqa: PLC0415

    square, units = se**2, len(se)
    pooled = square[:, np.newaxis] + square
    freedom = pooled**2 / (square[:, np.newaxis] ** 2 / degrees[:, np.newaxis] + square**2 / degrees)
    ahead = (means[:, np.newaxis] - means) / np.sqrt(pooled) >= t.isf((1 - LEVEL) / (units * (units - 1)), freedom)
    return float((units - ahead.sum(axis=0) - ahead.sum(axis=1)).mean())
