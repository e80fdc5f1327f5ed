"""Rows that give one and the same rating to every question answered.

Ratings are taken as given: reversed questions are not turned round, since a respondent who does not read ticks the same
boxes there too.

Method page: docs/methods/straight-lining.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.display.text_expressions import say
from bpo_index.fields import CountFromTwo
from bpo_index.validation.rules.record import Action, RowRule, RuleOptions


class StraightLineRule(RuleOptions):
    """Rows that give one and the same rating to every question answered, `minimum_answers` or more."""

    action: Action = "quarantine"
    minimum_answers: CountFromTwo = 10
    """Ratings that a row must have for the rule to apply."""


RECORDS = (
    RowRule(
        name="straight_line",
        line="all questions have one and the same rating",
        options=StraightLineRule,
        mark=lambda _, __, options: pl.col("all_same") & (pl.col("answers") >= options.minimum_answers),
        explain=lambda *_: say("All ", pl.col("answers"), " ratings of the row are the same."),
        page="straight-lining",
        place=40,
    ),
)
