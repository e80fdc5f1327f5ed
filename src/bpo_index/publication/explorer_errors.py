"""The standard errors that the explorer draws with: published ones, moderated as those of replicates are.

Made from published numbers only. Where no error is published (one company, equal answers) a unit takes the pooled one,
for it would look certain with none. Method page: docs/methods/explorer.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bpo_index.robustness.sampling.moderation import measure_spread, moderate_variances
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Bounds

#: Shares of replicates so near to 0 or 1, or to a half, say little of the variance of a difference.
_NEAREST_SHARE, _LEAST_NORMAL = 0.02, 0.25
#: Units go together no more closely than this.
_LARGEST = 0.95


def moderate_errors(errors: Floats, scores: Floats, sampling_units: Floats, bounds: Sequence[Bounds]) -> Floats:
    """Return standard errors without gaps, units x columns.

    Parameters
    ----------
    errors, scores
        Units x columns, as published; NaN: there is no error.
    sampling_units
        Same shape: companies, or respondents.
    bounds
        Per column: the ends of scores.

    Returns
    -------
    ndarray
        Moderated within each column; where a column has fewer than two errors, with those of all columns; NaN where
        these have no two either.
    """
    spread = np.stack([measure_spread(scores[:, n], ends) for n, ends in enumerate(bounds)], axis=1)
    columns = (errors**2).T, spread.T, sampling_units.T
    found = np.array([moderate_variances(*column) for column in zip(*columns, strict=True)]).T.reshape(errors.shape)
    together = moderate_variances((errors**2).ravel(), spread.ravel(), sampling_units.ravel()).reshape(errors.shape)
    return np.asarray(np.sqrt(np.where(np.isnan(found), together, found)))


def find_unit_correlation(scores: Floats, errors: Floats, pairs: pl.DataFrame, units: Sequence[str]) -> float:
    """Return the correlation between the errors of any two units that the published shares of replicates imply.

    Parameters
    ----------
    scores, errors
        Units: overall scores and the standard errors that are drawn.
    pairs
        Table of this name.
    units
        Their codes.

    Returns
    -------
    float
        The median over pairs of (s_i^2 + s_j^2 - v) / (2 s_i s_j), where the difference d with variance v is above zero
        in the share Phi(d / sqrt(v)) of replicates; 0 to 0.95; 0 where no share says anything.

    Examples
    --------
    >>> pairs = pl.DataFrame({"ahead": ["A"], "behind": ["B"], "p_ahead_sampling": [0.8413]})
    >>> round(find_unit_correlation(np.array([72.0, 70.0]), np.array([2.0, 2.0]), pairs, ["A", "B"]), 2)
    0.5
    """
    from scipy.special import ndtri  # noqa: PLC0415

    place = {code: n for n, code in enumerate(units)}
    implied = []
    for ahead, behind, share in pairs.select("ahead", "behind", "p_ahead_sampling").iter_rows():
        if share is None or not _NEAREST_SHARE < share < 1 - _NEAREST_SHARE or {ahead, behind} - set(place):
            continue
        i, j, normal = place[ahead], place[behind], float(ndtri(share))
        if abs(normal) < _LEAST_NORMAL:
            continue
        variance = ((scores[i] - scores[j]) / normal) ** 2
        implied.append((errors[i] ** 2 + errors[j] ** 2 - variance) / (2 * errors[i] * errors[j]))
    return float(np.clip(np.median(implied), 0.0, _LARGEST)) if implied else 0.0
