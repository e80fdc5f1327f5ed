"""Accepted and quarantined rows, with every reason.

Stages: `cast_responses` (text to types), `mark_duplicates`, the pandera schema (`build_schema`), `explain_failures`
(failure cases to reason codes and sentences). accepted + quarantined = rows read, always.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition_blocks import QualityRules
from bpo_index.responses import Responses
from bpo_index.responses.headings import TIDY_COLUMNS, name_fields
from bpo_index.validation.cast import cast_responses
from bpo_index.validation.schema import REASONS, build_schema, list_flag_codes

#: Where pandera finds an empty cell in a column that needs a value, the reason depends on the column.
_EMPTY_CELL = {"unit": "missing_unit", "design_weight": "invalid_weight"}


@dataclass(frozen=True)
class Validation:
    """What of the responses counts, and why the rest does not.

    Attributes
    ----------
    accepted
        One row per accepted respondent, sorted by unit and respondent id: `source_file, source_row, respondent_id,
        unit` (code), `design_weight, cluster, started_at, finished_at, data_origin, importance_<category>` (points),
        `background_<variable>` (text), `dont_know` and `not_asked` (ids of the questions answered with "don't know",
        or not asked), `<question ids>` (ratings; null where there is none).
    set_aside
        One row per respondent whom nothing but quality rules keeps out: the columns of `accepted` and `reasons`.
    rows
        One row per row read: `source_file, source_row, text, respondent_id, reasons, sentences`; the last two are
        lists, empty where the row is accepted.
    flags
        One row per accepted respondent and flag: `source_file, source_row, respondent_id, reason, sentence`.
    respondents_read
        Responses that the reader could form; in wide layout the rows it could read.
    """

    accepted: pl.DataFrame
    set_aside: pl.DataFrame
    rows: pl.DataFrame
    flags: pl.DataFrame
    respondents_read: int

    @property
    def quarantined(self) -> pl.DataFrame:
        """The rows kept out of scoring, sorted by file and row."""
        return self.rows.filter(pl.col("reasons").list.len() > 0)


def validate_responses(responses: Responses, definition: IndexDefinition) -> Validation:
    """Check every response against the definition.

    Parameters
    ----------
    responses
        What the reader made of the files.
    definition
        Units, scale, questions and quality rules.
    """
    typed = mark_duplicates(cast_responses(responses.table, definition), definition)
    reasons = explain_failures(_find_failures(typed, definition), typed, responses.table, definition)
    flag_codes = list_flag_codes(definition)
    is_flag = pl.col("reason").is_in(sorted(flag_codes))
    grouped = (
        reasons.filter(~is_flag)
        .group_by("response", maintain_order=True)
        .agg(reasons=pl.col("reason"), sentences=pl.col("sentence"))
    )
    accepted = typed.join(grouped, on="response", how="anti", maintain_order="left")
    flags = (
        reasons.filter(is_flag)
        .join(accepted.select("response", "source_file", "source_row", "respondent_id"), on="response")
        .select("source_file", "source_row", "respondent_id", "reason", "sentence")
        .sort("source_file", "source_row", "reason")
    )
    by_rules = pl.col("reasons").list.eval(pl.element().is_in(list(QualityRules.model_fields))).list.all()
    set_aside = typed.join(grouped.filter(by_rules), on="response", maintain_order="left")
    columns = [
        *("source_file", "source_row", "respondent_id", "unit", "design_weight", "cluster", "started_at"),
        *("finished_at", "data_origin", *list_respondent_fields(definition), "dont_know", "not_asked"),
        *definition.question_ids,
    ]
    return Validation(
        accepted.select(columns).sort("unit", "respondent_id"),
        set_aside.select(*columns, "reasons").sort("unit", "respondent_id"),
        _account_rows(responses, grouped),
        flags,
        responses.table.height,
    )


def list_respondent_fields(definition: IndexDefinition) -> list[str]:
    """Return the names of the columns `importance_<category>` and `background_<variable>`."""
    return [name for name in name_fields(definition) if name not in TIDY_COLUMNS.values()]


def mark_duplicates(typed: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Add the boolean marks that the schema forbids: duplicates, conflicts, unreadable answers, straight lines.

    Of rows with one respondent id and the same content the first in file and row is kept; where the content differs,
    none is.
    """
    content = [
        "unit",
        "design_weight",
        "cluster",
        "started_at",
        "finished_at",
        "finished",
        "data_origin",
        *list_respondent_fields(definition),
        "dont_know",
        "not_asked",
        "unreadable",
        *definition.question_ids,
    ]
    repeated = typed.filter(pl.col("respondent_id").is_duplicated()).sort("source_file", "source_row")
    marks = repeated.select(
        "response",
        conflicting_id=pl.struct(content).n_unique().over("respondent_id") > 1,
        later=pl.int_range(pl.len()).over("respondent_id") > 0,
    )
    rule = definition.quality_rules.straight_line
    incomplete = definition.quality_rules.incomplete
    return typed.join(marks, on="response", how="left", maintain_order="left").with_columns(
        conflicting_id=pl.col("conflicting_id").fill_null(value=False),
        duplicate_response=(pl.col("later") & ~pl.col("conflicting_id")).fill_null(value=False),
        not_a_rating=pl.col("unreadable").list.len() > 0,
        unclear_field=pl.col("unclear").list.len() > 0,
        is_incomplete=pl.col("answers") < (incomplete.minimum_share if incomplete else 0) * pl.col("asked"),
        straight_line=pl.col("all_same") & (pl.col("answers") >= (rule.minimum_answers if rule else 0)),
    )


def _find_failures(typed: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return pandera's failure cases as `response, column, reason`."""
    from pandera.errors import SchemaErrors  # noqa: PLC0415  (costs most of a second)

    try:
        build_schema(definition).validate(typed, lazy=True)
    except SchemaErrors as error:
        cases: pl.DataFrame = error.failure_cases
    else:
        return pl.DataFrame(schema={"response": pl.Int64, "column": pl.String, "reason": pl.String})
    empty_cell = pl.col("column").replace_strict(_EMPTY_CELL, default=None, return_dtype=pl.String)
    return cases.select(
        response=typed["response"].gather(cases["index"]),
        column="column",
        reason=pl.when(pl.col("check") == "not_nullable").then(empty_cell).otherwise("check"),
    )


def explain_failures(
    failures: pl.DataFrame, typed: pl.DataFrame, table: pl.DataFrame, definition: IndexDefinition
) -> pl.DataFrame:
    """Return one row per response and reason, with a sentence, in the order of `REASONS`.

    Parameters
    ----------
    failures
        `response, column, reason`, as `_find_failures` returns them.
    typed, table
        The typed and the text frame of the responses, for the values that the sentences quote.
    """
    questions = list(definition.question_ids)
    culprits = (
        failures.filter(pl.col("reason") == "out_of_range")
        .group_by("response", maintain_order=True)
        .agg(pl.col("column"))
        .select("response", out_of_range="column")
    )
    involved = failures.select(pl.col("response").unique())
    shown = (
        table.select("response", "unit", "design_weight", "respondent_id", *questions)
        .join(involved, on="response", how="semi", maintain_order="left")
        .join(typed.select("response", "unreadable", "unclear", "answers", "asked"), on="response")
        .join(culprits, on="response", how="left")
    )
    quote = {row["response"]: row for row in shown.iter_rows(named=True)}
    pairs = failures.select("response", "reason").unique()
    sentences = [
        _write_sentence(reason, quote[response], definition)
        for response, reason in pairs.select("response", "reason").iter_rows()
    ]
    order = {code: n for n, code in enumerate(REASONS)}
    return (
        pairs.with_columns(
            sentence=pl.Series(sentences, dtype=pl.String),
            order=pl.col("reason").replace_strict(order, return_dtype=pl.Int64),
        )
        .sort("response", "order")
        .drop("order")
    )


def _write_sentence(reason: str, row: dict[str, object], definition: IndexDefinition) -> str:
    scale, total = definition.scale, len(definition.questions)
    match reason:
        case "missing_unit":
            return f"The column {definition.columns.unit} is empty."
        case "unknown_unit":
            return f"{_quote(row['unit'])} is not one of the {len(definition.units)} units of the definition."
        case "invalid_weight":
            return f"The design weight {_quote(row['design_weight'])} is not a number above zero."
        case "not_a_rating":
            return f"Neither a rating nor a don't-know: {_quote_answers(row, 'unreadable')}."
        case "out_of_range":
            return f"Outside the scale {scale.minimum:g} to {scale.maximum:g}: {_quote_answers(row, 'out_of_range')}."
        case "unfinished":
            return f"The column {definition.columns.finished} says that the respondent did not reach the end."
        case "no_answers":
            return f"None of the {total} questions has a rating."
        case "incomplete":
            share = definition.quality_rules.incomplete.minimum_share if definition.quality_rules.incomplete else 0
            return f"{row['answers']} of {row['asked']} questions asked have a rating; {share:.0%} are needed."
        case "straight_line":
            return f"All {row['answers']} ratings of the row are the same."
        case "duplicate_response":
            return f"The row says the same as another row of respondent {_quote(row['respondent_id'])}, which counts."
        case "conflicting_id":
            return f"The rows of respondent {_quote(row['respondent_id'])} differ, so none of them counts."
        case "unclear_field":
            unclear = row["unclear"]
            return f"Cannot be read and is left empty: {', '.join(unclear) if isinstance(unclear, list) else ''}."
        case _:
            return f"Quality rule: {REASONS[reason]}."


def _quote(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _quote_answers(row: dict[str, object], column: str) -> str:
    questions = row[column]
    listed = questions if isinstance(questions, list) else []
    text = ", ".join(f"{question} {_quote(row[question])}" for question in listed[:8])
    return text + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")


def _account_rows(responses: Responses, grouped: pl.DataFrame) -> pl.DataFrame:
    """Return every row read with the reasons of the reader, of validation, or none."""
    by_reader = pl.col("reason").is_not_null()
    nothing = pl.lit([], dtype=pl.List(pl.String))
    return (
        responses.records.join(grouped, on="response", how="left", maintain_order="left")
        .join(responses.table.select("response", "respondent_id"), on="response", how="left", maintain_order="left")
        .select(
            "source_file",
            "source_row",
            "text",
            "respondent_id",
            reasons=pl.when(by_reader).then(pl.concat_list("reason")).otherwise(pl.col("reasons").fill_null(nothing)),
            sentences=pl.when(by_reader)
            .then(pl.concat_list("sentence"))
            .otherwise(pl.col("sentences").fill_null(nothing)),
        )
        .sort("source_file", "source_row")
    )
