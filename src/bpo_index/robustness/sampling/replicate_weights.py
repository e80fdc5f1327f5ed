"""Standard errors from replicate weights that the survey brought along.

With theta_r the score under the weights of replicate r and c_r = scale x rscale_r::

    V = sum_r c_r (theta_r - centre)^2        centre: the mean of the replicates, or the score itself (`mse`)

Source: Wolter (2007), Introduction to Variance Estimation, chapters 3 and 4; Judkins (1990), Journal of Official
Statistics 6(3), 223-239, for Fay's method. Method page: docs/methods/design.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.preparation import gather_evidence, needs_evidence, weigh_respondents
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means


@dataclass(frozen=True)
class SuppliedErrors:
    """What supplied replicate weights say of scores."""

    standard_errors: Floats
    """Units x nodes; NaN where a replicate has no score."""
    correlations: list[Floats]
    """Per node units x units: the replicates of all units are the same ones."""
    degrees: Floats
    """Units x nodes."""


def estimate_supplied_errors(answers: Sequence[UnitAnswers], structure: IndexStructure) -> SuppliedErrors | None:
    """Return the errors from the replicate weights of the answers; None where they have none.

    Parameters
    ----------
    answers
        The units; weights are fitted to their margins and trimmed anew in each replicate.
    structure
        The index.
    """
    given = [unit.design.supplied for unit in answers if unit.design is not None and unit.design.supplied is not None]
    if not given:
        return None
    means, weights = [], []
    for unit, supplied in zip(answers, given, strict=True):
        weights.append(weigh_respondents(unit, supplied.weights))
        means.append(Resampler(unit).average_weighted(weights[-1]))
    evidence = gather_evidence(answers, weights, structure) if needs_evidence(structure) else None
    drawn = score_means(np.stack(means, axis=1), structure, evidence=evidence)
    own = gather_evidence(answers, [unit.weights for unit in answers], structure) if needs_evidence(structure) else None
    scores = score_means(estimate_unit_means(answers), structure, evidence=own)
    deviations = drawn - (scores if given[0].mse else drawn.mean(axis=0))
    covariance = np.einsum("r,rin,rjn->nij", given[0].factors, deviations, deviations)
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.sqrt(variance)
    correlations = []
    for own_covariance, own_spread in zip(covariance, spread, strict=True):
        scale = np.outer(own_spread, own_spread)
        known = scale > 0
        correlation = np.where(known, own_covariance / np.where(known, scale, 1.0), 0.0)
        np.fill_diagonal(correlation, 1.0)
        correlations.append(np.clip(correlation, -1, 1))
    degrees = np.array([supplied.degrees for supplied in given])
    return SuppliedErrors(spread.T, correlations, np.repeat(degrees[:, np.newaxis], drawn.shape[-1], axis=1))
