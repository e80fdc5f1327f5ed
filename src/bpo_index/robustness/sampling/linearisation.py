"""Analytic standard errors of scores: linearisation (Taylor series) over primary sampling units.

With g_vq the derivative of a score by the mean of question q in unit v, W_vq the weight of those of v who rated q::

    u_i  = sum_q g_vq w_i (x_iq - mean_vq) / W_vq        (over the questions that i rated; v the unit of i)
    se^2 = sum_v  K_v / (K_v - 1)  sum_k (sum_{i in k} u_i)^2

over the units v and the K_v primary sampling units k of each with a rating. Where a unit's score depends on its own
answers only, one unit is left of the sum; with equal weights, one category and no gaps it is then s^2 / n. Weights
learnt from respondents, and the fit to margins, are held fixed.
Source: Woodruff (1971), JASA 66, 411-414; Wolter (2007), Introduction to Variance Estimation, section 6.3.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence, compose_linear, round_scores, score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means

#: Half the width of the central difference, as a share of the scale; linear methods lose only the rounding of scores.
_STEP = 1e-4


def differentiate_scores(
    means: Floats, unit: int, structure: IndexStructure, evidence: Evidence | None = None
) -> Floats:
    """Return questions x units x (1 + categories): the derivative of all scores by one unit's question means.

    Parameters
    ----------
    means
        Units x questions.
    unit
        The position of the unit whose means move.
    structure
        The index.
    evidence
        What the weightings take from respondents; held fixed.

    Returns
    -------
    ndarray
        NaN where the score or the mean is missing, and where the method gives no derivative.
    """
    units, questions = means.shape
    smooth_overall, smooth_categories = structure.has_derivative
    if not smooth_categories:
        return np.full((questions, units, 1 + len(structure.category_weights)), np.nan)
    if not smooth_overall:
        # The category scores still have derivatives, and these do not need the costly comparison of units.
        plain = structure.method.model_copy(update={"aggregation": "arithmetic", "weighting": "equal"})
        structure = replace(structure, method=plain)
    step = _STEP * (structure.maximum - structure.minimum)
    moves = np.zeros((questions, units, questions))
    moves[:, unit] = step * np.eye(questions)
    if evidence is not None:
        evidence = Evidence(*(None if part is None else part[np.newaxis] for part in vars(evidence).values()))
    try:
        higher = score_means(means + moves, structure, evidence=evidence)
        lower = score_means(means - moves, structure, evidence=evidence)
        width: float | Floats = 2 * step
    except ValueError:  # entropy weights know no values beyond the scale: at its ends a one-sided difference
        up, down = (np.clip(means + sign * moves, structure.minimum, structure.maximum) for sign in (1, -1))
        higher, lower = (score_means(moved, structure, evidence=evidence) for moved in (up, down))
        own = np.arange(questions)
        width = (up - down)[own, unit, own][:, np.newaxis, np.newaxis]
    gradient = (higher - lower) / width
    gradient[..., 0] += 0.0 if smooth_overall else np.nan
    return gradient


def linearise_standard_errors(
    answers: Sequence[UnitAnswers], structure: IndexStructure, evidence: Evidence | None = None
) -> tuple[Floats, Ints]:
    """Return the analytic standard errors of all scores and the number K of sampling units behind each.

    Parameters
    ----------
    answers
        The units.
    structure
        The index.
    evidence
        What the weightings take from respondents; held fixed.

    Returns
    -------
    standard_errors
        Units x (1 + categories), score points; NaN with K < 2, where the unit has no score, or where the method gives
        no derivative.
    clusters
        Units x (1 + categories): the unit's primary sampling units with a rating on any question that counts.
    """
    means = estimate_unit_means(answers)
    counting = _Counting(structure)
    variance = np.zeros((len(answers), 1 + len(structure.category_weights)))
    clusters = np.zeros(variance.shape, dtype=np.int64)
    for v, unit in enumerate(answers):
        influence, present = _sum_by_cluster(unit, means[v])
        clusters[v] = counting.count(present)
        known = ~np.isnan(means[v])
        own = np.maximum(clusters[v], 2)
        if structure.is_linear and known.all():
            variance[v] = (_move_linearly(influence, means[v], structure) ** 2).sum(axis=0) * (own / (own - 1))
            continue
        # Clusters x units x scores: how much each cluster of this unit moves every score.
        gradient = differentiate_scores(means, v, structure, evidence)
        moved = np.tensordot(influence[:, known], gradient[known], axes=1)
        variance += (moved**2).sum(axis=0) * (own / (own - 1))
    return np.where(clusters < 2, np.nan, np.sqrt(variance)), clusters


def _move_linearly(influence: Floats, means: Floats, structure: IndexStructure) -> Floats:
    """Return clusters x (1 + categories): how much each cluster moves the scores of its unit, of a linear index.

    The same differences as those of `differentiate_scores`, each taken where it is not zero: a question moves the
    overall score and that of its category, so that time grows with the questions and not with their square.
    """
    step = _STEP * (structure.maximum - structure.minimum)
    matrix, offset = compose_linear(structure)
    base = means @ matrix + offset
    questions, column = np.arange(len(means)), 1 + structure.category_of
    slopes = []
    for scores, own in ((base[0], matrix[:, 0]), (base[column], matrix[questions, column])):
        higher, lower = (round_scores(scores + sign * step * own) for sign in (1, -1))
        slopes.append((higher - lower) / (2 * step))
    moved = np.zeros((len(influence), matrix.shape[1]))
    moved[:, 0] = influence @ slopes[0]
    np.add.at(moved.T, column, (influence * slopes[1]).T)
    return moved


class _Counting:
    """Which questions have a part in each score, by their nominal weights."""

    def __init__(self, structure: IndexStructure) -> None:
        self._categories = len(structure.category_weights)
        self._questions = np.flatnonzero(structure.question_weights > 0)
        self._category_of = structure.category_of[self._questions]
        self._counted = structure.category_weights > 0

    def count(self, present: np.ndarray) -> Ints:
        """Return 1 + categories: how many clusters rated any question of the score, from clusters x questions."""
        rated = np.zeros((self._categories, len(present)), dtype=bool)
        np.logical_or.at(rated, self._category_of, present[:, self._questions].T)
        return np.concatenate([[rated[self._counted].any(axis=0).sum()], rated.sum(axis=1)])


def _sum_by_cluster(unit: UnitAnswers, means: Floats) -> tuple[Floats, np.ndarray]:
    """Return clusters x questions: what each adds to the mean, and whether it has a rating."""
    rated = ~np.isnan(unit.ratings)
    totals = unit.weights @ rated
    shares = np.divide(unit.weights[:, np.newaxis] * rated, totals, out=np.zeros(rated.shape), where=totals > 0)
    residuals = np.where(rated, unit.ratings - means, 0.0) * shares
    by_cluster = np.zeros((unit.clusters, rated.shape[1]))
    np.add.at(by_cluster, unit.cluster, residuals)
    present = np.zeros(by_cluster.shape, dtype=bool)
    np.logical_or.at(present, unit.cluster, rated)
    return by_cluster, present
