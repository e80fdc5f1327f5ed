"""Accepted answers made ready for scoring: units with too few respondents suppressed, missing answers treated.

Stages: `split_units`, suppression by `minimum_respondents_to_publish`, `complete_answers`, `code_answers`,
`weigh_respondents`, `code_ends`. What weightings take from respondents (stated importance, covariance within units) is
gathered here too, for the answers and for replicates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.method_block import Method
from bpo_index.disclosure.cells.ends import code_ends
from bpo_index.disclosure.cells.room import find_outcome_room, find_room
from bpo_index.disclosure.cells.units import choose_units, count_effective, find_dominated
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names
from bpo_index.display.words import start_sentence
from bpo_index.errors import DataRefused
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import Evidence
from bpo_index.scoring.dont_know import counts_dont_know, place_dont_know
from bpo_index.scoring.margins import build_margins
from bpo_index.scoring.methods.aggregation import aggregate_mean
from bpo_index.scoring.methods.covariance import pool_within_covariance
from bpo_index.scoring.methods.normalisation import normalise_scale
from bpo_index.scoring.methods.record import STEPS, Questionnaire
from bpo_index.scoring.methods.respondent_weights import (
    Margin,
    MissedMargin,
    find_margin_problems,
    fit_weights,
    rake,
)
from bpo_index.scoring.missed_margins import describe_missed_margins, list_missed_margins
from bpo_index.scoring.steps import code_answers, complete_answers
from bpo_index.scoring.structure import IndexStructure, find_reference
from bpo_index.scoring.unit_design import find_design_problems, read_design, write_design_refusal
from bpo_index.scoring.unit_means import UnitAnswers, sort_respondents, split_units

#: Decimals to which ratings that were on the scale of the index are known on their own.
_DECIMALS = 9


@dataclass(frozen=True)
class Sample:
    """What is scored and resampled; holds answers of single respondents and is never published."""

    published: np.ndarray
    """Per unit of the definition: true where it has enough respondents to be published."""
    respondents: np.ndarray
    """Per unit of the definition: accepted respondents."""
    raters: np.ndarray
    """Units x nodes: respondents of the unit; who rated any question of the category."""
    is_closed: np.ndarray
    """Same shape: whether one of them has more than half of their weight, or another score was made of the same answers
    and published, and there is no room for a second."""
    counted: Floats
    """Same shape: how many they count for, Kish's effective number under unequal weights."""
    answers: list[UnitAnswers]
    """The published units, in the definition's order: ratings completed and coded, weights fitted. A unit at an end of
    the scale has the bound in place of its ratings."""
    structure: IndexStructure
    """The index, its reference counted among the published units."""
    notes: list[str]
    """Sentences for readers on what was done to the answers."""
    margins: pl.DataFrame | None = None
    """The shares of the population to which respondents are weighed; None: design weights."""
    restated: tuple[str, ...] = ()
    """Units whose category scores were published before, made in another way of the same answers."""
    cautions: tuple[str, ...] = ()
    """Those of the notes that are printed first: what was asked for and could not be had."""

    @property
    def missed_margins(self) -> list[tuple[str, MissedMargin]]:
        """Unit and share that its weights do not reach, where weights are trimmed."""
        return list_missed_margins(self.answers)

    @property
    def is_small(self) -> np.ndarray:
        """Units x nodes: whether too few answered to be published, or the cell is closed."""
        few = self.raters < self.structure.method.minimum_respondents_to_publish
        return np.asarray(few | self.is_closed)

    @property
    def has_room(self) -> np.ndarray:
        """Units x nodes: whether numbers beside the score may be published of the same answers."""
        return find_room(self.counted, self.structure)

    @property
    def has_outcome_room(self) -> np.ndarray:
        """Units x nodes: whether shares of high and low ratings may be published beside these."""
        return find_outcome_room(self.counted, self.structure)


def prepare_sample(
    accepted: pl.DataFrame,
    definition: IndexDefinition,
    margins: pl.DataFrame | None = None,
    *,
    restated: Collection[str] = (),
) -> Sample:
    """Return the answers as the method wants them.

    Parameters
    ----------
    accepted
        As `Validation.accepted`.
    definition
        The index.
    margins
        From `read_margins`: shares of the population, for columns under `columns.background`; None: design weights.
    restated
        Units whose category scores were published before, made in another way: their small cells are withheld.

    Raises
    ------
    DataRefused
        When the answers cannot be weighed to the margins, the unit of reference is suppressed, or nothing can be
        published beside earlier releases.
    """
    method = definition.method
    accepted = place_dont_know(accepted, definition)
    codes = [unit.code for unit in definition.units]
    structure = IndexStructure.from_definition(definition)
    wanted = [f"importance_{definition.nodes[n].id}" for n in structure.importance_nodes]
    everybody = split_units(accepted, codes, definition.question_ids, wanted)
    respondents = np.array([unit.respondents for unit in everybody])
    published = choose_units(respondents, method)
    raters = count_raters(everybody, structure)
    shown = [unit for unit, keep in zip(everybody, published, strict=True) if keep]
    shown = _attach_designs(shown, accepted, definition)
    shown, said = _complete(shown, definition, structure)
    notes = [*_describe_choices(definition, margins), *said]
    shown = _weigh(shown, accepted, definition, margins)
    dominated, counted = np.zeros(raters.shape, dtype=bool), raters.astype(float)
    dominated[published], counted[published] = _weigh_raters(everybody, published, shown, structure)
    is_full = np.isin(codes, list(restated))[:, np.newaxis] & ~find_room(counted, structure)
    published = published & ~dominated[:, 0] & ~is_full[:, 0]
    if restated and not published.any():
        raise DataRefused(
            f"Edition {definition.edition} of {definition.index} has been published, with scores made in another way "
            "of the same answers. Of so few respondents a second score would give answers away. Keep the method that "
            "was published, or collect more answers."
        )
    shown = [unit for unit in shown if published[codes.index(unit.unit)]]
    cautions = describe_missed_margins(list_missed_margins(shown), definition)
    shown = code_ends(shown, structure)
    structure = _place_reference(structure, shown)
    return Sample(
        published=published,
        respondents=respondents,
        raters=raters,
        is_closed=dominated | is_full,
        counted=counted,
        answers=shown,
        structure=structure,
        notes=[*notes, *cautions],
        margins=margins,
        restated=tuple(restated),
        cautions=tuple(cautions),
    )


def _weigh_raters(
    everybody: Sequence[UnitAnswers], published: np.ndarray, weighed: Sequence[UnitAnswers], structure: IndexStructure
) -> tuple[np.ndarray, Floats]:
    """Return for the published units which cells are dominated, and `Sample.counted`."""
    given = [unit for unit, keep in zip(everybody, published, strict=True) if keep]
    dominated = np.zeros((len(weighed), len(structure.nodes)), dtype=bool)
    counted = np.zeros(dominated.shape)
    for n, (unit, rated) in enumerate(zip(weighed, given, strict=True)):
        for node, questions in enumerate(structure.under):
            weights = unit.weights if node == 0 else unit.weights[~np.isnan(rated.ratings[:, questions]).all(axis=1)]
            dominated[n, node] = find_dominated([weights], structure.method)[0]
            counted[n, node] = count_effective(weights)
    return dominated, counted


def count_raters(answers: Sequence[UnitAnswers], structure: IndexStructure) -> np.ndarray:
    """Return units x nodes: the respondents of the unit, then how many rated any question of each category."""
    rated = [~np.isnan(unit.ratings) for unit in answers]
    return np.array(
        [
            [len(some), *(int(some[:, questions].any(axis=1).sum()) for questions in structure.under[1:])]
            for some in rated
        ]
    )


def weigh_respondents(unit: UnitAnswers, design_weights: Floats) -> Floats:
    """Return the weights of a unit's respondents: design weights fitted to the unit's margins and trimmed, in turn.

    Parameters
    ----------
    unit
        Whose margins and trimming count.
    design_weights
        ... x respondents; in replicates zero for those not drawn.
    """
    return fit_weights(design_weights, unit.margins, unit.trim)


def needs_evidence(structure: IndexStructure) -> bool:
    """Return whether a weighting of the structure needs more of the respondents than question means."""
    return structure.needs_importance or structure.method.weighting_level == "within"


def gather_evidence(answers: Sequence[UnitAnswers], weights: Sequence[Floats], structure: IndexStructure) -> Evidence:
    """Return what the weightings of a structure take from respondents.

    Parameters
    ----------
    answers
        The units.
    weights
        Per unit: ... x respondents.
    structure
        The index.
    """
    wants_covariance = structure.method.weighting_level == "within"
    if not answers or not needs_evidence(structure):
        return Evidence()
    everybody = np.concatenate(weights, axis=-1)
    importance = _average_importance(answers, everybody, structure) if structure.needs_importance else None
    question_covariance = node_covariance = None
    if wants_covariance:
        unit_of = np.repeat(np.arange(len(answers)), [unit.respondents for unit in answers])
        ratings = np.concatenate([unit.ratings for unit in answers])
        shares = normalise_scale(ratings, structure.minimum, structure.maximum, structure.reverse)
        persons = score_respondents(shares, structure)
        nodes = [node.children for node in structure.holders]
        node_covariance = _pool_covariance(persons, everybody, unit_of, nodes)
        questions = [node.questions for node in structure.groups_of_questions]
        question_covariance = _pool_covariance(shares, everybody, unit_of, questions)
    return Evidence(importance, question_covariance, node_covariance)


def _average_importance(answers: Sequence[UnitAnswers], weights: Floats, structure: IndexStructure) -> Floats:
    """Return ... x nodes: the mean over respondents of the share of their points, points not given as none.

    Shares are among the nodes of one parent.
    """
    points = np.concatenate([unit.importance for unit in answers if unit.importance is not None])
    found = np.full((*weights.shape[:-1], len(structure.nodes)), np.nan)
    for node in structure.holders:
        if not node.weighting.needs_importance:
            continue
        given = np.nan_to_num(points[:, np.searchsorted(structure.importance_nodes, node.children)])
        totals = given.sum(axis=1)
        spent = totals > 0
        shares = given[spent] / totals[spent, np.newaxis]
        sums = weights[..., spent] @ shares
        total = sums.sum(axis=-1, keepdims=True)
        found[..., node.children] = np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
    return found


def score_respondents(shares: Floats, structure: IndexStructure) -> Floats:
    """Return respondents x nodes: each respondent's mean over at least half of the questions that count.

    Of a node that holds nodes the weighted mean of theirs, by nominal weights; NaN where one with a weight is missing.
    """
    persons = np.empty((len(shares), len(structure.nodes)))
    for node in reversed(structure.nodes):
        if node.holds_questions:
            half = -(-len(node.counted) // 2)
            persons[:, node.number] = aggregate_mean(shares[:, node.questions], node.nominal, 1.0, needed=half)
        else:
            counted = node.nominal[node.counted]
            persons[:, node.number] = persons[:, node.counted_children] @ (counted / counted.sum())
    return persons


def _pool_covariance(values: Floats, weights: Floats, unit_of: np.ndarray, sets: Sequence[np.ndarray]) -> Floats:
    """Return ... x items x items, filled within each set of items only; listwise within each."""
    items = values.shape[1]
    covariance = np.zeros((*weights.shape[:-1], items, items))
    for chosen in sets:
        covariance[..., chosen[:, np.newaxis], chosen] = pool_within_covariance(values[:, chosen], weights, unit_of)
    return covariance


def _describe_choices(definition: IndexDefinition, margins: pl.DataFrame | None) -> list[str]:
    """Return one sentence on the methods that are not the default, and one on margins."""
    usual = Method()
    keys = [key for step in STEPS for key in step.keys]
    chosen = [
        f"{key} {getattr(definition.method, key)}"
        for key in keys
        if getattr(definition.method, key) != getattr(usual, key)
    ]
    notes = [phrase("notes.other_methods", count=len(chosen), methods=", ".join(chosen))] if chosen else []
    if counts_dont_know(definition):
        notes.append(phrase("notes.dont_know_in_base"))
    if margins is not None:
        notes.append(
            phrase(
                "notes.weighed_to_margins",
                respondents=start_sentence(definition.words.respondents),
                variables=list_names(sorted(set(margins["variable"]))),
            )
        )
    return notes


def _complete(
    answers: list[UnitAnswers], definition: IndexDefinition, structure: IndexStructure
) -> tuple[list[UnitAnswers], list[str]]:
    """Return the answers with missing ratings treated and the outcome coded, and sentences on it."""
    method, scale = definition.method, definition.scale
    treatment, outcome = structure.missing_answers, structure.outcome
    if not answers or (treatment.complete is None and outcome.code is None):
        return answers, []
    sizes = [unit.respondents for unit in answers]
    ratings = np.concatenate([unit.ratings for unit in answers])
    reverse = np.array([question.reverse for question in definition.questions])
    asked = Questionnaire(
        unit_of=np.repeat(np.arange(len(answers)), sizes),
        category_of=structure.node_of,
        weights=structure.question_weights,
        reverse=reverse,
        minimum=scale.minimum,
        maximum=scale.maximum,
    )
    completed = complete_answers(ratings, treatment.name, asked, **treatment.pick(method))
    notes = []
    if treatment.looks_at_others:
        notes.append(phrase("notes.filled_in", count=completed.filled, method=treatment.name))
    if not completed.converged:
        notes.append(phrase("notes.filling_not_settled"))
    rated, ends = _restore_scales(completed.ratings, definition)
    coded = (
        completed.ratings
        if outcome.code is None
        else code_answers(
            rated, outcome.name, reverse=reverse, minimum=ends[0], maximum=ends[1], **outcome.pick(method)
        )
    )
    parts = np.split(coded, np.cumsum(sizes)[:-1])
    return [dataclasses.replace(unit, ratings=part) for unit, part in zip(answers, parts, strict=True)], notes


def _restore_scales(
    ratings: Floats, definition: IndexDefinition
) -> tuple[Floats, tuple[Floats | float, Floats | float]]:
    """Return ratings on the scale on which each question was answered, of those on the index's, and its ends."""
    scale, ends = definition.scale, definition.question_ends
    if ends is None:
        return ratings, (scale.minimum, scale.maximum)
    low, high = np.array(ends[0]), np.array(ends[1])
    shares = (ratings - scale.minimum) / (scale.maximum - scale.minimum)
    # NOTE: rounded, since outcomes count points.
    return np.round(low + shares * (high - low), _DECIMALS), (low, high)


def _weigh(
    answers: list[UnitAnswers], accepted: pl.DataFrame, definition: IndexDefinition, margins: pl.DataFrame | None
) -> list[UnitAnswers]:
    """Return the answers with weights fitted to the margins and trimmed; refuse what cannot be fitted."""
    trim = definition.method.trim_weights
    if margins is None and trim is None:
        return answers
    background = definition.columns.background
    unknown = [] if margins is None else sorted(set(margins["variable"]) - set(background))
    if unknown:
        raise DataRefused(
            f"The margin file gives shares of {', '.join(unknown)}, which the definition does not know. Name the "
            f"columns under columns.background (it has: {', '.join(background) or 'none'})."
        )
    codes = [unit.code for unit in definition.units]
    strange = [] if margins is None else sorted(set(margins["unit"]) - {"", *codes})
    problems = [f"{unit!r} is not the code of a unit" for unit in strange]
    weighed = []
    for unit in answers:
        fitted: list[Margin] = []
        if margins is not None:
            rows = sort_respondents(accepted.filter(pl.col("unit") == unit.unit), definition.question_ids)
            try:
                labels = {name: rows[f"background_{name}"].to_list() for name in background}
                fitted = build_margins(margins, unit.unit, labels)
            except ValueError as error:
                problems.append(str(error))
                continue
            problems += [f"unit {unit.unit}, {says}" for margin in fitted for says in find_margin_problems(margin)]
        prepared = dataclasses.replace(unit, design_weights=unit.weights, margins=tuple(fitted), trim=trim)
        problems += [] if problems else _find_raking_failure(prepared)
        weighed.append(
            prepared if problems else dataclasses.replace(prepared, weights=weigh_respondents(prepared, unit.weights))
        )
    if problems:
        shown = "; ".join(problems[:20]) + (f"; and {len(problems) - 20} more" if len(problems) > 20 else "")
        raise DataRefused(
            f"The respondents cannot be weighed to the margins: {shown}. Collapse levels in the margin file and the "
            "answers, or leave the variable out."
        )
    return weighed


def _find_raking_failure(unit: UnitAnswers) -> list[str]:
    if not unit.margins or unit.design_weights is None:
        return []
    raked = rake(unit.design_weights, unit.margins)
    if bool(raked.converged):
        return []
    return [
        f"unit {unit.unit}: raking does not converge, the farthest share is {float(raked.largest_gap):.3f} off (the "
        "margins contradict each other in the answers at hand)"
    ]


def _attach_designs(
    answers: list[UnitAnswers], accepted: pl.DataFrame, definition: IndexDefinition
) -> list[UnitAnswers]:
    """Return the answers with how their companies were drawn, where the definition says so."""
    design, background = definition.design, definition.columns.background
    if design is None:
        return answers
    designed = []
    for unit in answers:
        rows = sort_respondents(accepted.filter(pl.col("unit") == unit.unit), definition.question_ids)
        designed.append(dataclasses.replace(unit, design=read_design(design, rows, unit.unit, background)))
    return designed


def refuse_other_design(accepted: pl.DataFrame, definition: IndexDefinition, published: np.ndarray) -> None:
    """Refuse answers that contradict the `design:` block.

    Raises
    ------
    DataRefused
        Naming each unit, stratum and company.
    """
    if definition.design is None:
        return
    codes = [unit.code for unit, keep in zip(definition.units, published, strict=True) if keep]
    rows = accepted.filter(pl.col("unit").is_in(codes))
    problems = find_design_problems(definition.design, rows, definition.columns.background)
    if problems:
        raise DataRefused(write_design_refusal(problems, definition.design))


def _place_reference(structure: IndexStructure, answers: list[UnitAnswers]) -> IndexStructure:
    if structure.reference is None:
        return structure
    shown = [unit.unit for unit in answers]
    reference = find_reference(structure.method, shown)
    if reference is None:
        raise DataRefused(
            f"The unit of reference, {structure.method.reference_unit}, has too few respondents to be published, so "
            "nothing can be compared with it. Choose another reference_unit or another normalisation."
        )
    return dataclasses.replace(structure, reference=reference)
