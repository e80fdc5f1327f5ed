"""Rows that the survey tool marks as a test, a preview or spam.

Method page: docs/methods/unfinished-and-test-rows.md.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from bpo_index.display.labels import fold_label
from bpo_index.display.text_expressions import quote, say
from bpo_index.fields import Text
from bpo_index.validation.rules.record import Action, RowRule, RuleOptions

#: What survey tools write where a row is no answer to the survey, in the column `status`.
TEST_STATUS = frozenset({"test", "survey test", "preview", "survey preview", "spam"})


class MarkedTestRule(RuleOptions):
    """Rows that the survey tool marks as a test, a preview or spam in the column `status`."""

    action: Action = "quarantine"
    values: tuple[Text, ...] = ()
    """Texts of the column `status` that mark such rows, beside those that are known of survey tools."""


def is_marked_as_test(status: pl.Series, values: Iterable[str] = ()) -> pl.Series:
    """Return whether each status is one of a test, a preview or spam; case and white space do not matter.

    Parameters
    ----------
    status
        Texts, null where there is none.
    values
        Texts that mark such rows, beside those that are known of survey tools.

    Examples
    --------
    >>> is_marked_as_test(pl.Series(["Survey  Preview", "Pilot", "IP address", None]), ["pilot"]).to_list()
    [True, True, False, False]
    """
    known = TEST_STATUS | {fold_label(text) for text in values}
    found = [text for text in status.drop_nulls().unique() if fold_label(text) in known]
    return status.is_in(found).fill_null(value=False)


RECORDS = (
    RowRule(
        name="test_row",
        line="the survey tool marks the row as a test, a preview or spam",
        options=MarkedTestRule,
        mark=lambda rows, _, options: is_marked_as_test(rows["status"], options.values),
        explain=lambda *_: say("Marked as no answer to the survey: ", quote(pl.col("text.status")), "."),
        needs="status",
        idle="no row says whether it is a test",
        is_answer=False,
        page="unfinished-and-test-rows",
        drafted_for="status",
        place=10,
    ),
)
