"""Item nonresponse: how often each question has a rating, a don't-know, no answer, or was not asked, in each unit.

The table is exact and for the private audit; `disclosure.answers` makes the public one. Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.answers import NONRESPONSE

COUNTS = ("respondents", "ratings", "dont_know", "skipped", "not_asked")


def tabulate_nonresponse(accepted: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return the counts of every question, over all units and in each.

    Parameters
    ----------
    accepted
        As `Validation.accepted`.
    definition
        Questions and units.

    Returns
    -------
    DataFrame
        One row per question (`unit` null: all units), then one per question and unit, in the order of the definition:
        `question, unit, respondents, ratings, dont_know, skipped, not_asked`; the last four add up to `respondents`.
    """
    questions, codes = list(definition.question_ids), [unit.code for unit in definition.units]
    people = accepted.group_by("unit").agg(respondents=pl.len())
    rated = (
        accepted.group_by("unit")
        .agg(pl.col(questions).count())
        .unpivot(questions, index="unit", variable_name="question", value_name="ratings")
    )
    found = pl.DataFrame({"question": questions}).join(
        pl.DataFrame({"unit": codes}), how="cross", maintain_order="left"
    )
    found = found.join(people, on="unit", how="left", maintain_order="left").join(
        rated, on=["question", "unit"], how="left", maintain_order="left"
    )
    for name in ("dont_know", "not_asked"):
        said = accepted.select("unit", question=name).explode("question").drop_nulls()
        counted = said.group_by("question", "unit").agg(pl.len().alias(name))
        found = found.join(counted, on=["question", "unit"], how="left", maintain_order="left")
    found = found.with_columns(pl.col("respondents", "ratings", "dont_know", "not_asked").fill_null(0).cast(pl.Int64))
    found = found.with_columns(
        skipped=pl.col("respondents") - pl.col("ratings") - pl.col("dont_know") - pl.col("not_asked")
    ).select(NONRESPONSE.schema.names())
    return put_totals_first(found)


def put_totals_first(by_unit: pl.DataFrame) -> pl.DataFrame:
    """Return the table with one row per question over all units before the rows of its units; nulls are left out."""
    totals = by_unit.group_by("question", maintain_order=True).agg(pl.col(COUNTS).sum())
    totals = totals.with_columns(unit=pl.lit(None, pl.String)).select(NONRESPONSE.schema.names())
    order = {question: n for n, question in enumerate(totals["question"])}
    place = pl.col("question").replace_strict(order, return_dtype=pl.Int64)
    return pl.concat([totals, by_unit]).sort(place, maintain_order=True)
