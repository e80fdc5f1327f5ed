"""What every published table and column means, in one place: all formats and the documentation are made from it.

The tables on robustness, one each a file `robustness/<name>.csv`, are described in `ranks`,
`weights` and `answers`.
"""

from __future__ import annotations

from bpo_index.publication.columns.answers import ANSWER_TABLES
from bpo_index.publication.columns.description import ORIGIN, UNITS, Column, Table
from bpo_index.publication.columns.ranks import EXCLUSIONS, RANK_TABLES
from bpo_index.publication.columns.weights import WEIGHT_TABLES

__all__ = [
    "CATEGORIES",
    "EXCLUSIONS",
    "LONG",
    "RANKING",
    "ROBUSTNESS_TABLES",
    "TABLES",
    "UNITS",
    "Column",
    "Table",
]

_SCORE = (
    Column(
        "score",
        "confidence score, 0 to 100 (methods that measure in standard deviations have no ends); null: not published or "
        "not scored",
        1,
        unit="score points",
    ),
    Column(
        "score_bound",
        "at least or at most: the score lies at an end of the scale, and `score` is the bound that it keeps to; null: "
        "`score` is the score",
        heading="Score is a bound",
    ),
    Column(
        "se",
        "standard error of the score from the sampling of respondents, score points; null: none",
        1,
        unit="score points",
        heading="Standard error",
    ),
    Column(
        "ci_low",
        "lower end of the score's confidence interval, within the range of scores; null: none",
        1,
        unit="score points",
        heading="Interval, low",
    ),
    Column(
        "ci_high",
        "upper end of the score's confidence interval, within the range of scores; null: none",
        1,
        unit="score points",
        heading="Interval, high",
    ),
    Column(
        "rank_interval_low",
        "best rank in the marginal confidence set for the rank; null: not ranked",
        unit="rank",
        heading="Rank, best",
    ),
    Column(
        "rank_interval_high",
        "worst rank in the marginal confidence set for the rank; null: not ranked",
        unit="rank",
        heading="Rank, worst",
    ),
    Column(
        "rank_set_low",
        "best rank in the confidence set that holds for all units at once; null: not ranked",
        unit="rank",
        heading="Rank, best, all at once",
    ),
    Column(
        "rank_set_high",
        "worst rank in the confidence set that holds for all units at once; null: not ranked",
        unit="rank",
        heading="Rank, worst, all at once",
    ),
    Column(
        "p_first",
        "share of replicates (respondents resampled) in which the unit is first; null: not ranked, or in a "
        "category where any score is told as a bound",
        2,
        unit="share",
        heading="P(first)",
    ),
    Column(
        "p_top3",
        "share of replicates in which the unit is among the first three; null: as for p_first",
        2,
        unit="share",
        heading="P(top 3)",
    ),
)

RANKING = (
    Column("rank", "standard competition rank by score, 1 is the most confident; null: not ranked", unit="rank"),
    Column("unit", "code of the unit; for countries ISO 3166-1 alpha-3", heading="Code"),
    Column("name", "name of the unit"),
    Column("region", "grouping for readers; null: none given"),
    *_SCORE,
    Column("tier", "units of one tier cannot be told apart from its leader; null: not ranked"),
    Column("respondents", "accepted respondents", unit="respondents"),
    Column(
        "effective_n",
        "Kish's effective number of respondents under their weights; null: suppressed",
        1,
        unit="respondents",
        heading="Effective respondents",
    ),
    Column(
        "design_effect",
        "Kish's design effect of unequal weights, respondents / effective_n; null: suppressed",
        2,
        unit="ratio",
    ),
    Column("suppressed", "true: too few respondents, nothing is published"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    ORIGIN,
)

CATEGORIES = (
    Column("category", "id of the category"),
    Column("category_title", "title of the category"),
    Column("rank", "rank of the unit within the category; null: not ranked", unit="rank"),
    Column("unit", "code of the unit", heading="Code"),
    Column("name", "name of the unit"),
    *_SCORE,
    Column(
        "respondents",
        "accepted respondents who rated any question of the category; null: the unit is suppressed",
        unit="respondents",
    ),
    Column("suppressed", "true: too few respondents, or hidden so that another cell cannot be computed"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    ORIGIN,
)

LONG = (
    Column("unit", "code of the unit", heading="Code"),
    Column("name", "name of the unit"),
    Column("category", "id of the category; null: all categories, from the table ranking"),
    Column(
        "measure",
        "name of a numeric column of ranking or categories, whose meaning it has; a score told as a bound is "
        "score_at_least or score_at_most in place of score",
    ),
    Column("value", "its value, never null: what is not published has no row", unit="see value_unit"),
    Column("value_unit", "unit of measure of the value", heading="Unit of the value"),
    ORIGIN,
)

_ROBUSTNESS = (*RANK_TABLES, *WEIGHT_TABLES, *ANSWER_TABLES)
#: Every table, by name, in the order of publication.
TABLES = {
    table.name: table
    for table in (
        Table("ranking", "Ranking", "unit, by rank, units without a rank last", RANKING, ("unit",)),
        Table(
            "categories",
            "Scores by category",
            "category and unit, by rank within the category",
            CATEGORIES,
            ("category", "unit"),
        ),
        Table("long", "Ranking and categories in long form", "unit, category and measure", LONG),
        *_ROBUSTNESS,
    )
}
#: The columns of the tables beside ranking and categories, each a file `robustness/<name>.csv`.
ROBUSTNESS_TABLES = {table.name: table.columns for table in _ROBUSTNESS}
