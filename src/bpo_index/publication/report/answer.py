"""The first page of the report: the ranking, and in sentences made from the numbers what it supports and what not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.numbers import count_noun, list_names, show_level, show_score
from bpo_index.display.table_view import TableView
from bpo_index.publication.findings import rate_several
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges, name_points
from bpo_index.robustness.ranks.rank_tables import FIRST_FEW

#: Units named in one sentence, at most; of more their number is given.
_NAMED = 6
#: Sentences of one kind, at most.
_SENTENCES = 15


@dataclass(frozen=True)
class Answer:
    """What the report opens with."""

    headline: str
    """One sentence."""
    supported: list[str]
    """What the ranking supports at the confidence level, all units at once."""
    unsupported: list[str]
    """What it does not support."""
    numbers: list[str]
    """The findings, as everywhere."""
    table: TableView
    unit_notes: list[str]
    """Notes on single units."""


def write_answer(result: Result, definition: IndexDefinition) -> Answer:
    """Return the first page of a result."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())
    names = dict(ranked.select("unit", "name").iter_rows())
    sure = set(result.tables["pairs"].filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    first_ranks, compares = result.tables["first_ranks"], ranked.height > 1
    level, words = show_level(definition.method.confidence_level), definition.words
    return Answer(
        headline=_write_headline(ranked, result.tables, level=level, words=words, points=name_points(definition)),
        supported=_list_supported(names, sure, first_ranks, words) if compares else [],
        unsupported=_list_unsupported(
            ranked, sure, first_ranks, level=level, words=words, rates_several=rate_several(result.notes, words)
        )
        if compares
        else [],
        numbers=result.findings,
        table=_tabulate(result, definition),
        unit_notes=[f"{list_names(names)}: {note}." for note, names in result.group_unit_notes()],
    )


def _write_headline(
    ranked: pl.DataFrame, tables: dict[str, pl.DataFrame], *, level: str, words: Words, points: str
) -> str:
    if ranked.is_empty():
        return f"No {words.unit} has a rank."
    leaders = ranked.filter(pl.col("rank") == 1)
    named = _name_few(leaders["name"].to_list(), words.unit, words.units)
    said = f"{named} {'has' if leaders.height == 1 else 'share'} the highest score, "
    said += f"{show_score(ranked.row(0, named=True))} {points}"
    others = [f"{row['name']} ({show_score(row)})" for row in ranked.filter(pl.col("rank") > 1).head(4).to_dicts()]
    said += f", followed by {list_names(others)}." if others else "."
    if ranked.height < 2:
        return said
    sure = tables["pairs"]["surely"].sum()
    may = tables["first_ranks"]["candidates_count"][0]
    certain = f"{sure} of {count_noun(tables['pairs'].height, 'pair')} can be told apart"
    first = f"{may} of {words.count_units(ranked.height)} may be first, and " if may > 1 else ""
    return f"{said} At {level} confidence {first}{certain}."


def _list_supported(
    names: dict[str, str], sure: set[tuple[str, str]], first_ranks: pl.DataFrame, words: Words
) -> list[str]:
    supported = []
    leading = [code for code in names if any((code, other) in sure for other in names)]
    for code in leading[:_SENTENCES]:
        behind = [names[other] for other in names if (code, other) in sure]
        supported.append(f"{names[code]} is ahead of {_name_few(behind, 'other', 'others')}.")
    if len(leading) > _SENTENCES:
        supported.append(f"{len(leading) - _SENTENCES} more are ahead of others; robustness/pairs.csv says of whom.")
    # Where it is sure who the best k are, the sentences above say so already.
    best = first_ranks.filter((pl.col("surely") != "") & (pl.col("candidates_count") > pl.col("k")))
    for row in best.sort("k").unique("surely", keep="first", maintain_order=True).head(_SENTENCES).to_dicts():
        certain = [names[code] for code in row["surely"].split()]
        are = "is" if len(certain) == 1 else "are"
        supported.append(f"{_name_few(certain, words.unit, words.units)} {are} among the best {row['k']}.")
    return supported


def _list_unsupported(
    ranked: pl.DataFrame,
    sure: set[tuple[str, str]],
    first_ranks: pl.DataFrame,
    *,
    level: str,
    words: Words,
    rates_several: bool,
) -> list[str]:
    unsupported, codes = [], ranked["unit"].to_list()
    leaders = ranked.filter(pl.col("rank") == 1)
    lowest = leaders["rank_set_high"][0]
    if lowest is not None and lowest > 1:
        candidates = first_ranks["candidates_count"][0]
        may = f", and {candidates} may be first" if candidates > 1 else ""
        named = _name_few(leaders["name"].to_list(), words.unit, words.units)
        said = f"That {named} {'is' if leaders.height == 1 else 'are'} first"
        whose = "its rank" if leaders.height == 1 else f"the rank of {leaders['name'][0]}"
        unsupported.append(f"{said}: at {level} confidence {whose} may be as low as {lowest}{may}.")
    open_pairs = [(ahead, behind) for ahead, behind in pairwise(codes) if (ahead, behind) not in sure]
    if open_pairs:
        is_none = len(open_pairs) == len(codes) - 1
        unsupported.append(
            f"The order of neighbours: {'none' if is_none else len(open_pairs)} of the "
            f"{count_noun(len(codes) - 1, 'pair')} of neighbours {'can' if is_none else 'cannot'} be told apart."
        )
    for row in first_ranks.filter(pl.col("k") == min(FIRST_FEW, len(codes) - 1)).iter_rows(named=True):
        if row["candidates_count"] > row["k"] > 1:
            unsupported.append(
                f"Which {row['k']} are the best: {row['candidates_count']} of {len(codes)} may be among them."
            )
    if not rates_several:
        unsupported.append(
            f"That one {words.unit} is better than another: {words.respondents} rate their own only, so that generous "
            "raters and good conditions look the same."
        )
    return unsupported


def _name_few(names: list[str], noun: str, plural: str) -> str:
    """Return the names, or where they are too many for a sentence their number."""
    return list_names(names) if len(names) <= _NAMED else count_noun(len(names), noun, plural)


def _tabulate(result: Result, definition: IndexDefinition) -> TableView:
    return view_units(
        result.ranking,
        definition,
        caption=f"Ranking, {definition.title}",
        marks={note: "*" for note, _ in result.group_unit_notes()},
        note=f"{describe_ranges(definition)} With few {definition.words.respondents} a rank set may span many ranks "
        "although intervals do not overlap: it takes in every pair.",
    )
