"""Rows whose ratings hardly differ.

Ratings are taken as given: reversed questions are not turned round, since a respondent who does not read ticks the same
boxes there too.

Method page: docs/methods/straight-lining.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bpo_index.display.text_expressions import say, show
from bpo_index.fields import CountFromTwo, Part
from bpo_index.validation.rules.record import DECIMALS, Action, Questionnaire, RowRule, RuleOptions


class LowVarianceRule(RuleOptions):
    """Rows whose ratings, `minimum_answers` or more, have a standard deviation under `minimum_sd`."""

    action: Action = "flag"
    minimum_sd: Part = 0.5
    """In points of the scale, divisor n - 1."""
    minimum_answers: CountFromTwo = 10
    """Ratings that a row must have for the rule to apply."""


def measure_variance(questions: Sequence[str], minimum: float = 0.0) -> pl.Expr:
    """Return the variance of a row's ratings, divisor n - 1; null with fewer than two.

    Parameters
    ----------
    questions
        The columns of the ratings, null where there is none.
    minimum
        The lowest rating of the scale, from which ratings are counted: sums of small numbers lose nothing.

    Examples
    --------
    >>> rows = pl.DataFrame({"q1": [4.0, 1.0], "q2": [None, 3.0], "q3": [4.0, None], "q4": [7.0, None]})
    >>> rows.select(measure_variance(["q1", "q2", "q3", "q4"])).to_series().to_list()
    [3.0, 2.0]
    """
    points = [pl.col(question) - minimum for question in questions]
    n = pl.sum_horizontal(point.is_not_null() for point in points)
    total = pl.sum_horizontal(points)
    squares = pl.sum_horizontal(point * point for point in points)
    return pl.when(n > 1).then((n * squares - total * total) / (n * (n - 1.0))).clip(lower_bound=0.0)


def _mark(_: pl.DataFrame, asked: Questionnaire, options: LowVarianceRule) -> pl.Expr:
    variance = measure_variance(asked.questions, asked.minimum).round(DECIMALS)
    hardly = variance < round(options.minimum_sd**2, DECIMALS)
    return hardly & (pl.col("answers") >= options.minimum_answers)


def _explain(_: pl.DataFrame, asked: Questionnaire, options: LowVarianceRule) -> pl.Expr:
    spread = show(measure_variance(asked.questions, asked.minimum).sqrt(), 3)
    start = say("The standard deviation of the ", pl.col("answers"), " ratings is ", spread)
    return say(start, f"; at least {options.minimum_sd:g} is asked.")


RECORDS = (
    RowRule(
        name="low_variance",
        line="the ratings of the row hardly differ",
        options=LowVarianceRule,
        mark=_mark,
        explain=_explain,
        page="straight-lining",
        place=60,
    ),
)
