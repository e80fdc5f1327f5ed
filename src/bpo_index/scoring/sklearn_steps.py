"""The steps of the method as scikit-learn estimators: thin wrappers of the array functions of this folder.

`AnswerImputer`, `OutlierTreatment`, `Normaliser`, `Aggregator`; `ConfidenceIndex` is all of the steps from unit means
on. They take numpy arrays or polars frames, obey `get_params`, `set_params`, `clone` and `set_output`, and so vary in a
`Pipeline` over a `ParameterGrid`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from bpo_index.definition.method_conflicts import list_method_problems, list_unused_options
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.normalisation import orient
from bpo_index.scoring.methods.record import AnswerScale, Questionnaire, Surroundings
from bpo_index.scoring.methods.registry import (
    get_missing_answers,
    get_normalisation,
    get_outliers,
    get_weighting,
)
from bpo_index.scoring.option_parameters import (
    add_parameters,
    keep_changed,
    keep_parameters,
    list_step_options,
    read_parameters,
    refuse_unused,
)
from bpo_index.scoring.steps import aggregate, complete_answers, learn_normalisation, learn_outliers, learn_weights


def _list_defaults(*steps: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: option.default for name, option in list_step_options(*steps, without=without).items()}


class _Step(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What the steps share: NaN is welcome and means that there is no value."""

    def _read(self, X: ArrayLike, *, reset: bool) -> Floats:
        values: Floats = validate_data(self, X, reset=reset, ensure_all_finite="allow-nan", dtype=np.float64)
        return values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


@add_parameters(_list_defaults("missing_answers"))
class AnswerImputer(OneToOneFeatureMixin, _Step):  # type: ignore[misc]
    """Missing ratings of respondents x questions, all of one unit, treated as `complete_answers` says.

    Parameters
    ----------
    method
        A treatment of missing answers of `bpo-index methods`.
    scale_minimum, scale_maximum
        The ends of the answer scale.
    **options
        Options of the methods by name, such as `neighbours`.

    Examples
    --------
    >>> AnswerImputer("person_category_mean").fit_transform([[8.0, 6.0, np.nan], [np.nan, np.nan, 9.0]])
    array([[ 8.,  6.,  7.],
           [nan, nan, nan]])
    """

    def __init__(
        self,
        method: str = "available_case",
        *,
        scale_minimum: float = 0.0,
        scale_maximum: float = 10.0,
        **options: Any,
    ) -> None:
        self.method = method
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        keep_parameters(self, options)

    def fit(self, X: ArrayLike, y: object = None) -> AnswerImputer:
        """Check the ratings; nothing is learnt from one set of respondents for another."""
        del y
        refuse_unused(self, get_missing_answers(self.method))
        self._complete(self._read(X, reset=True))
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the ratings, same shape; what the method fills in comes from these respondents."""
        check_is_fitted(self, "n_features_in_")
        return self._complete(self._read(X, reset=False))

    def _complete(self, ratings: Floats) -> Floats:
        respondents, questions = ratings.shape
        asked = Questionnaire(
            unit_of=np.zeros(respondents, dtype=np.int64),
            category_of=np.zeros(questions, dtype=np.int64),
            weights=np.ones(questions),
            reverse=np.zeros(questions, dtype=bool),
            minimum=self.scale_minimum,
            maximum=self.scale_maximum,
        )
        return complete_answers(ratings, self.method, asked, **read_parameters(self)).ratings


@add_parameters(_list_defaults("outliers"))
class OutlierTreatment(OneToOneFeatureMixin, _Step):  # type: ignore[misc]
    """Extreme units of units x questions, treated by a method.

    Parameters
    ----------
    method
        A treatment of extreme units of `bpo-index methods`.
    **options
        Options of the methods by name.

    Attributes
    ----------
    learnt_
        Limits or transforms of the columns.
    """

    def __init__(self, method: str = "winsorise", **options: Any) -> None:
        self.method = method
        keep_parameters(self, options)

    def fit(self, X: ArrayLike, y: object = None) -> OutlierTreatment:
        """Learn limits or transforms from the units."""
        del y
        refuse_unused(self, get_outliers(self.method))
        self.learnt_ = learn_outliers(self._read(X, reset=True), self.method, **read_parameters(self))
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the treated values, same shape."""
        check_is_fitted(self)
        transformed: Floats = self.learnt_.apply(self._read(X, reset=False))
        return transformed


@add_parameters(_list_defaults("normalisation"))
class Normaliser(OneToOneFeatureMixin, _Step):  # type: ignore[misc]
    """Units x questions onto one scale, as `learn_normalisation` says.

    Parameters
    ----------
    method
        A normalisation of `bpo-index methods`.
    scale_minimum, scale_maximum
        The ends of the answer scale.
    reverse
        Per question, true where a high value means low confidence; None: nowhere.
    **options
        Options of the methods by name, such as `goalposts`; `reference_unit` is the number of a row. Targets and
        goalposts may be one number, or one a column.

    Attributes
    ----------
    learnt_
        The map of the columns.

    Examples
    --------
    >>> Normaliser("min_max").fit_transform([[2.0], [4.0], [3.0]]).ravel()
    array([  0., 100.,  50.])
    """

    def __init__(
        self,
        method: str = "scale",
        *,
        scale_minimum: float = 0.0,
        scale_maximum: float = 10.0,
        reverse: ArrayLike | None = None,
        **options: Any,
    ) -> None:
        self.method = method
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        self.reverse = reverse
        keep_parameters(self, options)

    def fit(self, X: ArrayLike, y: object = None) -> Normaliser:
        """Learn the map from the units."""
        del y
        values = self._read(X, reset=True)
        refuse_unused(self, get_normalisation(self.method))
        options = read_parameters(self)
        scale = AnswerScale(
            minimum=self.scale_minimum, maximum=self.scale_maximum, reference=options.get("reference_unit")
        )
        self.learnt_ = learn_normalisation(self._orient(values), self.method, scale, **options)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the normalised values, same shape, score points."""
        check_is_fitted(self)
        normalised: Floats = self.learnt_.apply(self._orient(self._read(X, reset=False)))
        return normalised

    def _orient(self, values: Floats) -> Floats:
        reverse = np.zeros(values.shape[1], bool) if self.reverse is None else np.asarray(self.reverse, bool)
        return orient(values, reverse, self.scale_minimum, self.scale_maximum)


@add_parameters(_list_defaults("weighting", "aggregation", without=("weighting_level",)))
class Aggregator(_Step):
    """Units x items, normalised, into one score per unit: weights as `learn_weights` says, then `aggregate`.

    Parameters
    ----------
    weighting
        A weighting of `bpo-index methods`; `importance` is given as `nominal`.
    aggregation
        An aggregation of `bpo-index methods`.
    nominal
        Items: the nominal weights; None: equal.
    needed
        How many items must have a value; None: all.
    **options
        Options of the methods by name, such as `power`. Values hold no covariance within units: weightings look between
        them.

    Attributes
    ----------
    weights_
        Items, their sum one; None where each unit has its own.

    Examples
    --------
    >>> index = Aggregator("standard_deviation").fit([[10.0, 40.0], [20.0, 70.0], [30.0, 10.0]])
    >>> index.weights_, index.transform([[40.0, 80.0]])
    (array([0.25, 0.75]), array([[70.]]))
    """

    def __init__(
        self,
        weighting: str = "given",
        aggregation: str = "arithmetic",
        *,
        nominal: ArrayLike | None = None,
        needed: int | None = None,
        **options: Any,
    ) -> None:
        self.weighting = weighting
        self.aggregation = aggregation
        self.nominal = nominal
        self.needed = needed
        keep_parameters(self, options)

    def fit(self, X: ArrayLike, y: object = None) -> Aggregator:
        """Learn the weights from the units."""
        del y
        values = self._read(X, reset=True)
        nominal = np.ones(values.shape[1]) if self.nominal is None else np.asarray(self.nominal, dtype=float)
        if nominal.shape != (values.shape[1],) or not (nominal >= 0).all() or not nominal.sum() > 0:
            msg = f"nominal must be {values.shape[1]} numbers from 0 on, not all zero"
            raise ValueError(msg)
        options = read_parameters(self)
        chosen = {"weighting": self.weighting, "aggregation": self.aggregation} | keep_changed(self, options)
        items = tuple(str(n) for n in range(values.shape[1]))
        # Stated importance is given as `nominal`.
        around = Surroundings(
            units=tuple(str(n) for n in range(values.shape[0])),
            categories=items,
            counted=int((nominal > 0).sum()),
            importance=items,
        )
        problems = [*list_unused_options(chosen), *list_method_problems(chosen, around)]
        if problems:
            raise ValueError("; ".join(f"{key}: {says}" for key, says in problems))
        self.weights_ = None
        if not get_weighting(self.weighting).has_own_scores:
            self.weights_ = learn_weights(self.weighting, nominal, values, **options)
            if np.isnan(self.weights_).any():
                msg = f"the weights ({self.weighting}) cannot be learnt from {len(values)} sample(s)"
                raise ValueError(msg)
        self.counted_ = nominal > 0
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return units x 1: the scores."""
        check_is_fitted(self)
        values, options = self._read(X, reset=False), read_parameters(self)
        if self.weights_ is None:
            weighting = get_weighting(self.weighting)
            assert weighting.score is not None
            scores = weighting.score(values[:, self.counted_], **weighting.choose(options))
        else:
            scores = aggregate(values, self.weights_, self.aggregation, needed=self.needed, **options)
        return np.asarray(scores)[:, np.newaxis]

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Return the name of the one column of `transform`."""
        del input_features
        check_is_fitted(self)
        return np.array(["score"], dtype=object)
