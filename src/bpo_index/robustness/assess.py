"""Assess how far scores and ranks can be trusted, starting from the answers.

Stages: `evaluate_replicates` with respondents drawn (`sampling`), `linearise_standard_errors` (analytic),
`estimate_logit_t_interval`, `find_rank_sets`, `assign_tiers`, `shrink_scores`; then `evaluate_replicates` again with
all assumptions drawn (`all_assumptions`). Units with five or more sampling units take the standard error of the
replicates, those with two to four the analytic one, flagged; with one, or without any variance, there is no interval, a
reason, and the unit's rank set is all ranks.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.disclosure.cells.withholding import find_open_shares
from bpo_index.display.catalogue import phrase
from bpo_index.display.notebook import show_block, show_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.columns.views import view_frame
from bpo_index.robustness.assumptions.combinations import (
    allot_replicates,
    list_combinations,
    plan_drawing,
    tabulate_assumptions,
    tabulate_method_ranks,
)
from bpo_index.robustness.assumptions.effects import analyse_assumptions, choose_blocks, tabulate_effects
from bpo_index.robustness.chunks import Progress
from bpo_index.robustness.coherence_tables import StructureTables, tabulate_structure
from bpo_index.robustness.exclusions import Exclusions, compare_exclusions
from bpo_index.robustness.groups import tabulate_groups
from bpo_index.robustness.influence import Influence, assess_influence
from bpo_index.robustness.ranks.rank_sets import RankSets, assign_tiers, find_rank_sets
from bpo_index.robustness.ranks.rank_tables import RankTables, tabulate_ranks
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.design_table import tabulate_design
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.response_outcomes import tabulate_outcomes
from bpo_index.robustness.sampling.several_units import (
    keep_respondents,
    rate_several_units,
    withhold_errors,
    withhold_replicates,
)
from bpo_index.robustness.sampling.standard_errors import (
    Errors,
    estimate_errors,
    tabulate_sampling_error,
)
from bpo_index.robustness.weights.weight_tables import WeightTables, tabulate_weights
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import Scores, find_published_as_bounds, find_ranked, unit_score_matrix

#: Why a unit lacks a number, or has it in another way than most.
NOTES = (
    "small",
    "one_cluster",
    "no_degrees",
    "whole_population",
    "no_variance",
    "no_derivative",
    "never_moves",
    "not_ranked",
    "suppressed",
    "withheld",
    "at_end",
    "few_units",
    "protected",
    "no_score",
    "several_units",
)


def describe_notes(words: Words) -> dict[str, str]:
    """Return each of `NOTES` to what it says to readers, and no note to nothing.

    Examples
    --------
    >>> describe_notes(Words(respondent="nurse"))["suppressed"]
    'too few nurses to publish'
    """
    return {"": ""} | {note: phrase(f"notes.unit_{note}", **words.names) for note in NOTES}


def shorten_notes(words: Words) -> dict[str, str]:
    """Return what each of `NOTES` says to readers, to the same without what follows for the numbers.

    Examples
    --------
    >>> shorten_notes(Words())["one company: no standard error, no interval"]
    'one company'
    """
    described = describe_notes(words)
    return {described[note]: phrase(f"notes.short_{note}", **words.names) for note in NOTES}


#: Of which answers a standard error is made: of those of its own cell, or smoothed over units.
OWN, SMOOTHED = "own", "smoothed"


@dataclass(frozen=True)
class Robustness:
    """Sampling error, rank inference and uncertainty.

    Attributes
    ----------
    units
        One row per unit: `unit, se, ci_low, ci_high, marginal_rank_set_low, marginal_rank_set_high, rank_set_low,
        rank_set_high, p_first, p_top3, tier, note`; null where there is none.
    categories
        The same per unit and category, without the tier.
    outcomes
        Top-two-box shares and net balances, as `tabulate_outcomes` says.
    structure
        Reliability and structure, as `tabulate_structure` says.
    ranks
        What replicates say of ranks, as `tabulate_ranks` says.
    sampling_error
        Both standard errors and shrunken scores, as `tabulate_sampling_error` says.
    design
        The declared sampling design, as `tabulate_design` says.
    assumptions
        What was drawn, as `tabulate_assumptions` says.
    sensitivity
        Which assumption moves ranks and scores, as `tabulate_effects` says.
    method_ranks
        The ranking under every combination of methods, as `tabulate_method_ranks` says.
    weights
        Which weights change the order, as `tabulate_weights` says.
    influence
        What changes when one thing is left out, as `assess_influence` says; single respondents are named in it.
    exclusions
        The ranking with and without the quality exclusions, as `compare_exclusions` says.
    groups
        Scores of groups of units, as `tabulate_groups` says.
    replicates
        Replicates evaluated in each of the two versions.
    replicates_not_ranked
        Replicates with respondents drawn in which a ranked unit had no score; they count in no share of ranks.
    assumptions_not_ranked
        The same with all assumptions drawn.
    seed
        Of all draws; not published.
    words
        What readers call units and respondents.
    rates_several
        Whether respondents rate several units, so that there are no errors and no shares of replicates.
    """

    units: pl.DataFrame
    categories: pl.DataFrame
    outcomes: pl.DataFrame
    structure: StructureTables
    ranks: RankTables
    sampling_error: pl.DataFrame
    design: pl.DataFrame
    assumptions: pl.DataFrame
    sensitivity: pl.DataFrame
    method_ranks: pl.DataFrame
    weights: WeightTables
    influence: Influence
    exclusions: Exclusions
    groups: pl.DataFrame
    replicates: int
    replicates_not_ranked: int
    assumptions_not_ranked: int
    seed: int = field(repr=False)
    words: Words = field(default_factory=Words)
    rates_several: bool = False

    def _repr_html_(self) -> str:
        """Return what a notebook shows: error, interval and ranks of every unit."""
        view = view_frame(
            RANKING,
            ("unit", "se", "ci", "rank_set", "marginal_rank_set", "p_first", "note"),
            self.units.with_columns(pl.col("note").replace_strict(describe_notes(self.words))),
            caption=phrase("notebook.robustness_caption", count=self.replicates, respondents=self.words.respondents),
            headings={"unit": start_sentence(self.words.unit)},
        )
        return show_block(phrase("notebook.robustness"), show_table(view))


def assess_robustness(
    accepted: pl.DataFrame,
    scores: Scores,
    definition: IndexDefinition,
    *,
    quarantined_by_rules: pl.DataFrame | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Robustness:
    """Estimate sampling error, rank inference, uncertainty and what drives the ranking, from the answers behind it.

    Parameters
    ----------
    accepted, scores, definition
        The answers, what `score_units` made of them, and the index.
    quarantined_by_rules
        The answers that quality rules keep out, from `validate_responses`; None: no rule is left out, none are
        readmitted.
    replicates
        In each of the two versions, `sampling` and `all_assumptions`; None: as the definition says.
    seed
        Any integer from 0; None: the definition's. What is published of a survey is drawn with a keyed one
        (`Key.choose_seed`), as `bpo_index.assess` does.
    executor
        Where replicates are evaluated; None: threads.
    progress
        Called with the replicates done and all of them; the sensitivity analysis counts as much as one version.
    """
    replicates = definition.method.replicates if replicates is None else replicates
    seed = definition.method.seed if seed is None else seed
    published, answers, structure = scores.sample.published, scores.sample.answers, scores.sample.structure
    matrix, bounded = unit_score_matrix(scores), find_published_as_bounds(scores)
    shown, ranked = unit_score_matrix(scores, bounds=True), find_ranked(scores)
    # The answers of a unit whose overall score is a bound are replaced by it; those of a category are not.
    drawn, open_shares = ranked & ~np.isnan(matrix), find_open_shares(ranked, bounded)
    level = definition.method.confidence_level
    several = rate_several_units(accepted, [unit.unit for unit in answers])
    drawing = keep_respondents(definition) if several else definition
    seeds = np.random.SeedSequence(seed).spawn(6)
    sampling_seed, assumptions_seed, rank_seed, effects_seed, weights_seed, groups_seed = seeds

    def report(phase: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, total: progress(phase * replicates + done * replicates // total, 3 * replicates)

    sampling = evaluate_replicates(
        [Scenario(structure, answers, replicates)],
        matrix[published],
        drawn[published],
        seed=sampling_seed,
        executor=executor,
        progress=report(0),
    )
    combinations = list_combinations(accepted, scores, definition)
    scenarios = allot_replicates(combinations, replicates)
    varied = evaluate_replicates(
        scenarios,
        matrix[published][:, :1],
        ranked[published][:, :1],
        seed=assumptions_seed,
        drawing=plan_drawing(drawing, structure),
        executor=executor,
        progress=report(1),
    )
    effects = analyse_assumptions(
        combinations,
        drawing,
        ranked[published, 0],
        rank_units(matrix[ranked[:, 0], 0]),
        seed=effects_seed,
        blocks=choose_blocks(replicates),
        executor=executor,
        progress=report(2),
    )

    known = np.where(bounded, np.nan, matrix)[published]
    errors = estimate_errors(scores.sample, known, sampling)
    if several:
        sampling, varied, errors = withhold_replicates(sampling), withhold_replicates(varied), withhold_errors(errors)
    column_seeds = rank_seed.spawn(matrix.shape[1])
    columns, sets = [], []
    for n in range(matrix.shape[1]):
        found = _assess_column(
            n,
            matrix=shown,
            bounded=bounded,
            ranked_matrix=ranked,
            published=published,
            errors=errors,
            structure=structure,
            confidence_level=level,
            seed=column_seeds[n],
            several=several,
        )
        tally = sampling.tallies[n]
        shares = {}
        for name, top in (("p_first", 1), ("p_top3", 3)):
            shares[name] = np.full(len(matrix), np.nan)
            if open_shares[n]:
                shares[name][ranked[:, n]] = tally.share_top(top)
        columns.append(found[0] | shares)
        sets.append(found[1])
    return Robustness(
        units=_frame_results(scores.units, columns[0], definition.method.minimum_respondents_to_publish, "protected"),
        categories=_frame_categories(scores.categories, columns[1:], definition).drop("tier"),
        outcomes=tabulate_outcomes(accepted, scores, definition, has_errors=not several),
        structure=tabulate_structure(scores, definition),
        ranks=tabulate_ranks(
            [unit.code for unit in definition.units],
            matrix[:, 0],
            ranked[:, 0],
            sets[0],
            tallies={"sampling": sampling.tallies[0], "all_assumptions": varied.tallies[0]},
            confidence_level=level,
        ),
        sampling_error=tabulate_sampling_error(scores, definition, matrix, errors),
        design=tabulate_design(scores.sample, errors),
        assumptions=tabulate_assumptions(drawing, structure, scenarios),
        sensitivity=tabulate_effects(effects, scores.units.filter("ranked")["unit"].to_list()),
        method_ranks=tabulate_method_ranks(combinations, scores),
        weights=tabulate_weights(scores, definition, weights_seed),
        influence=assess_influence(accepted, quarantined_by_rules, scores, definition),
        exclusions=compare_exclusions(accepted, quarantined_by_rules, scores, definition),
        groups=tabulate_groups(scores, definition, errors, groups_seed),
        replicates=replicates,
        replicates_not_ranked=0 if several else replicates - sampling.tallies[0].replicates,
        assumptions_not_ranked=0 if several else replicates - varied.tallies[0].replicates,
        seed=seed,
        words=definition.words,
        rates_several=several,
    )


def _assess_column(
    column: int,
    *,
    matrix: Floats,
    bounded: np.ndarray,
    ranked_matrix: np.ndarray,
    published: np.ndarray,
    errors: Errors,
    structure: IndexStructure,
    confidence_level: float,
    seed: np.random.SeedSequence,
    several: bool,
) -> tuple[dict[str, np.ndarray], RankSets]:
    scores, ranked = matrix[:, column], ranked_matrix[:, column]
    se, clusters, smoothed = (
        _spread(values[:, column], published) for values in (errors.chosen, errors.clusters, errors.smoothed)
    )
    is_own = _spread(errors.is_own[:, column], published) > 0
    # Ranks are from each cell's own error; where a small one has none, as its answers do not vary, from the smoothed.
    se = np.where(~is_own & (se == 0) & (smoothed > 0), smoothed, se)
    # A score that is published as a bound has no error, and cannot be distinguished from any other.
    se = np.select([np.isnan(scores), bounded[:, column]], [np.nan, 0.0], se)
    shown = np.where(is_own | bounded[:, column] | np.isnan(se), se, smoothed)
    bounds, smooth = structure.score_bounds[column], structure.has_derivative[column]
    degrees = _spread(errors.degrees[:, column], published)
    low, high = estimate_logit_t_interval(scores, shown, degrees, confidence_level, bounds=bounds)
    in_ranking = np.where(ranked, scores, np.nan)
    covariance = np.diag(se**2)
    if errors.correlations is not None:
        place = np.flatnonzero(published)
        covariance[np.ix_(place, place)] = errors.correlations[column] * np.outer(se[place], se[place])
    sets = find_rank_sets(in_ranking, covariance, degrees, confidence_level, bounds=bounds, seed=seed)
    still = "no_variance" if smooth else "never_moves"
    few = _spread(errors.few[:, column], published) > 0
    # NOTE: of a small cell nothing is said that its answers decide, and so not that they do not vary.
    unsmoothed = ~is_own & np.isnan(shown) & (np.isfinite(se))
    when = [np.isnan(scores), bounded[:, column], several & ranked, several & ~ranked]
    notes = ["no_score", "at_end", "several_units", "not_ranked"]
    whole = np.zeros(clusters.shape) if errors.is_whole is None else _spread(errors.is_whole, published)
    when += [whole > 0, clusters < 2, degrees < 1, unsmoothed, se == 0, np.isnan(se), ~ranked, few]
    notes += [
        "whole_population",
        "one_cluster",
        "no_degrees",
        "few_units",
        still,
        "no_derivative",
        "not_ranked",
        "small",
    ]
    note = np.select(when, notes, default="")
    has_error = shown > 0
    found = {
        "se": np.where(has_error, shown, np.nan),
        "error": np.where(has_error, np.where(is_own, OWN, SMOOTHED), ""),
        "ci_low": low,
        "ci_high": high,
        "marginal_rank_set_low": sets.marginal_low,
        "marginal_rank_set_high": sets.marginal_high,
        "rank_set_low": sets.set_low,
        "rank_set_high": sets.set_high,
        "tier": assign_tiers(in_ranking, sets.surely_ahead),
        "note": note,
    }
    return found, sets


def _spread(values: np.ndarray, published: np.ndarray) -> Floats:
    """Return the rows of the published units at their places among all units; NaN elsewhere."""
    spread = np.full((len(published), *values.shape[1:]), np.nan)
    spread[published] = values
    return spread


def _frame_results(
    identity: pl.DataFrame, column: dict[str, np.ndarray], minimum: int, kept_back: str = "withheld"
) -> pl.DataFrame:
    """Return the results of a node; `kept_back` says why cells with enough respondents are withheld."""
    frame = identity.select("unit", *(["category"] if "category" in identity.columns else [])).with_columns(
        **{name: pl.Series(values) for name, values in column.items()}
    )
    ranks = [name for name in frame.columns if "rank_set" in name] + ["tier"]
    return frame.with_columns(
        pl.col(pl.Float64).fill_nan(None).round(6),
        pl.when(pl.col("error") != "").then("error").alias("error"),
        *(pl.when(pl.col(name) > 0).then(name).alias(name) for name in ranks),
        note=pl.when(identity["suppressed"])
        .then(pl.when(identity["respondents"] < minimum).then(pl.lit("suppressed")).otherwise(pl.lit(kept_back)))
        .otherwise("note"),
    )


def _frame_categories(
    categories: pl.DataFrame, columns: list[dict[str, np.ndarray]], definition: IndexDefinition
) -> pl.DataFrame:
    minimum = definition.method.minimum_respondents_to_publish
    apart = categories.partition_by("category", as_dict=True, maintain_order=True)
    parts = [
        _frame_results(apart[(category.id,)], column, minimum)
        for category, column in zip(definition.category_nodes, columns, strict=True)
    ]
    order = categories.select("unit", "category")
    return order.join(pl.concat(parts), on=["unit", "category"], how="left", maintain_order="left")
