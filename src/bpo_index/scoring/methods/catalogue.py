"""Every method that is built in: its name, one line on it, and its page.

The names are those of a definition's `method:` block and of the parameters of `ConfidenceIndex`; the lists are in the
order of the method, from answers to ranks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["mean", "top_two_box", "net_balance"]
MissingAnswers = Literal["available_case", "person_category_mean", "knn", "iterative"]
Outliers = Literal["none", "winsorise", "log", "power"]
Normalisation = Literal[
    "scale",
    "min_max",
    "z_score",
    "robust",
    "rank",
    "borda",
    "percentile_rank",
    "distance_to_maximum",
    "distance_to_target",
    "distance_to_reference",
    "fraction_of_maximum",
    "goalposts",
]
QuestionWeighting = Literal[
    "given", "equal", "pca", "factor_analysis", "entropy", "critic", "standard_deviation", "balanced"
]
Weighting = Literal[
    "given",
    "equal",
    "importance",
    "pca",
    "factor_analysis",
    "entropy",
    "critic",
    "standard_deviation",
    "ahp",
    "balanced",
    "benefit_of_the_doubt",
]
WeightingLevel = Literal["between", "within"]
Aggregation = Literal[
    "arithmetic", "geometric", "harmonic", "generalised_mean", "median", "copeland", "borda", "kemeny"
]
RespondentWeights = Literal["design", "post_stratification", "raking", "trimming"]


@dataclass(frozen=True)
class Entry:
    """One method of the catalogue."""

    name: str
    """Its name in a definition."""
    line: str
    """What it does, in one line."""
    page: str
    """Its page in docs/methods."""


#: Step of the method (the key of a definition's `method:` block, but for `respondent_weights`) to its methods.
CATALOGUE: dict[str, tuple[Entry, ...]] = {
    "respondent_weights": (
        Entry("design", "the weights of the file; without any, all weigh the same", "respondent-weights"),
        Entry(
            "post_stratification", "margins of one variable: a respondent stands for a stratum", "respondent-weights"
        ),
        Entry("raking", "margins of several variables, fitted in turn until all hold", "respondent-weights"),
        Entry("trimming", "`trim_weights`: no weight above so many times the mean", "respondent-weights"),
    ),
    "missing_answers": (
        Entry("available_case", "a question's mean is over those who answered it", "missing-answers"),
        Entry("person_category_mean", "the respondent's mean over at least half of a category", "missing-answers"),
        Entry("knn", "from the respondents who answered most alike", "missing-answers"),
        Entry("iterative", "regression of every question on the others, in turn", "missing-answers"),
    ),
    "outcome": (
        Entry("mean", "the mean rating", "outcomes"),
        Entry("top_two_box", "the share of ratings among the top points of the scale", "outcomes"),
        Entry("net_balance", "the share in the top points less that in the bottom points", "outcomes"),
    ),
    "outliers": (
        Entry("none", "question means as they are", "outliers"),
        Entry("winsorise", "pulls in extreme units while skewness and kurtosis are high", "outliers"),
        Entry("log", "logarithm of the distance from the lowest unit", "outliers"),
        Entry("power", "Yeo-Johnson power transform", "outliers"),
    ),
    "normalisation": (
        Entry("scale", "the ends of the answer scale become 0 and 100; no other unit matters", "normalisation"),
        Entry("min_max", "the lowest and the highest unit become the ends of a range", "normalisation"),
        Entry("z_score", "50 + 10 standard deviations from the mean of the units", "normalisation"),
        Entry("robust", "50 + 10 scaled median deviations from the median", "normalisation"),
        Entry("rank", "rank from the worst, as a share of the units", "normalisation"),
        Entry("borda", "units beaten, as a share of the others", "normalisation"),
        Entry("percentile_rank", "share of units below, and half of those equal", "normalisation"),
        Entry("distance_to_maximum", "the gap to the best unit, as a share of the units' range", "normalisation"),
        Entry("distance_to_target", "the way from the lowest unit to a target, capped", "normalisation"),
        Entry("distance_to_reference", "the ratio to one unit of reference", "normalisation"),
        Entry("fraction_of_maximum", "the ratio to the best unit", "normalisation"),
        Entry("goalposts", "fixed low and high posts become 0 and 100, clipped", "normalisation"),
    ),
    "weighting": (
        Entry("given", "the weights of the definition", "scores"),
        Entry("equal", "every category or question weighs the same", "scores"),
        Entry("importance", "points that respondents gave to the categories (budget allocation)", "scores"),
        Entry("pca", "loadings on the first principal component", "pca-weights"),
        Entry("factor_analysis", "rotated factors, each with its share of the variance", "factor-analysis-weights"),
        Entry("entropy", "what differs more between units weighs more, by entropy", "entropy-critic-weights"),
        Entry("critic", "spread times lack of correlation with the others", "entropy-critic-weights"),
        Entry("standard_deviation", "what spreads more weighs more", "entropy-critic-weights"),
        Entry("ahp", "comparisons of pairs of categories, with their consistency", "ahp-weights"),
        Entry("balanced", "effective importance made equal to the weights of the definition", "balanced-weights"),
        Entry("benefit_of_the_doubt", "for each unit the weights that suit it best", "benefit-of-the-doubt"),
    ),
    "aggregation": (
        Entry("arithmetic", "weighted arithmetic mean: full compensation", "aggregation"),
        Entry("geometric", "weighted geometric mean: little compensation", "aggregation"),
        Entry("harmonic", "weighted harmonic mean: less still", "aggregation"),
        Entry("generalised_mean", "weighted power mean; `power` says which", "aggregation"),
        Entry("median", "weighted median", "aggregation"),
        Entry("copeland", "pairwise majorities won", "outranking"),
        Entry("borda", "units beaten, weighted over the items", "outranking"),
        Entry("kemeny", "the order that agrees most with all pairwise comparisons", "outranking"),
    ),
}
