"""What of a rating is scored: the rating itself, or whether it lies in the top (or bottom) points of the scale.

With b boxes on a scale from m to M, a rating is favourable from M - b + 1 on and unfavourable up to m + b - 1 (the
other way round where the question is reversed)::

    top_two_box   1 favourable, 0 else                      mean: the share
    net_balance   1 favourable, -1 unfavourable, 0 else     mean: share favourable - share unfavourable

Coded answers run through the same means, weights and errors as ratings. Method page: docs/methods/outcomes.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats

OUTCOMES = ("mean", "top_two_box", "net_balance")


def code_answers(
    ratings: Floats, outcome: str, *, reverse: np.ndarray | bool, minimum: float, maximum: float, boxes: int = 2
) -> Floats:
    """Return the ratings coded for an outcome.

    Parameters
    ----------
    ratings
        ... x questions, in scale points; NaN where there is none.
    outcome
        One of `OUTCOMES`.
    reverse
        Per question: true where a high rating means low confidence.
    minimum, maximum
        The ends of the scale.
    boxes
        Scale points at an end that count, from 1.

    Returns
    -------
    ndarray
        Same shape. `mean`: the ratings, in the direction of the questionnaire; else codes, in the direction of
        confidence. NaN stays NaN.

    Raises
    ------
    ValueError
        When there is no such outcome, or the points at both ends overlap.

    Examples
    --------
    >>> ratings = np.array([[9.0, 9.0], [5.0, 0.0], [1.0, np.nan]])
    >>> code_answers(ratings, "net_balance", reverse=np.array([False, True]), minimum=0, maximum=10)
    array([[ 1., -1.],
           [ 0.,  1.],
           [-1., nan]])
    """
    if outcome not in OUTCOMES:
        msg = f"outcome must be one of {', '.join(OUTCOMES)}; found {outcome!r}"
        raise ValueError(msg)
    if outcome == "mean":
        return ratings
    if boxes < 1 or 2 * boxes > maximum - minimum + 1:
        msg = f"boxes must be from 1, and {boxes} at each end of {minimum:g} to {maximum:g} must not overlap"
        raise ValueError(msg)
    confident = np.where(reverse, minimum + maximum - ratings, ratings)
    favourable = (confident >= maximum - boxes + 1).astype(float)
    unfavourable = (confident <= minimum + boxes - 1).astype(float)
    coded = favourable - unfavourable if outcome == "net_balance" else favourable
    return np.where(np.isnan(ratings), np.nan, coded)


def outcome_scale(outcome: str, minimum: float, maximum: float) -> tuple[float, float]:
    """Return the ends of the scale of an outcome: that of the ratings, 0 to 1, or -1 to 1.

    Examples
    --------
    >>> outcome_scale("net_balance", 0, 10)
    (-1.0, 1.0)
    """
    return {"top_two_box": (0.0, 1.0), "net_balance": (-1.0, 1.0)}.get(outcome, (minimum, maximum))
