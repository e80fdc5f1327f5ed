"""What the tables on assumptions mean: what is drawn, and what it does to ranks."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

ASSUMPTIONS = Table(
    name="assumptions",
    title="Assumptions that are drawn",
    row="level of what is drawn in `all_assumptions`",
    place=4,
    key=("assumption", "level"),
    own=(
        Column("assumption", pl.String, "what is drawn in the version all_assumptions", answers="none"),
        Column("level", pl.String, "a level of it", answers="none"),
        Column("share", pl.Float64, "share of draws that have the level", unit="share", decimals=3, answers="none"),
        Column(
            "replicates",
            pl.Int64,
            "replicates with the level; null: drawn within replicates",
            unit="replicates",
            answers="none",
        ),
        Column("nominal", pl.Boolean, "true: the level of the ranking itself", answers="none"),
    ),
)
SENSITIVITY = Table(
    name="sensitivity",
    title="Sensitivity to assumptions",
    row="output, unit and assumption",
    place=4,
    own=(
        Column(
            "output",
            pl.String,
            "all_ranks (variances of the ranks added up over units), mean_rank_shift (mean distance of ranks"
            " from those of the ranking), rank or score of a unit; scores are analysed with the "
            "normalisation of the ranking",
            answers="none",
        ),
        Column("unit", pl.String, "code of the unit; null: all units", answers="none"),
        Column("assumption", pl.String, "assumption that varies, as in the table of assumptions", answers="none"),
        *(
            Column(
                f"{name}{end}",
                pl.Float64,
                f"{meaning}{says}",
                unit="share of variance",
                decimals=2,
                heading=f"{heading}{at}",
                answers="all units",
            )
            for name, heading, meaning in (
                (
                    "shapley",
                    "Shapley effect",
                    "Shapley effect: share of the output's variance due to the assumption; they sum to one",
                ),
                (
                    "first_order",
                    "First-order index",
                    "first-order Sobol index: share that the assumption explains alone",
                ),
                (
                    "total",
                    "Total index",
                    "total Sobol index: share that would be left with all other assumptions known",
                ),
            )
            for end, at, says in (
                ("", "", "; null: the output does not vary"),
                ("_low", ", low", ", lower end of its confidence interval"),
                ("_high", ", high", ", upper end of its confidence interval"),
            )
        ),
        Column(
            "variance",
            pl.Float64,
            "variance of the output: places squared, or score points squared",
            unit="places squared or score points squared",
            decimals=2,
            answers="all units",
        ),
        Column(
            "blocks",
            pl.Int64,
            "pairs of rows of assumptions that were exchanged",
            unit="pairs",
            heading="Pairs of rows",
            answers="none",
        ),
        Column(
            "blocks_left_out",
            pl.Int64,
            "pairs in which the output could not be computed; they count in nothing",
            unit="pairs",
            heading="Pairs left out",
            answers="all units",
        ),
    ),
)
METHOD_RANKS = Table(
    name="method_ranks",
    title="Ranks under other methods",
    row="combination of methods and unit",
    place=4,
    key=("combination", "unit"),
    own=(
        Column("combination", pl.Int64, "number of the combination of methods", answers="none"),
        Column("normalisation", pl.String, "how question means come onto one scale", answers="none"),
        Column("aggregation", pl.String, "how category scores become the index", answers="none"),
        Column("missing_answers", pl.String, "treatment of missing answers", answers="none"),
        Column(
            "share",
            pl.Float64,
            "share of draws of the version all_assumptions that have the combination",
            unit="share",
            decimals=3,
            answers="none",
        ),
        Column("nominal", pl.Boolean, "true: the methods of the ranking itself", answers="none"),
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column(
            "rank",
            pl.Int64,
            "rank under these methods, answers and weights as they are; null: no score",
            unit="rank",
            answers="all units",
        ),
    ),
)

RECORDS = (
    ASSUMPTIONS,
    SENSITIVITY,
    METHOD_RANKS,
)
