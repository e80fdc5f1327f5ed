"""Mark rows one by one: unreadable answers, and the quality rules that look at single rows.

Method page: docs/methods/quality-rules.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bpo_index.validation.rules.application import mark_by_rule
from bpo_index.validation.rules.record import Questionnaire, RowRule
from bpo_index.validation.rules.registry import NamedRule, list_rules


def name_mark(code: str) -> str:
    """Return the name of the boolean column that marks rows for a reason; no id of a question has a point.

    Examples
    --------
    >>> name_mark("straight_line")
    'mark.straight_line'
    """
    return f"mark.{code}"


def list_no_answer_marks() -> list[str]:
    """Return the names of the marks of rows that do not answer the survey.

    Examples
    --------
    >>> list_no_answer_marks()
    ['mark.test_row', 'mark.unfinished']
    """
    return [name_mark(rule.name) for rule in list_rules() if isinstance(rule, RowRule) and not rule.is_answer]


def mark_rows(typed: pl.DataFrame, asked: Questionnaire, rules: Sequence[NamedRule]) -> pl.DataFrame:
    """Add the boolean marks of single rows.

    Marked are what could not be read, the rules that are named, and what is no answer to the survey, whether or not a
    rule on that is named.

    Parameters
    ----------
    typed
        The frame of `cast_responses`.
    """
    marks: dict[str, pl.Expr | pl.Series] = {
        name_mark("not_a_rating"): pl.col("unreadable").list.len() > 0,
        name_mark("unclear_field"): pl.col("unclear").list.len() > 0,
    }
    options = {named.name: named.options for named in rules}
    for rule in list_rules():
        if isinstance(rule, RowRule) and (rule.name in options or not rule.is_answer):
            chosen = options.get(rule.name) or rule.options()
            marks[name_mark(rule.name)] = mark_by_rule(rule, chosen, typed, asked)
    return typed.with_columns(mark.alias(name) for name, mark in marks.items())
