"""`ConfidenceIndex`: the index as a scikit-learn estimator, units x questions in, one row per unit out.

A thin face on `score_means`; the arrays below do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.estimate import Floats
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure, number_categories, score_means

NORMALISATIONS = ("scale",)
WEIGHTINGS = ("given",)
AGGREGATIONS = ("arithmetic",)


class ConfidenceIndex(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A weighted composite index of units by categories of questions.

    Parameters
    ----------
    categories
        The category of each question, in the order of the columns; None: one category.
    question_weights
        A weight per question, divided by their sum within the category; None: equal.
    category_weights
        A weight per category, in order of first appearance, divided by their sum; None: equal.
    reverse
        Per question, true where a high rating means low confidence; None: nowhere.
    scale_minimum, scale_maximum
        The ends of the answer scale.
    normalisation
        `scale`: the ends of the scale become 0 and 100.
    weighting
        `given`: the weights above.
    aggregation
        `arithmetic`: weighted arithmetic means within and between categories.
    questions_needed
        Questions with a mean that a category needs; None: all.

    Attributes
    ----------
    structure_
        The index as arrays.
    category_names_
        The categories in order.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Examples
    --------
    >>> index = ConfidenceIndex(categories=["talent", "talent", "security"])
    >>> index.fit_transform(np.array([[9.0, 7.0, 6.0], [5.0, 5.0, 10.0]]))
    array([[ 70.,  80.,  60.],
           [ 75.,  50., 100.]])
    >>> index.get_feature_names_out().tolist()
    ['score', 'talent', 'security']
    """

    def __init__(
        self,
        *,
        categories: Sequence[object] | None = None,
        question_weights: ArrayLike | None = None,
        category_weights: ArrayLike | None = None,
        reverse: ArrayLike | None = None,
        scale_minimum: float = 0.0,
        scale_maximum: float = 10.0,
        normalisation: str = "scale",
        weighting: str = "given",
        aggregation: str = "arithmetic",
        questions_needed: int | None = None,
    ) -> None:
        self.categories = categories
        self.question_weights = question_weights
        self.category_weights = category_weights
        self.reverse = reverse
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        self.normalisation = normalisation
        self.weighting = weighting
        self.aggregation = aggregation
        self.questions_needed = questions_needed

    @classmethod
    def from_definition(cls, definition: IndexDefinition) -> ConfidenceIndex:
        """Return the index that a definition describes, not fitted yet."""
        return cls(
            categories=[category.id for category in definition.categories for _ in category.questions],
            question_weights=[question.weight for question in definition.questions],
            category_weights=[category.weight for category in definition.categories],
            reverse=[question.reverse for question in definition.questions],
            scale_minimum=definition.scale.minimum,
            scale_maximum=definition.scale.maximum,
            normalisation=definition.method.normalisation,
            weighting=definition.method.weighting,
            aggregation=definition.method.aggregation,
            questions_needed=definition.method.questions_needed,
        )

    def fit(self, X: ArrayLike, y: object = None) -> ConfidenceIndex:
        """Learn what the methods need from the units x questions means `X`; NaN where a unit has no mean."""
        del y
        means: Floats = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        questions = means.shape[1]
        labels = ["all"] * questions if self.categories is None else list(self.categories)
        for name, value, allowed in (
            ("normalisation", self.normalisation, NORMALISATIONS),
            ("weighting", self.weighting, WEIGHTINGS),
            ("aggregation", self.aggregation, AGGREGATIONS),
        ):
            if value not in allowed:
                msg = f"{name} must be one of {', '.join(allowed)}; found {value!r}"
                raise ValueError(msg)
        if not self.scale_minimum < self.scale_maximum:
            msg = f"scale_minimum must be below scale_maximum; found {self.scale_minimum} and {self.scale_maximum}"
            raise ValueError(msg)
        category_of, names = number_categories(labels)
        _check_length("categories", category_of, questions)
        question_weights = _check_weights("question_weights", self.question_weights, questions)
        empty = [str(name) for n, name in enumerate(names) if question_weights[category_of == n].sum() <= 0]
        if empty:
            msg = f"the question_weights of these categories sum to zero: {', '.join(empty)}"
            raise ValueError(msg)
        self.structure_ = IndexStructure(
            category_of,
            question_weights,
            _check_weights("category_weights", self.category_weights, len(names)),
            _check_length(
                "reverse",
                np.zeros(questions, bool) if self.reverse is None else np.asarray(self.reverse, bool),
                questions,
            ),
            float(self.scale_minimum),
            float(self.scale_maximum),
            self.questions_needed,
        )
        self.category_names_ = names
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return units x (1 + categories): the overall score, then the category scores, 0 to 100.

        NaN where answers are missing, as `score_means` says.
        """
        check_is_fitted(self)
        means: Floats = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        return score_means(means, self.structure_)

    def rank(self, X: ArrayLike) -> np.ndarray:
        """Return the rank of every unit by its overall score, 1 for the highest; 0 where it has none."""
        check_is_fitted(self)
        means: Floats = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        return rank_units(score_means(means, self.structure_)[:, 0])

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Return the names of the columns of `transform`."""
        del input_features
        check_is_fitted(self)
        return np.array(["score", *map(str, self.category_names_)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Say to scikit-learn that missing values are welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _check_length(name: str, values: np.ndarray, wanted: int) -> np.ndarray:
    if values.shape != (wanted,):
        msg = f"{name} must have {wanted} entries; found shape {values.shape}"
        raise ValueError(msg)
    return values


def _check_weights(name: str, weights: ArrayLike | None, wanted: int) -> Floats:
    values = np.ones(wanted) if weights is None else np.asarray(weights, dtype=float)
    _check_length(name, values, wanted)
    if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
        msg = f"{name} must be finite, not negative, and not all zero"
        raise ValueError(msg)
    return values
