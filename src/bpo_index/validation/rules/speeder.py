"""Rows that took far less time than the others.

A row is a speeder if its time is under a share of the median time of all rows that are compared, or under a number of
seconds.

Method page: docs/methods/speeders.md.
"""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from bpo_index.display.catalogue import phrase
from bpo_index.display.text_expressions import say, show
from bpo_index.fields import LEAST_PART, CountFromTwo, Finite, Part
from bpo_index.validation.rules.record import Action, ComparingRule, RuleOptions


class SpeederRule(RuleOptions):
    """Rows that took less than `minimum_share` of the median time, or less than `minimum_seconds`."""

    action: Action = "flag"
    minimum_share: Annotated[Finite, Field(ge=LEAST_PART, lt=1)] = 0.33
    """The share of the median time under which a row is marked."""
    minimum_times: CountFromTwo = 20
    """Rows with a time that the median needs; with fewer it does nothing, and without `minimum_seconds` says so."""
    minimum_seconds: Part | None = None
    """Seconds under which a row is marked, whatever the others took; null: only the median counts."""


def find_speeders(rows: pl.DataFrame, rule: SpeederRule) -> pl.DataFrame | str:
    """Return the rows that took less than `minimum_share` of the median time or `minimum_seconds`, or what is missing.

    Parameters
    ----------
    rows
        The rows that are compared: `response, duration` (seconds from 0, null where unknown). The median is that of
        the times above 0; a time of 0 is under it.

    Returns
    -------
    DataFrame or str
        `response, sentence`; or what is missing.

    Examples
    --------
    >>> rows = pl.DataFrame({"response": range(5), "duration": [100.0, 300.0, 400.0, 500.0, None]})
    >>> find_speeders(rows, SpeederRule(minimum_share=0.33, minimum_times=4)).rows()
    [(0, 'Took 100 seconds; 33% of the median of 350 is 115.5.')]
    >>> find_speeders(rows, SpeederRule(minimum_times=20))
    '4 rows have a time, and it needs 20'
    >>> find_speeders(rows, SpeederRule(minimum_seconds=120)).rows()
    [(0, 'Took 100 seconds; at least 120 are needed.')]
    """
    times = rows.filter(pl.col("duration") > 0)["duration"]
    if len(times) == 0:
        return phrase("notes.rule_needs_times")
    too_fast = _find_under_seconds(rows, rule.minimum_seconds)
    if len(times) < rule.minimum_times and too_fast is not None:
        return too_fast
    if len(times) < rule.minimum_times:
        return phrase("notes.rule_needs_more_times", count=len(times), needed=rule.minimum_times)
    median = times.median()
    assert isinstance(median, float)
    limit = rule.minimum_share * median
    shown = pl.select(median=show(pl.lit(median), 1), limit=show(pl.lit(limit), 1)).row(0, named=True)
    sentence = say(
        *("Took ", show(pl.col("duration"), 1), " seconds; "),
        f"{rule.minimum_share:.0%} of the median of {shown['median']} is {shown['limit']}.",
    )
    # Times are known to the microsecond at best: what differs by less is the same.
    found = rows.filter(pl.col("duration").round(6) < round(limit, 6)).select("response", sentence=sentence)
    if too_fast is None:
        return found
    return pl.concat([found, too_fast.join(found, on="response", how="anti", maintain_order="left")])


def _find_under_seconds(rows: pl.DataFrame, seconds: float | None) -> pl.DataFrame | None:
    if seconds is None:
        return None
    shown = pl.select(show(pl.lit(seconds), 1)).item()
    sentence = say("Took ", show(pl.col("duration"), 1), f" seconds; at least {shown} are needed.")
    return rows.filter(pl.col("duration").round(6) < round(seconds, 6)).select("response", sentence=sentence)


RECORDS = (
    ComparingRule(
        name="speeder",
        line="the {respondent} took far less time than others",
        options=SpeederRule,
        compare=lambda rows, _, options: find_speeders(rows, options),
        columns=("duration",),
        page="speeders",
        place=70,
    ),
)
