"""Turn failures into reasons, each with a sentence that quotes the row.

Quality rules write their own sentences; those of all other reasons are here.
Method page: docs/methods/validation.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.text_expressions import quote, say
from bpo_index.validation.design_fields import say_invalid_design
from bpo_index.validation.reasons import REASONS, describe_reason
from bpo_index.validation.rules.application import explain_by_rule
from bpo_index.validation.rules.record import RowRule

#: Answers quoted in one sentence.
_MOST_QUOTED = 8
#: Before the names of the columns with the texts of the file; no id of a question has a point.
TEXT = "text."
_OUTSIDE = "failing.out_of_range"


def explain_failures(
    failures: pl.DataFrame,
    by_rules: pl.DataFrame,
    definition: IndexDefinition,
    *,
    typed: pl.DataFrame,
    table: pl.DataFrame,
) -> pl.DataFrame:
    """Return one row per response and reason, with a sentence, in the order of `REASONS`.

    Parameters
    ----------
    failures
        `response, column, reason`, as `find_failures` returns them.
    by_rules
        `response, reason, sentence` of the rules that compare rows, which write their own.
    typed, table
        The typed and the text frame of the responses, row by row the same, for the values that the sentences quote.
    """
    outside = (
        failures.filter(pl.col("reason") == "out_of_range")
        .group_by("response", maintain_order=True)
        .agg(pl.col("column").alias(_OUTSIDE))
    )
    pairs = failures.select("response", "reason").unique()
    involved = typed["response"].is_in(pairs["response"].implode())
    texts = table.filter(involved).select(pl.exclude("response").name.prefix(TEXT))
    shown = typed.filter(involved).hstack(texts).join(outside, on="response", how="left", maintain_order="left")
    named = {one.name: one for one in definition.quality_rules.list_named()}
    written = [by_rules.join(pairs, on=["response", "reason"], how="semi")]
    for (reason,), some in pairs.join(by_rules, on=["response", "reason"], how="anti").group_by("reason"):
        code, rows = str(reason), shown.join(some, on="response", how="semi")
        if code in named and isinstance(rule := named[code].rule, RowRule):
            sentence = explain_by_rule(rule, named[code].options, rows, definition.questionnaire)
        else:
            sentence = rows.with_columns(_write_sentence(code, rows, definition).alias("sentence"))["sentence"]
        written.append(rows.select("response", reason=pl.lit(code), sentence=sentence))
    order = {code: n for n, code in enumerate(REASONS)}
    return pl.concat(written).sort("response", pl.col("reason").replace_strict(order, return_dtype=pl.Int64))


def _write_sentence(reason: str, rows: pl.DataFrame, definition: IndexDefinition) -> pl.Expr:
    """Return the sentence of a reason other than a quality rule, for each row that has it."""
    respondent = quote(pl.col(f"{TEXT}respondent_id"))
    match reason:
        case "missing_unit":
            return pl.lit(f"The column {definition.columns.unit} is empty.")
        case "unknown_unit":
            unit = quote(pl.col(f"{TEXT}unit"))
            return say(unit, f" is not one of the {len(definition.units)} units of the definition.")
        case "invalid_weight":
            weight = quote(pl.col(f"{TEXT}design_weight"))
            return say("The design weight ", weight, " is not a number from 0.000001 to 1,000,000,000.")
        case "invalid_design":
            return say_invalid_design(definition, TEXT)
        case "not_a_rating":
            return say("Neither a rating nor a don't-know: ", pl.lit(_quote_answers(rows, "unreadable")), ".")
        case "out_of_range":
            ends = definition.question_ends
            if ends is not None:
                scales = {
                    question: f" (scale {low:g} to {high:g})"
                    for question, low, high in zip(definition.question_ids, *ends, strict=True)
                }
                return say("Outside the scale: ", pl.lit(_quote_answers(rows, _OUTSIDE, scales)), ".")
            scale = definition.scale
            start = f"Outside the scale {scale.minimum:g} to {scale.maximum:g}: "
            return say(start, pl.lit(_quote_answers(rows, _OUTSIDE)), ".")
        case "no_answers":
            return pl.lit(f"None of the {len(definition.questions)} questions has a rating.")
        case "duplicate_response":
            return say("The row says the same as another row of respondent ", respondent, ".")
        case "conflicting_id":
            return say("The rows of respondent ", respondent, " differ, so none of them counts.")
        case "unclear_field":
            return say("Cannot be read and is left empty: ", pl.col("unclear").list.join(", "), ".")
        case _:
            return pl.lit(f"{describe_reason(reason, definition.words).capitalize()}.")


def _quote_answers(rows: pl.DataFrame, column: str, after: Mapping[str, str] = MappingProxyType({})) -> pl.Series:
    """Return the first of the questions that a column lists, each with the text of its answer, and what comes after.

    Each question is looked at in the rows that list it, so that time grows with what is quoted.
    """
    listed = rows[column]
    first = (
        pl.DataFrame({"row": pl.int_range(len(listed), eager=True), "question": listed.list.head(_MOST_QUOTED)})
        .explode("question")
        .drop_nulls()
        .with_row_index("place")
    )
    parts = [pl.DataFrame(schema={"row": pl.Int64, "place": pl.UInt32, "said": pl.String})]
    for (question,), some in first.group_by("question"):
        answers = some.with_columns(text=rows[f"{TEXT}{question}"].gather(some["row"]))
        parts.append(
            answers.select(
                "row", "place", said=say(f"{question} ", quote(pl.col("text")), after.get(str(question), ""))
            )
        )
    joined = pl.concat(parts).sort("place").group_by("row").agg(pl.col("said").str.join(", "))
    more = pl.Series("more", listed.list.len().cast(pl.Int64) - _MOST_QUOTED)
    rest = pl.when(pl.col("more") > 0).then(say(" and ", pl.col("more"), " more")).otherwise(pl.lit(""))
    return (
        pl.DataFrame({"row": pl.int_range(len(listed), eager=True), "more": more})
        .join(joined, on="row", how="left", maintain_order="left")
        .select(say(pl.col("said").fill_null(""), rest))
        .to_series()
    )
