"""What the table on groups of units means."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

GROUPS = Table(
    name="groups",
    title="Groups of units",
    row="group and category, by rank; none where the definition asks for no groups",
    place=3,
    own=(
        Column("group", pl.String, "name of the group: a region of the definition", answers="none"),
        Column("category", pl.String, "id of the category; null: all categories", answers="none"),
        Column("units", pl.Int64, "units that take part in the group", unit="units", answers="all units"),
        Column("members", pl.String, "their codes, separated by spaces", answers="all units"),
        Column(
            "respondents",
            pl.Int64,
            "accepted respondents of these units; in a category, who rated any of its questions",
            unit="respondents",
            answers="all units",
        ),
        Column(
            "weights",
            pl.String,
            "what weighs the units of the group: equal, all the same; size, their size in the definition",
            answers="none",
        ),
        Column(
            "score",
            pl.Float64,
            "weighted mean of the units' published scores; null: see note",
            unit="score points",
            decimals=1,
            answers="all units",
        ),
        Column(
            "se",
            pl.Float64,
            "its standard error from the sampling of respondents, these units being the group; null: none",
            unit="score points",
            decimals=1,
            heading="Standard error",
            answers="all units",
        ),
        Column(
            "ci_low",
            pl.Float64,
            "lower end of its confidence interval, within the range of scores; null: none",
            unit="score points",
            decimals=1,
            heading="Interval, low",
            answers="all units",
        ),
        Column(
            "ci_high",
            pl.Float64,
            "upper end of its confidence interval, within the range of scores; null: none",
            unit="score points",
            decimals=1,
            heading="Interval, high",
            answers="all units",
        ),
        Column(
            "rank",
            pl.Int64,
            "standard competition rank among groups, 1 is the most confident; null: no score",
            unit="rank",
            answers="all units",
        ),
        Column(
            "marginal_rank_set_low",
            pl.Int64,
            "best rank in the marginal confidence set for the rank among groups; null: no score",
            unit="rank",
            heading="Marginal rank set, best",
            answers="all units",
        ),
        Column(
            "marginal_rank_set_high",
            pl.Int64,
            "worst rank in the marginal confidence set for the rank among groups; null: no score",
            unit="rank",
            heading="Marginal rank set, worst",
            answers="all units",
        ),
        Column(
            "rank_set_low",
            pl.Int64,
            "best rank in the confidence set that holds for all groups at once; null: no score",
            unit="rank",
            heading="Rank set, best",
            answers="all units",
        ),
        Column(
            "rank_set_high",
            pl.Int64,
            "worst rank in the confidence set that holds for all groups at once; null: no score",
            unit="rank",
            heading="Rank set, worst",
            answers="all units",
        ),
        Column(
            "note",
            pl.String,
            "why a number is missing; empty: nothing to say",
            answers="all units",
        ),
    ),
)

RECORDS = (GROUPS,)
