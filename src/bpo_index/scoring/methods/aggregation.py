"""Aggregate values with weights into one value per unit, on arrays with any number of leading axes.

One family of weighted means, with weights that sum to one, and the weighted median::

    generalised mean   (sum w x^p)^(1/p)        p = 1 arithmetic, p -> 0 geometric exp(sum w ln x), p = -1 harmonic

Sources: OECD/JRC Handbook on
Constructing Composite Indicators (2008), part 2, step 6; Hardy, Littlewood and Polya (1934), Inequalities, chapter 2.
Method page: docs/methods/aggregation.md.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from bpo_index.fields import Finite
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Aggregation, Option, Options

#: Powers nearer to zero than this are the geometric mean: the formula loses its digits there.
GEOMETRIC = 1e-6
_MOST_POWER = 100


def aggregate_mean(values: Floats, weights: Floats, power: float, needed: int | None = None) -> Floats:
    """Return the weighted generalised mean over the last axis.

    Parameters
    ----------
    values
        ... x items; NaN where there is none.
    weights
        Items, or an array that broadcasts against the values; negative weights for the arithmetic mean only.
    power
        1 arithmetic, 0 geometric, -1 harmonic; any finite number.
    needed
        How many values (of items with a weight) must be there; None: all of them. Weights are shared out among those
        that are there.

    Returns
    -------
    ndarray
        The leading axes. Where a value of an item with a weight is zero the mean is zero for powers up to zero, its
        limit; where one is negative it is NaN for every power but one.

    Examples
    --------
    >>> aggregate_mean(np.array([[80.0, 90.0], [70.0, np.nan]]), np.array([1.0, 3.0]), 1)
    array([87.5,  nan])
    >>> aggregate_mean(np.array([70.0, np.nan]), np.array([1.0, 3.0]), 1, needed=1)
    array(70.)
    >>> aggregate_mean(np.array([[4.0, 9.0], [0.0, 9.0]]), np.array([1.0, 1.0]), 0)
    array([6., 0.])
    """
    if weights.ndim == 1:
        counted = weights != 0
        if not counted.all():
            values, weights = values[..., counted], weights[counted]
    if values.ndim <= 2 or power not in (1, 0, -1):
        return _aggregate_mean_gaps(values, weights, power, needed)
    # The plain formula for all; where it gives NaN, something is missing, zero or negative and is looked at.
    mean = _aggregate_mean_plain(values, weights, power)
    gaps = np.isnan(mean)
    if gaps.any():
        mean[gaps] = _aggregate_mean_gaps(values[gaps], np.broadcast_to(weights, values.shape)[gaps], power, needed)
    return mean


def _aggregate_mean_plain(values: Floats, weights: Floats, power: float) -> Floats:
    """Return the mean by its formula; NaN where a value is missing or negative, or a weight zero beside a zero."""
    mean = np.zeros_like(values[..., 0])
    with np.errstate(all="ignore"):
        for item in range(values.shape[-1]):
            # Weights that differ between leading indexes have one axis, of length 1, for the units.
            value, weight = values[..., item], weights[..., item]
            match power:
                case 1:
                    mean += weight * value
                case 0:
                    mean += weight * np.log(value)
                case _:
                    mean += weight / np.where(value < 0, np.nan, value)
        total = weights.sum(axis=-1)
        # Negative weights can cancel: what is left over is then rounding noise, and no weights.
        total = np.where(np.abs(total) > 1e-9 * np.abs(weights).sum(axis=-1), total, np.nan)
        match power:
            case 1:
                mean /= total
            case 0:
                mean /= total
                np.exp(mean, out=mean)
            case _:
                np.divide(total, mean, out=mean)
    return mean


def _aggregate_mean_gaps(values: Floats, weights: Floats, power: float, needed: int | None) -> Floats:
    shares = _share_weights(values, weights, needed)
    there = shares != 0
    filled = np.where(there, values, 1.0)
    if power == 1:
        return np.asarray((shares * np.where(there, values, 0.0)).sum(axis=-1))
    negative = (there & (values < 0)).any(axis=-1)
    above = there & (filled > 0)
    logs = np.log(np.where(above, filled, 1.0))
    if abs(power) < GEOMETRIC:
        mean = np.exp((shares * logs).sum(axis=-1))
    else:
        # Relative to the value that rules at high powers, so that they neither overflow nor vanish.
        top = (logs if power > 0 else -logs).max(axis=-1, where=above, initial=-np.inf, keepdims=True)
        top = np.where(above.any(axis=-1, keepdims=True), top if power > 0 else -top, 0.0)
        with np.errstate(over="ignore"):
            terms = np.where(above, np.exp(np.where(above, power * (logs - top), 0.0)), 0.0)
        sums = (shares * terms).sum(axis=-1)
        # NOTE: beside a zero a small negative power has no number; the mean is zero then, below.
        with np.errstate(over="ignore"):
            mean = np.exp(np.log(np.where(sums > 0, sums, 1.0)) / power + top[..., 0])
        mean = np.where(sums > 0, mean, 0.0)
    if power <= 0 or abs(power) < GEOMETRIC:
        mean = np.where((there & (values == 0)).any(axis=-1), 0.0, mean)
    return np.where(negative | np.isnan(shares).any(axis=-1), np.nan, mean)


def aggregate_median(values: Floats, weights: Floats, needed: int | None = None) -> Floats:
    """Return the weighted median over the last axis: half of the weight lies on either side.

    Parameters
    ----------
    values
        ... x items; NaN where there is none.
    weights
        Items, or an array that broadcasts against the values; from 0.
    needed
        As for `aggregate_mean`.

    Returns
    -------
    ndarray
        The leading axes. Where exactly half of the weight lies up to a value, the mean of it and the next: with equal
        weights the ordinary median.

    Examples
    --------
    >>> aggregate_median(np.array([[1.0, 2.0, 9.0], [1.0, 2.0, np.nan]]), np.array([1.0, 1.0, 1.0]), needed=2)
    array([2. , 1.5])
    """
    shares = _share_weights(values, weights, needed)
    there = shares > 0
    order = np.argsort(np.where(there, values, np.inf), axis=-1, kind="stable")
    ordered = np.take_along_axis(np.where(there, values, np.inf), order, axis=-1)
    heaped = np.cumsum(np.take_along_axis(np.nan_to_num(shares), order, axis=-1), axis=-1)
    # Sums of weights are right to 1e-12, so that one half is recognised.
    lower = np.argmax(heaped >= 0.5 - 1e-12, axis=-1, keepdims=True)
    upper = np.argmax(heaped > 0.5 + 1e-12, axis=-1, keepdims=True)
    low, high = (np.take_along_axis(ordered, place, axis=-1)[..., 0] for place in (lower, upper))
    broken = np.isnan(shares).any(axis=-1)
    return np.where(broken, np.nan, (np.where(broken, 0.0, low) + np.where(broken, 0.0, high)) / 2)


def _share_weights(values: Floats, weights: Floats, needed: int | None) -> Floats:
    """Return the weights of the values that are there, sum one, in the shape of the values; NaN where too few are."""
    counted = np.broadcast_to(weights != 0, values.shape)
    there = counted & ~np.isnan(values)
    wanted = counted.sum(axis=-1) if needed is None else np.minimum(needed, counted.sum(axis=-1))
    given = np.where(there, weights, 0.0)
    total = given.sum(axis=-1, keepdims=True)
    # Negative weights can cancel: what is left over is then rounding noise, and no weights.
    usable = np.abs(total) > 1e-9 * np.abs(given).sum(axis=-1, keepdims=True)
    enough = (there.sum(axis=-1) >= wanted)[..., np.newaxis] & usable
    return np.where(enough, given / np.where(usable, total, 1.0), np.nan)


def _spread(weights: Floats) -> Floats:
    """Return weights that broadcast against values: those that differ between leading indexes get an axis for units."""
    return weights if weights.ndim == 1 else weights[..., np.newaxis, :]


def _take_arithmetic(values: Floats, weights: Floats, needed: int | None) -> Floats:
    return aggregate_mean(values, _spread(weights), 1.0, needed)


def _take_geometric(values: Floats, weights: Floats, needed: int | None) -> Floats:
    return aggregate_mean(values, _spread(weights), 0.0, needed)


def _take_harmonic(values: Floats, weights: Floats, needed: int | None) -> Floats:
    return aggregate_mean(values, _spread(weights), -1.0, needed)


def _take_generalised(values: Floats, weights: Floats, needed: int | None, power: float | None) -> Floats:
    if power is None or not np.isfinite(power):
        msg = f"generalised_mean needs a finite power; found {power}"
        raise ValueError(msg)
    return aggregate_mean(values, _spread(weights), power, needed)


def _take_median(values: Floats, weights: Floats, needed: int | None) -> Floats:
    return aggregate_median(values, _spread(weights), needed)


def _find_power(options: Options) -> float | None:
    power = options["power"]
    is_number = isinstance(power, int | float) and not isinstance(power, bool)
    return float(power) if is_number and abs(power) <= _MOST_POWER else None


POWER = Option(
    name="power",
    type=Annotated[Finite, Field(ge=-_MOST_POWER, le=_MOST_POWER)] | None,
    line="The power of `generalised_mean`: 1 arithmetic, 0 geometric, -1 harmonic.",
    needed="1 arithmetic, 0 geometric, -1 harmonic",
)

RECORDS = (
    Aggregation(
        name="arithmetic",
        line="weighted arithmetic mean: full compensation",
        formula="S = Σ w y",
        page="aggregation",
        source="oecd2008",
        order=1,
        aggregate=_take_arithmetic,
        bounds=None,
        is_smooth=True,
        compares_units=False,
        power=1.0,
        takes_negative_weights=True,
        explorer="arithmetic mean: full compensation",
    ),
    Aggregation(
        name="geometric",
        line="weighted geometric mean: little compensation",
        formula="S = exp(Σ w ln y)",
        page="aggregation",
        source="oecd2008",
        order=2,
        aggregate=_take_geometric,
        bounds=None,
        is_smooth=True,
        compares_units=False,
        power=0.0,
        explorer="geometric mean: little compensation",
    ),
    Aggregation(
        name="harmonic",
        line="weighted harmonic mean: even less compensation",
        formula="S = 1 / Σ (w / y)",
        page="aggregation",
        order=3,
        aggregate=_take_harmonic,
        bounds=None,
        is_smooth=True,
        compares_units=False,
        power=-1.0,
        explorer="harmonic mean: less still",
    ),
    Aggregation(
        name="generalised_mean",
        line="weighted power mean; `power` says which",
        formula="S = (Σ w y^p)^(1/p)",
        page="aggregation",
        options=(POWER,),
        order=4,
        aggregate=_take_generalised,
        bounds=None,
        is_smooth=True,
        compares_units=False,
        power=_find_power,
        explorer="generalised mean, its power {power:g}",
    ),
    Aggregation(
        name="median",
        line="weighted median",
        formula="S: the value with half of the weight on either side",
        page="aggregation",
        order=5,
        aggregate=_take_median,
        bounds=None,
        is_smooth=True,
        compares_units=False,
        explorer="weighted median",
    ),
)
