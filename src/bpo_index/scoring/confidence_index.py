"""`ConfidenceIndex`: the index as a scikit-learn estimator, units x questions in, one row per unit out.

A thin wrapper of the array functions `learn_index` and `score_means`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import ValidationError
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from bpo_index.definition import IndexDefinition
from bpo_index.definition.method_block import Method
from bpo_index.definition.method_conflicts import list_category_conflicts, list_method_conflicts
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.category_paths import number_nodes
from bpo_index.scoring.chain import learn_index, score_means
from bpo_index.scoring.methods.constant_items import SAME
from bpo_index.scoring.methods.record import STEPS, Weighting
from bpo_index.scoring.methods.registry import find_method
from bpo_index.scoring.option_parameters import (
    add_parameters,
    keep_changed,
    keep_parameters,
    list_step_options,
    read_parameters,
)
from bpo_index.scoring.positive_values import Naming, describe_broken_mean
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure, find_reference

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
        The category of each question, in the order of the columns, or a tuple of the categories that it lies in, the
        outermost first; None: one category.
    question_weights
        A nominal weight per question, divided by their sum within the category; None: equal.
    category_weights
        A nominal weight per category, in order of first appearance, divided by the sum of those beside it; None: equal.
    category_methods
        Category to keys of the method that hold for it and the categories in it, such as `aggregation`; None: none.
    reverse
        Per question, true where a high rating means low confidence; None: nowhere.
    scale_minimum, scale_maximum
        The ends of the answer scale. Means outside it are refused where they are read on it: under normalisations that
        need the scale (`scale`, `goalposts`, ...), and of reversed questions.
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
        The weight of each category that the index holds itself, their sum one; None where each unit has its own.
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
        category_methods: Mapping[object, Mapping[str, Any]] | None = None,
        reverse: ArrayLike | None = None,
        scale_minimum: float = 0.0,
        scale_maximum: float = 10.0,
        reference_unit: int | None = None,
        **method: Any,
    ) -> None:
        self.categories = categories
        self.question_weights = question_weights
        self.category_weights = category_weights
        self.category_methods = category_methods
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
        method, nodes = definition.method, definition.category_nodes
        path: dict[int, tuple[str, ...]] = {0: ()}
        for node in nodes:
            path[node.number] = (*path[node.parent], node.id)
        return cls(
            categories=[path[node.number] for node in nodes for _ in node.questions],
            question_weights=[question.weight for question in definition.questions],
            category_weights=[node.weight for node in nodes],
            category_methods={node.id: node.own_method for node in nodes if node.own_method} or None,
            reverse=[question.reverse for question in definition.questions],
            scale_minimum=definition.scale.minimum,
            scale_maximum=definition.scale.maximum,
            reference_unit=find_reference(method, [unit.code for unit in definition.units]),
            **{name: getattr(method, name) for name in _list_parameters()},
        )

    def fit(self, X: ArrayLike, y: object = None) -> ConfidenceIndex:
        """Learn what the methods need from the units x questions means `X`; NaN where a unit has no mean.

        Raises
        ------
        ValueError
            In one sentence: means outside the scale (column, value, row), methods that do not go together, weights that
            cannot be learnt, values below zero in a mean that takes none (row, column, value).
        """
        del y
        means: Floats = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        units, questions = means.shape
        parents, node_of, names = number_nodes(["all"] * questions if self.categories is None else self.categories)
        _check_length("categories", node_of, questions)
        if not self.scale_minimum < self.scale_maximum:
            msg = f"scale_minimum must be below scale_maximum; found {self.scale_minimum} and {self.scale_maximum}"
            raise ValueError(msg)
        question_weights = _check_weights("question_weights", self.question_weights, questions)
        empty = [
            str(name)
            for n, name in enumerate(names, start=1)
            if (node_of == n).any() and question_weights[node_of == n].sum() <= 0
        ]
        if empty:
            msg = f"the question_weights of these categories sum to zero: {', '.join(empty)}"
            raise ValueError(msg)
        weights = _check_weights("category_weights", self.category_weights, len(names))
        reverse = np.zeros(questions, bool) if self.reverse is None else np.asarray(self.reverse, bool)
        number = {name: n for n, name in enumerate(names, start=1)}
        own = self.category_methods or {}
        unknown = [str(name) for name in own if name not in number]
        if unknown:
            msg = f"category_methods names what is no category: {', '.join(unknown)}"
            raise ValueError(msg)
        self.structure_ = IndexStructure(
            parents=parents,
            node_weights=np.insert(weights, 0, 1.0),
            node_of=node_of,
            question_weights=question_weights,
            reverse=_check_length("reverse", reverse, questions),
            minimum=float(self.scale_minimum),
            maximum=float(self.scale_maximum),
            method=self._build_method(units, parents, node_of, names),
            own_methods={number[name]: dict(keys) for name, keys in own.items()},
            reference=self._check_reference(units),
        )
        empty = [str(names[node.number - 1]) for node in self.structure_.holders[1:] if node.nominal.sum() <= 0]
        if empty or self.structure_.index.nominal.sum() <= 0:
            msg = f"the category_weights sum to zero in: {', '.join(empty) or 'the index'}"
            raise ValueError(msg)
        self._check_scale(means)
        self.learnt_ = learn_index(means, self.structure_)
        self.weights_ = self.learnt_.weights[0]
        for learnt in self.learnt_.weights:
            if learnt is not None and np.isnan(learnt).any():
                method = self.structure_.method
                methods = f"{method.question_weighting} of questions, {method.weighting} of categories"
                msg = (
                    f"the weights ({methods}) cannot be learnt from these {units} units (1 sample tells nothing of "
                    "spread; correlations may be singular)"
                )
                raise ValueError(msg)
        self.category_names_ = names
        naming = Naming(
            [f"row {n}" for n in range(units)], self._name_columns(questions), ["", *(str(name) for name in names)]
        )
        scores = score_means(means, self.structure_, learnt=self.learnt_)
        if said := describe_broken_mean(means, scores, self.learnt_, self.structure_, naming=naming):
            raise ValueError(said)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return units x nodes: the overall score, then those of the categories, parents before children.

        NaN where answers are missing, as `score_means` says.
        """
        check_is_fitted(self)
        return score_means(self._read(X), self.structure_, learnt=self.learnt_)

    def rank(self, X: ArrayLike) -> Ints:
        """Return the rank of every unit by its overall score, 1 for the highest; 0 where it has none."""
        check_is_fitted(self)
        return rank_units(score_means(self._read(X), self.structure_, learnt=self.learnt_)[:, 0])

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

    def _build_method(self, units: int, parents: Ints, node_of: Ints, names: Sequence[object]) -> Method:
        """Return the methods by name; reject unknown names and invalid combinations."""
        raw = keep_changed(self, read_parameters(self))
        own = self.category_methods or {}
        chosen = [raw.get("weighting"), *(keys.get("weighting") for keys in own.values())]
        if any(
            isinstance(one := find_method("weighting", name), Weighting) and one.needs_importance for name in chosen
        ):
            msg = "importance needs respondents: give the mean of their stated importance as category_weights"
            raise ValueError(msg)
        try:
            method = Method.model_validate(raw)
            for keys in own.values():
                Method.model_validate(dict(keys))
        except ValidationError as error:
            wrong = [f"{item['loc'][0]}: {item['msg']}; found {item.get('input')!r}" for item in error.errors()]
            raise ValueError("; ".join(wrong)) from None
        options = getattr(find_method("normalisation", method.normalisation), "options", ())
        if self.reference_unit is not None and any(option.name == "reference_unit" for option in options):
            raw["reference_unit"] = str(self.reference_unit)
        # As a definition says it, so that it is checked as one.
        held: list[dict[str, Any]] = [{"categories": []}]
        for n, (name, parent) in enumerate(zip(names, parents[1:], strict=True), start=1):
            category: dict[str, Any] = {"id": str(name), **own.get(name, {})}
            size = int((node_of == n).sum())
            category |= {"questions": [{}] * size} if size else {"categories": []}
            held[parent]["categories"].append(category)
            held.append(category)
        written = {"method": raw, "units": [{"code": str(n)} for n in range(units)], **held[0]}
        problems = [*list_method_conflicts(raw, written), *list_category_conflicts(written)]
        if problems:
            raise ValueError("; ".join(f"{place[-1]}: {says}" for place, says in problems))
        return method

    def _read(self, X: ArrayLike) -> Floats:
        """Return the means of units to be transformed."""
        means: Floats = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        self._check_scale(means)
        return means

    def _check_scale(self, means: Floats) -> None:
        """Refuse means outside the scale where a method reads them on it: the normalisation, or reversed questions."""
        structure = self.structure_
        read = np.full(means.shape[1], True) if structure.normalisation.needs_scale else structure.reverse
        low, high = structure.minimum, structure.maximum
        # NOTE: sums of weights are not exact; what is farther out is another scale.
        slack = SAME * max(abs(low), abs(high))
        outside = ((means < low - slack) | (means > high + slack)) & read
        if outside.any():
            row, column = np.argwhere(outside)[0].tolist()
            name = self._name_columns(means.shape[1])[column]
            more = f" ({outside.sum()} values are outside)" if outside.sum() > 1 else ""
            msg = (
                f"{name} has {means[row, column]:g} in row {row}, outside the scale from {low:g} to {high:g}{more}: "
                "give scale_minimum and scale_maximum, or a normalisation that needs no scale"
            )
            raise ValueError(msg)

    def _name_columns(self, count: int) -> list[str]:
        """Return what sentences call the columns."""
        names = getattr(self, "feature_names_in_", None)
        return [f"column {n}" for n in range(count)] if names is None else [str(name) for name in names]

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
