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
from bpo_index.display.frames import AsFrame
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
from bpo_index.robustness.node_results import assess_node, share_first_of_index
from bpo_index.robustness.ranks.open_shares import OpenShares
from bpo_index.robustness.ranks.rank_tables import RankTables, tabulate_ranks
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.design_table import tabulate_design
from bpo_index.robustness.sampling.response_outcomes import tabulate_outcomes
from bpo_index.robustness.sampling.standard_errors import estimate_errors, tabulate_sampling_error
from bpo_index.robustness.weights.weight_tables import WeightTables, tabulate_weights
from bpo_index.scoring.ranking import rank_units
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
    "fixed",
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
    >>> shorten_notes(Words())["one company: no standard error, no interval, no shares of replicates"]
    'one company'
    """
    described = describe_notes(words)
    return {described[note]: phrase(f"notes.short_{note}", **words.names) for note in NOTES}


@dataclass(frozen=True, repr=False)
class Robustness(AsFrame):
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
        Whether companies or respondents answer in several units; they are drawn once, with all their answers.
    shares_withheld
        Whether no shares of replicates are given, since more than a third of the ranked units have no variance.
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
    shares_withheld: bool = False

    def to_polars(self) -> pl.DataFrame:
        """Return errors, intervals and rank sets, one row per unit."""
        return self.units

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
    seeds = np.random.SeedSequence(seed).spawn(7)
    sampling_seed, assumptions_seed, rank_seed, effects_seed, weights_seed, groups_seed, shrunken_seed = seeds

    def report(phase: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, total: progress(phase * replicates + done * replicates // total, 3 * replicates)

    sampling = evaluate_replicates(
        [Scenario(structure, answers, replicates)],
        matrix[published],
        drawn[published],
        seed=sampling_seed,
        moderated="ranks",
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
        drawing=plan_drawing(definition, structure),
        moderated="scores",
        executor=executor,
        progress=report(1),
    )
    effects = analyse_assumptions(
        combinations,
        definition,
        ranked[published, 0],
        rank_units(matrix[ranked[:, 0], 0]),
        seed=effects_seed,
        blocks=choose_blocks(replicates),
        executor=executor,
        progress=report(2),
    )

    known = np.where(bounded, np.nan, matrix)[published]
    errors = estimate_errors(scores.sample, known, sampling)
    column_seeds = rank_seed.spawn(matrix.shape[1])
    columns, sets, own_shares = [], [], []
    for n in range(matrix.shape[1]):
        found = assess_node(
            n,
            matrix=shown,
            bounded=bounded,
            ranked_matrix=ranked,
            published=published,
            errors=errors,
            structure=structure,
            confidence_level=level,
            seed=column_seeds[n],
        )
        own = OpenShares(ranked[:, n], ranked[:, n] & found[2])
        tally = sampling.tallies[n]
        nothing = np.full(len(matrix), np.nan)
        shares = {
            name: own.share_top(tally, top) if open_shares[n] else nothing
            for name, top in (("p_first", 1), ("p_top3", 3))
        }
        columns.append(found[0] | shares)
        sets.append(found[1])
        own_shares.append(own)
    return Robustness(
        units=_frame_results(scores.units, columns[0], definition.method.minimum_respondents_to_publish, "protected"),
        categories=_frame_categories(scores.categories, columns[1:], definition).drop("tier"),
        outcomes=tabulate_outcomes(accepted, scores, definition),
        structure=tabulate_structure(scores, definition),
        ranks=tabulate_ranks(
            [unit.code for unit in definition.units],
            matrix[:, 0],
            ranked[:, 0],
            sets[0],
            tallies={"sampling": sampling.tallies[0], "all_assumptions": varied.tallies[0]},
            has_shares=own_shares[0].has_own,
            first_shrunken=share_first_of_index(
                shown[:, 0], ranked[:, 0], errors, published=published, structure=structure, seed=shrunken_seed
            ),
            confidence_level=level,
        ),
        sampling_error=tabulate_sampling_error(scores, definition, matrix, errors),
        design=tabulate_design(scores.sample, errors),
        assumptions=tabulate_assumptions(definition, structure, scenarios),
        sensitivity=tabulate_effects(effects, scores.units.filter("ranked")["unit"].to_list()),
        method_ranks=tabulate_method_ranks(combinations, scores),
        weights=tabulate_weights(scores, definition, weights_seed),
        influence=assess_influence(accepted, quarantined_by_rules, scores, definition),
        exclusions=compare_exclusions(accepted, quarantined_by_rules, scores, definition),
        groups=tabulate_groups(scores, definition, errors, groups_seed),
        replicates=replicates,
        replicates_not_ranked=replicates - sampling.tallies[0].replicates,
        assumptions_not_ranked=replicates - varied.tallies[0].replicates,
        seed=seed,
        words=definition.words,
        rates_several=errors.answering is not None,
        shares_withheld=own_shares[0].are_withheld,
    )


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
