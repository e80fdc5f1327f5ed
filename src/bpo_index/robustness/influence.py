"""Whose answers, and which parts of the index, decide the order: everything left out once.

Left out are each respondent, each company, each question, each category, and each quality rule that keeps rows out.
The answers that the rules accept, and the units that take part, stay those of the ranking; a question or category is
left out by a nominal weight of zero. Where the scores of a unit are question means of its own respondents, leaving
respondents out changes the means of their unit only, and all are scored together; where a method looks at all
respondents at once, or a unit falls under a minimum, the index is computed anew.

Single respondents are named in `items` only, which is for the private audit. What a rule that keeps rows out does to
ranks is public only where it does not hang on what those rows say (`possible_ranks`). Method page:
docs/methods/influence.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.raw_tree import list_raw_categories
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.influence import INFLUENCE, RANKS_WITHOUT
from bpo_index.publication.columns.private import INFLUENCE_ITEMS
from bpo_index.robustness.ranks.possible_ranks import Range, are_means_own, bound_scores, measure_changes, rank_between
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW
from bpo_index.robustness.replicates import list_excludable_categories, list_excludable_questions
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.preparation import gather_evidence, prepare_sample
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means, sort_respondents
from bpo_index.scoring.unit_scores import Scores, score_units

#: Whole computations of leaving out one respondent or company after another, at most; where there are more, none is.
_MOST_RECOMPUTED = 2_000
#: The same where missing answers are filled in anew each time, which takes a tenth of a second and more.
_MOST_IMPUTED = 300
#: Numbers that are worked on together.
_CELLS = 1_200_000

#: What is left out under a name that is for the private audit only.
PRIVATE = ("respondent", "company")


@dataclass(frozen=True)
class Influence:
    """What changes when one thing is left out."""

    influence: pl.DataFrame
    """One row for all respondents, one for all companies, one per question, category and quality rule: `left_out, item,
    items, changing_first, changing_first_five, changing_any_rank` (how many of the items do), `largest_shift,
    mean_rank_shift` (over items and units), `not_computed`. Of a quality rule null where it hangs on what the rows say
    that it keeps out."""
    ranks_without: pl.DataFrame
    """One row per question, category or quality rule, and unit: `left_out, item, unit, rank, rank_without`; null
    likewise. Without a quality rule the ranks are those among the units of the ranking."""
    items: pl.DataFrame
    """For the private audit: one row per item, the most influential first: `left_out, item, unit` (of a respondent)`,
    score_change` (of the unit that changes most)`, ranks_changed, largest_shift, mean_rank_shift, changes_first,
    changes_first_five`; null where it could not be computed."""


@dataclass(frozen=True)
class _Item:
    """Something left out."""

    kind: str
    name: str
    unit: str | None
    scores: Floats
    """Of all units; NaN where the unit has no rank without the item."""
    possible: tuple[Ints, Ints] | None = None
    """Of a quality rule: the best and the worst rank of the ranked units, whatever the rows say that it keeps out."""


def assess_influence(
    accepted: pl.DataFrame, set_aside: pl.DataFrame | None, scores: Scores, definition: IndexDefinition
) -> Influence:
    """Leave out one thing after another and return what changes.

    Parameters
    ----------
    accepted, set_aside
        From `validate_responses`: the answers behind the scores, and those that quality rules keep out; None: no rule
        is left out.
    scores, definition
        What `score_units` made of the answers, and the index.
    """
    if not scores.units["ranked"].any():
        return Influence(*(pl.DataFrame(schema=table.schema) for table in (INFLUENCE, RANKS_WITHOUT, INFLUENCE_ITEMS)))
    items = [
        *_leave_out_people(accepted, scores, definition),
        *_leave_out_questions(accepted, scores, definition),
        *([] if set_aside is None else _leave_out_rules(accepted, set_aside, scores, definition)),
    ]
    return _tabulate(items, scores)


def _find_scores(units: pl.DataFrame) -> Floats:
    """Return the scores of all units; NaN for those that are not ranked."""
    return units.select(pl.when("ranked").then("score").fill_null(float("nan"))).to_series().to_numpy()


def _leave_out_people(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> list[_Item]:
    """Return the items of all respondents of published units and of all companies with one."""
    sample, ranked = scores.sample, scores.units["ranked"].to_numpy()
    published = [unit.unit for unit in sample.answers]
    # In the order of the answers: units as in the definition, respondents by what they said.
    place = pl.col("unit").replace_strict(published, range(len(published)), return_dtype=pl.Int64)
    people = sort_respondents(accepted.filter(pl.col("unit").is_in(published)), definition.question_ids)
    people = people.sort(place, maintain_order=True).with_row_index("row")
    named = [
        ("respondent", name, [row], unit) for row, name, unit in people["row", "respondent_id", "unit"].iter_rows()
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
            gone = people["respondent_id"].gather(groups[n]).to_list()
            found[n] = _score_anew(accepted.filter(~pl.col("respondent_id").is_in(gone)), scores, definition)
    number = {rows: n for n, rows in enumerate(groups)}
    return [_Item(kind, name, unit, found[number[tuple(rows)]]) for kind, name, rows, unit in named]


def _is_separable(scores: Scores) -> bool:
    """Return whether leaving a respondent out changes nothing but the question means of his or her unit."""
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
        units = score_units(accepted, definition, scores.sample.margins).units
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
            answers = prepare_sample(accepted, _reweigh(definition, weight), scores.sample.margins).answers
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
    # Read anew, and not copied: a copy would keep the list of questions that the definition has made of itself.
    raw = definition.model_dump(mode="json")
    for _, category in list_raw_categories(raw):
        for question in category["questions"]:
            question["weight"] = float(weight[question["id"]])
    return IndexDefinition.model_validate(raw)


def _leave_out_rules(
    accepted: pl.DataFrame, set_aside: pl.DataFrame, scores: Scores, definition: IndexDefinition
) -> list[_Item]:
    items = []
    for named in definition.quality_rules.list_named():
        if named.options.action != "quarantine":
            continue
        let_in = set_aside.filter(pl.col("reasons") == [named.name]).select(accepted.columns)
        anew = pl.concat([accepted, let_in])
        found = _score_anew(anew, scores, definition) if let_in.height else _find_scores(scores.units)
        items.append(
            _Item(
                kind="quality_rule",
                name=named.name,
                unit=None,
                scores=found,
                possible=_find_possible_ranks(let_in, scores, definition),
            )
        )
    return items


def _find_possible_ranks(let_in: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> tuple[Ints, Ints]:
    possible = bound_scores(let_in, scores, definition)
    if possible is None:  # any rank
        count = int(scores.units["ranked"].sum())
        possible = Range(np.zeros(count), np.full(count, np.inf))
    return rank_between(possible)


def _tabulate(items: Sequence[_Item], scores: Scores) -> Influence:
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
    private = measures.sort(
        "mean_rank_shift", pl.col("score_change").abs(), descending=True, nulls_last=True, maintain_order=True
    )
    order = np.argsort(ranks, kind="stable")
    rows = [
        (item.kind, item.name, codes[n], int(ranks[n]), told[n])
        for item, own in zip(items, without, strict=True)
        if item.kind not in PRIVATE
        for told in [_list_told(item, own)]
        for n in order
    ]
    return Influence(
        _count(measures, [(item.name, *item.possible) for item in items if item.possible], ranks),
        pl.DataFrame(rows, schema=RANKS_WITHOUT.schema, orient="row"),
        private.select(INFLUENCE_ITEMS.schema.names()).cast(INFLUENCE_ITEMS.schema),
    )


def _list_told(item: _Item, without: Ints) -> list[int | None]:
    """Return the ranks of the ranked units without an item, as they may be public."""
    if item.possible is None:
        return [int(rank) or None for rank in without]
    return [int(best) if best == worst else None for best, worst in zip(*item.possible, strict=True)]


def _rank(scores: Floats) -> Ints:
    """Return the ranks of items x units, some items at a time: ranking compares all pairs of units."""
    size = max(1, _CELLS // scores.shape[1] ** 2)
    return np.concatenate([rank_units(scores[start : start + size]) for start in range(0, len(scores), size)])


def _count(measures: pl.DataFrame, rules: Sequence[tuple[str, Ints, Ints]], ranks: Ints) -> pl.DataFrame:
    """Return the public table: single respondents and companies are counted together, rules by possible ranks."""
    counted = (
        measures.with_columns(item=pl.when(~pl.col("left_out").is_in(PRIVATE)).then("item"))
        .group_by("left_out", "item", maintain_order=True)
        .agg(
            items=pl.len(),
            changing_first=pl.col("changes_first").sum(),
            changing_first_five=pl.col("changes_first_five").sum(),
            changing_any_rank=(pl.col("ranks_changed") > 0).sum(),
            largest_shift=pl.col("largest_shift").max(),
            mean_rank_shift=pl.col("mean_rank_shift").mean().round(6),
            not_computed=(~pl.col("computed")).sum(),
        )
        .cast(INFLUENCE.schema)
    )
    if not rules:
        return counted
    told = [
        ("quality_rule", name, 1, *measure_changes(ranks, best, worst, FIRST_FEW), 0) for name, best, worst in rules
    ]
    others = counted.filter(pl.col("left_out") != "quality_rule")
    return pl.concat([others, pl.DataFrame(told, schema=INFLUENCE.schema, orient="row")])
