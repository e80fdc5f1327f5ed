"""Failures into reasons with a sentence each, which quotes what was found in the row.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.validation.phrases import quote, say, show
from bpo_index.validation.row_rules import measure_longest_run, measure_variance
from bpo_index.validation.schema import COMPARING_RULES, REASONS

#: Answers quoted in one sentence.
_MOST_QUOTED = 8
#: Reasons whose sentence quotes answers, and the column that lists the questions; and the column of what is quoted.
_QUOTING = {"not_a_rating": "typed.unreadable", "out_of_range": "typed.out_of_range"}
_QUOTED = "typed.quoted"


def explain_failures(
    failures: pl.DataFrame, told: pl.DataFrame, typed: pl.DataFrame, table: pl.DataFrame, definition: IndexDefinition
) -> pl.DataFrame:
    """Return one row per response and reason, with a sentence, in the order of `REASONS`.

    Parameters
    ----------
    failures
        `response, column, reason`, as `find_failures` returns them.
    told
        `response, reason, sentence` of the rules that compare rows, which write their own.
    typed, table
        The typed and the text frame of the responses, row by row the same, for the values that the sentences quote.
    """
    outside = (
        failures.filter(pl.col("reason") == "out_of_range")
        .group_by("response", maintain_order=True)
        .agg(pl.col("column").alias("typed.out_of_range"))
    )
    pairs = failures.select("response", "reason").unique()
    involved = typed["response"].is_in(pairs["response"].implode())
    rows = typed.filter(involved)
    questions = list(definition.question_ids)
    # Text columns keep their names; those of the typed frame get a prefix, which no id of a question can have.
    read = rows.select(pl.col("unreadable", "unclear", "answers", "asked").name.prefix("typed."))
    found = set(pairs["reason"])
    if "long_string" in found:
        read = read.with_columns(measure_longest_run(rows, questions).alias("typed.longest_run"))
    if "low_variance" in found:
        spread = rows.select(measure_variance(questions, definition.scale.minimum).sqrt().alias("typed.sd"))
        read = read.hstack(spread)
    shown = (
        table.filter(involved)
        .select("response", "unit", "design_weight", "respondent_id", "status", "finished", *questions)
        .with_columns(read.get_columns())
        .join(outside, on="response", how="left", maintain_order="left")
    )
    written = [told.join(pairs, on=["response", "reason"], how="semi")]
    for (reason,), some in pairs.filter(~pl.col("reason").is_in(COMPARING_RULES)).group_by("reason"):
        sentence = _write_sentence(str(reason), definition)
        having = shown.join(some, on="response", how="semi")
        if reason in _QUOTING:
            having = having.with_columns(_quote_answers(having, _QUOTING[str(reason)]))
        written.append(having.select("response", reason=pl.lit(reason), sentence=sentence))
    order = {code: n for n, code in enumerate(REASONS)}
    return pl.concat(written).sort("response", pl.col("reason").replace_strict(order, return_dtype=pl.Int64))


def _write_sentence(reason: str, definition: IndexDefinition) -> pl.Expr:
    """Return the sentence of a reason as an expression over the rows that have it."""
    scale, rules = definition.scale, definition.quality_rules
    answers, asked, respondent = pl.col("typed.answers"), pl.col("typed.asked"), quote(pl.col("respondent_id"))
    match reason:
        case "missing_unit":
            return pl.lit(f"The column {definition.columns.unit} is empty.")
        case "unknown_unit":
            return say(quote(pl.col("unit")), f" is not one of the {len(definition.units)} units of the definition.")
        case "invalid_weight":
            return say(
                "The design weight ", quote(pl.col("design_weight")), " is not a number from 0.000001 to 1,000,000,000."
            )
        case "not_a_rating":
            return say("Neither a rating nor a don't-know: ", pl.col(_QUOTED), ".")
        case "out_of_range":
            ends = f"Outside the scale {scale.minimum:g} to {scale.maximum:g}: "
            return say(ends, pl.col(_QUOTED), ".")
        case "no_answers":
            return pl.lit(f"None of the {len(definition.questions)} questions has a rating.")
        case "duplicate_response":
            return say("The row says the same as another row of respondent ", respondent, ".")
        case "conflicting_id":
            return say("The rows of respondent ", respondent, " differ, so none of them counts.")
        case "test_row":
            return say("Marked as no answer to the survey: ", quote(pl.col("status")), ".")
        case "unfinished":
            return say("Marked as not finished: ", quote(pl.col("finished")), ".")
        case "incomplete":
            share = rules.incomplete.minimum_share if rules.incomplete else 0
            return say(answers, " of ", asked, f" questions asked have a rating; {share:.0%} are needed.")
        case "straight_line":
            return say("All ", answers, " ratings of the row are the same.")
        case "long_string":
            most = rules.long_string.longest_run if rules.long_string else 0
            return say(pl.col("typed.longest_run"), f" questions in a row have the same rating; {most} are too many.")
        case "low_variance":
            least = rules.low_variance.minimum_sd if rules.low_variance else 0
            start = say("The standard deviation of the ", answers, " ratings is ", show(pl.col("typed.sd"), 3))
            return say(start, f"; at least {least:g} is asked.")
        case "unclear_field":
            return say("Cannot be read and is left empty: ", pl.col("typed.unclear").list.join(", "), ".")
        case _:
            return pl.lit(f"{REASONS[reason].capitalize()}.")


def _quote_answers(rows: pl.DataFrame, column: str) -> pl.Series:
    """Return the first of the questions that a column lists, each with the text of its answer.

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
        answers = some.with_columns(text=rows[str(question)].gather(some["row"]))
        parts.append(answers.select("row", "place", said=say(f"{question} ", quote(pl.col("text")))))
    joined = pl.concat(parts).sort("place").group_by("row").agg(pl.col("said").str.join(", "))
    more = pl.Series("more", listed.list.len().cast(pl.Int64) - _MOST_QUOTED)
    rest = pl.when(pl.col("more") > 0).then(say(" and ", pl.col("more"), " more")).otherwise(pl.lit(""))
    return (
        pl.DataFrame({"row": pl.int_range(len(listed), eager=True), "more": more})
        .join(joined, on="row", how="left", maintain_order="left")
        .select(say(pl.col("said").fill_null(""), rest).alias(_QUOTED))
        .to_series()
    )
