"""Notes on the answers as a whole: quality rules that lack what they need, and questions that seem turned round.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.validation.row_marks import name_mark
from bpo_index.validation.rules.record import RowRule
from bpo_index.validation.rules.registry import NamedRule, list_rules


@dataclass(frozen=True)
class Note:
    """A sentence on the answers as a whole.

    Examples
    --------
    >>> str(Note("The quality rule speeder does nothing", "4 rows have a time, and it needs 20"))
    'The quality rule speeder does nothing: 4 rows have a time, and it needs 20.'
    """

    text: str
    """What anyone may read, without the point at the end."""
    detail: str = ""
    """Why, for the owner of the answers: it may count rows of units that are not published."""

    def __str__(self) -> str:
        """Return the whole sentence."""
        if self.detail:
            return phrase("notes.with_detail", text=self.text, detail=self.detail)
        return phrase("notes.alone", text=self.text)


def find_idle_rules(table: pl.DataFrame, rules: Iterable[NamedRule], words: Words) -> list[Note]:
    """Return a note for each rule on a row by itself whose column no row fills.

    Parameters
    ----------
    table
        The text frame of the responses.
    words
        Of the definition.
    """
    return [
        Note(_say_why_idle(rule, words))
        for rule in (named.rule for named in rules)
        if isinstance(rule, RowRule) and rule.needs and table.height and not _is_filled(table, rule.needs)
    ]


def find_used_non_answers(accepted: pl.DataFrame, rules: Iterable[NamedRule], words: Words) -> list[Note]:
    """Return a note where rows that are no answers to the survey are used: the definition has no rule on them.

    Parameters
    ----------
    accepted
        The rows that are used, with the marks of `mark_rows`.
    rules, words
        Those that the definition names, and its words.
    """
    named = {one.name for one in rules}
    notes = []
    for rule in list_rules():
        if isinstance(rule, RowRule) and not rule.is_answer and rule.name not in named:
            count = int(accepted[name_mark(rule.name)].sum() or 0)
            if count:
                text = phrase("notes.used_without_rule", line=rule.show_line(words.names), rule=rule.name)
                notes.append(Note(text, phrase("notes.rows_used", count=count)))
    return notes


def say_idle(name: str) -> str:
    """Return the beginning of the note on a rule that does nothing."""
    return phrase("notes.rule_idle", rule=name)


def _say_why_idle(rule: RowRule, words: Words) -> str:
    why = rule.show_idle(words.names)
    if why:
        return phrase("notes.rule_idle_because", rule=rule.name, why=why)
    return phrase("notes.rule_idle_without", rule=rule.name, column=rule.needs or "")


def _is_filled(table: pl.DataFrame, column: str) -> bool:
    return column in table.columns and table[column].null_count() < table.height
