"""Weights of respondents: fitted to shares of the population (post-stratification, raking), and trimmed.

Raking (iterative proportional fitting) multiplies the weights of each level h of one variable after another::

    w_i <- w_i  N_h / sum_{j in h} w_j          N_h: the level's share of the population x the sum of all weights

until every margin holds. With one variable a single round does: post-stratification. Sources: Deming and Stephan
(1940), Annals of Mathematical Statistics 11(4), 427-444; Holt and Smith (1979), JRSS A 142(1), 33-46; Potter (1990)
for trimming; Kish (1965), Survey Sampling, section 11.7, for ``deff = n sum w^2 / (sum w)^2``.
Method page: docs/methods/respondent-weights.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from bpo_index.fields import MOST, Finite
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Option, RespondentWeights

_TRIMMINGS = 1_000
#: Weights that move by less in a turn of raking and trimming, as a share of the largest, do not move.
_STILL = 1e-6
#: A share that is missed by less counts as met: it is not seen in per cent with one decimal.
_MISSED = 5e-4


@dataclass(frozen=True)
class Margin:
    """The population's shares of one background variable, and where the respondents of a unit stand."""

    variable: str
    levels: tuple[str, ...]
    shares: Floats
    """Levels: from 0, sum one."""
    level_of: Ints
    """Respondents: the number of each one's level."""


@dataclass(frozen=True)
class RakedWeights:
    """Weights fitted to margins."""

    weights: Floats
    """... x respondents; the sum is that of the weights before."""
    converged: np.ndarray
    """...: true where every share is within the tolerance."""
    largest_gap: Floats
    """...: the largest difference between a share that is reached and the one wanted."""


def rake(weights: Floats, margins: Sequence[Margin], *, tolerance: float = 1e-9, iterations: int = 500) -> RakedWeights:
    """Fit weights to the margins of one or more variables.

    Parameters
    ----------
    weights
        ... x respondents, from 0.
    margins
        One for each variable.
    tolerance
        The largest gap at which the weights count as fitted.
    iterations
        The largest number of rounds over all variables.

    Returns
    -------
    RakedWeights
        Where a level has no weight (nobody of it was drawn in a replicate), the shares of the levels that are there are
        divided by their sum. In the answers themselves such a level is an error: `find_margin_problems`. Weights that
        are all zero stay so.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.5, 0.5]), np.array([0, 0, 0, 1]))
    >>> raked = rake(np.ones(4), [size])
    >>> raked.weights.round(3), bool(raked.converged)
    (array([0.667, 0.667, 0.667, 2.   ]), True)
    """
    total = weights.sum(axis=-1, keepdims=True)
    members = [_mark_members(margin) for margin in margins]
    wanted = [_find_wanted(weights, margin, member) for margin, member in zip(margins, members, strict=True)]
    fitted = weights.astype(float)
    gap = _find_gap(fitted, total, members, wanted)
    for _ in range(iterations):
        active = gap > tolerance
        if not active.any():
            break
        moved = fitted
        for member, shares in zip(members, wanted, strict=True):
            reached = moved @ member
            factors = np.divide(shares * total, reached, out=np.zeros_like(reached), where=reached > 0)
            moved = moved * (factors @ member.T)
        # NOTE: what is fitted rests, so that a replicate's weights do not depend on the others.
        fitted = np.where(active[..., np.newaxis], moved, fitted)
        gap = _find_gap(fitted, total, members, wanted)
    return RakedWeights(fitted, gap <= tolerance, gap)


def post_stratify(weights: Floats, margin: Margin) -> Floats:
    """Return the weights fitted to the margin of one variable.

    Parameters
    ----------
    weights
        ... x respondents, from 0.
    margin
        The strata and their shares; for a stratum without weight as in `rake`.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.25, 0.75]), np.array([0, 0, 1, 1]))
    >>> post_stratify(np.ones(4), size)
    array([0.5, 0.5, 1.5, 1.5])
    """
    member = _mark_members(margin)
    reached = weights @ member
    wanted = _find_wanted(weights, margin, member) * weights.sum(axis=-1, keepdims=True)
    factors = np.divide(wanted, reached, out=np.zeros_like(reached), where=reached > 0)
    return np.asarray(weights * (factors @ member.T))


def trim_weights(weights: Floats, ratio: float) -> Floats:
    """Return the weights with none above a multiple of their mean, the excess shared among the others.

    Parameters
    ----------
    weights
        ... x respondents, from 0; those of weight zero take no part.
    ratio
        The multiple, at least 1; at 1 all weigh the same.

    Returns
    -------
    ndarray
        Same shape and sums. The excess goes to the others in proportion to their weights, again and again until none is
        above.

    Raises
    ------
    ValueError
        When the ratio is below 1.

    Examples
    --------
    >>> trim_weights(np.array([1.0, 1.0, 1.0, 5.0]), 1.5)
    array([1.66666667, 1.66666667, 1.66666667, 3.        ])
    """
    if not ratio >= 1:
        msg = f"the ratio must be at least 1; found {ratio}"
        raise ValueError(msg)
    positive = weights > 0
    total = weights.sum(axis=-1, keepdims=True)
    cap = ratio * total / np.maximum(positive.sum(axis=-1, keepdims=True), 1)
    trimmed = weights.astype(float)
    for _ in range(_TRIMMINGS):
        above = trimmed > cap * (1 + 1e-12)
        if not above.any():
            break
        at_cap = trimmed >= cap * (1 - 1e-12)
        rest = np.where(at_cap, 0.0, trimmed)
        room = rest.sum(axis=-1, keepdims=True)
        left = total - np.where(at_cap & positive, cap, 0.0).sum(axis=-1, keepdims=True)
        factor = np.divide(left, room, out=np.ones_like(room), where=room > 0)
        moved = np.where(at_cap & positive, cap, rest * factor)
        trimmed = np.where(above.any(axis=-1, keepdims=True), moved, trimmed)
    return trimmed


@dataclass(frozen=True)
class MissedMargin:
    """A share of a margin that trimmed weights do not reach."""

    variable: str
    level: str
    asked: float
    """The population's share."""
    achieved: float
    """The share of the weights."""


def fit_weights(
    weights: Floats, margins: Sequence[Margin], trim: float | None, *, tolerance: float = 1e-6, iterations: int = 500
) -> Floats:
    """Return weights fitted to the margins and trimmed, in turn until both hold.

    Parameters
    ----------
    weights
        ... x respondents, from 0.
    margins
        As for `rake`; none: weights are trimmed only.
    trim
        No weight above so many times the mean, at least 1; None: weights are fitted only.
    tolerance
        The largest gap at which the margins count as met by trimmed weights.
    iterations
        The largest number of turns; they end before where the weights no longer move.

    Returns
    -------
    ndarray
        Same shape and sums. Where both cannot hold, no weight is above the bound, and `find_missed_margins` says which
        shares are not reached.

    Examples
    --------
    Half of the population is large, as one of five respondents is: with weights of at most twice the mean 40 % can be.

    >>> size = Margin("size", ("small", "large"), np.array([0.5, 0.5]), np.array([0, 0, 0, 0, 1]))
    >>> fitted = fit_weights(np.ones(5), [size], 2.0)
    >>> fitted, find_missed_margins(fitted, [size])[1].achieved
    (array([0.75, 0.75, 0.75, 0.75, 2.  ]), 0.4)
    """
    fitted = rake(weights, margins).weights if margins else weights
    if trim is None:
        return fitted
    fitted = trim_weights(fitted, trim)
    if not margins:
        return fitted
    if weights.ndim == 1:
        return np.asarray(
            fit_weights(weights[np.newaxis], margins, trim, tolerance=tolerance, iterations=iterations)[0]
        )
    members = [_mark_members(margin) for margin in margins]
    wanted = [_find_wanted(weights, margin, member) for margin, member in zip(margins, members, strict=True)]
    total = weights.sum(axis=-1, keepdims=True)
    moves = np.flatnonzero(_find_gap(fitted, total, members, wanted) > tolerance)
    # NOTE: what is fitted rests, so that a replicate's weights do not depend on the others.
    for _ in range(iterations):
        if not len(moves):
            break
        before = turned = fitted[moves]
        for member, shares in zip(members, wanted, strict=True):
            reached = turned @ member
            factors = np.divide(shares[moves] * total[moves], reached, out=np.zeros_like(reached), where=reached > 0)
            turned = turned * (factors @ member.T)
        turned = trim_weights(turned, trim)
        fitted[moves] = turned
        still = np.abs(turned - before).max(axis=-1) <= _STILL * turned.max(axis=-1)
        gap = _find_gap(turned, total[moves], members, [shares[moves] for shares in wanted])
        moves = moves[~still & (gap > tolerance)]
    return np.asarray(fitted)


def find_missed_margins(weights: Floats, margins: Sequence[Margin]) -> list[MissedMargin]:
    """Return the shares that weights of one unit miss by a twentieth of a percentage point or more."""
    total = weights.sum()
    missed = []
    for margin in margins:
        reached = np.bincount(margin.level_of, weights=weights, minlength=len(margin.levels)) / total
        missed += [
            MissedMargin(margin.variable, level, float(asked), float(achieved))
            for level, asked, achieved in zip(margin.levels, margin.shares, reached, strict=True)
            if abs(achieved - asked) >= _MISSED
        ]
    return missed


def measure_effective_n(weights: Floats) -> Floats:
    """Return Kish's effective number of respondents, (sum w)^2 / sum w^2; 0 where all weights are zero.

    Examples
    --------
    >>> measure_effective_n(np.array([1.0, 1.0, 2.0])).round(4)
    np.float64(2.6667)
    """
    squares = (weights**2).sum(axis=-1)
    return np.asarray(weights.sum(axis=-1) ** 2 / np.where(squares > 0, squares, 1.0))[()]


def measure_design_effect(weights: Floats) -> Floats:
    """Return Kish's design effect of unequal weights, n sum w^2 / (sum w)^2 over the n with a weight; NaN for none.

    Examples
    --------
    >>> measure_design_effect(np.array([1.0, 1.0, 2.0]))
    np.float64(1.125)
    """
    n, effective = (weights > 0).sum(axis=-1), measure_effective_n(weights)
    return np.asarray(np.where(n > 0, n / np.where(n > 0, effective, 1.0), np.nan))[()]


def find_margin_problems(margin: Margin) -> list[str]:
    """Return what keeps respondents from being weighed to a margin, a sentence each.

    Examples
    --------
    >>> size = Margin("size", ("small", "large"), np.array([0.25, 0.75]), np.array([0, 0]))
    >>> find_margin_problems(size)
    ["size: 'large' has a share of 0.75 and no respondents"]
    """
    counts = np.bincount(margin.level_of, minlength=len(margin.levels))
    problems = []
    for level, share, count in zip(margin.levels, margin.shares, counts, strict=True):
        if share > 0 and not count:
            problems.append(f"{margin.variable}: {level!r} has a share of {share:.4g} and no respondents")
        if share == 0 and count:
            problems.append(f"{margin.variable}: {level!r} has {count} respondents and a share of zero")
    return problems


def _mark_members(margin: Margin) -> Floats:
    """Return respondents x levels: 1 at each one's level."""
    member = np.zeros((len(margin.level_of), len(margin.levels)))
    member[np.arange(len(margin.level_of)), margin.level_of] = 1.0
    return member


def _find_wanted(weights: Floats, margin: Margin, member: Floats) -> Floats:
    """Return ... x levels: the shares to reach, divided by the sum of those of the levels that have any weight."""
    shares = np.where(weights @ member > 0, margin.shares, 0.0)
    total = shares.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))


def _find_gap(weights: Floats, total: Floats, members: Sequence[Floats], wanted: Sequence[Floats]) -> Floats:
    gap = np.zeros(weights.shape[:-1])
    for member, shares in zip(members, wanted, strict=True):
        reached = np.divide(weights @ member, total, out=np.zeros_like(shares), where=total > 0)
        gap = np.maximum(gap, np.abs(reached - np.where(total > 0, shares, 0.0)).max(axis=-1))
    return np.asarray(gap)


TRIM_WEIGHTS = Option(
    name="trim_weights",
    type=Annotated[Finite, Field(ge=1, le=MOST)] | None,
    line="No respondent weighs more than so many times the mean of the unit; null: weights are not trimmed.",
)

RECORDS = (
    RespondentWeights(
        name="design",
        line="the weights of the file; without any, all weigh the same",
        page="respondent-weights",
        order=1,
    ),
    RespondentWeights(
        name="post_stratification",
        line="margins of one variable: each stratum counts by its share of the population",
        page="respondent-weights",
        source="holt1979",
        order=2,
    ),
    RespondentWeights(
        name="raking",
        line="margins of several variables, fitted in turn until all hold",
        page="respondent-weights",
        source="deming1940",
        order=3,
    ),
    RespondentWeights(
        name="trimming",
        line="`trim_weights`: no weight above so many times the mean",
        page="respondent-weights",
        source="potter1990",
        options=(TRIM_WEIGHTS,),
        order=4,
    ),
)
