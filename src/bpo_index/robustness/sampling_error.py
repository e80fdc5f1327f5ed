"""Analytic standard errors of scores: linearisation (Taylor series) over primary sampling units.

With g_q the derivative of a score by the unit's mean of question q, W_q the weight of those who rated q::

    u_i  = sum_q g_q w_i (x_iq - mean_q) / W_q        (over the questions that i rated)
    se^2 = K / (K - 1)  sum_k (sum_{i in k} u_i)^2

over the K primary sampling units with a rating. With equal weights, one category and no gaps this is s^2 / n.
Source: Woodruff (1971), JASA 66, 411-414; Wolter (2007), Introduction to Variance Estimation, section 6.3.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring import IndexStructure, UnitAnswers, estimate_unit_means, score_means
from bpo_index.scoring.estimate import Floats, Ints

#: Half the width of the central difference, in scale points; linear methods lose only the rounding of scores (1e-6).
_STEP = 1e-3


def differentiate_scores(means: Floats, structure: IndexStructure) -> Floats:
    """Return (1 + categories) x questions: the derivative of each score by each question mean; NaN where undefined.

    Parameters
    ----------
    means
        Questions, in scale points.
    structure
        The index.
    """
    steps = _STEP * np.eye(len(means))
    return ((score_means(means + steps, structure) - score_means(means - steps, structure)) / (2 * _STEP)).T


def linearise_standard_errors(unit: UnitAnswers, structure: IndexStructure) -> tuple[Floats, Ints]:
    """Return the analytic standard errors of a unit's scores and the number K of sampling units behind each.

    Returns
    -------
    standard_errors
        1 + categories, score points; NaN with K < 2 or where the unit has no score.
    clusters
        1 + categories: primary sampling units with a rating on any question that counts.
    """
    means = estimate_unit_means([unit])[0]
    gradient = differentiate_scores(means, structure)
    rated = ~np.isnan(unit.ratings)
    totals = unit.weights @ rated
    shares = np.divide(unit.weights[:, np.newaxis] * rated, totals, out=np.zeros(rated.shape), where=totals > 0)
    residuals = np.where(rated, unit.ratings - means, 0.0) * shares
    by_cluster = np.zeros((unit.clusters, len(means)))
    np.add.at(by_cluster, unit.cluster, residuals)
    present = np.zeros(by_cluster.shape, dtype=bool)
    np.logical_or.at(present, unit.cluster, rated)

    counts = np.nan_to_num(gradient) != 0
    clusters = (present @ counts.T > 0).sum(axis=0)
    known = ~np.isnan(means)
    influence = by_cluster[:, known] @ gradient[:, known].T
    variance = (influence**2).sum(axis=0) * clusters / np.maximum(clusters - 1, 1)
    undefined = (clusters < 2) | np.isnan(gradient[:, known]).any(axis=1)
    return np.where(undefined, np.nan, np.sqrt(variance)), clusters
