"""What the tables on answers, categories and questions mean."""

from __future__ import annotations

from bpo_index.publication.columns.description import ORIGIN, ROBUSTNESS_FOLDER, UNIT_AND_CATEGORY, Column, Table

NONRESPONSE = (
    Column("question", "id of the question"),
    Column("unit", "code of the unit; null: all units that are not suppressed"),
    Column(
        "respondents", "accepted respondents; null, like all that follows: the unit is suppressed", unit="respondents"
    ),
    Column("ratings", "ratings", unit="answers"),
    Column("dont_know", "don't-know answers", unit="answers", heading="Don't know"),
    Column("skipped", "asked, and neither a rating nor a don't-know", unit="answers"),
    Column("not_asked", "not put to the respondent", unit="answers"),
    ORIGIN,
)
OUTCOMES = (
    *UNIT_AND_CATEGORY,
    Column(
        "respondents",
        "accepted respondents; for a category, who rated any of its questions; null: the unit is suppressed",
        unit="respondents",
    ),
    Column(
        "top_two_box",
        "share of ratings among the top points of the scale, 0 to 100; null: suppressed, or (nearly) all "
        "ratings lie there or among the bottom points, or hidden so that such a cell cannot be computed",
        1,
        unit="percent",
        heading="Top two boxes (%)",
    ),
    Column(
        "top_two_box_se",
        "its standard error, linearised; null: none",
        1,
        unit="percentage points",
        heading="Standard error, top two boxes",
    ),
    Column(
        "net_balance",
        "share in the top points less that in the bottom points, -100 to 100; null: as top_two_box",
        1,
        unit="percentage points",
        heading="Net balance",
    ),
    Column(
        "net_balance_se",
        "its standard error, linearised; null: none",
        1,
        unit="percentage points",
        heading="Standard error, net balance",
    ),
    ORIGIN,
)
RELIABILITY = (
    Column("category", "id of the category; null: all questions"),
    Column("questions", "questions", unit="questions"),
    Column("respondents", "respondents who answered all of them", unit="respondents"),
    Column(
        "alpha",
        "Cronbach's alpha within units; null: fewer than two questions or too few respondents",
        2,
        unit="coefficient",
    ),
    Column("alpha_low", "lower end of its confidence interval", 2, unit="coefficient", heading="Alpha, low"),
    Column("alpha_high", "upper end of its confidence interval", 2, unit="coefficient", heading="Alpha, high"),
    Column(
        "omega",
        "McDonald's omega total within units; null: fewer than three questions or no variance",
        2,
        unit="coefficient",
    ),
    Column(
        "alpha_between",
        "Cronbach's alpha of the means of units",
        2,
        unit="coefficient",
        heading="Alpha, means of units",
    ),
    Column(
        "icc1",
        "ICC(1) of the respondents' scores: the share of variance that lies between units",
        2,
        unit="coefficient",
        heading="ICC(1)",
    ),
    Column("icc1_low", "lower end of its confidence interval", 2, unit="coefficient", heading="ICC(1), low"),
    Column("icc1_high", "upper end of its confidence interval", 2, unit="coefficient", heading="ICC(1), high"),
    Column(
        "icc1k",
        "ICC(1,k): reliability of the mean of a unit with the mean number of respondents",
        2,
        unit="coefficient",
        heading="ICC(1,k)",
    ),
    Column("mean_respondents", "that mean number (n0 of unequal groups)", 1, unit="respondents"),
    Column(
        "respondents_needed", "respondents a unit for a reliability of .8; null: no number suffices", unit="respondents"
    ),
    ORIGIN,
)
QUESTIONS = (
    Column("category", "id of the category"),
    Column("question", "id of the question"),
    Column(
        "item_total",
        "correlation with the sum of the category's other questions, within units; null: none",
        2,
        unit="coefficient",
        heading="Item-total correlation",
    ),
    Column(
        "alpha_if_deleted",
        "alpha of the category without the question, within units; null: none",
        2,
        unit="coefficient",
        heading="Alpha without it",
    ),
    ORIGIN,
)
CORRELATIONS = (
    Column("first", "id of a category", heading="Category"),
    Column("second", "id of another", heading="Other category"),
    Column("pearson", "correlation of the scores of units; null: a category does not vary", 2, unit="coefficient"),
    Column("spearman", "the same of their ranks", 2, unit="coefficient"),
    Column("kendall", "Kendall's tau-b", 2, unit="coefficient"),
    ORIGIN,
)
COMPONENTS = (
    Column("component", "number of the principal component of the categories over units"),
    Column("eigenvalue", "its eigenvalue of the correlation matrix", 2, unit="ratio"),
    Column("share", "its share of the variance", 3, unit="share"),
    Column("cumulative_share", "the share of the components up to it", 3, unit="share"),
    Column("category", "id of the category"),
    Column("loading", "correlation of the category with the component", 2, unit="coefficient"),
    ORIGIN,
)

ANSWER_TABLES = (
    Table("nonresponse", "Missing answers", "question, over all units and in each", NONRESPONSE, (), ROBUSTNESS_FOLDER),
    Table("outcomes", "Top-two-box shares and net balances", "unit and category", OUTCOMES, (), ROBUSTNESS_FOLDER),
    Table("reliability", "Reliability", "category, and one over all questions", RELIABILITY, (), ROBUSTNESS_FOLDER),
    Table("questions", "Questions", "question", QUESTIONS, ("question",), ROBUSTNESS_FOLDER),
    Table(
        "correlations",
        "Correlations of categories",
        "pair of categories",
        CORRELATIONS,
        ("first", "second"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "components",
        "Principal components",
        "principal component and category",
        COMPONENTS,
        ("component", "category"),
        ROBUSTNESS_FOLDER,
    ),
)
