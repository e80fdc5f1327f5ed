"""Item nonresponse: how often each question has a rating, a don't-know, no answer, or was not asked, in each unit.

The table of `tabulate_nonresponse` is exact and for the private audit. `hide_small_units` makes the public one: units
with too few respondents have no numbers and enter no total, so none can be computed from the totals.
Method page: docs/methods/disclosure.md.
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
    return _put_totals_first(found)


def hide_small_units(nonresponse: pl.DataFrame, minimum: int) -> pl.DataFrame:
    """Return the table as it may be public.

    Parameters
    ----------
    nonresponse
        From `tabulate_nonresponse`.
    minimum
        Respondents that a unit needs.

    Returns
    -------
    DataFrame
        The same rows; counts of units with fewer respondents are null, and the totals are over the others.

    Examples
    --------
    >>> exact = pl.DataFrame(
    ...     [("q", None, 8, 7, 1, 0, 0), ("q", "AAA", 6, 5, 1, 0, 0), ("q", "BBB", 2, 2, 0, 0, 0)],
    ...     schema=NONRESPONSE.schema,
    ...     orient="row",
    ... )
    >>> hide_small_units(exact, 5).rows()
    [('q', None, 6, 5, 1, 0, 0), ('q', 'AAA', 6, 5, 1, 0, 0), ('q', 'BBB', None, None, None, None, None)]
    """
    shown = nonresponse.filter(pl.col("unit").is_not_null()).with_columns(
        pl.when(pl.col("respondents") >= minimum).then(pl.col(COUNTS))
    )
    return _put_totals_first(shown)


def _put_totals_first(by_unit: pl.DataFrame) -> pl.DataFrame:
    """Return the table with one row per question over all units before the rows of its units; nulls are left out."""
    totals = by_unit.group_by("question", maintain_order=True).agg(pl.col(COUNTS).sum())
    totals = totals.with_columns(unit=pl.lit(None, pl.String)).select(NONRESPONSE.schema.names())
    order = {question: n for n, question in enumerate(totals["question"])}
    place = pl.col("question").replace_strict(order, return_dtype=pl.Int64)
    return pl.concat([totals, by_unit]).sort(place, maintain_order=True)
