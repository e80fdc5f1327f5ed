"""Weights from the first principal component of the correlations: its loadings, those below zero as zero.

Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), part 2, step 6. Method page:
docs/methods/pca-weights.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_percent
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import correlate, estimate_between_covariance, find_spread
from bpo_index.scoring.methods.covariance_weights import LEVEL, decompose, find_covariance, share_out
from bpo_index.scoring.methods.record import Items, Option, Options, Weighting, WeightsReport


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
    values, vectors = decompose(correlate(covariance))
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
    _, vectors = decompose(_separate_constants(covariance, varies))
    loadings = np.where(varies, vectors[..., :, 0], 0.0)
    if not allow_negative:
        return share_out(np.maximum(loadings, 0.0), covariance)
    total = loadings.sum(axis=-1, keepdims=True)
    usable = np.abs(total) > 1e-6
    weights = np.where(usable, loadings / np.where(usable, total, 1.0), np.nan)
    return np.where(varies.any(axis=-1, keepdims=True), weights, share_out(np.zeros_like(loadings), covariance))


def _separate_constants(covariance: Floats, varies: np.ndarray) -> Floats:
    """Return the correlations with constant items as the last component: eigenvalue 0 in place of 1."""
    correlations = correlate(covariance)
    items = np.arange(covariance.shape[-1])
    correlations[..., items, items] *= np.where(varies | np.isnan(correlations[..., items, items]), 1.0, 0.0)
    return correlations


def _take_pca(items: Items, weighting_level: str, negative_weights: bool) -> Floats:
    del weighting_level  # the covariance is of that level
    return weigh_by_pca(find_covariance(items, "pca"), allow_negative=negative_weights)


def _describe_pca(report: WeightsReport, options: Options) -> list[str]:
    covariance = report.covariance
    if covariance is None:
        covariance = estimate_between_covariance(report.scores)
    table = explain_pca(covariance)
    negative = [report.names[int(n)] for n in np.flatnonzero(table.negative)]
    notes = []
    if np.isfinite(table.share[0]):
        explained = show_percent(float(table.share[0]), decimals=1)
        notes.append(phrase("notes.first_component_explains", share=explained))
    if negative:
        values: dict[str, str | int] = {"count": len(negative), "categories": list_names(negative)}
        notes.append(
            phrase("notes.against_component_negative", **values)
            if options["negative_weights"]
            else phrase("notes.against_component_zero", **values)
        )
    return notes


def _keep_negative(options: Options) -> bool:
    return options["negative_weights"] is True


NEGATIVE_WEIGHTS = Option(
    name="negative_weights",
    type=bool,
    default=False,
    line="Whether `pca` keeps negative loadings as negative weights; otherwise they become zero.",
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
)
