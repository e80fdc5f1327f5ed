"""Find questions that run against the others of their category, and tell them from those that run right.

For each question q of a category with two or more, over the accepted respondents of units with enough of them to be
published who rated q and at least one of the others::

    r_q = Pearson correlation of x_q and the mean of the others, all turned as the definition says (`reverse`)

Where many questions are the wrong way round, r_q blames right and wrong ones alike. So the ratings as stored are looked
at first: the signs of the first principal component of their correlations say which questions run together, and with
`reverse` they part the category in two. Turned the wrong way are the questions that `reverse` turns, where they are one
of the parts (the file has them reversed already); else the smaller part. These are taken the other way round in the
mean of the others, and named where r_q is then negative beyond chance: t = r sqrt((n - 2) / (1 - r^2)) below the
normal quantile of 0.001, with n of at least 30. Of two parts of the same size either may be the wrong one: then both
are named.

Nothing is turned. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Question
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_number, show_range
from bpo_index.scoring.arrays import Floats
from bpo_index.validation.notes import Note

#: Respondents needed, and the standard normal quantile of 0.001.
_FEWEST, _BEYOND_CHANCE = 30, -3.0902
#: Questions of a category up to which their correlations are looked at together.
_MOST_TOGETHER = 300
#: Spread of values, as a share of the scale, that counts as rounding only; times as much for one from products.
_SAME, _LEAST_SPREAD = 1e-9, 1e3


def find_turned_questions(accepted: pl.DataFrame, definition: IndexDefinition) -> list[Note]:
    """Return notes on the questions that run against their category.

    Parameters
    ----------
    accepted
        One row per accepted respondent with `unit` and `<question ids>`: ratings, null where there is none.
    definition
        Categories, and which questions are reversed.
    """
    minimum = definition.method.minimum_respondents_to_publish
    published = keep_published(accepted, minimum)
    least = _SAME * (definition.scale.maximum - definition.scale.minimum)
    notes = []
    for category in definition.category_nodes:
        if len(category.questions) > 1:
            ratings = published.select(question.id for question in category.questions).cast(pl.Float64).to_numpy()
            notes += _note_turned(ratings, category.questions, definition, least=least, category=category.id)
    return notes


def keep_published(accepted: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the rows of units with so many; no copy where these are all."""
    few = accepted.group_by("unit").len().filter(pl.col("len") < minimum)["unit"]
    return accepted.filter(~pl.col("unit").is_in(few.implode())) if len(few) else accepted


def _note_turned(
    ratings: Floats, questions: Sequence[Question], definition: IndexDefinition, *, least: float, category: str
) -> list[Note]:
    signs = np.array([-1.0 if question.reverse else 1.0 for question in questions])
    suspects = find_suspects(ratings, signs)
    is_open = suspects is not None and 2 * suspects.sum() == len(signs) and not signs[suspects].min(initial=1.0) < 0
    right = signs if suspects is None or is_open else np.where(suspects, -signs, signs)
    found = [
        (question, n, r)
        for m, (question, n, r) in enumerate(_compare(ratings, questions, right, least, turned=right != signs))
        if n >= _FEWEST
        and r is not None
        and measure_t(r, n) < _BEYOND_CHANCE
        and (suspects is None or is_open or suspects[m])
    ]
    if is_open and len(signs) > 2 and suspects is not None:
        return _note_halves(ratings, questions, suspects, definition, least=least, category=category)
    notes = [
        Note(
            phrase("notes.question_runs_against", question=question.id, category=category),
            phrase(
                "notes.question_seems_turned",
                correlation=show_number(r, 2),
                respondents=definition.words.count_respondents(n),
                key="reverse: true",
            ),
        )
        for question, n, r in found
        if not question.reverse
    ]
    reversed_ = [one for one in found if one[0].reverse]
    if reversed_:
        correlations = sorted(-r for _, _, r in reversed_)
        notes.append(
            Note(
                phrase(
                    "notes.reversed_run_with",
                    count=len(reversed_),
                    questions=list_names([question.id for question, _, _ in reversed_]),
                    category=category,
                ),
                phrase(
                    "notes.reversed_already",
                    correlation=show_range(correlations[0], correlations[-1], 2),
                    respondents=definition.words.count_respondents(max(n for _, n, _ in reversed_)),
                ),
            )
        )
    return notes


def _note_halves(
    ratings: Floats,
    questions: Sequence[Question],
    first: np.ndarray,
    definition: IndexDefinition,
    *,
    least: float,
    category: str,
) -> list[Note]:
    """Return a note on two halves of a category, none of them reversed, that run against each other."""
    right = np.where(first, -1.0, 1.0)
    compared = list(_compare(ratings, questions, right, least, turned=np.zeros(len(questions), dtype=bool)))
    if not all(n >= _FEWEST and r is not None and measure_t(r, n) > -_BEYOND_CHANCE for _, n, r in compared):
        return []
    halves = [
        list_names([question.id for question, held in zip(questions, half, strict=True) if held])
        for half in ((first, ~first) if first[0] else (~first, first))
    ]
    respondents = definition.words.count_respondents(max(n for _, n, _ in compared))
    return [
        Note(
            phrase("notes.halves_run_against", first=halves[0], second=halves[1], category=category),
            phrase("notes.halves_seem_turned", respondents=respondents),
        )
    ]


def find_suspects(ratings: Floats, signs: Floats) -> np.ndarray | None:
    """Return which questions the ratings as stored and `reverse` point at; None where they agree, or say nothing.

    Parameters
    ----------
    ratings
        Respondents x questions, as stored; NaN where there is none.
    signs
        Questions: -1 where the definition turns it, else 1.

    Returns
    -------
    ndarray or None
        Questions: true for one of two parts; the reversed ones, where they are a part, else the smaller.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> person = rng.normal(size=(50, 1))
    >>> find_suspects(person + rng.normal(size=(50, 4)) / 4, np.array([1.0, -1.0, 1.0, -1.0])).tolist()
    [False, True, False, True]
    """
    if ratings.shape[1] > _MOST_TOGETHER or len(ratings) < _FEWEST:
        return None
    known = ~np.isnan(ratings)
    if known.all():
        centred = ratings - ratings.mean(axis=0)
    else:
        counts = np.maximum(known.sum(axis=0), 1)
        centred = np.where(known, ratings - np.where(known, ratings, 0.0).sum(axis=0) / counts, 0.0)
    products = centred.T @ centred
    spread = np.sqrt(np.diag(products))
    spread = np.where(spread > 0, spread, 1.0)
    _, vectors = np.linalg.eigh(products / np.outer(spread, spread))
    along = np.where(vectors[:, -1] < 0, -1.0, 1.0)
    wrong = along * signs < 0
    if wrong.all() or not wrong.any():
        return None
    is_reversed = signs < 0
    if is_reversed.any() and ((wrong == is_reversed).all() or (wrong != is_reversed).all()):
        return is_reversed
    if 2 * wrong.sum() == len(wrong):
        # As many on either side: those among which the reversed ones are, if they are on one side.
        return ~wrong if not (is_reversed & wrong).any() and is_reversed.any() else wrong
    return wrong if 2 * wrong.sum() < len(wrong) else ~wrong


def _compare(
    ratings: Floats, questions: Sequence[Question], right: Floats, least: float, *, turned: np.ndarray
) -> Iterator[tuple[Question, int, float | None]]:
    """Yield each question, how many rated it and one of the others, and the correlation (None where none varies).

    The others are turned by the signs `right`; the question itself the other way where `turned`. Their mean is taken
    from the sum over all, so that time grows with the questions and not with their square. Where nobody left one out
    the correlations follow from the covariances of the questions.
    """
    if not np.isnan(ratings).any() and 1 < len(questions) <= _MOST_TOGETHER and len(ratings):
        of_rest = _correlate_complete(right * ratings, least * _LEAST_SPREAD)
        for question, r, is_turned in zip(questions, of_rest, turned, strict=True):
            yield question, len(ratings), -r if r is not None and is_turned else r
        return
    ratings = right * ratings
    rated = ~np.isnan(ratings)
    raters, total = rated.sum(axis=1), np.where(rated, ratings, 0.0).sum(axis=1)
    for question, column, known, is_turned in zip(questions, ratings.T, rated.T, turned, strict=True):
        both = known & (raters > 1)
        if both.all():
            own, rest = column, (total - column) / (raters - 1)
        else:
            own = column[both]
            rest = (total[both] - own) / (raters[both] - 1)
        varies = len(own) > 0 and np.ptp(own) > least and np.ptp(rest) > least
        r = float(np.corrcoef(own, rest)[0, 1]) if varies else None
        yield question, len(own), -r if r is not None and is_turned else r


def _correlate_complete(ratings: Floats, least: float) -> Iterator[float | None]:
    """Yield the correlation of each column with the sum of the others; None where one of both varies less than that."""
    centred = ratings - ratings.mean(axis=0)
    products = centred.T @ centred / len(ratings)
    own, together = np.diag(products), products.sum(axis=0)
    rest = np.maximum(together.sum() - 2 * together + own, 0.0)
    for n in range(len(own)):
        varies = min(own[n], rest[n] / (len(own) - 1) ** 2) > least**2
        yield float((together[n] - own[n]) / math.sqrt(own[n] * rest[n])) if varies else None


def measure_t(r: float, n: int) -> float:
    """Return the t value of a correlation over n respondents."""
    return r * math.sqrt((n - 2) / max(1 - r * r, 1e-12))
