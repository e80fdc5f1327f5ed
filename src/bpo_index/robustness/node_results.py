"""The results of one node: errors, intervals, rank sets, tiers, and why a unit lacks a number.

Units with five or more sampling units take the standard error of the replicates, those with two to four the analytic
one with t(K - 1), flagged; with one, or without any variance, there is no interval, a reason, and the unit's rank set
is all ranks. Method pages: docs/methods/sampling-error.md, docs/methods/rank-sets.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.robustness.ranks.open_shares import share_first_shrunken
from bpo_index.robustness.ranks.rank_sets import RankSets, assign_tiers, find_rank_sets
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.standard_errors import Errors
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.structure import IndexStructure

#: Of which answers a standard error is made: of those of its own cell, or smoothed over units.
OWN, SMOOTHED = "own", "smoothed"


def share_first_of_index(
    scores: Floats,
    ranked: np.ndarray,
    errors: Errors,
    *,
    published: np.ndarray,
    structure: IndexStructure,
    seed: np.random.SeedSequence,
) -> Floats:
    """Return per unit the share of draws round shrunken scores in which it is first."""
    place = ranked[published]
    se, clusters = errors.chosen[place, 0], errors.clusters[place, 0]
    together = None if errors.correlations is None else errors.correlations[0][np.ix_(place, place)]
    found = np.full(len(scores), np.nan)
    found[ranked] = share_first_shrunken(
        scores[ranked], se, clusters, bounds=structure.score_bounds[0], correlation=together, seed=seed
    )
    return found


def assess_node(
    column: int,
    *,
    matrix: Floats,
    bounded: np.ndarray,
    ranked_matrix: np.ndarray,
    published: np.ndarray,
    errors: Errors,
    structure: IndexStructure,
    confidence_level: float,
    seed: np.random.SeedSequence,
) -> tuple[dict[str, np.ndarray], RankSets, np.ndarray]:
    """Return the results of one node, its rank sets, and which units have no variance of their own."""
    scores, ranked = matrix[:, column], ranked_matrix[:, column]
    se, clusters, smoothed = (
        _spread(values[:, column], published) for values in (errors.chosen, errors.clusters, errors.smoothed)
    )
    is_own, varies = (_spread(values[:, column], published) > 0 for values in (errors.is_own, errors.varies))
    is_fixed = varies & (se == 0)
    # Ranks are from each cell's own error; where a small one has none, as its answers do not vary, from the smoothed.
    se = np.where(~is_own & (se == 0) & (smoothed > 0), smoothed, se)
    # A score that is published as a bound has no error, and cannot be distinguished from any other.
    se = np.select([np.isnan(scores), bounded[:, column]], [np.nan, 0.0], se)
    shown = np.where(is_own | bounded[:, column] | np.isnan(se), se, smoothed)
    bounds, smooth = structure.score_bounds[column], structure.has_derivative[column]
    degrees, few = _spread(errors.degrees[:, column], published), _spread(errors.few[:, column], published) > 0
    whole = np.zeros(clusters.shape) if errors.is_whole is None else _spread(errors.is_whole, published)
    low, high = estimate_logit_t_interval(scores, shown, degrees, confidence_level, bounds=bounds)
    in_ranking = np.where(ranked, scores, np.nan)
    covariance = np.diag(se**2)
    if errors.correlations is not None:
        place = np.flatnonzero(published)
        covariance[np.ix_(place, place)] = errors.correlations[column] * np.outer(se[place], se[place])
    answering = None
    if errors.answering is not None:
        answering = np.zeros((len(errors.answering), len(published)), dtype=bool)
        answering[:, published] = errors.answering
    sets = find_rank_sets(
        in_ranking, covariance, degrees, confidence_level, answering=answering, bounds=bounds, seed=seed
    )
    still = np.where(is_fixed, "fixed" if smooth else "never_moves", "no_variance")
    # NOTE: of a small cell nothing is said that its answers decide, and so not that they do not vary.
    unsmoothed = ~is_own & np.isnan(shown) & (np.isfinite(se))
    when = [np.isnan(scores), bounded[:, column]]
    notes: list[str | np.ndarray] = ["no_score", "at_end"]
    when += [whole > 0, clusters < 2, degrees < 1, unsmoothed, se == 0, np.isnan(se), ~ranked, few]
    notes += ["whole_population", "one_cluster", "no_degrees", "few_units", still]
    notes += ["no_derivative", "not_ranked", "small"]
    note = np.select(when, notes, default="")
    has_error = shown > 0
    found = {
        "se": np.where(has_error, shown, np.nan),
        "error": np.where(has_error, np.where(is_own, OWN, SMOOTHED), ""),
        "ci_low": low,
        "ci_high": high,
        "marginal_rank_set_low": sets.marginal_low,
        "marginal_rank_set_high": sets.marginal_high,
        "rank_set_low": sets.set_low,
        "rank_set_high": sets.set_high,
        "tier": assign_tiers(in_ranking, sets.surely_ahead),
        "note": note,
    }
    # Of a small cell the rest is not said: it would tell that its answers do not vary.
    without = bounded[:, column] | (clusters < 2) | (is_own & (se == 0) & ~varies)
    return found, sets, without


def _spread(values: np.ndarray, published: np.ndarray) -> Floats:
    """Return the rows of the published units at their places among all units; NaN elsewhere."""
    spread = np.full((len(published), *values.shape[1:]), np.nan)
    spread[published] = values
    return spread
