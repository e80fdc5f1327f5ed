"""Which assumption moves scores and ranks: Sobol indices and Shapley effects of the `uncertainty:` block.

Factors are the assumptions that vary: respondents (resampled), weights (one quasi-random dimension a category),
normalisation, aggregation, missing answers, excluded category and excluded question (one dimension each). A block of
the design takes two rows of assumptions, A and B, and evaluates the index at every exchange between them, as
`sensitivity` says; rows whose levels agree are the same index and are evaluated once. Ranks are analysed with
everything varied, scores with the normalisation held at that of the ranking, since another one is mostly another unit
of measurement. Method page: docs/methods/sensitivity.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition_blocks import Method
from bpo_index.method_conflicts import VARIED
from bpo_index.robustness.assumptions import Combination, plan_drawing, share_levels
from bpo_index.robustness.chunks import Progress, evaluate_in_order
from bpo_index.robustness.replicates import Drawing, find_nominal_weights, list_excludable_questions
from bpo_index.robustness.resampling import Resampler
from bpo_index.robustness.sensitivity import BlockSums, SensitivityIndices, estimate_sensitivity, sum_blocks
from bpo_index.scoring import IndexStructure, rank_units, score_means
from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.sample import gather_evidence, needs_evidence
from bpo_index.scoring.score import Evidence

#: Independent scrambles of the quasi-random design: their spread gives the intervals.
SCRAMBLES = 16
#: Question means that are scored together, at most; a task takes several scrambles where they are fewer.
_CELLS_IN_TASK = 1_200_000
#: Replicates for each block of a scramble: the evaluations of all blocks then cost about as much as the replicates.
_REPLICATES_PER_BLOCK = 320
_MOST_BLOCKS = 256

#: What is analysed: the rank of a unit, those of all units together, the mean rank shift, the score of a unit.
OUTPUTS = ("all_ranks", "mean_rank_shift", "rank", "score")

SENSITIVITY_SCHEMA = {
    "output": pl.String,
    "unit": pl.String,
    "assumption": pl.String,
    **{f"{index}{end}": pl.Float64 for index in ("shapley", "first_order", "total") for end in ("", "_low", "_high")},
    "variance": pl.Float64,
    "blocks": pl.Int64,
    "blocks_left_out": pl.Int64,
}


@dataclass(frozen=True)
class Effects:
    """Indices of the assumptions.

    Attributes
    ----------
    factors
        The assumptions that vary.
    ranks
        Indices k x (units + 2): of the rank of each ranked unit, of the mean rank shift, of all ranks together (the
        variances of the ranks added up over units).
    scores
        Indices of the score of each ranked unit under the factors but the normalisation.
    order
        The ranked units in the order of their ranks.
    """

    factors: tuple[str, ...]
    ranks: SensitivityIndices
    scores: SensitivityIndices
    order: Ints


@dataclass(frozen=True)
class _Design:
    """What does not change between scrambles."""

    factors: tuple[str, ...]
    combinations: Sequence[Combination]
    shares: dict[str, dict[str, float]]
    drawing: Drawing
    method: Method
    ranked: np.ndarray
    ranks: Ints
    blocks: int


@dataclass(frozen=True)
class _Task:
    design: _Design
    seeds: Sequence[np.random.SeedSequence]


@dataclass(frozen=True)
class _Rows:
    """The rows A and B of some blocks; arrays 2 x blocks, B first."""

    counts: list[Floats]
    """Per unit: sampling units x (2 * blocks), how often each was drawn."""
    levels: dict[str, Ints]
    """Factor to the number of its level; -1: nothing is excluded. Every row of respondents and of weights is new."""
    weights: Floats
    """2 x blocks x categories: what the weights of categories are multiplied by."""


def list_factors(definition: IndexDefinition, structure: IndexStructure) -> tuple[str, ...]:
    """Return the assumptions that vary, by the names of the table of assumptions."""
    drawing, shares = plan_drawing(definition, structure), share_levels(definition)
    varies = {
        "respondents": drawing.respondents,
        "weights": drawing.concentration is not None,
        **{key: len(shares[key]) > 1 for key in VARIED},
        "excluded category": drawing.excluded_category > 0 and len(_list_counted(structure)) > 1,
        "excluded question": drawing.excluded_question > 0 and len(list_excludable_questions(structure)) > 0,
    }
    return tuple(name for name, is_varied in varies.items() if is_varied)


def choose_blocks(replicates: int) -> int:
    """Return the blocks of one scramble, a power of two."""
    wanted = max(replicates / _REPLICATES_PER_BLOCK, 2.0)
    return min(1 << round(float(np.log2(wanted))), _MOST_BLOCKS)


def analyse_assumptions(
    combinations: Sequence[Combination],
    definition: IndexDefinition,
    ranked: np.ndarray,
    ranks: Ints,
    *,
    seed: np.random.SeedSequence,
    blocks: int,
    scrambles: int = SCRAMBLES,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Effects | None:
    """Return the effects of the assumptions on ranks and scores; None where nothing varies or nothing is ranked.

    Parameters
    ----------
    combinations
        Of all levels, from `list_combinations`.
    definition
        The index.
    ranked, ranks
        Of the published units: whether the unit is ranked, and the ranks of those that are.
    seed
        Each scramble has a generator of its own, spawned from it.
    blocks
        Of each scramble, a power of two.
    scrambles
        How many; intervals need two or more, and are good from 16.
    executor, progress
        As for `evaluate_replicates`.
    """
    structure = combinations[0].structure
    factors = list_factors(definition, structure)
    if not factors or not ranked.any():
        return None
    shares = share_levels(definition)
    drawing = plan_drawing(definition, structure)
    design = _Design(factors, combinations, shares, drawing, definition.method, ranked, ranks, blocks)
    seeds = seed.spawn(scrambles)
    cells = len(combinations[0].answers) * len(structure.category_of) * blocks * 2 ** len(factors)
    together = max(1, _CELLS_IN_TASK // cells)
    tasks = [_Task(design, seeds[n : n + together]) for n in range(0, scrambles, together)]
    on_ranks, on_scores = [], []
    for n, part in enumerate(evaluate_in_order(_evaluate_scrambles, tasks, executor)):
        for of_ranks, of_scores in part:
            on_ranks.append(_add_together(of_ranks))
            on_scores.append(of_scores)
        if progress:
            progress(n + 1, len(tasks))
    level = definition.method.confidence_level
    order = np.argsort(ranks, kind="stable")
    return Effects(factors, estimate_sensitivity(on_ranks, level), estimate_sensitivity(on_scores, level), order)


def tabulate_effects(effects: Effects | None, units: Sequence[str], hidden: Collection[str] = ()) -> pl.DataFrame:
    """Return one row per output, unit (null: all; else by rank) and assumption, the largest Shapley effect first.

    Columns as `SENSITIVITY_SCHEMA`: shares of the output's variance with their confidence intervals, the variance, the
    blocks evaluated and those left out. Where an output does not vary, the shares are null. Units with a hidden
    category score, `hidden`, have no rows of their score: what weights do to it tells how its categories differ.
    """
    rows: list[tuple[object, ...]] = []
    if effects is not None:
        held, p = tuple(factor for factor in effects.factors if factor != "normalisation"), len(units)
        outputs: list[tuple[str, str | None, int, tuple[str, ...], SensitivityIndices]] = [
            ("all_ranks", None, p + 1, effects.factors, effects.ranks),
            ("mean_rank_shift", None, p, effects.factors, effects.ranks),
        ]
        outputs += [("rank", units[n], n, effects.factors, effects.ranks) for n in effects.order]
        outputs += [("score", units[n], n, held, effects.scores) for n in effects.order if units[n] not in hidden]
        for output, unit, column, factors, indices in outputs:
            rows += [(output, unit, *row) for row in _list_rows(indices, column, factors)]
    frame = pl.DataFrame(rows, schema=SENSITIVITY_SCHEMA, orient="row")
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None).round(6))


def _list_rows(indices: SensitivityIndices, column: int, factors: Sequence[str]) -> list[tuple[object, ...]]:
    shapley = indices.shapley[:, column]
    rows = []
    for n in np.argsort(-np.nan_to_num(shapley), kind="stable"):
        row: list[object] = [factors[n]]
        for values, interval in (
            (indices.shapley, indices.shapley_interval),
            (indices.first_order, indices.first_order_interval),
            (indices.total, indices.total_interval),
        ):
            row += [float(values[n, column]), float(interval[0, n, column]), float(interval[1, n, column])]
        row += [float(indices.variance[column]), indices.blocks, int(indices.left_out[column])]
        rows.append(tuple(row))
    return rows


def _add_together(sums: BlockSums) -> BlockSums:
    """Append all ranks together: every rank can be computed where one can."""
    whole = sums.squares[:, :-1].sum(axis=1, keepdims=True)
    return BlockSums(sums.blocks, np.append(sums.used, sums.used[-1]), np.hstack([sums.squares, whole]))


def _list_counted(structure: IndexStructure) -> Ints:
    return np.flatnonzero(find_nominal_weights(structure) > 0)


def _evaluate_scrambles(task: _Task) -> list[tuple[BlockSums, BlockSums]]:
    """Return for each scramble the sums of ranks and mean shift, and those of scores."""
    design = task.design
    rows = _join_rows([_draw_rows(np.random.default_rng(seed), design) for seed in task.seeds])
    plan = _plan_evaluations(design, rows, design.blocks * len(task.seeds))
    scores = _score_evaluations(design, rows, plan)
    complete = ~np.isnan(scores).any(axis=1)
    ranks = np.full((len(scores), scores.shape[1] + 1), np.nan)
    ranks[complete, :-1] = rank_units(scores[complete])
    ranks[complete, -1] = np.abs(ranks[complete, :-1] - design.ranks).mean(axis=1)
    parts = []
    for start in range(0, design.blocks * len(task.seeds), design.blocks):
        inside = slice(start, start + design.blocks)
        parts.append((sum_blocks(ranks[plan.varied[:, inside]]), sum_blocks(scores[plan.held[:, inside]])))
    return parts


def _draw_rows(rng: np.random.Generator, design: _Design) -> _Rows:
    from scipy.special import gammaincinv  # noqa: PLC0415
    from scipy.stats import qmc  # noqa: PLC0415

    structure, blocks = design.combinations[0].structure, design.blocks
    nominal, counted = find_nominal_weights(structure), _list_counted(structure)
    weighs = len(counted) if "weights" in design.factors else 0
    choices = [factor for factor in design.factors if factor not in ("respondents", "weights")]
    dimensions = weighs + len(choices)
    points = np.empty((blocks, 2, 0))
    if dimensions:
        points = qmc.Sobol(2 * dimensions, rng=rng).random(blocks).reshape(blocks, 2, dimensions)
    counts = [_draw_counts(rng, Resampler(unit), 2 * blocks, design) for unit in design.combinations[0].answers]

    weights = np.ones((2, blocks, len(nominal)))
    if weighs:
        shape = (design.drawing.concentration or 0.0) * nominal[counted]
        gammas = gammaincinv(shape, points[..., :weighs].transpose(1, 0, 2))
        weights[..., counted] = gammas / (gammas.sum(axis=-1, keepdims=True) * nominal[counted])
    levels = {}
    for n, factor in enumerate(choices):
        place = points[..., weighs + n].T
        if factor in VARIED:
            ends = np.cumsum(list(design.shares[factor].values()))[:-1]
            levels[factor] = np.searchsorted(ends, place, side="right")
        else:
            often, candidates = _list_candidates(factor, design)
            number = np.minimum((place / often * len(candidates)).astype(np.int64), len(candidates) - 1)
            levels[factor] = np.where(place < often, candidates[number], -1)
    return _Rows(counts, levels, weights)


def _draw_counts(rng: np.random.Generator, resampler: Resampler, size: int, design: _Design) -> Floats:
    if "respondents" in design.factors:
        return resampler.draw_counts(rng, size)
    k = resampler.unit.clusters
    return np.full((k, size), max(k - 1, 1) / k)


def _list_candidates(factor: str, design: _Design) -> tuple[float, Ints]:
    """Return how often one is left out, and the categories or questions of which one is."""
    structure = design.combinations[0].structure
    if factor == "excluded category":
        return design.drawing.excluded_category, _list_counted(structure)
    return design.drawing.excluded_question, list_excludable_questions(structure)


def _join_rows(parts: Sequence[_Rows]) -> _Rows:
    """Return the rows of all scrambles side by side."""
    counts = []
    for unit in zip(*(part.counts for part in parts), strict=True):
        sides = [counted.reshape(len(counted), 2, -1) for counted in unit]
        counts.append(np.concatenate(sides, axis=2).reshape(len(sides[0]), -1))
    levels = {name: np.concatenate([part.levels[name] for part in parts], axis=1) for name in parts[0].levels}
    return _Rows(counts, levels, np.concatenate([part.weights for part in parts], axis=1))


@dataclass(frozen=True)
class _Plan:
    """The distinct evaluations, and where the outputs of every exchange are found among them."""

    block: Ints
    """Per evaluation: its block."""
    mask: Ints
    """Per evaluation: the factors that come from A."""
    is_held: np.ndarray
    """Per evaluation: whether the normalisation is that of the ranking, which neither A nor B has."""
    varied: Ints
    """2^k x blocks: the evaluation of each exchange."""
    held: Ints
    """2^j x blocks: the same of each exchange of the factors but the normalisation, that of the ranking held."""


def _plan_evaluations(design: _Design, rows: _Rows, blocks: int) -> _Plan:
    factors = design.factors
    masks = np.arange(2 ** len(factors))[:, np.newaxis]
    same = np.zeros(blocks, dtype=np.int64)
    for bit, factor in enumerate(factors):
        if factor in rows.levels:
            same |= (rows.levels[factor][0] == rows.levels[factor][1]).astype(np.int64) << bit
    # A factor whose levels agree comes from B.
    lean = masks & ~same
    needed = lean == masks
    number = np.cumsum(needed).reshape(needed.shape) - 1
    mask, block = np.nonzero(needed)
    varied = np.take_along_axis(number, lean, axis=0)
    if "normalisation" not in factors:
        return _Plan(block, mask, np.zeros(len(mask), dtype=bool), varied, varied)

    own = 1 << factors.index("normalisation")
    others = masks[(masks & own) == 0][:, np.newaxis]
    lean_others = others & ~same
    names = list(design.shares["normalisation"])
    nominal = design.method.normalisation
    # Levels are read with the range of the block; the ranking may have another one.
    ranges = {combination.structure.method.normalisation_range for combination in design.combinations}
    is_same = nominal in names and (
        nominal not in ("min_max", "borda") or ranges == {design.method.normalisation_range}
    )
    from_b, from_a = rows.levels["normalisation"] == (names.index(nominal) if is_same else -1)
    held_needed = (lean_others == others) & ~(from_a | from_b)
    held_number = len(mask) + np.cumsum(held_needed).reshape(held_needed.shape) - 1
    place = np.searchsorted(others[:, 0], lean_others)
    held = np.where(
        from_b,
        np.take_along_axis(number, lean_others, axis=0),
        np.where(
            from_a,
            np.take_along_axis(number, lean_others | np.where(same & own, 0, own), axis=0),
            np.take_along_axis(held_number, place, axis=0),
        ),
    )
    row, more = np.nonzero(held_needed)
    is_held = np.repeat([False, True], [len(mask), len(row)])
    return _Plan(np.append(block, more), np.append(mask, others[row, 0]), is_held, varied, held)


def _score_evaluations(design: _Design, rows: _Rows, plan: _Plan) -> Floats:
    """Return evaluations x ranked units: the overall scores."""
    side = {factor: plan.mask >> bit & 1 for bit, factor in enumerate(design.factors)}
    nowhere = np.zeros(len(plan.mask), dtype=np.int64)
    blocks = rows.weights.shape[1]
    drawn = side.get("respondents", nowhere) * blocks + plan.block
    level = {
        factor: numbers[side[factor], plan.block] if factor in side else nowhere
        for factor, numbers in rows.levels.items()
    }
    combination = np.zeros(len(plan.mask), dtype=np.int64)
    for key, shares in design.shares.items():
        combination = combination * len(shares) + level.get(key, nowhere)
    category_factors = question_factors = None
    if "weights" in side or "excluded category" in side:
        category_factors = rows.weights[side.get("weights", nowhere), plan.block]
        _leave_out(category_factors, level.get("excluded category"))
    if "excluded question" in side:
        question_factors = np.ones((len(plan.mask), len(design.combinations[0].structure.category_of)))
        _leave_out(question_factors, level["excluded question"])

    read_means = _prepare_means(rows)
    scores = np.empty((len(plan.mask), int(design.ranked.sum())))
    cells = len(design.combinations[0].answers) * len(design.combinations[0].structure.category_of)
    for number, is_held, chosen in _group(combination, plan.is_held, max(1, _CELLS_IN_TASK // cells)):
        structure = design.combinations[number].structure
        if is_held:
            own = {name: getattr(design.method, name) for name in ("normalisation", "normalisation_range")}
            structure = replace(structure, method=structure.method.model_copy(update=own))
        read = read_means(design.combinations[number])
        found = score_means(
            read.means[..., drawn[chosen]].transpose(2, 1, 0),
            structure,
            evidence=read.take_evidence(drawn[chosen]),
            category_factors=None if category_factors is None else category_factors[chosen],
            question_factors=None if question_factors is None else question_factors[chosen],
        )
        scores[chosen] = found[..., 0][:, design.ranked]
    return scores


def _leave_out(factors: Floats, number: Ints | None) -> None:
    if number is not None:
        leaves = np.flatnonzero(number >= 0)
        factors[leaves, number[leaves]] = 0.0


def _group(combination: Ints, is_held: np.ndarray, most: int) -> Iterator[tuple[int, bool, Ints]]:
    """Yield combination, whether the normalisation is held, and evaluations of both, `most` at a time."""
    for held in (False, True):
        for number in np.unique(combination[is_held == held]):
            chosen = np.flatnonzero((combination == number) & (is_held == held))
            for start in range(0, len(chosen), most):
                yield int(number), held, chosen[start : start + most]


@dataclass(frozen=True)
class _Means:
    means: Floats
    """Questions x units x rows."""
    evidence: Evidence | None

    def take_evidence(self, rows: Ints) -> Evidence | None:
        if self.evidence is None:
            return None
        return Evidence(**{name: None if part is None else part[rows] for name, part in vars(self.evidence).items()})


def _prepare_means(rows: _Rows) -> Callable[[Combination], _Means]:
    """Return a function from a combination to the means of all rows, made once for each treatment of missing ones."""
    made: dict[str, _Means] = {}

    def read(combination: Combination) -> _Means:
        structure = combination.structure
        treatment = structure.method.missing_answers
        if treatment not in made:
            size = 2 * rows.weights.shape[1]
            means = np.empty((len(structure.category_of), len(combination.answers), size))
            weights = []
            for n, unit in enumerate(combination.answers):
                resampler = Resampler(unit)
                resampler.average(rows.counts[n], out=means[:, n])
                if needs_evidence(structure):
                    weights.append(resampler.weigh(rows.counts[n]))
            evidence = gather_evidence(combination.answers, weights, structure) if weights else None
            made[treatment] = _Means(means, evidence)
        return made[treatment]

    return read
