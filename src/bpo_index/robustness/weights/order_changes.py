"""Which change of the categories' weights changes the order of units, in closed form.

A weighted mean orders units as the sum ``s_i = sum_c w_c v_ic`` does, with v the category scores themselves
(arithmetic), their logarithms (geometric), or their powers. For a unit ahead of another, with d_c the difference of
their v in category c and D = sum w_c d_c > 0:

- Smallest swap: the least share m of the total weight that has to be moved from some categories to others until the two
  draw level. Weight is best taken from the categories with the largest d, first to last, and given to that with the
  smallest; moving x from c gains x (d_c - d_min). There is none where d_min > 0: the unit is ahead under all weights.
- Stability interval: with the weight of category c set to t and the others in their proportions, the difference is
  ``t d_c + (1 - t) D_c``, D_c that of the others alone; it is nil at ``t = D_c / (D_c - d_c)``.

Method page: docs/methods/weights.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.registry import get_aggregation


@dataclass(frozen=True)
class Swaps:
    """The smallest change of weights that lets the unit behind draw level with the one ahead; one entry a pair."""

    moved: Floats
    """Share of the total weight that is moved, 0 to 1; NaN: the unit is ahead under all weights."""
    gaining: Ints
    """The category that gains it; -1 where there is no such change."""
    taken: Floats
    """Pairs x categories: what each category loses, sum `moved`."""


@dataclass(frozen=True)
class StabilityIntervals:
    """Between which weights of a category, the others in their proportions, an order stands; one entry a category."""

    low: Floats
    """0 where no pair swaps."""
    high: Floats
    """1 where no pair swaps."""
    pair_at_low: Ints
    """The pair that draws level there; -1: none."""
    pair_at_high: Ints


def make_additive(categories: Floats, aggregation: str, **options: Any) -> Floats | None:
    """Return values whose weighted sums order the units as the aggregation does.

    Parameters
    ----------
    categories
        Units x categories: scores, without NaN.
    aggregation, options
        As for `aggregate`.

    Returns
    -------
    ndarray or None
        Units x categories; None where the order is no weighted sum: `median`, `copeland`, `kemeny`, and powers up to
        zero where a score is not above zero.

    Examples
    --------
    >>> make_additive(np.array([[10.0, 100.0], [1.0, 50.0]]), "geometric").round(3)
    array([[2.303, 4.605],
           [0.   , 3.912]])
    """
    record = get_aggregation(aggregation)
    if record.add is not None:
        return record.add(categories)
    exponent = record.find_power(options)
    if exponent is None or (exponent != 1 and (categories < 0).any()) or (exponent <= 0 and (categories == 0).any()):
        return None
    if exponent == 0:
        return np.asarray(np.log(categories))
    # Relative to the largest score, so that high powers stay within range.
    return np.asarray(np.sign(exponent) * (categories / categories.max()) ** exponent) if exponent != 1 else categories


def find_swaps(differences: Floats, weights: Floats) -> Swaps:
    """Return the smallest change of weights that lets the unit behind draw level, for each pair.

    Parameters
    ----------
    differences
        Pairs x categories: additive value of the unit ahead less that of the one behind; weighted sums from 0.
    weights
        Categories: from 0, sum one.

    Examples
    --------
    >>> found = find_swaps(np.array([[6.0, -2.0, 1.0], [3.0, 1.0, 2.0]]), np.array([0.5, 0.25, 0.25]))
    >>> found.moved, found.gaining, found.taken[0]
    (array([0.34375,     nan]), array([ 1, -1]), array([0.34375, 0.     , 0.     ]))
    """
    total = differences @ weights
    least = differences.min(axis=1)
    order = np.argsort(-differences, axis=1, kind="stable")
    gain = np.take_along_axis(differences, order, axis=1) - least[:, np.newaxis]
    held = weights[order]
    gained = np.cumsum(gain * held, axis=1)
    # Nothing is taken where a unit of weight gains nothing.
    before = np.concatenate([np.zeros((len(gained), 1)), gained[:, :-1]], axis=1)
    lacking = np.clip(total[:, np.newaxis] - before, 0, None)
    taken = np.minimum(held, np.divide(lacking, gain, out=np.zeros_like(gain), where=gain > 0))
    possible = least <= 0
    back = np.zeros_like(taken)
    np.put_along_axis(back, order, np.where(possible[:, np.newaxis], taken, 0.0), axis=1)
    moved = np.where(possible, back.sum(axis=1), np.nan)
    return Swaps(moved, np.where(possible, differences.argmin(axis=1), -1), back)


def find_stability_intervals(differences: Floats, weights: Floats) -> StabilityIntervals:
    """Return between which weights of each category all pairs keep their order, the others in their proportions.

    Parameters
    ----------
    differences
        Pairs x categories: additive value of the unit ahead less that of the one behind; weighted sums above 0.
    weights
        Categories: above 0, sum one; two or more.

    Examples
    --------
    >>> found = find_stability_intervals(np.array([[6.0, -2.0]]), np.array([0.5, 0.5]))
    >>> found.low, found.high, found.pair_at_low, found.pair_at_high
    (array([0.25, 0.  ]), array([1.  , 0.75]), array([ 0, -1]), array([-1,  0]))
    """
    categories = len(weights)
    low, high = np.zeros(categories), np.ones(categories)
    at_low, at_high = np.full((2, categories), -1)
    total = differences @ weights
    for category, weight in enumerate(weights):
        own = differences[:, category]
        others = (total - weight * own) / (1 - weight)
        slope = own - others
        root = np.divide(-others, slope, out=np.full_like(own, np.nan), where=slope != 0)
        below, above = np.where((slope > 0) & (root >= 0), root, -np.inf), np.where((slope < 0), root, np.inf)
        above = np.where(above <= 1, above, np.inf)
        if np.isfinite(below).any():
            at_low[category], low[category] = below.argmax(), below.max()
        if np.isfinite(above).any():
            at_high[category], high[category] = above.argmin(), above.min()
    return StabilityIntervals(low, high, at_low, at_high)


def list_pairs(ranks: Sequence[int] | Ints) -> Ints:
    """Return 2 x pairs: units ahead and units behind, in the order of the ranking; tied units are no pair.

    Examples
    --------
    >>> list_pairs([2, 1, 2])
    array([[1, 1],
           [0, 2]])
    """
    ranked = np.asarray(ranks)
    order = np.argsort(ranked, kind="stable")
    ahead, behind = np.triu_indices(len(order), k=1)
    pairs = np.stack([order[ahead], order[behind]])
    return pairs[:, ranked[pairs[0]] < ranked[pairs[1]]]
