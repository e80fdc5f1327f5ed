"""Weights by spread: standard deviation, CRITIC, entropy; what differs more weighs more.

CRITIC and the standard deviation start from a covariance, between units or within them, so that the same code serves
both levels and any number of replicates::

    standard deviation   w_j ~ s_j
    CRITIC               w_j ~ s_j sum_k (1 - r_jk)
    entropy              w_j ~ 1 - e_j      e_j = -sum_u p_uj ln p_uj / ln n      p_uj = x_uj / sum_u x_uj

A constant item has weight zero; where all are constant, all weigh the same. Source: Diakoulaki, Mavrotas and
Papayannakis (1995), Computers & Operations Research 22(7), 763-770 (CRITIC).
Method page: docs/methods/entropy-critic-weights.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import correlate, estimate_between_covariance, find_spread
from bpo_index.scoring.methods.covariance_weights import LEVEL, find_covariance, share_out
from bpo_index.scoring.methods.record import Items, Weighting


def scale_to_unit_range(values: Floats) -> Floats:
    """Return ... x units x items with every item between 0 and 1 over the units that have all items.

    A constant item is 0; a unit with a NaN keeps it.
    """
    complete = ~np.isnan(values).any(axis=-1, keepdims=True)
    low = np.where(complete, values, np.inf).min(axis=-2, keepdims=True)
    high = np.where(complete, values, -np.inf).max(axis=-2, keepdims=True)
    width = np.where(high > low, high - low, 1.0)
    return (values - np.where(np.isinf(low), 0.0, low)) / width


def weigh_by_standard_deviation(covariance: Floats) -> Floats:
    """Return weights in proportion to the standard deviations.

    Parameters
    ----------
    covariance
        ... x items x items.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is.

    Examples
    --------
    >>> weigh_by_standard_deviation(np.diag([1.0, 9.0]))
    array([0.25, 0.75])
    """
    return share_out(find_spread(covariance), covariance)


def weigh_by_critic(covariance: Floats) -> Floats:
    """Return CRITIC weights: spread times lack of correlation with the others; constant items do not count there.

    Parameters
    ----------
    covariance
        ... x items x items. For the source's CRITIC between units that of `scale_to_unit_range`.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is.

    Examples
    --------
    >>> weigh_by_critic(np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])).round(3)
    array([0.3, 0.3, 0.4])
    """
    spread = find_spread(covariance)
    conflict = np.where(spread[..., np.newaxis, :] > 0, 1.0 - correlate(covariance), 0.0)
    return share_out(spread * conflict.sum(axis=-1), covariance)


def weigh_by_entropy(values: Floats) -> Floats:
    """Return entropy weights: what is spread less evenly over the units weighs more.

    Parameters
    ----------
    values
        ... x units x items, from 0; a unit with a NaN takes no part.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN with fewer than two units. An item that is zero for all units is constant.

    Raises
    ------
    ValueError
        When a value is negative.

    Examples
    --------
    >>> weigh_by_entropy(np.array([[1.0, 1.0, 0.0], [1.0, 3.0, 2.0]])).round(4)
    array([0.    , 0.1588, 0.8412])
    """
    there = ~np.isnan(values).any(axis=-1, keepdims=True)
    filled = np.where(there, values, 0.0)
    if (filled < 0).any():
        msg = "entropy needs values from 0 on: take a normalisation that gives them, such as scale"
        raise ValueError(msg)
    n = there.sum(axis=-2)
    totals = filled.sum(axis=-2, keepdims=True)
    p = np.divide(filled, totals, out=np.zeros_like(filled), where=totals > 0)
    information = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-2)
    diversity = 1.0 - np.divide(information, np.log(np.maximum(n, 2)))
    diversity = np.where(totals[..., 0, :] > 0, np.where(diversity < 1e-12, 0.0, diversity), 0.0)
    total = diversity.sum(axis=-1, keepdims=True)
    even = np.full_like(diversity, 1 / diversity.shape[-1])
    weights = np.where(total > 0, diversity / np.where(total > 0, total, 1.0), even)
    return np.where(n > 1, weights, np.nan)


def _take_standard_deviation(items: Items, weighting_level: str) -> Floats:
    del weighting_level
    return weigh_by_standard_deviation(find_covariance(items, "standard_deviation"))


def _take_critic(items: Items, weighting_level: str) -> Floats:
    del weighting_level
    covariance = items.covariance
    if covariance is None:
        covariance = estimate_between_covariance(scale_to_unit_range(items.require_values("critic")))
    return weigh_by_critic(covariance)


def _take_entropy(items: Items) -> Floats:
    return weigh_by_entropy(items.require_values("entropy"))


RECORDS = (
    Weighting(
        name="standard_deviation",
        line="what spreads more weighs more",
        page="entropy-critic-weights",
        options=(LEVEL,),
        order=8,
        weigh=_take_standard_deviation,
        has_level=True,
    ),
    Weighting(
        name="critic",
        line="what spreads more, and correlates less with the others, weighs more",
        page="entropy-critic-weights",
        source="diakoulaki1995",
        options=(LEVEL,),
        order=7,
        weigh=_take_critic,
        has_level=True,
    ),
    Weighting(
        name="entropy",
        line="what differs more between {units} weighs more, by entropy",
        page="entropy-critic-weights",
        order=6,
        weigh=_take_entropy,
        needs_zero=True,
    ),
)
