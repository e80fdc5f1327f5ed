"""Steps that all covariance weightings share: choose the covariance, decompose correlations.

Method pages: docs/methods/pca-weights.md, factor-analysis-weights.md, entropy-critic-weights.md.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.covariance import estimate_between_covariance
from bpo_index.scoring.methods.record import Items, Option

LEVEL = Option(
    name="weighting_level",
    type=Literal["between", "within"],
    default="between",
    line="Where weightings by covariance look: `between` units, or `within` units, between respondents.",
)


def find_covariance(items: Items, weighting: str) -> Floats:
    """Return the covariance within units where it is given, else that between them."""
    if items.covariance is not None:
        return items.covariance
    return estimate_between_covariance(items.require_values(weighting))


def decompose(correlations: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues, falling, and eigenvectors as columns, the sum of each not negative; NaN for NaN."""
    broken = np.asarray(np.isnan(correlations).any(axis=(-1, -2)))
    usable = np.where(broken[..., np.newaxis, np.newaxis], np.eye(correlations.shape[-1]), correlations)
    values, vectors = np.linalg.eigh(usable)
    values, vectors = values[..., ::-1], vectors[..., ::-1]
    vectors = vectors * np.where(vectors.sum(axis=-2, keepdims=True) < 0, -1.0, 1.0)
    values = np.where(broken[..., np.newaxis], np.nan, values)
    return values, np.where(broken[..., np.newaxis, np.newaxis], np.nan, vectors)


def share_out(values: Floats, covariance: Floats) -> Floats:
    """Return ... x items divided by their sum; equal where all are zero, NaN where the covariance is."""
    total = values.sum(axis=-1, keepdims=True)
    some = total > 0
    shares = np.where(some, values / np.where(some, total, 1.0), 1 / values.shape[-1])
    broken = np.asarray(np.isnan(covariance).any(axis=(-1, -2)))
    return np.where(broken[..., np.newaxis], np.nan, shares)
