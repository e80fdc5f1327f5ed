"""The structure of an index as arrays, and the one function that scores with it.

`score_means` takes question means with any number of leading axes, so the same code scores one index and a million
replicates of it: normalise, aggregate questions into categories, aggregate categories into the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.aggregation import aggregate_arithmetic
from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.normalisation import normalise_scale
from bpo_index.scoring.ranking import SCORE_DECIMALS


@dataclass(frozen=True)
class IndexStructure:
    """Questions, categories and weights as arrays."""

    category_of: Ints
    """Per question: the number of its category, from 0."""
    question_weights: Floats
    """Per question: its weight within the category."""
    category_weights: Floats
    """Per category: its weight within the index."""
    reverse: np.ndarray
    """Per question: true where a high rating means low confidence."""
    minimum: float
    """The low end of the answer scale."""
    maximum: float
    """The high end of the answer scale."""
    questions_needed: int | None = None
    """Questions with answers that a category score needs; None: all."""

    @classmethod
    def from_definition(cls, definition: IndexDefinition) -> IndexStructure:
        """Return the structure that a definition describes."""
        numbered = [
            (n, question) for n, category in enumerate(definition.categories) for question in category.questions
        ]
        return cls(
            np.array([n for n, _ in numbered], dtype=np.int64),
            np.array([question.weight for _, question in numbered], dtype=float),
            np.array([category.weight for category in definition.categories], dtype=float),
            np.array([question.reverse for _, question in numbered], dtype=bool),
            definition.scale.minimum,
            definition.scale.maximum,
            definition.method.questions_needed,
        )

    def list_questions(self, category: int) -> Ints:
        """Return the positions of a category's questions."""
        return np.flatnonzero(self.category_of == category)


def score_means(means: Floats, structure: IndexStructure) -> Floats:
    """Return overall and category scores of question means.

    Parameters
    ----------
    means
        ... x questions, in scale points; NaN where nobody rated the question.
    structure
        The index.

    Returns
    -------
    ndarray
        ... x (1 + categories): the overall score, then the category scores; 0 to 100, rounded to 1e-9. NaN: a category
        with too few questions answered, and the index of a unit that lacks any category.
    """
    shares = normalise_scale(means, structure.minimum, structure.maximum, structure.reverse)
    columns = [
        aggregate_arithmetic(shares[..., questions], structure.question_weights[questions], structure.questions_needed)
        for questions in map(structure.list_questions, range(len(structure.category_weights)))
    ]
    categories = np.stack(columns, axis=-1)
    overall = aggregate_arithmetic(categories, structure.category_weights)
    return np.round(np.concatenate([overall[..., np.newaxis], categories], axis=-1), SCORE_DECIMALS)


def number_categories(categories: Sequence[object]) -> tuple[Ints, list[object]]:
    """Return the number of each question's category and the categories in order of appearance.

    Examples
    --------
    >>> number_categories(["talent", "talent", "security"])
    (array([0, 0, 1]), ['talent', 'security'])
    """
    order = list(dict.fromkeys(categories))
    return np.array([order.index(category) for category in categories], dtype=np.int64), order
