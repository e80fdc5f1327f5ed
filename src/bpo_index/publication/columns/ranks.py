"""What the tables on ranks mean: how sure they are."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

_VERSION = Column(
    "version",
    pl.String,
    "what is drawn: `sampling`, respondents only; `all_assumptions`, see assumptions.csv",
    answers="none",
)
PAIRS = Table(
    name="pairs",
    title="Pairs of units",
    row="pair of ranked units",
    place=2,
    key=("ahead", "behind"),
    own=(
        Column("ahead", pl.String, "code of the unit with the higher score", heading="Unit ahead", answers="published"),
        Column(
            "behind", pl.String, "code of the unit with the lower score", heading="Unit behind", answers="published"
        ),
        Column(
            "difference",
            pl.Float64,
            "difference of the scores, score points",
            unit="score points",
            decimals=1,
            answers="published",
        ),
        Column(
            "surely",
            pl.Boolean,
            "true: the difference is sure, at the confidence level over all pairs at once",
            heading="Surely ahead",
            answers="all units",
        ),
        Column(
            "adjusted_p",
            pl.Float64,
            "smallest error at which the pair can be distinguished, all pairs at once; null: not comparable",
            unit="p-value",
            decimals=2,
            heading="Adjusted p",
            answers="all units",
        ),
        Column(
            "p_ahead_sampling",
            pl.Float64,
            "share of replicates, respondents drawn, in which the first is ahead, ties half; null: one has no variance"
            " of its own, or too many have none",
            unit="share",
            decimals=2,
            heading="Ahead, share, respondents drawn",
            answers="all units",
        ),
        Column(
            "p_ahead_all_assumptions",
            pl.Float64,
            "the same with all assumptions drawn",
            unit="share",
            decimals=2,
            heading="Ahead, share, all assumptions drawn",
            answers="all units",
        ),
    ),
)
FIRST_RANKS = Table(
    name="first_ranks",
    title="The first ranks",
    row="number k of first ranks",
    place=2,
    key=("k",),
    own=(
        Column("k", pl.Int64, "a number of first ranks", unit="units", heading="First k", answers="none"),
        Column("units", pl.String, "codes of the units of the first k ranks, separated by spaces", answers="published"),
        Column(
            "candidates",
            pl.String,
            "units that may be among the k best: all that truly are, with the confidence level",
            heading="May be among the k best",
            answers="all units",
        ),
        Column(
            "candidates_count",
            pl.Int64,
            "how many these are",
            unit="units",
            heading="How many may be",
            answers="all units",
        ),
        Column(
            "surely",
            pl.String,
            "units that surely are among the k best, all units at once",
            heading="Surely among the k best",
            answers="all units",
        ),
        Column(
            "holds_sampling",
            pl.Float64,
            "share of replicates, respondents drawn, in which the first k are the same units; null: a tie, or one has"
            " no variance of its own",
            unit="share",
            decimals=2,
            heading="Holds, respondents drawn",
            answers="all units",
        ),
        Column(
            "holds_all_assumptions",
            pl.Float64,
            "the same with all assumptions drawn",
            unit="share",
            decimals=2,
            heading="Holds, all assumptions drawn",
            answers="all units",
        ),
    ),
)
RANK_SHARES = Table(
    name="rank_shares",
    title="Rank shares",
    row="version, unit and place",
    place=2,
    key=("version", "unit", "place"),
    own=(
        _VERSION,
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("place", pl.Int64, "place in the ranking, 1 is the most confident", unit="rank", answers="none"),
        Column(
            "share",
            pl.Float64,
            "share of replicates in which the unit holds the place, ties shared equally; null: no variance of its own",
            unit="share",
            decimals=2,
            answers="all units",
        ),
    ),
)
REPLICATE_RANKS = Table(
    name="replicate_ranks",
    title="Ranks in replicates",
    row="version and unit",
    place=2,
    key=("version", "unit"),
    own=(
        _VERSION,
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("rank", pl.Int64, "rank in the ranking", unit="rank", answers="all units"),
        Column(
            "median_rank", pl.Int64, "median of the unit's ranks in the replicates", unit="rank", answers="all units"
        ),
        Column(
            "replicate_rank_range_low",
            pl.Int64,
            "best rank of the middle share of replicates; no confidence set",
            unit="rank",
            heading="Middle ranks, best",
            answers="all units",
        ),
        Column(
            "replicate_rank_range_high",
            pl.Int64,
            "worst rank of the middle share of replicates; no confidence set",
            unit="rank",
            heading="Middle ranks, worst",
            answers="all units",
        ),
        Column(
            "p_first",
            pl.Float64,
            "share of replicates in which the unit is first; null: no variance of its own",
            unit="share",
            decimals=2,
            heading="First, share of replicates",
            answers="all units",
        ),
        Column(
            "p_first_shrunken",
            pl.Float64,
            "share of draws round shrunken scores in which the unit is first, respondents drawn; null: fewer than four"
            " units with a standard error, or as for p_first",
            unit="share",
            decimals=2,
            heading="First, share round shrunken scores",
            answers="all units",
        ),
        Column(
            "p_top3",
            pl.Float64,
            "share in which it is among the first three",
            unit="share",
            decimals=2,
            heading="Among the first three, share",
            answers="all units",
        ),
        Column(
            "p_top5",
            pl.Float64,
            "share in which it is among the first five",
            unit="share",
            decimals=2,
            heading="Among the first five, share",
            answers="all units",
        ),
        Column(
            "mean_rank_shift",
            pl.Float64,
            "mean distance of its rank in the replicates from its rank",
            unit="places",
            decimals=2,
            answers="all units",
        ),
    ),
)

RECORDS = (
    PAIRS,
    FIRST_RANKS,
    RANK_SHARES,
    REPLICATE_RANKS,
)
