"""Find rows of one respondent on one unit: identical or in conflict. Rows of a respondent on other units are others.

Of identical rows the first counts. Where anything differs none counts, so that the order of rows does not matter.

Method page: docs/methods/validation.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.responses.headings import TIDY_COLUMNS, name_fields
from bpo_index.validation.row_marks import list_no_answer_marks, name_mark


def list_respondent_fields(definition: IndexDefinition) -> list[str]:
    """Return the names of the columns `importance_<category>` and `background_<variable>`."""
    return [name for name in name_fields(definition) if name not in TIDY_COLUMNS.values()]


def mark_duplicates(typed: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Add the boolean marks of `duplicate_response` and `conflicting_id` to the frame of `mark_rows`.

    Of rows of one respondent on one unit with the same content the first in file and row is kept; where the content
    differs, none is.
    """
    content = [
        *("design_weight", "cluster", "started_at", "finished_at", "finished", "duration"),
        *list_no_answer_marks(),
        *("data_origin", *list_respondent_fields(definition), "dont_know", "not_asked", "unreadable"),
        *definition.question_ids,
    ]
    conflicting, duplicate = name_mark("conflicting_id"), name_mark("duplicate_response")
    key = ["respondent_id", "unit"]
    same_id = typed.filter(pl.col("respondent_id").is_duplicated()).select("response", *key)
    responses = same_id.filter(pl.struct(key).is_duplicated())["response"]
    if responses.is_empty():
        return typed.with_columns(pl.lit(value=False).alias(name) for name in (conflicting, duplicate))
    repeated = typed.filter(pl.col("response").is_in(responses.implode())).sort("source_file", "source_row")
    marks = repeated.select(
        "response",
        (pl.struct(content).n_unique().over(key) > 1).alias(conflicting),
        (pl.int_range(pl.len()).over(key) > 0).alias(duplicate),
    )
    return typed.join(marks, on="response", how="left", maintain_order="left").with_columns(
        pl.col(conflicting).fill_null(value=False),
        (pl.col(duplicate) & ~pl.col(conflicting)).fill_null(value=False),
    )
