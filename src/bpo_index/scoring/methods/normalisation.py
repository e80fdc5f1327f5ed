"""Normalisation by a straight line: question means onto a scale of about 100 points, any number of leading axes.

One map, ``y = offset + slope x``, clipped in some cases::

    scale                  100 (x - minimum) / (maximum - minimum)      fixed ends of the answer scale
    min_max                lo + (hi - lo) (x - min) / (max - min)       min, max over units
    distance_to_maximum    lo + (hi - lo) (1 - (max - x) / (max - min))
    distance_to_target     lo + (hi - lo) (x - min) / (target - min), at most hi
    distance_to_reference  100 (x - minimum) / (reference - minimum)
    fraction_of_maximum    lo + (hi - lo) (x - minimum) / (max - minimum)
    goalposts              lo + (hi - lo) (x - low) / (high - low), between lo and hi

A constant item, and every item of a single unit, becomes the middle of the range (`min_max`, `distance_to_maximum`). An
item is NaN where it has no values, its target is not above the lowest unit, or its reference or maximum is at the low
end. lo and hi are the output range. Sources: OECD/JRC Handbook on Constructing Composite Indicators (2008), part 2,
step 5; the page has one for each case. Method page: docs/methods/normalisation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bpo_index.fields import Number, UnitCode
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.constant_items import find_limit
from bpo_index.scoring.methods.record import (
    PERCENT,
    AnswerScale,
    Normalisation,
    Option,
    Options,
    Problem,
    Surroundings,
)


@dataclass(frozen=True)
class Line:
    """A straight line for each item, ``offset + slope x``, clipped."""

    offset: Floats | float = 0.0
    """... x 1 x items, or one number."""
    slope: Floats | float = 1.0
    """... x 1 x items, or one number."""
    clip: tuple[float | None, float | None] = (None, None)
    """The ends beyond which values are clipped."""

    def apply(self, values: Floats) -> Floats:
        """Return ... x units x items on the common scale; NaN stays NaN."""
        normalised = values * self.slope
        normalised += self.offset
        return normalised if self.clip == (None, None) else np.clip(normalised, *self.clip)


def orient(values: Floats, reverse: np.ndarray, minimum: float, maximum: float) -> Floats:
    """Return the values with reversed items turned round, so that more is better: ``minimum + maximum - x``.

    Examples
    --------
    >>> orient(np.array([[2.0, 2.0]]), np.array([False, True]), 0, 10)
    array([[2., 8.]])
    """
    return np.where(reverse, minimum + maximum - values, values) if np.any(reverse) else values


def normalise_scale(values: Floats, minimum: float, maximum: float, reverse: np.ndarray | bool = False) -> Floats:
    """Return ``100 (x - minimum) / (maximum - minimum)``, turned round where `reverse` is true.

    Parameters
    ----------
    values
        ... x questions, in scale points; NaN stays NaN.
    minimum, maximum
        The ends of the answer scale.
    reverse
        Per question: true where a high rating means low confidence; then ``100 - ...``.

    Returns
    -------
    ndarray
        Same shape, 0 to 100.

    Examples
    --------
    >>> normalise_scale(np.array([[0.0, 2.5], [10.0, 7.5]]), 0, 10, np.array([False, True]))
    array([[  0.,  75.],
           [100.,  25.]])
    """
    shares = 100.0 * (values - minimum) / (maximum - minimum)
    return np.where(reverse, 100.0 - shares, shares)


def _fix_ends(low: ArrayLike, high: ArrayLike, ends: tuple[float, float] = (0.0, 100.0), *, clips: bool) -> Line:
    """Return the map of `low` and `high` onto the ends, and of what lies beyond where it clips."""
    slope = (ends[1] - ends[0]) / (np.asarray(high, dtype=float) - np.asarray(low, dtype=float))
    return Line(ends[0] - slope * np.asarray(low, dtype=float), slope, ends if clips else (None, None))


def _find_ends(values: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest value of each item, ... x 1 x items; NaN where it has none."""
    return np.fmin.reduce(values, axis=-2, keepdims=True), np.fmax.reduce(values, axis=-2, keepdims=True)


def _limit_ends(one: Floats, other: Floats, scale: AnswerScale) -> Floats:
    """Return how far apart two ends of an item are at least, if they are not the same."""
    return find_limit(np.maximum(np.abs(one), np.abs(other)), scale)


def _span(lowest: Floats, highest: Floats, ends: tuple[float, float], limit: Floats) -> Line:
    """Return the map of lowest and highest onto the ends, a constant item onto their middle."""
    width = highest - lowest
    varies = width > limit
    slope = np.divide(ends[1] - ends[0], width, out=np.where(np.isnan(width), np.nan, 0.0), where=varies)
    offset = np.where(varies, ends[0], (ends[0] + ends[1]) / 2) - slope * lowest
    return Line(offset, slope)


def _anchor(
    low: Floats, width: Floats, limit: Floats, ends: tuple[float, float] = (0.0, 100.0), *, clips: bool = False
) -> Line:
    """Return the map of `low` and `low + width` onto the ends; NaN where the width is not above zero."""
    slope = np.divide(ends[1] - ends[0], width, out=np.full_like(width, np.nan), where=width > limit)
    return Line(ends[0] - slope * low, slope, (None, ends[1] if clips else None))


def _learn_scale(values: Floats, scale: AnswerScale) -> Line:
    del values
    return _fix_ends(scale.minimum, scale.maximum, clips=False)


def _learn_goalposts(
    values: Floats,
    scale: AnswerScale,
    goalposts: tuple[ArrayLike, ArrayLike] | None,
    normalisation_range: tuple[float, float],
) -> Line:
    del values, scale
    if goalposts is None:
        msg = "goalposts needs the low and the high posts"
        raise ValueError(msg)
    low, high = (np.asarray(post, dtype=float) for post in goalposts)
    if not np.all(low < high):
        msg = "every low goalpost must be below the high one"
        raise ValueError(msg)
    return _fix_ends(low, high, normalisation_range, clips=True)


def _learn_min_max(values: Floats, scale: AnswerScale, normalisation_range: tuple[float, float]) -> Line:
    lowest, highest = _find_ends(values)
    return _span(lowest, highest, normalisation_range, _limit_ends(lowest, highest, scale))


def _learn_distance_to_target(
    values: Floats, scale: AnswerScale, target: ArrayLike | None, normalisation_range: tuple[float, float]
) -> Line:
    if target is None:
        msg = "distance_to_target needs a target"
        raise ValueError(msg)
    lowest, _ = _find_ends(values)
    wanted = np.asarray(target, dtype=float)
    return _anchor(lowest, wanted - lowest, _limit_ends(lowest, wanted, scale), normalisation_range, clips=True)


def _learn_distance_to_reference(values: Floats, scale: AnswerScale, reference_unit: object) -> Line:
    del reference_unit  # the scale has its position
    if scale.reference is None:
        msg = "distance_to_reference needs the position of the unit of reference"
        raise ValueError(msg)
    low, reference = np.asarray(scale.minimum), values[..., [scale.reference], :]
    return _anchor(low, reference - low, _limit_ends(low, reference, scale))


def _learn_fraction_of_maximum(values: Floats, scale: AnswerScale, normalisation_range: tuple[float, float]) -> Line:
    _, highest = _find_ends(values)
    low = np.asarray(scale.minimum)
    return _anchor(low, highest - low, _limit_ends(low, highest, scale), normalisation_range)


def find_range(options: Options) -> tuple[float, float]:
    """Return the ends that `normalisation_range` gives."""
    low, high = options["normalisation_range"]
    return float(low), float(high)


def find_low_end(options: Options, units: int) -> float:
    """Return the value of the lowest unit."""
    del units
    return find_range(options)[0]


def _find_low_end_of_low_answers(options: Options, units: int) -> float:
    """Return the low end, or a value above zero where it is zero: no unit has to be there, whatever the answers."""
    del units
    return find_range(options)[0] or 1.0


def _find_reference_problems(options: Options, around: Surroundings) -> list[Problem]:
    reference = options["reference_unit"]
    if reference is None or not around.units or str(reference) in around.units:
        return []
    return [("reference_unit", f"{reference!r} is not the code of a unit")]


RANGE = Option(
    name="normalisation_range",
    type=tuple[Number, Number],
    default=(0.0, 100.0),
    line="The ends of normalised values: what `min_max` and `distance_to_maximum` make of the lowest and the highest "
    "unit, `borda` of one beaten by all and one beating all, `goalposts` of the posts, `distance_to_target` of the "
    "lowest unit and the target, `fraction_of_maximum` of the low end of the scale and the highest unit.",
    is_range=True,
)
GOALPOSTS = Option(
    name="goalposts",
    type=tuple[Number, Number] | None,
    line="The scale points that `goalposts` makes 0 and 100, or the ends of `normalisation_range`.",
    needed="[2, 9]",
    is_range=True,
)
TARGET = Option(
    name="target",
    type=Number | None,
    line="The scale point that `distance_to_target` makes 100, or the high end of `normalisation_range`.",
    needed="9",
)
REFERENCE_UNIT = Option(
    name="reference_unit",
    type=UnitCode | None,
    line="The unit that `distance_to_reference` makes 100.",
    needed="the code of a unit",
)


RECORDS = (
    Normalisation(
        name="scale",
        line="the ends of the answer scale become 0 and 100; no other {unit} matters",
        formula="y(u,q) = 100 (x(u,q) − lowest point) / (highest point − lowest point)",
        page="normalisation",
        order=1,
        learn=_learn_scale,
        bounds=PERCENT,
        lowest=1.0,
        is_smooth=True,
        compares_units=False,
        is_share_of_scale=True,
    ),
    Normalisation(
        name="min_max",
        line="the lowest and the highest {unit} become the ends of a range",
        formula="y(u,q) = lo + (hi − lo) (x(u,q) − min) / (max − min), over {units}",
        page="normalisation",
        source="oecd2008",
        options=(RANGE,),
        order=2,
        learn=_learn_min_max,
        bounds=find_range,
        lowest=find_low_end,
        needs_scale=False,
        is_smooth=True,
        explorer="lowest and highest unit become the ends (min-max)",
    ),
    Normalisation(
        name="distance_to_maximum",
        line="the gap to the best {unit}, as a share of the {units}' range",
        formula="y(u,q) = lo + (hi − lo) (1 − (max − x(u,q)) / (max − min))",
        page="normalisation",
        options=(RANGE,),
        order=8,
        learn=_learn_min_max,
        bounds=find_range,
        lowest=find_low_end,
        needs_scale=False,
        is_smooth=True,
    ),
    Normalisation(
        name="distance_to_target",
        line="the way from the lowest {unit} to a target, capped",
        formula="y(u,q) = lo + (hi − lo) (x(u,q) − min) / (target − min), at most hi",
        page="normalisation",
        options=(TARGET, RANGE),
        order=9,
        learn=_learn_distance_to_target,
        bounds=find_range,
        lowest=find_low_end,
        clipped="beyond the target {target:g}, taken as the target",
        clips=(False, True),
        is_smooth=True,
    ),
    Normalisation(
        name="distance_to_reference",
        line="the ratio to one {unit} of reference",
        formula="y(u,q) = 100 (x(u,q) − lowest point) / (reference − lowest point)",
        page="normalisation",
        options=(REFERENCE_UNIT,),
        order=10,
        learn=_learn_distance_to_reference,
        lowest=1.0,
        is_smooth=True,
        find_problems=_find_reference_problems,
    ),
    Normalisation(
        name="fraction_of_maximum",
        line="the ratio to the best {unit}",
        formula="y(u,q) = lo + (hi − lo) (x(u,q) − lowest point) / (max − lowest point)",
        page="normalisation",
        options=(RANGE,),
        order=11,
        learn=_learn_fraction_of_maximum,
        bounds=find_range,
        lowest=_find_low_end_of_low_answers,
        is_smooth=True,
    ),
    Normalisation(
        name="goalposts",
        line="fixed low and high posts become the ends of a range, clipped",
        formula="y(u,q) = lo + (hi − lo) (x(u,q) − low post) / (high post − low post), between lo and hi",
        page="normalisation",
        options=(GOALPOSTS, RANGE),
        order=12,
        learn=_learn_goalposts,
        bounds=find_range,
        lowest=_find_low_end_of_low_answers,
        clipped="outside the goalposts [{goalposts[0]:g}, {goalposts[1]:g}], taken as their end",
        clips=(True, True),
        is_smooth=True,
        compares_units=False,
    ),
)
