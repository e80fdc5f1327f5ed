"""Aggregation: values and weights into one value, on arrays with any number of leading axes.

`arithmetic`: the weighted arithmetic mean, ``sum w x / sum w`` over the values that are there.
OECD/JRC Handbook on Constructing Composite Indicators (2008), step "Weighting and aggregation" (additive).
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.estimate import Floats


def aggregate_arithmetic(values: Floats, weights: Floats, needed: int | None = None) -> Floats:
    """Return the weighted arithmetic mean over the last axis.

    Parameters
    ----------
    values
        ... x items; NaN where there is none.
    weights
        Items; at least one above zero. An item of weight zero takes no part.
    needed
        How many values (of items with a weight) must be there; None: all of them. Weights are shared out among
        those that are there.

    Returns
    -------
    ndarray
        The leading axes; NaN where fewer than `needed` values are there.

    Examples
    --------
    >>> aggregate_arithmetic(np.array([[80.0, 90.0], [70.0, np.nan]]), np.array([1.0, 3.0]))
    array([87.5,  nan])
    >>> aggregate_arithmetic(np.array([70.0, np.nan]), np.array([1.0, 3.0]), needed=1)
    array(70.)
    """
    counted = weights > 0
    values, weights = values[..., counted], weights[counted]
    there = ~np.isnan(values)
    if there.all():
        return np.asarray(values @ (weights / weights.sum()))
    wanted = len(weights) if needed is None else min(needed, len(weights))
    sums = np.where(there, values, 0.0) @ weights
    totals = there @ weights
    enough = (there.sum(axis=-1) >= wanted) & (totals > 0)
    return np.where(enough, sums / np.where(totals > 0, totals, 1.0), np.nan)
