"""A quality rule of another package, in one file: rows whose ratings use only a few different values."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from bpo_index.display.text_expressions import say
from bpo_index.fields import Whole
from bpo_index.validation.rules.record import Action, RowRule, RuleOptions


class FewDigitsRule(RuleOptions):
    """Rows whose ratings use at most `most` different values."""

    action: Action = "quarantine"
    most: Annotated[Whole, Field(ge=1, le=20)] = 2
    """Different values that are too few."""


def count_digits(questions: tuple[str, ...]) -> pl.Expr:
    """Return how many different ratings a row has."""
    return pl.concat_list(questions).list.drop_nulls().list.n_unique()


RECORDS = (
    RowRule(
        name="few_digits",
        line="the ratings use only a few different values",
        options=FewDigitsRule,
        mark=lambda _, asked, options: count_digits(asked.questions) <= options.most,
        explain=lambda _, asked, options: say(
            "The ratings use ", count_digits(asked.questions), f" different values; {options.most} are too few."
        ),
        page="https://example.org/few-digits",
    ),
)
