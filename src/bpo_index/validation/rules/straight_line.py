"""Rows that give one and the same rating to every question answered, of all or within a grid.

Ratings are taken as given: reversed questions are not turned round, since a respondent who does not read ticks the same
boxes there too.

Method page: docs/methods/straight-lining.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field, model_validator

from bpo_index.display.text_expressions import say
from bpo_index.fields import CountFromTwo, ItemId
from bpo_index.validation.rules.record import Action, Questionnaire, RowRule, RuleOptions

#: Ratings that a row must have within a grid, where the definition does not say how many.
_USUAL_IN_GRID = 4


class StraightLineRule(RuleOptions):
    """Rows that give one and the same rating to every question answered, `minimum_answers` or more."""

    action: Action = "quarantine"
    minimum_answers: CountFromTwo = 10
    """Ratings that a row must have for the rule to apply; with `within`, in one grid, and 4 where it is left out."""
    within: Literal["category"] | Annotated[tuple[ItemId, ...], Field(min_length=2)] | None = None
    """The grids in which the rule looks, each by itself: the questions of each category, or a list of questions; null:
    all questions together."""

    @model_validator(mode="before")
    @classmethod
    def _need_fewer_in_grids(cls, given: object) -> object:
        """Ask for fewer ratings within a grid, where the definition does not say how many."""
        if isinstance(given, Mapping) and given.get("within") is not None and "minimum_answers" not in given:
            return {**given, "minimum_answers": _USUAL_IN_GRID}
        return given

    def find_problems(self, asked: Questionnaire) -> list[tuple[str, str]]:
        """Return what is no question, and whether every grid is too small for the rule to apply."""
        unknown = (
            [] if self.within in (None, "category") else [q for q in self.within or () if q not in asked.questions]
        )
        if unknown:
            return [("within", f"names what is no question: {', '.join(unknown)}")]
        grids = list_grids(self, asked)
        largest = max((len(questions) for questions in grids.values()), default=0)
        if self.within is not None and largest < self.minimum_answers:
            return [("minimum_answers", f"is {self.minimum_answers}, and the largest grid has {largest} questions")]
        return []


def list_grids(options: StraightLineRule, asked: Questionnaire) -> dict[str, tuple[str, ...]]:
    """Return the grids in which the rule looks, each by what a sentence calls it.

    Examples
    --------
    >>> asked = Questionnaire(("q1", "q2"), 0, 10, {"talent": ("q1", "q2")})
    >>> list_grids(StraightLineRule(within="category"), asked)
    {'talent': ('q1', 'q2')}
    """
    if options.within == "category":
        return dict(asked.categories)
    questions = asked.questions if options.within is None else options.within
    return {f"{questions[0]} to {questions[-1]}": tuple(questions)}


def _count(questions: tuple[str, ...]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(question).is_not_null() for question in questions)


def _is_straight(questions: tuple[str, ...], options: StraightLineRule) -> pl.Expr:
    is_same = pl.min_horizontal(questions) == pl.max_horizontal(questions)
    return (is_same & (_count(questions) >= options.minimum_answers)).fill_null(value=False)


def _mark(_: pl.DataFrame, asked: Questionnaire, options: StraightLineRule) -> pl.Expr:
    if options.within is None:
        return pl.col("all_same") & (pl.col("answers") >= options.minimum_answers)
    return pl.any_horizontal(_is_straight(questions, options) for questions in list_grids(options, asked).values())


def _explain(_: pl.DataFrame, asked: Questionnaire, options: StraightLineRule) -> pl.Expr:
    if options.within is None:
        return say("All ", pl.col("answers"), " ratings of the row are the same.")
    parts: list[Any] = [
        pl.when(_is_straight(questions, options)).then(say(f"{name} (", _count(questions), ")"))
        for name, questions in list_grids(options, asked).items()
    ]
    return say("All ratings are the same in: ", pl.concat_str(parts, separator=", ", ignore_nulls=True), ".")


RECORDS = (
    RowRule(
        name="straight_line",
        line="all questions have one and the same rating",
        options=StraightLineRule,
        mark=_mark,
        explain=_explain,
        page="straight-lining",
        place=40,
    ),
)
