"""`ConfidenceIndex`: the index as a scikit-learn estimator, units x questions in, one row per unit out.

A thin face on `learn_index` and `score_means`; the arrays below do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ValidationError
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from bpo_index.definition import IndexDefinition
from bpo_index.definition.method_block import Method
from bpo_index.definition.method_conflicts import list_method_problems, list_unused_options
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import learn_index, score_means
from bpo_index.scoring.methods.record import STEPS, Surroundings, Weighting
from bpo_index.scoring.methods.registry import find_method
from bpo_index.scoring.option_parameters import (
    add_parameters,
    keep_changed,
    keep_parameters,
    list_step_options,
    read_parameters,
)
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure, find_reference, number_categories

#: The steps from question means on.
_STEPS = ("outliers", "normalisation", "weighting", "aggregation")


def _list_parameters() -> dict[str, Any]:
    """Return the parameters that are keys of a definition's `method:` block, with their defaults.

    Question means hold no covariance within units, so that there is no level; the unit of reference is a row.
    """
    keys = {key: step.default for step in STEPS if step.name in _STEPS for key in step.keys}
    options = list_step_options(*_STEPS, without=("weighting_level", "reference_unit"))
    return {"questions_needed": None} | keys | {name: option.default for name, option in options.items()}


@add_parameters(_list_parameters())
class ConfidenceIndex(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A composite index of units by categories of questions.

    `fit` learns what the methods take from the units (ends, means, weights), `transform` scores units with it. Methods
    that compare units with one another (`copeland`, `borda`, `kemeny`, `benefit_of_the_doubt`) compare those that are
    transformed.

    Parameters
    ----------
    categories
        The category of each question, in the order of the columns; None: one category.
    question_weights
        A nominal weight per question, divided by their sum within the category; None: equal.
    category_weights
        A nominal weight per category, in order of first appearance, divided by their sum; None: equal.
    reverse
        Per question, true where a high rating means low confidence; None: nowhere.
    scale_minimum, scale_maximum
        The ends of the answer scale.
    questions_needed
        Questions with a mean that a category needs; None: all.
    reference_unit
        The row of the fitted units that `distance_to_reference` refers to.
    **method
        Keys of the definition's `method:` block by their names, from outliers on: `outliers`, `normalisation`,
        `question_weighting`, `weighting`, `question_aggregation`, `aggregation` and the options of their methods;
        numbers in scale points. Question means hold neither stated importance nor covariance within units, so
        `importance` is refused and the level of weightings is `between`.

    Attributes
    ----------
    structure_
        The index as arrays.
    learnt_
        What the methods learnt from the units.
    weights_
        The weight of each category, their sum one; None where each unit has its own.
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
    >>> index.set_params(aggregation="geometric").fit_transform([[9.0, 7.0, 6.0], [5.0, 5.0, 10.0]])[:, 0].round(3)
    array([69.282, 70.711])
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
        reference_unit: int | None = None,
        **method: Any,
    ) -> None:
        self.categories = categories
        self.question_weights = question_weights
        self.category_weights = category_weights
        self.reverse = reverse
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        self.reference_unit = reference_unit
        keep_parameters(self, method)

    @classmethod
    def from_definition(cls, definition: IndexDefinition) -> ConfidenceIndex:
        """Return the index that a definition describes, not fitted yet; its rows are the units of the definition.

        Respondents' methods (missing answers, outcome, weights) come before question means and are not in it.
        """
        method = definition.method
        return cls(
            categories=[category.id for category in definition.categories for _ in category.questions],
            question_weights=[question.weight for question in definition.questions],
            category_weights=[category.weight for category in definition.categories],
            reverse=[question.reverse for question in definition.questions],
            scale_minimum=definition.scale.minimum,
            scale_maximum=definition.scale.maximum,
            reference_unit=find_reference(method, [unit.code for unit in definition.units]),
            **{name: getattr(method, name) for name in _list_parameters()},
        )

    def fit(self, X: ArrayLike, y: object = None) -> ConfidenceIndex:
        """Learn what the methods need from the units x questions means `X`; NaN where a unit has no mean."""
        del y
        means: Floats = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        units, questions = means.shape
        category_of, names = number_categories(["all"] * questions if self.categories is None else self.categories)
        _check_length("categories", category_of, questions)
        method = self._build_method(units, category_of, len(names))
        if not self.scale_minimum < self.scale_maximum:
            msg = f"scale_minimum must be below scale_maximum; found {self.scale_minimum} and {self.scale_maximum}"
            raise ValueError(msg)
        question_weights = _check_weights("question_weights", self.question_weights, questions)
        empty = [str(name) for n, name in enumerate(names) if question_weights[category_of == n].sum() <= 0]
        if empty:
            msg = f"the question_weights of these categories sum to zero: {', '.join(empty)}"
            raise ValueError(msg)
        reverse = np.zeros(questions, bool) if self.reverse is None else np.asarray(self.reverse, bool)
        self.structure_ = IndexStructure(
            category_of,
            question_weights,
            _check_weights("category_weights", self.category_weights, len(names)),
            _check_length("reverse", reverse, questions),
            float(self.scale_minimum),
            float(self.scale_maximum),
            method,
            self._check_reference(units),
        )
        self.learnt_ = learn_index(means, self.structure_)
        self.weights_ = self.learnt_.category_weights
        for weights in (*self.learnt_.question_weights, self.weights_):
            if weights is not None and np.isnan(weights).any():
                methods = f"{method.question_weighting} of questions, {method.weighting} of categories"
                msg = (
                    f"the weights ({methods}) cannot be learnt from these {units} units (1 sample tells nothing of "
                    "spread; correlations may be singular)"
                )
                raise ValueError(msg)
        self.category_names_ = names
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return units x (1 + categories): the overall score, then the category scores.

        NaN where answers are missing, as `score_means` says.
        """
        check_is_fitted(self)
        means: Floats = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        return score_means(means, self.structure_, learnt=self.learnt_)

    def rank(self, X: ArrayLike) -> Ints:
        """Return the rank of every unit by its overall score, 1 for the highest; 0 where it has none."""
        check_is_fitted(self)
        means: Floats = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        return rank_units(score_means(means, self.structure_, learnt=self.learnt_)[:, 0])

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

    def _build_method(self, units: int, category_of: Ints, categories: int) -> Method:
        """Return the methods by name; refuse names that there are not and pairs that do not go together."""
        raw = keep_changed(self, read_parameters(self))
        weighting = find_method("weighting", raw.get("weighting"))
        if isinstance(weighting, Weighting) and weighting.needs_importance:
            msg = "importance needs respondents: give the mean of their stated importance as category_weights"
            raise ValueError(msg)
        try:
            method = Method.model_validate(raw)
        except ValidationError as error:
            wrong = [f"{item['loc'][0]}: {item['msg']}; found {item.get('input')!r}" for item in error.errors()]
            raise ValueError("; ".join(wrong)) from None
        sizes = np.bincount(category_of, minlength=categories)
        names = tuple(str(n) for n in range(categories))
        around = Surroundings(
            units=tuple(str(n) for n in range(units)),
            categories=names,
            counted=categories,
            questions={name: int(size) for name, size in zip(names, sizes, strict=True)},
        )
        options = getattr(find_method("normalisation", method.normalisation), "options", ())
        if self.reference_unit is not None and any(option.name == "reference_unit" for option in options):
            raw["reference_unit"] = str(self.reference_unit)
        problems = [f"{key}: {says}" for key, says in [*list_unused_options(raw), *list_method_problems(raw, around)]]
        if problems:
            raise ValueError("; ".join(problems))
        return method

    def _check_reference(self, units: int) -> int | None:
        reference = self.reference_unit
        if reference is not None and not 0 <= reference < units:
            msg = f"reference_unit must be the number of a row, 0 to {units - 1}; found {reference}"
            raise ValueError(msg)
        return reference


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
