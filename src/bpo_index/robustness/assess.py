"""How far scores and ranks can be trusted, from the answers up.

Stages: `evaluate_replicates` (Rao-Wu), `linearise_standard_errors` (analytic), `estimate_logit_t_interval`,
`find_rank_sets`, `assign_tiers`. Units with five or more sampling units take the standard error of the replicates,
those with two to four the analytic one with t(K - 1), flagged; with one, or without any variance, there is no
interval, a reason, and the unit's rank set is all ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.robustness.intervals import estimate_logit_t_interval
from bpo_index.robustness.rank_sets import assign_tiers, find_rank_sets
from bpo_index.robustness.replicates import ReplicateSummary, evaluate_replicates
from bpo_index.robustness.response_outcomes import tabulate_outcomes
from bpo_index.robustness.sampling_error import linearise_standard_errors
from bpo_index.robustness.structure_tables import StructureTables, tabulate_structure
from bpo_index.scoring import IndexStructure, Scores, UnitAnswers, gather_evidence
from bpo_index.scoring.estimate import Floats, Ints
from bpo_index.scoring.units import unit_score_matrix

#: From this many sampling units on bootstrap draws coincide seldom enough (docs/methods/sampling-error.md).
_BOOTSTRAP_FROM = 5
#: A standard error below this, in score points, is rounding noise: the answers do not vary.
_NO_VARIANCE = 1e-9

NOTES = {
    "": "",
    "small": "fewer than five companies: analytic standard error, t distribution",
    "one_cluster": "one company: no standard error, no interval",
    "no_variance": "the answers do not vary: no interval",
    "no_derivative": "fewer than five companies, and a method that compares units: no standard error",
    "never_moves": "the same score in every replicate, by a method that compares units: no interval",
    "not_ranked": "too few respondents to take a rank",
    "suppressed": "too few respondents to publish",
    "no_score": "a category has too few questions with answers: no score",
}


@dataclass(frozen=True)
class Robustness:
    """Sampling error and rank inference.

    Attributes
    ----------
    units
        One row per unit: `unit, se, ci_low, ci_high, rank_interval_low, rank_interval_high, rank_set_low,
        rank_set_high, p_first, p_top3, tier, note`; null where there is none.
    categories
        The same per unit and category, without the tier.
    outcomes
        Top-two-box shares and net balances, as `tabulate_outcomes` says.
    structure
        Reliability and structure, as `tabulate_structure` says.
    pairs
        One row per ordered pair of ranked units: `ahead, behind, difference, surely` (simultaneously over all pairs).
    replicates
        Replicates evaluated.
    replicates_not_ranked
        Replicates in which a ranked unit had no score; they count in no share of ranks.
    """

    units: pl.DataFrame
    categories: pl.DataFrame
    outcomes: pl.DataFrame
    structure: StructureTables
    pairs: pl.DataFrame
    replicates: int
    replicates_not_ranked: int


def assess_robustness(
    accepted: pl.DataFrame,
    scores: Scores,
    definition: IndexDefinition,
    *,
    replicates: int = 10_000,
    seed: int = 2021,
    progress: Callable[[int, int], None] | None = None,
) -> Robustness:
    """Estimate sampling error and rank inference for scores, from the answers behind them."""
    codes = [unit.code for unit in definition.units]
    published, answers, structure = scores.sample.published, scores.sample.answers, scores.sample.structure
    matrix = unit_score_matrix(scores, definition)
    ranked = _ranked_matrix(scores, definition)

    summary = evaluate_replicates(
        answers, structure, matrix[published], ranked[published], replicates=replicates, seed=seed, progress=progress
    )
    se, clusters = choose_standard_errors(answers, structure, summary)
    se_all, clusters_all = _spread(se, published), _spread(clusters, published)
    se_all = np.where(np.isnan(matrix), np.nan, se_all)
    first, top3 = (_spread(sums / np.maximum(summary.rankable, 1), published) for sums in (summary.first, summary.top3))
    bounds, smooth = structure.score_bounds, structure.has_derivative
    columns = [
        _assess_column(
            matrix[:, n],
            se_all[:, n],
            clusters_all[:, n],
            ranked[:, n],
            definition.method.confidence_level,
            bounds[min(n, 1)],
            has_derivative=smooth[min(n, 1)],
        )
        | {"p_first": np.where(ranked[:, n], first[:, n], np.nan), "p_top3": np.where(ranked[:, n], top3[:, n], np.nan)}
        for n in range(matrix.shape[1])
    ]
    return Robustness(
        _frame_units(scores.units, columns[0]),
        _frame_categories(scores.categories, columns[1:], definition).drop("tier"),
        tabulate_outcomes(accepted, scores, definition),
        tabulate_structure(scores, definition),
        _frame_pairs(codes, matrix[:, 0], ranked[:, 0], columns[0]["surely_ahead"]),
        summary.replicates,
        int(summary.replicates - summary.rankable[0]),
    )


def choose_standard_errors(
    answers: list[UnitAnswers], structure: IndexStructure, summary: ReplicateSummary
) -> tuple[Floats, Ints]:
    """Return the standard errors of units x (1 + categories), and the sampling units behind each.

    Bootstrap from five sampling units on, else analytic; zero where the answers do not vary. A method that ranks units
    has no analytic standard error; there zero means the same score in every replicate.
    """
    shape = (len(answers), 1 + len(structure.category_weights))
    if not answers:
        return np.empty(shape), np.empty(shape, dtype=np.int64)
    evidence = gather_evidence(answers, [unit.weights for unit in answers], structure)
    analytic, clusters = linearise_standard_errors(answers, structure, evidence)
    bootstrap = summary.estimate_standard_errors()
    se = np.where(clusters >= _BOOTSTRAP_FROM, bootstrap, analytic)
    smooth = np.array([structure.has_derivative[min(n, 1)] for n in range(shape[1])])
    return np.where(np.where(smooth, analytic, bootstrap) < _NO_VARIANCE, 0.0, se), clusters


def _assess_column(
    scores: Floats,
    se: Floats,
    clusters: Floats,
    ranked: np.ndarray,
    confidence_level: float,
    bounds: tuple[float, float],
    *,
    has_derivative: bool,
) -> dict[str, np.ndarray]:
    degrees = clusters - 1
    low, high = estimate_logit_t_interval(scores, se, degrees, confidence_level, bounds)
    in_ranking = np.where(ranked, scores, np.nan)
    sets = find_rank_sets(in_ranking, se, degrees, confidence_level)
    note = np.select(
        [np.isnan(scores), clusters < 2, se == 0, np.isnan(se), ~ranked, clusters < _BOOTSTRAP_FROM],
        [
            "no_score",
            "one_cluster",
            "no_variance" if has_derivative else "never_moves",
            "no_derivative",
            "not_ranked",
            "small",
        ],
        "",
    )
    return {
        "se": np.where(se > 0, se, np.nan),
        "ci_low": low,
        "ci_high": high,
        "rank_interval_low": sets.interval_low,
        "rank_interval_high": sets.interval_high,
        "rank_set_low": sets.set_low,
        "rank_set_high": sets.set_high,
        "tier": assign_tiers(in_ranking, sets.surely_ahead),
        "note": note,
        "surely_ahead": sets.surely_ahead,
    }


def _ranked_matrix(scores: Scores, definition: IndexDefinition) -> np.ndarray:
    shape = (len(definition.units), len(definition.categories))
    return np.column_stack([scores.units["ranked"].to_numpy(), scores.categories["ranked"].to_numpy().reshape(shape)])


def _spread(values: np.ndarray, published: np.ndarray) -> Floats:
    """Return the rows of the published units at their places among all units; NaN elsewhere."""
    spread = np.full((len(published), *values.shape[1:]), np.nan)
    spread[published] = values
    return spread


def _frame_results(identity: pl.DataFrame, column: dict[str, np.ndarray]) -> pl.DataFrame:
    frame = identity.select("unit", *(["category"] if "category" in identity.columns else [])).with_columns(
        **{name: pl.Series(values) for name, values in column.items() if name != "surely_ahead"}
    )
    ranks = [name for name in frame.columns if name.startswith("rank_")] + ["tier"]
    return frame.with_columns(
        pl.col(pl.Float64).fill_nan(None).round(6),
        *(pl.when(pl.col(name) > 0).then(name).alias(name) for name in ranks),
        note=pl.when(identity["suppressed"]).then(pl.lit("suppressed")).otherwise("note"),
    )


def _frame_units(units: pl.DataFrame, column: dict[str, np.ndarray]) -> pl.DataFrame:
    return _frame_results(units, column)


def _frame_categories(
    categories: pl.DataFrame, columns: list[dict[str, np.ndarray]], definition: IndexDefinition
) -> pl.DataFrame:
    parts = [
        _frame_results(categories.filter(pl.col("category") == category.id), column)
        for category, column in zip(definition.categories, columns, strict=True)
    ]
    order = categories.select("unit", "category")
    return order.join(pl.concat(parts), on=["unit", "category"], how="left", maintain_order="left")


def _frame_pairs(codes: list[str], scores: Floats, ranked: np.ndarray, surely_ahead: np.ndarray) -> pl.DataFrame:
    order = [int(n) for n in np.argsort(-np.where(ranked, scores, -np.inf), kind="stable") if ranked[n]]
    rows = [
        (codes[i], codes[j], round(float(scores[i] - scores[j]), 6), bool(surely_ahead[i, j]))
        for place, i in enumerate(order)
        for j in order[place + 1 :]
    ]
    schema = {"ahead": pl.String, "behind": pl.String, "difference": pl.Float64, "surely": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")
