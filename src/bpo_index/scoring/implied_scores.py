"""Values for the category scores that are published as bounds, and for those withheld beside them.

Made of published numbers alone, so that a unit with such scores can take part where weights are moved: the bound
itself, and for the scores withheld beside it the value, the same for each, with which the score of what holds them is
the published one. The true scores lie beyond the bound, and the withheld ones a little to the other side. Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.decomposition import find_power
from bpo_index.scoring.ranking import SCORE_DECIMALS
from bpo_index.scoring.structure import IndexStructure, Node


def imply_scores(
    scores: Floats, bounds: Floats, *, enough: np.ndarray, structure: IndexStructure, weights: Floats
) -> Floats:
    """Return the scores with such values in place of gaps.

    Parameters
    ----------
    scores
        Units x nodes; NaN where withheld or published as a bound.
    bounds
        Same shape: the bound where there is one, else NaN.
    enough
        Same shape: whether enough respondents answered, so that a score is withheld only to protect another.
    structure
        The index; nothing is implied where scores are no means of those of categories.
    weights
        Nodes: those that were used, among the nodes that one holds.

    Returns
    -------
    ndarray
        Units x nodes, implied ones rounded to 1e-9; NaN where nothing follows.

    Examples
    --------
    Three categories of equal weight and a score of 80. One is at least 96, one is withheld beside it:

    >>> structure = IndexStructure.of_categories([0, 1, 2], np.ones(3), np.ones(3))
    >>> scores, bounds = np.array([[80.0, 60.0, np.nan, np.nan]]), np.array([[np.nan, np.nan, 96.0, np.nan]])
    >>> enough = np.ones((1, 4), dtype=bool)
    >>> imply_scores(scores, bounds, enough=enough, structure=structure, weights=np.ones(4))
    array([[80., 60., 96., 84.]])
    """
    found = scores.copy()
    ends = np.array(structure.score_bounds).T
    for unit in np.flatnonzero(np.isnan(found[:, 1:]).any(axis=1) & ~np.isnan(found[:, 0])):
        has_bound = bool((~np.isnan(bounds[unit, 1:])).any())
        for node in structure.holders:
            if has_bound and not np.isnan(found[unit, node.number]):
                _imply_held(found[unit], bounds[unit], node, enough=enough[unit], weights=weights, ends=ends)
    return found


def _imply_held(
    found: Floats, bounds: Floats, node: Node, *, enough: np.ndarray, weights: Floats, ends: Floats
) -> None:
    """Fill the gaps of one unit among the nodes that one holds."""
    held = node.children[weights[node.children] != 0]
    power = find_power(node.aggregation.name, **node.aggregation_options)
    gaps = held[np.isnan(found[held])]
    free = gaps[np.isnan(bounds[gaps])]
    if power is None or not len(gaps) or not enough[free].all():
        return
    values = np.where(np.isnan(found[held]), bounds[held], found[held])
    shares = weights[held] / weights[held].sum()
    if len(free):
        known = ~np.isnan(values)
        rest = _raise(found[node.number], power) - shares[known] @ _raise(values[known], power)
        with np.errstate(invalid="ignore"):
            value = _lower(rest / shares[~known].sum(), power)
        values = np.where(known, values, np.clip(value, ends[0][held], ends[1][held]))
    found[held] = np.round(values, SCORE_DECIMALS)


def _raise(values: Floats | float, power: float) -> Floats:
    return np.log(values) if power == 0 else np.asarray(values, dtype=float) ** power


def _lower(values: Floats, power: float) -> Floats:
    return np.exp(values) if power == 0 else np.maximum(values, 0.0) ** (1.0 / power)
