"""Scores at an end of the scale, which would say what every respondent answered: published as bounds, not as numbers.

Where the mean of a unit is 100, all of its respondents gave the best rating to every question. So a score within a
margin of an end is published as "at least 99" or "at most 1". The margin follows from what everybody knows: how many
rating points the respondents have together. For a category score the score of what holds it and
the categories beside it must not give the number away either, so others are withheld with it (`withholding`). For an
overall score the answers themselves are replaced (`code_ends`), since every table is made from them.

Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from bpo_index.disclosure.cells.units import count_effective, is_protected
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Outcome
from bpo_index.scoring.methods.score_bounds import place_between, share_between
from bpo_index.scoring.steps import learn_normalisation
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers

#: Score points from an end within which a score is published as a bound, at least.
LEAST_MARGIN = 1.0
#: And at most: then every score is a bound.
LARGEST_MARGIN = 50.0
#: Rating points, of all respondents together, that a score must lie from an end. From eight on at least ten sets of
#: totals of five or more respondents fit it, and at least five for a respondent who knows her own, unless more than
#: half of the distance is hers (docs/adr/0020-public-facts.md).
POINTS_FROM_END = 8.0
_NOISE = 1e-7
#: How far within the margin the answers of a unit at an end are placed, in score points: below what is published.
_INSIDE = 1e-4

AT_LEAST, AT_MOST = "at least", "at most"


def find_end_margins(structure: IndexStructure, respondents: Ints | Floats | float) -> Floats:
    """Return how close to an end a score may come, in score points.

    Parameters
    ----------
    structure
        The index.
    respondents
        How many answered: ... x nodes, or of all nodes the same.

    Returns
    -------
    ndarray
        ... x nodes: what eight rating points move the score by, rounded up to whole points, at least one; one where
        respondents are not protected.

    Examples
    --------
    Two questions in the first category, one in the second, eight respondents, scale 0 to 10:

    >>> structure = IndexStructure.of_categories([0, 0, 1], np.ones(3), np.ones(2))
    >>> find_end_margins(structure, 8)
    array([ 4.,  5., 10.])
    """
    count = np.maximum(np.asarray(respondents, dtype=float), 1.0)
    total = count * np.maximum(structure.points, 1.0)
    if not is_protected(structure.method):
        return np.full(total.shape, LEAST_MARGIN)
    return np.asarray(np.clip(np.ceil(100.0 * POINTS_FROM_END / total - _NOISE), LEAST_MARGIN, LARGEST_MARGIN))


def find_ends(shares: Floats, margins: Floats, outcome: Outcome) -> Ints:
    """Return 1 where a share of the scale, 0 to 100, lies at the high end, -1 where it lies at the low end, else 0.

    A low end that reveals almost nothing, such as a top-two-box share of zero, does not count.
    """
    with np.errstate(invalid="ignore"):
        # NOTE: where the margins meet, every share is a bound.
        reach = np.where(margins < LARGEST_MARGIN, -_NOISE, _NOISE)
        high = shares > 100.0 - margins - reach
        low = (shares < margins + reach) & outcome.low_end_tells
    return np.where(high, 1, -low.astype(np.int64))


def find_score_ends(scores: Floats, structure: IndexStructure, margins: Floats) -> Ints:
    """Return the same for scores, units x nodes; zero where a method leaves no ends that answers reach.

    The ends are those of each node (`IndexStructure.score_bounds`): under goalposts within the scale the low post is no
    end of it, and with negative weights the ends lie beyond 0 and 100.
    """
    low, high = place_margins(structure, margins)
    with np.errstate(invalid="ignore"):
        reach = np.where(margins < LARGEST_MARGIN, -_NOISE, _NOISE)
        at_high = scores > high - reach
        at_low = (scores < low + reach) & structure.outcome.low_end_tells
    return np.where(structure.has_ends, np.where(at_high, 1, -at_low.astype(np.int64)), 0)


def place_margins(structure: IndexStructure, margins: Floats) -> tuple[Floats, Floats]:
    """Return the scores of a unit whose answers all lie as far from an end of the scale as the margin.

    Parameters
    ----------
    structure
        The index.
    margins
        ... x nodes, from `find_end_margins`: per cent of the scale.

    Returns
    -------
    low, high
        ... x nodes, in score points: the bounds that are published. Where items have weights of both signs, low is as
        near to the low end of the score.

    Examples
    --------
    >>> structure = IndexStructure.of_categories([0, 1], np.ones(2), np.ones(2))
    >>> [ends.tolist() for ends in place_margins(structure, np.full(3, 4.0))]
    [[4.0, 4.0, 4.0], [96.0, 96.0, 96.0]]
    """
    margins = np.asarray(margins, dtype=float)
    low, high = margins, 100.0 - margins
    if not structure.normalisation.is_share_of_scale and not structure.normalisation.compares_units:
        low, high = (_normalise_shares(shares, structure) for shares in (low, high))
    return place_between(low, structure.score_bounds), place_between(high, structure.score_bounds)


def _normalise_shares(shares: Floats, structure: IndexStructure) -> Floats:
    """Return what shares of the scale become, as per cent of the way between the ends of normalised values."""
    values = (structure.minimum + shares.reshape(-1, 1) / 100.0 * (structure.maximum - structure.minimum)).astype(float)
    options = structure.normalisation.pick(structure.method)
    found = learn_normalisation(values, structure.method.normalisation, structure.scale, **options).apply(values)
    return share_between(found, [structure.value_bounds]).reshape(shares.shape).round(9)


def code_ends(answers: Sequence[UnitAnswers], structure: IndexStructure) -> list[UnitAnswers]:
    """Return the answers, those of a unit at an end of the scale replaced by the bound.

    A unit is at an end where the plain mean of all its ratings, with the weights of the definition, is. Whatever is
    computed from the replaced answers tells the bound and no more.

    Parameters
    ----------
    answers, structure
        The published units and the index.
    """
    coded = []
    for unit in answers:
        margin = float(find_end_margins(structure, count_effective(unit.weights))[0])
        share = _average_plainly(unit, structure)
        end = int(find_ends(np.array(share), np.array(margin), structure.outcome))
        if not end:
            coded.append(unit)
            continue
        # NOTE: a score that is as far from the end as the margin is a number, so a bound lies a little nearer.
        bound = (100.0 - margin + _INSIDE if end > 0 else margin - _INSIDE) / 100.0
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
    count = len(structure.nodes)
    mass = np.bincount(structure.node_of, weights=own, minlength=count)
    sums = np.bincount(structure.node_of, weights=own * shares, minlength=count)
    means = np.divide(sums, mass, out=np.full(count, np.nan), where=mass > 0)
    for node in reversed(structure.holders):
        weighing = node.nominal > 0
        means[node.number] = np.average(means[node.children[weighing]], weights=node.nominal[weighing])
    return float(means[0])
