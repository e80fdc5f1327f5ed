"""Published facts against computed numbers.

`load_facts` reads ``sample_data/published_facts.csv``; `check_facts` tests each fact of an edition. The sample data was
built to meet the facts, so that on it this checks the computation only.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number, show_range, show_score
from bpo_index.errors import UsageError
from bpo_index.files.resources import find_resource
from bpo_index.publication.possible_scores import find_possible_scores, find_range
from bpo_index.scoring.ranking import rank_units

#: Scores no farther apart are equal.
_EQUAL = 1e-7


@dataclass(frozen=True)
class Fact:
    """One published statement, read so that it can be checked."""

    edition: str
    unit: str
    """Code of the unit."""
    category: str
    """Id of the category; empty: the overall score, or a question."""
    question: str
    """Id of the question; empty: the overall score, or a category."""
    kind: str
    """`score` (to one decimal), `score_at_least`, `rank`, `rank_at_most`, `rank_at_least`, `own_rank_at_most`
    (among the unit's own categories), `ahead_of` (the unit in `value`)."""
    value: str
    statement: str
    """What was published."""
    reading: str
    """How it is read here."""
    source: str
    not_testable: str
    """Why it cannot be tested; empty: it can."""


@dataclass(frozen=True)
class FactCheck:
    """A fact and what became of it."""

    fact: Fact
    outcome: str
    """`holds`, `does not hold`, `not testable`."""
    found: str
    """What was computed, or why it was not."""


def load_facts(path: Path | None = None) -> list[Fact]:
    """Return all published facts, in the order of the file."""
    path = path or find_resource("sample_data", "published_facts.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return [Fact(**row) for row in csv.DictReader(file)]


def check_facts(
    facts: list[Fact],
    ranking: pl.DataFrame,
    categories: pl.DataFrame,
    unit_means: pl.DataFrame | None,
    *,
    reverse: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
) -> list[FactCheck]:
    """Check facts of one edition against its tables.

    Parameters
    ----------
    facts
        Facts of the edition.
    ranking, categories
        With the columns `unit, score, rank`, and `category`; `score_bound` where scores are published as bounds. A fact
        that such a score, or one that is withheld, leaves open is not testable.
    unit_means
        `unit, <question ids>` in scale points; None: facts about questions are not testable (releases hold none).
    reverse
        Questions in which low ratings are the good ones.
    weights
        From `find_category_weights`.
    """
    return [_check_fact(fact, ranking, categories, unit_means, reverse=reverse, weights=weights) for fact in facts]


def _check_fact(
    fact: Fact,
    ranking: pl.DataFrame,
    categories: pl.DataFrame,
    unit_means: pl.DataFrame | None,
    *,
    reverse: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
) -> FactCheck:
    if fact.not_testable:
        return FactCheck(fact, "not testable", fact.not_testable)
    if fact.question:
        if unit_means is None:
            return FactCheck(fact, "not testable", phrase("release.fact_no_questions"))
        sign = -1 if fact.question in reverse else 1
        scores = unit_means.select("unit", score=sign * pl.col(fact.question))
        ranks = rank_units(scores["score"].fill_null(float("nan")).to_numpy())
        table = scores.with_columns(rank=pl.Series(ranks))
    elif fact.category:
        table = categories.filter(pl.col("category") == fact.category)
    else:
        table = ranking
    rows = {row["unit"]: row for row in table.iter_rows(named=True)}
    row = rows.get(fact.unit)
    if row is not None and row["score"] is None and row.get("respondents"):
        return FactCheck(fact, "not testable", phrase("release.fact_withheld"))
    if row is None or row["score"] is None or row["rank"] is None:
        return FactCheck(fact, "does not hold", phrase("release.fact_no_rank", unit=fact.unit))
    rank, score = int(row["rank"]), float(row["score"])
    bound = row.get("score_bound")
    low, high = find_range(score, bound)
    shown = phrase("release.fact_score", score=show_score({"score": score, "score_bound": bound}))
    ranked = phrase("release.fact_rank", rank=rank)
    match fact.kind:
        case "score":
            is_open = low < high and low <= float(fact.value) <= high
            return _judge(fact, None if is_open else show_number(score) == fact.value, shown)
        case "score_at_least":
            is_open = low < float(fact.value) <= high
            return _judge(fact, None if is_open else low >= float(fact.value), shown)
        case "rank":
            return _judge(fact, rank == int(fact.value), ranked)
        case "rank_at_most":
            return _judge(fact, rank <= int(fact.value), ranked)
        case "rank_at_least":
            return _judge(fact, rank >= int(fact.value), ranked)
        case "own_rank_at_most":
            own = find_possible_scores(fact.unit, ranking, categories, weights)
            low, high = own[fact.category]
            others = [ends for category, ends in own.items() if category != fact.category]
            # The place where all others are as low, and as high, as they may be.
            best = 1 + sum(least > high + _EQUAL for least, _ in others)
            worst = 1 + sum(most > low + _EQUAL for _, most in others)
            found = phrase("release.fact_own_rank", place=show_range(best, worst), categories=len(own), score=shown)
            holds = True if worst <= int(fact.value) else False if best > int(fact.value) else None
            return _judge(fact, holds, found)
        case "ahead_of":
            other = rows.get(fact.value, {}).get("rank")
            if other is None:
                return _judge(fact, False, phrase("release.fact_ahead_of_none", rank=rank))
            return _judge(fact, int(other) > rank, phrase("release.fact_ahead", rank=rank, other=int(other)))
        case _:
            raise UsageError(f"published_facts.csv has the unknown kind {fact.kind!r}. Correct the file.")


def _judge(fact: Fact, holds: bool | None, found: str) -> FactCheck:
    return FactCheck(fact, {True: "holds", False: "does not hold", None: "not testable"}[holds], found)
