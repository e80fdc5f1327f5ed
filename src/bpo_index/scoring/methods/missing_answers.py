"""Missing answers, treated once in respondents x questions, before anything is averaged.

`available_case` leaves them: a question's mean is over those who answered it. `person_category_mean`: a respondent with
ratings on at least half of a category's questions gets, for the others, the weighted mean of those that he or she rated
(in the direction of confidence); with fewer, none of the category's ratings count. The category's mean over respondents
is then the mean of the respondents' own means. `knn`: the mean rating of the respondents who answered most alike
(Troyanskaya et al. 2001), scikit-learn's `KNNImputer`. `iterative`: each question in turn from a Bayesian ridge
regression on the others, scikit-learn's `IterativeImputer` (after van Buuren and Groothuis-Oudshoorn 2011).

The errors of scores do not include the variance of imputation. Method page: docs/methods/missing-answers.md.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints

#: Treatments that look at all respondents.
IMPUTATIONS = ("knn", "iterative")
MISSING_ANSWERS = ("available_case", "person_category_mean", *IMPUTATIONS)
#: Rounds of `iterative` before it is stopped.
_ROUNDS = 50


@dataclass(frozen=True)
class Completed:
    """Ratings with missing answers treated."""

    ratings: Floats
    """Respondents x questions; NaN where there still is none."""
    filled: int
    """Ratings that were filled in."""
    converged: bool = True
    """False where `iterative` was stopped before it settled."""


def complete_answers(
    ratings: Floats,
    method: str,
    *,
    unit_of: Ints,
    category_of: Ints,
    question_weights: Floats,
    reverse: np.ndarray,
    minimum: float,
    maximum: float,
    neighbours: int = 5,
) -> Completed:
    """Return the ratings with missing answers treated.

    Parameters
    ----------
    ratings
        Respondents of all units x questions, in scale points; NaN where there is none.
    method
        One of `MISSING_ANSWERS`.
    unit_of
        Respondents: the number of each one's unit.
    category_of, question_weights, reverse
        Questions: number of the category, nominal weight, direction.
    minimum, maximum
        The ends of the scale; filled-in ratings lie between them.
    neighbours
        For `knn`.

    Returns
    -------
    Completed
        Under `knn` and `iterative` a question that nobody in a unit rated stays without a rating there: nothing is
        invented from other units alone. A respondent without any rating stays so.

    Raises
    ------
    ValueError
        When there is no such method.
    """
    if method == "available_case":
        return Completed(ratings, 0)
    if method == "person_category_mean":
        confident = np.where(reverse, minimum + maximum - ratings, ratings)
        filled = _fill_from_person(confident, category_of, question_weights)
        filled = np.where(reverse, minimum + maximum - filled, filled)
        # NOTE: a rating that was given stays to the bit; turning it round twice might not.
        filled = np.where(np.isnan(ratings) | np.isnan(filled), filled, ratings)
        return Completed(filled, int((np.isnan(ratings) & ~np.isnan(filled)).sum()))
    if method not in MISSING_ANSWERS:
        msg = f"method must be one of {', '.join(MISSING_ANSWERS)}; found {method!r}"
        raise ValueError(msg)
    completed, converged = _impute(ratings, method, minimum, maximum, neighbours)
    unanswered = np.isnan(ratings)
    silent = np.zeros(ratings.shape, dtype=bool)
    for unit in np.unique(unit_of):
        rows = unit_of == unit
        silent[rows] = unanswered[rows].all(axis=0)
    silent |= unanswered.all(axis=1, keepdims=True)
    completed = np.where(unanswered & ~silent, np.clip(completed, minimum, maximum), ratings)
    return Completed(completed, int((unanswered & ~np.isnan(completed)).sum()), converged)


def _fill_from_person(confident: Floats, category_of: Ints, question_weights: Floats) -> Floats:
    filled = confident.copy()
    for category in np.unique(category_of):
        questions = np.flatnonzero(category_of == category)
        weights = question_weights[questions]
        part = confident[:, questions]
        there = ~np.isnan(part)
        counted = weights > 0
        enough = 2 * (there & counted).sum(axis=1) >= counted.sum()
        totals = there @ weights
        means = np.divide(
            np.where(there, part, 0.0) @ weights, totals, out=np.full(len(part), np.nan), where=totals > 0
        )
        filled[:, questions] = np.where(there, part, means[:, np.newaxis])
        filled[np.ix_(~enough, questions)] = np.nan
    return filled


def _impute(ratings: Floats, method: str, minimum: float, maximum: float, neighbours: int) -> tuple[Floats, bool]:
    """Return the ratings with every hole filled that scikit-learn can fill, and whether it settled."""
    # In an order of their content, so that ties between neighbours do not fall by the order of respondents.
    order = np.lexsort(np.nan_to_num(ratings, nan=minimum - 1).T)
    answering = order[~np.isnan(ratings[order]).all(axis=1)]
    asked = np.flatnonzero(~np.isnan(ratings).all(axis=0))
    block = ratings[np.ix_(answering, asked)]
    completed, converged = ratings.copy(), True
    if not np.isnan(block).any():
        return completed, converged
    if method == "knn":
        from sklearn.impute import KNNImputer  # noqa: PLC0415

        block = KNNImputer(n_neighbors=neighbours).fit_transform(block)
    else:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
        from sklearn.experimental import enable_iterative_imputer  # noqa: F401, PLC0415
        from sklearn.impute import IterativeImputer  # noqa: PLC0415

        imputer = IterativeImputer(max_iter=_ROUNDS, random_state=0, min_value=minimum, max_value=maximum)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            block = imputer.fit_transform(block)
        converged = not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    completed[np.ix_(answering, asked)] = block
    return completed, converged
