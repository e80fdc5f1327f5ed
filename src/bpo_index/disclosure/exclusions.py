"""Decide what is published of the ranking without the quality exclusions.

The public table says no more than follows from published scores, numbers of respondents, and the changes of score that
it publishes itself (`is_change_safe`): a unit whose change is not published may have any score that its rows could give
it (`possible_ranks.bound_scores`). Method page: docs/methods/exclusions.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.cells.withholding import OPEN_SHARE
from bpo_index.disclosure.possible_ranks import Range, bound_scores, rank_between
from bpo_index.display.labels import fold_label
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.robustness.rounding import round_table
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers
from bpo_index.scoring.unit_scores import Scores
from bpo_index.validation.rules.application import compare_by_rule
from bpo_index.validation.rules.record import ComparingRule, Questionnaire
from bpo_index.validation.rules.registry import NamedRule

#: From this many rows readmitted a change of score may be published (docs/adr/0010-what-is-published.md).
FEWEST_PUBLISHED = 5
#: Decimals of a change that is published: with more of them, ratings that are whole numbers could be tried out.
DECIMALS_PUBLISHED = 1
_CHANGE = "change published"
#: Texts that name no company.
_NO_COMPANY = ("n/a", "na", "none")
_NOISE = 1e-9


def disclose_exclusions(
    exclusions: Exclusions, quarantined_by_rules: pl.DataFrame, scores: Scores, definition: IndexDefinition
) -> pl.DataFrame:
    """Return the ranking with and without quality exclusions as it may be published.

    Parameters
    ----------
    exclusions
        From `compare_exclusions`.
    quarantined_by_rules
        From `validate_responses`: the answers that quality rules keep out.
    scores, definition
        What `score_units` made of the accepted answers, and the index.

    Returns
    -------
    DataFrame
        One row per ranked unit, by rank: `unit, respondents, score, rank, respondents_without, rank_without_low,
        rank_without_high` (among the same units)`, score_change`; null where it is not published.
    """
    ranked = exclusions.units.filter("ranked")
    is_published = pl.Series(
        _find_publishable_changes(ranked, quarantined_by_rules, scores, definition), dtype=pl.Boolean
    )
    shown = ranked.with_columns(
        pl.col("score_change").round(DECIMALS_PUBLISHED).alias(_CHANGE), is_published=is_published
    )
    possible = bound_scores(quarantined_by_rules, scores, definition)
    best: np.ndarray | None = None
    worst: np.ndarray | None = None
    if possible is not None:
        known = shown["is_published"].to_numpy()
        printed = shown["score"].to_numpy().astype(float) + shown[_CHANGE].to_numpy().astype(float)
        half = 0.5 * 10.0**-DECIMALS_PUBLISHED
        low, high = np.where(known, printed - half, possible.low), np.where(known, printed + half, possible.high)
        best, worst = rank_between(Range(low, high))
    return round_table(
        shown.with_columns(
            rank_without_low=None if best is None else pl.Series(best),
            rank_without_high=None if worst is None else pl.Series(worst),
            score=pl.when(pl.col("score_bound").is_null()).then("score"),
            score_change=pl.when("is_published").then(_CHANGE),
        )
        .sort("rank", "unit")
        .select(EXCLUSIONS.schema.names())
        .cast(EXCLUSIONS.schema)
    )


def _find_publishable_changes(
    ranked: pl.DataFrame, quarantined: pl.DataFrame, scores: Scores, definition: IndexDefinition
) -> list[bool]:
    """Return whether the change of score of each ranked unit may be published.

    Never where scores are no sums of answers, nor of rows, from `quarantined_by_rules`, that may be one person's.
    """
    structure = scores.sample.structure
    answers = {unit.unit: unit for unit in scores.sample.answers}
    rules = definition.quality_rules.list_named()
    found = []
    for code, bound, bound_without, after in ranked.select(
        "unit", "score_bound", "score_bound_without", "score_without"
    ).iter_rows():
        rows = quarantined.filter(unit=code)
        unit = answers[code]
        is_bound = bound is not None or bound_without is not None
        if not _is_sum(structure) or rows.is_empty() or is_bound or after is None or unit.is_fitted:
            found.append(False)
            continue
        ratings = rows.select(pl.col(definition.question_ids).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
        lowest, moves = _measure_moves(unit, ratings, rows["design_weight"].to_numpy(), structure)
        is_safe = is_change_safe(after - lowest, moves)
        found.append(is_safe and not _may_be_one_persons(rows, definition.questionnaire, rules))
    return found


def _may_be_one_persons(rows: pl.DataFrame, asked: Questionnaire, rules: Sequence[NamedRule]) -> bool:
    """Return whether one person may know several of a unit's rows readmitted.

    That is where two are of one company, however its letters are written, or one names none; and, as far as the
    definition has a rule that may find rows of one person, where it finds one: in validation, or among rows readmitted
    that validation does not compare (unfinished ones, tests, or too many to compare).
    """
    finding = [(named, rule) for named in rules if isinstance(rule := named.rule, ComparingRule)]
    finding = [(named, rule) for named, rule in finding if rule.finds_one_person]
    company = pl.col("cluster").map_elements(fold_label, return_dtype=pl.String)
    is_named = company.str.contains(r"[\p{L}\p{N}]") & ~company.is_in(_NO_COMPANY)
    one_company = ~is_named.fill_null(value=False) | company.is_duplicated()
    codes = [rule.name for _, rule in finding]
    alike = pl.concat_list("reasons", "flags").list.eval(pl.element().is_in(codes)).list.any()
    if rows.select((one_company | alike).any()).item():
        return True
    return any(_may_mark(named, rule, rows, asked) for named, rule in finding)


def _may_mark(named: NamedRule, rule: ComparingRule, rows: pl.DataFrame, asked: Questionnaire) -> bool:
    """Return whether a rule marks one of these rows, or could if it knew more of them."""
    if rule.columns is None or not set(rule.columns) <= set(rows.columns):
        return True
    found = compare_by_rule(rule, named.options, rows.with_row_index("response"), asked)
    return isinstance(found, str) or found.height > 0


def _is_sum(structure: IndexStructure) -> bool:
    """Return whether a score is a weighted sum of the answers, and nothing else."""
    return structure.is_linear and structure.missing_answers.complete is None and structure.outcome.code is None


def _measure_moves(
    unit: UnitAnswers, ratings: Floats, weights: Floats, structure: IndexStructure
) -> tuple[float, Floats]:
    """Return a unit's score with all ratings of the rows readmitted at the low end, and how far each row can move it.

    Parameters
    ----------
    unit
        The accepted answers.
    ratings, weights
        Of the rows readmitted, rows x questions; NaN where there is no rating.
    structure
        The index.
    """
    rated = ~np.isnan(ratings)
    low, high = structure.ends
    # All rows at the low end; then each of them in turn at the high end.
    at_high = np.vstack([np.zeros(len(ratings), dtype=bool), np.eye(len(ratings), dtype=bool)])
    filled = np.where(at_high[:, :, np.newaxis], high, low)
    mass = weights[:, np.newaxis] * rated
    own_sums, own_mass = unit.sum_ratings()
    sums, total = own_sums + (mass * filled).sum(axis=1), own_mass + mass.sum(axis=0)
    means = np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
    scores = score_means(means[:, np.newaxis], structure)[:, 0, 0]
    return float(scores[0]), scores[1:] - scores[0]


def is_change_safe(above_lowest: float, moves: Floats) -> bool:
    """Return whether the score of a unit leaves open what the rows readmitted said, even to one who wrote one of them.

    Each row has a mean p between 0 and 1; the score lies sum_j b_j p_j above the one with all of them at 0. Whoever
    knows that sum and one of the rows knows the sum D over the others, and so that the mean of two of these, T, lies
    between (D - b of the rest) / b_T and D / b_T. At least half of the scale has to lie between these, within 0 and 1,
    for the two with the largest b and whatever the row that is known says; for any other two, and any single one, more
    does.

    Parameters
    ----------
    above_lowest
        That sum, in score points.
    moves
        Rows readmitted: b, the score points between all ratings of the row at the low end and at the high end.

    Examples
    --------
    Whoever is one of six rows of the same weight with means of .6, and said 1, knows that the others have 2.6 together,
    and so the mean of two of them to be between 0 and 1. With means of .8 and a 0 of their own they know it to be above
    .9:

    >>> is_change_safe(6 * 0.6, np.ones(6)), is_change_safe(6 * 0.8, np.ones(6))
    (True, False)
    """
    if len(moves) < FEWEST_PUBLISHED:
        return False
    largest = np.argsort(moves)[::-1][:3]
    # Of the two largest b without each row: the next one steps in for the row itself.
    two = np.full(len(moves), moves[largest[:2]].sum())
    two[largest[:2]] += moves[largest[2]] - moves[largest[:2]]
    if not (two > 0).all():
        return False
    rest = moves.sum() - moves - two
    # What is open is concave in the sum of the others, so that it is least where the known row says 0 or 1, or as near
    # as it can.
    sums = np.clip(np.stack([np.full(len(moves), above_lowest), above_lowest - moves]), 0.0, two + rest)
    width = np.minimum(1.0, sums / two) - np.maximum(0.0, (sums - rest) / two)
    # NOTE: of three others of one weight exactly half is open, up to rounding.
    return bool((width >= OPEN_SHARE - _NOISE).all())
