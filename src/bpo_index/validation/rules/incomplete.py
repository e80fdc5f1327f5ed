"""Rows with a rating on too few of the questions asked.

With a the ratings of the row and Q the questions asked, a row is marked where a < share x Q.

Method page: docs/methods/completeness.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.display.text_expressions import say
from bpo_index.fields import Share
from bpo_index.validation.rules.record import DECIMALS, Action, RowRule, RuleOptions


class IncompleteRule(RuleOptions):
    """Rows with a rating on fewer than `minimum_share` of the questions asked."""

    action: Action = "quarantine"
    minimum_share: Share = 0.5
    """The share of the questions asked that must have a rating."""


def has_too_few_answers(minimum_share: float) -> pl.Expr:
    """Return whether fewer than a share of the questions asked have a rating, of the columns `answers` and `asked`.

    Examples
    --------
    >>> rows = pl.DataFrame({"answers": [7, 6], "asked": [10, 10]})
    >>> rows.select(has_too_few_answers(0.7)).to_series().to_list()
    [False, True]
    """
    return pl.col("answers") < (minimum_share * pl.col("asked")).round(DECIMALS)


def _explain(minimum_share: float) -> pl.Expr:
    needed = f" questions asked have a rating; {minimum_share:.0%} are needed."
    return say(pl.col("answers"), " of ", pl.col("asked"), needed)


RECORDS = (
    RowRule(
        name="incomplete",
        line="too few questions have a rating",
        options=IncompleteRule,
        mark=lambda _, __, options: has_too_few_answers(options.minimum_share),
        explain=lambda _, __, options: _explain(options.minimum_share),
        page="completeness",
        place=30,
    ),
)
