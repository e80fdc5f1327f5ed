"""The pandera schemas of the typed responses, built from an index definition, and what they find.

A check is an expression over the columns of a row, with its reason code; pandera evaluates it. `list_checks` has
what each row must hold by itself, `list_comparison_checks` the rules that compare rows.

`find_failures` validates in two steps. A screen, one pandera check that all checks hold, finds the rows that fail in
one pass over the data; then each check says which of these few it fails. The schema on all rows says the same, but
pandera goes through the whole frame several times for each check that fails. For the same reason it keeps one example
of what fails a check: which rows fail is read from the output of the check.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.validation.row_marks import name_mark
from bpo_index.validation.rules.record import ComparingRule, Questionnaire, RowRule
from bpo_index.validation.rules.registry import NamedRule

if TYPE_CHECKING:
    import pandera.polars as pa

#: The least and the largest design weight: sums of them, and of their squares, stay exact enough in 64 bits.
WEIGHTS = (1e-6, 1e9)
#: Types of the columns that are checked; all others are marks.
_TYPES = {"unit": pl.String, "design_weight": pl.Float64, "answers": pl.Int64}
_FAILURES = {"response": pl.Int64, "column": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Check:
    """A condition on each row, and the reason code of rows that fail it."""

    reason: str
    holds: pl.Expr
    """False where the row fails; null passes."""
    column: str | None
    """The column it is about; None: the ratings of all questions."""


def is_in_range(question: str, minimum: float, maximum: float) -> pl.Expr:
    """Return whether the rating of a question lies on the scale; null where there is none."""
    return pl.col(question).is_between(minimum, maximum)


def list_checks(definition: IndexDefinition) -> list[Check]:
    """Return the checks of a row by itself, in the columns of `cast_responses`, `mark_duplicates` and `mark_rows`.

    All rules of the definition are among them, those that only flag too: the reason code decides what follows.
    """
    asked, rules = definition.questionnaire, definition.quality_rules.list_named()
    unit, weight, codes = pl.col("unit"), pl.col("design_weight"), [unit.code for unit in definition.units]
    on_scale = [is_in_range(question, asked.minimum, asked.maximum) for question in asked.questions]
    marks = ["not_a_rating", "unclear_field", "duplicate_response", "conflicting_id"]
    marks += [named.name for named in rules if isinstance(named.rule, RowRule)]
    return [
        Check("missing_unit", unit.is_not_null(), "unit"),
        Check("unknown_unit", unit.is_in(codes), "unit"),
        Check("invalid_weight", weight.is_not_null() & weight.is_between(*WEIGHTS), "design_weight"),
        *([_forbid("invalid_design")] if definition.design else []),
        Check("out_of_range", pl.all_horizontal(on_scale), None),
        Check("no_answers", pl.col("answers") > 0, "answers"),
        *(_forbid(code) for code in marks),
    ]


def list_comparison_checks(rules: Iterable[NamedRule]) -> list[Check]:
    """Return the checks of the rules that compare rows, in the columns of `compare_rows`."""
    return [_forbid(named.name) for named in rules if isinstance(named.rule, ComparingRule)]


def _forbid(code: str) -> Check:
    column = name_mark(code)
    return Check(code, pl.col(column).not_(), column)


def build_schema(definition: IndexDefinition) -> pa.DataFrameSchema:
    """Return the pandera schema of a row by itself: the types, and a check for each reason."""
    checks = list_checks(definition)
    return _build_schema(checks, list_types(checks, definition.question_ids))


def list_types(checks: Sequence[Check], questions: Sequence[str]) -> dict[str, type[pl.DataType]]:
    """Return the columns that the checks look at, and the type of each."""
    types: dict[str, type[pl.DataType]] = {}
    for check in checks:
        if check.column is None:
            types |= dict.fromkeys(questions, pl.Float64)
        else:
            types[check.column] = _TYPES.get(check.column, pl.Boolean)
    return types


def _build_schema(checks: Sequence[Check], types: Mapping[str, type[pl.DataType]]) -> pa.DataFrameSchema:
    import pandera.polars as pa  # noqa: PLC0415  (costs most of a second)

    def make(column: str | None) -> list[pa.Check]:
        return [_make_check(check) for check in checks if check.column == column]

    columns = {name: pa.Column(dtype, make(name), nullable=True) for name, dtype in types.items()}
    return pa.DataFrameSchema(columns, checks=make(None))


def _make_check(check: Check) -> pa.Check:
    import pandera.polars as pa  # noqa: PLC0415  (costs most of a second)

    return pa.Check(lambda data: data.lazyframe.select(check.holds), error=check.reason, n_failure_cases=1)


def find_failures(typed: pl.DataFrame, checks: Sequence[Check], asked: Questionnaire) -> pl.DataFrame:
    """Return every failure that pandera finds, as `response, column, reason`.

    Parameters
    ----------
    typed
        Responses with the columns of the checks, and `response`.
    checks
        Those of `list_checks` or of `list_comparison_checks`.
    asked
        The questions and the ends of the scale.

    Returns
    -------
    DataFrame
        A row per response and check that fails; for `out_of_range` a row per question, in their order.
    """
    types = list_types(checks, asked.questions)
    # NOTE: hung on one column, whichever: of what fails a check of the frame pandera copies every column.
    screen = Check("screen", pl.all_horizontal(check.holds for check in checks), next(iter(types)))
    few = typed.select("response", *types)[_find_failing(typed, screen, types)]
    found = [pl.DataFrame(schema=_FAILURES)]
    for check in checks if few.height else ():
        failing = few[_find_failing(few, check, list_types([check], asked.questions))]
        if check.column is None:
            found.append(_locate_ratings(failing, asked))
        else:
            found.append(failing.select("response", column=pl.lit(check.column), reason=pl.lit(check.reason)))
    return pl.concat(found)


def _find_failing(typed: pl.DataFrame, check: Check, types: Mapping[str, type[pl.DataType]]) -> pl.Series:
    """Return the numbers of the rows that fail a check, after a look at the types of these columns."""
    from pandera.errors import SchemaError  # noqa: PLC0415  (costs most of a second)

    rows = typed.select(list(types))
    # NOTE: pandera asks for the whole schema at each column that it is given, so ratings, which may be thousands, are
    # given only where they are of another type.
    named = {name: kind for name, kind in types.items() if kind != pl.Float64 or rows.schema[name] != kind}
    if check.column is not None:
        named[check.column] = types[check.column]
    try:
        _build_schema([check], named).validate(rows)
    except SchemaError as error:
        if error.check_output is None:  # not a row but the frame is wrong: a column or its type
            raise
        output: pl.DataFrame = error.check_output
        return output.to_series().not_().arg_true()
    return pl.Series(dtype=pl.UInt32)


def _locate_ratings(rows: pl.DataFrame, asked: Questionnaire) -> pl.DataFrame:
    """Return which ratings are outside the scale, question by question, for the rows that have one."""
    questions = list(asked.questions)
    on_scale = [is_in_range(question, asked.minimum, asked.maximum) for question in questions]
    outside = rows.select("response", *(holds.not_() for holds in on_scale))
    return (
        outside.unpivot(on=questions, index="response", variable_name="column", value_name="is_outside")
        .filter("is_outside")
        .select("response", "column", reason=pl.lit("out_of_range"))
    )
