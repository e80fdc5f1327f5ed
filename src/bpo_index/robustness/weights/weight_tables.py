"""Tables on the weights of categories: which change of them changes the order, and ranks over all of them.

Weights are moved among the categories that one node holds, and the order is that of its scores: of the index, and of
each category that holds categories. Over the ranked units whose categories are all published, or follow from what is
(`imply_scores`): from exact bounds on weights a withheld category score could be computed. Method page:
docs/methods/weights.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.weights import CENTRAL_WEIGHTS, RANK_ACCEPTABILITY, WEIGHT_INTERVALS, WEIGHT_SWAPS
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.weights.order_changes import find_stability_intervals, find_swaps, list_pairs, make_additive
from bpo_index.robustness.weights.weight_space import draw_bounded_weights, draw_weights, measure_acceptability
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.implied_scores import imply_scores
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import Node
from bpo_index.scoring.unit_scores import Scores, find_published_as_bounds, find_ranked, unit_score_matrix

#: Weights drawn from each set: shares are then right to half a percent.
_DRAWS = 10_000


@dataclass(frozen=True)
class WeightTables:
    """What depends on the weights of categories; empty where the order is no weighted sum of categories."""

    weight_swaps: pl.DataFrame
    """One row per node and pair: `ahead, behind, weight_moved` (share of the total weight, null: never), `gains, loses,
    parent` (the category in which units are ranked, null: the index)."""
    weight_intervals: pl.DataFrame
    """One row per category and what is kept (`ranking, first, first_five`): `category, kept, weight, low, high,
    level_at_low, level_at_high` (the two units that draw level there)."""
    rank_acceptability: pl.DataFrame
    """One row per node, set of weights (`all, bounded`), unit and place: `weights, unit, place, share, parent`."""
    central_weights: pl.DataFrame
    """One row per set of weights, unit and category: `weights, unit, share_first, category, weight, central_weight`
    (null: the unit is never first)."""


def tabulate_weights(scores: Scores, definition: IndexDefinition, seed: np.random.SeedSequence) -> WeightTables:
    """Return the tables for the weights that scores were made with; draws of weights are spawned from the seed."""
    ranked, sample = find_ranked(scores), scores.sample
    used = scores.weights.filter(pl.col("question").is_null())["weight"]
    weights = np.insert(used.fill_null(float("nan")).to_numpy(), 0, 1.0) if len(used) else np.empty(0)
    matrix = unit_score_matrix(scores)
    if len(weights):
        bounds = np.where(find_published_as_bounds(scores), unit_score_matrix(scores, bounds=True), np.nan)
        matrix = imply_scores(
            matrix, bounds, enough=~sample.is_small, structure=sample.structure, weights=np.nan_to_num(weights)
        )
    parts = [
        _tabulate_node(node, matrix, ranked[:, node.number], weights, definition=definition, seed=seed)
        for node in (scores.sample.structure.holders if len(weights) else ())
    ]
    empty = (WEIGHT_SWAPS, WEIGHT_INTERVALS, RANK_ACCEPTABILITY, CENTRAL_WEIGHTS)
    found = [part for part in parts if part] or [[pl.DataFrame(schema=table.schema) for table in empty]]
    swaps, intervals, acceptability, central = (pl.concat(frames) for frames in zip(*found, strict=True))
    return WeightTables(
        weight_swaps=swaps, weight_intervals=intervals, rank_acceptability=acceptability, central_weights=central
    )


def _tabulate_node(
    node: Node,
    matrix: Floats,
    ranked: np.ndarray,
    weights: Floats,
    *,
    definition: IndexDefinition,
    seed: np.random.SeedSequence,
) -> list[pl.DataFrame] | None:
    """Return the four tables of one node; None where there is nothing to say."""
    held = node.children[weights[node.children] != 0]
    shares = weights[held]
    complete = np.asarray(~np.isnan(matrix[:, held]).any(axis=1))
    chosen = np.flatnonzero(ranked & complete)
    if len(chosen) < 2 or len(held) < 2 or not (shares > 0).all():
        return None
    values = _make_values(matrix, node, held, complete)
    if values is None:
        return None
    shares = shares / shares.sum()
    ids, codes = [definition.nodes[n].id for n in held], [definition.units[n].code for n in chosen]
    parent = definition.nodes[node.number].id or None
    ranks = rank_units(matrix[chosen, node.number])
    pairs = list_pairs(ranks)
    acceptability, central = _frame_space(
        values[chosen], shares, ranks, codes, ids=ids, definition=definition, seed=seed, parent=parent
    )
    return [
        _frame_swaps(values[chosen], shares, pairs, codes=codes, ids=ids, parent=parent),
        _frame_intervals(values[chosen], shares, ranks, pairs, codes=codes, ids=ids),
        acceptability,
        central,
    ]


def _make_values(matrix: Floats, node: Node, held: Ints, complete: np.ndarray) -> Floats | None:
    """Return units x categories: values whose weighted sum orders the units; None where none does."""
    scored = ~np.isnan(matrix[:, node.number])
    record = node.aggregation
    # What compares with every unit that has a score must not be published with a category withheld.
    if not record.adds_alone and (scored & ~complete).any():
        return None
    additive = make_additive(matrix[complete][:, held], record.name, **node.aggregation_options)
    if additive is None:
        return None
    values = np.full((len(matrix), len(held)), np.nan)
    values[complete] = additive
    return values


def _frame_swaps(
    values: Floats, weights: Floats, pairs: Ints, *, codes: Sequence[str], ids: Sequence[str], parent: str | None
) -> pl.DataFrame:
    found = find_swaps(values[pairs[0]] - values[pairs[1]], weights)
    rows = []
    for ahead, behind, moved, gaining, taken in zip(*pairs, found.moved, found.gaining, found.taken, strict=True):
        loses = " ".join(ids[n] for n in np.argsort(-taken, kind="stable") if taken[n] > 0)
        never = gaining < 0
        rows.append(
            (
                codes[ahead],
                codes[behind],
                None if never else float(moved),
                None if never else ids[gaining],
                None if never else loses,
                parent,
            )
        )
    return round_table(pl.DataFrame(rows, schema=WEIGHT_SWAPS.schema, orient="row"))


def _frame_intervals(
    values: Floats, weights: Floats, ranks: Ints, pairs: Ints, *, codes: Sequence[str], ids: Sequence[str]
) -> pl.DataFrame:
    rows = []
    for kept, first in (("ranking", None), ("first", 1), ("first_five", FIRST_FEW)):
        chosen = pairs
        if first is not None:
            # Nothing is kept where the ranking ties across the cut, or where every unit is among the first.
            if (ranks <= first).sum() != first or len(ranks) <= first:
                continue
            chosen = pairs[:, (ranks[pairs[0]] <= first) & (ranks[pairs[1]] > first)]
        if not chosen.size:
            continue
        found = find_stability_intervals(values[chosen[0]] - values[chosen[1]], weights)
        for n, category in enumerate(ids):
            level = [
                None if pair < 0 else f"{codes[chosen[0, pair]]} {codes[chosen[1, pair]]}"
                for pair in (found.pair_at_low[n], found.pair_at_high[n])
            ]
            rows.append((category, kept, float(weights[n]), float(found.low[n]), float(found.high[n]), *level))
    return round_table(pl.DataFrame(rows, schema=WEIGHT_INTERVALS.schema, orient="row"))


def _frame_space(
    values: Floats,
    weights: Floats,
    ranks: Ints,
    codes: Sequence[str],
    *,
    ids: Sequence[str],
    definition: IndexDefinition,
    seed: np.random.SeedSequence,
    parent: str | None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    low, high = definition.uncertainty.weight_bounds
    whole, bounded = (np.random.default_rng(part) for part in seed.spawn(2))
    sets = {
        "all": draw_weights(whole, _DRAWS, len(weights)),
        "bounded": draw_bounded_weights(
            bounded, _DRAWS, weights, low=weights * low, high=np.minimum(weights * high, 1.0)
        ),
    }
    places, centres = [], []
    order = np.argsort(ranks, kind="stable")
    for name, drawn in sets.items():
        found = measure_acceptability(values @ drawn.T, drawn)
        for n in order:
            places += [(name, codes[n], place + 1, float(share), parent) for place, share in enumerate(found.ranks[n])]
            centres += [
                (
                    name,
                    codes[n],
                    float(found.ranks[n, 0]),
                    category,
                    float(weights[c]),
                    float(found.central_weights[n, c]),
                )
                for c, category in enumerate(ids)
            ]
    return (
        round_table(pl.DataFrame(places, schema=RANK_ACCEPTABILITY.schema, orient="row")),
        round_table(pl.DataFrame(centres, schema=CENTRAL_WEIGHTS.schema, orient="row")),
    )
