"""The sentences of the reader's report on categories, on how far the ranks can be trusted, and on limits."""

from __future__ import annotations

from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_level, show_number, show_percentage, show_score
from bpo_index.publication.findings import (
    describe_assumptions,
    describe_influence,
    describe_swaps,
    rate_several,
)
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result
from bpo_index.publication.reversals import describe_reversals

#: Sentences on one matter, at most.
MOST_SENTENCES = 5


def describe_categories(result: Result, names: Names) -> list[str]:
    """Return where units lie furthest apart and closest, and how many categories the leader leads, as sentences."""
    ends = {}
    for category in names.categories:
        ranked = result.categories.filter(pl.col("rank").is_not_null(), category=category).sort("rank", "unit")
        if names.nodes[category].questions and ranked["rank"].n_unique() > 1:
            ends[category] = ranked.row(0, named=True), ranked.row(-1, named=True)
    # A score that is published as a bound may lie anywhere beyond it.
    known = [one for one in ends if all(end["score_bound"] is None for end in ends[one])]
    said = []
    if known:
        spreads = {category: ends[category][0]["score"] - ends[category][1]["score"] for category in known}
        widest, closest = max(known, key=lambda one: spreads[one]), min(known, key=lambda one: spreads[one])
        said.append(_tell_spread("report.furthest_apart", widest, ends[widest], names))
        if closest != widest:
            said.append(_tell_spread("report.closest", closest, ends[closest], names))
    leader = next(iter(result.ranking.filter(pl.col("rank") == 1)["unit"]), None)
    if leader is not None and ends:
        led = result.categories.filter(pl.col("category").is_in(list(ends)), pl.col("rank") == 1, unit=leader).height
        said.append(phrase("report.leader_leads", name=names.units[leader], count=led, categories=len(ends)))
    return [*said, *_count_distinct(result, names)]


def _tell_spread(key: str, category: str, ends: tuple[dict[str, Any], dict[str, Any]], names: Names) -> str:
    first, last = ends
    return phrase(
        key,
        units=names.words.units,
        category=names.tell_place(category),
        first=first["name"],
        last=last["name"],
        high=show_score(first),
        low=show_score(last),
    )


def _count_distinct(result: Result, names: Names) -> list[str]:
    """Return in how many cells a score lies outside its error from the mean of the others, all cells at once."""
    table = result.tables.get("category_differences")
    if table is None:
        return []
    stated = table.filter(pl.col("against") == "all").drop_nulls("is_distinct")
    if stated.is_empty():
        return []
    distinct = int(stated["is_distinct"].sum())
    if not distinct:
        return [phrase("report.no_distinct_cells", count=stated.height, **names.words.names)]
    return [phrase("report.distinct_cells", distinct=distinct, count=stated.height, **names.words.names)]


def describe_trust(result: Result, definition: IndexDefinition) -> list[str]:
    """Return what the ranks depend on most, and what little would change them: at most five sentences."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())
    if ranked.height < 2:
        return []
    tables, words = result.tables, definition.words
    names = dict(ranked.select("unit", "name").iter_rows())
    said = [
        *describe_assumptions(tables["sensitivity"], words),
        *describe_reversals(tables["ranks_without_unit"], names, words)[:1],
        *_describe_replicates(ranked, definition),
        *describe_influence(ranked.height, tables["influence"], definition),
        *describe_swaps(ranked, tables["weight_swaps"]),
    ]
    return said[:MOST_SENTENCES]


def _describe_replicates(ranked: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return how often the leader is first in replicates, and that this is no confidence statement."""
    leader = ranked.row(0, named=True)
    if leader["p_first"] is None:
        return []
    share = show_percentage(leader["p_first"])
    return [phrase("report.leader_in_replicates", name=leader["name"], share=share, **definition.words.names)]


def list_main_limits(result: Result, definition: IndexDefinition) -> list[str]:
    """Return the five limits that matter to every reader."""
    method, words = definition.method, definition.words
    level, given = show_level(method.confidence_level), words.names
    raters = "report.limit_several_units" if rate_several(result.notes, words) else "report.limit_one_unit"
    publish = method.minimum_respondents_to_publish
    return [
        phrase(raters, **given),
        phrase("report.limit_never_reached", **given),
        phrase("report.limit_sampling_only", level=level, **given),
        phrase(
            "report.limit_few",
            fewest=words.count_respondents(publish),
            ranked=show_number(max(method.minimum_respondents_to_rank, publish)),
            unit=words.unit,
        ),
        phrase("report.limit_ranges"),
    ]
