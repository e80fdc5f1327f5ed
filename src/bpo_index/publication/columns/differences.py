"""What the table on differences of category scores means."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

CATEGORY_DIFFERENCES = Table(
    name="category_differences",
    title="Categories in which a unit stands out",
    row="unit, category and those with whom the unit is compared",
    place=6,
    key=("against", "category", "unit"),
    own=(
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("category", pl.String, "id of the category", answers="none"),
        Column(
            "against",
            pl.String,
            "with whom the unit is compared: all, the other ranked units; region, the others of its region",
            answers="none",
        ),
        Column(
            "others",
            pl.Int64,
            "how many they are: those whose score is published with an error and is no bound",
            unit="units",
            answers="published",
        ),
        Column(
            "others_mean",
            pl.Float64,
            "mean of their scores",
            unit="score points",
            decimals=1,
            heading="Mean of the others",
            answers="published",
        ),
        Column(
            "difference",
            pl.Float64,
            "score of the unit less that mean",
            unit="score points",
            decimals=1,
            answers="published",
        ),
        Column(
            "se",
            pl.Float64,
            "standard error of the difference from the sampling of respondents",
            unit="score points",
            decimals=1,
            heading="Standard error",
            answers="published",
        ),
        Column(
            "ci_low",
            pl.Float64,
            "lower end of the confidence interval of the difference; all intervals of one against hold at once",
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
            "true: zero lies outside the interval, the unit stands out; false: it cannot be distinguished from the "
            "mean of the others",
            heading="Stands out",
            answers="published",
        ),
    ),
)

RECORDS = (CATEGORY_DIFFERENCES,)
