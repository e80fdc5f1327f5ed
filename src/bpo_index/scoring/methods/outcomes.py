"""Code ratings for scoring: the rating itself, or whether it lies in the top (or bottom) points of the scale.

With b boxes on a scale from m to M, a rating is favourable from M - b + 1 on and unfavourable up to m + b - 1 (the
other way round where the question is reversed)::

    top_two_box   1 favourable, 0 else                      mean: the share
    net_balance   1 favourable, -1 unfavourable, 0 else     mean: share favourable - share unfavourable

The base of shares is who rated the question; with `dont_know_in_base` who answered it, don't-know included, as 0
(`scoring.dont_know`).

Coded answers run through the same means, weights and errors as ratings. Method page: docs/methods/outcomes.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.fields import Count
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Bounds, Option, Options, Outcome, Problem, Surroundings

BOXES = Option(
    name="outcome_boxes",
    type=Count,
    default=2,
    line="Scale points at an end that `top_two_box` and `net_balance` count.",
)
DONT_KNOW_IN_BASE = Option(
    name="dont_know_in_base",
    type=bool,
    default=False,
    line="Whether `net_balance` is over all who answered, don't-know included, as the EU's surveys publish it.",
)


def count_top_boxes(
    confident: Floats, minimum: Floats | float, maximum: Floats | float, outcome_boxes: int = 2
) -> Floats:
    """Return 1 for a rating among the top points of the scale, else 0.

    Parameters
    ----------
    confident
        ... x questions, in scale points, more is better; NaN where there is none, which stays.
    minimum, maximum
        The ends of the scale, or of that of each question.
    outcome_boxes
        Scale points at an end that count, from 1.

    Raises
    ------
    ValueError
        When the points at both ends overlap.

    Examples
    --------
    >>> count_top_boxes(np.array([10.0, 9.0, 8.0, np.nan]), 0, 10)
    array([ 1.,  1.,  0., nan])
    """
    _check_boxes(outcome_boxes, minimum, maximum)
    return np.where(np.isnan(confident), np.nan, (confident >= maximum - outcome_boxes + 1).astype(float))


def balance_boxes(
    confident: Floats, minimum: Floats | float, maximum: Floats | float, outcome_boxes: int = 2
) -> Floats:
    """Return 1 for a rating among the top points, -1 for one among the bottom points, else 0; as `count_top_boxes`.

    Examples
    --------
    >>> balance_boxes(np.array([10.0, 5.0, 1.0, np.nan]), 0, 10)
    array([ 1.,  0., -1., nan])
    """
    _check_boxes(outcome_boxes, minimum, maximum)
    favourable = (confident >= maximum - outcome_boxes + 1).astype(float)
    unfavourable = (confident <= minimum + outcome_boxes - 1).astype(float)
    return np.where(np.isnan(confident), np.nan, favourable - unfavourable)


def _code_balance(
    confident: Floats,
    minimum: Floats | float,
    maximum: Floats | float,
    *,
    outcome_boxes: int = 2,
    dont_know_in_base: bool = False,
) -> Floats:
    del dont_know_in_base  # they are answers in the middle of the scale by now
    return balance_boxes(confident, minimum, maximum, outcome_boxes)


def overlap_boxes(boxes: object, scale: Bounds) -> bool:
    """Return whether this many points at each end of a scale overlap.

    Examples
    --------
    >>> overlap_boxes(2, (1, 3)), overlap_boxes(2, (1, 5))
    (True, False)
    """
    is_number = isinstance(boxes, int | float) and not isinstance(boxes, bool)
    return is_number and 2 * boxes > scale[1] - scale[0] + 1  # type: ignore[operator]


def _check_boxes(boxes: int, minimum: Floats | float, maximum: Floats | float) -> None:
    lows, highs = (ends.ravel() for ends in np.broadcast_arrays(minimum, maximum))
    narrowest = int(np.argmin(highs - lows))
    low, high = float(lows[narrowest]), float(highs[narrowest])
    if boxes < 1 or overlap_boxes(boxes, (low, high)):
        msg = f"boxes must be from 1, and {boxes} at each end of {low:g} to {high:g} must not overlap"
        raise ValueError(msg)


def _find_overlap(options: Options, around: Surroundings) -> list[Problem]:
    boxes, scale = options["outcome_boxes"], around.scale
    if scale is None or not overlap_boxes(boxes, scale):
        return []
    return [("outcome_boxes", f"{boxes} points at each end of {scale[0]:g} to {scale[1]:g} overlap")]


RECORDS = (
    Outcome(
        name="mean",
        line="the mean rating",
        formula="r(i,q): the rating",
        page="outcomes",
        order=1,
        code=None,
        counts_points=False,
        is_percentage=True,
    ),
    Outcome(
        name="top_two_box",
        line="the share of ratings among the top points of the scale",
        formula="r(i,q): 1 where the rating is among the top points of the scale, else 0",
        page="outcomes",
        options=(BOXES,),
        find_problems=_find_overlap,
        order=2,
        code=count_top_boxes,
        ends=(0.0, 1.0),
        is_percentage=True,
        # A share of zero leaves most of the scale open for every answer.
        low_end_tells=False,
    ),
    Outcome(
        name="net_balance",
        line="the share in the top points less that in the bottom points",
        formula="r(i,q): 1 among the top points, −1 among the bottom points, else 0",
        page="outcomes",
        source="ec2021",
        options=(BOXES, DONT_KNOW_IN_BASE),
        find_problems=_find_overlap,
        order=3,
        code=_code_balance,
        ends=(-1.0, 1.0),
    ),
)
