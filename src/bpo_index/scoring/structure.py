"""The structure of an index as arrays: questions, categories, nominal weights, and the methods that score it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Method
from bpo_index.definition.method_conflicts import COMPARING, FIXED, UNBOUNDED
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.outcomes import outcome_scale

#: Normalisations that only rank units: their scores have no derivative.
_RANKING = ("rank", "borda", "percentile_rank")


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
        minimum, maximum = outcome_scale(method.outcome, scale.minimum, scale.maximum)
        codes = [unit.code for unit in definition.units]
        return cls(
            np.array(
                [n for n, category in enumerate(definition.categories) for _ in category.questions], dtype=np.int64
            ),
            np.array([question.weight for question in definition.questions], dtype=float),
            np.array([category.weight for category in definition.categories], dtype=float),
            # NOTE: outcomes other than the mean are coded in the direction of confidence already.
            np.array([question.reverse and method.outcome == "mean" for question in definition.questions], dtype=bool),
            minimum,
            maximum,
            method,
            codes.index(method.reference_unit) if method.reference_unit in codes else None,
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
    def units_are_independent(self) -> bool:
        """Whether the scores of a unit depend on its own answers only."""
        method = self.method
        return (
            method.normalisation in ("scale", "goalposts")
            and method.outliers == "none"
            and {method.weighting, method.question_weighting} <= set(FIXED)
            and not {method.question_aggregation, method.aggregation} & set(COMPARING)
        )

    @property
    def score_bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ends between which the overall score and the category scores lie; infinite where there are none."""
        method = self.method
        if method.normalisation in (*UNBOUNDED, "distance_to_reference"):
            ends = (-np.inf, np.inf)
        elif method.normalisation in ("min_max", "borda"):
            ends = method.normalisation_range
        else:
            ends = (0.0, 100.0)
        categories = (0.0, 100.0) if method.question_aggregation in COMPARING else ends
        compares = method.aggregation in COMPARING or method.weighting == "benefit_of_the_doubt"
        return (0.0, 100.0) if compares else categories, categories

    @property
    def has_derivative(self) -> tuple[bool, bool]:
        """Whether the overall score and the category scores change smoothly with the answers."""
        method = self.method
        categories = method.normalisation not in _RANKING and method.question_aggregation not in COMPARING
        compares = method.aggregation in COMPARING or method.weighting == "benefit_of_the_doubt"
        return categories and not compares, categories


def number_categories(categories: Sequence[object]) -> tuple[Ints, list[object]]:
    """Return the number of each question's category and the categories in order of appearance.

    Examples
    --------
    >>> number_categories(["talent", "talent", "security"])
    (array([0, 0, 1]), ['talent', 'security'])
    """
    order = list(dict.fromkeys(categories))
    return np.array([order.index(category) for category in categories], dtype=np.int64), order
