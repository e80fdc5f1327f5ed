"""The structure of an index as arrays: questions, categories, nominal weights, and the methods that score it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.definition.method_block import Method
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import (
    PERCENT,
    Aggregation,
    AnswerScale,
    Bounds,
    MissingAnswers,
    Normalisation,
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
from bpo_index.scoring.steps import find_outcome_ends


@dataclass(frozen=True)
class IndexStructure:
    """Questions, categories, weights and methods."""

    category_of: Ints
    """Per question: the number of its category, from 0."""
    question_weights: Floats
    """Per question: its nominal weight within the category."""
    category_weights: Floats
    """Per category: its nominal weight within the index."""
    reverse: np.ndarray
    """Per question: true where a high value means low confidence."""
    minimum: float
    """The low end of the scale of the values: of ratings, or of what the outcome makes of them."""
    maximum: float
    """The high end."""
    method: Method = field(default_factory=Method)
    """The methods, by their names."""
    reference: int | None = None
    """The position among the units of the one that `distance_to_reference` refers to."""

    @classmethod
    def from_definition(cls, definition: IndexDefinition) -> IndexStructure:
        """Return the structure that a definition describes, all of its units taking part."""
        method, scale = definition.method, definition.scale
        minimum, maximum = find_outcome_ends(method.outcome, scale.minimum, scale.maximum)
        # NOTE: what an outcome codes is in the direction of confidence already.
        is_coded = get_outcome(method.outcome).code is not None
        return cls(
            np.array(
                [n for n, category in enumerate(definition.categories) for _ in category.questions], dtype=np.int64
            ),
            np.array([question.weight for question in definition.questions], dtype=float),
            np.array([category.weight for category in definition.categories], dtype=float),
            np.array([question.reverse and not is_coded for question in definition.questions], dtype=bool),
            minimum,
            maximum,
            method,
            find_reference(method, [unit.code for unit in definition.units]),
        )

    def list_questions(self, category: int) -> Ints:
        """Return the positions of a category's questions."""
        return self._questions_of[category]

    @cached_property
    def _questions_of(self) -> list[Ints]:
        """Per category: the positions of its questions; found once for all categories."""
        order = np.argsort(self.category_of, kind="stable")
        ends = np.searchsorted(self.category_of[order], np.arange(1, len(self.category_weights)))
        return np.split(order, ends)

    def slice_questions(self, category: int) -> slice | Ints:
        """Return the same as a slice where they stand together, which takes no copy."""
        questions = self.list_questions(category)
        first, last = int(questions[0]), int(questions[-1])
        return slice(first, last + 1) if last - first + 1 == len(questions) else questions

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
        """What of ratings is scored."""
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
    def question_weighting(self) -> Weighting:
        """The weighting of questions within their category."""
        return get_weighting(self.method.question_weighting)

    @property
    def weighting(self) -> Weighting:
        """The weighting of categories."""
        return get_weighting(self.method.weighting)

    @property
    def question_aggregation(self) -> Aggregation:
        """The aggregation of questions into a category."""
        return get_aggregation(self.method.question_aggregation)

    @property
    def aggregation(self) -> Aggregation:
        """The aggregation of categories into the index."""
        return get_aggregation(self.method.aggregation)

    @property
    def units_are_independent(self) -> bool:
        """Whether the scores of a unit depend on its own answers only."""
        return not (
            self.normalisation.compares_units
            or self.outliers.learn is not None
            or self.weighting.learns
            or self.question_weighting.learns
            or self.question_aggregation.compares_units
            or self.aggregation.compares_units
        )

    @property
    def is_linear(self) -> bool:
        """Whether the scores of a unit are weighted means of its own question means on the scale, and nothing else."""
        means = (self.question_aggregation.power, self.aggregation.power)
        return self.units_are_independent and self.normalisation.is_share_of_scale and means == (1.0, 1.0)

    @property
    def is_percentage(self) -> bool:
        """Whether scores are per cent, of the answer scale or of ratings."""
        compares = self.aggregation.compares_units or self.question_aggregation.compares_units
        is_share = self.normalisation.is_share_of_scale and self.outcome.is_percentage
        return is_share and not compares and not self.weighting.has_own_scores

    @property
    def score_bounds(self) -> tuple[Bounds, Bounds]:
        """The ends between which the overall score and the category scores lie; infinite where there are none."""
        ends = self.normalisation.find_bounds(self.normalisation.pick(self.method))
        own = self.question_aggregation.bounds
        categories = ends if own is None else own
        overall = PERCENT if self.weighting.has_own_scores else self.aggregation.bounds
        return categories if overall is None else overall, categories

    @property
    def has_derivative(self) -> tuple[bool, bool]:
        """Whether the overall score and the category scores change smoothly with the answers."""
        categories = self.normalisation.is_smooth and self.question_aggregation.is_smooth
        return categories and self.aggregation.is_smooth and not self.weighting.has_own_scores, categories

    @property
    def has_ends(self) -> tuple[bool, bool]:
        """Whether the overall score and the category scores have ends that a unit reaches by its own answers alone."""
        values = (
            not self.normalisation.compares_units
            and self.normalisation.find_bounds(self.normalisation.pick(self.method)) == PERCENT
        )
        categories = values and not self.question_aggregation.compares_units
        overall = categories and not self.aggregation.compares_units and not self.weighting.has_own_scores
        return overall, categories


def find_reference(method: Method, units: Sequence[str]) -> int | None:
    """Return the position among the units of the one that the method refers to; None where it refers to none."""
    # NOTE: None too where no chosen method has the option: it then has its default.
    return list(units).index(method.reference_unit) if method.reference_unit in units else None


def number_categories(categories: Sequence[object]) -> tuple[Ints, list[object]]:
    """Return the number of each question's category and the categories in order of appearance.

    Examples
    --------
    >>> number_categories(["talent", "talent", "security"])
    (array([0, 0, 1]), ['talent', 'security'])
    """
    order = list(dict.fromkeys(categories))
    return np.array([order.index(category) for category in categories], dtype=np.int64), order
