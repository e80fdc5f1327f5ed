"""Scores of groups of units, such as regions: weighted means of published scores, with error and rank sets.

With weights a_i (sum one) of the units of a group g, scores y_i, and covariance s_ij of the scores::

    score_g = sum a_i y_i,     se_g^2 = sum a_i a_j s_ij,     cov_gh = sum a_i b_j s_ij
    d_g = (sum a_i^2 s_ii)^2 / sum (a_i^4 s_ii^2 / d_i)

Units are independent where no method compares them and no company answers in several; then s_ij is 0 between units. The
degrees of freedom are those of Satterthwaite (1946), Biometrics Bulletin 2, 110-114, at most the companies less
one; rank sets are made as those of units. Method page: docs/methods/groups.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.publication.columns.groups import GROUPS
from bpo_index.robustness.ranks.rank_sets import find_rank_sets
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.standard_errors import Errors
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.ranking import SCORE_DECIMALS, rank_units
from bpo_index.scoring.unit_scores import Scores, find_published_as_bounds, find_ranked, spread_nodes, unit_score_matrix

#: A standard error below this, in score points, is rounding noise.
_NO_VARIANCE = 1e-9

#: Why a group lacks a number.
NOTES = ("no_units", "withheld", "at_end", "no_error")


def describe_notes(words: Words) -> dict[str, str]:
    """Return each of `NOTES` to what it says to readers, and no note to nothing.

    Examples
    --------
    >>> describe_notes(Words(unit="country", units="countries"))["no_units"]
    'no country of the group is ranked'
    """
    return {"": ""} | {note: phrase(f"notes.group_{note}", **words.names) for note in NOTES}


@dataclass(frozen=True)
class GroupMeans:
    """Weighted means of units; NaN where there is none."""

    scores: Floats
    """Per group: its score, in score points."""
    covariance: Floats
    """Groups x groups: of the scores; NaN in the row and the column of a group without a standard error."""
    degrees: Floats
    """Per group: degrees of freedom of the standard error; NaN where there is none."""

    @property
    def se(self) -> Floats:
        """Per group: its standard error; NaN where there is none."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance)))

    def count_once(self, sampling_units: Ints) -> GroupMeans:
        """Return the same with at most one degree of freedom less than the sampling units, each counted once."""
        return replace(self, degrees=np.minimum(self.degrees, sampling_units - 1.0))


def average_units(weights: Floats, scores: Floats, covariance: Floats, degrees: Floats) -> GroupMeans:
    """Return the weighted means of the units of each group, with their errors.

    Parameters
    ----------
    weights
        Groups x units, from 0; a unit of weight 0 is not in the group. They are divided by their sum.
    scores
        Per unit; NaN only where no group has it.
    covariance
        Units x units of the scores, or their standard errors where units are independent. NaN or zero: the unit, and
        every group with it, has no standard error.
    degrees
        Degrees of freedom of the units' standard errors; below 1: none.

    Returns
    -------
    GroupMeans
        NaN for a group without units.

    Examples
    --------
    >>> means = average_units(np.array([[3.0, 1.0]]), np.array([80.0, 60.0]), np.array([4.0, 12.0]), np.full(2, 7.0))
    >>> means.scores.tolist(), means.se.round(3).tolist(), means.degrees.tolist()
    ([75.0], [4.243], [14.0])
    """
    weights, scores, degrees = (np.asarray(values, dtype=float) for values in (weights, scores, degrees))
    covariance = np.asarray(covariance, dtype=float)
    is_independent = covariance.ndim == 1
    variance = covariance**2 if is_independent else np.diagonal(covariance)
    belongs, total = weights > 0, weights.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shares = weights / total
        measured = (np.sqrt(variance) >= _NO_VARIANCE) & (degrees >= 1)
        means = np.where(belongs, shares * scores, 0.0).sum(axis=1).round(SCORE_DECIMALS)
        parts = np.where(belongs & measured, shares**2 * variance, 0.0)
        freedom = parts.sum(axis=1) ** 2 / (parts**2 / np.where(measured, degrees, 1.0)).sum(axis=1)
    if is_independent:
        inner = np.diag(np.where(measured, variance, 0.0))
    else:
        inner = np.where(measured[:, np.newaxis] & measured, covariance, 0.0)
    filled = np.where(belongs, shares, 0.0)
    between = filled @ inner @ filled.T
    has_error = belongs.any(axis=1) & ~(belongs & ~measured).any(axis=1) & (np.diagonal(between) >= _NO_VARIANCE**2)
    return GroupMeans(
        np.where(belongs.any(axis=1), means, np.nan),
        np.where(has_error[:, np.newaxis] & has_error, between, np.nan),
        np.where(has_error, freedom, np.nan),
    )


def tabulate_groups(
    scores: Scores, definition: IndexDefinition, errors: Errors, seed: np.random.SeedSequence
) -> pl.DataFrame:
    """Return the scores of the groups that the definition asks for.

    Parameters
    ----------
    scores, definition
        What `score_units` made of the answers, and the index.
    errors
        Of the scores of published units, from `estimate_errors`.
    seed
        Of the draws behind rank sets.

    Returns
    -------
    DataFrame
        One row per group and category (null: the index), columns as in the record `GROUPS`; no row where the definition
        asks for no groups. Groups with a rank come first. Neither the order of units nor that of groups matters.
    """
    if definition.groups is None:
        return pl.DataFrame(schema=GROUPS.schema)
    order = sorted(range(len(definition.units)), key=lambda n: definition.units[n].code)
    units = [definition.units[n] for n in order]
    names = sorted({unit.region for unit in units if unit.region is not None})
    belongs = np.array([[unit.region == name for unit in units] for name in names])
    is_by_size = definition.group_weights == "size"
    size = np.array([(unit.size or 0.0) if is_by_size else 1.0 for unit in units])

    def arrange(column: str) -> np.ndarray:
        """Return units x nodes of a column of the scores, units by code."""
        return spread_nodes(scores, scores.units[column], scores.categories[column])[order]

    shown, bounded, ranked = (
        values[order]
        for values in (unit_score_matrix(scores, bounds=True), find_published_as_bounds(scores), find_ranked(scores))
    )
    suppressed, respondents = arrange("suppressed"), arrange("respondents")
    # Of a unit that is suppressed everything is.
    takes_part = ~suppressed[:, :1]
    withheld = suppressed & takes_part
    inside = belongs[..., np.newaxis] & (takes_part & (ranked | withheld | bounded))
    # NOTE: where a score is withheld, a mean of the others would pass for the group and not be it.
    has_withheld, has_bound = ((inside & marks).any(axis=1) for marks in (withheld, bounded))
    weights = np.where(inside & ~(has_withheld | has_bound)[:, np.newaxis], size[:, np.newaxis], 0.0)

    published = scores.sample.published[order]
    place = (np.cumsum(scores.sample.published) - 1)[order][published]
    se, degrees = (np.full(shown.shape, np.nan) for _ in range(2))
    se[published], degrees[published] = errors.published[place], errors.degrees[place]
    level, all_bounds = definition.method.confidence_level, scores.sample.structure.score_bounds
    notes = describe_notes(definition.words)
    frames = []
    for n, (node, node_seed) in enumerate(zip(definition.nodes, seed.spawn(len(definition.nodes)), strict=True)):
        bounds = all_bounds[n]
        covariance = se[:, n]
        if errors.correlations is not None:
            together = errors.correlations[n][np.ix_(place, place)]
            covariance = np.full((len(units), len(units)), np.nan)
            covariance[np.ix_(published, published)] = together * np.outer(se[published, n], se[published, n])
        means = average_units(weights[..., n], shown[:, n], covariance, degrees[:, n])
        answering = None
        if errors.answering is not None:
            answering = errors.answering[:, place] @ (weights[:, published, n] > 0).T
            means = means.count_once(answering.sum(axis=0))
        low, high = estimate_logit_t_interval(means.scores, means.se, means.degrees, level, bounds=bounds)
        sets = find_rank_sets(
            means.scores, means.covariance, means.degrees, level, answering=answering, bounds=bounds, seed=node_seed
        )
        when = [~inside[..., n].any(axis=1), has_withheld[:, n], has_bound[:, n], np.isnan(means.se)]
        note = np.select(when, ["no_units", "withheld", "at_end", "no_error"], default="")
        frame = pl.DataFrame(
            {
                "group": names,
                "category": [node.id or None] * len(names),
                "units": inside[..., n].sum(axis=1),
                "members": [" ".join(units[m].code for m in np.flatnonzero(row)) for row in inside[..., n]],
                "respondents": [int(respondents[row, n].sum()) for row in inside[..., n]],
                "weights": [definition.group_weights] * len(names),
                "score": means.scores,
                "se": means.se,
                "ci_low": low,
                "ci_high": high,
                "rank": rank_units(means.scores),
                "marginal_rank_set_low": sets.marginal_low,
                "marginal_rank_set_high": sets.marginal_high,
                "rank_set_low": sets.set_low,
                "rank_set_high": sets.set_high,
                "note": [notes[name] for name in note.tolist()],
            },
            schema=GROUPS.schema,
        )
        ranks = [name for name in frame.columns if name.startswith(("rank", "marginal_rank"))]
        frame = frame.with_columns(pl.when(pl.col(name) > 0).then(name).alias(name) for name in ranks)
        frames.append(frame.sort("rank", "group", nulls_last=True))
    return round_table(pl.concat(frames))
