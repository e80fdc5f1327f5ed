"""Scores at an end of the scale, which would say what every respondent answered: told as bounds, not as numbers.

Where the mean of a unit is 100, all of its respondents gave the best rating to every question. So a score within a
margin of an end is told as "at least 99" or "at most 1". The margin is one score point, or more where the next score
below 100 is farther away: at least two scores print alike. For a category score the overall score and
the other categories must not give the number away either, so others are hidden with it (`complete_hiding`). For an
overall score the answers themselves are replaced (`code_ends`), since every table is made from them.

Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Outcome
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers

#: Score points from an end within which a score is told as a bound, at least.
LEAST_MARGIN = 1.0
#: And at most: a definition by which one respondent may be published protects nobody.
LARGEST_MARGIN = 25.0
#: What has to stay open, as a share of the scale, of the answers of one or two people (docs/adr/0010-what-is-told.md).
OPEN_SHARE = 0.5
_NOISE = 1e-7

AT_LEAST, AT_MOST = "at least", "at most"


def find_end_margins(structure: IndexStructure, respondents: Ints | int) -> Floats:
    """Return how close to an end a score may come, in score points.

    Parameters
    ----------
    structure
        The index.
    respondents
        ... : how many answered, at least.

    Returns
    -------
    ndarray
        ... x (1 + categories): one point, or the least that one point of the scale of one respondent on one question
        moves the score by, rounded up to whole points.

    Examples
    --------
    Two questions in the first category, one in the second, five respondents, scale 0 to 10:

    >>> structure = IndexStructure(np.array([0, 0, 1]), np.ones(3), np.ones(2), np.zeros(3, bool), 0.0, 10.0)
    >>> find_end_margins(structure, 5)
    array([1., 1., 2.])
    """
    least = np.ones(len(structure.category_weights))
    for category in range(len(least)):
        weights = structure.question_weights[structure.list_questions(category)]
        least[category] = weights[weights > 0].min() / weights.sum()
    shares = structure.category_weights / structure.category_weights.sum()
    overall = (least * shares)[shares > 0].min()
    point = 100.0 / (structure.maximum - structure.minimum) / np.maximum(respondents, 1)
    steps = np.asarray(point)[..., np.newaxis] * np.array([overall, *least])
    return np.asarray(np.clip(np.ceil(steps - _NOISE), LEAST_MARGIN, LARGEST_MARGIN))


def find_ends(shares: Floats, margins: Floats, outcome: Outcome) -> Ints:
    """Return 1 where a share of the scale, 0 to 100, lies at the high end, -1 where it lies at the low end, else 0.

    A low end that tells nearly nothing, such as a top-two-box share of zero, is none.
    """
    with np.errstate(invalid="ignore"):
        high = shares >= 100.0 - margins - _NOISE
        low = (shares <= margins + _NOISE) & outcome.low_end_tells
    return high.astype(np.int64) - low


def find_score_ends(scores: Floats, structure: IndexStructure, margins: Floats) -> Ints:
    """Return the same for scores, units x (1 + categories); zero where a method leaves no ends that answers reach."""
    overall, categories = structure.has_ends
    reaches = np.array([overall, *[categories] * (scores.shape[1] - 1)])
    return np.where(reaches, find_ends(scores, margins, structure.outcome), 0)


def code_ends(answers: Sequence[UnitAnswers], structure: IndexStructure, minimum: int) -> list[UnitAnswers]:
    """Return the answers, those of a unit at an end of the scale replaced by the bound.

    A unit is at an end where the plain mean of all its ratings, with the weights of the definition, is. Whatever is
    computed from the replaced answers tells the bound and no more.

    Parameters
    ----------
    answers, structure
        The published units and the index.
    minimum
        The fewest respondents that may be published.
    """
    margin = float(find_end_margins(structure, minimum)[0])
    coded = []
    for unit in answers:
        share = _average_plainly(unit, structure)
        end = int(find_ends(np.array(share), np.array(margin), structure.outcome))
        if not end:
            coded.append(unit)
            continue
        bound = (100.0 - margin if end > 0 else margin) / 100.0
        turned = np.where(structure.reverse, 1.0 - bound, bound)
        ratings = structure.minimum + turned * (structure.maximum - structure.minimum)
        coded.append(dataclasses.replace(unit, ratings=np.tile(ratings, (unit.respondents, 1))))
    return coded


def _average_plainly(unit: UnitAnswers, structure: IndexStructure) -> float:
    """Return a unit's mean over respondents, questions and categories, 0 to 100; NaN where a category has no answer."""
    summed, total = unit.sum_ratings()
    known = total > 0
    shares = np.divide(summed, total, out=np.zeros_like(summed), where=known)
    shares = 100.0 * (shares - structure.minimum) / (structure.maximum - structure.minimum)
    shares = np.where(structure.reverse, 100.0 - shares, shares)
    own = structure.question_weights * known
    count = len(structure.category_weights)
    mass = np.bincount(structure.category_of, weights=own, minlength=count)
    sums = np.bincount(structure.category_of, weights=own * shares, minlength=count)
    weighing = structure.category_weights > 0
    if (mass[weighing] == 0).any():
        return math.nan
    return float(np.average(sums[weighing] / mass[weighing], weights=structure.category_weights[weighing]))


def find_wanted_openness(raters: Ints) -> Floats:
    """Return how many score points have to stay open for a mean of few raters: half of the scale for each of them.

    Where the mean of r raters lies within w points of an end, one of them lies within r w points of it.

    Examples
    --------
    >>> find_wanted_openness(np.array([1, 2, 4]))
    array([50. , 25. , 12.5])
    """
    return np.asarray(100.0 * OPEN_SHARE / np.maximum(raters, 1))


def complete_hiding(
    hidden: np.ndarray, values: Floats, known: tuple[Floats, Floats], wanted: Floats, *weightings: Floats, raters: Ints
) -> np.ndarray:
    """Return units x categories: what is hidden, with so many more cells that too much of none can be computed.

    The overall score less the cells that are told is the weighted sum of the hidden ones, each of which lies within the
    scale. So a hidden cell lies between what the sum leaves with the others at their highest and at their lowest. Where
    that is narrower than wanted another cell is hidden: the one with the fewest raters among those with a weight (the
    first of equals), until it is wide enough or none is left.

    Parameters
    ----------
    hidden
        Units x categories: what is hidden already, for whatever reason.
    values
        Same shape: the shares of the scale, 0 to 100; a unit with a NaN where there is a weight has no overall score.
    known
        Same shape: between which values each cell is known to lie, once it is hidden.
    wanted
        Same shape: score points that have to stay open where the cell is hidden already; 0: it protects another.
    raters
        Same shape: respondents who rated any question of the category.
    weightings
        Each: categories. The weights of the overall scores that are published.

    Examples
    --------
    Half of the scale is to stay open of the third cell. Beside one other it is: their mean is 60, so it lies between 20
    and 100. In the second unit that mean is 90, which leaves 80 to 100:

    >>> values = np.array([[50.0, 70.0, 50.0], [80.0, 95.0, 85.0]])
    >>> hidden = np.array([[False, False, True], [False, False, True]])
    >>> scale = np.zeros((2, 3)), np.full((2, 3), 100.0)
    >>> raters = np.array([[9, 8, 2], [9, 8, 2]])
    >>> complete_hiding(hidden, values, scale, 50.0 * hidden, np.ones(3), raters=raters)
    array([[False,  True,  True],
           [ True,  True,  True]])
    """
    found = hidden.copy()
    for n, row in enumerate(found):
        settled = not row.any()
        while not settled:
            settled = True
            for weights in weightings:
                weighing = weights != 0
                unknown, candidates = row & weighing, weighing & ~row
                if not candidates.any() or np.isnan(values[n][weighing]).any():
                    continue
                left = _measure_openness(
                    values[n][unknown], known[0][n][unknown], known[1][n][unknown], weights[unknown]
                )
                if (left < wanted[n][unknown] - _NOISE).any():
                    row[np.argmin(np.where(candidates, raters[n], np.iinfo(np.int64).max))] = True
                    settled = False
    return found


def _measure_openness(values: Floats, low: Floats, high: Floats, weights: Floats) -> Floats:
    """Return how wide each value is open to whoever knows the weighted sum and the ends of all."""
    total = float(values @ weights)
    least, most = np.minimum(weights * low, weights * high), np.maximum(weights * low, weights * high)
    one, other = (total - (most.sum() - most)) / weights, (total - (least.sum() - least)) / weights
    return np.asarray(np.minimum(high, np.maximum(one, other)) - np.maximum(low, np.minimum(one, other)))
