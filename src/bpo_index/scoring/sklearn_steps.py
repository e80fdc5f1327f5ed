"""The steps of the method as scikit-learn estimators: thin faces on the array functions of this folder.

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

from bpo_index.definition.blocks import Method
from bpo_index.definition.method_conflicts import list_method_conflicts
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.aggregation import aggregate
from bpo_index.scoring.methods.benefit_of_the_doubt import score_benefit_of_the_doubt
from bpo_index.scoring.methods.missing_answers import complete_answers
from bpo_index.scoring.methods.normalisation import apply_normalisation, learn_normalisation, orient
from bpo_index.scoring.methods.outliers import apply_outliers, learn_outliers
from bpo_index.scoring.methods.weighting import learn_weights


class _Step(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """What the steps share: NaN is welcome and means that there is no value."""

    def _read(self, X: ArrayLike, *, reset: bool) -> Floats:
        values: Floats = validate_data(self, X, reset=reset, ensure_all_finite="allow-nan", dtype=np.float64)
        return values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class AnswerImputer(OneToOneFeatureMixin, _Step):  # type: ignore[misc]
    """Missing ratings of respondents x questions, all of one unit, treated as `complete_answers` says.

    Parameters
    ----------
    method
        `available_case`, `person_category_mean`, `knn` or `iterative`.
    scale_minimum, scale_maximum
        The ends of the answer scale.
    neighbours
        For `knn`.

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
        neighbours: int = 5,
    ) -> None:
        self.method = method
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        self.neighbours = neighbours

    def fit(self, X: ArrayLike, y: object = None) -> AnswerImputer:
        """Check the ratings; nothing is learnt from one set of respondents for another."""
        del y
        self._complete(self._read(X, reset=True))
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the ratings, same shape; what the method fills in comes from these respondents."""
        check_is_fitted(self, "n_features_in_")
        return self._complete(self._read(X, reset=False))

    def _complete(self, ratings: Floats) -> Floats:
        respondents, questions = ratings.shape
        return complete_answers(
            ratings,
            self.method,
            unit_of=np.zeros(respondents, dtype=np.int64),
            category_of=np.zeros(questions, dtype=np.int64),
            question_weights=np.ones(questions),
            reverse=np.zeros(questions, dtype=bool),
            minimum=self.scale_minimum,
            maximum=self.scale_maximum,
            neighbours=self.neighbours,
        ).ratings


class OutlierTreatment(OneToOneFeatureMixin, _Step):  # type: ignore[misc]
    """Extreme units of units x questions, treated as `learn_outliers` says.

    Parameters
    ----------
    method
        `none`, `winsorise`, `log` or `power`.

    Attributes
    ----------
    learnt_
        Limits or transforms of the columns.
    """

    def __init__(self, method: str = "winsorise") -> None:
        self.method = method

    def fit(self, X: ArrayLike, y: object = None) -> OutlierTreatment:
        """Learn limits or transforms from the units."""
        del y
        self.learnt_ = learn_outliers(self._read(X, reset=True), self.method)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the treated values, same shape."""
        check_is_fitted(self)
        return apply_outliers(self._read(X, reset=False), self.learnt_)


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
    normalisation_range, goalposts, target, reference_unit
        As for `ConfidenceIndex`.

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
        normalisation_range: tuple[float, float] = (0.0, 100.0),
        goalposts: tuple[ArrayLike, ArrayLike] | None = None,
        target: ArrayLike | None = None,
        reference_unit: int | None = None,
    ) -> None:
        self.method = method
        self.scale_minimum = scale_minimum
        self.scale_maximum = scale_maximum
        self.reverse = reverse
        self.normalisation_range = normalisation_range
        self.goalposts = goalposts
        self.target = target
        self.reference_unit = reference_unit

    def fit(self, X: ArrayLike, y: object = None) -> Normaliser:
        """Learn the map from the units."""
        del y
        values = self._read(X, reset=True)
        self.learnt_ = learn_normalisation(
            self._orient(values),
            self.method,
            minimum=self.scale_minimum,
            maximum=self.scale_maximum,
            output_range=self.normalisation_range,
            targets=self.target,
            reference=self.reference_unit,
            goalposts=self.goalposts,
        )
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return the normalised values, same shape, score points."""
        check_is_fitted(self)
        return apply_normalisation(self._orient(self._read(X, reset=False)), self.learnt_)

    def _orient(self, values: Floats) -> Floats:
        reverse = np.zeros(values.shape[1], bool) if self.reverse is None else np.asarray(self.reverse, bool)
        return orient(values, reverse, self.scale_minimum, self.scale_maximum)


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
    power
        For `generalised_mean`.
    needed
        How many items must have a value; None: all.
    negative_weights, factors, comparisons, lowest_share, highest_share
        As for `ConfidenceIndex`.

    Attributes
    ----------
    weights_
        Items, their sum one; None under `benefit_of_the_doubt`.

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
        power: float | None = None,
        needed: int | None = None,
        negative_weights: bool = False,
        factors: int | None = None,
        comparisons: ArrayLike | None = None,
        lowest_share: float | None = None,
        highest_share: float | None = None,
    ) -> None:
        self.weighting = weighting
        self.aggregation = aggregation
        self.nominal = nominal
        self.power = power
        self.needed = needed
        self.negative_weights = negative_weights
        self.factors = factors
        self.comparisons = comparisons
        self.lowest_share = lowest_share
        self.highest_share = highest_share

    def fit(self, X: ArrayLike, y: object = None) -> Aggregator:
        """Learn the weights from the units."""
        del y
        values = self._read(X, reset=True)
        nominal = np.ones(values.shape[1]) if self.nominal is None else np.asarray(self.nominal, dtype=float)
        if nominal.shape != (values.shape[1],) or not (nominal >= 0).all() or not nominal.sum() > 0:
            msg = f"nominal must be {values.shape[1]} numbers from 0 on, not all zero"
            raise ValueError(msg)
        options = {name: getattr(self, name) for name in ("power", "negative_weights", "factors")}
        if self.comparisons is not None:
            options["comparisons"] = np.asarray(self.comparisons, dtype=float).tolist()
        chosen: dict[str, Any] = {"weighting": self.weighting, "aggregation": self.aggregation} | options
        items = [{"id": str(n)} for n in range(values.shape[1])]
        units = [{"code": str(n)} for n in range(values.shape[0])]
        problems = list_method_conflicts(chosen, {"categories": items, "units": units})
        if problems:
            raise ValueError("; ".join(f"{place[1]}: {says}" for place, says in problems))
        method = Method(**options)
        self.weights_ = None
        if self.weighting != "benefit_of_the_doubt":
            self.weights_ = learn_weights(self.weighting, nominal, values, method)
            if np.isnan(self.weights_).any():
                msg = f"the weights ({self.weighting}) cannot be learnt from {len(values)} sample(s)"
                raise ValueError(msg)
        self.counted_ = nominal > 0
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Return units x 1: the scores."""
        check_is_fitted(self)
        values = self._read(X, reset=False)
        if self.weights_ is None:
            scores = score_benefit_of_the_doubt(
                values[:, self.counted_], lowest_share=self.lowest_share, highest_share=self.highest_share
            ).scores
        else:
            scores = aggregate(values, self.weights_, self.aggregation, needed=self.needed, power=self.power)
        return np.asarray(scores)[:, np.newaxis]

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """Return the name of the one column of `transform`."""
        del input_features
        check_is_fitted(self)
        return np.array(["score"], dtype=object)
