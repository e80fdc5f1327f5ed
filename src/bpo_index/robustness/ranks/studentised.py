"""Studentised differences of scores of all pairs of units, as normal equivalents.

The formulas stand in `rank_sets`. Method page: docs/methods/rank-sets.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.robustness.ranks.company_draws import JointPairs
from bpo_index.scoring.arrays import Floats

#: Scores this close to an end of the range, as a share of it, are held there when logits are taken.
_NEAREST_END = 1e-3
#: Held off zero, so that draws without any variance compare as infinitely far apart and not as nothing.
_LEAST_VARIANCE = 1e-100
#: Answers lie near an end of the range that is no more than so many of their standard deviations away.
_NEAR_END = 3.0
#: Normal for every purpose.
_MANY_DEGREES = 1e9


def studentise(
    values: Floats,
    se: Floats,
    degrees: Floats,
    correlation: Floats,
    *,
    joint: JointPairs | None = None,
    most_degrees: Floats | None = None,
    signed: bool = True,
) -> Floats:
    """Return pairs (x draws): normal equivalents of the studentised differences, first less second or its size.

    Pairs with companies in common have degrees of freedom of their own and, in draws, covariances. No pair has more
    degrees than `most_degrees` says.
    """
    degrees = degrees.reshape(-1, *(1,) * (values.ndim - 1))
    square = se * se
    pooled = _combine(np.add, square)
    if np.any(correlation != 0):
        pooled -= 2 * correlation.reshape(-1, *(1,) * (values.ndim - 1)) * _combine(np.multiply, se)
    if joint is not None and values.ndim > 1:
        pooled[joint.pairs] -= 2 * joint.covariance
    np.maximum(pooled, _LEAST_VARIANCE, out=pooled)
    freedom = _combine(np.add, square * square / degrees)
    with np.errstate(divide="ignore"):
        np.divide(pooled * pooled, freedom, out=freedom)
    if joint is not None:
        freedom[joint.pairs] = joint.degrees.reshape(-1, *(1,) * (values.ndim - 1))
    np.minimum(freedom, _MANY_DEGREES if most_degrees is None else most_degrees, out=freedom)
    gap = _combine(np.subtract, values)
    z = gap * gap
    pooled *= freedom
    z /= pooled
    z += 1
    np.log(z, out=z)
    z *= freedom
    np.sqrt(z, out=z)
    # (8 d + 1) / (8 d + 3), with d no longer needed.
    freedom *= 4
    freedom += 1.5
    np.divide(1, freedom, out=freedom)
    freedom *= z
    z -= freedom
    return np.copysign(z, gap, out=z) if signed else z


def _combine(operation: np.ufunc, values: Floats) -> Floats:
    """Return pairs (x draws): the operation on the values of both units, pairs in the order of `np.triu_indices`."""
    units = len(values)
    combined = np.empty((units * (units - 1) // 2, *values.shape[1:]))
    start = 0
    for unit in range(units - 1):
        stop = start + units - 1 - unit
        operation(values[unit], values[unit + 1 :], out=combined[start:stop])
        start = stop
    return combined


def find_degrees_near_ends(scores: Floats, se: Floats, degrees: Floats, bounds: tuple[float, float]) -> Floats:
    """Return pairs: the most degrees of freedom that their difference may have.

    Those of the unit ahead where its answers lie near the high end, and of the one behind near the low end.

    The unit that is ahead by luck has a small error by the same luck: a degree of the other does not mend that
    (docs/adr/0007-rank-sets-by-simulated-step-down.md).
    """
    first, second = np.triu_indices(len(scores), 1)
    reach = _NEAR_END * se * np.sqrt(np.where(np.isinf(degrees), np.inf, degrees + 1))
    own = np.minimum(degrees, _MANY_DEGREES)
    high, low = (
        np.where(distance <= reach, own, _MANY_DEGREES) for distance in (bounds[1] - scores, scores - bounds[0])
    )
    is_first = scores[first] > scores[second]
    ahead, behind = np.where(is_first, first, second), np.where(is_first, second, first)
    return np.asarray(np.minimum(high[ahead], low[behind]))


def take_logits(scores: Floats, se: Floats, bounds: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the logits of scores between their bounds, and their standard errors by the delta method."""
    low, high = bounds
    share = np.clip((scores - low) / (high - low), _NEAREST_END, 1 - _NEAREST_END)
    return np.log(share / (1 - share)), se / ((high - low) * share * (1 - share))
