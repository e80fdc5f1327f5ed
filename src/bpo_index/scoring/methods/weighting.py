"""Weights of items (questions in a category, categories in the index), by the name of the method.

One door to the weightings; each has a module and a page of its own. Fixed weights have one value an item; weights
learnt from the data have leading axes, one set for each replicate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.ahp import weigh_by_ahp
from bpo_index.scoring.methods.balanced import weigh_balanced
from bpo_index.scoring.methods.covariance import estimate_between_covariance
from bpo_index.scoring.methods.data_weights import (
    scale_to_unit_range,
    weigh_by_critic,
    weigh_by_entropy,
    weigh_by_factor_analysis,
    weigh_by_pca,
    weigh_by_standard_deviation,
)


class WeightingOptions(Protocol):
    """Options of weightings, as keys of a definition's `method:` block."""

    @property
    def comparisons(self) -> Sequence[Sequence[float]] | None:
        """For `ahp`."""

    @property
    def factors(self) -> int | None:
        """For `factor_analysis`."""

    @property
    def negative_weights(self) -> bool:
        """For `pca`."""


def learn_weights(
    weighting: str,
    nominal: Floats,
    values: Floats | None,
    method: WeightingOptions,
    *,
    covariance: Floats | None = None,
    importance: Floats | None = None,
) -> Floats:
    """Return the weights of items, their sum one.

    Parameters
    ----------
    weighting
        The name of the method; `given`, `equal` and `ahp` need no values.
    nominal
        Items: the weights of the definition. An item of nominal weight zero has weight zero under every method.
    values
        ... x units x items: normalised values; NaN where there is none.
    method
        The options of the methods.
    covariance
        ... x items x items, within units; None: the covariance between units is taken from the values.
    importance
        ... x items: the respondents' stated importance.

    Returns
    -------
    ndarray
        Items, or ... x items; NaN where the data say nothing (fewer than two units).

    Examples
    --------
    >>> from bpo_index.definition.blocks import Method
    >>> learn_weights("given", np.array([3.0, 1.0]), None, Method())
    array([0.75, 0.25])
    """
    counted = np.flatnonzero(nominal > 0)
    if len(counted) == 1 or weighting in ("given", "equal"):
        chosen = nominal if weighting == "given" else (nominal > 0).astype(float)
        return np.asarray(chosen / chosen.sum())
    if weighting == "ahp":
        shares = weigh_by_ahp(np.asarray(method.comparisons)[np.ix_(counted, counted)]).weights
    elif weighting == "importance":
        if importance is None:
            msg = "importance needs the respondents' stated importance, which question means do not hold"
            raise ValueError(msg)
        shares = importance[..., counted] / importance[..., counted].sum(axis=-1, keepdims=True)
    elif values is None:
        msg = f"{weighting} needs values"
        raise ValueError(msg)
    else:
        inner = None if covariance is None else covariance[..., counted[:, np.newaxis], counted]
        shares = _learn_from_data(weighting, nominal[counted], values[..., counted], method, inner)
    weights = np.zeros((*shares.shape[:-1], len(nominal)))
    weights[..., counted] = shares
    return weights


def _learn_from_data(
    weighting: str, nominal: Floats, values: Floats, method: WeightingOptions, covariance: Floats | None
) -> Floats:
    if weighting == "balanced":
        return weigh_balanced(values, nominal / nominal.sum()).weights
    if weighting == "entropy":
        return weigh_by_entropy(values)
    if covariance is None:
        covariance = estimate_between_covariance(scale_to_unit_range(values) if weighting == "critic" else values)
    match weighting:
        case "pca":
            return weigh_by_pca(covariance, allow_negative=method.negative_weights)
        case "factor_analysis":
            # With a leading axis a singular matrix gives NaN, which the caller refuses in its own words.
            return np.asarray(weigh_by_factor_analysis(covariance[np.newaxis], factors=method.factors)[0])
        case "critic":
            return weigh_by_critic(covariance)
        case "standard_deviation":
            return weigh_by_standard_deviation(covariance)
        case _:
            msg = f"there is no weighting {weighting!r}"
            raise ValueError(msg)
