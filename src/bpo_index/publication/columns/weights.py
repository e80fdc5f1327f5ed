"""What the tables on the weights of categories mean."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

_WEIGHTS_DRAWN = Column(
    "weights",
    pl.String,
    "all: any weights, evenly; bounded: those between the multiples of the definition's weight_bounds",
    answers="none",
)
_PARENT = Column(
    "parent", pl.String, "id of the category in which units are ranked; null: in the index as a whole", answers="none"
)
NEIGHBOURS = Table(
    name="neighbours",
    title="What puts a unit ahead of the next",
    row="unit, the next one in the ranking, and category",
    place=6,
    key=("ahead", "behind", "category"),
    own=(
        Column("ahead", pl.String, "code of the unit ahead", heading="Unit ahead", answers="published"),
        Column("behind", pl.String, "code of the next unit in the ranking", heading="Unit behind", answers="published"),
        Column(
            "difference", pl.Float64, "difference of the scores", unit="score points", decimals=1, answers="published"
        ),
        Column("category", pl.String, "id of the category", answers="none"),
        Column(
            "contribution",
            pl.Float64,
            "what the category adds to the difference; over the categories that one parent holds they add up to what "
            "that adds, and over those of the index to the difference",
            unit="score points",
            decimals=2,
            # So that they add up: weights times differences of published scores, exactly.
            most_decimals=9,
            answers="published",
        ),
        Column(
            "se",
            pl.Float64,
            "standard error of the contribution from the sampling of respondents, the rate of the category held fixed; "
            "null: none, one of the two scores has no error or is published as a bound",
            unit="score points",
            decimals=1,
            heading="Standard error",
            answers="published",
        ),
        Column(
            "ci_low",
            pl.Float64,
            "lower end of the confidence interval of the contribution; those of all categories of a pair hold at once",
            unit="score points",
            decimals=1,
            heading="Interval, low",
            answers="published",
        ),
        Column(
            "ci_high",
            pl.Float64,
            "upper end of that interval",
            unit="score points",
            decimals=1,
            heading="Interval, high",
            answers="published",
        ),
        Column(
            "is_distinct",
            pl.Boolean,
            "true: zero lies outside the interval; null: there is none",
            heading="Beyond its error",
            answers="published",
        ),
    ),
)
WEIGHTS = Table(
    name="weights",
    title="Weights",
    row="category and question",
    place=6,
    own=(
        Column("category", pl.String, "id of the category", answers="none"),
        Column(
            "question",
            pl.String,
            "id of the question; null: the row is of the category within what holds it",
            answers="none",
        ),
        Column(
            "nominal_weight", pl.Float64, "weight of the definition, sum one", unit="share", decimals=3, answers="none"
        ),
        Column(
            "weight",
            pl.Float64,
            "weight that was used, sum one; null: every unit has its own",
            unit="share of the weight",
            most_decimals=6,
            decimals=3,
            answers="all units",
        ),
        Column(
            "effective_importance",
            pl.Float64,
            "category's share of the squared correlations with the score of what holds it; null: none",
            unit="share",
            decimals=3,
            answers="published",
        ),
    ),
)
WEIGHT_SWAPS = Table(
    name="weight_swaps",
    title="Weights that swap pairs",
    row="node that holds categories, and pair of units",
    place=6,
    own=(
        Column("ahead", pl.String, "code of the unit ahead", heading="Unit ahead", answers="published"),
        Column("behind", pl.String, "code of the unit behind", heading="Unit behind", answers="published"),
        Column(
            "weight_moved",
            pl.Float64,
            "least share of the total weight to be moved between categories until the two draw level; null: "
            "none is enough",
            unit="share of the weight",
            decimals=3,
            answers="published",
        ),
        Column(
            "gains",
            pl.String,
            "category that gains this weight; null: none is enough",
            heading="Category that gains",
            answers="published",
        ),
        Column(
            "loses",
            pl.String,
            "categories that lose it, the largest loss first, separated by spaces; null: none is enough",
            heading="Categories that lose",
            answers="published",
        ),
        _PARENT,
    ),
)
WEIGHT_INTERVALS = Table(
    name="weight_intervals",
    title="Weights that keep the ranking",
    row="category and what stays",
    place=6,
    key=("category", "kept"),
    own=(
        Column("category", pl.String, "id of the category", answers="none"),
        Column("kept", pl.String, "what stays: the ranking, the first, or which are the first_five", answers="none"),
        Column(
            "weight",
            pl.Float64,
            "weight that was used, sum one",
            unit="share of the weight",
            most_decimals=6,
            decimals=3,
            answers="published",
        ),
        Column(
            "low",
            pl.Float64,
            "least weight of the category that keeps it, the other weights in their proportions",
            unit="share of the weight",
            decimals=3,
            heading="Least weight",
            answers="published",
        ),
        Column(
            "high",
            pl.Float64,
            "largest weight that keeps it",
            unit="share of the weight",
            decimals=3,
            heading="Largest weight",
            answers="published",
        ),
        Column(
            "level_at_low",
            pl.String,
            "codes of the two units that draw level there, separated by a space; null: none do",
            answers="published",
        ),
        Column("level_at_high", pl.String, "the same at the largest weight", answers="published"),
    ),
)
RANK_ACCEPTABILITY = Table(
    name="rank_acceptability",
    title="Rank acceptability",
    row="node that holds categories, set of weights, unit and place",
    place=6,
    own=(
        _WEIGHTS_DRAWN,
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("place", pl.Int64, "place in the ranking", unit="rank", answers="none"),
        Column(
            "share",
            pl.Float64,
            "rank acceptability: share of these weights under which the unit holds the place",
            unit="share",
            decimals=2,
            answers="published",
        ),
        _PARENT,
    ),
)
CENTRAL_WEIGHTS = Table(
    name="central_weights",
    title="Central weights",
    row="set of weights, unit and category",
    place=6,
    key=("weights", "unit", "category"),
    own=(
        _WEIGHTS_DRAWN,
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column(
            "share_first",
            pl.Float64,
            "share of these weights that put the unit first",
            unit="share",
            decimals=2,
            answers="published",
        ),
        Column("category", pl.String, "id of the category", answers="none"),
        Column(
            "weight",
            pl.Float64,
            "weight that was used, sum one",
            unit="share of the weight",
            most_decimals=6,
            decimals=3,
            answers="published",
        ),
        Column(
            "central_weight",
            pl.Float64,
            "mean of the weights that put the unit first; null: none do",
            unit="share of the weight",
            decimals=3,
            answers="published",
        ),
    ),
)

RECORDS = (
    NEIGHBOURS,
    WEIGHTS,
    WEIGHT_SWAPS,
    WEIGHT_INTERVALS,
    RANK_ACCEPTABILITY,
    CENTRAL_WEIGHTS,
)
