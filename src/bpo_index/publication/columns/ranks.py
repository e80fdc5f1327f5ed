"""What the tables on ranks mean: how sure they are, and what moves them."""

from __future__ import annotations

from bpo_index.publication.columns.description import ORIGIN, ROBUSTNESS_FOLDER, UNIT_AND_CATEGORY, Column, Table

_VERSION = Column("version", "what is drawn: `sampling`, respondents only; `all_assumptions`, see assumptions.csv")
PAIRS = (
    Column("ahead", "code of the unit with the higher score", heading="Unit ahead"),
    Column("behind", "code of the unit with the lower score", heading="Unit behind"),
    Column("difference", "difference of the scores, score points", 1, unit="score points"),
    Column(
        "surely", "true: the difference is sure, at the confidence level over all pairs at once", heading="Surely ahead"
    ),
    Column(
        "adjusted_p",
        "smallest error at which the pair can be told apart, all pairs at once; null: not comparable",
        3,
        unit="probability",
        heading="Adjusted p",
    ),
    Column(
        "p_ahead_sampling",
        "share of replicates, respondents drawn, in which the first is ahead, ties half",
        2,
        unit="share",
        heading="P(ahead), respondents drawn",
    ),
    Column(
        "p_ahead_all_assumptions",
        "the same with all assumptions drawn",
        2,
        unit="share",
        heading="P(ahead), all assumptions drawn",
    ),
    ORIGIN,
)
FIRST_RANKS = (
    Column("k", "a number of first ranks", unit="units", heading="First k"),
    Column("units", "codes of the units of the first k ranks, separated by spaces"),
    Column(
        "candidates",
        "units that may be among the k best: all that truly are, with the confidence level",
        heading="May be among the k best",
    ),
    Column("candidates_count", "how many these are", unit="units", heading="How many may be"),
    Column("surely", "units that surely are among the k best, all units at once", heading="Surely among the k best"),
    Column(
        "holds_sampling",
        "share of replicates, respondents drawn, in which the first k are the same units; null: a tie",
        2,
        unit="share",
        heading="Holds, respondents drawn",
    ),
    Column(
        "holds_all_assumptions",
        "the same with all assumptions drawn",
        2,
        unit="share",
        heading="Holds, all assumptions drawn",
    ),
    ORIGIN,
)
RANK_PROBABILITIES = (
    _VERSION,
    Column("unit", "code of the unit"),
    Column("place", "place in the ranking, 1 is the most confident", unit="rank"),
    Column("share", "share of replicates in which the unit holds the place, ties shared equally", 2, unit="share"),
    ORIGIN,
)
REPLICATE_RANKS = (
    _VERSION,
    Column("unit", "code of the unit"),
    Column("rank", "rank in the ranking", unit="rank"),
    Column("median_rank", "median of the unit's ranks in the replicates", unit="rank"),
    Column(
        "replicate_rank_range_low",
        "best rank of the middle share of replicates; no confidence set",
        unit="rank",
        heading="Middle ranks, best",
    ),
    Column(
        "replicate_rank_range_high",
        "worst rank of the middle share of replicates; no confidence set",
        unit="rank",
        heading="Middle ranks, worst",
    ),
    Column("p_first", "share of replicates in which the unit is first", 2, unit="share", heading="P(first)"),
    Column("p_top3", "share in which it is among the first three", 2, unit="share", heading="P(top 3)"),
    Column("p_top5", "share in which it is among the first five", 2, unit="share", heading="P(first five)"),
    Column("mean_rank_shift", "mean distance of its rank in the replicates from its rank", 2, unit="places"),
    ORIGIN,
)
SAMPLING_ERROR = (
    *UNIT_AND_CATEGORY,
    Column("score", "confidence score", 1, unit="score points"),
    Column(
        "sampling_units",
        "primary sampling units behind the score: companies where known, else respondents",
        unit="companies or respondents",
    ),
    Column(
        "se_replicates",
        "standard error from the replicates (Rao-Wu), score points; null: none",
        2,
        unit="score points",
        heading="Standard error, replicates",
    ),
    Column(
        "se_linearised",
        "analytic standard error, score points; null: none",
        2,
        unit="score points",
        heading="Standard error, analytic",
    ),
    Column(
        "shrunken",
        "empirical-Bayes score: drawn towards the mean of all units; null: none",
        1,
        unit="score points",
        heading="Shrunken score",
    ),
    Column(
        "shrunken_se",
        "its standard error, for a unit drawn at random",
        2,
        unit="score points",
        heading="Standard error, shrunken",
    ),
    Column("shrinkage", "how far it is drawn: 0 the score itself, 1 the mean", 2, unit="share"),
    ORIGIN,
)
ASSUMPTIONS = (
    Column("assumption", "what is drawn in the version all_assumptions"),
    Column("level", "a level of it"),
    Column("share", "probability of the level", 3, unit="probability"),
    Column("replicates", "replicates with the level; null: drawn within replicates", unit="replicates"),
    Column("nominal", "true: the level of the ranking itself"),
    ORIGIN,
)
SENSITIVITY = (
    Column(
        "output",
        "all_ranks (variances of the ranks added up over units), mean_rank_shift (mean distance of ranks "
        "from those of the ranking), rank or score of a unit; scores are analysed with the normalisation "
        "of the ranking",
    ),
    Column("unit", "code of the unit; null: all units"),
    Column("assumption", "assumption that varies, as in the table of assumptions"),
    *(
        Column(f"{name}{end}", f"{meaning}{says}", 2, unit="share of variance", heading=f"{heading}{at}")
        for name, heading, meaning in (
            (
                "shapley",
                "Shapley effect",
                "Shapley effect: share of the output's variance due to the assumption; they sum to one",
            ),
            ("first_order", "First-order index", "first-order Sobol index: share that the assumption explains alone"),
            ("total", "Total index", "total Sobol index: share that would be left with all other assumptions known"),
        )
        for end, at, says in (
            ("", "", "; null: the output does not vary"),
            ("_low", ", low", ", lower end of its confidence interval"),
            ("_high", ", high", ", upper end of its confidence interval"),
        )
    ),
    Column(
        "variance",
        "variance of the output: places squared, or score points squared",
        2,
        unit="places squared or score points squared",
    ),
    Column("blocks", "pairs of rows of assumptions that were exchanged", unit="pairs", heading="Pairs of rows"),
    Column(
        "blocks_left_out",
        "pairs in which the output could not be computed; they count in nothing",
        unit="pairs",
        heading="Pairs left out",
    ),
    ORIGIN,
)
METHOD_RANKS = (
    Column("combination", "number of the combination of methods"),
    Column("normalisation", "how question means come onto one scale"),
    Column("aggregation", "how category scores become the index"),
    Column("missing_answers", "treatment of missing answers"),
    Column("share", "probability of the combination in the version all_assumptions", 3, unit="probability"),
    Column("nominal", "true: the methods of the ranking itself"),
    Column("unit", "code of the unit"),
    Column("rank", "rank under these methods, answers and weights as they are; null: no score", unit="rank"),
    ORIGIN,
)
INFLUENCE = (
    Column("left_out", "respondent, company, question, category or quality_rule"),
    Column("item", "id of what is left out; null: single respondents and companies, each left out once"),
    Column("items", "how many were left out, one at a time", unit="left out, one at a time"),
    Column(
        "changing_first",
        "without how many of them another unit is first; null: it hangs on what a row let in says",
        unit="left out, one at a time",
    ),
    Column(
        "changing_first_five",
        "without how many of them the first five are others; null: likewise",
        unit="left out, one at a time",
    ),
    Column(
        "changing_any_rank", "without how many of them any rank changes; null: likewise", unit="left out, one at a time"
    ),
    Column("largest_shift", "most places that any unit moves; null: likewise", unit="places"),
    Column("mean_rank_shift", "mean over them and over units of the places moved; null: likewise", 2, unit="places"),
    Column("not_computed", "how many left nothing that could be computed", unit="left out, one at a time"),
    ORIGIN,
)
RANKS_WITHOUT = (
    Column("left_out", "question, category or quality_rule"),
    Column("item", "id of what is left out"),
    Column("unit", "code of the unit"),
    Column("rank", "rank in the ranking", unit="rank"),
    Column(
        "rank_without",
        "rank without it; null: none, or it hangs on what a row that the rule keeps out says",
        unit="rank",
    ),
    ORIGIN,
)
EXCLUSIONS = (
    Column("unit", "code of the unit"),
    Column("respondents", "accepted respondents", unit="respondents"),
    Column("score", "confidence score; null: told as a bound", 1, unit="score points"),
    Column("rank", "rank in the ranking", unit="rank"),
    Column(
        "respondents_without",
        "respondents with those let in whom nothing but quality rules keeps out",
        unit="respondents",
    ),
    Column(
        "rank_without_low",
        "best rank that the unit can have with them, among the same units, whatever those say whose score "
        "change is not told; null: not told under this method",
        unit="rank",
        heading="Rank without, best",
    ),
    Column(
        "rank_without_high",
        "worst rank that it can have; where both are the same, that is its rank",
        unit="rank",
        heading="Rank without, worst",
    ),
    Column(
        "score_change",
        "score with them less score; null: fewer than five are let in, or what one or two of them said "
        "could be told from it",
        1,
        unit="score points",
    ),
    ORIGIN,
)

RANK_TABLES = (
    Table("pairs", "Pairs of units", "pair of ranked units", PAIRS, ("ahead", "behind"), ROBUSTNESS_FOLDER),
    Table("first_ranks", "The first ranks", "number k of first ranks", FIRST_RANKS, ("k",), ROBUSTNESS_FOLDER),
    Table(
        "rank_probabilities",
        "Rank probabilities",
        "version, unit and place",
        RANK_PROBABILITIES,
        ("version", "unit", "place"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "replicate_ranks",
        "Ranks in replicates",
        "version and unit",
        REPLICATE_RANKS,
        ("version", "unit"),
        ROBUSTNESS_FOLDER,
    ),
    Table("sampling_error", "Sampling error", "unit and category", SAMPLING_ERROR, (), ROBUSTNESS_FOLDER),
    Table(
        "assumptions",
        "Assumptions that are drawn",
        "level of what is drawn in `all_assumptions`",
        ASSUMPTIONS,
        ("assumption", "level"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "sensitivity", "Sensitivity to assumptions", "output, unit and assumption", SENSITIVITY, (), ROBUSTNESS_FOLDER
    ),
    Table(
        "method_ranks",
        "Ranks under other methods",
        "combination of methods and unit",
        METHOD_RANKS,
        ("combination", "unit"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "influence",
        "Influence of what is left out",
        "what is left out",
        INFLUENCE,
        (),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "ranks_without",
        "Ranks without an item",
        "question, category or quality rule left out, and unit",
        RANKS_WITHOUT,
        ("left_out", "item", "unit"),
        ROBUSTNESS_FOLDER,
    ),
    Table(
        "exclusions", "With and without the quality exclusions", "ranked unit", EXCLUSIONS, ("unit",), ROBUSTNESS_FOLDER
    ),
)
