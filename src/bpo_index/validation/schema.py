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
from bpo_index.definition.blocks import QualityRules, Scale

if TYPE_CHECKING:
    import pandera.polars as pa

#: Reason code to what it means, in the order in which reasons are listed; the reader's own come first.
REASONS = {
    "file_refused": "the file was refused as a whole",
    "other_scale": "the file was answered on another scale than the definition's",
    "malformed_quotes": "the row breaks the rules of quoting",
    "undecodable": "the row holds bytes that are not text",
    "ragged_row": "the row has another number of cells than the header row",
    "missing_respondent": "no respondent is named (long layout)",
    "unknown_question": "the question is not one of the definition's (long layout)",
    "duplicate_row": "the row says the same as another (long layout)",
    "conflicting_rows": "rows of one respondent contradict each other (long layout)",
    "repeated_answer": "a respondent answers a question twice (long layout)",
    "missing_unit": "no country (unit) is named",
    "unknown_unit": "the country (unit) is not one of the definition's",
    "invalid_weight": "the design weight is not a number from 0.000001 to 1,000,000,000",
    "not_a_rating": "an answer is neither a rating nor a don't-know",
    "out_of_range": "an answer lies outside the scale",
    "no_answers": "no question has a rating",
    "duplicate_response": "the row says the same as another row of the respondent",
    "conflicting_id": "rows under one respondent id contradict each other",
    "test_row": "the survey tool marks the row as a test, a preview or spam",
    "unfinished": "the respondent did not reach the end",
    "incomplete": "too few questions have a rating",
    "straight_line": "all questions have one and the same rating",
    "long_string": "too many questions in a row have the same rating",
    "low_variance": "the ratings of the row hardly differ",
    "speeder": "the respondent took far less time than others",
    "near_identical": "the ratings are almost the same as those of another row",
    "company_answers": "the company has more rows in the country (unit) than the rule takes",
    "outlying": "the ratings lie far from those of the others in the country (unit)",
    "unclear_field": "a time, the mark of completion or an importance cannot be read",
}
#: Quality rules that look at one row beside others; the others look at each row by itself.
COMPARING_RULES = ("speeder", "near_identical", "company_answers", "outlying")
#: Reasons that no definition can turn off: neither a quality rule nor a flag.
HARD_REASONS = tuple(code for code in REASONS if code not in {*QualityRules.model_fields, "unclear_field"})
#: The least and the largest design weight: sums of them, and of their squares, stay exact enough in 64 bits.
WEIGHTS = (1e-6, 1e9)
#: Types of the columns that are checked; all others are marks.
_TYPES = {"unit": pl.String, "design_weight": pl.Float64, "answers": pl.Int64}
_FAILURES = {"response": pl.Int64, "column": pl.String, "reason": pl.String}


@dataclass(frozen=True)
class Check:
    """What a row must hold, or why it does not count."""

    reason: str
    holds: pl.Expr
    """False where the row fails; null passes."""
    column: str | None
    """The column it is about; None: the ratings of all questions."""


def name_mark(code: str) -> str:
    """Return the name of the boolean column that marks rows for a reason; no id of a question has a point.

    Examples
    --------
    >>> name_mark("straight_line")
    'mark.straight_line'
    """
    return f"mark.{code}"


def is_in_range(question: str, scale: Scale) -> pl.Expr:
    """Return whether the rating of a question lies on the scale; null where there is none."""
    return pl.col(question).is_between(scale.minimum, scale.maximum)


def list_checks(definition: IndexDefinition) -> list[Check]:
    """Return the checks of a row by itself, in the columns of `cast_responses`, `mark_duplicates` and `mark_rows`.

    All rules of the definition are among them, those that only flag too: the reason code decides what follows.
    """
    rules, questions = definition.quality_rules, definition.question_ids
    unit, weight, codes = pl.col("unit"), pl.col("design_weight"), [unit.code for unit in definition.units]
    marks = ["not_a_rating", "unclear_field", "duplicate_response", "conflicting_id"]
    marks += [code for code in ("incomplete", "straight_line", "long_string", "low_variance") if getattr(rules, code)]
    checks = [
        Check("missing_unit", unit.is_not_null(), "unit"),
        Check("unknown_unit", unit.is_in(codes), "unit"),
        Check("invalid_weight", weight.is_not_null() & weight.is_between(*WEIGHTS), "design_weight"),
        Check("out_of_range", pl.all_horizontal(is_in_range(q, definition.scale) for q in questions), None),
        Check("no_answers", pl.col("answers") > 0, "answers"),
        *(_forbid(code, name_mark(code)) for code in marks),
    ]
    if rules.test_row:
        checks.append(_forbid("test_row", "is_test"))
    if rules.unfinished:
        checks.append(Check("unfinished", pl.col("finished"), "finished"))
    return checks


def list_comparison_checks(definition: IndexDefinition) -> list[Check]:
    """Return the checks of the rules that compare rows, in the columns of `compare_rows`."""
    return [_forbid(code, name_mark(code)) for code in list_comparing_rules(definition)]


def _forbid(code: str, column: str) -> Check:
    return Check(code, pl.col(column).not_(), column)


def list_comparing_rules(definition: IndexDefinition) -> list[str]:
    """Return the names of the definition's quality rules that compare rows."""
    return [code for code in COMPARING_RULES if getattr(definition.quality_rules, code)]


def keep_out_only(codes: Iterable[str]) -> pl.Expr:
    """Return whether nothing but reasons of these codes keeps a row out, over its list of `reasons`."""
    return pl.col("reasons").list.eval(pl.element().is_in(list(codes))).list.all()


def list_flag_codes(definition: IndexDefinition) -> set[str]:
    """Return the reason codes that flag a row and leave it in."""
    rules = definition.quality_rules
    flagged = {name for name in type(rules).model_fields if (rule := getattr(rules, name)) and rule.action == "flag"}
    return flagged | {"unclear_field"}


def build_schema(definition: IndexDefinition) -> pa.DataFrameSchema:
    """Return the pandera schema of a row by itself: the types, and a check for each reason."""
    checks = list_checks(definition)
    return _build_schema(checks, list_types(checks, definition))


def list_types(checks: Sequence[Check], definition: IndexDefinition) -> dict[str, type[pl.DataType]]:
    """Return the columns that the checks look at, and the type of each."""
    types: dict[str, type[pl.DataType]] = {}
    for check in checks:
        if check.column is None:
            types |= dict.fromkeys(definition.question_ids, pl.Float64)
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


def find_failures(typed: pl.DataFrame, checks: Sequence[Check], definition: IndexDefinition) -> pl.DataFrame:
    """Return every failure that pandera finds, as `response, column, reason`.

    Parameters
    ----------
    typed
        Responses with the columns of the checks, and `response`.
    checks
        Those of `list_checks` or of `list_comparison_checks`.

    Returns
    -------
    DataFrame
        A row per response and check that fails; for `out_of_range` a row per question, in their order.
    """
    types = list_types(checks, definition)
    # NOTE: hung on one column, whichever: of what fails a check of the frame pandera copies every column.
    screen = Check("screen", pl.all_horizontal(check.holds for check in checks), next(iter(types)))
    few = typed.select("response", *types)[_find_failing(typed, screen, types)]
    found = [pl.DataFrame(schema=_FAILURES)]
    for check in checks if few.height else ():
        failing = few[_find_failing(few, check, list_types([check], definition))]
        if check.column is None:
            found.append(_locate_ratings(failing, definition))
        else:
            found.append(failing.select("response", column=pl.lit(check.column), reason=pl.lit(check.reason)))
    return pl.concat(found)


def _find_failing(typed: pl.DataFrame, check: Check, types: Mapping[str, type[pl.DataType]]) -> pl.Series:
    """Return the numbers of the rows that fail a check, after a look at the types of these columns."""
    from pandera.errors import SchemaError  # noqa: PLC0415  (costs most of a second)

    rows = typed.select(list(types))
    # NOTE: pandera asks for the whole schema at each column that it is told of, so ratings, which may be thousands, are
    # told of only where they are of another type.
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


def _locate_ratings(rows: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return which ratings of rows that have one outside the scale are, question by question."""
    questions = list(definition.question_ids)
    outside = rows.select("response", *(is_in_range(question, definition.scale).not_() for question in questions))
    return (
        outside.unpivot(on=questions, index="response", variable_name="column", value_name="is_outside")
        .filter("is_outside")
        .select("response", "column", reason=pl.lit("out_of_range"))
    )
