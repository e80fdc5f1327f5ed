"""Leave out one unit after another and see whether the others keep their order: rank reversal.

Where a method compares units, a unit that takes no part changes the yardstick of the others: ends, means and places of
normalisations, weights that are learnt, pairwise comparisons. The order of two units then hangs on a third one. Where
units do not matter to one another (`IndexStructure.units_matter`, from the records of methods) nothing can change, and
nothing is computed. Ranks are those among the units that are left, before and after, so that a unit that moves up
because one ahead of it is gone has not moved. Method page: docs/methods/influence.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.influence import RANKS_WITHOUT_UNIT
from bpo_index.publication.columns.private import INFLUENCE_ITEMS
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.preparation import gather_evidence
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import estimate_unit_means
from bpo_index.scoring.unit_scores import Scores, score_units

#: The name under which units are left out, in all tables.
UNIT = "unit"
#: Units of which each is left out, at most: the table grows with their square.
MOST_UNITS = 100


def leave_out_units(
    accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return what happens to the others when each unit is left out.

    Parameters
    ----------
    accepted, scores, definition
        The answers, what `score_units` made of them, and the index.

    Returns
    -------
    items
        One row per unit that takes part: the columns of `INFLUENCE_ITEMS`, null where it could not be computed, as
        without the unit of reference.
    ranks
        One row per such unit and ranked other one: the columns of `RANKS_WITHOUT_UNIT`. Both without rows under methods
        in which units do not matter, and with more than `MOST_UNITS` units.
    """
    codes = [unit.code for unit in definition.units]
    ranked = scores.units["ranked"].to_numpy()
    base = scores.units.select(pl.when("ranked").then("score").fill_null(float("nan"))).to_series().to_numpy()
    rows: list[dict[str, object]] = []
    ranks: list[tuple[str, str, int, int | None]] = []
    count = int(scores.sample.published.sum())
    if scores.sample.structure.units_matter and ranked.sum() > 2 and count <= MOST_UNITS:
        for place, found in _score_others(accepted, scores, definition):
            others = np.where(ranked & (np.arange(len(codes)) != place), base, np.nan)
            rows.append({"left_out": UNIT, "item": codes[place], "unit": None} | _measure(others, found))
            ranks += _list_ranks(codes, codes[place], others, found)
    items = pl.DataFrame(rows, schema=INFLUENCE_ITEMS.schema, orient="row")
    return items.with_columns(pl.col(pl.Float64).round(6)), pl.DataFrame(
        ranks, schema=RANKS_WITHOUT_UNIT.schema, orient="row"
    )


def _score_others(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> Iterator[tuple[int, Floats]]:
    """Yield the place of each unit that takes part, and the overall scores of all units without it; NaN for none."""
    sample, structure = scores.sample, scores.sample.structure
    places = np.flatnonzero(sample.published)
    means = estimate_unit_means(sample.answers)
    for n, place in enumerate(places.tolist()):
        found = np.full(len(sample.published), np.nan)
        if structure.missing_answers.looks_at_others:
            rest = accepted.filter(pl.col("unit") != sample.answers[n].unit)
            try:
                anew = score_units(rest, definition, sample.margins, restated=sample.restated, is_whole=False).units
            except DataRefused:
                yield place, found
                continue
            yield place, anew["score"].fill_null(float("nan")).to_numpy()
            continue
        kept = np.delete(np.arange(len(places)), n)
        without = _drop_reference(structure, n)
        if without is not None:
            answers = [sample.answers[m] for m in kept]
            evidence = gather_evidence(answers, [unit.weights for unit in answers], without)
            found[places[kept]] = score_means(means[kept], without, evidence=evidence)[:, 0]
        yield place, found


def _drop_reference(structure: IndexStructure, gone: int) -> IndexStructure | None:
    """Return the structure of the units that are left; None where the unit of reference is gone."""
    reference = structure.reference
    if reference is None:
        return structure
    return None if reference == gone else replace(structure, reference=reference - (reference > gone))


def _compare(others: Floats, found: Floats) -> tuple[Ints, Ints]:
    """Return the ranks of the ranked others before and after; 0 where one has none after."""
    there = ~np.isnan(others)
    return rank_units(others)[there], rank_units(np.where(there, found, np.nan))[there]


def _measure(others: Floats, found: Floats) -> dict[str, object]:
    """Return the measures of one row, null where nothing could be computed."""
    before, after = _compare(others, found)
    if not after.any():
        return {}
    shift = np.where(after > 0, np.abs(after - before), 0)
    changes = np.nan_to_num(found - others)
    return {
        "score_change": float(changes[np.abs(changes).argmax()]),
        "ranks_changed": int((after != before).sum()),
        "largest_shift": int(shift.max()),
        "mean_rank_shift": float(shift.mean()),
        "changes_first": bool((((after <= 1) & (after > 0)) != (before <= 1)).any()),
        "changes_first_five": bool((((after <= FIRST_FEW) & (after > 0)) != (before <= FIRST_FEW)).any()),
    }


def _list_ranks(codes: list[str], gone: str, others: Floats, found: Floats) -> list[tuple[str, str, int, int | None]]:
    before, after = _compare(others, found)
    order = np.argsort(before, kind="stable")
    left = np.flatnonzero(~np.isnan(others))
    return [(gone, codes[left[n]], int(before[n]), int(after[n]) or None) for n in order]
