"""Scores into ranks, on arrays with any number of leading axes.

Standard competition rank: one plus the number of units strictly ahead. Two scores within 1e-9 of the score range are
tied. Method page: docs/methods/scores.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints

#: Scores run from 0 to 100; within 1e-9 of that range they are tied (rounding noise of sums is below 1e-12).
SCORE_RANGE = 100.0
TIE_TOLERANCE = 1e-9 * SCORE_RANGE
#: Scores are rounded to this many decimals before anything is compared or published.
SCORE_DECIMALS = 9


def rank_units(scores: Floats) -> Ints:
    """Return the standard competition rank of every unit, 1 for the highest score.

    Parameters
    ----------
    scores
        ... x units; NaN where a unit has no score.

    Returns
    -------
    ndarray of int
        Same shape; 0 where the score is NaN.

    Examples
    --------
    >>> rank_units(np.array([70.0, 90.0, 90.0 + 5e-8, np.nan, 60.0]))
    array([3, 1, 1, 0, 4])
    """
    ahead = (scores[..., np.newaxis, :] - scores[..., :, np.newaxis] > TIE_TOLERANCE).sum(axis=-1)
    return np.where(np.isnan(scores), 0, ahead + 1)
