"""Ranks over all weights that categories could have: stochastic multicriteria acceptability analysis (SMAA).

Lahdelma and Salminen (2001, Operations Research 49, 444-454). Over weights drawn evenly from a set of them: the rank
acceptability b_i^r, the share of weights under which unit i has rank r, and the central weights of a unit, the mean of
the weights that put it first. Weights come from the whole simplex, or from the part of it in which each lies between
multiples of its nominal value. Method page: docs/methods/weights.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.robustness.ranks.tallies import tally_ranks
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.ranking import TIE_TOLERANCE

#: Rounds of redrawing all pairs of weights: the draws have long forgotten where they started (docs/methods/weights.md).
_ROUNDS = 40


@dataclass(frozen=True)
class Acceptability:
    """What weights say of ranks."""

    ranks: Floats
    """Units x places: share of the weights under which the unit holds the place, ties shared equally."""
    central_weights: Floats
    """Units x categories: mean of the weights that put the unit first; NaN where none do."""


def draw_weights(rng: np.random.Generator, size: int, categories: int) -> Floats:
    """Return size x categories: weights drawn evenly from all that are not negative and sum to one."""
    drawn = rng.standard_exponential((categories, size))
    drawn /= drawn.sum(axis=0)
    return drawn.T


def draw_bounded_weights(rng: np.random.Generator, size: int, nominal: Floats, *, low: Floats, high: Floats) -> Floats:
    """Return size x categories: weights drawn evenly from those that sum to one and lie between bounds.

    Each draw starts at the nominal weights; in every round the weights are paired at random, and each pair divides its
    sum anew, evenly over what the bounds allow (a Gibbs sampler, whose stationary distribution is the even one).

    Parameters
    ----------
    rng, size
        Generator, and how many.
    nominal, low, high
        Categories: weights that sum to one, and the bounds they lie between.
    """
    categories = len(nominal)
    drawn = np.repeat(nominal[:, np.newaxis], size, axis=1)
    half = categories // 2
    for _ in range(_ROUNDS):
        order = rng.permutation(categories)
        one, other = order[:half], order[half : 2 * half]
        total = drawn[one] + drawn[other]
        least = np.maximum(low[one, np.newaxis], total - high[other, np.newaxis])
        most = np.minimum(high[one, np.newaxis], total - low[other, np.newaxis])
        drawn[one] = least + rng.random((half, size)) * np.maximum(most - least, 0.0)
        drawn[other] = total - drawn[one]
    return drawn.T


def measure_acceptability(scores: Floats, weights: Floats) -> Acceptability:
    """Return rank acceptabilities and central weights.

    Parameters
    ----------
    scores
        Units x draws: the score of each unit under each draw of weights (and of values, where these are drawn too).
    weights
        Draws x categories.

    Examples
    --------
    >>> weights = np.array([[0.1, 0.9], [0.3, 0.7], [0.5, 0.5], [0.9, 0.1]])
    >>> found = measure_acceptability(np.array([[70.0, 10.0], [20.0, 50.0]]) @ weights.T, weights)
    >>> found.ranks.tolist(), found.central_weights.round(2).tolist()
    ([[0.5, 0.5], [0.5, 0.5]], [[0.7, 0.3], [0.2, 0.8]])
    """
    units = len(scores)
    tally = tally_ranks(scores, np.arange(1, units + 1))
    first = (scores >= scores.max(axis=0) - TIE_TOLERANCE).astype(float)
    first /= first.sum(axis=0)
    often = first.sum(axis=1)[:, np.newaxis]
    central = np.divide(first @ weights, often, out=np.full((units, weights.shape[1]), np.nan), where=often > 0)
    return Acceptability(tally.place_shares, central)
