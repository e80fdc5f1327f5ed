"""Empirical-Bayes scores: each unit's score is shrunk towards the mean of all, more where its error is larger.

With scores y_i, standard errors s_i and k units, the variance A between units and the mean mu solve, with weights
w_i = 1 / (s_i^2 + A)::

    mu = sum w_i y_i / sum w_i,     A = max(0, sum w_i (k / (k - 1) (y_i - mu)^2 - s_i^2) / sum w_i)
    B_i = (k - 3) / (k - 1)  s_i^2 / (s_i^2 + A),     shrunken_i = (1 - B_i) y_i + B_i mu

Morris (1983), Parametric empirical Bayes inference, JASA 78, 47-55, section 5; with equal standard errors this is the
James-Stein estimator of Efron and Morris (1977). Method page: docs/methods/shrinkage.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats

_STEPS = 500
_SETTLED = 1e-12
#: Fewer units say nothing of the variance between them.
_FEWEST = 4


@dataclass(frozen=True)
class Shrinkage:
    """Shrunken scores; arrays over units, NaN where a unit has no score or no standard error."""

    scores: Floats
    """Scores drawn towards the mean."""
    se: Floats
    """Their standard errors: of a unit drawn at random, not of this one."""
    factors: Floats
    """B: 0 the direct score, 1 the mean."""
    mean: float
    """The mean that scores are drawn to; NaN with fewer than four units."""
    variance: float
    """The variance between units beyond sampling error."""


def shrink_scores(scores: Floats, se: Floats) -> Shrinkage:
    """Return empirical-Bayes scores.

    Parameters
    ----------
    scores
        Units; NaN where there is none.
    se
        Their standard errors; NaN or zero: the unit takes no part.

    Returns
    -------
    Shrinkage
        All NaN with fewer than four units that take part.

    Examples
    --------
    >>> shrunken = shrink_scores(np.array([90.0, 80.0, 70.0, 60.0, 50.0]), np.full(5, 5.0))
    >>> shrunken.scores.round(1).tolist(), round(float(shrunken.factors[0]), 2)
    ([89.0, 79.5, 70.0, 60.5, 51.0], 0.05)
    """
    scores, se = np.asarray(scores, dtype=float), np.asarray(se, dtype=float)
    known = ~np.isnan(scores) & (np.nan_to_num(se) > 0)
    k = int(known.sum())
    nothing = np.full(len(scores), np.nan)
    if k < _FEWEST:
        return Shrinkage(scores=nothing, se=nothing, factors=nothing, mean=float("nan"), variance=float("nan"))
    y, v = scores[known], se[known] ** 2
    between, mu = float(np.var(y, ddof=1)), float(y.mean())
    for _ in range(_STEPS):
        weights = 1 / (v + between)
        mu = float(weights @ y / weights.sum())
        # NOTE: sum w (k/(k-1) (y - mu)^2 - v) / sum w; the next value from the one before.
        following = max(0.0, float(weights @ (k / (k - 1) * (y - mu) ** 2 - v) / weights.sum()))
        settled = abs(following - between) <= _SETTLED * max(1.0, between)
        between = following
        if settled:
            break
    weights = 1 / (v + between)
    mu = float(weights @ y / weights.sum())
    factor = (k - 3) / (k - 1) * v / (v + between)
    # Morris (1983), section 5: the last term is for the estimation of A.
    spread = 2 / (k - 3) * factor**2 * (v.mean() + between) / (v + between)
    share = k * weights / weights.sum()
    variance = v * (1 - (k - share) / k * factor) + spread * (y - mu) ** 2
    shrunken, errors, factors = nothing.copy(), nothing.copy(), nothing.copy()
    shrunken[known] = (1 - factor) * y + factor * mu
    errors[known], factors[known] = np.sqrt(variance), factor
    return Shrinkage(scores=shrunken, se=errors, factors=factors, mean=mu, variance=between)
