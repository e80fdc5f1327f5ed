"""What every published column means, in one place: all formats and the documentation are made from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One published column."""

    name: str
    meaning: str
    """What it holds, its unit and what null means."""
    decimals: int | None = None
    """Decimals in tables for readers; machine-readable tables keep what was computed."""


_SCORE = (
    Column("score", "confidence score, 0 to 100; null: not published or not scored", 1),
    Column("se", "standard error of the score from the sampling of respondents, score points; null: none", 1),
    Column("ci_low", "lower end of the score's confidence interval, 0 to 100; null: none", 1),
    Column("ci_high", "upper end of the score's confidence interval, 0 to 100; null: none", 1),
    Column("rank_interval_low", "best rank in the marginal confidence set for the rank; null: not ranked"),
    Column("rank_interval_high", "worst rank in the marginal confidence set for the rank; null: not ranked"),
    Column("rank_set_low", "best rank in the confidence set that holds for all units at once; null: not ranked"),
    Column("rank_set_high", "worst rank in the confidence set that holds for all units at once; null: not ranked"),
    Column("p_first", "share of replicates (respondents resampled) in which the unit is first; null: not ranked", 2),
    Column("p_top3", "share of replicates in which the unit is among the first three; null: not ranked", 2),
)

RANKING = (
    Column("rank", "standard competition rank by score, 1 is the most confident; null: not ranked"),
    Column("unit", "code of the unit; for countries ISO 3166-1 alpha-3"),
    Column("name", "name of the unit"),
    Column("region", "grouping for readers; null: none given"),
    *_SCORE,
    Column("tier", "units of one tier cannot be told apart from its leader; null: not ranked"),
    Column("respondents", "accepted respondents"),
    Column("effective_n", "Kish's effective number of respondents under the design weights", 1),
    Column("suppressed", "true: too few respondents, nothing is published"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    Column("data_origin", "survey, synthetic or partly synthetic"),
)

CATEGORIES = (
    Column("category", "id of the category"),
    Column("category_title", "title of the category"),
    Column("rank", "rank of the unit within the category; null: not ranked"),
    Column("unit", "code of the unit"),
    Column("name", "name of the unit"),
    *_SCORE,
    Column("respondents", "accepted respondents who rated any question of the category"),
    Column("suppressed", "true: too few respondents, or hidden so that another cell cannot be computed"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    Column("data_origin", "survey, synthetic or partly synthetic"),
)

PAIRS = (
    Column("ahead", "code of the unit with the higher score"),
    Column("behind", "code of the unit with the lower score"),
    Column("difference", "difference of the scores, score points", 1),
    Column("surely", "true: the difference is sure, at the confidence level over all pairs at once"),
    Column("data_origin", "survey, synthetic or partly synthetic"),
)
