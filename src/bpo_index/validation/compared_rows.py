"""The quality rules that compare rows: who is compared with whom, in which order, and what they mark.

Compared are rows without a hard reason that are answers to the survey (no test rows, not unfinished), whether or not
there is a rule on those: broken rows, trials and second attempts never change what others get. A row that is not
compared gets no mark. The rules look at all of these and not at each other; one that comes last looks at those that
nothing else puts aside.

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
    """What the rules that compare rows say.

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
    compared = keep_comparable(typed, failures) if comparing else typed.clear()
    flagging = sorted(list_flag_codes(rules))
    sentences = pl.DataFrame(schema=_SENTENCES)
    notes = []
    for named, rule in sorted(comparing, key=lambda pair: pair[1].comes_last):
        rows = compared
        if rule.comes_last:
            aside = pl.concat([failures.select("response", "reason"), sentences.select("response", "reason")])
            aside = aside.filter(~pl.col("reason").is_in(flagging))
            rows = compared.join(aside, on="response", how="anti", maintain_order="left")
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
    return typed.join(hard, on="response", how="anti", maintain_order="left").filter(
        ~pl.any_horizontal(list_no_answer_marks())
    )
