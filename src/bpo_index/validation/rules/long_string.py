"""Rows with the same rating to many questions in a row.

Ratings are taken as given: reversed questions are not turned round, since a respondent who does not read ticks the same
boxes there too.

Method page: docs/methods/straight-lining.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bpo_index.display.text_expressions import say
from bpo_index.fields import CountFromTwo
from bpo_index.validation.rules.record import Action, RowRule, RuleOptions


class LongStringRule(RuleOptions):
    """Rows with the same rating to `longest_run` or more questions in a row, in the order of the questionnaire."""

    action: Action = "flag"
    longest_run: CountFromTwo = 12
    """Questions in a row with the same rating from which a row is marked."""


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


def _explain(runs: pl.Series, longest_run: int) -> pl.Expr:
    return say(pl.lit(runs), f" questions in a row have the same rating; {longest_run} are too many.")


RECORDS = (
    RowRule(
        name="long_string",
        line="too many questions in a row have the same rating",
        options=LongStringRule,
        mark=lambda rows, asked, options: measure_longest_run(rows, asked.questions) >= options.longest_run,
        explain=lambda rows, asked, options: _explain(measure_longest_run(rows, asked.questions), options.longest_run),
        page="straight-lining",
        place=50,
    ),
)
