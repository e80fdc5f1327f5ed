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
from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field

from bpo_index.fields import Whole
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.record import Completed, MissingAnswers, Option, Questionnaire

#: Rounds of `iterative` before it is stopped.
_ROUNDS = 50


def fill_from_person(ratings: Floats, asked: Questionnaire) -> Completed:
    """Fill in the respondent's own mean of the category, where at least half of its questions have a rating.

    Parameters
    ----------
    ratings
        Respondents of all units x questions, in scale points; NaN where there is none.
    asked
        The questions.
    """
    turn = asked.minimum + asked.maximum
    filled = _fill_from_person(np.where(asked.reverse, turn - ratings, ratings), asked.category_of, asked.weights)
    filled = np.where(asked.reverse, turn - filled, filled)
    # NOTE: a rating that was given stays to the bit; turning it round twice might not.
    filled = np.where(np.isnan(ratings) | np.isnan(filled), filled, ratings)
    return Completed(filled, int((np.isnan(ratings) & ~np.isnan(filled)).sum()))


def fill_from_neighbours(ratings: Floats, asked: Questionnaire, neighbours: int = 5) -> Completed:
    """Fill in the mean of the respondents who answered most alike; parameters as for `fill_from_person`.

    A question that nobody in a unit rated stays without a rating there: nothing is invented from other units alone. A
    respondent without any rating stays so.
    """
    return _fill_from_others(ratings, asked, lambda block: _fill_block_from_neighbours(block, neighbours))


def fill_by_regression(ratings: Floats, asked: Questionnaire) -> Completed:
    """Fill in the regression of every question on the others, in turn; else as `fill_from_neighbours`."""
    return _fill_from_others(ratings, asked, lambda block: _fill_block_by_regression(block, asked))


def _fill_from_others(
    ratings: Floats, asked: Questionnaire, fill: Callable[[Floats], tuple[Floats, bool]]
) -> Completed:
    completed, converged = _impute(ratings, asked.minimum, fill)
    unanswered = np.isnan(ratings)
    silent = np.zeros(ratings.shape, dtype=bool)
    for unit in np.unique(asked.unit_of):
        rows = asked.unit_of == unit
        silent[rows] = unanswered[rows].all(axis=0)
    silent |= unanswered.all(axis=1, keepdims=True)
    completed = np.where(unanswered & ~silent, np.clip(completed, asked.minimum, asked.maximum), ratings)
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


def _impute(ratings: Floats, minimum: float, fill: Callable[[Floats], tuple[Floats, bool]]) -> tuple[Floats, bool]:
    """Return the ratings with every hole filled that can be, and whether the filling settled."""
    # In an order of their content, so that ties between neighbours do not fall by the order of respondents.
    order = np.lexsort(np.nan_to_num(ratings, nan=minimum - 1).T)
    answering = order[~np.isnan(ratings[order]).all(axis=1)]
    rated = np.flatnonzero(~np.isnan(ratings).all(axis=0))
    block = ratings[np.ix_(answering, rated)]
    completed = ratings.copy()
    if not np.isnan(block).any():
        return completed, True
    completed[np.ix_(answering, rated)], converged = fill(block)
    return completed, converged


def _fill_block_from_neighbours(block: Floats, neighbours: int) -> tuple[Floats, bool]:
    from sklearn.impute import KNNImputer  # noqa: PLC0415

    return KNNImputer(n_neighbors=neighbours).fit_transform(block), True


def _fill_block_by_regression(block: Floats, asked: Questionnaire) -> tuple[Floats, bool]:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401, PLC0415
    from sklearn.impute import IterativeImputer  # noqa: PLC0415

    imputer = IterativeImputer(max_iter=_ROUNDS, random_state=0, min_value=asked.minimum, max_value=asked.maximum)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        filled = imputer.fit_transform(block)
    return filled, not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)


NEIGHBOURS = Option(
    name="neighbours",
    type=Annotated[Whole, Field(ge=1, le=100)],
    default=5,
    line="Respondents from whom `knn` takes a missing rating.",
)

RECORDS = (
    MissingAnswers(
        name="available_case",
        line="a question's mean is over those who answered it",
        formula="x̄(u,q) = Σ w(i) r(i,q) / Σ w(i), over the {respondents} i of u who rated q",
        page="missing-answers",
        order=1,
        complete=None,
        looks_at_others=False,
        weighs_questions=False,
    ),
    MissingAnswers(
        name="person_category_mean",
        line="the {respondent}'s mean over at least half of a category",
        formula="r(i,c) = weighted mean of i's ratings in c, at least half of them there; then over i",
        page="missing-answers",
        order=2,
        complete=fill_from_person,
        looks_at_others=False,
    ),
    MissingAnswers(
        name="knn",
        line="from the {respondents} who answered most alike",
        formula="a gap becomes the mean of the k {respondents} who answered most alike; then x̄(u,q) as a weighted mean",
        page="missing-answers",
        options=(NEIGHBOURS,),
        order=3,
        complete=fill_from_neighbours,
        weighs_questions=False,
    ),
    MissingAnswers(
        name="iterative",
        line="regression of every question on the others, in turn",
        formula="a gap becomes its regression on the other questions, in turn; then x̄(u,q) as a weighted mean",
        page="missing-answers",
        order=4,
        complete=fill_by_regression,
        weighs_questions=False,
    ),
)
