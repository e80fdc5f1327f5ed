"""Normalisation by spread: the centre of the units becomes 50, a spread 10 points, any number of leading axes.

::

    z_score                50 + 10 (x - mean) / sd                      sd with divisor n - 1
    robust                 50 + 10 (x - median) / (1.4826 MAD)

A constant item, and every item of a single unit, becomes 50. Source: OECD/JRC Handbook on Constructing Composite
Indicators (2008), part 2, step 5. Method page: docs/methods/normalisation.md.
"""

from __future__ import annotations

import math

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.constant_items import find_limit
from bpo_index.scoring.methods.normalisation import Line
from bpo_index.scoring.methods.record import AnswerScale, Normalisation, Options

#: The median absolute deviation, and the mean one, of a normal distribution in standard deviations.
_MAD_TO_SD = 1.4826
_MEAN_DEVIATION_TO_SD = 1.2533


def _standardise(centre: Floats, spread: Floats, limit: Floats) -> Line:
    """Return the map of the centre onto 50 and of a spread onto 10; an item without spread becomes 50."""
    slope = np.divide(10.0, spread, out=np.where(np.isnan(spread), np.nan, 0.0), where=spread > limit)
    return Line(50.0 - slope * centre, slope)


def _find_mean_and_sd(values: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each item, ... x 1 x items; an sd of 0 where there is one value."""
    if values.ndim <= 2:
        return _find_mean_and_sd_of_gaps(values)
    # The plain formula for all, and that for gaps where one showed itself.
    centre = values.mean(axis=-2, keepdims=True)
    deviation = values - centre
    deviation *= deviation
    spread = np.sqrt(deviation.sum(axis=-2, keepdims=True) / max(values.shape[-2] - 1, 1))
    gaps = np.isnan(spread).any(axis=(-2, -1))
    if gaps.any():
        centre[gaps], spread[gaps] = _find_mean_and_sd_of_gaps(values[gaps])
    return centre, spread


def _find_mean_and_sd_of_gaps(values: Floats) -> tuple[Floats, Floats]:
    missing = np.isnan(values)
    count = (~missing).sum(axis=-2, keepdims=True)
    filled = np.where(missing, 0.0, values)
    centre = np.divide(filled.sum(axis=-2, keepdims=True), count, out=np.full(count.shape, np.nan), where=count > 0)
    squares = np.where(missing, 0.0, (values - centre) ** 2).sum(axis=-2, keepdims=True)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    return centre, np.where(count > 0, spread, np.nan)


def _find_median_and_mad(values: Floats, scale: AnswerScale) -> tuple[Floats, Floats]:
    """Return median and scaled median deviation of each item, ... x 1 x items; where that is 0, the mean deviation."""
    missing = np.isnan(values)
    count = (~missing).sum(axis=-2, keepdims=True)
    centre = _find_median(values, missing, count)
    deviation = np.abs(values - centre)
    spread = _MAD_TO_SD * _find_median(deviation, missing, count)
    mean = np.where(missing, 0.0, deviation).sum(axis=-2, keepdims=True) / np.maximum(count, 1)
    limit = find_limit(centre, scale)
    return centre, np.where(spread <= limit, _MEAN_DEVIATION_TO_SD * mean, spread)


def _find_median(values: Floats, missing: np.ndarray, count: np.ndarray) -> Floats:
    """Return the median of each item over axis -2, kept; NaN where there are no values."""
    ordered = np.sort(np.where(missing, np.inf, values), axis=-2)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-2)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-2] - 1), axis=-2)
    there = count > 0
    return np.where(there, (np.where(there, low, 0.0) + np.where(there, high, 0.0)) / 2, np.nan)


def _learn_z_score(values: Floats, scale: AnswerScale) -> Line:
    centre, spread = _find_mean_and_sd(values)
    return _standardise(centre, spread, find_limit(centre, scale))


def _learn_robust(values: Floats, scale: AnswerScale) -> Line:
    centre, spread = _find_median_and_mad(values, scale)
    return _standardise(centre, spread, find_limit(centre, scale))


def _find_lowest_z_score(options: Options, units: int) -> float:
    """Return 50 - 10 (n - 1) / sqrt(n): no one of n values is farther below their mean (Samuelson 1968)."""
    del options
    return 50 - 10 * (units - 1) / math.sqrt(units) if units else -math.inf


RECORDS = (
    Normalisation(
        name="z_score",
        line="50 + 10 standard deviations from the mean of the {units}",
        formula="y(u,q) = 50 + 10 (x(u,q) − mean) / sd, over {units}",
        page="normalisation",
        source="oecd2008",
        order=3,
        learn=_learn_z_score,
        lowest=_find_lowest_z_score,
        lowest_depends=True,
        needs_scale=False,
        is_smooth=True,
        explorer="50 + 10 standard deviations (z-score)",
    ),
    Normalisation(
        name="robust",
        line="50 + 10 scaled median deviations from the median",
        formula="y(u,q) = 50 + 10 (x(u,q) − median) / (1.4826 MAD), over {units}",
        page="normalisation",
        order=4,
        learn=_learn_robust,
        lowest=-math.inf,
        lowest_depends=True,
        needs_scale=False,
        is_smooth=True,
    ),
)
