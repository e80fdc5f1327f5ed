"""Effective importance of items in an index, and weights that make it equal to the nominal.

The importance of item j is its share of the squared correlations with the index::

    S_j = corr(x_j, y)^2          share_j = S_j / sum_k S_k          y = sum_k w_k x_k

the linear case of the correlation ratio of Paruolo, Saisana and Saltelli (2013), Journal of the Royal Statistical
Society A 176(3), 609-634. `weigh_balanced` finds weights from 0, sum one, with share_j equal to the nominal weight, as
Becker, Saisana, Paruolo and Vandecasteele (2017), Ecological Indicators 80, 12-22, propose; instead of their simplex
search it repeats ``w_j <- w_j (nominal_j / share_j)^(1/2)``, which serves any number of replicates at once.
Method page: docs/methods/balanced-weights.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import CONSTANT_SD, estimate_between_covariance, find_spread
from bpo_index.scoring.methods.record import Items, Options, Weighting, WeightsReport

#: A weight that is zero up to rounding.
_NOTHING = 1e-12


@dataclass(frozen=True)
class BalancedWeights:
    """Weights whose effective importance is as close to the nominal as the iteration got."""

    weights: Floats
    """... x items, sum one."""
    importance: Floats
    """... x items: the effective importance under these weights."""
    largest_gap: Floats
    """...: the largest difference between importance and nominal weight."""
    converged: np.ndarray
    """...: true where that is below the tolerance."""


def measure_effective_importance(values: Floats, weights: Floats) -> Floats:
    """Return the effective importance of items in the weighted sum of items.

    Parameters
    ----------
    values
        ... x units x items; a unit with a NaN takes no part.
    weights
        ... x items.

    Returns
    -------
    ndarray
        ... x items, sum one; 0 for a constant item, NaN where the index does not vary.

    Examples
    --------
    >>> values = np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    >>> measure_effective_importance(values, np.array([1.0, 3.0]))
    array([0.1, 0.9])
    """
    return _find_importance(estimate_between_covariance(values), weights)


def share_squared_correlations(values: Floats, total: Floats) -> Floats:
    """Return each item's share of the squared correlations with a total, however that was made.

    Parameters
    ----------
    values
        Units x items; a unit with a NaN takes no part.
    total
        Units.

    Returns
    -------
    ndarray
        Items, sum one; NaN with fewer than three units, or where the total does not vary.

    Examples
    --------
    >>> values = np.array([[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    >>> share_squared_correlations(values, values @ np.array([1.0, 3.0]))
    array([0.1, 0.9])
    """
    together = np.column_stack([values, total])
    if (~np.isnan(together).any(axis=1)).sum() < 3:
        return np.full(values.shape[1], np.nan)
    covariance = estimate_between_covariance(together)
    return _share_squares(covariance[:-1, -1], np.diagonal(covariance)[:-1])


def weigh_balanced(
    values: Floats, nominal: Floats, *, iterations: int = 500, tolerance: float = 1e-9
) -> BalancedWeights:
    """Return weights whose effective importance equals the nominal weights.

    Parameters
    ----------
    values
        ... x units x items; a unit with a NaN in an item of a weight takes no part.
    nominal
        Items, from 0, sum one.
    iterations
        The largest number of rounds where no weights from 0 give the nominal importance.
    tolerance
        The largest gap at which a solution counts as found.

    Returns
    -------
    BalancedWeights
        An item of nominal weight zero has weight zero, and no importance: that is shared out among the others. A
        constant item can have none: its weight is zero and its nominal weight is shared out among the others. Where no
        weights give the nominal importance (an item that runs against the others), the nearest of the rounds is
        returned, not converged. NaN with fewer than two units or no item that varies.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0], [-1.0, 2.0], [1.0, -2.0], [-1.0, -2.0]])
    >>> weigh_balanced(values, np.array([0.5, 0.5])).weights.round(6)
    array([0.666667, 0.333333])
    """
    # Importance is that among the items with weight, though others may be correlated with the index.
    covariance = estimate_between_covariance(np.where(nominal > 0, values, 0.0))
    spread = find_spread(covariance)
    wanted = np.where(spread > 0, nominal, 0.0)
    total = wanted.sum(axis=-1, keepdims=True)
    broken = ~(total[..., 0] > 0)
    wanted = np.divide(wanted, total, out=np.zeros_like(wanted), where=total > 0)
    best = _solve_balance(covariance, spread, wanted)
    smallest = np.abs(_find_importance(covariance, best) - wanted).max(axis=-1)
    smallest = np.where((best >= 0).all(axis=-1) & ~np.isnan(smallest), smallest, np.inf)
    # Started from what balances items without correlation: importance in proportion to (weight x spread)^2.
    start = np.sqrt(wanted) / np.where(spread > 0, spread, 1.0)
    weights = _divide_by_sum(start)
    best = np.where(np.isinf(smallest)[..., np.newaxis], weights, best)
    active = (smallest > tolerance * 0.1) & ~broken
    for _ in range(iterations if active.any() else 0):
        importance = _find_importance(covariance, weights)
        gap = np.abs(importance - wanted).max(axis=-1)
        nearer = (gap < smallest) & active
        best = np.where(nearer[..., np.newaxis], weights, best)
        smallest = np.where(nearer, gap, smallest)
        active = (smallest > tolerance * 0.1) & ~broken
        if not active.any():
            break
        ratio = np.divide(wanted, importance, out=np.ones_like(importance), where=importance > 1e-12)
        moved = _divide_by_sum(weights * np.sqrt(np.clip(ratio, 0.25, 4.0)))
        # NOTE: a solved replicate rests, so that its weights do not depend on the others.
        weights = np.where(active[..., np.newaxis], moved, weights)
    best = np.where(broken[..., np.newaxis], np.nan, best)
    gap = np.where(broken, np.nan, smallest)
    return BalancedWeights(best, _find_importance(covariance, best), gap, gap <= tolerance)


def _solve_balance(covariance: Floats, spread: Floats, wanted: Floats) -> Floats:
    """Return weights under which the covariances with the sum are c s_j sqrt(wanted_j), negative ones among them.

    These are the correlations whose squares have the wanted shares, so the weights solve a linear system.
    """
    weighing = wanted > 0
    both = weighing[..., :, np.newaxis] & weighing[..., np.newaxis, :] & np.isfinite(covariance)
    system = np.where(both, covariance, 0.0) + np.eye(wanted.shape[-1]) * ~weighing[..., np.newaxis]
    goal = np.where(weighing, spread * np.sqrt(wanted), 0.0)
    solved = (np.linalg.pinv(system, hermitian=True) @ goal[..., np.newaxis])[..., 0]
    weights = _divide_by_sum(np.where(weighing, solved, 0.0))
    return np.where(np.abs(weights) < _NOTHING, 0.0, weights)


def _find_importance(covariance: Floats, weights: Floats) -> Floats:
    """Return the shares of squared correlations with the weighted sum, from the covariance of items."""
    with_sum = (covariance @ weights[..., np.newaxis])[..., 0]
    return _share_squares(with_sum, np.diagonal(covariance, axis1=-2, axis2=-1))


def _share_squares(with_total: Floats, variance: Floats) -> Floats:
    """Return shares of cov^2 / variance, which is the squared correlation times the variance of the total."""
    varies = np.sqrt(np.maximum(variance, 0.0)) > CONSTANT_SD
    squared = np.divide(with_total**2, variance, out=np.zeros_like(with_total), where=varies)
    total = squared.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(squared, total, out=np.full_like(squared, np.nan), where=total > CONSTANT_SD**2))


def _divide_by_sum(values: Floats) -> Floats:
    total = values.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(values, total, out=np.zeros_like(values), where=total > 0))


def _take_balanced(items: Items) -> Floats:
    return weigh_balanced(items.require_values("balanced"), items.nominal / items.nominal.sum()).weights


def _describe_balance(report: WeightsReport, options: Options) -> list[str]:
    del options
    found = weigh_balanced(report.scores, report.nominal)
    if bool(found.converged) or not np.isfinite(found.largest_gap):
        return []
    return [phrase("notes.balance_not_reached", gap=show_number(float(found.largest_gap), 3))]


RECORDS = (
    Weighting(
        name="balanced",
        line="effective importance made equal to the weights of the definition",
        page="balanced-weights",
        order=10,
        weigh=_take_balanced,
        describe=_describe_balance,
    ),
)
