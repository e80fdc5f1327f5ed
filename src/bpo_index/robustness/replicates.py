"""Replicates: the whole index recomputed under drawn assumptions, in chunks.

One replicate resamples the respondents, fits their weights again, recomputes question means, all that the methods learn
from units or respondents, categories and the index; where they are drawn too, weights of categories and what is left
out. Replicates that share their methods are a `Scenario`; chunks of one size take its replicates in order.

Chunk c draws from the c-th generator spawned from the seed, chunks have one fixed size, BLAS runs on one thread, and
sums are taken in the order of chunks: the result does not depend on the executor, its workers or the machine's load.
Method page: docs/methods/replicates.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from bpo_index.robustness.chunks import Progress, evaluate_in_order
from bpo_index.robustness.generators import MODERATED, branch_generator
from bpo_index.robustness.ranks.tallies import RankTally, tally_ranks
from bpo_index.robustness.sampling.moderation import Moderation, find_moderation
from bpo_index.robustness.sampling.resampling import Resampler, average_units
from bpo_index.robustness.sampling.shared_companies import draw_counts, find_answering
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.steps import learn_weights
from bpo_index.scoring.structure import IndexStructure, Node
from bpo_index.scoring.unit_means import UnitAnswers

#: Replicates in a chunk, at most; fewer for a large index, so that memory stays bounded. It depends on the index only:
#: matrix products change in their last bits with their size.
CHUNK_SIZE = 4_000
_CELLS_IN_CHUNK = 1_200_000


@dataclass(frozen=True)
class Scenario:
    """Replicates that share their methods."""

    structure: IndexStructure
    """The index under these methods."""
    answers: Sequence[UnitAnswers]
    """The units, their missing answers treated as these methods say."""
    replicates: int
    """How many."""
    levels: tuple[tuple[str, str], ...] = ()
    """The assumptions that the scenario fixes, and their levels."""

    @property
    def chunk_size(self) -> int:
        """How many replicates are evaluated together: by the numbers that one replicate takes."""
        means = len(self.answers) * len(self.structure.node_of)
        draws = max((unit.respondents for unit in self.answers), default=0)
        return max(1, min(CHUNK_SIZE, _CELLS_IN_CHUNK // max(means, draws, 1)))

    @cached_property
    def resamplers(self) -> list[Resampler]:
        """The units, ready to be resampled."""
        return [Resampler(unit) for unit in self.answers]

    @cached_property
    def answering(self) -> np.ndarray | None:
        """Sampling units x units: who answers where; None where nobody answers in several units."""
        return find_answering(self.answers)

    @cached_property
    def moderation(self) -> Moderation | None:
        """How drawn means are moderated; None where no two units have a variance."""
        return find_moderation(self.answers, self.structure)


@dataclass(frozen=True)
class Drawing:
    """What is drawn within each replicate."""

    respondents: bool = True
    """Whether respondents are resampled."""
    concentrations: Mapping[int, float] = field(default_factory=dict)
    """Node to the concentration of the Dirichlet distribution of the weights of the nodes that it holds, round their
    nominal ones; weights of the others are not drawn."""
    excluded_category: float = 0.0
    """How often one category is left out."""
    excluded_question: float = 0.0
    """How often one question of a category with several is left out."""


@dataclass(frozen=True)
class ReplicateSummary:
    """Sums over replicates; summaries of chunks add up.

    A column is a node: the overall score, or that of a category.
    """

    replicates: int
    """Replicates evaluated."""
    computed: Ints
    """Units x columns: replicates in which the score could be computed."""
    deviation: Floats
    """Units x columns: sum of (replicate score - score)."""
    squares: Floats
    """Units x columns: sum of (replicate score - score)^2."""
    products: Floats
    """Columns x units x units: sum of products of the deviations of two units."""
    tallies: tuple[RankTally, ...]
    """One a column, over its ranked units, of the replicates in which all of these had a score."""

    def __add__(self, other: ReplicateSummary) -> ReplicateSummary:
        """Return the summary of both."""
        return ReplicateSummary(
            replicates=self.replicates + other.replicates,
            computed=self.computed + other.computed,
            deviation=self.deviation + other.deviation,
            squares=self.squares + other.squares,
            products=self.products + other.products,
            tallies=tuple(mine + theirs for mine, theirs in zip(self.tallies, other.tallies, strict=True)),
        )

    @property
    def rankable(self) -> Ints:
        """Columns: replicates in which every ranked unit had a score."""
        return np.array([tally.replicates for tally in self.tallies])

    def estimate_standard_errors(self) -> Floats:
        """Return the standard deviation of the replicate scores (divisor B - 1); NaN with fewer than two replicates."""
        n = self.computed
        centred = self.squares - self.deviation**2 / np.maximum(n, 1)
        return np.where(n > 1, np.sqrt(np.maximum(centred, 0) / np.maximum(n - 1, 1)), np.nan)

    def estimate_correlation(self, column: int) -> Floats:
        """Return units x units: correlations of the replicate scores of a column; 0 where a unit does not vary."""
        n = np.maximum(self.computed[:, column], 1)
        mean = self.deviation[:, column] / n
        covariance = self.products[column] / np.minimum(n[:, np.newaxis], n) - np.outer(mean, mean)
        spread = np.sqrt(np.maximum(self.squares[:, column] / n - mean**2, 0))
        scale = np.outer(spread, spread)
        known = scale > 0
        correlation = np.where(known, covariance / np.where(known, scale, 1.0), 0.0)
        np.fill_diagonal(correlation, 1.0)
        return np.clip(correlation, -1, 1)


#: Of what the variances that are drawn are moderated: of nothing, of the scores that are ranked, of all scores.
Moderated = Literal["nothing", "ranks", "scores"]


@dataclass(frozen=True)
class _Task:
    """One chunk, complete: it can be evaluated anywhere."""

    scenario: Scenario
    drawing: Drawing
    scores: Floats
    ranked: np.ndarray
    seed: np.random.SeedSequence
    size: int
    moderated: Moderated


def evaluate_replicates(
    scenarios: Sequence[Scenario],
    scores: Floats,
    ranked: np.ndarray,
    *,
    seed: int | np.random.SeedSequence,
    drawing: Drawing | None = None,
    moderated: Moderated = "nothing",
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> ReplicateSummary:
    """Evaluate the replicates of an index and return their sums.

    Parameters
    ----------
    scenarios
        Methods and answers with the number of replicates of each; every one has the same units.
    scores
        Units x columns: the scores themselves, from which deviations are taken; NaN where there is none. Columns are
        all nodes, or the first ones.
    ranked
        Same shape: true where the unit takes part in the ranking of that column.
    seed
        Any integer from 0.
    drawing
        What is drawn within each replicate; None: respondents.
    moderated
        What is made of moderated variances (`find_moderation`): `ranks`, the tallies, while the sums are those of the
        resamples themselves; `scores`, both.
    executor
        Where chunks are evaluated; None: threads, as many as the process may use processors.
    progress
        Called after each chunk with the replicates done and all of them.

    Raises
    ------
    EnvironmentFailed
        When a worker of the executor died and the executor cannot go on.
    ValueError
        When there are no replicates.
    """
    total = sum(scenario.replicates for scenario in scenarios)
    if total < 1:
        msg = "at least one replicate is needed"
        raise ValueError(msg)
    root = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
    tasks = _list_tasks(scenarios, drawing or Drawing(), scores, ranked, root=root, moderated=moderated)
    summary: ReplicateSummary | None = None
    for part in evaluate_in_order(_score_chunk, tasks, executor):
        summary = part if summary is None else summary + part
        if progress:
            progress(summary.replicates, total)
    assert summary is not None
    return summary


def _list_tasks(
    scenarios: Sequence[Scenario],
    drawing: Drawing,
    scores: Floats,
    ranked: np.ndarray,
    *,
    root: np.random.SeedSequence,
    moderated: Moderated,
) -> Iterator[_Task]:
    number = 0
    for scenario in scenarios:
        chunk = scenario.chunk_size
        # Found once, and not by each worker for each chunk.
        _ = scenario.answering, scenario.moderation if moderated != "nothing" else None
        for start in range(0, scenario.replicates, chunk):
            seed = np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, number))
            size = min(chunk, scenario.replicates - start)
            yield _Task(scenario, drawing, scores, ranked, seed, size, moderated)
            number += 1


def _score_chunk(task: _Task) -> ReplicateSummary:
    rng = np.random.default_rng(task.seed)
    columns = task.scores.shape[1]
    drawn, to_rank = (scores[..., :columns] for scores in _draw_scores(rng, task))
    there, rankable = (~(np.isnan(scores) | np.isnan(task.scores)) for scores in (drawn, to_rank))
    deviation = np.where(there, drawn - task.scores, 0.0)
    tallies = []
    products = np.empty((columns, drawn.shape[1], drawn.shape[1]))
    for column in range(columns):
        chosen = task.ranked[:, column]
        # Units x replicates.
        in_ranking = to_rank[:, chosen, column].T
        complete = rankable[:, chosen, column].all(axis=1)
        if not complete.all():
            in_ranking = in_ranking[:, complete]
        tallies.append(tally_ranks(in_ranking, rank_units(task.scores[chosen, column])))
        moved = deviation[..., column]
        products[column] = moved.T @ moved
    squares = np.diagonal(products, axis1=1, axis2=2).T
    return ReplicateSummary(
        replicates=task.size,
        computed=there.sum(axis=0),
        deviation=deviation.sum(axis=0),
        squares=squares.copy(),
        products=products,
        tallies=tuple(tallies),
    )


def _draw_scores(rng: np.random.Generator, task: _Task) -> tuple[Floats, Floats]:
    """Return replicates x units x nodes: the scores, and those that are ranked."""
    structure, drawing, size = task.scenario.structure, task.drawing, task.size
    resamplers = task.scenario.resamplers
    if drawing.respondents:
        draw = draw_counts(rng, resamplers, size, there=task.scenario.answering)
    else:
        draw = (unit.count_evenly(size) for unit in resamplers)
    # Replicates lie side by side in memory, behind the axes that the methods see first.
    means, evidence = average_units(resamplers, draw, structure, size)
    factors = draw_node_factors(rng, structure, drawing, size)
    kept = draw_questions_kept(rng, structure, drawing, size)

    def score(means: Floats) -> Floats:
        return score_means(
            means.transpose(2, 1, 0), structure, evidence=evidence, node_factors=factors, question_factors=kept
        )

    moderation = task.scenario.moderation if drawing.respondents and task.moderated != "nothing" else None
    if moderation is None:
        return (scores := score(means)), scores
    # NOTE: a generator of its own, so that moderating changes no resample.
    to_rank = score(moderation.apply(means, moderation.draw(branch_generator(rng, MODERATED), size)))
    return (to_rank if task.moderated == "scores" else score(means)), to_rank


def find_nominal_weights(node: Node) -> Floats:
    """Return the weights, sum one, around which the weights of a node's children are drawn: fixed ones, or nominal."""
    if node.weighting.learns:
        return learn_weights("given", node.nominal, None)
    return learn_weights(node.weighting.name, node.nominal, None, **node.weighting_options)


def draw_node_factors(
    rng: np.random.Generator, structure: IndexStructure, drawing: Drawing, size: int
) -> Floats | None:
    """Return size x nodes: what the weights of categories are multiplied by; None where nothing is drawn.

    With concentration a and nominal weights m, sum one, the weights drawn are Dirichlet(a m): their mean is m, their
    variance m (1 - m) / (a + 1). Each set of nodes that one node holds has its own distribution.
    """
    if not drawing.concentrations and not drawing.excluded_category:
        return None
    factors = np.ones((len(structure.nodes), size))
    for number, concentration in drawing.concentrations.items():
        held, shares = list_counted(structure.nodes[number])
        shape = concentration * shares
        drawn = rng.standard_gamma(shape[:, np.newaxis], (len(held), size))
        factors[held] = drawn / (drawn.sum(axis=0) * shares[:, np.newaxis])
    candidates = list_excludable_categories(structure)
    if drawing.excluded_category and len(candidates):
        _leave_out(rng, factors, candidates, drawing.excluded_category)
    return factors.T


def draw_questions_kept(
    rng: np.random.Generator, structure: IndexStructure, drawing: Drawing, size: int
) -> Floats | None:
    """Return size x questions: 0 for a question that is left out, else 1; None where nothing is left out."""
    if not drawing.excluded_question:
        return None
    candidates = list_excludable_questions(structure)
    kept = np.ones((len(structure.node_of), size))
    if len(candidates):
        _leave_out(rng, kept, candidates, drawing.excluded_question)
    return kept.T


def list_counted(node: Node) -> tuple[Ints, Floats]:
    """Return the children of a node that count, and the weights around which theirs are drawn."""
    nominal = find_nominal_weights(node)
    counted = nominal > 0
    return node.children[counted], nominal[counted]


def list_excludable_categories(structure: IndexStructure) -> Ints:
    """Return the nodes that count in the index and do not stand alone under the node that holds them."""
    held = [list_counted(node)[0] for node in structure.holders]
    beside = np.sort(np.concatenate([nodes if len(nodes) > 1 else nodes[:0] for nodes in held]))
    return np.asarray(beside[structure.counts[beside]])


def list_excludable_questions(structure: IndexStructure) -> Ints:
    """Return the questions that count and are not alone in their category."""
    counted = np.flatnonzero(structure.question_weights > 0)
    others = np.bincount(structure.node_of[counted], minlength=len(structure.nodes))
    return counted[others[structure.node_of[counted]] > 1]


def _leave_out(rng: np.random.Generator, factors: Floats, candidates: Ints, share: float) -> None:
    """Put 0 for one candidate, drawn evenly, in so large a share of the replicates (items x replicates, in place)."""
    size = factors.shape[1]
    leaves = np.flatnonzero(rng.random(size) < share)
    factors[candidates[rng.integers(0, len(candidates), size)][leaves], leaves] = 0.0
