"""Which assumption moves scores and ranks: Sobol indices and Shapley effects of the `uncertainty:` block.

Factors are the assumptions that vary: respondents (resampled), weights (one quasi-random dimension a category),
normalisation, aggregation, missing answers, excluded category and excluded question (one dimension each). A block of
the design takes two rows of assumptions, A and B, and evaluates the index at every exchange between them, as
`sensitivity` says; rows whose levels agree are the same index and are evaluated once. Ranks are analysed with
everything varied, scores with the normalisation held at that of the ranking, since another one is mostly another unit
of measurement. Method page: docs/methods/sensitivity.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.assumptions import SENSITIVITY
from bpo_index.robustness.assumptions.combinations import Combination, plan_drawing, share_levels
from bpo_index.robustness.assumptions.evaluations import (
    CELLS_IN_TASK,
    Design,
    draw_rows,
    join_rows,
    list_factors,
    plan_evaluations,
    score_evaluations,
)
from bpo_index.robustness.assumptions.sensitivity import BlockSums, SensitivityIndices, estimate_sensitivity, sum_blocks
from bpo_index.robustness.chunks import Progress, evaluate_in_order
from bpo_index.robustness.rounding import round_table
from bpo_index.scoring.arrays import Ints
from bpo_index.scoring.ranking import rank_units

#: Independent scrambles of the quasi-random design: their spread gives the intervals.
SCRAMBLES = 16
#: Replicates for each block of a scramble: the evaluations of all blocks then cost about as much as the replicates.
_REPLICATES_PER_BLOCK = 320
_MOST_BLOCKS = 256


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
class _Task:
    design: Design
    seeds: Sequence[np.random.SeedSequence]


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
    design = Design(
        factors=factors,
        combinations=combinations,
        shares=shares,
        drawing=drawing,
        method=definition.method,
        ranked=ranked,
        ranks=ranks,
        blocks=blocks,
    )
    seeds = seed.spawn(scrambles)
    cells = len(combinations[0].answers) * len(structure.node_of) * blocks * 2 ** len(factors)
    together = max(1, CELLS_IN_TASK // cells)
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


def tabulate_effects(effects: Effects | None, units: Sequence[str]) -> pl.DataFrame:
    """Return one row per output, unit (null: all; else by rank) and assumption, the largest Shapley effect first.

    Columns as `SENSITIVITY`: shares of the output's variance with their confidence intervals, the variance, the
    blocks evaluated and those left out. Where an output does not vary, the shares are null.
    """
    rows: list[tuple[object, ...]] = []
    if effects is not None:
        held, p = tuple(factor for factor in effects.factors if factor != "normalisation"), len(units)
        outputs: list[tuple[str, str | None, int, tuple[str, ...], SensitivityIndices]] = [
            ("all_ranks", None, p + 1, effects.factors, effects.ranks),
            ("mean_rank_shift", None, p, effects.factors, effects.ranks),
        ]
        outputs += [("rank", units[n], n, effects.factors, effects.ranks) for n in effects.order]
        outputs += [("score", units[n], n, held, effects.scores) for n in effects.order]
        for output, unit, column, factors, indices in outputs:
            rows += [(output, unit, *row) for row in _list_rows(indices, column, factors)]
    frame = pl.DataFrame(rows, schema=SENSITIVITY.schema, orient="row")
    return round_table(frame)


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


def _evaluate_scrambles(task: _Task) -> list[tuple[BlockSums, BlockSums]]:
    """Return for each scramble the sums of ranks and mean shift, and those of scores."""
    design = task.design
    rows = join_rows([draw_rows(np.random.default_rng(seed), design) for seed in task.seeds])
    plan = plan_evaluations(design, rows, design.blocks * len(task.seeds))
    scores = score_evaluations(design, rows, plan)
    complete = ~np.isnan(scores).any(axis=1)
    ranks = np.full((len(scores), scores.shape[1] + 1), np.nan)
    ranks[complete, :-1] = rank_units(scores[complete])
    ranks[complete, -1] = np.abs(ranks[complete, :-1] - design.ranks).mean(axis=1)
    parts = []
    for start in range(0, design.blocks * len(task.seeds), design.blocks):
        inside = slice(start, start + design.blocks)
        parts.append((sum_blocks(ranks[plan.varied[:, inside]]), sum_blocks(scores[plan.held[:, inside]])))
    return parts
