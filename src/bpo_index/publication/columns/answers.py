"""What the tables on answers, categories and questions mean."""

from __future__ import annotations

import polars as pl

from bpo_index.publication.columns.description import UNIT_AND_CATEGORY, Column, Table

NONRESPONSE = Table(
    name="nonresponse",
    title="Missing answers",
    row="question, over all units and in each",
    place=7,
    own=(
        Column("question", pl.String, "id of the question"),
        Column("unit", pl.String, "code of the unit; null: all units that are not suppressed"),
        Column(
            "respondents",
            pl.Int64,
            "accepted respondents; null, like all that follows: the unit is suppressed",
            unit="respondents",
        ),
        Column("ratings", pl.Int64, "ratings", unit="answers"),
        Column("dont_know", pl.Int64, "don't-know answers", unit="answers", heading="Don't know"),
        Column("skipped", pl.Int64, "asked, and neither a rating nor a don't-know", unit="answers"),
        Column("not_asked", pl.Int64, "not put to the respondent", unit="answers"),
    ),
)
OUTCOMES = Table(
    name="outcomes",
    title="Top-two-box shares and net balances",
    row="unit and category",
    place=7,
    own=(
        *UNIT_AND_CATEGORY,
        Column(
            "respondents",
            pl.Int64,
            "accepted respondents; for a category, who rated any of its questions; null: the unit is suppressed",
            unit="respondents",
        ),
        Column(
            "top_two_box",
            pl.Float64,
            "share of ratings among the top points of the scale, 0 to 100; null: suppressed, or (nearly) all"
            " ratings lie there or among the bottom points, or hidden so that such a cell cannot be computed",
            unit="percent",
            decimals=1,
            heading="Top two boxes (%)",
        ),
        Column(
            "top_two_box_se",
            pl.Float64,
            "its standard error, linearised; null: none",
            unit="percentage points",
            decimals=1,
            heading="Standard error, top two boxes",
        ),
        Column(
            "net_balance",
            pl.Float64,
            "share in the top points less that in the bottom points, -100 to 100; null: as top_two_box",
            unit="percentage points",
            decimals=1,
            heading="Net balance",
        ),
        Column(
            "net_balance_se",
            pl.Float64,
            "its standard error, linearised; null: none",
            unit="percentage points",
            decimals=1,
            heading="Standard error, net balance",
        ),
    ),
)
RELIABILITY = Table(
    name="reliability",
    title="Reliability",
    row="category, and one over all questions",
    place=7,
    own=(
        Column("category", pl.String, "id of the category; null: all questions"),
        Column("questions", pl.Int64, "questions", unit="questions"),
        Column("respondents", pl.Int64, "respondents who answered all of them", unit="respondents"),
        Column(
            "alpha",
            pl.Float64,
            "Cronbach's alpha within units; null: fewer than two questions or too few respondents",
            unit="coefficient",
            decimals=2,
        ),
        Column(
            "alpha_low",
            pl.Float64,
            "lower end of its confidence interval",
            unit="coefficient",
            decimals=2,
            heading="Alpha, low",
        ),
        Column(
            "alpha_high",
            pl.Float64,
            "upper end of its confidence interval",
            unit="coefficient",
            decimals=2,
            heading="Alpha, high",
        ),
        Column(
            "omega",
            pl.Float64,
            "McDonald's omega total within units; null: fewer than three questions or no variance",
            unit="coefficient",
            decimals=2,
        ),
        Column(
            "alpha_between",
            pl.Float64,
            "Cronbach's alpha of the means of units",
            unit="coefficient",
            decimals=2,
            heading="Alpha, means of units",
        ),
        Column(
            "icc1",
            pl.Float64,
            "ICC(1) of the respondents' scores: the share of variance that lies between units",
            unit="coefficient",
            decimals=2,
            heading="ICC(1)",
        ),
        Column(
            "icc1_low",
            pl.Float64,
            "lower end of its confidence interval",
            unit="coefficient",
            decimals=2,
            heading="ICC(1), low",
        ),
        Column(
            "icc1_high",
            pl.Float64,
            "upper end of its confidence interval",
            unit="coefficient",
            decimals=2,
            heading="ICC(1), high",
        ),
        Column(
            "icc1k",
            pl.Float64,
            "ICC(1,k): reliability of the mean of a unit with the mean number of respondents",
            unit="coefficient",
            decimals=2,
            heading="ICC(1,k)",
        ),
        Column(
            "mean_respondents", pl.Float64, "that mean number (n0 of unequal groups)", unit="respondents", decimals=1
        ),
        Column(
            "respondents_needed",
            pl.Int64,
            "respondents a unit for a reliability of .8; null: no number suffices",
            unit="respondents",
        ),
    ),
)
QUESTIONS = Table(
    name="questions",
    title="Questions",
    row="question",
    place=7,
    key=("question",),
    own=(
        Column("category", pl.String, "id of the category"),
        Column("question", pl.String, "id of the question"),
        Column(
            "item_total",
            pl.Float64,
            "correlation with the sum of the category's other questions, within units; null: none",
            unit="coefficient",
            decimals=2,
            heading="Item-total correlation",
        ),
        Column(
            "alpha_if_deleted",
            pl.Float64,
            "alpha of the category without the question, within units; null: none",
            unit="coefficient",
            decimals=2,
            heading="Alpha without it",
        ),
    ),
)
CORRELATIONS = Table(
    name="correlations",
    title="Correlations of categories",
    row="pair of categories",
    place=7,
    key=("first", "second"),
    own=(
        Column("first", pl.String, "id of a category", heading="Category"),
        Column("second", pl.String, "id of another", heading="Other category"),
        Column(
            "pearson",
            pl.Float64,
            "correlation of the scores of units; null: a category does not vary",
            unit="coefficient",
            decimals=2,
        ),
        Column("spearman", pl.Float64, "the same of their ranks", unit="coefficient", decimals=2),
        Column("kendall", pl.Float64, "Kendall's tau-b", unit="coefficient", decimals=2),
    ),
)
COMPONENTS = Table(
    name="components",
    title="Principal components",
    row="principal component and category",
    place=7,
    key=("component", "category"),
    own=(
        Column("component", pl.Int64, "number of the principal component of the categories over units"),
        Column("eigenvalue", pl.Float64, "its eigenvalue of the correlation matrix", unit="ratio", decimals=2),
        Column("share", pl.Float64, "its share of the variance", unit="share", decimals=3),
        Column("cumulative_share", pl.Float64, "the share of the components up to it", unit="share", decimals=3),
        Column("category", pl.String, "id of the category"),
        Column("loading", pl.Float64, "correlation of the category with the component", unit="coefficient", decimals=2),
    ),
)

RECORDS = (
    NONRESPONSE,
    OUTCOMES,
    RELIABILITY,
    QUESTIONS,
    CORRELATIONS,
    COMPONENTS,
)
