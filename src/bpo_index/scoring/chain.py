"""Turn question means into scores: the whole method in one chain, on arrays with any number of leading axes.

Questions are oriented, treated for outliers and normalised; then node by node, children before parents, questions or
scores of children are weighed and aggregated. The same code scores one index and a million replicates of it. What a
method learns from the units (means, ends, weights) is learnt again for every leading index, or once in `learn_index`
for use on other units. Method page: docs/methods/scores.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.normalisation import orient
from bpo_index.scoring.methods.record import Learnt
from bpo_index.scoring.ranking import SCORE_DECIMALS
from bpo_index.scoring.steps import aggregate, learn_normalisation, learn_outliers, learn_weights
from bpo_index.scoring.structure import IndexStructure, Node


@dataclass(frozen=True)
class Evidence:
    """What weightings need from respondents beyond question means."""

    importance: Floats | None = None
    """... x nodes: stated importance, sum one over the nodes of one parent; NaN where nobody was asked."""
    question_covariance: Floats | None = None
    """... x questions x questions: covariance within units, of questions of one node; 0 elsewhere."""
    node_covariance: Floats | None = None
    """... x nodes x nodes: covariance within units, of nodes of one parent; 0 elsewhere."""


@dataclass(frozen=True)
class LearntIndex:
    """What the methods learnt from units."""

    outliers: Learnt
    """Limits or transforms of the questions."""
    normalisation: Learnt
    """The map of the questions onto the common scale."""
    weights: tuple[Floats | None, ...]
    """Per node: (... x) the questions or nodes that it holds; None where each unit has its own."""


def score_means(
    means: Floats,
    structure: IndexStructure,
    *,
    evidence: Evidence | None = None,
    learnt: LearntIndex | None = None,
    node_factors: Floats | None = None,
    question_factors: Floats | None = None,
) -> Floats:
    """Return the scores of all nodes from question means.

    Parameters
    ----------
    means
        ... x units x questions, in points of the structure's scale; NaN where nobody rated the question.
    structure
        The index.
    evidence
        What the weightings `importance` and those of level `within` need.
    learnt
        From `learn_index`; None: learnt from these units, again for each leading index.
    node_factors
        ... x nodes: what the weights of categories are multiplied by, from 0; None: nothing. Not allowed
        where each unit has weights of its own; the factor of the index is ignored.
    question_factors
        ... x questions: the same for questions.

    Returns
    -------
    ndarray
        ... x units x nodes: the overall score, then those of the categories; score points, rounded to 1e-9. NaN: a node
        with too few questions answered, and one that holds a node with a weight and without a score.
    """
    if node_factors is not None or question_factors is not None or not structure.is_linear:
        return _walk(means, structure, evidence, learnt, node_factors=node_factors, question_factors=question_factors)[
            0
        ]
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
    node_factors: Floats | None = None,
    question_factors: Floats | None = None,
) -> tuple[Floats, LearntIndex]:
    seen = evidence or Evidence()
    values = orient(means, structure.reverse, structure.minimum, structure.maximum)
    outliers = learnt.outliers if learnt else _learn_outliers(values, structure)
    values = outliers.apply(values)
    normalisation = learnt.normalisation if learnt else _learn_normalisation(values, structure)
    values = normalisation.apply(values)

    # All scores side by side in memory, nodes behind units: .T turns all axes round.
    scores = np.empty((len(structure.nodes), *values.T.shape[1:])).T
    used: list[Floats | None] = [None] * len(structure.nodes)
    for node in reversed(structure.nodes):
        held = (values if node.holds_questions else scores)[..., node.place]
        if node.weighting.score is not None:
            scores[..., node.number] = node.weighting.score(held[..., node.nominal > 0], **node.weighting_options)
            continue
        weights = learnt.weights[node.number] if learnt else None
        if weights is None:
            weights = _learn_weights(node, held, seen)
        factors = question_factors if node.holds_questions else node_factors
        if factors is not None:
            weights = weights * factors[..., node.place]
        scores[..., node.number] = aggregate(
            held, weights, node.aggregation.name, needed=node.needed, **node.aggregation_options
        )
        used[node.number] = weights
    return round_scores(scores), LearntIndex(outliers, normalisation, tuple(used))


def _learn_weights(node: Node, held: Floats, seen: Evidence) -> Floats:
    """Return the weights of a node's items, from their values: ... x units x items."""
    items = node.questions if node.holds_questions else node.children
    covariance = seen.question_covariance if node.holds_questions else seen.node_covariance
    importance = None if node.holds_questions else seen.importance
    return learn_weights(
        node.weighting.name,
        node.nominal,
        held,
        covariance=None if covariance is None else covariance[..., items[:, np.newaxis], items],
        importance=None if importance is None else importance[..., items],
        **node.weighting_options,
    )


def _learn_outliers(values: Floats, structure: IndexStructure) -> Learnt:
    return learn_outliers(values, structure.method.outliers, **structure.outliers.pick(structure.method))


def _learn_normalisation(values: Floats, structure: IndexStructure) -> Learnt:
    options = structure.normalisation.pick(structure.method)
    return learn_normalisation(values, structure.method.normalisation, structure.scale, **options)


def compose_linear(structure: IndexStructure) -> tuple[Floats, Floats]:
    """Return the matrix (questions x nodes) and the offset of a linear index."""
    slope = 100.0 / (structure.maximum - structure.minimum)
    slopes = np.where(structure.reverse, -slope, slope)
    offsets = np.where(structure.reverse, slope * structure.maximum, -slope * structure.minimum)
    matrix = np.zeros((len(slopes), len(structure.nodes)))
    for node in reversed(structure.nodes):
        weights = learn_weights(node.weighting.name, node.nominal, None, **node.weighting_options)
        if node.holds_questions:
            matrix[node.questions, node.number] = weights
        else:
            matrix[:, node.number] = np.ascontiguousarray(matrix[:, node.children]) @ weights
    return np.ascontiguousarray(slopes[:, np.newaxis] * matrix), offsets @ matrix


def round_scores(scores: Floats) -> Floats:
    """Round in place to the decimals of scores."""
    scale = 10.0**SCORE_DECIMALS
    scores *= scale
    np.rint(scores, out=scores)
    scores /= scale
    return scores
