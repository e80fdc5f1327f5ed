"""Scores into ranks and shares of ranks, on arrays with any number of leading axes.

Standard competition rank: one plus the number of units strictly ahead. Two scores within 1e-9 of the score range are
tied. Method page: docs/methods/scores.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.estimate import Floats, Ints

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


def share_top_ranks(scores: Floats, top: int) -> Floats:
    """Return for every unit its share in the first `top` ranks, ties shared equally.

    A unit alone among the first has 1. Where t tied units begin at rank r, each has ``(top + 1 - r) / t``, held
    between 0 and 1: the chance of a place among the first if ties were broken by lot. Sums to `top` where there are
    that many units.

    Parameters
    ----------
    scores
        ... x units; NaN where a unit has no score: its share is 0.

    Examples
    --------
    >>> share_top_ranks(np.array([90.0, 80.0, 90.0, 10.0]), 1)
    array([0.5, 0. , 0.5, 0. ])
    """
    difference = scores[..., np.newaxis, :] - scores[..., :, np.newaxis]
    ahead = (difference > TIE_TOLERANCE).sum(axis=-1)
    tied = np.maximum((np.abs(difference) <= TIE_TOLERANCE).sum(axis=-1), 1)
    return np.where(np.isnan(scores), 0.0, np.clip((top - ahead) / tied, 0.0, 1.0))
