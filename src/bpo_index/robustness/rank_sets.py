"""Confidence sets for ranks, from pairwise studentised comparisons of scores.

Unit j is surely ahead of unit i where::

    (score_j - score_i) / sqrt(se_i^2 + se_j^2)  >=  t(1 - a / 2; degrees by Welch-Satterthwaite)

and unit i's set is [1 + number surely ahead, p - number surely behind] (Mogstad, Romano, Shaikh and Wilhelm 2024,
Inference for Ranks with Applications to Mobility across Neighbourhoods and Academic Achievement across Countries,
Review of Economic Studies 91, section 3: a set of ranks from a family of confidence sets for differences). The error a
is alpha / (p - 1) for the marginal set of one unit and alpha / (p (p - 1) / 2) for all sets at once (Bonferroni, with
the degrees of freedom of Welch 1938).

Assumes independent units. Known limit: scores of strongly skewed answers (many at the ceiling) make the t distribution
a poor guide at eight respondents a unit; there the sets cover less than their level.
Method page: docs/methods/rank-sets.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.ranking import TIE_TOLERANCE


@dataclass(frozen=True)
class RankSets:
    """Confidence sets for ranks; arrays over units, 0 where a unit takes no part."""

    interval_low: Ints
    """Marginal: the best rank that one unit may have."""
    interval_high: Ints
    """Marginal: the worst."""
    set_low: Ints
    """Simultaneous for all units: the best rank."""
    set_high: Ints
    """Simultaneous: the worst."""
    surely_ahead: np.ndarray
    """Units x units: row surely ahead of column, simultaneously over all pairs."""


def find_rank_sets(scores: Floats, se: Floats, degrees: Floats, confidence_level: float) -> RankSets:
    """Return marginal and simultaneous confidence sets for the ranks of units.

    Parameters
    ----------
    scores
        Units; NaN where a unit takes no part in the ranking.
    se
        Standard errors; NaN or zero: the unit cannot be told apart from any other, its set is all ranks.
    degrees
        Degrees of freedom of the standard errors.
    confidence_level
        Between 0 and 1.

    Examples
    --------
    >>> sets = find_rank_sets(np.array([90.0, 88.0, 60.0]), np.array([2.0, 2.0, 2.0]), np.full(3, 7.0), 0.95)
    >>> list(zip(sets.set_low.tolist(), sets.set_high.tolist()))
    [(1, 2), (1, 2), (3, 3)]
    """
    from scipy.stats import t  # noqa: PLC0415

    scores, se, degrees = (np.asarray(values, dtype=float) for values in (scores, se, degrees))
    takes_part = ~np.isnan(scores)
    p = int(takes_part.sum())
    measured = takes_part & (np.nan_to_num(se) > 0) & (np.nan_to_num(degrees) >= 1)
    comparable = measured[:, np.newaxis] & measured[np.newaxis, :] & ~np.eye(len(scores), dtype=bool)
    variance = np.where(measured, se, 1.0) ** 2
    df = np.where(measured, degrees, 1.0)
    pooled = variance[:, np.newaxis] + variance[np.newaxis, :]
    welch = pooled**2 / (variance[:, np.newaxis] ** 2 / df[:, np.newaxis] + variance[np.newaxis, :] ** 2 / df)
    gap = np.where(comparable, scores[:, np.newaxis] - scores[np.newaxis, :], 0.0)
    two_sided = 2 * t.sf(gap / np.sqrt(pooled), welch)

    alpha = 1 - confidence_level
    is_ahead = comparable & (gap > TIE_TOLERANCE)
    marginal = is_ahead & (two_sided <= alpha / max(p - 1, 1))
    simultaneous = is_ahead & (two_sided <= alpha / max(p * (p - 1) // 2, 1))

    def bound(ahead: np.ndarray) -> tuple[Ints, Ints]:
        low, high = 1 + ahead.sum(axis=0), p - ahead.sum(axis=1)
        return np.where(takes_part, low, 0), np.where(takes_part, high, 0)

    return RankSets(*bound(marginal), *bound(simultaneous), simultaneous)


def assign_tiers(scores: Floats, surely_ahead: np.ndarray) -> Ints:
    """Return the tier of every unit, 1 for the highest; 0 where the score is NaN.

    From the top: the best unit without a tier leads one, and the tier goes on down the ranking until the first unit
    that the leader is surely ahead of. Units of one tier cannot be told apart from their leader.

    Examples
    --------
    >>> ahead = np.zeros((3, 3), dtype=bool)
    >>> ahead[0, 2] = True
    >>> assign_tiers(np.array([90.0, 88.0, 60.0]), ahead)
    array([1, 1, 2])
    """
    tiers = np.zeros(len(scores), dtype=np.int64)
    order = [int(n) for n in np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable") if not np.isnan(scores[n])]
    tier, leader = 0, -1
    for unit in order:
        tied_with_leader = leader >= 0 and abs(scores[leader] - scores[unit]) <= TIE_TOLERANCE
        if leader < 0 or (surely_ahead[leader, unit] and not tied_with_leader):
            tier, leader = tier + 1, unit
        tiers[unit] = tier
    return tiers
