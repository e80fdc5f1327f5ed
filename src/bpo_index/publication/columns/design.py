"""What the table on the sampling design means."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import Column, Table

DESIGN = Table(
    name="design",
    title="Sampling design",
    row="unit with a score; none where the definition has no `design:` block",
    place=3,
    own=(
        Column("unit", pl.String, "code of the unit", answers="none"),
        Column("respondents", pl.Int64, "accepted respondents", unit="respondents", answers="unit"),
        Column(
            "sampling_units",
            pl.Int64,
            "primary sampling units behind the overall score: companies where known, else respondents",
            unit="companies or respondents",
            answers="unit",
        ),
        Column("strata", pl.Int64, "strata from which they were drawn; null: not known", unit="strata", answers="unit"),
        Column(
            "degrees_of_freedom",
            pl.Float64,
            "degrees of freedom of the standard error: effective sampling units less strata, or those of the replicate "
            "weights",
            unit="ratio",
            decimals=1,
            most_decimals=1,
            answers="unit",
        ),
        Column(
            "kish_design_effect",
            pl.Float64,
            "Kish's design effect: the factor by which unequal weights raise a variance, from the weights alone",
            unit="ratio",
            decimals=2,
            heading="Kish's design effect (weights only)",
            answers="unit",
        ),
        Column(
            "design_based_effect",
            pl.Float64,
            "design-based effect: the variance of the overall score over that of a simple random sample of as many "
            "respondents; null: none, too few respondents, or a method that compares units",
            unit="ratio",
            decimals=1,
            most_decimals=1,
            heading="Design-based effect",
            answers="unit",
        ),
    ),
)

RECORDS = (DESIGN,)
