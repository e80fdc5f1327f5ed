"""Records of one file into tidy responses, and an account of every record.

`collect_wide`: a readable record is a response. `collect_long`: the readable records of one respondent are; a repeated
answer is an error and never averaged.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label
from bpo_index.responses.headings import label_questions, name_fields
from bpo_index.responses.rows import nothing
from bpo_index.responses.tidy import RECORD_SCHEMA, describe_table, list_tidy_columns

#: Tidy column to its texts, one a readable record; null where a cell is empty. Columns that a file lacks are not in it.
Columns = Mapping[str, pl.Series]


def collect_wide(
    records: pl.DataFrame, columns: Columns, definition: IndexDefinition
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the tidy table, the records and the contents of one wide file: a readable record is a response.

    Parameters
    ----------
    records
        From `Rows.frame_records`.
    columns
        What the readable ones say.
    definition
        The index definition.
    """
    readable = records["reason"].is_null()
    records = records.with_columns(
        response=pl.when(readable).then(readable.cast(pl.Int64).cum_sum() - 1).otherwise(None)
    )
    table = _frame_cells(records, columns, list_tidy_columns(definition)).select(list(describe_table(definition)))
    return table, records, table.select(list_tidy_columns(definition))


def _frame_cells(records: pl.DataFrame, columns: Columns, wanted: list[str]) -> pl.DataFrame:
    readable = records.filter(pl.col("reason").is_null())
    rows = readable.height
    # NOTE: one empty column, whatever the names: a column of a million nulls takes as much as one of texts.
    empty = nothing(rows)
    return readable.select(
        pl.int_range(rows, dtype=pl.Int64).alias("response"),
        "source_file",
        "source_row",
        *(columns.get(name, empty).alias(name) for name in wanted),
    )


def collect_long(
    records: pl.DataFrame, columns: Columns, definition: IndexDefinition
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the tidy table, the records and the contents of one long file: the rows of a respondent are one response.

    Put aside: rows without a respondent or with an unknown question; all but one of rows that say the same; all rows
    of a respondent who answers a question twice or whose rows differ in anything but question and rating.
    """
    readable = records["reason"].is_null()
    fields = list(name_fields(definition))
    cells = _frame_cells(records, columns, [*fields, "question", "rating"]).rename({"response": "n"})
    contents = cells.select(*fields, "question", "rating")
    labels = label_questions(definition)
    cells = cells.with_columns(
        content=pl.struct([*fields, "question", "rating"]).struct.json_encode(),
        question_id=pl.col("question").map_elements(
            lambda text: labels.get(fold_label(text)), return_dtype=pl.String, skip_nulls=True
        ),
    )
    cells = _judge_long_rows(cells, fields)
    numbers = (
        cells.filter(pl.col("reason").is_null())
        .group_by("respondent_id", maintain_order=True)
        .agg(
            pl.col("source_file").first(), pl.col("source_row").first(), *(_first_given(field) for field in fields[1:])
        )
        .with_row_index("response")
        .with_columns(pl.col("response").cast(pl.Int64))
    )
    cells = cells.join(
        numbers.select("respondent_id", "response"), on="respondent_id", how="left", maintain_order="left"
    )
    cells = cells.with_columns(response=pl.when(pl.col("reason").is_null()).then("response"))
    answers = cells.filter(pl.col("response").is_not_null()).pivot(
        on="question_id", on_columns=list(definition.question_ids), index="response", values="rating"
    )
    table = numbers.join(answers, on="response", how="left", maintain_order="left").select(
        list(describe_table(definition))
    )

    judged = cells.select("response", "reason", "sentence")
    kept = records.filter(readable).drop("response", "reason", "sentence").hstack(judged)
    records = pl.concat([records.filter(~readable), kept.select(list(RECORD_SCHEMA))]).sort("source_row")
    return table, records, contents


def _first_given(field: str) -> pl.Expr:
    return pl.col(field).drop_nulls().first()


def _judge_long_rows(cells: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """Add `reason` and `sentence`, null for rows that count."""
    cells = cells.with_columns(
        reason=pl.when(pl.col("respondent_id").is_null())
        .then(pl.lit("missing_respondent"))
        .when(pl.col("question_id").is_null())
        .then(pl.lit("unknown_question"))
        .when(pl.int_range(pl.len()).over("content") > 0)
        .then(pl.lit("duplicate_row"))
    )
    counts = pl.col("reason").is_null()
    differs = pl.any_horizontal(
        pl.col(field).filter(counts).drop_nulls().n_unique().over("respondent_id") > 1 for field in fields[1:]
    )
    answered = pl.struct("respondent_id", "question_id")
    repeats = (counts.cast(pl.Int64).sum().over(answered) > 1).max().over("respondent_id")
    cells = cells.with_columns(
        reason=pl.when(counts & differs)
        .then(pl.lit("conflicting_rows"))
        .when(counts & repeats)
        .then(pl.lit("repeated_answer"))
        .otherwise("reason")
    )
    shown = pl.col("question").fill_null("").str.slice(0, 80)
    sentences = {
        "missing_respondent": pl.lit("The row names no respondent; in long layout every row must."),
        "unknown_question": pl.format("The question '{}' is not one of the definition's.", shown),
        "duplicate_row": pl.lit("The row says the same as an earlier one, which is looked at in its place."),
        "conflicting_rows": pl.lit("The rows of this respondent differ in more than question and rating."),
        "repeated_answer": pl.lit("This respondent answers a question twice, in different words."),
    }
    sentence = pl.lit(None, pl.String)
    for code, text in sentences.items():
        sentence = pl.when(pl.col("reason") == code).then(text).otherwise(sentence)
    return cells.with_columns(sentence=sentence)
