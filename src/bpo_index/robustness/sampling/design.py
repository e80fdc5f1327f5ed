"""Variances by a declared design: strata, finite populations, two stages, and strata with one company.

With u_k what company k moves a score by, in stratum h with K_h of N_h companies drawn, f_h = K_h / N_h, and u_ki what
its respondent i does, of whom n_k of N_k were drawn::

    V = sum_h (1 - f_h) K_h / (K_h - 1) sum_k (u_k - mean_h u)^2
      + sum_h f_h sum_k (1 - n_k / N_k) n_k / (n_k - 1) sum_i (u_ki - mean_k u)^2

Source: Saerndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 4.3; as R's survey computes it
(Lumley 2010, Complex Surveys, chapters 2 and 3). Method page: docs/methods/design.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpo_index.robustness.sampling.weighted_variance import average_company_weights, count_degrees, find_factors
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.unit_design import UnitDesign
from bpo_index.scoring.unit_means import UnitAnswers


@dataclass(frozen=True)
class Drawn:
    """The companies of a unit in their strata."""

    unit: UnitAnswers
    design: UnitDesign

    @cached_property
    def stratum(self) -> Ints:
        """Companies: number of the stratum."""
        found = np.zeros(self.unit.clusters, dtype=np.int64)
        found[self.unit.cluster] = self.design.stratum
        return found

    @cached_property
    def companies(self) -> Ints:
        """Strata: companies drawn."""
        return np.bincount(self.stratum, minlength=len(self.design.strata))

    @cached_property
    def fractions(self) -> Floats:
        """Strata: the share f of the population's companies that was drawn; 0 without a correction."""
        return np.asarray(np.minimum(self.companies / self.design.population, 1.0))

    @cached_property
    def respondents(self) -> Ints:
        """Companies: respondents drawn."""
        return np.bincount(self.unit.cluster, minlength=self.unit.clusters)

    @cached_property
    def within_fractions(self) -> Floats:
        """Companies: the share of the company's respondents that was drawn; 1 where all were asked."""
        if self.design.company_population is None:
            return np.ones(self.unit.clusters)
        sizes = np.zeros(self.unit.clusters)
        sizes[self.unit.cluster] = self.design.company_population
        return np.minimum(self.respondents / sizes, 1.0)

    @property
    def has_two_stages(self) -> bool:
        """Whether variance within companies counts."""
        return bool((self.fractions > 0).any() and (self.within_fractions < 1).any())

    @property
    def is_whole(self) -> bool:
        """Whether the whole population answered, so that there is no sampling."""
        return bool((self.fractions >= 1).all() and (self.within_fractions >= 1).all())

    @property
    def lonely_strata(self) -> np.ndarray:
        """Strata: whether one company was drawn, of several in the population."""
        return np.asarray((self.companies == 1) & (self.fractions < 1))


@dataclass(frozen=True)
class DesignVariance:
    """Variances of scores from the answers of one unit; arrays as `moved` without its companies."""

    plain: Floats
    """As R's survey computes them."""
    corrected: Floats
    """With CR2 factors, which unequal weights within strata make larger."""
    degrees: Floats
    """Nodes: effective companies less strata."""


def estimate_design_variance(drawn: Drawn, moved: Floats, present: np.ndarray, by_person: Floats) -> DesignVariance:
    """Return the variance that one unit's answers give to scores.

    Parameters
    ----------
    drawn
        The unit's companies.
    moved
        Companies x ... x nodes: how much each moves the scores.
    present
        Companies x nodes: whether the company has a rating there.
    by_person
        Respondents x ... x nodes: how much each moves the scores; used where respondents were drawn within companies.
    """
    weights = average_company_weights(drawn.unit)
    strata, nodes = len(drawn.design.strata), present.shape[1]
    plain, corrected = np.zeros((2, strata, *moved.shape[1:]))
    is_known = np.ones((strata, nodes), dtype=bool)
    exists = np.zeros((strata, nodes), dtype=bool)
    degrees = np.zeros(nodes)
    between = (slice(None),) + (np.newaxis,) * (moved.ndim - 2)
    for h in range(strata):
        inside = drawn.stratum == h
        own = present[inside]
        # Of a stratum of which one company has a rating here, the others count as well, with nothing.
        own = np.where(own.sum(axis=0) == 1, True, own) if drawn.companies[h] > 1 else own
        exists[h] = own.any(axis=0)
        rest = 1.0 - drawn.fractions[h]
        here, there = moved[inside], own[between]
        if rest <= 0:
            degrees += count_degrees(weights[inside], own)
            continue
        if drawn.companies[h] == 1:
            is_known[h] = not drawn.design.lonely.is_averaged
            if drawn.design.lonely.is_centred:
                plain[h] = corrected[h] = rest * (here**2).sum(axis=0)
            continue
        count = np.maximum(own.sum(axis=0), 2)
        mean = np.where(there, here, 0.0).sum(axis=0) / count
        squares = np.where(there, here - mean, 0.0) ** 2
        factors = find_factors(weights[inside], own)
        plain[h] = rest * squares.sum(axis=0) * (count / (count - 1))
        corrected[h] = rest * (squares * np.nan_to_num(factors)[between]).sum(axis=0)
        degrees += count_degrees(weights[inside], own)
    scale = _scale_averages(is_known & exists, exists)
    within = _sum_within(drawn, by_person) if drawn.has_two_stages else 0.0
    return DesignVariance(plain.sum(axis=0) * scale + within, corrected.sum(axis=0) * scale + within, degrees)


def _scale_averages(is_known: np.ndarray, exists: np.ndarray) -> Floats:
    """Return nodes: strata over strata with a variance, so that the others count as the mean of these."""
    known, count = is_known.sum(axis=0), exists.sum(axis=0)
    return np.where(known > 0, count / np.maximum(known, 1), np.where(count > 0, np.nan, 1.0))


def _sum_within(drawn: Drawn, by_person: Floats) -> Floats:
    """Return the variance between the respondents of companies, of whom some were drawn."""
    unit, cluster = drawn.unit, drawn.unit.cluster
    count = drawn.respondents
    sums = np.zeros((unit.clusters, *by_person.shape[1:]))
    np.add.at(sums, cluster, by_person)
    shape = (-1,) + (1,) * (by_person.ndim - 1)
    means = sums / count.reshape(shape)
    squares = np.zeros_like(sums)
    np.add.at(squares, cluster, (by_person - means[cluster]) ** 2)
    rest = drawn.fractions[drawn.stratum] * (1.0 - drawn.within_fractions)
    several = count > 1
    factors = np.where(several, rest * count / np.maximum(count - 1, 1), 0.0)
    parts = squares * factors.reshape(shape)
    alone = ~several & (rest > 0)
    if alone.any() and drawn.design.lonely.is_centred:
        parts[alone] = sums[alone] ** 2 * rest[alone].reshape((-1, *shape[1:]))
    total = parts.sum(axis=0)
    known = several & (rest > 0)
    if alone.any() and drawn.design.lonely.is_averaged:
        return total * (1.0 + alone.sum() / known.sum()) if known.any() else np.full_like(total, np.nan)
    return np.asarray(total)


def scale_by_stratum(drawn: Drawn, moved: Floats) -> Floats:
    """Return companies x ...: deviations from the stratum's mean, such that sums of their squares are variances.

    Sums of products over the companies that two units share are covariances of their scores, C_ij of
    docs/methods/sampling-error.md by stratum. A stratum with one company has none, whatever it counts for otherwise.

    Parameters
    ----------
    drawn
        The unit's companies.
    moved
        Companies x ...: how much each moves the scores.
    """
    scaled = np.zeros_like(moved)
    for h, (count, fraction) in enumerate(zip(drawn.companies, drawn.fractions, strict=True)):
        inside = drawn.stratum == h
        if count > 1:
            factor = np.sqrt((1.0 - fraction) * count / (count - 1))
            scaled[inside] = factor * (moved[inside] - moved[inside].mean(axis=0))
    return scaled


def measure_simple_variance(unit: UnitAnswers, by_person: Floats, rated: np.ndarray) -> Floats:
    """Return nodes: the variance of scores in a simple random sample, with replacement, of as many respondents.

    With u_i what respondent i moves a score by, w_i the weight and W the sum of those of the n who have a rating::

        V = sum_i (W / w_i) u_i^2 / (n - 1)

    Parameters
    ----------
    unit
        The answers.
    by_person
        Respondents x nodes.
    rated
        Respondents x nodes: whether the respondent has a rating there.
    """
    weights = np.where(rated, unit.weights[:, np.newaxis], 0.0)
    total, count = weights.sum(axis=0), rated.sum(axis=0)
    spread = np.divide(by_person**2, weights, out=np.zeros_like(by_person), where=weights > 0).sum(axis=0)
    return np.where(count > 1, total * spread / np.maximum(count - 1, 1), np.nan)


def find_averaged(answers: Sequence[UnitAnswers], analytic: Floats) -> np.ndarray:
    """Return units x 1 or x nodes: where a lonely company counts as the average of others, so the analytic error holds.

    Draws give such a company no variance of its own. Where the method has no derivative, they have to do.
    """
    averaged = [
        unit.design is not None
        and unit.design.lonely.is_averaged
        and bool(Drawn(unit, unit.design).lonely_strata.any())
        for unit in answers
    ]
    return np.array(averaged, dtype=bool)[:, np.newaxis] & ~np.isnan(analytic)
