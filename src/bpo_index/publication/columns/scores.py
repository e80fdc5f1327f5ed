"""What the ranking, the scores by category and their long form mean."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

_SCORE = (
    Column(
        "score",
        pl.Float64,
        "confidence score, 0 to 100 (methods that measure in standard deviations have no ends); null: "
        "not published or not scored",
        unit="score points",
        decimals=1,
        answers="unit",
    ),
    Column(
        "score_bound",
        pl.String,
        "at least or at most: the score lies at an end of the scale, and `score` is the bound that it "
        "keeps to; null: `score` is the score",
        heading="Score is a bound",
        answers="unit",
    ),
    Column(
        "se",
        pl.Float64,
        "standard error of the score from the sampling of respondents, score points; null: none",
        unit="score points",
        decimals=1,
        heading="Standard error",
        answers="unit",
    ),
    Column(
        "error",
        pl.String,
        "own: the standard error is made of the answers behind the score; smoothed: of score and respondents, with "
        "one factor for all units, since so few answers have no room for more than their score; null: none",
        heading="Error",
        answers="none",
    ),
    Column(
        "ci_low",
        pl.Float64,
        "lower end of the score's confidence interval, within the range of scores; null: none",
        unit="score points",
        decimals=1,
        heading="Interval, low",
        answers="unit",
    ),
    Column(
        "ci_high",
        pl.Float64,
        "upper end of the score's confidence interval, within the range of scores; null: none",
        unit="score points",
        decimals=1,
        heading="Interval, high",
        answers="unit",
    ),
    Column(
        "marginal_rank_set_low",
        pl.Int64,
        "best rank in the marginal confidence set for the rank; null: not ranked",
        unit="rank",
        heading="Marginal rank set, best",
        answers="all units",
    ),
    Column(
        "marginal_rank_set_high",
        pl.Int64,
        "worst rank in the marginal confidence set for the rank; null: not ranked",
        unit="rank",
        heading="Marginal rank set, worst",
        answers="all units",
    ),
    Column(
        "rank_set_low",
        pl.Int64,
        "best rank in the confidence set that holds for all units at once; null: not ranked",
        unit="rank",
        heading="Rank set, best",
        answers="all units",
    ),
    Column(
        "rank_set_high",
        pl.Int64,
        "worst rank in the confidence set that holds for all units at once; null: not ranked",
        unit="rank",
        heading="Rank set, worst",
        answers="all units",
    ),
    Column(
        "p_first",
        pl.Float64,
        "share of replicates (respondents resampled) in which the unit is first; null: not ranked, without a variance"
        " of its own, or where these are too many, or in a category where any score is published as a bound",
        unit="share",
        decimals=2,
        heading="First, share of replicates",
        answers="all units",
    ),
    Column(
        "p_top3",
        pl.Float64,
        "share of replicates in which the unit is among the first three; null: as for p_first",
        unit="share",
        decimals=2,
        heading="Among the first three, share",
        answers="all units",
    ),
)

RANKING = Table(
    name="ranking",
    title="Ranking",
    row="unit, by rank, units without a rank last",
    place=1,
    key=("unit",),
    folder="",
    own=(
        Column(
            "rank",
            pl.Int64,
            "standard competition rank by score, 1 is the most confident; null: not ranked",
            unit="rank",
            answers="all units",
        ),
        Column("unit", pl.String, "code of the unit; for countries ISO 3166-1 alpha-3", heading="Code", answers="none"),
        Column("name", pl.String, "name of the unit", answers="none"),
        Column("region", pl.String, "grouping for readers; null: none given", answers="none"),
        *_SCORE,
        Column(
            "tier",
            pl.Int64,
            "units of one tier cannot be distinguished from its leader; null: not ranked",
            answers="all units",
        ),
        Column("respondents", pl.Int64, "accepted respondents", unit="respondents", answers="unit"),
        Column(
            "effective_n",
            pl.Float64,
            "Kish's effective number of respondents under their weights; null: suppressed",
            unit="respondents",
            decimals=1,
            heading="Effective respondents",
            answers="unit",
        ),
        Column(
            "design_effect",
            pl.Float64,
            "Kish's design effect, of unequal weights only: respondents / effective_n; null: suppressed",
            unit="ratio",
            decimals=2,
            heading="Kish's design effect",
            answers="unit",
        ),
        Column("suppressed", pl.Boolean, "true: too few respondents, nothing is published", answers="unit"),
        Column(
            "note", pl.String, "why a number is missing or to be read with care; empty: nothing to say", answers="unit"
        ),
    ),
)
CATEGORIES = Table(
    name="categories",
    title="Scores by category",
    row="category and unit, by rank within the category",
    place=1,
    key=("category", "unit"),
    folder="",
    own=(
        Column("category", pl.String, "id of the category", answers="none"),
        Column("category_title", pl.String, "title of the category", answers="none"),
        Column(
            "rank", pl.Int64, "rank of the unit within the category; null: not ranked", unit="rank", answers="all units"
        ),
        Column("unit", pl.String, "code of the unit", heading="Code", answers="none"),
        Column("name", pl.String, "name of the unit", answers="none"),
        *_SCORE,
        Column(
            "respondents",
            pl.Int64,
            "accepted respondents who rated any question of the category; null: the unit is suppressed",
            unit="respondents",
            answers="unit",
        ),
        Column(
            "suppressed",
            pl.Boolean,
            "true: too few respondents, or withheld so that another cell cannot be computed",
            answers="unit",
        ),
        Column(
            "note",
            pl.String,
            "why a number is missing or to be read with care; empty: nothing to say",
            answers="unit",
        ),
    ),
)
LONG = Table(
    name="long",
    title="Ranking and categories in long form",
    row="unit, category and measure",
    place=1,
    folder="",
    own=(
        Column("unit", pl.String, "code of the unit", heading="Code", answers="none"),
        Column("name", pl.String, "name of the unit", answers="none"),
        Column(
            "category", pl.String, "id of the category; null: all categories, from the table ranking", answers="none"
        ),
        Column(
            "measure",
            pl.String,
            "name of a numeric column of ranking or categories, whose meaning it has; a score published as a "
            "bound is score_at_least or score_at_most in place of score",
            answers="none",
        ),
        Column(
            "value",
            pl.Float64,
            "its value, never null: what is not published has no row",
            unit="see value_unit",
            answers="all units",
        ),
        Column("value_unit", pl.String, "unit of measure of the value", heading="Unit of the value", answers="none"),
    ),
)

#: What readers see of ranking and categories, as `views.view_columns` takes it.
SHOWN = ("rank", "name", "score", "ci", "rank_set", "respondents")

RECORDS = (
    RANKING,
    CATEGORIES,
    LONG,
)
