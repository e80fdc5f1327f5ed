"""The ranking with and without the quality exclusions, side by side, exact.

Without the exclusions, rows that only quality rules quarantined are readmitted. `disclosure.exclusions` decides what of
this is published. Method page: docs/methods/exclusions.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.private import EXACT_EXCLUSIONS
from bpo_index.robustness.rounding import round_table
from bpo_index.scoring.unit_scores import Scores, score_units


@dataclass(frozen=True)
class Exclusions:
    """The ranking with and without quality exclusions, exact."""

    units: pl.DataFrame
    """One row per unit of the definition, in its order: the columns of `exact`, and `ranked, score_bound,
    score_bound_without`. Scores as they were computed; null where there is none."""
    readmitted: int
    """Respondents whom only quality rules quarantine."""
    refusal: str | None
    """Why there is no ranking without the exclusions; None where there is one."""

    @property
    def exact(self) -> pl.DataFrame:
        """For the owner of the answers: one row per unit, by rank, numbers with six decimals.

        `unit, name, respondents, score, rank, respondents_without, score_without, rank_without, score_change`.
        """
        schema = EXACT_EXCLUSIONS.schema
        return round_table(self.units.sort("rank", "unit", nulls_last=True).select(schema.names()).cast(schema))


def compare_exclusions(
    accepted: pl.DataFrame, quarantined_by_rules: pl.DataFrame | None, scores: Scores, definition: IndexDefinition
) -> Exclusions:
    """Score the answers again with the rows readmitted that only quality rules quarantined.

    Parameters
    ----------
    accepted, quarantined_by_rules
        From `validate_responses`: the answers behind the scores, and those that quality rules keep out; None: none.
    scores, definition
        What `score_units` made of the accepted answers, and the index.
    """
    quarantined = accepted.clear() if quarantined_by_rules is None else quarantined_by_rules
    readmitted = quarantined.select(accepted.columns)
    without, refusal = scores, None
    if readmitted.height:
        try:
            without = score_units(
                pl.concat([accepted, readmitted]),
                definition,
                scores.sample.margins,
                restated=scores.sample.restated,
                is_whole=False,
            )
        except DataRefused as error:
            refusal = str(error)
    names = pl.DataFrame([(unit.code, unit.name) for unit in definition.units], schema=["unit", "name"], orient="row")
    added = readmitted.group_by("unit").agg(added=pl.len().cast(pl.Int64))
    is_known = pl.lit(refusal is None)
    after = {f"{name}_without": pl.when(is_known).then(name) for name in ("score", "rank", "score_bound")}
    table = (
        names.join(scores.units, on="unit", maintain_order="left")
        .join(added, on="unit", how="left", maintain_order="left")
        .join(without.units.select("unit", **after), on="unit", maintain_order="left")
        .with_columns(
            respondents_without=pl.col("respondents") + pl.col("added").fill_null(0),
            score_change=pl.col("score_without") - pl.col("score"),
        )
    )
    beside = ("ranked", "score_bound", "score_bound_without")
    return Exclusions(table.select(*EXACT_EXCLUSIONS.schema.names(), *beside), readmitted.height, refusal)
