"""The pandera schema of the typed responses, built from an index definition.

Every check carries its reason code, so that a failure case says why a row is put aside or flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bpo_index.definition import IndexDefinition

if TYPE_CHECKING:
    import pandera.polars as pa

#: Reason code to what it means, in the order in which reasons are listed; the reader's own come first.
REASONS = {
    "file_refused": "the file was refused as a whole",
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
    "invalid_weight": "the design weight is not a number above zero",
    "not_a_rating": "an answer is neither a rating nor a don't-know",
    "out_of_range": "an answer lies outside the scale",
    "no_answers": "no question has a rating",
    "duplicate_response": "the row says the same as another row of the respondent",
    "conflicting_id": "rows under one respondent id contradict each other",
    "unfinished": "the respondent did not reach the end",
    "incomplete": "too few questions have a rating",
    "straight_line": "all questions have one and the same rating",
    "unclear_field": "a time, the mark of completion or an importance cannot be read",
}


def build_schema(definition: IndexDefinition) -> pa.DataFrameSchema:
    """Return the pandera schema for the frame of `cast_responses` with the duplicate marks of `mark_duplicates`.

    All rules of the definition are in it, those that only flag too: the reason code decides what follows.
    """
    import pandera.polars as pa  # noqa: PLC0415  (costs most of a second)

    def forbid(code: str) -> pa.Column:
        return pa.Column(pl.Boolean, pa.Check.eq(False, error=code), nullable=True)

    scale, rules = definition.scale, definition.quality_rules
    columns = {
        "unit": pa.Column(
            pl.String, pa.Check.isin([unit.code for unit in definition.units], error="unknown_unit"), nullable=False
        ),
        "design_weight": pa.Column(pl.Float64, pa.Check.gt(0, error="invalid_weight"), nullable=False),
        "not_a_rating": forbid("not_a_rating"),
        "unclear_field": forbid("unclear_field"),
        "duplicate_response": forbid("duplicate_response"),
        "conflicting_id": forbid("conflicting_id"),
    }
    in_range = pa.Check.in_range(scale.minimum, scale.maximum, error="out_of_range")
    columns |= {question: pa.Column(pl.Float64, in_range, nullable=True) for question in definition.question_ids}
    answered = [pa.Check.ge(1, error="no_answers")]
    if rules.incomplete:
        columns["is_incomplete"] = forbid("incomplete")
    columns["answers"] = pa.Column(pl.Int64, answered)
    if rules.straight_line:
        columns["straight_line"] = forbid("straight_line")
    if rules.unfinished:
        columns["finished"] = pa.Column(pl.Boolean, pa.Check.eq(True, error="unfinished"), nullable=True)
    return pa.DataFrameSchema(columns)


def list_flag_codes(definition: IndexDefinition) -> set[str]:
    """Return the reason codes that flag a row and leave it in."""
    rules = definition.quality_rules
    flagged = {name for name in type(rules).model_fields if (rule := getattr(rules, name)) and rule.action == "flag"}
    return flagged | {"unclear_field"}
