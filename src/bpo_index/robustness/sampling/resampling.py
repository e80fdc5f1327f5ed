"""Resampling of respondents: Rao-Wu rescaled bootstrap, and the means of questions under drawn weights.

Rao and Wu (1988, JASA 83, 231-241); Rao, Wu and Yue (1992, Survey Methodology 18, 209-217, section 2). In a unit with
K primary sampling units, m = K - 1 are drawn with replacement; sampling unit k drawn r_k times gives its respondents
the weight::

    w* = w  K / (K - 1)  r_k

The variance of a mean under these weights is the unbiased s^2 / n; drawing K of K would give (n - 1) / n of that.
A declared design draws otherwise (`design_draws.py`).
Replicates are the last axis of every array here: their values lie side by side in memory.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bpo_index.robustness.sampling.design import Drawn
from bpo_index.robustness.sampling.design_draws import draw_by_design, draw_shared, take_supplied
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence
from bpo_index.scoring.preparation import gather_evidence, needs_evidence, weigh_respondents
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers


@dataclass(frozen=True)
class Resampler:
    """One unit's answers, summed over its primary sampling units once for all replicates."""

    unit: UnitAnswers

    @cached_property
    def _sums(self) -> tuple[Floats, Floats, np.ndarray]:
        """Return sums of weighted ratings (K x questions), of weights (K x patterns), and each question's pattern.

        Questions that the same respondents rated have the same weights: one pattern.
        """
        unit = self.unit
        rated = ~np.isnan(unit.ratings)
        weights = unit.weights[:, np.newaxis]
        sums, totals = np.zeros((2, unit.clusters, rated.shape[1]))
        np.add.at(sums, unit.cluster, weights * np.where(rated, unit.ratings, 0.0))
        np.add.at(totals, unit.cluster, weights * rated)
        patterns, pattern_of = np.unique(totals, axis=1, return_inverse=True)
        return sums, patterns, pattern_of.reshape(-1)

    @property
    def needs_respondents(self) -> bool:
        """Whether the weights of respondents are fitted again in each replicate, so that sums do not suffice."""
        return bool(self.unit.margins) or self.unit.trim is not None

    def draw_counts(self, rng: np.random.Generator, size: int, shared: Ints | Floats | None = None) -> Floats:
        """Return K x size: how often each sampling unit is drawn among K - 1; once each where K is 1.

        With a declared design respondents x size: what the weight of each is multiplied by. `shared` is what all units
        draw at once (`draw_shared`).
        """
        k, design = self.unit.clusters, self.unit.design
        if design is not None:
            if design.supplied is None:
                return draw_by_design(Drawn(self.unit, design), rng, size)
            shared = draw_shared([self.unit], rng, size) if shared is None else shared
            assert shared is not None
            return take_supplied(design.supplied, self._design_weights, shared)
        if k < 2:
            return np.ones((k, size))
        # NOTE: two bytes a draw where they hold the numbers; with four the same seed draws others.
        kind = np.uint16 if k <= 2**16 else np.uint32
        drawn = rng.integers(0, k, (k - 1, size), dtype=kind).astype(np.int64)
        drawn *= size
        drawn += np.arange(size)
        return np.bincount(drawn.reshape(-1), minlength=k * size).reshape(k, size).astype(float)

    def count_evenly(self, size: int) -> Floats:
        """Return K x size: nobody drawn, each sampling unit counting evenly among as many as would be.

        With a declared design respondents x size: 1.
        """
        k = self.unit.clusters
        if self.unit.design is not None:
            return np.ones((self.unit.respondents, size))
        return np.full((k, size), max(k - 1, 1) / k)

    def weigh(self, counts: Floats) -> Floats:
        """Return size x respondents: the weights of respondents under the counts, fitted and trimmed."""
        unit, k = self.unit, self.unit.clusters
        if unit.design is not None:
            # NOTE: means do with weights below zero, which keep the variance; fitting does not.
            return weigh_respondents(unit, np.maximum(self._spread(counts), 0.0) * self._design_weights)
        if k < 2:
            return np.broadcast_to(unit.weights, (counts.shape[1], unit.respondents))
        return weigh_respondents(unit, counts.T[:, unit.cluster] * (self._design_weights * (k / (k - 1))))

    def _spread(self, counts: Floats) -> Floats:
        """Return size x respondents: factors of weights; of counts of sampling units those of their respondents."""
        # NOTE: where every respondent is a sampling unit the two differ by a factor that no mean knows.
        return counts.T if len(counts) == self.unit.respondents else counts.T[:, self.unit.cluster]

    @property
    def _design_weights(self) -> Floats:
        return self.unit.weights if self.unit.design_weights is None else self.unit.design_weights

    def average(self, counts: Floats, out: Floats | None = None) -> Floats:
        """Return questions x size: means of the questions under the counts; NaN where nobody drawn rated one."""
        sums, patterns, pattern_of = self._sums
        if out is None:
            out = np.empty((len(pattern_of), counts.shape[1]))
        if self.needs_respondents:
            out[:] = self.average_weighted(self.weigh(counts)).T
        elif self.unit.design is not None:
            out[:] = self.average_weighted(self._spread(counts) * self._design_weights).T
        elif patterns.shape[1] == 1 and np.ptp(patterns) == 0:
            # All sampling units weigh the same and nothing is missing: the weights drawn always sum to the same.
            np.matmul((sums / (patterns[0, 0] * max(len(counts) - 1, 1))).T, counts, out=out)
        else:
            np.matmul(sums.T, counts, out=out)
            with np.errstate(invalid="ignore"):
                out /= (patterns.T @ counts)[pattern_of]
        return out

    def average_weighted(self, weights: Floats) -> Floats:
        """Return ... x questions: means of the questions under ... x respondents weights; NaN where none is there."""
        rated = ~np.isnan(self.unit.ratings)
        totals = weights @ rated.astype(float)
        sums = weights @ np.where(rated, self.unit.ratings, 0.0)
        return np.asarray(np.divide(sums, totals, out=np.full_like(sums, np.nan), where=totals > 0))


def draw_units(resamplers: Sequence[Resampler], rng: np.random.Generator, size: int) -> Iterator[Floats]:
    """Yield the draws of each unit, as `Resampler.draw_counts` returns them."""
    shared = draw_shared([resampler.unit for resampler in resamplers], rng, size)
    for resampler in resamplers:
        yield resampler.draw_counts(rng, size, shared)


def average_units(
    resamplers: Sequence[Resampler], counts: Iterable[Floats], structure: IndexStructure, size: int
) -> tuple[Floats, Evidence | None]:
    """Return questions x units x size, the question means under the counts of each unit, and what weightings need.

    Counts are taken a unit at a time, so that those of all units need not be there at once.
    """
    means = np.empty((len(structure.node_of), len(resamplers), size))
    weights = []
    for n, (resampler, counted) in enumerate(zip(resamplers, counts, strict=True)):
        resampler.average(counted, out=means[:, n])
        if needs_evidence(structure):
            weights.append(resampler.weigh(counted))
    units = [resampler.unit for resampler in resamplers]
    return means, gather_evidence(units, weights, structure) if weights else None


def draw_unit_means(rng: np.random.Generator, unit: UnitAnswers, size: int) -> Floats:
    """Return size x questions: the question means of a unit in `size` Rao-Wu replicates.

    NaN where nobody drawn rated the question.
    """
    resampler = Resampler(unit)
    return resampler.average(resampler.draw_counts(rng, size)).T
