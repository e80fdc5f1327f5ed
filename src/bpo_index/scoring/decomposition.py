"""What a difference of two scores is made of: one contribution a category, adding up to it exactly.

With f the function whose weighted mean the aggregation takes (x itself, ln x, x^p), S and T the two scores::

    contribution of c = w_c (f(x_c) - f(y_c)) L        L = (S - T) / (f(S) - f(T));  where S = T, 1 / f'(S)

For the arithmetic mean L is one; for the geometric mean it is the logarithmic mean of S and T, and the method is the
logarithmic mean Divisia index. Source: Ang (2004), Energy Policy 32(9), 1131-1139, for the logarithm; the
other powers follow in the same way. Method page: docs/methods/decomposition.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.aggregation import GEOMETRIC, aggregate_mean
from bpo_index.scoring.methods.registry import get_aggregation
from bpo_index.scoring.ranking import TIE_TOLERANCE


def find_power(aggregation: str, **options: Any) -> float | None:
    """Return the power of an aggregation that is a weighted mean; None for one whose differences do not add up.

    Examples
    --------
    >>> find_power("geometric"), find_power("generalised_mean", power=0.5), find_power("copeland")
    (0.0, 0.5, None)
    """
    found = get_aggregation(aggregation).find_power(options)
    return 0.0 if found is not None and abs(found) < GEOMETRIC else found


def decompose_difference(first: Floats, second: Floats, weights: Floats, power: float = 1.0) -> Floats:
    """Return what each category contributes to the score of one unit less that of another.

    Parameters
    ----------
    first, second
        ... x categories: category scores of the two units; above zero for every power but one.
    weights
        Categories; divided by their sum.
    power
        That of the generalised mean: 1 arithmetic, 0 geometric, -1 harmonic.

    Returns
    -------
    ndarray
        ... x categories, score points; the sum over categories is the difference of the scores. Zero where a category
        has no weight. NaN in all categories where a score that has a weight is missing, or is not above zero under a
        power other than one.

    Examples
    --------
    >>> first, second = np.array([80.0, 60.0]), np.array([40.0, 70.0])
    >>> decompose_difference(first, second, np.array([1.0, 1.0]))
    array([20., -5.])
    >>> parts = decompose_difference(first, second, np.array([1.0, 1.0]), power=0.0)
    >>> parts.round(3), round(float(parts.sum()), 3), round(4800**0.5 - 2800**0.5, 3)
    (array([21.048, -4.681]), 16.367, 16.367)
    """
    shares = weights / weights.sum()
    counted = shares != 0
    first, second = np.where(counted, first, 1.0), np.where(counted, second, 1.0)
    usable = ~np.isnan(first + second).any(axis=-1, keepdims=True)
    if power != 1:
        usable &= ((first > 0) & (second > 0)).all(axis=-1, keepdims=True)
    first, second = np.where(usable, first, 1.0), np.where(usable, second, 1.0)
    one, other = (aggregate_mean(values, shares, power)[..., np.newaxis] for values in (first, second))
    if power == 1:
        parts = shares * (first - second)
    else:
        gap = _bend(one, power) - _bend(other, power)
        apart = np.abs(one - other) > TIE_TOLERANCE
        # Level scores: the slope, the limit of the ratio.
        slope = one if power == 0 else one ** (1 - power) / power
        factor = np.where(apart, (one - other) / np.where(apart, gap, 1.0), slope)
        parts = shares * (_bend(first, power) - _bend(second, power)) * factor
    return np.where(usable, parts, np.nan)


def _bend(values: Floats, power: float) -> Floats:
    return np.log(values) if power == 0 else values**power
