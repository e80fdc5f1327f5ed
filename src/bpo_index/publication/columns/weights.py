"""What the tables on the weights of categories mean."""

from __future__ import annotations

from bpo_index.publication.columns.description import ORIGIN, ROBUSTNESS_FOLDER, Column, Table

_WEIGHTS_DRAWN = Column(
    "weights", "all: any weights, evenly; bounded: those between the multiples of the definition's weight_bounds"
)
WEIGHTS = (
    Column("category", "id of the category"),
    Column("question", "id of the question; null: the row is of the category within the index"),
    Column("nominal_weight", "weight of the definition, sum one", 3, unit="share"),
    Column("weight", "weight that was used, sum one; null: every unit has its own", 3, unit="share of the weight"),
    Column(
        "effective_importance",
        "category's share of the squared correlations with the overall score; null: none",
        3,
        unit="share",
    ),
    ORIGIN,
)
WEIGHT_SWAPS = (
    Column("ahead", "code of the unit ahead", heading="Unit ahead"),
    Column("behind", "code of the unit behind", heading="Unit behind"),
    Column(
        "weight_moved",
        "least share of the total weight to be moved between categories until the two draw level; null: none is enough",
        3,
        unit="share of the weight",
    ),
    Column("gains", "category that gains this weight; null: none is enough", heading="Category that gains"),
    Column(
        "loses",
        "categories that lose it, the largest loss first, separated by spaces; null: none is enough",
        heading="Categories that lose",
    ),
    ORIGIN,
)
WEIGHT_INTERVALS = (
    Column("category", "id of the category"),
    Column("kept", "what stays: the ranking, the first, or which are the first_five"),
    Column("weight", "weight that was used, sum one", 3, unit="share of the weight"),
    Column(
        "low",
        "least weight of the category that keeps it, the other weights in their proportions",
        3,
        unit="share of the weight",
        heading="Least weight",
    ),
    Column("high", "largest weight that keeps it", 3, unit="share of the weight", heading="Largest weight"),
    Column("level_at_low", "codes of the two units that draw level there, separated by a space; null: none do"),
    Column("level_at_high", "the same at the largest weight"),
    ORIGIN,
)
RANK_ACCEPTABILITY = (
    _WEIGHTS_DRAWN,
    Column("unit", "code of the unit"),
    Column("place", "place in the ranking", unit="rank"),
    Column("share", "rank acceptability: share of these weights under which the unit holds the place", 2, unit="share"),
    ORIGIN,
)
CENTRAL_WEIGHTS = (
    _WEIGHTS_DRAWN,
    Column("unit", "code of the unit"),
    Column("share_first", "share of these weights that put the unit first", 2, unit="share"),
    Column("category", "id of the category"),
    Column("weight", "weight that was used, sum one", 3, unit="share of the weight"),
    Column(
        "central_weight", "mean of the weights that put the unit first; null: none do", 3, unit="share of the weight"
    ),
    ORIGIN,
)
NEIGHBOURS = (
    Column("ahead", "code of the unit ahead", heading="Unit ahead"),
    Column("behind", "code of the next unit in the ranking", heading="Unit behind"),
    Column("difference", "difference of the scores", 1, unit="score points"),
    Column("category", "id of the category"),
    Column(
        "contribution",
        "what the category adds to the difference; over the categories of a pair they add up to it exactly",
        2,
        unit="score points",
    ),
    ORIGIN,
)

WEIGHT_TABLES = (
    Table(
        "neighbours",
        "What puts a unit ahead of the next",
        "unit, the next one in the ranking, and category",
        NEIGHBOURS,
        ("ahead", "behind", "category"),
        ROBUSTNESS_FOLDER,
    ),
    Table("weights", "Weights", "category and question", WEIGHTS, (), ROBUSTNESS_FOLDER),
    Table(
        "weight_swaps", "Weights that swap pairs", "pair of units", WEIGHT_SWAPS, ("ahead", "behind"), ROBUSTNESS_FOLDER
    ),
    Table(
        "weight_intervals",
        "Weights that keep the ranking",
        "category and what stays",
        WEIGHT_INTERVALS,
        ("category", "kept"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "rank_acceptability",
        "Rank acceptability",
        "set of weights, unit and place",
        RANK_ACCEPTABILITY,
        ("weights", "unit", "place"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "central_weights",
        "Central weights",
        "set of weights, unit and category",
        CENTRAL_WEIGHTS,
        ("weights", "unit", "category"),
        ROBUSTNESS_FOLDER,
    ),
)
