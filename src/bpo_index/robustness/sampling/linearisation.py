"""Analytic standard errors of scores: linearisation (Taylor series) over primary sampling units.

With g_vq the derivative of a score by the mean of question q in unit v, W_vq the weight of those of v who rated q::

    u_i  = sum_q g_vq w_i (x_iq - mean_vq) / W_vq        (over the questions that i rated; v the unit of i)
    se^2 = sum_v  K_v / (K_v - 1)  sum_k (sum_{i in k} u_i)^2

over the units v and the K_v primary sampling units k of each with a rating. Where a unit's score depends on its own
answers only, one unit is left of the sum; with equal weights, one category and no gaps it is then s^2 / n. Weights
learnt from respondents, and the fit to margins, are held fixed. A declared design takes the place of K_v / (K_v - 1)
(`design.py`), and unequal weights are corrected for (`weighted_variance.py`).
Source: Woodruff (1971), JASA 66, 411-414; Wolter (2007), Introduction to Variance Estimation, section 6.3.
Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from bpo_index.robustness.sampling.design import Drawn, estimate_design_variance, measure_simple_variance
from bpo_index.robustness.sampling.weighted_variance import average_company_weights, count_degrees, find_factors
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import Evidence, compose_linear, round_scores, score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means

#: Half the width of the central difference, as a share of the scale; linear methods lose only the rounding of scores.
_STEP = 1e-4


def differentiate_scores(
    means: Floats, unit: int, structure: IndexStructure, evidence: Evidence | None = None
) -> Floats:
    """Return questions x units x nodes: the derivative of all scores by one unit's question means.

    Parameters
    ----------
    means
        Units x questions.
    unit
        The position of the unit whose means move.
    structure
        The index.
    evidence
        What the weightings take from respondents; held fixed.

    Returns
    -------
    ndarray
        NaN where the score or the mean is missing, and where the method gives no derivative.
    """
    units, questions = means.shape
    smooth = structure.has_derivative
    if not smooth.any():
        return np.full((questions, units, len(smooth)), np.nan)
    structure = _make_smooth(structure)
    step = _STEP * (structure.maximum - structure.minimum)
    moves = np.zeros((questions, units, questions))
    moves[:, unit] = step * np.eye(questions)
    if evidence is not None:
        evidence = Evidence(*(None if part is None else part[np.newaxis] for part in vars(evidence).values()))
    try:
        higher = score_means(means + moves, structure, evidence=evidence)
        lower = score_means(means - moves, structure, evidence=evidence)
        width: float | Floats = 2 * step
    except ValueError:  # entropy weights know no values beyond the scale: at its ends a one-sided difference
        up, down = (np.clip(means + sign * moves, structure.minimum, structure.maximum) for sign in (1, -1))
        higher, lower = (score_means(moved, structure, evidence=evidence) for moved in (up, down))
        own = np.arange(questions)
        width = (up - down)[own, unit, own][:, np.newaxis, np.newaxis]
    gradient = (higher - lower) / width
    gradient[..., ~smooth] = np.nan
    return gradient


def _make_smooth(structure: IndexStructure) -> IndexStructure:
    """Return the structure with plain means at nodes without a derivative: these need no costly comparison of units.

    The scores of the other nodes depend on none of them.
    """
    plain = {"aggregation": "arithmetic", "weighting": "equal", "question_aggregation": "arithmetic"}
    broken = [node for node in structure.nodes if not structure.has_derivative[node.number]]
    if not broken:
        return structure
    # What a node holds takes its method over, and keeps the one that it has.
    keys = ("question_weighting", "weighting", "question_aggregation", "aggregation")
    own = {node.number: {key: getattr(node.method, key) for key in keys} for node in structure.nodes}
    for node in broken:
        own[node.number] = own[node.number] | plain
    kept = {number: dict(structure.own_methods.get(number, {})) | keys for number, keys in own.items() if number}
    return replace(structure, method=structure.method.model_copy(update=own[0]), own_methods=kept)


@dataclass(frozen=True)
class Linearised:
    """Analytic errors of all scores; arrays units x nodes."""

    standard_errors: Floats
    """As surveys compute them; NaN where there is none."""
    corrected: Floats
    """With CR2 factors: the same where all respondents of a unit, or of a stratum of it, weigh the same."""
    clusters: Ints
    """Primary sampling units with a rating."""
    degrees: Floats
    """Degrees of freedom of the unit's own answers: effective sampling units less strata."""
    simple: Floats
    """Variance of the score in a simple random sample of as many respondents; NaN without a `design:` block."""


def linearise_standard_errors(
    answers: Sequence[UnitAnswers], structure: IndexStructure, evidence: Evidence | None = None
) -> tuple[Floats, Ints]:
    """Return the analytic standard errors of all scores and the number K of sampling units behind each.

    Parameters
    ----------
    answers
        The units.
    structure
        The index.
    evidence
        What the weightings take from respondents; held fixed.

    Returns
    -------
    standard_errors
        Units x nodes, score points; NaN with K < 2, where the unit has no score, or where the method gives
        no derivative.
    clusters
        Units x nodes: the unit's primary sampling units with a rating on any question that counts.
    """
    found = linearise_errors(answers, structure, evidence)
    return found.standard_errors, found.clusters


def linearise_errors(
    answers: Sequence[UnitAnswers], structure: IndexStructure, evidence: Evidence | None = None
) -> Linearised:
    """Return analytic errors, those corrected for unequal weights, and their degrees of freedom.

    Parameters
    ----------
    answers, structure, evidence
        As for `linearise_standard_errors`.

    Examples
    --------
    Ratings 6, 8 and 10 on a scale of 0 to 10, the last with twice the weight: the mean is 8.5, shares .25, .25, .5.

    >>> one = IndexStructure.of_categories([0], np.ones(1), np.ones(1))
    >>> unit = UnitAnswers("COL", np.array([[6.0], [8.0], [10.0]]), np.array([1.0, 1.0, 2.0]), np.arange(3))
    >>> found = linearise_errors([unit], one)
    >>> found.standard_errors[0, 0].round(4), found.corrected[0, 0].round(4), found.degrees[0, 0].round(4)
    (np.float64(12.0546), np.float64(14.0153), np.float64(1.6667))
    """
    means = estimate_unit_means(answers)
    counting = _Counting(structure)
    shape = (len(answers), len(structure.nodes))
    plain, corrected, degrees = np.zeros((3, *shape))
    simple = np.full(shape, np.nan)
    clusters = np.zeros(shape, dtype=np.int64)
    for v, unit in enumerate(answers):
        influence, rates = _sum_by_cluster(unit, means[v])
        present = counting.mark(rates)
        clusters[v] = present.sum(axis=0)
        known = ~np.isnan(means[v])
        if structure.is_linear and known.all():
            move: Callable[[Floats], Floats] = partial(_move_linearly, means=means[v], structure=structure)
            place = slice(v, v + 1)
        else:
            gradient = differentiate_scores(means, v, structure, evidence)[known]
            move = partial(_move_all, gradient=gradient, known=known)
            place = slice(None)
        moved = move(influence)
        if unit.design is None:
            squares, own = moved**2, np.maximum(clusters[v], 2)
            variance = squares.sum(axis=0) * (own / (own - 1))
            weights = average_company_weights(unit)
            factors = find_factors(weights, present)
            same = np.ptp(weights) == 0 if len(weights) else True
            plain[place] += variance
            corrected[place] += variance if same else (squares * _broaden(np.nan_to_num(factors), moved)).sum(axis=0)
            degrees[v] = count_degrees(weights, present)
            continue
        by_person, rated = _find_residuals(unit, means[v])
        person_moved = move(by_person)
        found = estimate_design_variance(Drawn(unit, unit.design), moved, present, person_moved)
        plain[place] += found.plain
        corrected[place] += found.corrected
        degrees[v] = found.degrees
        own_moved = person_moved if person_moved.ndim == 2 else person_moved[:, v]
        simple[v] = measure_simple_variance(unit, own_moved, counting.mark(rated))
    lacks = (clusters < 2) | (degrees < 1)
    plain, corrected = (np.where(lacks, np.nan, np.sqrt(variance)) for variance in (plain, corrected))
    return Linearised(plain, corrected, clusters, degrees, simple)


def _move_all(influence: Floats, *, gradient: Floats, known: np.ndarray) -> Floats:
    """Return items x units x nodes: how much each item (sampling unit, respondent) of one unit moves every score."""
    return np.tensordot(influence[:, known], gradient, axes=1)


def _broaden(factors: Floats, moved: Floats) -> Floats:
    """Return companies x nodes with an axis for the units where `moved` has one."""
    return factors if moved.ndim == 2 else factors[:, np.newaxis]


def _move_linearly(influence: Floats, means: Floats, structure: IndexStructure) -> Floats:
    """Return clusters x nodes: how much each cluster moves the scores of its unit, of a linear index.

    The same differences as those of `differentiate_scores`, each taken where it is not zero: a question moves the nodes
    that it lies in, so that time grows with the questions and the levels and not with the square of the questions.
    """
    step = _STEP * (structure.maximum - structure.minimum)
    matrix, offset = compose_linear(structure)
    base = means @ matrix + offset
    moved = np.zeros((len(influence), matrix.shape[1]))
    # Questions at a time of which each lies in one node of a level, from the index down.
    for level, nodes in enumerate(_list_levels(structure)):
        inside = nodes >= 0
        questions, column = np.flatnonzero(inside), nodes[inside]
        own = matrix[questions, column]
        higher, lower = (round_scores(base[column] + sign * step * own) for sign in (1, -1))
        slopes = (higher - lower) / (2 * step)
        if not level:
            moved[:, 0] = influence @ slopes
        else:
            np.add.at(moved.T, column, (influence[:, questions] * slopes).T)
    return moved


def _list_levels(structure: IndexStructure) -> list[Ints]:
    """Return for each level the node of that level in which each question lies; -1 where it lies higher up."""
    deepest = max(node.level for node in structure.nodes)
    found = np.full((deepest + 1, len(structure.node_of)), -1, dtype=np.int64)
    for node in structure.nodes:
        found[node.level, structure.under[node.number]] = node.number
    return list(found)


class _Counting:
    """Which questions have a part in each score, by their nominal weights."""

    def __init__(self, structure: IndexStructure) -> None:
        self._structure = structure

    def mark(self, present: np.ndarray) -> np.ndarray:
        """Return items x nodes: whether each rated any question of the score, from items x questions."""
        nodes = self._structure.nodes
        rated = np.zeros((len(nodes), len(present)), dtype=bool)
        for node in reversed(nodes):
            held = present[:, node.questions].T if node.holds_questions else rated[node.children]
            rated[node.number] = held[node.counted].any(axis=0)
        return rated.T


def _find_residuals(unit: UnitAnswers, means: Floats) -> tuple[Floats, np.ndarray]:
    """Return respondents x questions: what each adds to the mean, and whether there is a rating."""
    rated = ~np.isnan(unit.ratings)
    totals = unit.weights @ rated
    shares = np.divide(unit.weights[:, np.newaxis] * rated, totals, out=np.zeros(rated.shape), where=totals > 0)
    return np.where(rated, unit.ratings - means, 0.0) * shares, rated


def _sum_by_cluster(unit: UnitAnswers, means: Floats) -> tuple[Floats, np.ndarray]:
    """Return clusters x questions: what each adds to the mean, and whether it has a rating."""
    residuals, rated = _find_residuals(unit, means)
    by_cluster = np.zeros((unit.clusters, rated.shape[1]))
    np.add.at(by_cluster, unit.cluster, residuals)
    present = np.zeros(by_cluster.shape, dtype=bool)
    np.logical_or.at(present, unit.cluster, rated)
    return by_cluster, present


def trace_question_means(unit: UnitAnswers, means: Floats) -> Floats:
    """Return sampling units x questions: what each adds to the mean of a question, from the means; sum zero."""
    return _sum_by_cluster(unit, means)[0]


def trace_sampling_units(
    answers: Sequence[UnitAnswers], structure: IndexStructure, evidence: Evidence | None = None
) -> list[Floats]:
    """Return for each unit sampling units x nodes: how much each moves the scores of its own unit.

    Parameters
    ----------
    answers, structure, evidence
        As for `linearise_standard_errors`.

    Returns
    -------
    list of ndarray
        Score points, sum zero over the sampling units of a unit; NaN where the method gives no derivative.
    """
    means, found = estimate_unit_means(answers), []
    for v, unit in enumerate(answers):
        influence = trace_question_means(unit, means[v])
        known = ~np.isnan(means[v])
        if structure.is_linear and known.all():
            found.append(_move_linearly(influence, means[v], structure))
            continue
        gradient = differentiate_scores(means, v, structure, evidence)[:, v]
        found.append(influence[:, known] @ gradient[known])
    return found
