"""Questions that run against the others of their category: perhaps asked the other way round.

For each question q of a category with two or more, over the accepted respondents of units with enough of them to be
published who rated q and at least one of the others::

    r_q = Pearson correlation of x_q and the mean of the others, all turned as the definition says (`reverse`)

A question is named where r_q is negative beyond chance: t = r sqrt((n - 2) / (1 - r^2)) below the normal quantile of
0.001, with n of at least 30. Nothing is turned. Method page: docs/methods/scale-check.md.
"""

from __future__ import annotations

import math

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition_blocks import Question
from bpo_index.validation.phrases import Note

#: Respondents needed, and the standard normal quantile of 0.001.
_FEWEST, _BEYOND_CHANCE = 30, -3.0902
#: Spread of values, as a share of the scale, up to which they are the same but for the last bits.
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
    compared = [
        (category.id, question, [other for other in category.questions if other is not question])
        for category in definition.categories
        for question in category.questions
        if len(category.questions) > 1
    ]
    measured = published.select(
        _compare(question, others, least).alias(question.id) for _, question, others in compared
    )
    notes = []
    for category, question, _ in compared:
        found = measured[question.id][0]
        n, r = found["n"], found["r"]
        if n >= _FEWEST and r is not None and _measure_t(r, n) < _BEYOND_CHANCE:
            advice = "reverse: false" if question.reverse else "reverse: true"
            notes.append(
                Note(
                    f"{question.id} runs against the other questions of {category}",
                    f"the correlation is {r:.2f} over {n} respondents; if it was asked the other way round, set "
                    f"{advice} in the definition",
                )
            )
    return notes


def _compare(question: Question, others: list[Question], least: float) -> pl.Expr:
    """Return how many rated a question and one of the others (`n`), and the correlation (`r`, null if none varies)."""
    rest = pl.mean_horizontal(_turn(other) for other in others)
    own = pl.when(rest.is_not_null()).then(_turn(question))
    rest = pl.when(own.is_not_null()).then(rest)
    varies = (own.max() - own.min() > least) & (rest.max() - rest.min() > least)
    return pl.struct(n=own.count(), r=pl.when(varies).then(pl.corr(own, rest)))


def _turn(question: Question) -> pl.Expr:
    return -pl.col(question.id) if question.reverse else pl.col(question.id)


def _measure_t(r: float, n: int) -> float:
    return r * math.sqrt((n - 2) / max(1 - r * r, 1e-12))
