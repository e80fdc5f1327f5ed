"""Variances and degrees of freedom under unequal weights: CR2 factors, and Kish's effective number of companies.

With q_k the mean weight of the respondents of company k, as a share of the sum over the K companies, and u_k what the
company moves the score by::

    variance  sum_k u_k^2 / (1 - 2 q_k + sum_j q_j^2)          CR2 of a weighted mean
    degrees   1 / sum_k q_k^2 - 1                              Kish's effective number less one, at least 1

The denominators are the variances of residuals under answers of one variance: 1 - 1/K where all weigh the same, so that
the factor is K / (K - 1) then, and the degrees K - 1. The number of respondents in a company plays no part: with equal
weights the estimator stays that of surveys.
Sources: Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181; Pustejovsky and Tipton (2018), Journal of
Business and Economic Statistics 36(4), 672-683; Kish (1965), section 11.7; docs/adr/0027.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.unit_means import UnitAnswers

#: Mean weights of companies that differ by less, as a share, are equal: fitted weights have rounding errors.
_EQUAL = 1e-9


def average_company_weights(unit: UnitAnswers) -> Floats:
    """Return companies: the mean weight of the respondents of each.

    Examples
    --------
    >>> unit = UnitAnswers("COL", np.zeros((3, 1)), np.array([1.0, 3.0, 2.0]), np.array([0, 0, 1]))
    >>> average_company_weights(unit)
    array([2., 2.])
    """
    sums = np.bincount(unit.cluster, weights=unit.weights, minlength=unit.clusters)
    return np.asarray(sums / np.bincount(unit.cluster, minlength=unit.clusters))


def find_factors(weights: Floats, present: np.ndarray) -> Floats:
    """Return companies x nodes: the factor of each squared deviation.

    Parameters
    ----------
    weights
        Companies: the mean weight of each.
    present
        Companies x nodes: whether the company has a rating there.

    Returns
    -------
    ndarray
        0 where the company is not present; K / (K - 1) of those present where all weigh the same. NaN for one company.

    Examples
    --------
    >>> find_factors(np.array([1.0, 1.0, 2.0]), np.ones((3, 1), dtype=bool)).ravel().round(4)
    array([1.1429, 1.1429, 2.6667])
    """
    count = present.sum(axis=0)
    shares = _share(weights, present)
    alone = count < 2
    own = np.maximum(count, 2)
    residual = 1 - 2 * shares + (shares**2).sum(axis=0)
    factors = np.where(_is_equal(weights, present), own / (own - 1), 1 / np.maximum(residual, 1e-12))
    return np.asarray(np.where(present, np.where(alone, np.nan, factors), 0.0), dtype=np.float64)


def count_degrees(weights: Floats, present: np.ndarray) -> Floats:
    """Return nodes: Kish's effective number of the companies that are present, less one; at least 1 for two.

    Examples
    --------
    >>> weights = np.array([1.0, 1.0, 2.0])
    >>> count_degrees(weights, np.array([[True, True], [True, True], [True, False]])).round(4)
    array([1.6667, 1.    ])
    """
    count = present.sum(axis=0)
    squares = (_share(weights, present) ** 2).sum(axis=0)
    effective = np.where(_is_equal(weights, present), count, 1 / np.where(squares > 0, squares, 1.0))
    return np.asarray(np.where(count < 2, np.maximum(count - 1.0, 0.0), np.maximum(effective - 1.0, 1.0)))


def _share(weights: Floats, present: np.ndarray) -> Floats:
    there = weights[:, np.newaxis] * present
    total = there.sum(axis=0)
    return np.asarray(np.divide(there, total, out=np.zeros_like(there), where=total > 0))


def _is_equal(weights: Floats, present: np.ndarray) -> np.ndarray:
    """Return nodes: whether all companies that are present weigh the same."""
    there = np.where(present, weights[:, np.newaxis], np.nan)
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(there, axis=0), np.fmax.reduce(there, axis=0)
    return np.asarray(~(high - low > _EQUAL * high))
