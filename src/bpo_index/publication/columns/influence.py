"""What the tables on what is left out mean."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

INFLUENCE = Table(
    name="influence",
    title="Influence of what is left out",
    row="what is left out",
    place=5,
    own=(
        Column("left_out", pl.String, "respondent, company, unit, question, category or quality_rule", answers="none"),
        Column(
            "item",
            pl.String,
            "id of what is left out; null: single respondents and companies, each left out once",
            answers="none",
        ),
        Column(
            "items",
            pl.Int64,
            "how many were left out, one at a time",
            unit="left out, one at a time",
            answers="all units",
        ),
        Column(
            "changing_first",
            pl.Int64,
            "without how many of them another unit is first; null: it depends on what a readmitted row says",
            unit="left out, one at a time",
            answers="quarantined",
        ),
        Column(
            "changing_first_five",
            pl.Int64,
            "without how many of them the first five are others; null: likewise",
            unit="left out, one at a time",
            answers="quarantined",
        ),
        Column(
            "changing_any_rank",
            pl.Int64,
            "without how many of them any rank changes; null: likewise",
            unit="left out, one at a time",
            answers="quarantined",
        ),
        Column(
            "largest_shift",
            pl.Int64,
            "most places that any unit moves; null: likewise",
            unit="places",
            answers="quarantined",
        ),
        Column(
            "mean_rank_shift",
            pl.Float64,
            "mean over them and over units of the places moved; null: likewise",
            unit="places",
            decimals=2,
            answers="quarantined",
        ),
        Column(
            "not_computed",
            pl.Int64,
            "how many left nothing that could be computed",
            unit="left out, one at a time",
            answers="all units",
        ),
    ),
)
RANKS_WITHOUT = Table(
    name="ranks_without",
    title="Ranks without an item",
    row="question, category or quality rule left out, and unit",
    place=5,
    key=("left_out", "item", "unit"),
    own=(
        Column("left_out", pl.String, "question, category or quality_rule", answers="none"),
        Column("item", pl.String, "id of what is left out", answers="none"),
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("rank", pl.Int64, "rank in the ranking", unit="rank", answers="all units"),
        Column(
            "rank_without",
            pl.Int64,
            "rank without it; null: none, or it depends on what a row that the rule keeps out says",
            unit="rank",
            answers="quarantined",
        ),
    ),
)
RANKS_WITHOUT_UNIT = Table(
    name="ranks_without_unit",
    title="Ranks without a unit",
    row="unit left out, and other ranked unit",
    place=5,
    key=("left_out", "unit"),
    own=(
        Column("left_out", pl.String, "code of the unit that is left out", answers="none"),
        Column("unit", pl.String, "code of another unit", answers="none"),
        Column(
            "rank",
            pl.Int64,
            "rank among the units that are left, in the order of the ranking",
            unit="rank",
            answers="all units",
        ),
        Column(
            "rank_without",
            pl.Int64,
            "rank among them with the index computed again without that unit; null: none",
            unit="rank",
            answers="all units",
        ),
    ),
)
EXCLUSIONS = Table(
    name="exclusions",
    title="With and without the quality exclusions",
    row="ranked unit",
    place=5,
    key=("unit",),
    own=(
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("respondents", pl.Int64, "accepted respondents", unit="respondents", answers="unit"),
        Column(
            "score",
            pl.Float64,
            "confidence score; null: published as a bound",
            unit="score points",
            decimals=1,
            answers="unit",
        ),
        Column("rank", pl.Int64, "rank in the ranking", unit="rank", answers="all units"),
        Column(
            "respondents_without",
            pl.Int64,
            "respondents, with those readmitted whom nothing but quality rules keeps out",
            unit="respondents",
            answers="quarantined",
        ),
        Column(
            "rank_without_low",
            pl.Int64,
            "best rank that the unit can have with them, among the same units, whatever those say; null: not "
            "published under this method",
            unit="rank",
            heading="Rank without, best",
            answers="quarantined",
        ),
        Column(
            "rank_without_high",
            pl.Int64,
            "worst rank that it can have; where both are the same, that is its rank",
            unit="rank",
            heading="Rank without, worst",
            answers="quarantined",
        ),
    ),
)

RECORDS = (
    INFLUENCE,
    RANKS_WITHOUT,
    RANKS_WITHOUT_UNIT,
    EXCLUSIONS,
)
