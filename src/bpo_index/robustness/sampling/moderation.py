"""Moderated variances: what replicates draw, so that less information never gives more certainty.

A unit with one sampling unit, or with equal answers, has no variance of its own; drawn without any, it would look
certain. With s_i^2 the covariance of a unit's question means, K_i its sampling units, p_i its mean answer in per cent::

    pooled   s_0^2 = sum (K_i - 1) s_i^2 K_i / (p_i (100 - p_i)) / sum (K_i - 1)
    prior    s_0i^2 = s_0^2 p_i (100 - p_i) / K_i
    drawn    (d_0 s_0i^2 + (K_i - 1) s_i^2) / (d_0 + K_i - 1)

d_0, at least 4, is estimated from how much the s_i^2 differ beyond chance (Smyth 2004, Statistical Applications in
Genetics and Molecular Biology 3(1), article 3, section 6.2). A drawn mean takes sqrt((K_i - 1) / (d_0 + K_i - 1)) of
the deviation of its resample, and so much of a normal one with the prior covariance that both variances add up to this.
Standard errors that are published are not moderated. Method page: docs/methods/replicates.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpo_index.robustness.sampling.linearisation import trace_question_means, trace_sampling_units
from bpo_index.robustness.sampling.shared_companies import estimate_correlations
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import compose_linear
from bpo_index.scoring.methods.record import Bounds
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means

#: The least weight of the pooled variance, in degrees of freedom.
FEWEST_PRIOR_DEGREES = 4.0
#: Scores this close to an end, in per cent, vary no less than here.
_NEAREST_END = 1.0
#: A variance below this, in squared score points, is rounding noise: the answers do not vary.
_NO_VARIANCE = 1e-18
_MOST_STEPS = 50


@dataclass(frozen=True)
class Moderation:
    """How the drawn means of questions are moderated."""

    center: Floats
    """Questions x units: the means themselves."""
    own: Floats
    """Units: what the deviation of a resample is multiplied by; 0 where there is no variance and with d_0 infinite."""
    borrowed: Floats
    """Units: the same of a deviation with the pooled covariance."""
    root: Floats
    """Questions x questions: a root of the pooled covariance, of one sampling unit."""
    mix: Floats | None
    """Units x units: a root of the correlations of units that share sampling units; None: they share none."""
    ends: tuple[float, float]
    """The ends of the scale, where means are held."""

    @property
    def shape(self) -> tuple[int, int]:
        """Questions and units: how many normal numbers a replicate takes."""
        return len(self.root), len(self.own)

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return questions x units x size: standard normal numbers, for `apply`."""
        return rng.standard_normal((*self.shape, size))

    def apply(self, means: Floats, normal: Floats) -> Floats:
        """Return moderated means, questions x units x replicates, of resampled ones and of `draw`."""
        if self.mix is not None:
            normal = np.einsum("uv,qvr->qur", self.mix, normal)
        center = self.center[..., np.newaxis]
        moved = (means - center) * self.own[:, np.newaxis] + center
        moved += np.tensordot(self.root, normal * self.borrowed[:, np.newaxis], axes=1)
        return np.asarray(np.clip(moved, *self.ends, out=moved))


def find_varying(answers: Sequence[UnitAnswers], structure: IndexStructure) -> np.ndarray:
    """Return units x nodes: whether the answers behind a score vary between sampling units, whatever the method.

    Examples
    --------
    >>> structure = IndexStructure.of_categories([0], np.ones(1), np.ones(1))
    >>> unit = UnitAnswers("A", np.array([[7.0], [7.0], [7.0]]), np.ones(3), np.arange(3))
    >>> find_varying([unit], structure).tolist()
    [[False, False]]
    """
    moved = trace_sampling_units(answers, make_plain(structure))
    return np.array([(own**2).sum(axis=0) > _NO_VARIANCE for own in moved]).reshape(len(answers), -1)


def measure_spread(scores: Floats, bounds: Bounds) -> Floats:
    """Return how far answers can vary at a score, (score - low) (high - score); 1 where scores have no ends.

    Near an end it is no less than at one per cent of the range from it.
    """
    low, high = bounds
    if np.isinf(high - low):
        return np.ones(len(scores))
    margin = _NEAREST_END / 100.0 * (high - low)
    inside = np.clip(scores, low + margin, high - margin)
    return np.asarray((inside - low) * (high - inside))


def make_plain(structure: IndexStructure) -> IndexStructure:
    """Return the structure with weighted means of shares of the scale throughout: the answers without the method."""
    means = {"question_aggregation": "arithmetic", "aggregation": "arithmetic"}
    weights = {"question_weighting": "given", "weighting": "given"}
    plain = {"normalisation": "scale", "outliers": "none", **means, **weights}
    return replace(structure, method=structure.method.model_copy(update=plain), own_methods={}, reference=None)


def moderate_variances(variances: Floats, spread: Floats, sampling_units: Floats) -> Floats:
    """Return the moderated variances of the scores of units.

    Parameters
    ----------
    variances
        Units; NaN: not known, zero: the answers do not vary.
    spread
        Units: score (100 - score), or another measure of how far answers can vary there; above zero.
    sampling_units
        Units: K.

    Returns
    -------
    ndarray
        NaN everywhere with fewer than two variances.

    Examples
    --------
    >>> found = moderate_variances(np.array([4.0, 9.0, np.nan]), np.full(3, 1600.0), np.array([8, 8, 1]))
    >>> found.round(2).tolist()
    [4.91, 8.09, 52.0]
    """
    known = (np.nan_to_num(variances) > _NO_VARIANCE) & (sampling_units > 1)
    if known.sum() < 2:
        return np.full(len(variances), np.nan)
    degrees = np.where(np.isnan(variances), 0.0, np.maximum(sampling_units - 1.0, 0.0))
    relative = np.where(known, variances, 0.0) * sampling_units / spread
    # Equal answers are answers: their variance of zero counts in the pooled one.
    pooled = (degrees * relative).sum() / degrees.sum()
    own, borrowed = share_degrees(estimate_prior_degrees(relative[known], degrees[known]), degrees)
    return np.asarray((own * relative + borrowed * pooled) * spread / sampling_units)


def share_degrees(prior: float, degrees: Floats) -> tuple[Floats, Floats]:
    """Return for each unit the shares of its own and of the pooled variance in the moderated one."""
    own = np.zeros(len(degrees)) if np.isinf(prior) else degrees / (prior + degrees)
    return own, 1.0 - own


def estimate_prior_degrees(variances: Floats, degrees: Floats) -> float:
    """Return d_0: for how many degrees of freedom the pooled variance counts; infinite where units do not differ.

    Parameters
    ----------
    variances
        Units, relative to what is expected of each; above zero.
    degrees
        Their degrees of freedom.

    With e = ln s^2 - psi(d / 2) + ln(d / 2), trigamma(d_0 / 2) is the variance of e less the mean of trigamma(d / 2).
    """
    from scipy.special import digamma, polygamma  # noqa: PLC0415

    if len(variances) < 3:
        return FEWEST_PRIOR_DEGREES
    half = degrees / 2
    logs = np.log(variances) - digamma(half) + np.log(half)
    excess = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if excess <= 0:
        return float("inf")
    # Newton's steps of Smyth (2004), appendix: they rise to the solution from below.
    value = 0.5 + 1 / excess
    for _ in range(_MOST_STEPS):
        trigamma = float(polygamma(1, value))
        step = trigamma * (1 - trigamma / excess) / float(polygamma(2, value))
        value += step
        if abs(step) < 1e-9 * value:
            break
    return max(FEWEST_PRIOR_DEGREES, 2 * value)


def _find_spread(means: Floats, plain: IndexStructure) -> Floats:
    """Return for each unit p (100 - p), p its mean answer in per cent; questions that nobody rated left out."""
    matrix, offset = compose_linear(plain)
    middle = (plain.minimum + plain.maximum) / 2
    weights = np.abs(matrix[:, 0])
    rated = ~np.isnan(means)
    known = rated @ weights
    # Questions that nobody rated count as the middle of the scale, and are then taken out again.
    scores = np.where(rated, means, middle) @ matrix[:, 0] + offset[0]
    share = np.divide(scores - 50.0, known, out=np.zeros(len(means)), where=known > 0) * weights.sum() + 50.0
    return measure_spread(share, (0.0, 100.0))


def find_moderation(answers: Sequence[UnitAnswers], structure: IndexStructure) -> Moderation | None:
    """Return how the drawn means of these units are moderated; None with fewer than two units whose answers vary."""
    if not answers:
        return None
    plain = make_plain(structure)
    means = estimate_unit_means(answers)
    spread = _find_spread(means, plain)
    influence = [trace_question_means(unit, row) for unit, row in zip(answers, means, strict=True)]
    overall = np.array([(own[:, 0] ** 2).sum() for own in trace_sampling_units(answers, plain)])
    size = np.array([unit.clusters for unit in answers], dtype=float)
    degrees = size - 1.0
    # Of the mean of K sampling units, each of which moves it by u: K / (K - 1) sum u^2, and K times that of one.
    factor = size * size / np.maximum(degrees, 1.0) / spread
    known = (degrees > 0) & (np.nan_to_num(overall) > _NO_VARIANCE)
    if known.sum() < 2:
        return None
    pooled = sum(own.T @ own * f * d for own, f, d in zip(influence, factor, degrees, strict=True)) / degrees.sum()
    own, borrowed = share_degrees(estimate_prior_degrees((overall * factor)[known], degrees[known]), degrees)
    # A declared design has variances of its own, which a pooled one knows nothing of; without one it borrows as others.
    is_declared = np.array([unit.design is not None for unit in answers])
    own, borrowed = np.where(is_declared & known, 1.0, own), np.where(is_declared & known, 0.0, borrowed)
    values, vectors = np.linalg.eigh(pooled)
    together = estimate_correlations(answers, plain)
    mix = None
    if together is not None:
        parts, turned = np.linalg.eigh(together[0])
        mix = turned * np.sqrt(np.maximum(parts, 0.0))
    return Moderation(
        center=np.ascontiguousarray(means.T),
        own=np.sqrt(own),
        borrowed=np.sqrt(borrowed * spread / size),
        root=vectors * np.sqrt(np.maximum(values, 0.0)),
        mix=mix,
        ends=(structure.minimum, structure.maximum),
    )
