"""A column of the ranking: how far each score lies below the best one. One file, and an entry point that names it."""

import polars as pl

from bpo_index.publication.columns.description import Column

RECORDS = (
    Column(
        "score_gap",
        pl.Float64,
        "score of the first unit less this one's; null: no score",
        table="ranking",
        unit="score points",
        decimals=1,
        heading="Gap to the best",
        answers="published",
        value=(pl.col("score").max() - pl.col("score")).round(6),
    ),
)
