"""The record of a quality rule: all that the rest of the program must know of it.

A rule marks rows for a reason, which has the name of the rule. A `RowRule` looks at each row by itself, a
`ComparingRule` at a row beside others. A definition that names the rule gives its options, and says whether the rows
marked are kept out of scoring (`quarantine`) or used all the same (`flag`).

Each module of this folder holds a tuple `RECORDS`; another package offers its own by an entry point of the group
`bpo_index.rules`. Definitions are written in the rules' names, so a module of a rule imports neither
`bpo_index.definition` nor what needs it: the fields of options are in `bpo_index.fields`, parts of sentences in
`bpo_index.display.text_expressions`.

Method page: docs/methods/quality-rules.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from bpo_index.display.catalogue import translate
from bpo_index.display.words import GENERIC, put_words, start_sentence
from bpo_index.fields import Block

#: Shares and variances are rounded to so many decimals before they are compared, so that 0.7 of 10 questions is 7.
DECIMALS = 9

Action = Annotated[
    Literal["flag", "quarantine"],
    Field(description="`quarantine` keeps the rows out of scoring; `flag` marks them and leaves them in."),
]


class RuleOptions(Block):
    """The options of a rule: a mapping of the definition's `quality_rules:` block."""

    action: Action = "flag"

    def find_problems(self, asked: Questionnaire) -> list[tuple[str, str]]:
        """Return the options that do not go with the questionnaire: the key, and why, as a sentence on its value."""
        del asked
        return []

    @model_serializer(mode="wrap")
    def _leave_out_nothing(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out options without a value, so that a new one changes no definition without it."""
        written: dict[str, Any] = write(self)
        return {name: value for name, value in written.items() if value is not None}


@dataclass(frozen=True)
class Questionnaire:
    """What was asked, as rules see it."""

    questions: tuple[str, ...]
    """The ids of the questions, in the order of the questionnaire: the columns of the ratings."""
    minimum: float
    """The lowest rating of the scale."""
    maximum: float
    """The highest rating of the scale."""
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Category to its questions."""
    reverse: frozenset[str] = frozenset()
    """Questions where a high rating means low confidence. Ratings are given as they are in the file, not turned."""
    words: Mapping[str, str] = field(default_factory=lambda: GENERIC)
    """What readers call units and respondents: `unit, units, respondent, respondents` to a word each."""


@dataclass(frozen=True, kw_only=True)
class QualityRule:
    """What every rule states.

    Rows are given to a rule as a frame: `response` (the number of the row), `source_file, source_row, respondent_id,
    unit` (code), `design_weight, cluster` (company), `started_at, finished_at, duration` (seconds), `finished, status,
    data_origin`, `asked` and `answers` (numbers of questions and of ratings), `all_same` (whether the ratings are),
    `dont_know, not_asked, unreadable` (lists of questions), and a column a question: the rating, null where there is
    none.
    """

    name: str
    """The key in a definition and the reason code: small letters, digits and `_`, a letter first."""
    line: str
    """What a mark means, in one line, as a part of a sentence; `{unit}`, `{units}`, `{respondent}` and `{respondents}`
    in it are the definition's words."""
    options: type[RuleOptions] = RuleOptions
    """The keys that a definition may give, each with its type, range, default and description."""
    page: str = ""
    """The page on it: a name in docs/methods, or an address; "": none."""
    drafted_for: str = ""
    """The key of `columns:` with which a drafted definition takes the rule and keeps its rows out; "": with none."""
    place: int = 1_000
    """Where it stands among the reasons of a row: lower numbers first, then by name."""

    @property
    def sentence(self) -> str:
        """What a mark means, as a sentence: said where the rule says nothing more."""
        return f"{start_sentence(self.show_line())}."

    def show_line(self, words: Mapping[str, str] = GENERIC) -> str:
        """Return what a mark means as readers see it, in the words of a definition."""
        return put_words(translate(f"rules.{self.name}.line", self.line), words)


@dataclass(frozen=True, kw_only=True)
class RowRule(QualityRule):
    """A rule that looks at a row by itself.

    Examples
    --------
    >>> rule = RowRule(
    ...     name="all_top", line="all ratings are the highest",
    ...     mark=lambda rows, asked, options: pl.min_horizontal(asked.questions) == asked.maximum,
    ... )
    >>> rows = pl.DataFrame({"q1": [10.0, 9.0], "q2": [10.0, 10.0]})
    >>> rows.select(rule.mark(rows, Questionnaire(("q1", "q2"), 0, 10), rule.options())).to_series().to_list()
    [True, False]
    """

    mark: Callable[[pl.DataFrame, Questionnaire, Any], pl.Expr | pl.Series]
    """Of the rows, what was asked and the options: true where a row is marked; null is false."""
    explain: Callable[[pl.DataFrame, Questionnaire, Any], pl.Expr | pl.Series] | None = None
    """Of the rows that are marked: a sentence each that says what was found. The columns `text.<column>` have the texts
    of the file. None: the sentence is `line`."""
    needs: str | None = None
    """The column that some row must fill; without it the rule does nothing, and says so."""
    idle: str = ""
    """What is said then, as a part of a sentence: no row says whether it was finished. It may have the same words."""
    is_answer: bool = True
    """False: a row that it marks is no answer to the survey, and is compared with no other, also where the definition
    does not name the rule; its defaults decide then."""

    def show_idle(self, words: Mapping[str, str] = GENERIC) -> str:
        """Return what is said where no row fills the column, as readers see it; empty: nothing of its own."""
        return put_words(translate(f"rules.{self.name}.idle", self.idle), words) if self.idle else ""


@dataclass(frozen=True, kw_only=True)
class ComparingRule(QualityRule):
    """A rule that looks at a row beside others.

    It is given the rows that are compared: answers to the survey without an error.
    """

    compare: Callable[[pl.DataFrame, Questionnaire, Any], pl.DataFrame | str]
    """Of these rows, what was asked and the options: `response, sentence` of the rows marked, the sentence with what
    was found; or what is missing, as a part of a sentence: 4 rows have a time, and it needs 20. The order of the rows
    must decide nothing."""
    columns: tuple[str, ...] | None = None
    """The columns that it looks at, beside `response`, `respondent_id` and the ratings; None: perhaps all."""
    comes_last: bool = False
    """Whether it is given only those rows that no other reason keeps out."""
