"""Weights from rotated factors: an item's share of its factor, times the factor's share of the variance.

An item's share is its squared rotated loading, divided by the sum of those of its factor. Source: OECD/JRC Handbook on
Constructing Composite Indicators (2008), part 2, step 6. Method page: docs/methods/factor-analysis-weights.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.fields import Count
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import correlate, find_spread
from bpo_index.scoring.methods.covariance_weights import LEVEL, decompose, find_covariance
from bpo_index.scoring.methods.record import Items, Option, Options, Problem, Surroundings, Weighting

#: The smallest eigenvalue of a correlation matrix that is not singular, for each item.
_SINGULAR = 1e-10
_ROTATIONS = 500


def weigh_by_factor_analysis(covariance: Floats, factors: int | None = None) -> Floats:
    """Return the weights of rotated factors, as the OECD/JRC Handbook makes them.

    Principal components of the correlations with an eigenvalue above one (at least one of them) are kept and rotated
    by varimax with Kaiser's normalisation. Squared loadings are divided by their sum in each factor; an item belongs
    to the factor on which its squared loading is largest; its weight is its share there times the factor's share of
    the variance that all factors explain, and weights are divided by their sum.

    Parameters
    ----------
    covariance
        ... x items x items.
    factors
        How many factors to keep; None: by the eigenvalues.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is and, with leading axes, where the correlations are singular.

    Raises
    ------
    ValueError
        When, without leading axes, the correlations are singular.

    Examples
    --------
    >>> weigh_by_factor_analysis(np.array([[1.0, 0.5], [0.5, 1.0]]))
    array([0.5, 0.5])
    """
    items = covariance.shape[-1]
    flat = covariance.reshape(-1, items, items)
    weights = np.stack([_weigh_factors(part, factors) for part in flat]).reshape(covariance.shape[:-1])
    if covariance.ndim == 2 and np.isnan(weights).any() and not np.isnan(covariance).any():
        msg = (
            "factor analysis of a singular correlation matrix: there are fewer units than items, or an item follows "
            "from others; take fewer items, more units, or weights by pca"
        )
        raise ValueError(msg)
    return weights


def rotate_varimax(loadings: Floats) -> Floats:
    """Return items x factors of loadings, rotated by varimax with Kaiser's normalisation.

    Examples
    --------
    >>> loadings = np.array([[0.8, 0.6], [0.7, 0.7], [0.6, -0.8]])
    >>> np.abs(rotate_varimax(loadings)).round(2)
    array([[1.  , 0.03],
           [0.98, 0.11],
           [0.03, 1.  ]])
    """
    items, factors = loadings.shape
    lengths = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    plain = loadings / np.where(lengths > 0, lengths, 1.0)
    rotation = np.eye(factors)
    reached = 0.0
    for _ in range(_ROTATIONS):
        turned = plain @ rotation
        slope = plain.T @ (turned**3 - turned * (turned**2).sum(axis=0) / items)
        left, singular, right = np.linalg.svd(slope)
        rotation = left @ right
        if singular.sum() <= reached * (1 + 1e-13):
            break
        reached = singular.sum()
    return np.asarray((plain @ rotation) * lengths)


def _weigh_factors(covariance: Floats, factors: int | None) -> Floats:
    weights = np.full(len(covariance), np.nan)
    if np.isnan(covariance).any():
        return weights
    varies = find_spread(covariance) > 0
    if not varies.any():
        return np.full(len(covariance), 1 / len(covariance))
    values, vectors = decompose(correlate(covariance[np.ix_(varies, varies)]))
    if values[-1] <= _SINGULAR * len(values):
        return weights
    kept = max(1, int((values > 1 + 1e-9).sum())) if factors is None else min(factors, len(values))
    squared = rotate_varimax(vectors[:, :kept] * np.sqrt(values[:kept])) ** 2
    explained = squared.sum(axis=0)
    own = squared.argmax(axis=1)
    rows = np.arange(len(squared))
    shares = squared[rows, own] / explained[own] * (explained[own] / explained.sum())
    weights[:] = 0.0
    weights[varies] = shares / shares.sum()
    return weights


def _take_factor_analysis(items: Items, weighting_level: str, factors: int | None) -> Floats:
    del weighting_level
    covariance = find_covariance(items, "factor_analysis")
    # With a leading axis a singular matrix gives NaN, which the caller refuses in its own words.
    return np.asarray(weigh_by_factor_analysis(covariance[np.newaxis], factors=factors)[0])


def _find_too_few_units(options: Options, around: Surroundings) -> list[Problem]:
    """Refuse factor analysis between units where the correlation matrix must be singular."""
    units = len(around.units)
    if options["weighting_level"] != "between" or not units:
        return []
    if around.key == "weighting":
        items = len(around.categories)
        if not units <= items > 1:
            return []
        says = (
            f"factor_analysis of {items} categories needs more than {items} units, and there are {units}: the "
            "correlation matrix is singular; take weighting_level: within, or pca"
        )
        return [(around.key, says)]
    return [
        (around.key, f"factor_analysis of the {items} questions of {category} needs more units than {units}")
        for category, items in around.questions.items()
        if units <= items > 1
    ]


FACTORS = Option(
    name="factors",
    type=Count | None,
    line="How many factors `factor_analysis` keeps; null: those with an eigenvalue above one.",
)

RECORDS = (
    Weighting(
        name="factor_analysis",
        line="rotated factors, each with its share of the variance",
        page="factor-analysis-weights",
        source="oecd2008",
        options=(LEVEL, FACTORS),
        find_problems=_find_too_few_units,
        order=5,
        weigh=_take_factor_analysis,
        has_level=True,
    ),
)
