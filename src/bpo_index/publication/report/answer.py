"""What the report opens with: the finding, and in sentences made from the numbers what it supports and what not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_level, show_range
from bpo_index.publication.findings import rate_several, summarise_certain_pairs
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import show_score_with_unit
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW

#: Units named in one sentence, at most; of more their number is given.
_NAMED = 6
#: Sentences on units that are ahead, besides the leader.
_AHEAD = 2


@dataclass(frozen=True)
class Answer:
    """What the report opens with."""

    headline: str
    """The finding in one sentence."""
    lead: str
    """The leader's score with its interval and rank set, and how many pairs are certain."""
    supported: list[str]
    """What the ranking supports at the confidence level, all units at once: at most five sentences."""
    unsupported: list[str]
    """What it does not support: at most five sentences."""
    cautions: tuple[str, ...]
    """What was asked for and could not be had."""
    unit_notes: list[str]
    """Notes on single units, those of many units at once."""


def write_answer(result: Result, definition: IndexDefinition) -> Answer:
    """Return what the report of a result opens with."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())
    pairs = result.tables["pairs"]
    sure = set(pairs.filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    compares, words = ranked.height > 1, definition.words
    said = [] if ranked.is_empty() else [_describe_leader(ranked, definition)]
    if compares:
        said.append(summarise_certain_pairs(pairs, definition))
    several = rate_several(result.notes, words)
    first_ranks = result.tables["first_ranks"]
    return Answer(
        headline=result.summary[0] if result.summary else phrase("report.nobody_ranked", unit=words.unit),
        lead=" ".join(said),
        supported=_list_supported(ranked, sure, first_ranks, words) if compares else [],
        unsupported=_list_unsupported(ranked, sure, first_ranks, definition, rates_several=several) if compares else [],
        cautions=result.cautions,
        unit_notes=[
            phrase("report.unit_note", names=_name_few(names, words), note=note)
            for note, names in result.group_unit_notes()
        ],
    )


def _describe_leader(ranked: pl.DataFrame, definition: IndexDefinition) -> str:
    """Return score, interval and rank set of the first, which table and figure name too."""
    row, level = ranked.row(0, named=True), show_level(definition.method.confidence_level)
    said = {"name": row["name"], "score": show_score_with_unit(row, definition), "level": level}
    if row["ci_low"] is None or row["rank_set_low"] is None:
        return phrase("report.lead_score", name=said["name"], score=said["score"])
    return phrase(
        "report.lead",
        interval=show_range(row["ci_low"], row["ci_high"]),
        ranks=show_range(row["rank_set_low"], row["rank_set_high"]),
        **said,
    )


def _list_supported(
    ranked: pl.DataFrame, sure: set[tuple[str, str]], first_ranks: pl.DataFrame, words: Words
) -> list[str]:
    names = dict(ranked.select("unit", "name").iter_rows())
    behind = {code: [names[other] for other in names if (code, other) in sure] for code in names}
    leading = [code for code, others in behind.items() if others]
    supported = [
        phrase("report.is_ahead", count=len(behind[code]), name=names[code], names=_name_few(behind[code], words))
        for code in leading[: 1 + _AHEAD]
    ]
    if len(leading) > 1 + _AHEAD:
        supported.append(phrase("report.others_ahead", count=len(leading) - 1 - _AHEAD, **words.names))
    # Where it is sure who the best k are, the sentences above say so already.
    best = first_ranks.filter((pl.col("surely") != "") & (pl.col("candidates_count") > pl.col("k"))).sort("k").head(1)
    for row in best.iter_rows(named=True):
        certain = [names[code] for code in row["surely"].split()]
        supported.append(
            phrase("report.among_best", count=len(certain), names=_name_few(certain, words), best=int(row["k"]))
        )
    last = ranked.drop_nulls("rank_set_low").sort("rank_set_low", descending=True, maintain_order=True).head(1)
    for name, low in last.select("name", "rank_set_low").iter_rows():
        if low > 1 and len(supported) < 5:
            supported.append(phrase("report.not_among_first", name=name, count=low - 1))
    return supported


def _list_unsupported(
    ranked: pl.DataFrame,
    sure: set[tuple[str, str]],
    first_ranks: pl.DataFrame,
    definition: IndexDefinition,
    *,
    rates_several: bool,
) -> list[str]:
    unsupported, codes, words = [], ranked["unit"].to_list(), definition.words
    leaders = ranked.filter(pl.col("rank") == 1)
    lowest, candidates = leaders["rank_set_high"][0], first_ranks["candidates_count"][0] if first_ranks.height else 1
    if lowest is not None and lowest > 1:
        unsupported.append(
            phrase(
                "report.first_not_certain",
                count=leaders.height,
                names=_name_few(leaders["name"].to_list(), words),
                lowest=int(lowest),
                candidates=words.count_units(candidates),
            )
        )
    neighbours = list(pairwise(codes))
    open_pairs = sum(pair not in sure for pair in neighbours)
    if open_pairs:
        key = "report.no_neighbours" if open_pairs == len(neighbours) else "report.some_neighbours"
        values = {} if open_pairs == len(neighbours) else {"open": open_pairs}
        unsupported.append(phrase(key, count=len(neighbours), **values))
    for row in first_ranks.filter(pl.col("k") == min(FIRST_FEW, len(codes) - 1)).iter_rows(named=True):
        if row["candidates_count"] > row["k"] > 1:
            may = words.count_units(row["candidates_count"])
            unsupported.append(phrase("report.best_not_certain", count=int(row["k"]), candidates=may))
    if not rates_several:
        unsupported.append(phrase("report.raters_differ", **words.names))
    return unsupported


def _name_few(names: list[str], words: Words) -> str:
    """Return the names, or where they are too many for a sentence their number."""
    return list_names(names) if len(names) <= _NAMED else words.count_units(len(names))
