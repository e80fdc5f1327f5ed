"""Tables that are in no release: those of the private audit, and the table of a plan."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

EXACT_EXCLUSIONS = Table(
    name="exclusions",
    title="With and without the quality exclusions, exact",
    row="unit",
    place=0,
    folder="",
    own=(
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("name", pl.String, "name of the unit", answers="none"),
        Column("respondents", pl.Int64, "accepted respondents", unit="respondents", answers="unit"),
        Column(
            "score",
            pl.Float64,
            "score, or the bound that it keeps to; null: none",
            unit="score points",
            decimals=1,
            answers="unit",
        ),
        Column("rank", pl.Int64, "rank in the ranking; null: not ranked", unit="rank", answers="all units"),
        Column(
            "respondents_without",
            pl.Int64,
            "respondents with those counted who are excluded by quality rules only",
            unit="respondents",
            answers="quarantined",
        ),
        Column(
            "score_without",
            pl.Float64,
            "score with them; null: none",
            unit="score points",
            decimals=1,
            answers="quarantined",
        ),
        Column("rank_without", pl.Int64, "rank with them; null: not ranked", unit="rank", answers="quarantined"),
        Column(
            "score_change",
            pl.Float64,
            "score with them less score; null: none",
            unit="score points",
            decimals=1,
            answers="quarantined",
        ),
    ),
)
INFLUENCE_ITEMS = Table(
    name="influence",
    title="Influence of each item that is left out",
    row="respondent, company, unit, question, category or quality rule",
    place=0,
    folder="",
    own=(
        Column("left_out", pl.String, "respondent, company, unit, question, category or quality_rule", answers="none"),
        Column("item", pl.String, "id of what is left out", answers="none"),
        Column("unit", pl.String, "unit of a respondent; null: no respondent", answers="none"),
        Column(
            "score_change",
            pl.Float64,
            "change of the score that changes most; null, like all that follows: it could not be computed",
            unit="score points",
            decimals=1,
            answers="quarantined",
        ),
        Column("ranks_changed", pl.Int64, "units whose rank changes", unit="units", answers="quarantined"),
        Column("largest_shift", pl.Int64, "most places that any unit moves", unit="places", answers="quarantined"),
        Column(
            "mean_rank_shift",
            pl.Float64,
            "mean over units of the places moved",
            unit="places",
            decimals=2,
            answers="quarantined",
        ),
        Column("changes_first", pl.Boolean, "true: another unit is first without it", answers="quarantined"),
        Column("changes_first_five", pl.Boolean, "true: the first five are others without it", answers="quarantined"),
    ),
)
PLAN = Table(
    name="plan",
    title="Respondents needed",
    row="number of respondents per unit that was tried",
    place=0,
    folder="",
    own=(
        Column("respondents", pl.Int64, "respondents per unit", unit="respondents", answers="none"),
        Column(
            "rank_set_width",
            pl.Float64,
            "ranks in a rank set, mean over units and surveys",
            unit="units",
            decimals=2,
            answers="all units",
        ),
        Column(
            "rank_set_width_low",
            pl.Float64,
            "what a tenth of the surveys stay below",
            unit="units",
            decimals=2,
            answers="all units",
        ),
        Column(
            "rank_set_width_high",
            pl.Float64,
            "what a tenth of the surveys exceed",
            unit="units",
            decimals=2,
            answers="all units",
        ),
        Column(
            "marginal_rank_set_width",
            pl.Float64,
            "ranks in a marginal rank set, mean",
            unit="units",
            decimals=2,
            answers="all units",
        ),
        Column(
            "neighbours_apart",
            pl.Float64,
            "share of neighbours that can be distinguished",
            unit="share",
            decimals=2,
            answers="all units",
        ),
        Column(
            "pairs_apart",
            pl.Float64,
            "share of all pairs that can be distinguished",
            unit="share",
            decimals=2,
            answers="all units",
        ),
        Column(
            "reached",
            pl.Float64,
            "share of surveys that reach what is wanted",
            unit="share",
            decimals=2,
            answers="all units",
        ),
        Column("needed", pl.Boolean, "true: the smallest number that is enough", answers="all units"),
    ),
)
