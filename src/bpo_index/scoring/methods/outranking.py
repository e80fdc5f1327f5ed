"""Aggregation by comparing units in pairs: the outranking matrix, Copeland, Borda.

With w_q the weights (sum one) and n units, on arrays ... x units x items::

    e_ab      = sum of w_q over items with a ahead of b, half of w_q over ties        (outranking matrix)
    Copeland  = 100 (units with e_ab > e_ba + half of those with e_ab = e_ba) / (n - 1)
    Borda     = 100 sum_q w_q (units beaten on q + half of those tied) / (n - 1)

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), part 2, step 6 (non-compensatory multi-criteria
approach).
Method page: docs/methods/outranking.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import PERCENT, Aggregation
from bpo_index.scoring.ranking import TIE_TOLERANCE

#: Orders whose agreement differs by less are equally good.
EQUALLY_GOOD = 1e-9


def outrank(values: Floats, weights: Floats) -> Floats:
    """Return the outranking matrix.

    Parameters
    ----------
    values
        ... x units x items; NaN where there is none. Values within 1e-7 are tied.
    weights
        ... x items, from 0.

    Returns
    -------
    ndarray
        ... x units x units: entry (a, b) is the weight of the items on which a is ahead of b, and half of that of ties,
        as a share of the weight of the items that both have; 0.5 where they have none in common, 0 on the diagonal.
        Entries (a, b) and (b, a) sum to one.

    Examples
    --------
    >>> outrank(np.array([[3.0, 1.0], [2.0, 1.0]]), np.array([0.6, 0.4]))
    array([[0. , 0.8],
           [0.2, 0. ]])
    """
    units = values.shape[-2]
    ahead = np.zeros((*np.broadcast_shapes(values.shape[:-2], weights.shape[:-1]), units, units))
    common = np.zeros_like(ahead)
    for item in range(values.shape[-1]):
        column, weight = values[..., item], weights[..., item, np.newaxis, np.newaxis]
        gap = column[..., :, np.newaxis] - column[..., np.newaxis, :]
        ahead += weight * ((gap > TIE_TOLERANCE) + 0.5 * (np.abs(gap) <= TIE_TOLERANCE))
        common += weight * ~np.isnan(gap)
    support = np.divide(ahead, common, out=np.full_like(ahead, 0.5), where=common > 0)
    support[..., np.arange(units), np.arange(units)] = 0.0
    return support


def score_copeland(values: Floats, weights: Floats, needed: int | None = None) -> Floats:
    """Return the pairwise majorities that each unit wins, ties half, as a share of the other units.

    Parameters
    ----------
    values, weights
        As for `outrank`.
    needed
        How many values (of items with a weight) a unit must have; None: all. With fewer it takes no part.

    Returns
    -------
    ndarray
        ... x units, 0 to 100; 50 for a single unit, NaN where a unit takes no part.

    Examples
    --------
    >>> score_copeland(np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 2.0]]), np.array([0.6, 0.4]))
    array([100.,  50.,   0.])
    """
    takes_part = find_participants(values, weights, needed)
    support = outrank(values, weights)
    lead = support - np.swapaxes(support, -1, -2)
    wins = (lead > EQUALLY_GOOD) + 0.5 * (np.abs(lead) <= EQUALLY_GOOD)
    return _share_of_others(wins, takes_part)


def score_borda(values: Floats, weights: Floats, needed: int | None = None) -> Floats:
    """Return the weighted share of the other units that each unit beats, item by item, ties half.

    Parameters
    ----------
    values, weights, needed
        As for `score_copeland`.

    Returns
    -------
    ndarray
        ... x units, 0 to 100; 50 for a single unit, NaN where a unit takes no part.

    Examples
    --------
    >>> score_borda(np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 2.0]]), np.array([0.6, 0.4]))
    array([70., 40., 40.])
    """
    # Summed over the others, the shares of weight on which a unit is ahead are its weighted Borda points.
    return _share_of_others(outrank(values, weights), find_participants(values, weights, needed))


def find_participants(values: Floats, weights: Floats, needed: int | None) -> np.ndarray:
    """Return ... x units: which have as many values as are needed."""
    counted = weights != 0
    wanted = counted.sum(axis=-1) if needed is None else np.minimum(needed, counted.sum(axis=-1))
    there = (~np.isnan(values) & counted[..., np.newaxis, :]).sum(axis=-1)
    return np.asarray(there >= np.maximum(wanted, 1)[..., np.newaxis])


def _share_of_others(wins: Floats, takes_part: np.ndarray) -> Floats:
    """Return the mean of a unit's row over the others that take part, times 100."""
    units = np.arange(wins.shape[-1])
    counted = takes_part[..., :, np.newaxis] & takes_part[..., np.newaxis, :]
    counted[..., units, units] = False
    others = counted.sum(axis=-1)
    points = np.where(counted, wins, 0.0).sum(axis=-1)
    share = np.where(others > 0, points / np.maximum(others, 1), 0.5)
    return np.where(takes_part, 100.0 * share, np.nan)


def _count_beaten(categories: Floats) -> Floats:
    """Return units x categories: the share of the other units that each one beats."""
    return np.stack([score_borda(column[:, np.newaxis], np.ones(1)) for column in categories.T], axis=1)


RECORDS = (
    Aggregation(
        name="copeland",
        line="pairwise majorities won",
        formula="S = 100 · pairwise majorities won, ties half / other {units}",
        page="outranking",
        order=6,
        aggregate=score_copeland,
        bounds=PERCENT,
        explorer="pairwise majorities won (Copeland)",
    ),
    Aggregation(
        name="borda",
        line="{units} beaten, weighted over the items",
        formula="S = 100 Σ w · {units} beaten, ties half / other {units}",
        page="outranking",
        order=7,
        aggregate=score_borda,
        bounds=PERCENT,
        add=_count_beaten,
        adds_alone=False,
        explorer="units beaten (Borda)",
    ),
)
