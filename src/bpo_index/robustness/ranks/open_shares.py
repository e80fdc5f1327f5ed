"""Whose shares of replicates are published: not those of units without a variance of their own.

Such a unit is drawn with a pooled variance, for the sake of the others; what that says of the unit itself is said of
others. Where more than a third of the ranked units have no variance, no share is published at all.
Method page: docs/methods/replicates.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.robustness.ranks.tallies import RankTally
from bpo_index.robustness.sampling.moderation import measure_spread, moderate_variances
from bpo_index.robustness.sampling.shrinkage import shrink_scores
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Bounds

#: With more than one in so many units without a variance there are no shares.
MOST_WITHOUT = 3
#: Draws round shrunken scores.
_DRAWS = 20_000


@dataclass(frozen=True)
class OpenShares:
    """Of which ranked units shares of replicates are published; arrays over all units."""

    ranked: np.ndarray
    """Whether the unit is ranked."""
    without: np.ndarray
    """Whether it is ranked and has no variance of its own."""

    @property
    def are_withheld(self) -> bool:
        """Whether too many units lack a variance for any share to be published."""
        return bool(MOST_WITHOUT * self.without.sum() > self.ranked.sum())

    @property
    def has_own(self) -> np.ndarray:
        """Units: whether shares of the unit are published."""
        return np.asarray(self.ranked & ~self.without & (not self.are_withheld))

    def share_top(self, tally: RankTally, k: int) -> Floats:
        """Return for each unit the share of replicates in which it is among the first k; NaN where not published."""
        shares = np.full(len(self.ranked), np.nan)
        shares[self.ranked] = tally.share_top(k)
        return np.where(self.has_own, shares, np.nan)


def share_first_shrunken(
    scores: Floats,
    se: Floats,
    sampling_units: Ints,
    *,
    bounds: Bounds,
    correlation: Floats | None,
    seed: np.random.SeedSequence,
) -> Floats:
    """Return for each unit the share of draws round shrunken scores in which it is first, ties shared equally.

    Parameters
    ----------
    scores, se, sampling_units
        Units; NaN where a unit is not ranked, or has no standard error: it has a pooled one.
    bounds
        The ends of scores.
    correlation
        Units x units, of the scores; None: they are independent.
    seed
        Of the draws, which are normal with the standard errors of the shrunken scores.

    Returns
    -------
    ndarray
        NaN with fewer than four units that have a standard error.
    """
    found = np.full(len(scores), np.nan)
    ranked = np.flatnonzero(~np.isnan(scores))
    spread = measure_spread(scores[ranked], bounds)
    variances = moderate_variances(se[ranked] ** 2, spread, sampling_units[ranked].astype(float))
    shrunken = shrink_scores(scores[ranked], np.sqrt(variances))
    if np.isnan(shrunken.scores).any():
        return found
    normal = np.random.default_rng(seed).standard_normal((len(ranked), _DRAWS))
    if correlation is not None:
        values, vectors = np.linalg.eigh(correlation[np.ix_(ranked, ranked)])
        normal = (vectors * np.sqrt(np.maximum(values, 0.0))) @ normal
    drawn = shrunken.scores[:, np.newaxis] + shrunken.se[:, np.newaxis] * normal
    found[ranked] = np.bincount(drawn.argmax(axis=0), minlength=len(ranked)) / _DRAWS
    return found
