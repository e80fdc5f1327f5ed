"""Split the difference of two scores into contributions of the categories that add up to it exactly.

With f the function whose weighted mean the aggregation takes (x itself, ln x, x^p), S and T the two scores::

    contribution of c = w_c (f(x_c) - f(y_c)) L        L = (S - T) / (f(S) - f(T));  where S = T, 1 / f'(S)

For the arithmetic mean L is one; for the geometric mean it is the logarithmic mean of S and T, and the method is the
logarithmic mean Divisia index. Source: Ang (2004), Energy Policy 32(9), 1131-1139, for the logarithm; the
other powers follow in the same way. A nested category contributes what it adds to the difference of its
parent's scores, times the rate at which that goes into the difference of the index (`find_rates`).
Method page: docs/methods/decomposition.md.
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
    counted = weights != 0
    rates = find_rates(first, second, weights, power)
    gap = np.where(counted, first, 0.0) - np.where(counted, second, 0.0)
    if power == 1:
        return np.asarray(rates * gap)
    # NOTE: of the functions themselves, and not of rates: so that the parts add up to the last digits.
    usable = ~np.isnan(rates).any(axis=-1, keepdims=True)
    first, second = np.where(counted & usable, first, 1.0), np.where(counted & usable, second, 1.0)
    parts = weights / weights.sum() * (_bend(first, power) - _bend(second, power))
    return np.where(usable, parts * _find_factor(first, second, weights, power), np.nan)


def find_rates(first: Floats, second: Floats, weights: Floats, power: float = 1.0) -> Floats:
    """Return what a point between two units in each category adds to the difference of their scores.

    Parameters and shapes as for `decompose_difference`, whose contributions are these rates times the differences.

    Examples
    --------
    >>> find_rates(np.array([80.0, 60.0]), np.array([40.0, 70.0]), np.array([1.0, 3.0]))
    array([0.25, 0.75])
    >>> find_rates(np.array([80.0, 60.0]), np.array([40.0, 70.0]), np.array([1.0, 1.0]), 0.0).round(3)
    array([0.526, 0.468])
    """
    shares = weights / weights.sum()
    counted = shares != 0
    first, second = np.where(counted, first, 1.0), np.where(counted, second, 1.0)
    usable = ~np.isnan(first + second).any(axis=-1, keepdims=True)
    if power == 1:
        return np.where(usable, shares, np.nan)
    usable &= ((first > 0) & (second > 0)).all(axis=-1, keepdims=True)
    first, second = np.where(usable, first, 1.0), np.where(usable, second, 1.0)
    rates = shares * _find_slope(first, second, power) * _find_factor(first, second, weights, power)
    return np.where(usable, rates, np.nan)


def _find_factor(first: Floats, second: Floats, weights: Floats, power: float) -> Floats:
    """Return L of the formula, with an axis of length 1 for the categories."""
    shares = weights / weights.sum()
    one, other = (aggregate_mean(values, shares, power)[..., np.newaxis] for values in (first, second))
    return np.asarray(1.0 / _find_slope(one, other, power))


def _find_slope(first: Floats, second: Floats, power: float) -> Floats:
    """Return (f(x) - f(y)) / (x - y); where x and y are level its limit, the derivative."""
    apart = np.abs(first - second) > TIE_TOLERANCE
    slope = 1.0 / first if power == 0 else power * first ** (power - 1)
    gap = _bend(first, power) - _bend(second, power)
    return np.where(apart, gap / np.where(apart, first - second, 1.0), slope)


def _bend(values: Floats, power: float) -> Floats:
    return np.log(values) if power == 0 else values**power
