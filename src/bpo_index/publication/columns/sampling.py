"""What the table on standard errors means."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import UNIT_AND_CATEGORY, Column, Table

SAMPLING_ERROR = Table(
    name="sampling_error",
    title="Sampling error",
    row="unit and category",
    place=3,
    own=(
        *UNIT_AND_CATEGORY,
        Column("score", pl.Float64, "confidence score", unit="score points", decimals=1, answers="unit"),
        Column(
            "sampling_units",
            pl.Int64,
            "primary sampling units behind the score: companies where known, else respondents",
            unit="companies or respondents",
            answers="unit",
        ),
        Column(
            "se_replicates",
            pl.Float64,
            "standard error from the replicates (Rao-Wu), score points; null: none",
            unit="score points",
            decimals=2,
            heading="Standard error, replicates",
            answers="unit",
        ),
        Column(
            "se_linearised",
            pl.Float64,
            "analytic standard error, score points; null: none",
            unit="score points",
            decimals=2,
            heading="Standard error, analytic",
            answers="unit",
        ),
        Column(
            "shrunken",
            pl.Float64,
            "empirical-Bayes score: drawn towards the mean of all units; null: none",
            unit="score points",
            decimals=1,
            heading="Shrunken score",
            answers="all units",
        ),
        Column(
            "shrunken_se",
            pl.Float64,
            "its standard error, for a unit drawn at random",
            unit="score points",
            decimals=2,
            heading="Standard error, shrunken",
            answers="all units",
        ),
        Column(
            "shrinkage",
            pl.Float64,
            "how far it is drawn: 0 the score itself, 1 the mean",
            unit="share",
            decimals=2,
            answers="all units",
        ),
    ),
)

RECORDS = (SAMPLING_ERROR,)
