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

from bpo_index.robustness.ranks.company_draws import JointPairs, draw_companies
from bpo_index.robustness.ranks.studentised import find_degrees_near_ends, studentise, take_logits
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.ranking import TIE_TOLERANCE

Side = Literal["both", "best", "worst"]
#: Draws of the distribution of the largest comparison: its level is then right to a quarter of a percent.
DRAWS = 10_000
#: Comparisons taken at once, so that they stay near the processor, and the fewest draws in one go.
_COMPARISONS_AT_ONCE, _DRAWS_AT_ONCE = 66_000, 64
#: Companies of a unit whose variance is taken as known, among those of others.
_KNOWN_COMPANIES = 1_000


@dataclass(frozen=True)
class StudentisedDraws:
    """Draws under equal scores: what sampling alone does to scores and to their standard errors."""

    deviations: Floats
    """Units x draws: drawn score less the score drawn from."""
    se: Floats
    """Units x draws: the standard error estimated in the draw."""
    joint: JointPairs | None = None
    """Of pairs of units with companies in common; None: there are none."""

    def choose(self, units: Ints) -> StudentisedDraws:
        """Return the draws of some of the units; of fewer than all without those of pairs with companies in common."""
        if len(units) == len(self.se):
            return self
        return StudentisedDraws(self.deviations[units], self.se[units])


@dataclass(frozen=True)
class RankSets:
    """Confidence sets for ranks; arrays over units, 0 where a unit takes no part."""

    marginal_low: Ints
    """Marginal: the best rank that one unit may have."""
    marginal_high: Ints
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
    answering: np.ndarray | None = None,
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
        be told apart from any other, its set is all ranks; its comparisons count among those made at once, so that the
        sets of the others are no smaller without its variance.
    degrees
        Degrees of freedom of the standard errors; infinite for large samples.
    confidence_level
        Between 0 and 1.
    answering
        Companies x units: who answers where, where some answer in several units; None: nobody does.
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
        compared = np.flatnonzero(takes_part)
        if draws is not None and len(draws.se) != len(scores):
            compared = measured
        filled, known = _fill_unmeasured(covariance, degrees, compared, measured)
        if draws is None:
            draws = _draw(filled, known, None if answering is None else answering[:, compared], seed)
        elif len(draws.se) == len(scores):
            compared = measured
            filled, known = covariance[np.ix_(measured, measured)], degrees[measured]
            draws = draws.choose(measured)
        together, alone = _adjust(
            scores[compared],
            filled,
            known,
            is_measured=np.isin(compared, measured),
            draws=draws,
            bounds=bounds,
            side=side,
        )
        inside = np.isin(compared, measured)
        simultaneous, marginal = together[np.ix_(inside, inside)], alone[np.ix_(inside, inside)]

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


def _fill_unmeasured(covariance: Floats, degrees: Floats, compared: Ints, measured: Ints) -> tuple[Floats, Floats]:
    """Return covariance and degrees of the units compared; those not measured have the mean variance, and no others."""
    filled, known = covariance[np.ix_(compared, compared)], degrees[compared]
    missing = ~np.isin(compared, measured)
    if missing.any():
        filled[missing], filled[:, missing] = 0.0, 0.0
        filled[missing, missing] = np.diagonal(covariance)[measured].mean()
        known = np.where(missing, np.inf, known)
    return filled, known


def _draw(
    covariance: Floats, degrees: Floats, answering: np.ndarray | None, seed: int | np.random.SeedSequence
) -> StudentisedDraws:
    """Return draws of normal scores, or where companies are in common of normal company vectors."""
    rng = np.random.default_rng(seed)
    if answering is None or not (answering.sum(axis=1) > 1).any():
        return draw_normal(covariance, degrees, DRAWS, rng)
    return StudentisedDraws(*draw_companies(covariance, _separate(answering, degrees), DRAWS, rng))


def _separate(answering: np.ndarray, degrees: Floats) -> np.ndarray:
    """Return who answers where, with many companies of their own for units whose variance is taken as known."""
    lone = np.flatnonzero(np.isinf(degrees))
    kept = answering.copy()
    kept[:, lone] = False
    return np.concatenate([kept, *(np.eye(len(degrees), dtype=bool)[[n] * _KNOWN_COMPANIES] for n in lone)])


def _adjust(
    scores: Floats,
    covariance: Floats,
    degrees: Floats,
    *,
    is_measured: np.ndarray,
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
    errors, joint = np.sqrt(variance), draws.joint
    observed = studentise(scores, errors, degrees, together, joint=joint)
    observed_alone = observed
    if np.isfinite(bounds[1] - bounds[0]):
        near = find_degrees_near_ends(scores, errors, degrees, bounds)
        both = []
        for most in (None, near):
            plain = studentise(scores, errors, degrees, together, joint=joint, most_degrees=most)
            logits = studentise(*take_logits(scores, errors, bounds), degrees, together, joint=joint, most_degrees=most)
            both.append(np.copysign(np.minimum(np.abs(plain), np.abs(logits)), plain))
        observed, observed_alone = both
    # What cannot be told apart stays open to the last: its comparisons are in every family.
    is_open = ~(is_measured[first] & is_measured[second])
    observed, observed_alone = (np.where(is_open, 0.0, values) for values in (observed, observed_alone))
    if joint is not None:
        together = together.copy()
        together[joint.pairs] = 0.0

    pairs = np.arange(len(first))
    everything = _Families(pairs[np.newaxis], np.abs(observed)[np.newaxis], None)
    number = np.zeros((units, units), dtype=np.int64)
    number[first, second] = number[second, first] = pairs
    others = np.array([[other for other in range(units) if other != unit] for unit in range(units)])
    mine = number[np.arange(units)[:, np.newaxis], others]
    if side == "both":
        single = _Families(mine, np.abs(observed_alone)[mine], None)
    else:
        # Signed so that more speaks for the unit being beaten (best) or beating (worst).
        sign = np.where(first[mine] == np.arange(units)[:, np.newaxis], -1.0, 1.0) * (1.0 if side == "best" else -1.0)
        single = _Families(mine, sign * observed_alone[mine], sign)
    step = max(_DRAWS_AT_ONCE, _COMPARISONS_AT_ONCE // len(first))
    for start in range(0, draws.se.shape[1], step):
        block = slice(start, start + step)
        values = draws.deviations[:, block], draws.se[:, block]
        drawn = studentise(
            *values, degrees, together, joint=None if joint is None else joint.take(block), signed=side != "both"
        )
        everything.count(drawn if side == "both" else np.abs(drawn))
        single.count(drawn)

    simultaneous, marginal = np.full((2, units, units), np.nan)
    simultaneous[first, second] = simultaneous[second, first] = everything.adjust()[0]
    marginal[np.arange(units)[:, np.newaxis], others] = single.adjust()
    return simultaneous, marginal


class _Families:
    """Families of comparisons, each told apart by the free step-down procedure.

    The comparisons of a family that are not larger than one, as observed, are those still open when it is reached: its
    p-value is the share of draws, the observed counted in, in which the largest of them is at least as large.
    """

    def __init__(self, pairs: Ints, observed: Floats, sign: Floats | None) -> None:
        """Take families x comparisons: the pairs, their observed sizes, and signs of the draws (None: all positive)."""
        self._order = np.argsort(observed, axis=1, kind="stable")
        self._pairs = np.take_along_axis(pairs, self._order, axis=1)
        self._observed = np.take_along_axis(observed, self._order, axis=1)
        self._sign = None if sign is None else np.take_along_axis(sign, self._order, axis=1)[..., np.newaxis]
        self._reached = np.zeros(pairs.shape, dtype=np.int64)
        self._draws = 0

    def count(self, drawn: Floats) -> None:
        """Count a block of draws, all pairs x draws."""
        # Comparisons x families x draws, the smallest comparisons first.
        largest = np.take(drawn, self._pairs.T, axis=0)
        if self._sign is not None:
            largest *= self._sign.swapaxes(0, 1)
        for place in range(1, len(largest)):
            np.maximum(largest[place], largest[place - 1], out=largest[place])
        reached = largest >= self._observed.T[..., np.newaxis]
        self._reached += np.einsum("pfd->fp", reached.view(np.int8), dtype=np.int64)
        self._draws += drawn.shape[1]

    def adjust(self) -> Floats:
        """Return families x comparisons: the adjusted p-values, in the order of the pairs given."""
        shares = (1 + self._reached) / (1 + self._draws)
        down = np.maximum.accumulate(shares[:, ::-1], axis=1)[:, ::-1]
        adjusted = np.empty_like(shares)
        np.put_along_axis(adjusted, self._order, down, axis=1)
        return adjusted


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
