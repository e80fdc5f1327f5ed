"""Replicates: the whole index recomputed under resampled respondents, in chunks.

Rao-Wu rescaled bootstrap (Rao and Wu 1988, JASA 83, 231-241; Rao, Wu and Yue 1992, Survey Methodology 18, 209-217,
section 2). In a unit with K primary sampling units, m = K - 1 are drawn with replacement; sampling unit k drawn r_k
times gives its respondents the weight::

    w* = w  K / (K - 1)  r_k

The variance of a mean under these weights is the unbiased s^2 / n; drawing K of K would give (n - 1) / n of that. Each
replicate fits these weights to the margins anew, where there are any, and recomputes question means, all that the
methods learn from units or respondents, categories and the index, so nothing is linearised.

Chunk c draws from the c-th generator spawned from the seed. Chunks have one fixed size and BLAS runs on one thread, so
the result does not depend on the machine's load; ranks and wins are counted as integers.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from bpo_index.scoring import IndexStructure, UnitAnswers, score_means, share_top_ranks
from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.sample import gather_evidence, weigh_respondents

#: Replicates in a chunk. A constant: matrix products change in their last bits with their size.
CHUNK_SIZE = 1_000


@dataclass(frozen=True)
class ReplicateSummary:
    """Sums over replicates; summaries of chunks add up.

    Every array is units x (1 + categories), the overall score first.
    """

    replicates: int
    """Replicates evaluated."""
    computed: Ints
    """Replicates in which the score could be computed."""
    deviation: Floats
    """Sum of (replicate score - score)."""
    squares: Floats
    """Sum of (replicate score - score)^2."""
    rankable: Ints
    """(1 + categories): replicates in which every ranked unit had a score."""
    first: Floats
    """Sum over rankable replicates of the unit's share in rank 1, ties shared equally."""
    top3: Floats
    """The same for ranks 1 to 3."""

    def __add__(self, other: ReplicateSummary) -> ReplicateSummary:
        """Return the summary of both."""
        return ReplicateSummary(
            self.replicates + other.replicates,
            self.computed + other.computed,
            self.deviation + other.deviation,
            self.squares + other.squares,
            self.rankable + other.rankable,
            self.first + other.first,
            self.top3 + other.top3,
        )

    def estimate_standard_errors(self) -> Floats:
        """Return the standard deviation of the replicate scores (divisor B - 1); NaN with fewer than two replicates."""
        n = self.computed
        centred = self.squares - self.deviation**2 / np.maximum(n, 1)
        return np.where(n > 1, np.sqrt(np.maximum(centred, 0) / np.maximum(n - 1, 1)), np.nan)


def draw_weights(rng: np.random.Generator, unit: UnitAnswers, size: int) -> Floats:
    """Return size x respondents: the weights of a unit's respondents in `size` Rao-Wu replicates.

    A unit with one primary sampling unit cannot be resampled: its weights are repeated.
    """
    design = unit.weights if unit.design_weights is None else unit.design_weights
    k = unit.clusters
    if k < 2:
        return np.broadcast_to(unit.weights, (size, unit.respondents))
    drawn = rng.multinomial(k - 1, np.full(k, 1 / k), size=size)
    return weigh_respondents(unit, drawn[:, unit.cluster] * (design * (k / (k - 1))))


def average_ratings(unit: UnitAnswers, weights: Floats) -> Floats:
    """Return ... x questions: the means of a unit's questions under ... x respondents weights.

    NaN where nobody with a weight rated the question.
    """
    rated = ~np.isnan(unit.ratings)
    totals = weights @ rated.astype(float)
    sums = weights @ np.where(rated, unit.ratings, 0.0)
    return np.asarray(np.divide(sums, totals, out=np.full_like(sums, np.nan), where=totals > 0))


def draw_unit_means(rng: np.random.Generator, unit: UnitAnswers, size: int) -> Floats:
    """Return size x questions: the question means of a unit in `size` Rao-Wu replicates.

    NaN where nobody drawn rated the question.
    """
    return average_ratings(unit, draw_weights(rng, unit, size))


def evaluate_replicates(
    answers: Sequence[UnitAnswers],
    structure: IndexStructure,
    scores: Floats,
    ranked: np.ndarray,
    *,
    replicates: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> ReplicateSummary:
    """Evaluate the replicates of an index and return their sums.

    Parameters
    ----------
    answers
        The units that have scores.
    structure
        The index.
    scores
        Units x (1 + categories): the scores themselves, from which deviations are taken; NaN where there is none.
    ranked
        Same shape: true where the unit takes part in the ranking of that column.
    replicates
        How many, at least 1.
    seed
        Any integer from 0.
    progress
        Called after each chunk with the replicates done and all of them.
    """
    chunks = -(-replicates // CHUNK_SIZE)
    seeds = np.random.SeedSequence(seed).spawn(chunks)
    total: ReplicateSummary | None = None
    with threadpool_limits(1, user_api="blas"):
        for n, chunk_seed in enumerate(seeds):
            size = min(CHUNK_SIZE, replicates - n * CHUNK_SIZE)
            part = _evaluate_chunk(np.random.default_rng(chunk_seed), size, answers, structure, scores, ranked)
            total = part if total is None else total + part
            if progress:
                progress(n * CHUNK_SIZE + size, replicates)
    if total is None:
        msg = "at least one replicate is needed"
        raise ValueError(msg)
    return total


def _evaluate_chunk(
    rng: np.random.Generator,
    size: int,
    answers: Sequence[UnitAnswers],
    structure: IndexStructure,
    scores: Floats,
    ranked: np.ndarray,
) -> ReplicateSummary:
    weights = [draw_weights(rng, unit, size) for unit in answers]
    means = np.stack([average_ratings(*pair) for pair in zip(answers, weights, strict=True)], axis=1)
    drawn = score_means(means, structure, evidence=gather_evidence(answers, weights, structure))
    there = ~np.isnan(drawn) & ~np.isnan(scores)
    deviation = np.where(there, drawn - scores, 0.0)
    rankable = (there | ~ranked).all(axis=1)
    in_ranking = np.where(ranked, drawn, np.nan).transpose(0, 2, 1)
    in_ranking[~rankable] = np.nan
    return ReplicateSummary(
        size,
        there.sum(axis=0),
        deviation.sum(axis=0),
        (deviation**2).sum(axis=0),
        rankable.sum(axis=0),
        share_top_ranks(in_ranking, 1).sum(axis=0).T,
        share_top_ranks(in_ranking, 3).sum(axis=0).T,
    )
