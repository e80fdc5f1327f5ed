"""Question means into scores: the whole method in one chain, on arrays with any number of leading axes.

orient, treat outliers, normalise, weigh and aggregate questions into categories, weigh and aggregate categories into
the index. The same code scores one index and a million replicates of it; what a method learns from the units (means,
ends, weights) it learns anew for every leading index, or once in `learn_index` for use on other units.
Method page: docs/methods/scores.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.normalisation import orient
from bpo_index.scoring.methods.record import Learnt
from bpo_index.scoring.ranking import SCORE_DECIMALS
from bpo_index.scoring.steps import aggregate, learn_normalisation, learn_outliers, learn_weights
from bpo_index.scoring.structure import IndexStructure


@dataclass(frozen=True)
class Evidence:
    """What weightings take from respondents and question means do not hold."""

    importance: Floats | None = None
    """... x categories: stated importance, sum one."""
    question_covariance: Floats | None = None
    """... x questions x questions: covariance within units."""
    category_covariance: Floats | None = None
    """... x categories x categories: covariance within units."""


@dataclass(frozen=True)
class LearntIndex:
    """What the methods learnt from units."""

    outliers: Learnt
    """Limits or transforms of the questions."""
    normalisation: Learnt
    """The map of the questions onto the common scale."""
    question_weights: tuple[Floats, ...]
    """Per category: (... x) its questions."""
    category_weights: Floats | None
    """(... x) categories; None where each unit has its own."""


def score_means(
    means: Floats,
    structure: IndexStructure,
    *,
    evidence: Evidence | None = None,
    learnt: LearntIndex | None = None,
    category_factors: Floats | None = None,
    question_factors: Floats | None = None,
) -> Floats:
    """Return overall and category scores of question means.

    Parameters
    ----------
    means
        ... x units x questions, in points of the structure's scale; NaN where nobody rated the question.
    structure
        The index.
    evidence
        What the weightings `importance` and those of level `within` need.
    learnt
        From `learn_index`; None: learnt from these units, for each leading index anew.
    category_factors
        ... x categories: what the weights of categories are multiplied by, from 0; None: nothing. Not where each unit
        has weights of its own.
    question_factors
        ... x questions: the same for questions.

    Returns
    -------
    ndarray
        ... x units x (1 + categories): the overall score, then the category scores; score points, rounded to 1e-9. NaN:
        a category with too few questions answered, and the index of a unit that lacks any category with a weight.
    """
    if category_factors is not None or question_factors is not None or not structure.is_linear:
        return _walk(
            means, structure, evidence, learnt, category_factors=category_factors, question_factors=question_factors
        )[0]
    matrix, offset = compose_linear(structure)
    rows = means.reshape(-1, means.shape[-1])
    scores = rows @ matrix
    scores += offset
    round_scores(scores)
    incomplete = np.flatnonzero(np.isnan(scores).any(axis=-1))
    if len(incomplete):
        scores[incomplete] = _walk(rows[incomplete], structure, evidence, learnt)[0]
    return scores.reshape(*means.shape[:-1], scores.shape[-1])


def learn_index(means: Floats, structure: IndexStructure, *, evidence: Evidence | None = None) -> LearntIndex:
    """Return what the methods learn from the units of ... x units x questions `means`."""
    return _walk(means, structure, evidence, None)[1]


def _walk(
    means: Floats,
    structure: IndexStructure,
    evidence: Evidence | None,
    learnt: LearntIndex | None,
    *,
    category_factors: Floats | None = None,
    question_factors: Floats | None = None,
) -> tuple[Floats, LearntIndex]:
    method, seen = structure.method, evidence or Evidence()
    values = orient(means, structure.reverse, structure.minimum, structure.maximum)
    outliers = learnt.outliers if learnt else _learn_outliers(values, structure)
    values = outliers.apply(values)
    normalisation = learnt.normalisation if learnt else _learn_normalisation(values, structure)
    values = normalisation.apply(values)

    # All scores side by side in memory, categories behind units: .T turns all axes round.
    scores = np.empty((1 + len(structure.category_weights), *values.T.shape[1:])).T
    categories = scores[..., 1:]
    question_weights = []
    weighting_options = structure.question_weighting.pick(method)
    aggregation_options = structure.question_aggregation.pick(method)
    for category in range(len(structure.category_weights)):
        questions = structure.list_questions(category)
        part, nominal = values[..., structure.slice_questions(category)], structure.question_weights[questions]
        if learnt:
            weights = learnt.question_weights[category]
        else:
            inner = seen.question_covariance
            inner = None if inner is None else inner[..., questions[:, np.newaxis], questions]
            weights = learn_weights(method.question_weighting, nominal, part, covariance=inner, **weighting_options)
        if question_factors is not None:
            weights = weights * question_factors[..., questions]
        categories[..., category] = aggregate(
            part,
            weights,
            method.question_aggregation,
            needed=method.questions_needed,
            **aggregation_options,
        )
        question_weights.append(weights)

    weighting = structure.weighting
    if weighting.score is not None:
        counted = structure.category_weights > 0
        category_weights = None
        scores[..., 0] = weighting.score(categories[..., counted], **weighting.pick(method))
    else:
        category_weights = (
            learnt.category_weights
            if learnt and learnt.category_weights is not None
            else learn_weights(
                method.weighting,
                structure.category_weights,
                categories,
                covariance=seen.category_covariance,
                importance=seen.importance,
                **weighting.pick(method),
            )
        )
        if category_factors is not None:
            category_weights = category_weights * category_factors
        scores[..., 0] = aggregate(
            categories, category_weights, method.aggregation, **structure.aggregation.pick(method)
        )
    return round_scores(scores), LearntIndex(outliers, normalisation, tuple(question_weights), category_weights)


def _learn_outliers(values: Floats, structure: IndexStructure) -> Learnt:
    return learn_outliers(values, structure.method.outliers, **structure.outliers.pick(structure.method))


def _learn_normalisation(values: Floats, structure: IndexStructure) -> Learnt:
    options = structure.normalisation.pick(structure.method)
    return learn_normalisation(values, structure.method.normalisation, structure.scale, **options)


def compose_linear(structure: IndexStructure) -> tuple[Floats, Floats]:
    """Return the matrix (questions x (1 + categories)) and the offset of a linear index."""
    method = structure.method
    slope = 100.0 / (structure.maximum - structure.minimum)
    slopes = np.where(structure.reverse, -slope, slope)
    offsets = np.where(structure.reverse, slope * structure.maximum, -slope * structure.minimum)
    weights = np.zeros((len(slopes), len(structure.category_weights)))
    for category in range(weights.shape[1]):
        questions = structure.list_questions(category)
        nominal = structure.question_weights[questions]
        weights[questions, category] = learn_weights(
            method.question_weighting, nominal, None, **structure.question_weighting.pick(method)
        )
    overall = weights @ learn_weights(
        method.weighting, structure.category_weights, None, **structure.weighting.pick(method)
    )
    matrix = np.column_stack([overall, weights])
    return np.ascontiguousarray(slopes[:, np.newaxis] * matrix), offsets @ matrix


def round_scores(scores: Floats) -> Floats:
    """Round in place to the decimals of scores."""
    scale = 10.0**SCORE_DECIMALS
    scores *= scale
    np.rint(scores, out=scores)
    scores /= scale
    return scores
