"""Covariances at the two levels of data-driven weightings and reliability, on any number of leading axes.

`between`: over units, divisor n - 1. `within`: over respondents centred by unit and pooled, divisor n - units::

    between   sum_u (x_u - mean)(x_u - mean)' / (U - 1)
    within    sum_u sum_{i in u} w_i (x_i - mean_u)(x_i - mean_u)' / (n - U)       w scaled to sum to n_u in each unit

Method page: docs/methods/reliability.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints

#: An item with a standard deviation no larger than this, in score points, is constant.
CONSTANT_SD = 1e-9
#: Products of two items that are held at once.
_PAIRS = 4_000_000


def estimate_between_covariance(values: Floats) -> Floats:
    """Return the covariance of items over units, divisor n - 1.

    Parameters
    ----------
    values
        ... x units x items; a unit with a NaN takes no part.

    Returns
    -------
    ndarray
        ... x items x items; NaN with fewer than two units.

    Examples
    --------
    >>> estimate_between_covariance(np.array([[1.0, 2.0], [3.0, 6.0], [np.nan, 1.0]]))
    array([[2., 4.],
           [4., 8.]])
    """
    there = ~np.isnan(values).any(axis=-1, keepdims=True)
    n = there.sum(axis=-2, keepdims=True)
    filled = np.where(there, values, 0.0)
    centred = np.where(there, values - filled.sum(axis=-2, keepdims=True) / np.maximum(n, 1), 0.0)
    products = np.swapaxes(centred, -1, -2) @ centred
    return np.where(n > 1, products / np.maximum(n - 1, 1), np.nan)


def pool_within_covariance(values: Floats, weights: Floats, unit_of: Ints) -> Floats:
    """Return the covariance of items over respondents centred by unit, divisor n - units.

    Parameters
    ----------
    values
        Respondents x items; a respondent with a NaN takes no part.
    weights
        ... x respondents, from 0; scaled so that they sum in each unit to its number of respondents.
    unit_of
        Respondents: the number of each one's unit, from 0.

    Returns
    -------
    ndarray
        ... x items x items. n counts the respondents who take part, whatever their weight, in units with any weight;
        NaN where there are no more of them than units.

    Examples
    --------
    >>> values = np.array([[1.0, 0.0], [3.0, 4.0], [8.0, 1.0], [8.0, 3.0]])
    >>> pool_within_covariance(values, np.ones(4), np.array([0, 0, 1, 1]))
    array([[1., 2.],
           [2., 5.]])
    """
    complete = ~np.isnan(values).any(axis=1)
    values, weights, unit_of = values[complete], weights[..., complete], unit_of[complete]
    items = values.shape[1]
    products = np.zeros((*weights.shape[:-1], items, items))
    degrees = np.zeros(weights.shape[:-1])
    for unit in np.unique(unit_of):
        rows = unit_of == unit
        part, own = values[rows], weights[..., rows]
        total = own.sum(axis=-1, keepdims=True)
        weighing = total[..., 0] > 0
        shares = np.divide(own, total, out=np.zeros_like(own), where=total > 0)
        mean = shares @ part
        # The pairs of items as one row a respondent: one matrix product for all leading indexes, of as many respondents
        # as are held at once.
        second = np.zeros((*mean.shape, items))
        step = max(1, _PAIRS // max(items**2, 1))
        for start in range(0, len(part), step):
            some = part[start : start + step]
            pairs = (some[:, :, np.newaxis] * some[:, np.newaxis, :]).reshape(len(some), -1)
            second += (shares[..., start : start + step] @ pairs).reshape(second.shape)
        products += len(part) * (second - mean[..., :, np.newaxis] * mean[..., np.newaxis, :])
        degrees += np.where(weighing, len(part) - 1, 0)
    enough = degrees[..., np.newaxis, np.newaxis] > 0
    return np.where(enough, products / np.maximum(degrees, 1)[..., np.newaxis, np.newaxis], np.nan)


def find_spread(covariance: Floats) -> Floats:
    """Return the standard deviations of ... x items x items; 0 for a constant item."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    sd = np.sqrt(np.maximum(variance, 0.0))
    return np.where(sd <= CONSTANT_SD, 0.0, sd)


def correlate(covariance: Floats) -> Floats:
    """Return the correlations of ... x items x items; a constant item has 0 with every other, and 1 with itself.

    Examples
    --------
    >>> correlate(np.array([[4.0, 3.0], [3.0, 9.0]]))
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    sd = find_spread(covariance)
    scale = sd[..., :, np.newaxis] * sd[..., np.newaxis, :]
    correlations = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    correlations = np.where(np.isnan(covariance), np.nan, np.clip(correlations, -1.0, 1.0))
    items = np.arange(covariance.shape[-1])
    correlations[..., items, items] = np.where(np.isnan(sd), np.nan, 1.0)
    return correlations
