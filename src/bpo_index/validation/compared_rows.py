"""Apply the quality rules that compare rows: which rows, and in which order.

Only rows without a hard reason that answer the survey are compared: no test rows and no unfinished ones, even where no
rule is named for these. So broken rows, tests and second attempts never change the marks of others, and get none
themselves. A rule looks at all compared rows, whatever other rules mark; a rule that comes last looks only at rows that
nothing else quarantines.

Method page: docs/methods/quality-rules.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bpo_index.validation.notes import Note, say_idle
from bpo_index.validation.reasons import HARD_REASONS, list_flag_codes
from bpo_index.validation.row_marks import list_no_answer_marks, name_mark
from bpo_index.validation.rules.application import compare_by_rule
from bpo_index.validation.rules.record import ComparingRule, Questionnaire
from bpo_index.validation.rules.registry import NamedRule

_SENTENCES = {"response": pl.Int64, "reason": pl.String, "sentence": pl.String}


@dataclass(frozen=True)
class Comparison:
    """The marks of the rules that compare rows.

    Attributes
    ----------
    marked
        `response` of every row and a boolean mark a rule, as the schema forbids them.
    sentences
        `response, reason, sentence` of the rows marked.
    notes
        One a rule that lacked what it needs and did nothing.
    """

    marked: pl.DataFrame
    sentences: pl.DataFrame
    notes: list[Note]


def compare_rows(
    typed: pl.DataFrame, failures: pl.DataFrame, asked: Questionnaire, rules: Sequence[NamedRule]
) -> Comparison:
    """Apply the rules that compare rows.

    Parameters
    ----------
    typed
        The frame of `mark_rows`.
    failures
        What each row fails by itself: `response, reason`.
    rules
        All that the definition names.
    """
    comparing = [(named, rule) for named in rules if isinstance(rule := named.rule, ComparingRule)]
    looked_at = _list_looked_at([rule for _, rule in comparing], asked)
    given = typed if looked_at is None else typed.select(name for name in typed.columns if name in looked_at)
    compared = keep_comparable(given, failures) if comparing else given.clear()
    flagging = sorted(list_flag_codes(rules))
    sentences = pl.DataFrame(schema=_SENTENCES)
    notes = []
    for named, rule in sorted(comparing, key=lambda pair: pair[1].comes_last):
        rows = compared
        if rule.comes_last:
            quarantined = pl.concat([failures.select("response", "reason"), sentences.select("response", "reason")])
            quarantined = quarantined.filter(~pl.col("reason").is_in(flagging))
            rows = _leave_out(compared, quarantined)
        found = compare_by_rule(rule, named.options, rows, asked)
        if isinstance(found, pl.DataFrame):
            said = found.select("response", pl.lit(rule.name).alias("reason"), "sentence")
            sentences = pl.concat([sentences, said])
        elif typed.height:
            notes.append(Note(say_idle(rule.name), found))
    marked = typed.select("response", *(_find_marked(rule.name, sentences) for _, rule in comparing))
    return Comparison(marked, sentences, notes)


def _find_marked(name: str, sentences: pl.DataFrame) -> pl.Expr:
    marked = sentences.filter(pl.col("reason") == name)["response"].implode()
    return pl.col("response").is_in(marked).alias(name_mark(name))


def keep_comparable(typed: pl.DataFrame, failures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are compared: no hard reason, and an answer to the survey."""
    hard = failures.filter(pl.col("reason").is_in(HARD_REASONS)).select("response")
    is_answer = ~typed.select(pl.any_horizontal(list_no_answer_marks())).to_series()
    return _leave_out(typed if is_answer.all() else typed.filter(is_answer), hard)


def _leave_out(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without those of the same `response`; no copy where there are none."""
    is_other = rows["response"].is_in(others["response"].implode())
    return rows.filter(~is_other) if is_other.any() else rows


def _list_looked_at(rules: Sequence[ComparingRule], asked: Questionnaire) -> set[str] | None:
    """Return the columns that rules look at, as their records say, and those that choose rows; None: perhaps all."""
    named: set[str] = {"response", "respondent_id", *asked.questions, *list_no_answer_marks()}
    for rule in rules:
        if rule.columns is None:
            return None
        named |= set(rule.columns)
    return named
