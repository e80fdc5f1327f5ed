"""Records of one file into tidy responses, and an account of every record.

`collect_wide`: a readable record is a response. `collect_long`: the readable records of one respondent on one unit are;
a repeated answer is an error and never averaged. `collect_blocks`: each block of a readable record that has answers is.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label
from bpo_index.responses.answer_texts import find_unit, map_answers
from bpo_index.responses.headings import label_questions, name_fields
from bpo_index.responses.rows import nothing
from bpo_index.responses.tidy import RECORD_SCHEMA, describe_table, list_tidy_columns, name_content

#: Tidy column to its texts, one a readable record; null where a cell is empty. Columns that a file lacks are not in it.
Columns = Mapping[str, pl.Series]
#: What the rows of one response have in common, in long layout.
_KEY = ["respondent_id", "unit_rated"]


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


def collect_blocks(
    records: pl.DataFrame, columns: Columns, definition: IndexDefinition
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the tidy table, the records and the contents of one file with a block of columns for each unit.

    A block with answers is a response and a row. A block without any, or of questions that were not asked, is no row;
    a record without a block with answers is a row that is quarantined.

    Parameters
    ----------
    records
        From `frame_records`.
    columns
        What each readable record says, once a block; the blocks of a record after one another.
    definition
        The index definition.
    """
    readable = records.filter(pl.col("reason").is_null()).with_row_index("record")
    blocks = len(columns["unit"]) // max(readable.height, 1)
    cells = readable.select("record", "source_file", "source_row", "text")
    cells = cells[pl.int_range(readable.height * blocks, eager=True) // max(blocks, 1)]
    tidy = list_tidy_columns(definition)
    cells = cells.hstack([columns.get(name, nothing(cells.height)).alias(name) for name in tidy])
    given = pl.any_horizontal(_is_answered(columns, definition))
    cells = cells.with_columns(given.alias("is_given"))
    none_given = ~pl.col("is_given").any().over("record") & (pl.int_range(pl.len()).over("record") == 0)
    cells = cells.filter(pl.col("is_given") | none_given).with_columns(
        unit=pl.when("is_given").then("unit"),
        response=pl.when("is_given").then(pl.col("is_given").cast(pl.Int64).cum_sum() - 1),
        reason=pl.when(~pl.col("is_given")).then(pl.lit("no_unit_rated")),
        sentence=pl.when(~pl.col("is_given")).then(pl.lit("The row has answers on none of the units.")),
    )
    table = cells.filter("is_given").select(list(describe_table(definition)))
    kept = cells.select(list(RECORD_SCHEMA))
    records = pl.concat([records.filter(pl.col("reason").is_not_null()), kept])
    return table, records.sort("source_row", maintain_order=True), _mark_records(cells, tidy)


def _is_answered(columns: Columns, definition: IndexDefinition) -> list[pl.Expr]:
    """Return for each question whether it was answered, or at least asked and left."""
    found = []
    for scale, questions in definition.scale_groups:
        for question in questions:
            texts = set(columns[question].drop_nulls().unique())
            not_asked = list(map_answers(texts, scale).not_asked)
            found.append(pl.col(question).is_not_null() & ~pl.col(question).is_in(not_asked).fill_null(value=False))
    return found


def _mark_records(cells: pl.DataFrame, tidy: list[str]) -> pl.DataFrame:
    """Return the contents of blocks; those of a record without an id get one of what they say together."""
    content = pl.struct(tidy).struct.json_encode()
    together = cells.select("record", "respondent_id", content=content).with_columns(
        together=pl.when(pl.col("respondent_id").is_null()).then(pl.col("content").sort().implode().over("record"))
    )
    marks = [None if texts is None else name_content("\n".join(texts)) for texts in together["together"].to_list()]
    marked = pl.Series("mark", marks, dtype=pl.String)
    return cells.select(tidy).with_columns(respondent_id=pl.coalesce("respondent_id", marked))


def collect_long(
    records: pl.DataFrame, columns: Columns, definition: IndexDefinition
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the tidy table, the records and the contents of one long file.

    The rows of a respondent on one unit are one response; rows without a unit belong to the only one that the
    respondent's other rows name. Quarantined are rows without a respondent or with an unknown question, all but one of
    rows that say the same, and all rows of a response that answers a question twice, or whose rows differ in anything
    but question and rating.
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
    cells = _judge_long_rows(_add_unit_rated(cells, definition), fields)
    numbers = (
        cells.filter(pl.col("reason").is_null())
        .group_by(_KEY, maintain_order=True)
        .agg(
            pl.col("source_file").first(), pl.col("source_row").first(), *(_first_given(field) for field in fields[1:])
        )
        .with_row_index("response")
        .with_columns(pl.col("response").cast(pl.Int64))
    )
    cells = cells.join(numbers.select(*_KEY, "response"), on=_KEY, how="left", maintain_order="left", nulls_equal=True)
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


def _add_unit_rated(cells: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Add `unit_rated`: the code of the unit, or its text; null where no row of the respondent says which."""
    texts = cells["unit"].drop_nulls().unique().to_list()
    codes = {text: find_unit(text, definition.unit_by_label) or fold_label(text) for text in texts}
    unit = pl.col("unit_rated")
    return cells.with_columns(
        cells["unit"].replace_strict(codes, default=None, return_dtype=pl.String).alias("unit_rated")
    ).with_columns(
        pl.when(unit.drop_nulls().n_unique().over("respondent_id") == 1)
        .then(unit.drop_nulls().first().over("respondent_id"))
        .otherwise(unit)
    )


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
        pl.col(field).filter(counts).drop_nulls().n_unique().over(_KEY) > 1 for field in fields[1:] if field != "unit"
    )
    answered = pl.struct(*_KEY, "question_id")
    repeats = (counts.cast(pl.Int64).sum().over(answered) > 1).max().over(_KEY)
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
        "conflicting_rows": pl.lit("The respondent's rows on this unit differ in more than question and rating."),
        "repeated_answer": pl.lit("The respondent answers a question on this unit twice, in different words."),
    }
    sentence = pl.lit(None, pl.String)
    for code, text in sentences.items():
        sentence = pl.when(pl.col("reason") == code).then(text).otherwise(sentence)
    return cells.with_columns(sentence=sentence)
