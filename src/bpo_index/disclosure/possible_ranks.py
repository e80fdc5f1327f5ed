"""Ranks that units can have once rows are readmitted, whatever those rows say.

A rank that depends on the answers of one or two people bounds them: the score lies between those of the neighbours. So
public tables tell only what follows from published scores and numbers of respondents. For a unit with rows readmitted,
the score lies between those with all of their ratings at the low end and at the high end of the scale (`bound_scores`);
its rank lies between one plus the units surely ahead and one plus those possibly ahead (`rank_between`). Neither
depends on what the rows say. Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from bpo_index.disclosure.cells.ends import find_end_margins, place_margins
from bpo_index.robustness.influence import are_means_own
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.ranking import TIE_TOLERANCE
from bpo_index.scoring.unit_scores import Scores


class Range(NamedTuple):
    """The lowest and the highest value; arrays over ranked units."""

    low: Floats
    high: Floats


def bound_scores(readmitted: pl.DataFrame, scores: Scores) -> Range | None:
    """Return between which scores each ranked unit lies with rows readmitted, whatever they say.

    Parameters
    ----------
    readmitted
        The rows, with `unit` and `design_weight`.
    scores
        What `score_units` made of the accepted answers.

    Returns
    -------
    Range
        Over the ranked units, in the definition's order; both ends are the score where no row is readmitted. None where
        the score of a unit depends on the answers of others, so that nothing can be said.
    """
    sample = scores.sample
    units = scores.units.filter("ranked")
    own = units["score"].to_numpy().astype(float)
    if readmitted.is_empty():
        return Range(own, own)
    structure = sample.structure
    if not are_scores_own(scores):
        return None
    low, high = own.copy(), own.copy()
    added = dict(readmitted.group_by("unit").agg(pl.col("design_weight").sum()).iter_rows())
    rows = dict(readmitted["unit"].value_counts().iter_rows())
    answers = {unit.unit: unit for unit in sample.answers}
    ends = np.stack(structure.ends)
    for n, code in enumerate(units["unit"]):
        if code not in added:
            continue
        unit = answers[code]
        # As the index would print them: a score at an end of the scale is a bound.
        margins = find_end_margins(structure, unit.respondents + rows[code])
        least, most = (float(ends[0]) for ends in place_margins(structure, margins))
        if unit.is_fitted:
            low[n], high[n] = least, most
            continue
        sums, weights = unit.sum_ratings()
        means = (sums + added[code] * ends) / (weights + added[code])
        low[n], high[n] = np.clip(score_means(means, structure)[:, 0], least, most)
    return Range(low, high)


def are_scores_own(scores: Scores) -> bool:
    """Return whether the score of a unit depends on the answers of its own respondents only."""
    return scores.sample.structure.units_are_independent and are_means_own(scores.sample.structure)


def rank_between(scores: Range) -> tuple[Ints, Ints]:
    """Return the best and the worst rank of every unit, its score anywhere between two values.

    Examples
    --------
    >>> rank_between(Range(np.array([90.0, 70.0, 60.0]), np.array([90.0, 80.0, 75.0])))
    (array([1, 2, 2]), array([1, 3, 3]))
    """
    surely_ahead = scores.low[np.newaxis, :] - scores.high[:, np.newaxis] > TIE_TOLERANCE
    perhaps_ahead = scores.high[np.newaxis, :] - scores.low[:, np.newaxis] > TIE_TOLERANCE
    np.fill_diagonal(perhaps_ahead, val=False)
    return 1 + surely_ahead.sum(axis=1), 1 + perhaps_ahead.sum(axis=1)


def bound_ranks(readmitted: pl.DataFrame, scores: Scores) -> tuple[Ints, Ints]:
    """Return the best and the worst rank of each ranked unit with rows readmitted, whatever they say.

    Arguments as for `bound_scores`. Any rank is possible where the score of a unit depends on the answers of others.
    """
    possible = bound_scores(readmitted, scores)
    if possible is None:
        count = int(scores.units["ranked"].sum())
        possible = Range(np.zeros(count), np.full(count, np.inf))
    return rank_between(possible)


class Changes(NamedTuple):
    """Changes between ranks and others of which only the best and the worst are known; None where undecided."""

    first: int | None
    """1 where another unit is first, else 0."""
    first_few: int | None
    """1 where the first few are others, else 0."""
    any_rank: int | None
    """1 where any rank changes, else 0."""
    largest_shift: int | None
    """Most places that a unit moves."""
    mean_shift: float | None
    """Mean over units of the places moved."""


def measure_changes(ranks: Ints, best: Ints, worst: Ints, few: int) -> Changes:
    """Return what changes between ranks and others that lie between `best` and `worst`.

    Examples
    --------
    The third unit may have moved up, or not; the first stays:

    >>> measure_changes(np.array([1, 2, 3]), np.array([1, 2, 2]), np.array([1, 3, 3]), 5)
    Changes(first=0, first_few=0, any_rank=None, largest_shift=None, mean_shift=None)
    """

    def change_among(first: int) -> int | None:
        among = ranks <= first
        if ((best > first) & among).any() or ((worst <= first) & ~among).any():
            return 1
        return 0 if ((worst <= first) | (best > first)).all() else None

    first, first_few = change_among(1), change_among(few)
    if (best != worst).any():
        moves = bool(((best > ranks) | (worst < ranks)).any())
        return Changes(first, first_few, 1 if moves else None, None, None)
    shift = np.abs(best - ranks)
    return Changes(first, first_few, int(shift.any()), int(shift.max()), round(float(shift.mean()), 6))
