"""The tree of an index as arrays: nodes, questions, nominal weights, and the methods that score each node.

Nodes are the index and its categories, parents before children, the index first; arrays over nodes are in this
order. A node holds questions or other nodes. Method page: docs/methods/hierarchy.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Scale
from bpo_index.definition.method_block import Method
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import (
    PERCENT,
    Aggregation,
    AnswerScale,
    Bounds,
    MissingAnswers,
    Normalisation,
    Options,
    Outcome,
    Outliers,
    Weighting,
)
from bpo_index.scoring.methods.registry import (
    get_aggregation,
    get_missing_answers,
    get_normalisation,
    get_outcome,
    get_outliers,
    get_weighting,
)
from bpo_index.scoring.methods.score_bounds import bound_aggregate
from bpo_index.scoring.steps import find_outcome_ends


@dataclass(frozen=True)
class Node:
    """The index, or one of its categories: what it holds and how that becomes its score."""

    number: int
    """Its place among the nodes."""
    parent: int
    """The node that holds it; of the index -1."""
    level: int
    """Steps below the index."""
    children: Ints
    """The nodes that it holds; empty: it holds questions."""
    questions: Ints
    """Positions of the questions that it holds itself; empty: it holds nodes."""
    nominal: Floats
    """The nominal weights of what it holds."""
    method: Method
    """The methods that hold here."""

    @property
    def holds_questions(self) -> bool:
        """Whether it holds questions and not nodes."""
        return not len(self.children)

    @property
    def counted(self) -> Ints:
        """The positions, among its items, of those with a weight."""
        return np.flatnonzero(self.nominal > 0)

    @property
    def counted_children(self) -> Ints:
        """The nodes that it holds and that have a weight."""
        return self.children[self.counted] if len(self.children) else self.children

    @property
    def counted_items(self) -> Ints:
        """The questions or nodes that it holds and that have a weight."""
        return self.questions[self.counted] if self.holds_questions else self.counted_children

    @property
    def may_be_signed(self) -> bool:
        """Whether the weight of what it holds may be below zero."""
        may_be_negative = self.weighting.may_be_negative
        return may_be_negative is not None and may_be_negative(self.weighting_options)

    @property
    def weighting(self) -> Weighting:
        """The weighting of what it holds."""
        return get_weighting(self.method.question_weighting if self.holds_questions else self.method.weighting)

    @property
    def aggregation(self) -> Aggregation:
        """The aggregation of what it holds."""
        return get_aggregation(self.method.question_aggregation if self.holds_questions else self.method.aggregation)

    @property
    def weighting_options(self) -> Options:
        """The options of the weighting."""
        return self.weighting.pick(self.method)

    @property
    def aggregation_options(self) -> Options:
        """The options of the aggregation."""
        return self.aggregation.pick(self.method)

    @property
    def needed(self) -> int | None:
        """How many of its questions must have answers; None: all, as of nodes."""
        needed: int | None = self.method.questions_needed if self.holds_questions else None
        return needed

    @property
    def place(self) -> slice | Ints:
        """The positions of its items among the questions or nodes: a slice where they are adjacent."""
        held = self.questions if self.holds_questions else self.children
        first, last = int(held[0]), int(held[-1])
        return slice(first, last + 1) if last - first + 1 == len(held) else held


@dataclass(frozen=True)
class IndexStructure:
    """Nodes, questions, weights and methods."""

    parents: Ints
    """Per node: the node that holds it; of the index -1."""
    node_weights: Floats
    """Per node: its nominal weight among the nodes beside it."""
    node_of: Ints
    """Per question: the node that holds it."""
    question_weights: Floats
    """Per question: its nominal weight within its node."""
    reverse: np.ndarray
    """Per question: true where a high value means low confidence."""
    minimum: float
    """The low end of the scale of the values: of ratings, or of what the outcome makes of them."""
    maximum: float
    """The high end."""
    method: Method = field(default_factory=Method)
    """The methods of the index, by their names."""
    own_methods: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Node to the keys of the method that hold for it, and for all that it holds, in place of those from outside."""
    reference: int | None = None
    """The position among the units of the one that `distance_to_reference` refers to."""
    rating_steps: float | None = None
    """Steps from one end of the answer scale to the other; None: as many as whole numbers between its ends."""
    used: tuple[Floats | None, ...] | None = None
    """Per node: the weights of what it holds, as they were learnt, or None where each unit has its own; None: the
    answers have not been scored."""

    @classmethod
    def from_definition(cls, definition: IndexDefinition) -> IndexStructure:
        """Return the structure that a definition describes, all of its units taking part."""
        method, scale, nodes = definition.method, definition.scale, definition.nodes
        minimum, maximum = find_outcome_ends(method.outcome, scale.minimum, scale.maximum)
        # NOTE: what an outcome codes is in the direction of confidence already.
        is_coded = get_outcome(method.outcome).code is not None
        return cls(
            parents=np.array([node.parent for node in nodes], dtype=np.int64),
            node_weights=np.array([node.weight for node in nodes], dtype=float),
            node_of=np.array([node.number for node in nodes for _ in node.questions], dtype=np.int64),
            question_weights=np.array([question.weight for question in definition.questions], dtype=float),
            reverse=np.array([question.reverse and not is_coded for question in definition.questions], dtype=bool),
            minimum=minimum,
            maximum=maximum,
            method=method,
            own_methods={node.number: node.own_method for node in nodes if node.own_method},
            reference=find_reference(method, [unit.code for unit in definition.units]),
            rating_steps=None if is_coded else _count_fewest_steps(definition),
        )

    @classmethod
    def of_categories(
        cls,
        category_of: ArrayLike,
        question_weights: Floats,
        category_weights: Floats,
        *,
        reverse: np.ndarray | None = None,
        minimum: float = 0.0,
        maximum: float = 10.0,
        method: Method | None = None,
        reference: int | None = None,
    ) -> IndexStructure:
        """Return an index of categories that hold questions.

        Parameters
        ----------
        category_of
            Per question: the number of its category, from 0.
        question_weights, category_weights
            Nominal weights.
        reverse, minimum, maximum, method, reference
            As the attributes; `reverse` None: nowhere.
        """
        number = np.asarray(category_of, dtype=np.int64)
        parents = np.zeros_like(category_weights, dtype=np.int64)
        return cls(
            parents=np.insert(parents, 0, -1),
            node_weights=np.insert(category_weights.astype(float), 0, 1.0),
            # The index is node 0.
            node_of=number + 1,
            question_weights=question_weights,
            reverse=np.zeros(len(number), dtype=bool) if reverse is None else reverse,
            minimum=minimum,
            maximum=maximum,
            method=method or Method(),
            reference=reference,
        )

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes in their order."""
        questions = _split(self.node_of, len(self.parents))
        children = _split(self.parents[1:], len(self.parents))
        nodes: list[Node] = []
        for number, parent in enumerate(self.parents.tolist()):
            outside = nodes[parent].method if number else self.method
            own = self.own_methods.get(number)
            held = children[number] + 1
            nodes.append(
                Node(
                    number=number,
                    parent=parent,
                    level=nodes[parent].level + 1 if number else 0,
                    children=held,
                    questions=questions[number],
                    nominal=self.node_weights[held] if len(held) else self.question_weights[questions[number]],
                    method=outside.model_copy(update=dict(own)) if own else outside,
                )
            )
        return tuple(nodes)

    @property
    def index(self) -> Node:
        """The node that holds all others."""
        return self.nodes[0]

    @property
    def holders(self) -> list[Node]:
        """The nodes that hold nodes, in their order."""
        return [node for node in self.nodes if not node.holds_questions]

    @property
    def groups_of_questions(self) -> list[Node]:
        """The nodes that hold questions, in their order."""
        return [node for node in self.nodes if node.holds_questions]

    @cached_property
    def counts(self) -> np.ndarray:
        """Per node: whether it has a part in the index, by its weight and by those of the nodes that hold it."""
        counts = self.node_weights > 0
        counts[0] = True
        for node in self.nodes[1:]:
            counts[node.number] &= counts[node.parent]
        return counts

    @cached_property
    def under(self) -> list[Ints]:
        """Per node: the positions of all questions in it, at any level, in the order of the questions."""
        inside = np.zeros((len(self.parents), len(self.node_of)), dtype=bool)
        inside[self.node_of, np.arange(len(self.node_of))] = True
        for node in reversed(self.nodes[1:]):
            inside[node.parent] |= inside[node.number]
        return [np.flatnonzero(row) for row in inside]

    @cached_property
    def points(self) -> Floats:
        """Per node: how many rating points one respondent has in all of its questions together.

        Questions of unequal weight count as fewer: as many as Kish's effective number of them.
        """
        steps = self.maximum - self.minimum if self.rating_steps is None else self.rating_steps
        shares = np.zeros((len(self.nodes), len(self.node_of)))
        for node in reversed(self.nodes):
            total = node.nominal.sum()
            own = node.nominal / total if total > 0 else node.nominal
            shares[node.number] = 0.0
            if node.holds_questions:
                shares[node.number, node.questions] = own
            else:
                shares[node.number] = own @ shares[node.children]
        squares = (shares**2).sum(axis=1)
        return np.asarray(steps * np.divide(1.0, squares, out=np.zeros_like(squares), where=squares > 0))

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """Per question: the value of least confidence, and that of most."""
        return (
            np.where(self.reverse, self.maximum, self.minimum).astype(float),
            np.where(self.reverse, self.minimum, self.maximum).astype(float),
        )

    @property
    def scale(self) -> AnswerScale:
        """The scale of the values."""
        return AnswerScale(minimum=self.minimum, maximum=self.maximum, reference=self.reference)

    @property
    def missing_answers(self) -> MissingAnswers:
        """The treatment of missing answers."""
        return get_missing_answers(self.method.missing_answers)

    @property
    def outcome(self) -> Outcome:
        """How ratings are coded for scoring."""
        return get_outcome(self.method.outcome)

    @property
    def outliers(self) -> Outliers:
        """The treatment of extreme units."""
        return get_outliers(self.method.outliers)

    @property
    def normalisation(self) -> Normalisation:
        """The normalisation."""
        return get_normalisation(self.method.normalisation)

    @property
    def units_are_independent(self) -> bool:
        """Whether the scores of a unit depend on its own answers only."""
        return not (
            self.normalisation.compares_units
            or self.outliers.learn is not None
            or any(node.weighting.learns or node.aggregation.compares_units for node in self.nodes)
        )

    @property
    def units_matter(self) -> bool:
        """Whether the score of a unit can change when another one takes no part."""
        return not self.units_are_independent or self.missing_answers.looks_at_others

    @cached_property
    def is_linear(self) -> bool:
        """Whether the scores of a unit are weighted means of its own question means on the scale, and nothing else."""
        are_means = all(node.aggregation.power == 1.0 for node in self.nodes)
        return are_means and self.units_are_independent and self.normalisation.is_share_of_scale

    @property
    def has_own_scores(self) -> bool:
        """Whether, somewhere in the index, each unit has weights of its own."""
        return any(node.weighting.has_own_scores for node in self.nodes)

    @property
    def needs_importance(self) -> bool:
        """Whether a weighting needs the respondents' stated importance of categories."""
        return any(node.weighting.needs_importance for node in self.holders)

    @property
    def importance_nodes(self) -> Ints:
        """The nodes whose importance respondents are asked for: those that a node holds which weighs by it."""
        held = [node.children for node in self.holders if node.weighting.needs_importance]
        return np.sort(np.concatenate(held)) if held else np.empty(0, dtype=np.int64)

    @property
    def is_percentage(self) -> bool:
        """Whether scores are per cent, of the answer scale or of ratings."""
        compares = any(node.aggregation.compares_units for node in self.nodes)
        is_share = self.normalisation.is_share_of_scale and self.outcome.is_percentage
        is_within = all(bounds == PERCENT for bounds in self.score_bounds)
        return is_share and is_within and not compares and not self.has_own_scores

    @property
    def value_bounds(self) -> Bounds:
        """The ends between which normalised values of questions lie; infinite where there are none."""
        return self.normalisation.find_bounds(self.normalisation.pick(self.method))

    @cached_property
    def score_bounds(self) -> list[Bounds]:
        """Per node: the ends between which its score lies; infinite where there are none."""
        values = self.value_bounds
        found: list[Bounds] = [values] * len(self.nodes)
        for node in reversed(self.nodes):
            if node.weighting.has_own_scores:
                found[node.number] = PERCENT
                continue
            held = [values if node.holds_questions else found[child] for child in node.counted_items]
            used = self.used[node.number] if self.used else None
            found[node.number] = bound_aggregate(
                held,
                None if used is None else used[node.counted],
                node.aggregation,
                node.aggregation_options,
                may_be_signed=node.may_be_signed,
            )
        return found

    @cached_property
    def has_derivative(self) -> np.ndarray:
        """Per node: whether its score changes smoothly with the answers."""
        found = np.zeros(len(self.nodes), dtype=bool)
        for node in reversed(self.nodes):
            smooth = self.normalisation.is_smooth if node.holds_questions else found[node.counted_children].all()
            found[node.number] = smooth and node.aggregation.is_smooth and not node.weighting.has_own_scores
        return found

    @cached_property
    def has_ends(self) -> np.ndarray:
        """Per node: whether its score has ends that a unit reaches by its own answers alone."""
        low, high = self.value_bounds
        values = not self.normalisation.compares_units and math.isfinite(high - low)
        found = np.zeros(len(self.nodes), dtype=bool)
        for node in reversed(self.nodes):
            reached = values if node.holds_questions else found[node.counted_children].all()
            found[node.number] = reached and not node.aggregation.compares_units and not node.weighting.has_own_scores
        return found


def _count_fewest_steps(definition: IndexDefinition) -> float | None:
    """Return the steps of the coarsest scale of a question; None: those of the index's, as whole numbers on it."""
    common, own = definition.scale, definition.question_scales.values()
    if all(scale == common for scale in own):
        return _count_labelled_steps(common)
    counted = [(_count_labelled_steps(scale), scale.maximum - scale.minimum) for scale in own]
    steps = [between if labelled is None else labelled for labelled, between in counted]
    return min(*steps, common.maximum - common.minimum)


def _count_labelled_steps(scale: Scale) -> float | None:
    """Return the steps between the ends of a scale whose answers are labelled one by one; None: of any other."""
    values = sorted(set(scale.labels.values()))
    is_whole = len(values) > 2 and (values[0], values[-1]) == (scale.minimum, scale.maximum)
    return min(len(values) - 1.0, scale.maximum - scale.minimum) if is_whole else None


def _split(number_of: Ints, count: int) -> list[Ints]:
    """Return, for each number from 0 to `count` - 1, its positions in the array."""
    order = np.argsort(number_of, kind="stable")
    return np.split(order, np.searchsorted(number_of[order], np.arange(1, count)))


def find_reference(method: Method, units: Sequence[str]) -> int | None:
    """Return the position among the units of the one that the method refers to; None where it refers to none."""
    # NOTE: None too where no chosen method has the option: it then has its default.
    return list(units).index(method.reference_unit) if method.reference_unit in units else None
