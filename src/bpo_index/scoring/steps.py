"""The steps of the method on arrays, by the name of the method: one function a step.

`complete_answers`, `code_answers`, `treat_outliers`, `normalise`, `learn_weights`, `aggregate`. Each looks the record
up and calls its function. Options have the names that they have in a definition; one that is left out has its default,
and one that only other methods use does nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import (
    AnswerScale,
    Bounds,
    Completed,
    Items,
    Learnt,
    Method,
    Nothing,
    Questionnaire,
)
from bpo_index.scoring.methods.registry import (
    get_aggregation,
    get_missing_answers,
    get_normalisation,
    get_outcome,
    get_outliers,
    get_weighting,
    list_options,
)


def _choose(record: Method, options: dict[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in list_options():
            msg = f"no method has an option {name!r}; there are {', '.join(list_options())}"
            raise TypeError(msg)
    return record.choose(options)


def complete_answers(ratings: Floats, name: str, asked: Questionnaire, **options: Any) -> Completed:
    """Return the ratings with missing answers treated.

    Parameters
    ----------
    ratings
        Respondents of all units x questions, in scale points; NaN where there is none.
    name
        A treatment of missing answers.
    asked
        Respondents and questions.

    Raises
    ------
    ValueError
        When there is no such method.
    """
    record = get_missing_answers(name)
    if record.complete is None:
        return Completed(ratings, 0)
    return record.complete(ratings, asked, **_choose(record, options))


def code_answers(
    ratings: Floats,
    name: str,
    *,
    reverse: np.ndarray | bool,
    minimum: Floats | float,
    maximum: Floats | float,
    **options: Any,
) -> Floats:
    """Return the ratings coded for an outcome.

    Parameters
    ----------
    ratings
        ... x questions, in scale points; NaN where there is none.
    name
        An outcome.
    reverse
        Per question: true where a high rating means low confidence.
    minimum, maximum
        The ends of the scale, or of that of each question.

    Returns
    -------
    ndarray
        Same shape. `mean`: the ratings, in the direction of the questionnaire; else codes, in the direction of
        confidence. NaN stays NaN.

    Raises
    ------
    ValueError
        When there is no such outcome, or the points at both ends overlap.

    Examples
    --------
    >>> ratings = np.array([[9.0, 9.0], [5.0, 0.0], [1.0, np.nan]])
    >>> code_answers(ratings, "net_balance", reverse=np.array([False, True]), minimum=0, maximum=10)
    array([[ 1., -1.],
           [ 0.,  1.],
           [-1., nan]])
    """
    record = get_outcome(name)
    if record.code is None:
        return ratings
    confident = np.where(reverse, minimum + maximum - ratings, ratings)
    return record.code(confident, minimum, maximum, **_choose(record, options))


def find_outcome_ends(name: str, minimum: float, maximum: float) -> Bounds:
    """Return the ends of the scale of an outcome: its own, or those of the ratings.

    Examples
    --------
    >>> find_outcome_ends("net_balance", 0, 10)
    (-1.0, 1.0)
    """
    return get_outcome(name).ends or (minimum, maximum)


def learn_outliers(values: Floats, name: str, **options: Any) -> Learnt:
    """Return what a treatment of extreme units learns from ... x units x items, each leading index on its own.

    Raises
    ------
    ValueError
        When there is no such method.
    """
    record = get_outliers(name)
    return Nothing() if record.learn is None else record.learn(values, **_choose(record, options))


def treat_outliers(values: Floats, name: str, **options: Any) -> Floats:
    """Return ... x units x items treated among themselves.

    Examples
    --------
    >>> treat_outliers(np.array([[1.0], [2.0], [2.0], [3.0], [3.0], [60.0]]), "winsorise").ravel()
    array([1., 2., 2., 3., 3., 3.])
    """
    return learn_outliers(values, name, **options).apply(values)


def learn_normalisation(values: Floats, name: str, scale: AnswerScale | None = None, **options: Any) -> Learnt:
    """Return what a normalisation learns from units.

    Parameters
    ----------
    values
        ... x units x items, more is better; NaN where there is none. Every leading index is learnt on its own.
    name
        A normalisation.
    scale
        Where the values lie; None: 0 to 100.

    Raises
    ------
    ValueError
        When the method does not exist or lacks what it needs.
    """
    record = get_normalisation(name)
    return record.learn(values, scale or AnswerScale(), **_choose(record, options))


def normalise(values: Floats, name: str, scale: AnswerScale | None = None, **options: Any) -> Floats:
    """Return the values normalised among themselves; parameters as for `learn_normalisation`.

    Examples
    --------
    >>> normalise(np.array([[2.0], [4.0], [3.0]]), "min_max").ravel()
    array([  0., 100.,  50.])
    >>> normalise(np.array([[2.0], [4.0], [4.0]]), "borda").ravel()
    array([ 0., 75., 75.])
    """
    return learn_normalisation(values, name, scale, **options).apply(values)


def learn_weights(
    name: str,
    nominal: Floats,
    values: Floats | None,
    *,
    covariance: Floats | None = None,
    importance: Floats | None = None,
    **options: Any,
) -> Floats:
    """Return the weights of items, their sum one.

    Parameters
    ----------
    name
        A weighting; one that does not learn needs no values.
    nominal
        Items: the weights of the definition. An item of nominal weight zero has weight zero under every method.
    values
        ... x units x items: normalised values; NaN where there is none.
    covariance
        ... x items x items, within units; None: the covariance between units is taken from the values.
    importance
        ... x items: the respondents' stated importance.

    Returns
    -------
    ndarray
        Items, or ... x items; NaN where the data say nothing (fewer than two units).

    Examples
    --------
    >>> learn_weights("given", np.array([3.0, 1.0]), None)
    array([0.75, 0.25])
    """
    record = get_weighting(name)
    counted = np.flatnonzero(nominal > 0)
    if len(counted) == 1:
        return (nominal > 0).astype(float)
    if record.weigh is None:
        msg = f"under {name} each unit has weights of its own"
        raise ValueError(msg)
    items = Items(
        nominal=nominal[counted],
        positions=counted,
        values=None if values is None else values[..., counted],
        covariance=None if covariance is None else covariance[..., counted[:, np.newaxis], counted],
        importance=None if importance is None else importance[..., counted],
    )
    shares = record.weigh(items, **_choose(record, options))
    if len(counted) == len(nominal):
        return shares
    weights = np.zeros((*shares.shape[:-1], len(nominal)))
    weights[..., counted] = shares
    return weights


def aggregate(values: Floats, weights: Floats, name: str, *, needed: int | None = None, **options: Any) -> Floats:
    """Return one value for each unit.

    Parameters
    ----------
    values
        ... x units x items, score points; NaN where there is none.
    weights
        ... x items; at least one above zero. An item of weight zero takes no part.
    name
        An aggregation.
    needed
        How many values (of items with a weight) must be there; None: all of them. Weights are shared out among those
        that are there.

    Returns
    -------
    ndarray
        ... x units; NaN where fewer than `needed` values are there.

    Raises
    ------
    ValueError
        When there is no such method, or it lacks an option.

    Examples
    --------
    >>> values = np.array([[80.0, 90.0], [20.0, 80.0]])
    >>> [aggregate(values, np.array([1.0, 1.0]), name).round(2).tolist() for name in ("arithmetic", "harmonic")]
    [[85.0, 50.0], [84.71, 32.0]]
    """
    record = get_aggregation(name)
    return record.aggregate(values, weights, needed, **_choose(record, options))
