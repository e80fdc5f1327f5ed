"""Find questions that run against the others of their category, perhaps asked the other way round.

For each question q of a category with two or more, over the accepted respondents of units with enough of them to be
published who rated q and at least one of the others::

    r_q = Pearson correlation of x_q and the mean of the others, all turned as the definition says (`reverse`)

A question is named where r_q is negative beyond chance: t = r sqrt((n - 2) / (1 - r^2)) below the normal quantile of
0.001, with n of at least 30. Nothing is turned. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Question
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number
from bpo_index.validation.notes import Note

#: Respondents needed, and the standard normal quantile of 0.001.
_FEWEST, _BEYOND_CHANCE = 30, -3.0902
#: Spread of values, as a share of the scale, that counts as rounding only.
_SAME = 1e-9


def find_turned_questions(accepted: pl.DataFrame, definition: IndexDefinition) -> list[Note]:
    """Return a note on every question that runs against its category.

    Parameters
    ----------
    accepted
        One row per accepted respondent with `unit` and `<question ids>`: ratings, null where there is none.
    definition
        Categories, and which questions are reversed.
    """
    minimum = definition.method.minimum_respondents_to_publish
    published = accepted.filter(pl.len().over("unit") >= minimum)
    least = _SAME * (definition.scale.maximum - definition.scale.minimum)
    notes = []
    for category in definition.category_nodes:
        for question, n, r in _compare(published, category.questions, least):
            if n >= _FEWEST and r is not None and _measure_t(r, n) < _BEYOND_CHANCE:
                notes.append(
                    Note(
                        phrase("notes.question_runs_against", question=question.id, category=category.id),
                        phrase(
                            "notes.question_seems_turned",
                            correlation=show_number(r, 2),
                            respondents=definition.words.count_respondents(n),
                            key="reverse: false" if question.reverse else "reverse: true",
                        ),
                    )
                )
    return notes


def _compare(
    published: pl.DataFrame, questions: Sequence[Question], least: float
) -> Iterator[tuple[Question, int, float | None]]:
    """Yield each question, how many rated it and one of the others, and the correlation (None where none varies).

    The others' mean is taken from the sum over all, so that time grows with the questions and not with their square.
    """
    if len(questions) < 2:
        return
    signs = np.array([-1.0 if question.reverse else 1.0 for question in questions])
    ratings = signs * published.select(question.id for question in questions).cast(pl.Float64).to_numpy()
    rated = ~np.isnan(ratings)
    raters, total = rated.sum(axis=1), np.where(rated, ratings, 0.0).sum(axis=1)
    for question, column, known in zip(questions, ratings.T, rated.T, strict=True):
        both = known & (raters > 1)
        own = column[both]
        rest = (total[both] - own) / (raters[both] - 1)
        varies = len(own) > 0 and np.ptp(own) > least and np.ptp(rest) > least
        yield question, len(own), float(np.corrcoef(own, rest)[0, 1]) if varies else None


def _measure_t(r: float, n: int) -> float:
    return r * math.sqrt((n - 2) / max(1 - r * r, 1e-12))
