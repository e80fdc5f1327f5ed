"""Standard errors of small cells, smoothed over units: a function of score and respondents, with one factor a category.

With the errors s_i of the units, their scores y_i between the ends a and b, respondents n_i (Kish's effective number)
and K_i sampling units::

    k^2 = sum (K_i - 1) s_i^2 n_i / ((y_i - a)(b - y_i)) / sum (K_i - 1)
    smoothed_i = k sqrt((y_i - a)(b - y_i) / n_i)

A generalised variance function (Wolter 2007, Introduction to Variance Estimation, chapter 7). Method page:
docs/methods/sampling-error.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Bounds

#: Units that a factor is made of, at least: fewer would say too much of each.
FEWEST_UNITS = 5


def smooth_errors(scores: Floats, errors: Floats, *, counted: Floats, sampling_units: Ints, bounds: Bounds) -> Floats:
    """Return the smoothed standard error of every unit in one category.

    Parameters
    ----------
    scores, errors
        Units: score and standard error of its own, in score points; NaN: the unit takes no part in the factor.
    counted, sampling_units
        Units: effective respondents, and primary sampling units.
    bounds
        The ends of scores; infinite: the errors of all units are of one size for one respondent.

    Returns
    -------
    ndarray
        Units; NaN where there is no score, and everywhere with fewer than five units in the factor.

    Examples
    --------
    >>> same = {"counted": np.full(5, 4.0), "sampling_units": np.full(5, 4), "bounds": (0.0, 100.0)}
    >>> smooth_errors(np.full(5, 80.0), np.array([3.0, 5.0, 4.0, 4.0, 0.0]), **same).round(2)
    array([3.63, 3.63, 3.63, 3.63, 3.63])
    """
    low, high = bounds
    spread = np.ones(len(scores)) if np.isinf(high - low) else (scores - low) * (high - scores)
    spread = np.where(np.isnan(scores), np.nan, spread)
    usable = (spread > 0) & ~np.isnan(errors) & (sampling_units > 1) & (counted > 0)
    if usable.sum() < FEWEST_UNITS:
        return np.full(len(scores), np.nan)
    degrees = sampling_units[usable] - 1.0
    factor = (degrees * errors[usable] ** 2 * counted[usable] / spread[usable]).sum() / degrees.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        smoothed = np.sqrt(factor * spread / counted)
    return np.asarray(np.where(smoothed > 0, smoothed, np.nan))
