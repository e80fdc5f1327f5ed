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


_ORIGIN = Column("data_origin", "survey, synthetic or partly synthetic")
_SCORE = (
    Column(
        "score",
        "confidence score, 0 to 100 (methods that measure in standard deviations have no ends); null: not published or "
        "not scored",
        1,
    ),
    Column(
        "score_bound",
        "at least or at most: the score lies at an end of the scale, and `score` is the bound that it keeps to; null: "
        "`score` is the score",
    ),
    Column("se", "standard error of the score from the sampling of respondents, score points; null: none", 1),
    Column("ci_low", "lower end of the score's confidence interval, within the range of scores; null: none", 1),
    Column("ci_high", "upper end of the score's confidence interval, within the range of scores; null: none", 1),
    Column("rank_interval_low", "best rank in the marginal confidence set for the rank; null: not ranked"),
    Column("rank_interval_high", "worst rank in the marginal confidence set for the rank; null: not ranked"),
    Column("rank_set_low", "best rank in the confidence set that holds for all units at once; null: not ranked"),
    Column("rank_set_high", "worst rank in the confidence set that holds for all units at once; null: not ranked"),
    Column(
        "p_first",
        "share of replicates (respondents resampled) in which the unit is first; null: not ranked, or a score of the "
        "category is told as a bound",
        2,
    ),
    Column("p_top3", "share of replicates in which the unit is among the first three; null: as for p_first", 2),
)

RANKING = (
    Column("rank", "standard competition rank by score, 1 is the most confident; null: not ranked"),
    Column("unit", "code of the unit; for countries ISO 3166-1 alpha-3"),
    Column("name", "name of the unit"),
    Column("region", "grouping for readers; null: none given"),
    *_SCORE,
    Column("tier", "units of one tier cannot be told apart from its leader; null: not ranked"),
    Column("respondents", "accepted respondents"),
    Column("effective_n", "Kish's effective number of respondents under their weights; null: suppressed", 1),
    Column("design_effect", "Kish's design effect of unequal weights, respondents / effective_n; null: suppressed", 2),
    Column("suppressed", "true: too few respondents, nothing is published"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    _ORIGIN,
)

CATEGORIES = (
    Column("category", "id of the category"),
    Column("category_title", "title of the category"),
    Column("rank", "rank of the unit within the category; null: not ranked"),
    Column("unit", "code of the unit"),
    Column("name", "name of the unit"),
    *_SCORE,
    Column("respondents", "accepted respondents who rated any question of the category; null: the unit is suppressed"),
    Column("suppressed", "true: too few respondents, or hidden so that another cell cannot be computed"),
    Column("note", "why a number is missing or to be read with care; empty: nothing to say"),
    _ORIGIN,
)

WEIGHTS = (
    Column("category", "id of the category"),
    Column("question", "id of the question; null: the row is of the category within the index"),
    Column("nominal_weight", "weight of the definition, sum one", 3),
    Column("weight", "weight that was used, sum one; null: every unit has its own", 3),
    Column(
        "effective_importance", "category's share of the squared correlations with the overall score; null: none", 3
    ),
    _ORIGIN,
)

_CELL = (
    Column("unit", "code of the unit"),
    Column("category", "id of the category; null: all categories"),
)
OUTCOMES = (
    *_CELL,
    Column(
        "respondents",
        "accepted respondents; for a category, who rated any of its questions; null: the unit is suppressed",
    ),
    Column(
        "top_two_box",
        "share of ratings among the top points of the scale, 0 to 100; null: suppressed, or (nearly) all ratings lie "
        "there or among the bottom points, or hidden so that such a cell cannot be computed",
        1,
    ),
    Column("top_two_box_se", "its standard error, linearised; null: none", 1),
    Column(
        "net_balance", "share in the top points less that in the bottom points, -100 to 100; null: as top_two_box", 1
    ),
    Column("net_balance_se", "its standard error, linearised; null: none", 1),
    _ORIGIN,
)
RELIABILITY = (
    Column("category", "id of the category; null: all questions"),
    Column("questions", "questions"),
    Column("respondents", "respondents who answered all of them"),
    Column("alpha", "Cronbach's alpha within units; null: fewer than two questions or too few respondents", 2),
    Column("alpha_low", "lower end of its confidence interval", 2),
    Column("alpha_high", "upper end of its confidence interval", 2),
    Column("omega", "McDonald's omega total within units; null: fewer than three questions or no variance", 2),
    Column("alpha_between", "Cronbach's alpha of the means of units", 2),
    Column("icc1", "ICC(1) of the respondents' scores: the share of variance that lies between units", 2),
    Column("icc1_low", "lower end of its confidence interval", 2),
    Column("icc1_high", "upper end of its confidence interval", 2),
    Column("icc1k", "ICC(1,k): reliability of the mean of a unit with the mean number of respondents", 2),
    Column("mean_respondents", "that mean number (n0 of unequal groups)", 1),
    Column("respondents_needed", "respondents a unit for a reliability of .8; null: no number suffices"),
    _ORIGIN,
)
QUESTIONS = (
    Column("category", "id of the category"),
    Column("question", "id of the question"),
    Column("item_total", "correlation with the sum of the category's other questions, within units; null: none", 2),
    Column("alpha_if_deleted", "alpha of the category without the question, within units; null: none", 2),
    _ORIGIN,
)
CORRELATIONS = (
    Column("first", "id of a category"),
    Column("second", "id of another"),
    Column("pearson", "correlation of the scores of units; null: a category does not vary", 2),
    Column("spearman", "the same of their ranks", 2),
    Column("kendall", "Kendall's tau-b", 2),
    _ORIGIN,
)
COMPONENTS = (
    Column("component", "number of the principal component of the categories over units"),
    Column("eigenvalue", "its eigenvalue of the correlation matrix", 2),
    Column("share", "its share of the variance", 3),
    Column("cumulative_share", "the share of the components up to it", 3),
    Column("category", "id of the category"),
    Column("loading", "correlation of the category with the component", 2),
    _ORIGIN,
)
PAIRS = (
    Column("ahead", "code of the unit with the higher score"),
    Column("behind", "code of the unit with the lower score"),
    Column("difference", "difference of the scores, score points", 1),
    Column("surely", "true: the difference is sure, at the confidence level over all pairs at once"),
    Column(
        "adjusted_p", "smallest error at which the pair can be told apart, all pairs at once; null: not comparable", 3
    ),
    Column("p_ahead_sampling", "share of replicates, respondents drawn, in which the first is ahead, ties half", 2),
    Column("p_ahead_all_assumptions", "the same with all assumptions drawn", 2),
    _ORIGIN,
)
_VERSION = Column("version", "what is drawn: `sampling`, respondents only; `all_assumptions`, see assumptions.csv")
RANK_PROBABILITIES = (
    _VERSION,
    Column("unit", "code of the unit"),
    Column("place", "place in the ranking, 1 is the most confident"),
    Column("share", "share of replicates in which the unit holds the place, ties shared equally", 2),
    _ORIGIN,
)
REPLICATE_RANKS = (
    _VERSION,
    Column("unit", "code of the unit"),
    Column("rank", "rank in the ranking"),
    Column("median_rank", "median of the unit's ranks in the replicates"),
    Column("replicate_rank_range_low", "best rank of the middle share of replicates; no confidence set"),
    Column("replicate_rank_range_high", "worst rank of the middle share of replicates; no confidence set"),
    Column("p_first", "share of replicates in which the unit is first", 2),
    Column("p_top3", "share in which it is among the first three", 2),
    Column("p_top5", "share in which it is among the first five", 2),
    Column("mean_rank_shift", "mean distance of its rank in the replicates from its rank", 2),
    _ORIGIN,
)
FIRST_RANKS = (
    Column("k", "a number of first ranks"),
    Column("units", "codes of the units of the first k ranks, separated by spaces"),
    Column("candidates", "units that may be among the k best: all that truly are, with the confidence level"),
    Column("candidates_count", "how many these are"),
    Column("surely", "units that surely are among the k best, all units at once"),
    Column(
        "holds_sampling",
        "share of replicates, respondents drawn, in which the first k are the same units; null: a tie",
        2,
    ),
    Column("holds_all_assumptions", "the same with all assumptions drawn", 2),
    _ORIGIN,
)
SAMPLING_ERROR = (
    *_CELL,
    Column("score", "confidence score", 1),
    Column("sampling_units", "primary sampling units behind the score: companies where known, else respondents"),
    Column("se_replicates", "standard error from the replicates (Rao-Wu), score points; null: none", 2),
    Column("se_linearised", "analytic standard error, score points; null: none", 2),
    Column("shrunken", "empirical-Bayes score: drawn towards the mean of all units; null: none", 1),
    Column("shrunken_se", "its standard error, for a unit drawn at random", 2),
    Column("shrinkage", "how far it is drawn: 0 the score itself, 1 the mean", 2),
    _ORIGIN,
)
ASSUMPTIONS = (
    Column("assumption", "what is drawn in the version all_assumptions"),
    Column("level", "a level of it"),
    Column("share", "probability of the level", 3),
    Column("replicates", "replicates with the level; null: drawn within replicates"),
    Column("nominal", "true: the level of the ranking itself"),
    _ORIGIN,
)

SENSITIVITY = (
    Column(
        "output",
        "all_ranks (variances of the ranks added up over units), mean_rank_shift (mean distance of ranks from those of "
        "the ranking), rank or score of a unit; scores are analysed with the normalisation of the ranking",
    ),
    Column("unit", "code of the unit; null: all units"),
    Column("assumption", "assumption that varies, as in the table of assumptions"),
    *(
        Column(f"{name}{end}", f"{meaning}{says}", 2)
        for name, meaning in (
            ("shapley", "Shapley effect: share of the output's variance due to the assumption; they sum to one"),
            ("first_order", "first-order Sobol index: share that the assumption explains alone"),
            ("total", "total Sobol index: share that would be left with all other assumptions known"),
        )
        for end, says in (
            ("", "; null: the output does not vary"),
            ("_low", ", lower end of its confidence interval"),
            ("_high", ", upper end of its confidence interval"),
        )
    ),
    Column("variance", "variance of the output: places squared, or score points squared", 2),
    Column("blocks", "pairs of rows of assumptions that were exchanged"),
    Column("blocks_left_out", "pairs in which the output could not be computed; they count in nothing"),
    _ORIGIN,
)
METHOD_RANKS = (
    Column("combination", "number of the combination of methods"),
    Column("normalisation", "how question means come onto one scale"),
    Column("aggregation", "how category scores become the index"),
    Column("missing_answers", "treatment of missing answers"),
    Column("share", "probability of the combination in the version all_assumptions", 3),
    Column("nominal", "true: the methods of the ranking itself"),
    Column("unit", "code of the unit"),
    Column("rank", "rank under these methods, answers and weights as they are; null: no score"),
    _ORIGIN,
)
WEIGHT_SWAPS = (
    Column("ahead", "code of the unit ahead"),
    Column("behind", "code of the unit behind"),
    Column(
        "weight_moved",
        "least share of the total weight to be moved between categories until the two draw level; null: none is enough",
        3,
    ),
    Column("gains", "category that gains this weight; null: none is enough"),
    Column("loses", "categories that lose it, the largest loss first, separated by spaces; null: none is enough"),
    _ORIGIN,
)
WEIGHT_INTERVALS = (
    Column("category", "id of the category"),
    Column("kept", "what stays: the ranking, the first, or which are the first_five"),
    Column("weight", "weight that was used, sum one", 3),
    Column("low", "least weight of the category that keeps it, the other weights in their proportions", 3),
    Column("high", "largest weight that keeps it", 3),
    Column("level_at_low", "codes of the two units that draw level there, separated by a space; null: none do"),
    Column("level_at_high", "the same at the largest weight"),
    _ORIGIN,
)
_WEIGHTS_DRAWN = Column(
    "weights", "all: any weights, evenly; bounded: those between the multiples of the definition's weight_bounds"
)
RANK_ACCEPTABILITY = (
    _WEIGHTS_DRAWN,
    Column("unit", "code of the unit"),
    Column("place", "place in the ranking"),
    Column("share", "rank acceptability: share of these weights under which the unit holds the place", 2),
    _ORIGIN,
)
CENTRAL_WEIGHTS = (
    _WEIGHTS_DRAWN,
    Column("unit", "code of the unit"),
    Column("share_first", "share of these weights that put the unit first", 2),
    Column("category", "id of the category"),
    Column("weight", "weight that was used, sum one", 3),
    Column("central_weight", "mean of the weights that put the unit first; null: none do", 3),
    _ORIGIN,
)
INFLUENCE = (
    Column("left_out", "respondent, company, question, category or quality_rule"),
    Column("item", "id of what is left out; null: single respondents and companies, each left out once"),
    Column("items", "how many were left out, one at a time"),
    Column(
        "changing_first", "without how many of them another unit is first; null: it hangs on what a row let in says"
    ),
    Column("changing_first_five", "without how many of them the first five are others; null: likewise"),
    Column("changing_any_rank", "without how many of them any rank changes; null: likewise"),
    Column("largest_shift", "most places that any unit moves; null: likewise"),
    Column("mean_rank_shift", "mean over them and over units of the places moved; null: likewise", 2),
    Column("not_computed", "how many left nothing that could be computed"),
    _ORIGIN,
)
RANKS_WITHOUT = (
    Column("left_out", "question, category or quality_rule"),
    Column("item", "id of what is left out"),
    Column("unit", "code of the unit"),
    Column("rank", "rank in the ranking"),
    Column("rank_without", "rank without it; null: none, or it hangs on what a row that the rule keeps out says"),
    _ORIGIN,
)
EXCLUSIONS = (
    Column("unit", "code of the unit"),
    Column("respondents", "accepted respondents"),
    Column("score", "confidence score; null: told as a bound", 1),
    Column("rank", "rank in the ranking"),
    Column("respondents_without", "respondents with those let in whom nothing but quality rules keeps out"),
    Column(
        "rank_without_low",
        "best rank that the unit can have with them, among the same units, whatever those say whose score change is "
        "not told; null: not told under this method",
    ),
    Column("rank_without_high", "worst rank that it can have; where both are the same, that is its rank"),
    Column(
        "score_change",
        "score with them less score; null: fewer than five are let in, or what one or two of them said could be told "
        "from it",
        1,
    ),
    _ORIGIN,
)
NONRESPONSE = (
    Column("question", "id of the question"),
    Column("unit", "code of the unit; null: all units that are not suppressed"),
    Column("respondents", "accepted respondents; null, like all that follows: the unit is suppressed"),
    Column("ratings", "ratings"),
    Column("dont_know", "don't-know answers"),
    Column("skipped", "asked, and neither a rating nor a don't-know"),
    Column("not_asked", "not put to the respondent"),
    _ORIGIN,
)

#: The tables beside ranking and categories, each a file `robustness/<name>.csv`.
ROBUSTNESS_TABLES = {
    "pairs": PAIRS,
    "first_ranks": FIRST_RANKS,
    "rank_probabilities": RANK_PROBABILITIES,
    "replicate_ranks": REPLICATE_RANKS,
    "sampling_error": SAMPLING_ERROR,
    "assumptions": ASSUMPTIONS,
    "sensitivity": SENSITIVITY,
    "method_ranks": METHOD_RANKS,
    "influence": INFLUENCE,
    "ranks_without": RANKS_WITHOUT,
    "exclusions": EXCLUSIONS,
    "nonresponse": NONRESPONSE,
    "weights": WEIGHTS,
    "weight_swaps": WEIGHT_SWAPS,
    "weight_intervals": WEIGHT_INTERVALS,
    "rank_acceptability": RANK_ACCEPTABILITY,
    "central_weights": CENTRAL_WEIGHTS,
    "outcomes": OUTCOMES,
    "reliability": RELIABILITY,
    "questions": QUESTIONS,
    "correlations": CORRELATIONS,
    "components": COMPONENTS,
}
