"""Weights learnt from the data: standard deviation, CRITIC, entropy, principal component, factor analysis.

All but entropy start from a covariance, between units or within them, so that the same code serves both levels and any
number of replicates::

    standard deviation   w_j ~ s_j
    CRITIC               w_j ~ s_j sum_k (1 - r_jk)
    entropy              w_j ~ 1 - e_j      e_j = -sum_u p_uj ln p_uj / ln n      p_uj = x_uj / sum_u x_uj
    PCA                  w_j ~ loading of j on the first component of the correlations, those below zero as zero
    factor analysis      w_j ~ (squared rotated loading of j / sum of its factor's) x the factor's share of variance

A constant item has weight zero; where all are constant, all weigh the same. Sources: Diakoulaki, Mavrotas and
Papayannakis (1995), Computers & Operations Research 22(7), 763-770 (CRITIC); OECD/JRC Handbook on Constructing
Composite Indicators (2008), part 2, step 6 (PCA and factor analysis).
Method page: docs/methods/pca-weights.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bpo_index.fields import Count
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import correlate, estimate_between_covariance, find_spread
from bpo_index.scoring.methods.record import Items, Option, Options, Problem, Surroundings, Weighting, WeightsReport

#: The smallest eigenvalue of a correlation matrix that is not singular, for each item.
_SINGULAR = 1e-10
_ROTATIONS = 500


@dataclass(frozen=True)
class PcaTable:
    """Principal components of correlations, the first explains most."""

    eigenvalues: Floats
    """... x components."""
    share: Floats
    """... x components: share of the variance explained; sums to one."""
    cumulative: Floats
    """... x components: the shares up to each."""
    loadings: Floats
    """... x items x components: correlation of the item with the component; each column's sum is not negative."""
    negative: np.ndarray
    """... x items: true where the item runs against the first component."""


def scale_to_unit_range(values: Floats) -> Floats:
    """Return ... x units x items with every item between 0 and 1 over the units that have all items.

    A constant item is 0; a unit with a NaN keeps it.
    """
    complete = ~np.isnan(values).any(axis=-1, keepdims=True)
    low = np.where(complete, values, np.inf).min(axis=-2, keepdims=True)
    high = np.where(complete, values, -np.inf).max(axis=-2, keepdims=True)
    width = np.where(high > low, high - low, 1.0)
    return (values - np.where(np.isinf(low), 0.0, low)) / width


def weigh_by_standard_deviation(covariance: Floats) -> Floats:
    """Return weights in proportion to the standard deviations.

    Parameters
    ----------
    covariance
        ... x items x items.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is.

    Examples
    --------
    >>> weigh_by_standard_deviation(np.diag([1.0, 9.0]))
    array([0.25, 0.75])
    """
    return _share(find_spread(covariance), covariance)


def weigh_by_critic(covariance: Floats) -> Floats:
    """Return CRITIC weights: spread times lack of correlation with the others; constant items do not count there.

    Parameters
    ----------
    covariance
        ... x items x items. For the source's CRITIC between units that of `scale_to_unit_range`.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is.

    Examples
    --------
    >>> weigh_by_critic(np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])).round(3)
    array([0.3, 0.3, 0.4])
    """
    spread = find_spread(covariance)
    conflict = np.where(spread[..., np.newaxis, :] > 0, 1.0 - correlate(covariance), 0.0)
    return _share(spread * conflict.sum(axis=-1), covariance)


def weigh_by_entropy(values: Floats) -> Floats:
    """Return entropy weights: what is spread less evenly over the units weighs more.

    Parameters
    ----------
    values
        ... x units x items, from 0; a unit with a NaN takes no part.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN with fewer than two units. An item that is zero for all units is constant.

    Raises
    ------
    ValueError
        When a value is negative.

    Examples
    --------
    >>> weigh_by_entropy(np.array([[1.0, 1.0, 0.0], [1.0, 3.0, 2.0]])).round(4)
    array([0.    , 0.1588, 0.8412])
    """
    there = ~np.isnan(values).any(axis=-1, keepdims=True)
    filled = np.where(there, values, 0.0)
    if (filled < 0).any():
        msg = "entropy needs values from 0 on: take a normalisation that gives them, such as scale"
        raise ValueError(msg)
    n = there.sum(axis=-2)
    totals = filled.sum(axis=-2, keepdims=True)
    p = np.divide(filled, totals, out=np.zeros_like(filled), where=totals > 0)
    information = -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=-2)
    diversity = 1.0 - np.divide(information, np.log(np.maximum(n, 2)))
    diversity = np.where(totals[..., 0, :] > 0, np.where(diversity < 1e-12, 0.0, diversity), 0.0)
    total = diversity.sum(axis=-1, keepdims=True)
    even = np.full_like(diversity, 1 / diversity.shape[-1])
    weights = np.where(total > 0, diversity / np.where(total > 0, total, 1.0), even)
    return np.where(n > 1, weights, np.nan)


def explain_pca(covariance: Floats) -> PcaTable:
    """Return the principal components of the correlations.

    Parameters
    ----------
    covariance
        ... x items x items.

    Examples
    --------
    >>> table = explain_pca(np.array([[1.0, 0.5], [0.5, 1.0]]))
    >>> table.eigenvalues, table.share, table.loadings[:, 0].round(3)
    (array([1.5, 0.5]), array([0.75, 0.25]), array([0.866, 0.866]))
    """
    values, vectors = _decompose(correlate(covariance))
    values = np.maximum(values, 0.0)
    share = values / values.sum(axis=-1, keepdims=True)
    loadings = vectors * np.sqrt(values)[..., np.newaxis, :]
    return PcaTable(values, share, np.cumsum(share, axis=-1), loadings, vectors[..., :, 0] < -1e-9)


def weigh_by_pca(covariance: Floats, *, allow_negative: bool = False) -> Floats:
    """Return the loadings on the first principal component of the correlations, divided by their sum.

    Parameters
    ----------
    covariance
        ... x items x items.
    allow_negative
        Whether a loading below zero becomes a negative weight; otherwise it becomes zero. The sign of the component is
        such that the sum of its loadings is positive.

    Returns
    -------
    ndarray
        ... x items, sum one; NaN where the covariance is, or where negative loadings cancel the others.

    Examples
    --------
    >>> covariance = np.array([[1.0, 0.8, -0.3], [0.8, 1.0, -0.3], [-0.3, -0.3, 1.0]])
    >>> weigh_by_pca(covariance)
    array([0.5, 0.5, 0. ])
    >>> weigh_by_pca(covariance, allow_negative=True).round(3)
    array([ 0.72 ,  0.72 , -0.439])
    """
    varies = find_spread(covariance) > 0
    _, vectors = _decompose(_separate_constants(covariance, varies))
    loadings = np.where(varies, vectors[..., :, 0], 0.0)
    if not allow_negative:
        return _share(np.maximum(loadings, 0.0), covariance)
    total = loadings.sum(axis=-1, keepdims=True)
    usable = np.abs(total) > 1e-6
    weights = np.where(usable, loadings / np.where(usable, total, 1.0), np.nan)
    return np.where(varies.any(axis=-1, keepdims=True), weights, _share(np.zeros_like(loadings), covariance))


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
    values, vectors = _decompose(correlate(covariance[np.ix_(varies, varies)]))
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


def _decompose(correlations: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues, falling, and eigenvectors as columns, the sum of each not negative; NaN for NaN."""
    broken = np.asarray(np.isnan(correlations).any(axis=(-1, -2)))
    usable = np.where(broken[..., np.newaxis, np.newaxis], np.eye(correlations.shape[-1]), correlations)
    values, vectors = np.linalg.eigh(usable)
    values, vectors = values[..., ::-1], vectors[..., ::-1]
    vectors = vectors * np.where(vectors.sum(axis=-2, keepdims=True) < 0, -1.0, 1.0)
    values = np.where(broken[..., np.newaxis], np.nan, values)
    return values, np.where(broken[..., np.newaxis, np.newaxis], np.nan, vectors)


def _separate_constants(covariance: Floats, varies: np.ndarray) -> Floats:
    """Return the correlations with constant items as the last component: eigenvalue 0 in place of 1."""
    correlations = correlate(covariance)
    items = np.arange(covariance.shape[-1])
    correlations[..., items, items] *= np.where(varies | np.isnan(correlations[..., items, items]), 1.0, 0.0)
    return correlations


def _share(values: Floats, covariance: Floats) -> Floats:
    """Return ... x items divided by their sum; equal where all are zero, NaN where the covariance is."""
    total = values.sum(axis=-1, keepdims=True)
    some = total > 0
    shares = np.where(some, values / np.where(some, total, 1.0), 1 / values.shape[-1])
    broken = np.asarray(np.isnan(covariance).any(axis=(-1, -2)))
    return np.where(broken[..., np.newaxis], np.nan, shares)


def _find_covariance(items: Items, weighting: str) -> Floats:
    if items.covariance is not None:
        return items.covariance
    return estimate_between_covariance(items.require_values(weighting))


def _take_pca(items: Items, weighting_level: str, negative_weights: bool) -> Floats:
    del weighting_level  # the covariance is of that level
    return weigh_by_pca(_find_covariance(items, "pca"), allow_negative=negative_weights)


def _take_factor_analysis(items: Items, weighting_level: str, factors: int | None) -> Floats:
    del weighting_level
    covariance = _find_covariance(items, "factor_analysis")
    # With a leading axis a singular matrix gives NaN, which the caller refuses in its own words.
    return np.asarray(weigh_by_factor_analysis(covariance[np.newaxis], factors=factors)[0])


def _take_entropy(items: Items) -> Floats:
    return weigh_by_entropy(items.require_values("entropy"))


def _take_critic(items: Items, weighting_level: str) -> Floats:
    del weighting_level
    covariance = items.covariance
    if covariance is None:
        covariance = estimate_between_covariance(scale_to_unit_range(items.require_values("critic")))
    return weigh_by_critic(covariance)


def _take_standard_deviation(items: Items, weighting_level: str) -> Floats:
    del weighting_level
    return weigh_by_standard_deviation(_find_covariance(items, "standard_deviation"))


def _find_too_few_units(options: Options, around: Surroundings) -> list[Problem]:
    """Refuse factor analysis between units where the correlation matrix cannot but be singular."""
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


def _describe_pca(report: WeightsReport, options: Options) -> list[str]:
    covariance = report.covariance
    if covariance is None:
        covariance = estimate_between_covariance(report.scores)
    table = explain_pca(covariance)
    negative = [report.names[int(n)] for n in np.flatnonzero(table.negative)]
    notes = []
    if np.isfinite(table.share[0]):
        notes.append(f"The first principal component explains {float(table.share[0]):.1%} of the categories' variance.")
    if negative:
        effect = "their weights are negative" if options["negative_weights"] else "their weights are zero"
        notes.append(f"Against the first component run: {', '.join(negative)}; {effect}.")
    return notes


def _keep_negative(options: Options) -> bool:
    return options["negative_weights"] is True


LEVEL = Option(
    name="weighting_level",
    type=Literal["between", "within"],
    default="between",
    line="Where weightings by covariance look: `between` units, or `within` units, between respondents.",
)
NEGATIVE_WEIGHTS = Option(
    name="negative_weights",
    type=bool,
    default=False,
    line="Whether `pca` keeps negative loadings as negative weights; otherwise they become zero.",
)
FACTORS = Option(
    name="factors",
    type=Count | None,
    line="How many factors `factor_analysis` keeps; null: those with an eigenvalue above one.",
)

RECORDS = (
    Weighting(
        name="pca",
        line="loadings on the first principal component",
        page="pca-weights",
        source="oecd2008",
        options=(LEVEL, NEGATIVE_WEIGHTS),
        order=4,
        weigh=_take_pca,
        has_level=True,
        may_be_negative=_keep_negative,
        describe=_describe_pca,
    ),
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
    Weighting(
        name="entropy",
        line="what differs more between units weighs more, by entropy",
        page="entropy-critic-weights",
        order=6,
        weigh=_take_entropy,
        needs_zero=True,
    ),
    Weighting(
        name="critic",
        line="spread times lack of correlation with the others",
        page="entropy-critic-weights",
        source="diakoulaki1995",
        options=(LEVEL,),
        order=7,
        weigh=_take_critic,
        has_level=True,
    ),
    Weighting(
        name="standard_deviation",
        line="what spreads more weighs more",
        page="entropy-critic-weights",
        options=(LEVEL,),
        order=8,
        weigh=_take_standard_deviation,
        has_level=True,
    ),
)
