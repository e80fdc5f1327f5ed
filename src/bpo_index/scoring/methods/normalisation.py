"""Normalisation: question means onto a common scale of about 100 points, on arrays with any number of leading axes.

Two families. Affine cases are one map, ``y = offset + slope x``, some of them clipped::

    scale                  100 (x - minimum) / (maximum - minimum)      fixed ends of the answer scale
    min_max                lo + (hi - lo) (x - min) / (max - min)       min, max over units; lo, hi the output range
    z_score                50 + 10 (x - mean) / sd                      sd with divisor n - 1
    robust                 50 + 10 (x - median) / (1.4826 MAD)
    distance_to_maximum    100 (1 - (max - x) / (max - min))
    distance_to_target     100 (x - min) / (target - min), at most 100
    distance_to_reference  100 (x - minimum) / (reference - minimum)
    fraction_of_maximum    100 (x - minimum) / (max - minimum)
    goalposts              100 (x - low) / (high - low), between 0 and 100

Rank cases count the n units below and equal::

    rank                   100 (below + (equal + 1) / 2) / n            average rank from the worst
    borda                  lo + (hi - lo) (below + (equal - 1) / 2) / (n - 1)      units beaten, ties half
    percentile_rank        100 (below + equal / 2) / n

Sources: OECD/JRC Handbook on Constructing Composite Indicators (2008), part 2, step 5; the page has one for each case.
Method page: docs/methods/normalisation.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpo_index.scoring.arrays import Floats

RANKING = ("rank", "borda", "percentile_rank")
NORMALISATIONS = (
    "scale",
    "min_max",
    "z_score",
    "robust",
    *RANKING,
    "distance_to_maximum",
    "distance_to_target",
    "distance_to_reference",
    "fraction_of_maximum",
    "goalposts",
)
#: A question whose values lie within this share of the scale is constant; two such values are tied.
_CONSTANT = 1e-9
#: The median absolute deviation, and the mean one, of a normal distribution in standard deviations.
_MAD_TO_SD = 1.4826
_MEAN_DEVIATION_TO_SD = 1.2533


@dataclass(frozen=True)
class LearntNormalisation:
    """What a normalisation learnt from units: an affine map per item, or for rank cases the units' values."""

    method: str
    offset: Floats | float = 0.0
    """... x 1 x items, or one number."""
    slope: Floats | float = 1.0
    """... x 1 x items, or one number."""
    clip: tuple[float | None, float | None] = (None, None)
    """The ends beyond which values are clipped."""
    fitted: Floats | None = None
    """... x units x items: the values that rank cases compare with."""
    tolerance: float = 0.0
    """Values no farther apart are tied."""
    output_range: tuple[float, float] = (0.0, 100.0)
    """What the rank cases make of none and of all."""


def orient(values: Floats, reverse: np.ndarray, minimum: float, maximum: float) -> Floats:
    """Return the values with reversed items turned round, so that more is better: ``minimum + maximum - x``.

    Examples
    --------
    >>> orient(np.array([[2.0, 2.0]]), np.array([False, True]), 0, 10)
    array([[2., 8.]])
    """
    return np.where(reverse, minimum + maximum - values, values) if np.any(reverse) else values


def learn_normalisation(
    values: Floats,
    method: str,
    *,
    minimum: float = 0.0,
    maximum: float = 100.0,
    output_range: tuple[float, float] = (0.0, 100.0),
    targets: ArrayLike | None = None,
    reference: int | None = None,
    goalposts: tuple[ArrayLike, ArrayLike] | None = None,
) -> LearntNormalisation:
    """Learn a normalisation from units.

    Parameters
    ----------
    values
        ... x units x items, more is better; NaN where there is none. Every leading index is learnt on its own.
    method
        One of `NORMALISATIONS`.
    minimum, maximum
        The ends of the scale of the values.
    output_range
        For `min_max`: what the lowest and the highest unit become; for `borda`: one beaten by all, one that beats all.
    targets
        For `distance_to_target`: one number, or one an item.
    reference
        For `distance_to_reference`: the position of a unit.
    goalposts
        For `goalposts`: the low and the high posts, one number each or one an item.

    Returns
    -------
    LearntNormalisation
        A constant item, and every item of a single unit, is mapped to the middle of the output range (`min_max`), to 50
        (`distance_to_maximum`, `z_score`, `robust`); `borda` of a single unit is the middle of that range. An item is
        mapped to NaN where it has no values, its target is not above the lowest unit, or its reference or maximum is at
        the low end.

    Raises
    ------
    ValueError
        When the method does not exist or lacks what it needs.
    """
    if method in RANKING:
        ends = output_range if method == "borda" else (0.0, 100.0)
        return LearntNormalisation(method, fitted=values, tolerance=_CONSTANT * (maximum - minimum), output_range=ends)
    if method == "scale":
        return _fix_ends(method, minimum, maximum)
    if method == "goalposts":
        if goalposts is None:
            msg = "goalposts needs the low and the high posts"
            raise ValueError(msg)
        low, high = (np.asarray(post, dtype=float) for post in goalposts)
        if not np.all(low < high):
            msg = "every low goalpost must be below the high one"
            raise ValueError(msg)
        return _fix_ends(method, low, high, clip=(0.0, 100.0))
    limit = _CONSTANT * (maximum - minimum)
    match method:
        case "z_score" | "robust":
            centre, spread = _locate_and_spread(values, method, limit)
            slope = np.divide(10.0, spread, out=np.where(np.isnan(spread), np.nan, 0.0), where=spread > limit)
            return LearntNormalisation(method, 50.0 - slope * centre, slope)
        case "min_max" | "distance_to_maximum":
            ends = output_range if method == "min_max" else (0.0, 100.0)
            lowest, highest = _find_ends(values)
            return _span(method, lowest, highest, ends, limit)
        case "distance_to_target":
            if targets is None:
                msg = "distance_to_target needs a target"
                raise ValueError(msg)
            lowest, _ = _find_ends(values)
            return _anchor(method, lowest, np.asarray(targets, dtype=float) - lowest, limit, clip=(None, 100.0))
        case "distance_to_reference":
            if reference is None:
                msg = "distance_to_reference needs the position of the unit of reference"
                raise ValueError(msg)
            return _anchor(method, np.asarray(minimum), values[..., [reference], :] - minimum, limit)
        case "fraction_of_maximum":
            _, highest = _find_ends(values)
            return _anchor(method, np.asarray(minimum), highest - minimum, limit)
        case _:
            msg = f"method must be one of {', '.join(NORMALISATIONS)}; found {method!r}"
            raise ValueError(msg)


def apply_normalisation(values: Floats, learnt: LearntNormalisation) -> Floats:
    """Return the values on the common scale, same shape; NaN stays NaN.

    Rank cases place a unit that was not fitted between its neighbours among those that were.
    """
    if learnt.fitted is not None:
        return _count(values, learnt)
    normalised = values * learnt.slope
    normalised += learnt.offset
    return normalised if learnt.clip == (None, None) else np.clip(normalised, *learnt.clip)


def normalise(
    values: Floats,
    method: str,
    *,
    minimum: float = 0.0,
    maximum: float = 100.0,
    output_range: tuple[float, float] = (0.0, 100.0),
    targets: ArrayLike | None = None,
    reference: int | None = None,
    goalposts: tuple[ArrayLike, ArrayLike] | None = None,
) -> Floats:
    """Return the values normalised among themselves; parameters as for `learn_normalisation`.

    Examples
    --------
    >>> normalise(np.array([[2.0], [4.0], [3.0]]), "min_max").ravel()
    array([  0., 100.,  50.])
    >>> normalise(np.array([[2.0], [4.0], [4.0]]), "borda").ravel()
    array([ 0., 75., 75.])
    """
    learnt = learn_normalisation(
        values,
        method,
        minimum=minimum,
        maximum=maximum,
        output_range=output_range,
        targets=targets,
        reference=reference,
        goalposts=goalposts,
    )
    return apply_normalisation(values, learnt)


def normalise_scale(values: Floats, minimum: float, maximum: float, reverse: np.ndarray | bool = False) -> Floats:
    """Return ``100 (x - minimum) / (maximum - minimum)``, turned round where `reverse` is true.

    Parameters
    ----------
    values
        ... x questions, in scale points; NaN stays NaN.
    minimum, maximum
        The ends of the answer scale.
    reverse
        Per question: true where a high rating means low confidence; then ``100 - ...``.

    Returns
    -------
    ndarray
        Same shape, 0 to 100.

    Examples
    --------
    >>> normalise_scale(np.array([[0.0, 2.5], [10.0, 7.5]]), 0, 10, np.array([False, True]))
    array([[  0.,  75.],
           [100.,  25.]])
    """
    shares = 100.0 * (values - minimum) / (maximum - minimum)
    return np.where(reverse, 100.0 - shares, shares)


def _fix_ends(
    method: str, low: ArrayLike, high: ArrayLike, clip: tuple[float | None, float | None] = (None, None)
) -> LearntNormalisation:
    slope = 100.0 / (np.asarray(high, dtype=float) - np.asarray(low, dtype=float))
    return LearntNormalisation(method, -slope * np.asarray(low, dtype=float), slope, clip)


def _find_ends(values: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest value of each item, ... x 1 x items; NaN where it has none."""
    return np.fmin.reduce(values, axis=-2, keepdims=True), np.fmax.reduce(values, axis=-2, keepdims=True)


def _span(method: str, lowest: Floats, highest: Floats, ends: tuple[float, float], limit: float) -> LearntNormalisation:
    """Return the map of lowest and highest onto the ends, a constant item onto their middle."""
    width = highest - lowest
    varies = width > limit
    slope = np.divide(ends[1] - ends[0], width, out=np.where(np.isnan(width), np.nan, 0.0), where=varies)
    offset = np.where(varies, ends[0], (ends[0] + ends[1]) / 2) - slope * lowest
    return LearntNormalisation(method, offset, slope)


def _anchor(
    method: str,
    low: Floats,
    width: Floats,
    limit: float,
    clip: tuple[float | None, float | None] = (None, None),
) -> LearntNormalisation:
    """Return the map of `low` onto 0 and of `low + width` onto 100; NaN where the width is not above zero."""
    slope = np.divide(100.0, width, out=np.full_like(width, np.nan), where=width > limit)
    return LearntNormalisation(method, -slope * low, slope, clip)


def _locate_and_spread(values: Floats, method: str, limit: float) -> tuple[Floats, Floats]:
    """Return centre and spread of each item, ... x 1 x items; a spread of 0 where there is one value."""
    if method == "z_score" and values.ndim > 2:
        # The plain formula for all, and that for gaps where one showed itself.
        centre = values.mean(axis=-2, keepdims=True)
        deviation = values - centre
        deviation *= deviation
        spread = np.sqrt(deviation.sum(axis=-2, keepdims=True) / max(values.shape[-2] - 1, 1))
        gaps = np.isnan(spread).any(axis=(-2, -1))
        if gaps.any():
            centre[gaps], spread[gaps] = _locate_and_spread_gaps(values[gaps], method, limit)
        return centre, spread
    return _locate_and_spread_gaps(values, method, limit)


def _locate_and_spread_gaps(values: Floats, method: str, limit: float) -> tuple[Floats, Floats]:
    missing = np.isnan(values)
    count = (~missing).sum(axis=-2, keepdims=True)
    if method == "z_score":
        filled = np.where(missing, 0.0, values)
        centre = np.divide(filled.sum(axis=-2, keepdims=True), count, out=np.full(count.shape, np.nan), where=count > 0)
        squares = np.where(missing, 0.0, (values - centre) ** 2).sum(axis=-2, keepdims=True)
        spread = np.sqrt(squares / np.maximum(count - 1, 1))
        return centre, np.where(count > 0, spread, np.nan)
    centre = _find_median(values, missing, count)
    deviation = np.abs(values - centre)
    spread = _MAD_TO_SD * _find_median(deviation, missing, count)
    mean = np.where(missing, 0.0, deviation).sum(axis=-2, keepdims=True) / np.maximum(count, 1)
    return centre, np.where(spread <= limit, _MEAN_DEVIATION_TO_SD * mean, spread)


def _find_median(values: Floats, missing: np.ndarray, count: np.ndarray) -> Floats:
    """Return the median of each item over axis -2, kept; NaN where there are no values."""
    ordered = np.sort(np.where(missing, np.inf, values), axis=-2)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-2)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-2] - 1), axis=-2)
    there = count > 0
    return np.where(there, (np.where(there, low, 0.0) + np.where(there, high, 0.0)) / 2, np.nan)


def _count(values: Floats, learnt: LearntNormalisation) -> Floats:
    """Return the rank cases, from how many fitted units each value beats, equals and is beaten by."""
    fitted = learnt.fitted
    assert fitted is not None
    n = (~np.isnan(fitted)).sum(axis=-2, keepdims=True)
    # Beaten less beating; what is left of n is equal.
    if values is fitted:
        balance = _balance_among_themselves(values, learnt.tolerance)
        present = n
    else:
        # ... x items x units x fitted units; NaN compares false.
        gap = np.swapaxes(values, -1, -2)[..., :, np.newaxis] - np.swapaxes(fitted, -1, -2)[..., np.newaxis, :]
        above, below = ((sign * gap > learnt.tolerance).sum(axis=-1) for sign in (1, -1))
        balance = np.swapaxes(above - below, -1, -2)
        equal = n - np.swapaxes(above + below, -1, -2)
        # A value that equals none of the fitted is one more, between its neighbours, for `borda`.
        present = n + (equal == 0) if learnt.method == "borda" else n
    match learnt.method:
        case "rank":
            share = (balance + (n + 1)) / (2 * np.maximum(n, 1))
        case "borda":
            share = np.where(n > 1, (balance + (present - 1)) / (2 * np.maximum(n - 1, 1)), 0.5)
        case _:
            share = (balance + n) / (2 * np.maximum(n, 1))
    low, high = learnt.output_range
    share *= high - low
    share += low
    if np.isnan(values.sum()):
        share[np.isnan(values)] = np.nan
    return np.asarray(share)


def _balance_among_themselves(values: Floats, tolerance: float) -> Any:
    """Return for each value how many of the units it beats less how many beat it; 0 for NaN."""
    units = values.shape[-2]
    # Kept in the order in memory of the values, so that what lies side by side is compared side by side.
    balance: Any = np.zeros_like(values, dtype=np.int8 if units < 128 else np.int64)
    higher = values + tolerance
    for one in range(units):
        for other in range(one + 1, units):
            beats = values[..., one, :] > higher[..., other, :]
            beaten = values[..., other, :] > higher[..., one, :]
            change = beats.view(np.int8) - beaten.view(np.int8)
            balance[..., one, :] += change
            balance[..., other, :] -= change
    return balance
