"""Between which values scores lie: the ends of what a node holds, taken through its weights and its aggregation.

With weights w, sum one, and items that lie between a_i and b_i, a weighted sum lies between

    low = sum over w_i > 0 of w_i a_i + sum over w_i < 0 of w_i b_i,     high the other way round

so that an index of items from 0 to 100 with a negative weight runs below 0 and above 100 (`negative_weights` of `pca`).
Other means take no negative weights and rise with each item: their ends are the means of the ends. Method page:
docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import UNBOUNDED, Aggregation, Bounds, Options

#: Ends are rounded to this many decimals, as scores are.
_DECIMALS = 9


def bound_aggregate(
    held: Sequence[Bounds], weights: Floats | None, aggregation: Aggregation, options: Options, *, may_be_signed: bool
) -> Bounds:
    """Return the ends of the score of a node.

    Parameters
    ----------
    held
        The ends of the items that count.
    weights
        Their weights, sum one; None: not known, since the answers move them.
    aggregation, options
        How the items become one.
    may_be_signed
        Whether a weight that is not known may be below zero.

    Returns
    -------
    Bounds
        Infinite where there are none, or where they depend on weights that are not known. With some items unanswered
        and weights of both signs a score may lie beyond.

    Examples
    --------
    >>> from bpo_index.scoring.methods.registry import get_aggregation
    >>> mean = get_aggregation("arithmetic")
    >>> bound_aggregate([(0, 100)] * 3, np.array([0.75, 0.75, -0.5]), mean, {}, may_be_signed=True)
    (-50.0, 150.0)
    >>> bound_aggregate([(0, 100)] * 3, None, mean, {}, may_be_signed=True)
    (-inf, inf)
    """
    if aggregation.bounds is not None:
        return aggregation.bounds
    is_signed = may_be_signed if weights is None else bool((weights < 0).any())
    outer = min(low for low, _ in held), max(high for _, high in held)
    if not np.isfinite(outer).all() or (weights is None and is_signed):
        return UNBOUNDED if is_signed else outer
    if weights is None or (not is_signed and len(set(held)) == 1):
        return outer
    ends = np.array(held, dtype=float).T
    corners = np.where(weights < 0, ends[::-1], ends)
    low, high = np.round(aggregation.aggregate(corners, weights, None, **options), _DECIMALS).tolist()
    return low, high


def share_between(scores: Floats, bounds: Sequence[Bounds]) -> Floats:
    """Return ... x nodes: where scores lie between the ends of their nodes, 0 to 100; as they are where there are none.

    Examples
    --------
    >>> share_between(np.array([109.5, 40.0]), [(-50.0, 150.0), (-np.inf, np.inf)])
    array([79.75, 40.  ])
    """
    low, width = _measure(bounds)
    return np.asarray(100.0 * (scores - low) / width)


def place_between(shares: Floats, bounds: Sequence[Bounds]) -> Floats:
    """Return ... x nodes: the scores at so many per cent of the way between the ends; the inverse of `share_between`.

    Examples
    --------
    >>> place_between(np.array([79.75, 40.0]), [(-50.0, 150.0), (0.0, 100.0)])
    array([109.5,  40. ])
    """
    low, width = _measure(bounds)
    return np.asarray(low + shares * (width / 100.0))


def _measure(bounds: Sequence[Bounds]) -> tuple[Floats, Floats]:
    """Return the low ends and the widths; 0 and 100 where there are no ends."""
    low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
    known = np.isfinite(high - low) & (high > low)
    return np.where(known, low, 0.0), np.where(known, high - low, 100.0)
