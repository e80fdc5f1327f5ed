"""The assumptions of an index as scenarios and drawings, from the `uncertainty:` block of its definition.

Saisana, Saltelli and Tarantola (2005, JRSS A 168, 307-323): all sources of uncertainty at once. Every combination of
the levels of normalisation, aggregation and missing answers is a scenario with its share of the replicates (the product
of the shares of its levels, by largest remainders); respondents, weights and what is left out are drawn in each.
Method page: docs/methods/replicates.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.assumptions import ASSUMPTIONS, METHOD_RANKS
from bpo_index.robustness.replicates import Drawing, Scenario
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.methods.record import VARIED
from bpo_index.scoring.preparation import gather_evidence, prepare_sample
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means
from bpo_index.scoring.unit_scores import Scores

#: Coefficient of variation of a category's weight where the definition does not say.
USUAL_VARIATION = 0.25
# Below it all weights of a draw may be smaller than a number can be, and no shares can be made of them.
_LEAST_CONCENTRATION = 0.1


@dataclass(frozen=True)
class Combination:
    """One level of every assumption that is a choice of methods."""

    levels: tuple[tuple[str, str], ...]
    """Assumption and level."""
    share: float
    """The product of the shares of the levels."""
    structure: IndexStructure
    """The index under these methods."""
    answers: Sequence[UnitAnswers]
    """The published units, missing answers treated as these methods say."""
    is_nominal: bool
    """Whether these are the methods of the ranking itself."""


def list_combinations(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> list[Combination]:
    """Return every combination of the levels of normalisation, aggregation and missing answers, the last fastest.

    Parameters
    ----------
    accepted
        The answers behind the scores.
    scores
        Their margins are those of the combinations too.
    definition
        The index.
    """
    levels = share_levels(definition)
    combinations, prepared = [], {definition.method.missing_answers: scores.sample}
    for chosen in product(*(shares.items() for shares in levels.values())):
        varied: dict[str, object] = {key: name for key, (name, _) in zip(levels, chosen, strict=True)}
        named = tuple((key, str(name)) for key, name in varied.items())
        if definition.uncertainty.normalisation:
            varied["normalisation_range"] = definition.uncertainty.normalisation_range
        method = definition.method.model_copy(update=varied)
        # Answers differ by the treatment of missing ones only, and some treatments take their time.
        if method.missing_answers not in prepared:
            changed = definition.model_copy(update={"method": method})
            prepared[method.missing_answers] = prepare_sample(
                accepted, changed, scores.sample.margins, restated=scores.sample.restated
            )
        sample = prepared[method.missing_answers]
        is_nominal = all(getattr(definition.method, key) == name for key, name in named)
        share = math.prod(share for _, share in chosen)
        structure = replace(sample.structure, method=method)
        combinations.append(
            Combination(levels=named, share=share, structure=structure, answers=sample.answers, is_nominal=is_nominal)
        )
    return combinations


def allot_replicates(combinations: Sequence[Combination], replicates: int) -> list[Scenario]:
    """Return the combinations as scenarios, each with its share of the replicates; those without any are left out."""
    counts = _allot(replicates, [combination.share for combination in combinations])
    return [
        Scenario(combination.structure, combination.answers, count, combination.levels)
        for combination, count in zip(combinations, counts, strict=True)
        if count
    ]


def plan_drawing(definition: IndexDefinition, structure: IndexStructure) -> Drawing:
    """Return what is drawn within each replicate."""
    block = definition.uncertainty
    return Drawing(
        respondents=block.respondents,
        concentrations=find_concentrations(_choose_variation(definition), structure),
        excluded_category=block.excluded_category,
        excluded_question=block.excluded_question,
    )


def find_concentrations(variation: float, structure: IndexStructure) -> dict[int, float]:
    """Return node to the Dirichlet concentration that gives a category of mean weight the wanted variation.

    With C categories of weight 1 / C the squared coefficient of variation is (C - 1) / (a + 1), so that two cannot vary
    by 1: they take the least concentration. No weights are drawn without variation, of a single category, and where
    they are learnt from the answers.
    """
    if not variation:
        return {}
    drawn = [node for node in structure.holders if not node.weighting.learns and len(node.counted) > 1]
    return {node.number: max((len(node.counted) - 1) / variation**2 - 1, _LEAST_CONCENTRATION) for node in drawn}


def tabulate_assumptions(
    definition: IndexDefinition, structure: IndexStructure, scenarios: Iterable[Scenario]
) -> pl.DataFrame:
    """Return one row per assumption and level: `assumption, level, share, replicates, nominal`.

    `share` is the level's share of the replicates; for weights the level names their variation and concentration.
    `replicates` is null for what is drawn within replicates.
    """
    scenarios = list(scenarios)
    block, method = definition.uncertainty, definition.method
    rows: list[tuple[str, str, float, int | None, bool]] = [
        ("respondents", "resampled" if block.respondents else "as they are", 1.0, None, not block.respondents)
    ]
    rows += _describe_weights(definition, structure)
    for key, shares in share_levels(definition).items():
        for name, share in shares.items():
            count = sum(scenario.replicates for scenario in scenarios if (key, name) in scenario.levels)
            rows.append((key, name, share, count, name == getattr(method, key)))
    for key, share in (("category", block.excluded_category), ("question", block.excluded_question)):
        rows.append((f"excluded {key}", "none", 1 - share, None, True))
        if share:
            rows.append((f"excluded {key}", f"one {key}, drawn evenly", share, None, False))
    return pl.DataFrame(rows, schema=ASSUMPTIONS.schema, orient="row")


def _describe_weights(
    definition: IndexDefinition, structure: IndexStructure
) -> list[tuple[str, str, float, int | None, bool]]:
    """Return the rows of what is drawn of weights: one for the index, one for each category that holds categories."""
    variation = _choose_variation(definition)
    concentrations = find_concentrations(variation, structure)
    rows: list[tuple[str, str, float, int | None, bool]] = []
    for node in structure.holders:
        concentration = concentrations.get(node.number)
        level = "of the definition"
        if concentration is not None:
            level = f"Dirichlet, coefficient of variation {variation:g}, concentration {concentration:.6g}"
        if node.weighting.learns:
            level = f"learnt: {node.weighting.name}"
        name = definition.nodes[node.number].id
        rows.append(("weights", f"in {name}: {level}" if name else level, 1.0, None, concentration is None))
    return rows


def tabulate_method_ranks(combinations: Sequence[Combination], scores: Scores) -> pl.DataFrame:
    """Return one row per combination of methods and ranked unit, units by rank; nothing is drawn.

    Columns `combination` (from 1), `normalisation, aggregation, missing_answers, share` (of the replicates), `nominal`
    (the methods of the ranking itself), `unit, rank` (null: no score under these methods).
    """
    ranked = scores.units["ranked"].to_numpy()[scores.sample.published]
    units = scores.units.filter("ranked")
    order = np.argsort(units["rank"].to_numpy(), kind="stable")
    codes, means, rows = units["unit"].to_list(), {}, []
    for number, combination in enumerate(combinations, start=1):
        answers, structure = combination.answers, combination.structure
        treatment = structure.method.missing_answers
        if treatment not in means:
            means[treatment] = estimate_unit_means(answers) if answers else np.empty((0, len(structure.node_of)))
        evidence = gather_evidence(answers, [unit.weights for unit in answers], structure)
        found = score_means(means[treatment], structure, evidence=evidence)[ranked, 0]
        ranks = rank_units(found)
        named = [level for _, level in combination.levels]
        rows += [
            (number, *named, combination.share, combination.is_nominal, codes[n], int(ranks[n]) or None) for n in order
        ]
    frame = pl.DataFrame(rows, schema=METHOD_RANKS.schema, orient="row")
    return frame.with_columns(pl.col("share").round(6))


def _choose_variation(definition: IndexDefinition) -> float:
    given = definition.uncertainty.weight_variation
    return USUAL_VARIATION if given is None else given


def share_levels(definition: IndexDefinition) -> dict[str, dict[str, float]]:
    """Return the levels of each varied key with their shares, sum one; a key that is not varied has its one level."""
    levels = {}
    for key in VARIED:
        given = getattr(definition.uncertainty, key) or {getattr(definition.method, key): 1.0}
        total = sum(given.values())
        levels[key] = {name: part / total for name, part in given.items()}
    return levels


def _allot(total: int, shares: list[float]) -> list[int]:
    """Return whole numbers that sum to the total, nearest to the shares (largest remainders, the first at ties).

    Examples
    --------
    >>> _allot(10, [0.5, 0.25, 0.25])
    [5, 3, 2]
    """
    wanted = np.array(shares) * total
    counts = np.floor(wanted + 1e-9).astype(int)
    left = total - int(counts.sum())
    order = np.argsort(-(wanted - counts), kind="stable")
    counts[order[:left]] += 1
    return [int(count) for count in counts]
