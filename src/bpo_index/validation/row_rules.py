"""Marks that a row has by itself: what could not be read, and the quality rules on completeness and monotony.

`mark_rows` adds them; `measure_longest_run` and `measure_variance` are the measures behind `long_string` and
`low_variance`. Ratings are taken as they were given: a question asked in reverse is not turned round, since it is the
form that is filled in without reading.

Method pages: docs/methods/completeness.md, docs/methods/straight-lining.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.validation.schema import name_mark

#: Shares and variances are rounded to so many decimals before they are compared, so that 0.7 of 10 questions is 7.
DECIMALS = 9


def mark_rows(typed: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Add the boolean marks that the schema forbids in a row by itself; those of rules that are left out are not there.

    Parameters
    ----------
    typed
        The frame of `cast_responses`.
    """
    rules, questions = definition.quality_rules, definition.question_ids
    marks: dict[str, pl.Expr | pl.Series] = {
        "not_a_rating": pl.col("unreadable").list.len() > 0,
        "unclear_field": pl.col("unclear").list.len() > 0,
    }
    if rules.incomplete:
        needed = (rules.incomplete.minimum_share * pl.col("asked")).round(DECIMALS)
        marks["incomplete"] = pl.col("answers") < needed
    if rules.straight_line:
        marks["straight_line"] = pl.col("all_same") & (pl.col("answers") >= rules.straight_line.minimum_answers)
    if rules.long_string:
        marks["long_string"] = measure_longest_run(typed, questions) >= rules.long_string.longest_run
    if rules.low_variance:
        variance = measure_variance(questions, definition.scale.minimum).round(DECIMALS)
        hardly = variance < round(rules.low_variance.minimum_sd**2, DECIMALS)
        enough = pl.col("answers") >= rules.low_variance.minimum_answers
        marks["low_variance"] = (hardly & enough).fill_null(value=False)
    return typed.with_columns(mark.alias(name_mark(code)) for code, mark in marks.items())


def measure_longest_run(typed: pl.DataFrame, questions: Sequence[str]) -> pl.Series:
    """Return the length of each row's longest run of one and the same rating.

    Parameters
    ----------
    typed
        A row per response; the ratings, null where there is none.
    questions
        The questions in the order of the questionnaire.

    Returns
    -------
    Series
        From 0 (no rating) to the number of questions. A question without a rating neither counts nor ends a run.

    Examples
    --------
    >>> rows = pl.DataFrame({"q1": [7.0, 1.0, None], "q2": [None, 7.0, None], "q3": [7.0, 7.0, None]})
    >>> measure_longest_run(rows, ["q1", "q2", "q3"]).to_list()
    [2, 2, 0]
    """
    last = np.full(typed.height, np.nan)
    run = np.zeros(typed.height, dtype=np.int32)
    longest = np.zeros(typed.height, dtype=np.int32)
    for question in questions:
        ratings = typed[question].to_numpy()  # null becomes NaN, which equals nothing
        rated = ~np.isnan(ratings)
        run = np.where(ratings == last, run + 1, np.where(rated, 1, run))
        last = np.where(rated, ratings, last)
        np.maximum(longest, run, out=longest)
    return pl.Series("longest_run", longest, dtype=pl.Int32)


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
