"""Rows whose respondent did not reach the end.

Method page: docs/methods/unfinished-and-test-rows.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.display.text_expressions import quote, say
from bpo_index.validation.rules.record import Action, RowRule, RuleOptions


class UnfinishedRule(RuleOptions):
    """Rows whose respondent did not reach the end, as the column `finished` says."""

    action: Action = "quarantine"


RECORDS = (
    RowRule(
        name="unfinished",
        line="the {respondent} did not reach the end",
        options=UnfinishedRule,
        mark=lambda *_: ~pl.col("finished"),
        explain=lambda *_: say("Marked as not finished: ", quote(pl.col("text.finished")), "."),
        needs="finished",
        idle="no row says whether it was finished",
        is_answer=False,
        page="unfinished-and-test-rows",
        drafted_for="finished",
        place=20,
    ),
)
