"""Measure influence on the ranking: leave out each respondent, company, unit, question, category and rule once.

Of quality rules, those that quarantine rows are left out. The accepted answers and the units that take part stay those
of the ranking; a question or category is left out by a nominal weight of zero. Where the scores of a unit are question
means of its own respondents, leaving respondents out changes the means of their unit only, and all are scored together;
where a method looks at all respondents at once, or a unit falls under a minimum, the index is computed again.

Units are left out in `left_out_units`. Everything here is exact; `disclosure.influence` decides what of it is
published. Method page: docs/methods/influence.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.raw_tree import list_raw_categories
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.influence import RANKS_WITHOUT, RANKS_WITHOUT_UNIT
from bpo_index.publication.columns.private import INFLUENCE_ITEMS
from bpo_index.robustness.left_out_units import leave_out_units
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW
from bpo_index.robustness.replicates import list_excludable_categories, list_excludable_questions
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.dont_know import place_dont_know
from bpo_index.scoring.preparation import gather_evidence, needs_evidence, prepare_sample
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means, sort_respondents
from bpo_index.scoring.unit_scores import Scores, score_units

#: The most full computations for respondents and companies; where more are needed, none is made.
_MOST_RECOMPUTED = 2_000
#: The same where missing answers are filled in again each time, which takes a tenth of a second and more.
_MOST_IMPUTED = 300
#: Numbers that are worked on together.
_CELLS = 1_200_000

#: The name under which quality rules are left out, in all tables.
RULE = "quality_rule"
#: What is left out of the index itself; respondents and companies are left out of the answers.
_OF_THE_INDEX = ("question", "category", RULE)


@dataclass(frozen=True)
class Influence:
    """What changes when one thing is left out, exact; single respondents are named in it."""

    items: pl.DataFrame
    """One row per item: respondents, companies, units, questions, categories, quality rules: `left_out, item, unit` (of
    a respondent)`, score_change` (of the unit that changes most)`, ranks_changed, largest_shift, mean_rank_shift,
    changes_first, changes_first_five`; null where it could not be computed."""
    ranks_without: pl.DataFrame
    """One row per question, category or quality rule, and unit: `left_out, item, unit, rank, rank_without`. Without a
    quality rule the ranks are those among the units of the ranking."""
    ranks_without_unit: pl.DataFrame
    """One row per unit left out, and other ranked unit, as `leave_out_units` says."""


@dataclass(frozen=True)
class _Item:
    """Something left out."""

    kind: str
    name: str
    unit: str | None
    scores: Floats
    """Of all units; NaN where the unit has no rank without the item."""


def assess_influence(
    accepted: pl.DataFrame, quarantined_by_rules: pl.DataFrame | None, scores: Scores, definition: IndexDefinition
) -> Influence:
    """Leave out one thing after another and return what changes.

    Parameters
    ----------
    accepted, quarantined_by_rules
        From `validate_responses`: the answers behind the scores, and those that quality rules keep out; None: no rule
        is left out.
    scores, definition
        What `score_units` made of the answers, and the index.
    """
    if not scores.units["ranked"].any():
        empty = (INFLUENCE_ITEMS, RANKS_WITHOUT, RANKS_WITHOUT_UNIT)
        return Influence(*(pl.DataFrame(schema=table.schema) for table in empty))
    people = _leave_out_people(accepted, scores, definition)
    others = [
        *_leave_out_questions(accepted, scores, definition),
        *([] if quarantined_by_rules is None else _leave_out_rules(accepted, quarantined_by_rules, scores, definition)),
    ]
    units, ranks_without_unit = leave_out_units(accepted, scores, definition)
    (of_people, _), (of_index, ranks_without) = (_tabulate(items, scores) for items in (people, others))
    return Influence(pl.concat([of_people, units, of_index]), ranks_without, ranks_without_unit)


def _find_scores(units: pl.DataFrame) -> Floats:
    """Return the scores of all units; NaN for those that are not ranked."""
    return units.select(pl.when("ranked").then("score").fill_null(float("nan"))).to_series().to_numpy()


def _leave_out_people(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> list[_Item]:
    """Return the items of all respondents of published units and of all companies with one."""
    sample, ranked = scores.sample, scores.units["ranked"].to_numpy()
    published = [unit.unit for unit in sample.answers]
    # In the order of the answers: units as in the definition, respondents by what they said.
    place = pl.col("unit").replace_strict(published, range(len(published)), return_dtype=pl.Int64)
    answered = place_dont_know(accepted, definition).filter(pl.col("unit").is_in(published))
    people = sort_respondents(answered, definition.question_ids)
    people = people.sort(place, maintain_order=True).with_row_index("row")
    persons = people.group_by("respondent_id", maintain_order=True).agg("row", "unit")
    # Who rates several units is left out of all of them.
    named = [
        ("respondent", name, rows, units[0] if len(units) == 1 else None) for name, rows, units in persons.iter_rows()
    ]
    companies = people.filter(pl.col("cluster").is_not_null()).group_by("cluster").agg("row").sort("cluster")
    named += [("company", name, sorted(rows), None) for name, rows in companies.iter_rows()]
    # A company with one respondent is that respondent.
    groups = list(dict.fromkeys(tuple(rows) for _, _, rows, _ in named))

    unit_of = np.repeat(np.arange(len(published)), [unit.respondents for unit in sample.answers])
    lost = np.zeros((len(groups), len(published)), dtype=np.int64)
    for n, rows in enumerate(groups):
        np.add.at(lost[n], unit_of[list(rows)], 1)
    method = definition.method
    needed = max(method.minimum_respondents_to_publish, method.minimum_respondents_to_rank)
    falls = (lost > 0) & (np.bincount(unit_of, minlength=len(published)) - lost < needed)
    if not _is_separable(scores):
        together = np.empty(0, dtype=np.int64)
    elif sample.structure.units_are_independent:  # a unit that falls out changes no other
        together = np.arange(len(groups))
    else:
        together = np.flatnonzero(~falls.any(axis=1))
    found = np.full((len(groups), len(ranked)), np.nan)
    found[np.ix_(together, ranked)] = _score_without([groups[n] for n in together], unit_of, scores)
    fallen, unit = np.nonzero(falls)
    found[fallen, np.flatnonzero(sample.published)[unit]] = np.nan
    alone = np.setdiff1d(np.arange(len(groups)), together)
    if len(alone) <= (_MOST_IMPUTED if scores.sample.structure.missing_answers.looks_at_others else _MOST_RECOMPUTED):
        for n in alone:
            gone = people[list(groups[n])].select("respondent_id", "unit")
            rest = accepted.join(gone, on=["respondent_id", "unit"], how="anti", maintain_order="left")
            found[n] = _score_anew(rest, scores, definition)
    number = {rows: n for n, rows in enumerate(groups)}
    return [_Item(kind, name, unit, found[number[tuple(rows)]]) for kind, name, rows, unit in named]


def are_means_own(structure: IndexStructure) -> bool:
    """Return whether the score of a unit needs nothing of other units but question means."""
    return not structure.missing_answers.looks_at_others and not needs_evidence(structure)


def _is_separable(scores: Scores) -> bool:
    """Return whether leaving a respondent out changes only the question means of his or her unit."""
    answers = scores.sample.answers
    return are_means_own(scores.sample.structure) and not any(unit.is_fitted for unit in answers)


def _score_without(groups: Sequence[tuple[int, ...]], unit_of: Ints, scores: Scores) -> Floats:
    """Return groups x ranked units: overall scores without the respondents of each group."""
    answers, structure = scores.sample.answers, scores.sample.structure
    ranked = scores.units["ranked"].to_numpy()[scores.sample.published]
    found = np.repeat(_find_scores(scores.units)[scores.units["ranked"].to_numpy()][np.newaxis], len(groups), axis=0)
    if not groups:
        return found
    group_of, unit, means = _average_without(groups, unit_of, answers)
    if structure.units_are_independent:
        column = np.cumsum(ranked) - 1
        kept = ranked[unit]
        own = score_means(means[kept][:, np.newaxis], structure)[:, 0, 0]
        found[group_of[kept], column[unit[kept]]] = own
        return found
    whole = estimate_unit_means(answers)
    size = max(1, _CELLS // whole.size)
    for start in range(0, len(groups), size):
        inside = (group_of >= start) & (group_of < start + size)
        changed = np.repeat(whole[np.newaxis], min(size, len(groups) - start), axis=0)
        changed[group_of[inside] - start, unit[inside]] = means[inside]
        found[start : start + size] = score_means(changed, structure)[..., 0][:, ranked]
    return found


def _average_without(
    groups: Sequence[tuple[int, ...]], unit_of: Ints, answers: Sequence[UnitAnswers]
) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of a group and a unit in which it has respondents, and the unit's question means without them.

    The means are the sums of all less those of the group; NaN where nobody who rated the question is left.
    """
    ratings = np.concatenate([unit.ratings for unit in answers])
    weights = np.concatenate([unit.weights for unit in answers])[:, np.newaxis]
    rated = ~np.isnan(ratings)
    # Weighted ratings, weights, and raters of each question: respondents x 3 x questions.
    parts = np.stack([weights * np.where(rated, ratings, 0.0), weights * rated, rated.astype(float)], axis=1)
    totals = np.zeros((len(answers), *parts.shape[1:]))
    np.add.at(totals, unit_of, parts)
    rows = np.array([row for group in groups for row in group], dtype=np.int64)
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    pairs, pair_of = np.unique(group_of * len(answers) + unit_of[rows], return_inverse=True)
    left = totals[pairs % len(answers)]
    np.subtract.at(left, pair_of, parts[rows])
    means = np.divide(left[:, 0], left[:, 1], out=np.full_like(left[:, 0], np.nan), where=left[:, 2] > 0.5)
    return pairs // len(answers), pairs % len(answers), means


def _score_anew(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> Floats:
    """Return the scores of all units that are ranked with these answers; NaN for the others, or where it is refused."""
    try:
        units = score_units(
            accepted, definition, scores.sample.margins, restated=scores.sample.restated, is_whole=False
        ).units
    except DataRefused:
        return np.full(len(scores.units), np.nan)
    return _find_scores(units)


def _leave_out_questions(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> list[_Item]:
    structure = scores.sample.structure
    ids = definition.question_ids
    changes = []
    for question in list_excludable_questions(structure):
        weights = structure.question_weights.copy()
        weights[question] = 0.0
        changes.append(("question", ids[question], replace(structure, question_weights=weights)))
    for category in list_excludable_categories(structure):
        weights = structure.node_weights.copy()
        weights[category] = 0.0
        changes.append(("category", definition.nodes[category].id, replace(structure, node_weights=weights)))
    published, ranked = scores.sample.published, scores.units["ranked"].to_numpy()
    items, own = [], estimate_unit_means(scores.sample.answers)
    for kind, name, changed in changes:
        answers, means = scores.sample.answers, own
        if structure.missing_answers.weighs_questions and kind == "question":
            weight = dict(zip(ids, changed.question_weights, strict=True))
            answers = prepare_sample(
                accepted, _reweigh(definition, weight), scores.sample.margins, restated=scores.sample.restated
            ).answers
            means = estimate_unit_means(answers)
        evidence = gather_evidence(answers, [unit.weights for unit in answers], changed)
        found = np.full(len(published), np.nan)
        if _can_weigh(changed):
            found[published] = score_means(means, changed, evidence=evidence)[:, 0]
        items.append(_Item(kind, name, None, np.where(ranked, found, np.nan)))
    return items


def _can_weigh(structure: IndexStructure) -> bool:
    """Return whether there can be weights for the categories that are left."""
    return all(
        node.weighting.can_weigh is None or node.weighting.can_weigh(node.weighting_options, len(node.counted))
        for node in structure.holders
    )


def _reweigh(definition: IndexDefinition, weight: dict[str, float]) -> IndexDefinition:
    """Return the definition with other weights of questions."""
    # Parsed again, not copied: a copy would keep the cached list of questions.
    raw = definition.model_dump(mode="json")
    for _, category in list_raw_categories(raw):
        for question in category["questions"]:
            question["weight"] = float(weight[question["id"]])
    return IndexDefinition.model_validate(raw)


def _leave_out_rules(
    accepted: pl.DataFrame, quarantined_by_rules: pl.DataFrame, scores: Scores, definition: IndexDefinition
) -> list[_Item]:
    items = []
    for named in definition.quality_rules.list_named():
        if named.options.action != "quarantine":
            continue
        readmitted = quarantined_by_rules.filter(pl.col("reasons") == [named.name]).select(accepted.columns)
        anew = pl.concat([accepted, readmitted])
        found = _score_anew(anew, scores, definition) if readmitted.height else _find_scores(scores.units)
        items.append(_Item(RULE, named.name, None, found))
    return items


def _tabulate(items: Sequence[_Item], scores: Scores) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `Influence.items`, and of `Influence.ranks_without`."""
    ranked = scores.units["ranked"].to_numpy()
    codes = scores.units.filter("ranked")["unit"].to_list()
    base = _find_scores(scores.units)
    ranks = rank_units(base)[ranked]
    found = np.array([item.scores for item in items]).reshape(-1, len(base))
    without = _rank(found)[:, ranked]
    # A unit that has no rank any more has moved, by no number of places.
    shift = np.where(without > 0, np.abs(without - ranks), 0)
    changes = found - base
    largest = np.nan_to_num(np.abs(changes)).argmax(axis=1)
    measures = pl.DataFrame(
        {
            "left_out": pl.Series([item.kind for item in items], dtype=pl.String),
            "item": pl.Series([item.name for item in items], dtype=pl.String),
            "unit": pl.Series([item.unit for item in items], dtype=pl.String),
            "computed": without.any(axis=1),
            "score_change": np.nan_to_num(changes[np.arange(len(items)), largest]),
            "ranks_changed": (without != ranks).sum(axis=1),
            "largest_shift": shift.max(axis=1),
            "mean_rank_shift": shift.mean(axis=1),
            **{
                name: ((without <= k) & (without > 0) != (ranks <= k)).any(axis=1)
                for name, k in (("changes_first", 1), ("changes_first_five", FIRST_FEW))
            },
        }
    ).with_columns(pl.col(pl.Float64).round(6))
    blank = [name for name in INFLUENCE_ITEMS.schema if name not in ("left_out", "item", "unit")]
    measures = measures.with_columns(pl.when("computed").then(name).alias(name) for name in blank)
    order = np.argsort(ranks, kind="stable")
    rows = [
        (item.kind, item.name, codes[n], int(ranks[n]), int(own[n]) or None)
        for item, own in zip(items, without, strict=True)
        if item.kind in _OF_THE_INDEX
        for n in order
    ]
    return measures.select(INFLUENCE_ITEMS.schema.names()).cast(INFLUENCE_ITEMS.schema), pl.DataFrame(
        rows, schema=RANKS_WITHOUT.schema, orient="row"
    )


def _rank(scores: Floats) -> Ints:
    """Return the ranks of items x units, some items at a time: ranking compares all pairs of units."""
    size = max(1, _CELLS // scores.shape[1] ** 2)
    parts = [rank_units(scores[start : start + size]) for start in range(0, len(scores), size)]
    return np.concatenate(parts) if parts else np.zeros(scores.shape, dtype=np.int64)
