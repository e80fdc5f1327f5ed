"""Confidence sets for ranks, from pairwise studentised comparisons of scores.

For units i and j, with the variance and degrees of freedom of their difference (Welch 1938, Satterthwaite 1946)::

    t_ij = (score_i - score_j) / sqrt(v_ij),    v_ij = se_i^2 + se_j^2 - 2 cov_ij
    d_ij = v_ij^2 / (se_i^4 / d_i + se_j^4 / d_j)
    z_ij = (8 d + 1) / (8 d + 3)  sqrt(d ln(1 + t^2 / d))       the normal equivalent of t (Wallace 1959)

The distribution of the largest z under equal scores is taken from draws: of normal scores with estimated variances, or
of resamples of the answers. Where scores have ends, the observed z is the smaller of that of the scores and that of
their logits. Pairs are told apart by the free step-down procedure (Westfall and Young 1993, algorithm 2.8; Romano and
Wolf 2005), over all pairs (simultaneous) or those of one unit (marginal). Unit i's set is [1 + number surely ahead,
p - number surely behind] (Mogstad, Romano, Shaikh and Wilhelm 2024, Review of Economic Studies 91, section 3).
Method page: docs/methods/rank-sets.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.ranking import TIE_TOLERANCE

Side = Literal["both", "best", "worst"]
#: Draws of the distribution of the largest comparison: its level is then right to a quarter of a percent.
DRAWS = 10_000
#: Scores this close to an end of the range, as a share of it, are held there when logits are taken.
_NEAREST_END = 1e-3
#: Comparisons taken at once, so that they stay near the processor; at least so many draws.
_COMPARISONS_AT_ONCE, _DRAWS_AT_ONCE = 66_000, 64
#: Held off zero, so that draws without any variance compare as infinitely far apart and not as nothing.
_LEAST_VARIANCE = 1e-100
#: Normal for every purpose.
_MANY_DEGREES = 1e9


@dataclass(frozen=True)
class StudentisedDraws:
    """Draws under equal scores: what sampling alone does to scores and to their standard errors."""

    deviations: Floats
    """Units x draws: drawn score less the score drawn from."""
    se: Floats
    """Units x draws: the standard error estimated in the draw."""


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
    adjusted_p: Floats
    """Units x units, symmetric: the smallest error at which the pair can be told apart, all pairs at once; NaN where it
    cannot be compared."""

    def find_best(self, k: int) -> np.ndarray:
        """Return which units may be among the k best: with the confidence level, all that truly are.

        The tau-best set of Mogstad et al. (2024, section 3): the units of which fewer than k are surely ahead.
        """
        return (self.set_low > 0) & (self.set_low <= k)

    def find_worst(self, k: int) -> np.ndarray:
        """Return which units may be among the k worst."""
        p = int((self.set_low > 0).sum())
        return (self.set_low > 0) & (self.set_high > p - k)


def draw_normal(covariance: Floats, degrees: Floats, draws: int, rng: np.random.Generator) -> StudentisedDraws:
    """Return draws of normal scores with estimated variances.

    Parameters
    ----------
    covariance
        Units x units: of the scores.
    degrees
        Degrees of freedom of the standard errors; infinite: they are known.
    draws
        How many.
    rng
        The generator.
    """
    variance = np.diagonal(covariance)
    normal = rng.standard_normal((len(variance), draws))
    if np.any(covariance != np.diag(variance)):
        values, vectors = np.linalg.eigh(covariance)
        deviations = (vectors * np.sqrt(np.maximum(values, 0))) @ normal
    else:
        deviations = np.sqrt(variance)[:, np.newaxis] * normal
    finite = np.where(np.isfinite(degrees), degrees, 1.0)[:, np.newaxis]
    ratio = rng.chisquare(finite, normal.shape) / finite
    ratio = np.where(np.isfinite(degrees)[:, np.newaxis], ratio, 1.0)
    return StudentisedDraws(deviations, np.sqrt(variance[:, np.newaxis] * ratio))


def draw_resamples(influence: Sequence[Floats], draws: int, rng: np.random.Generator) -> StudentisedDraws:
    """Return draws of scores and standard errors from resampled answers.

    Parameters
    ----------
    influence
        Per unit: what each of its K primary sampling units adds to the score (sum zero), such as
        (x - mean) / K for a mean; K at least 2.
    draws
        How many.
    rng
        The generator. In each draw K of K are taken with replacement.
    """
    deviations, errors = np.empty((len(influence), draws)), np.empty((len(influence), draws))
    for n, values in enumerate(influence):
        k = len(values)
        drawn = values[rng.integers(0, k, (draws, k))]
        deviations[n] = drawn.sum(axis=1)
        errors[n] = drawn.std(axis=1, ddof=1) * np.sqrt(k)
    return StudentisedDraws(deviations, errors)


def find_rank_sets(
    scores: Floats,
    covariance: Floats,
    degrees: Floats,
    confidence_level: float,
    *,
    draws: StudentisedDraws | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    side: Side = "both",
    seed: int | np.random.SeedSequence = 2021,
) -> RankSets:
    """Return marginal and simultaneous confidence sets for the ranks of units.

    Parameters
    ----------
    scores
        Units; NaN where a unit takes no part in the ranking.
    covariance
        Units x units of the scores, or their standard errors where units are independent. NaN or zero: the unit cannot
        be told apart from any other, its set is all ranks.
    degrees
        Degrees of freedom of the standard errors; infinite for large samples.
    confidence_level
        Between 0 and 1.
    draws
        From `draw_resamples`, or any others of these units; None: `DRAWS` of `draw_normal`.
    bounds
        The ends of the range of scores; where there are any, logits are compared too.
    side
        `both`; or sets that only say how good (`best`) or bad (`worst`) a rank may be, the other end left open. One
        side makes marginal sets narrower; simultaneous ones compare all ordered pairs anyway.
    seed
        Of the draws, where none are given.

    Examples
    --------
    >>> sets = find_rank_sets(np.array([90.0, 88.0, 60.0]), np.array([2.0, 2.0, 2.0]), np.full(3, 7.0), 0.95)
    >>> list(zip(sets.set_low.tolist(), sets.set_high.tolist()))
    [(1, 2), (1, 2), (3, 3)]
    """
    scores, degrees = np.asarray(scores, dtype=float), np.asarray(degrees, dtype=float)
    covariance = np.asarray(covariance, dtype=float)
    if covariance.ndim == 1:
        covariance = np.diag(covariance**2)
    takes_part = ~np.isnan(scores)
    p = int(takes_part.sum())
    measured = np.flatnonzero(takes_part & (np.nan_to_num(np.diagonal(covariance)) > 0) & (np.nan_to_num(degrees) >= 1))
    k = len(measured)
    simultaneous, marginal = np.full((k, k), np.nan), np.full((k, k), np.nan)
    if k > 1:
        inner = covariance[np.ix_(measured, measured)]
        if draws is None:
            draws = draw_normal(inner, degrees[measured], DRAWS, np.random.default_rng(seed))
        elif len(draws.se) == len(scores):
            draws = StudentisedDraws(draws.deviations[measured], draws.se[measured])
        simultaneous, marginal = _adjust(scores[measured], inner, degrees[measured], draws, bounds, side)

    def spread(adjusted: Floats) -> Floats:
        full = np.full((len(scores), len(scores)), np.nan)
        full[np.ix_(measured, measured)] = adjusted
        return full

    alpha = 1 - confidence_level
    higher = scores[:, np.newaxis] - scores[np.newaxis, :] > TIE_TOLERANCE
    together, alone = spread(simultaneous), spread(marginal)
    with np.errstate(invalid="ignore"):
        surely, for_row = higher & (together <= alpha), alone <= alpha
    ends = []
    # `alone` has the family of the unit in its row: whom it beats, and by whom it is beaten.
    for beats, beaten in ((surely, surely), (higher & for_row, higher & for_row.T)):
        low = np.ones(len(scores), dtype=np.int64) if side == "worst" else 1 + beaten.sum(axis=0)
        high = np.full(len(scores), p) if side == "best" else p - beats.sum(axis=1)
        ends.append((np.where(takes_part, low, 0), np.where(takes_part, high, 0)))
    return RankSets(*ends[1], *ends[0], surely, together)


def _adjust(
    scores: Floats,
    covariance: Floats,
    degrees: Floats,
    draws: StudentisedDraws,
    bounds: tuple[float, float],
    side: Side,
) -> tuple[Floats, Floats]:
    """Return units x units: adjusted p-values over all pairs, and over the pairs of the unit in the row."""
    units = len(scores)
    first, second = np.triu_indices(units, 1)
    variance = np.diagonal(covariance)
    correlation = covariance / np.sqrt(np.outer(variance, variance))
    together = correlation[first, second]
    errors = np.sqrt(variance)
    observed = _studentise(scores, errors, degrees, first, second, together)
    if np.isfinite(bounds[1] - bounds[0]):
        logits = _studentise(*_take_logits(scores, errors, bounds), degrees, first, second, together)
        observed = np.copysign(np.minimum(np.abs(observed), np.abs(logits)), observed)

    # Families of comparisons: all pairs, then those of each unit. With one side, signed so that more speaks for the
    # unit being beaten (best) or beating (worst).
    pairs = np.arange(len(first))
    families = [_Family(pairs, np.abs(observed), None)]
    for unit in range(units):
        mine = pairs[(first == unit) | (second == unit)]
        sign = np.where(first[mine] == unit, -1.0, 1.0) * (1.0 if side == "best" else -1.0)
        families.append(
            _Family(mine, np.abs(observed[mine]), None)
            if side == "both"
            else _Family(mine, sign * observed[mine], sign)
        )
    step = max(_DRAWS_AT_ONCE, _COMPARISONS_AT_ONCE // len(first))
    for start in range(0, draws.se.shape[1], step):
        block = slice(start, start + step)
        drawn = _studentise(draws.deviations[:, block], draws.se[:, block], degrees, first, second, together)
        size = np.abs(drawn)
        for family in families:
            family.count(size if family.sign is None else drawn)

    simultaneous, marginal = np.full((2, units, units), np.nan)
    simultaneous[first, second] = simultaneous[second, first] = families[0].adjust()
    for unit, family in enumerate(families[1:]):
        others = np.where(first[family.pairs] == unit, second[family.pairs], first[family.pairs])
        marginal[unit, others] = family.adjust()
    return simultaneous, marginal


class _Family:
    """Comparisons that are told apart together, by the free step-down procedure.

    The comparisons that are not larger than one, as observed, are those still open when it is reached: its p-value is
    the share of draws, the observed counted in, in which the largest of them is at least as large.
    """

    def __init__(self, pairs: Ints, observed: Floats, sign: Floats | None) -> None:
        self.pairs, self.sign = pairs, sign
        self._observed, self._order = observed, np.argsort(observed, kind="stable")
        self._reached = np.zeros(len(pairs), dtype=np.int64)
        self._draws = 0

    def count(self, drawn: Floats) -> None:
        """Count a block of draws, all pairs x draws."""
        largest = np.full(drawn.shape[1], -np.inf)
        for place in self._order:
            row = drawn[self.pairs[place]]
            np.maximum(largest, row if self.sign is None else self.sign[place] * row, out=largest)
            self._reached[place] += np.count_nonzero(largest >= self._observed[place])
        self._draws += drawn.shape[1]

    def adjust(self) -> Floats:
        """Return the adjusted p-values of the pairs."""
        adjusted = (1 + self._reached) / (1 + self._draws)
        down = self._order[::-1]
        adjusted[down] = np.maximum.accumulate(adjusted[down])
        return adjusted


def _studentise(values: Floats, se: Floats, degrees: Floats, first: Ints, second: Ints, correlation: Floats) -> Floats:
    """Return pairs (x draws): normal equivalents of the studentised differences, signed."""
    tail = (1,) * (values.ndim - 1)
    degrees, correlation = degrees.reshape(-1, *tail), correlation.reshape(-1, *tail)
    square = se * se
    weighted = square * square / degrees
    pooled = square[first]
    pooled += square[second]
    if np.any(correlation != 0):
        pooled -= 2 * correlation * se[first] * se[second]
    np.maximum(pooled, _LEAST_VARIANCE, out=pooled)
    denominator = weighted[first]
    denominator += weighted[second]
    with np.errstate(divide="ignore"):
        freedom = np.minimum(pooled * pooled / denominator, _MANY_DEGREES)
    gap = values[first]
    gap -= values[second]
    z = gap * gap
    z /= pooled
    z /= freedom
    z += 1
    np.log(z, out=z)
    z *= freedom
    np.sqrt(z, out=z)
    z *= 1 - 2 / (8 * freedom + 3)
    return np.asarray(np.copysign(z, gap, out=z))


def _take_logits(scores: Floats, se: Floats, bounds: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the logits of scores between their bounds, and their standard errors by the delta method."""
    low, high = bounds
    share = np.clip((scores - low) / (high - low), _NEAREST_END, 1 - _NEAREST_END)
    return np.log(share / (1 - share)), se / ((high - low) * share * (1 - share))


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
