"""The first page of the report: the ranking, and in sentences made from the numbers what it supports and what not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns import RANKING
from bpo_index.publication.columns.description import show_score
from bpo_index.publication.report.tables import ReportTable, make_table
from bpo_index.publication.result import Result
from bpo_index.publication.wording import name_level, name_unit
from bpo_index.wording import count_noun, list_names, show_range, show_share

#: Units named in one sentence, at most; of more their number is given.
_NAMED = 6
#: Sentences of one kind, at most.
_SENTENCES = 15
_SCORE = next(column for column in RANKING if column.name == "score")


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
    table: ReportTable
    unit_notes: list[str]
    """Notes on single units."""


def write_answer(result: Result, definition: IndexDefinition, score_heading: str) -> Answer:
    """Return the first page of a result."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())
    level = name_level(definition)
    supported, unsupported = _weigh_up(ranked, result.tables, definition) if ranked.height > 1 else ([], [])
    return Answer(
        _write_headline(ranked, definition, score_heading),
        supported,
        unsupported,
        result.findings,
        _tabulate(result.ranking, definition, score_heading, level),
        [
            f"{list_names(names)}: {note}."
            for note, names in result.ranking.filter(pl.col("note") != "")
            .group_by("note", maintain_order=True)
            .agg("name")
            .iter_rows()
        ],
    )


def _write_headline(ranked: pl.DataFrame, definition: IndexDefinition, score_heading: str) -> str:
    if ranked.is_empty():
        return f"No {definition.columns.unit} has a rank."
    percent = " %" if score_heading.endswith("(%)") else " points"
    leaders = ranked.filter(pl.col("rank") == 1)
    first = ranked.row(0, named=True)
    said = f"{list_names(leaders['name'].to_list())} {'leads' if leaders.height == 1 else 'share the lead'} with "
    said += f"{show_score(first, _SCORE)}{percent}"
    others = ranked.filter(pl.col("rank") > 1).head(4)["name"].to_list()
    return said + (f", followed by {list_names(others)}." if others else ".")


def _weigh_up(
    ranked: pl.DataFrame, tables: dict[str, pl.DataFrame], definition: IndexDefinition
) -> tuple[list[str], list[str]]:
    """Return the statements that hold for all units at once at the confidence level, and those that do not."""
    names = dict(ranked.select("unit", "name").iter_rows())
    sure = set(tables["pairs"].filter(pl.col("surely")).select("ahead", "behind").iter_rows())
    return _list_supported(names, sure, tables["first_ranks"]), _list_unsupported(
        ranked, names, sure, tables["first_ranks"], definition
    )


def _list_supported(names: dict[str, str], sure: set[tuple[str, str]], first_ranks: pl.DataFrame) -> list[str]:
    supported = []
    leading = [code for code in names if any((code, other) in sure for other in names)]
    for code in leading[:_SENTENCES]:
        behind = [names[other] for other in names if (code, other) in sure]
        supported.append(f"{names[code]} is ahead of {_name_few(behind, 'other')}.")
    if len(leading) > _SENTENCES:
        supported.append(f"{len(leading) - _SENTENCES} more are ahead of others; robustness/pairs.csv says of whom.")
    # Where it is sure who the best k are, the sentences above say so already.
    best = first_ranks.filter((pl.col("surely") != "") & (pl.col("candidates_count") > pl.col("k")))
    for row in best.sort("k").unique("surely", keep="first", maintain_order=True).head(_SENTENCES).to_dicts():
        certain = [names[code] for code in row["surely"].split()]
        are = "is" if len(certain) == 1 else "are"
        supported.append(f"{_name_few(certain, 'unit')} {are} among the best {row['k']}.")
    return supported


def _list_unsupported(
    ranked: pl.DataFrame,
    names: dict[str, str],
    sure: set[tuple[str, str]],
    first_ranks: pl.DataFrame,
    definition: IndexDefinition,
) -> list[str]:
    unsupported, codes = [], list(names)
    leaders = ranked.filter(pl.col("rank") == 1)
    lowest = leaders["rank_set_high"][0]
    if lowest is not None and lowest > 1:
        candidates = first_ranks.row(0, named=True)["candidates_count"] if first_ranks.height else 1
        may = f"; {candidates} may be the best" if candidates > 1 else ""
        said = f"That {_name_few(leaders['name'].to_list(), 'unit')} {'is' if leaders.height == 1 else 'are'} first"
        whose = "its rank" if leaders.height == 1 else f"the rank of {leaders['name'][0]}"
        unsupported.append(f"{said}: at {name_level(definition)} confidence {lowest} is as low as {whose} may be{may}.")
    open_pairs = [(ahead, behind) for ahead, behind in pairwise(codes) if (ahead, behind) not in sure]
    if open_pairs:
        all_of = "none of the" if len(open_pairs) == len(codes) - 1 else f"{len(open_pairs)} of the"
        unsupported.append(
            f"The order of neighbours: {all_of} {count_noun(len(codes) - 1, 'pair')} of neighbours "
            f"{'can' if all_of == 'none of the' else 'cannot'} be told apart."
        )
    for row in first_ranks.filter(pl.col("k") == min(5, len(codes) - 1)).iter_rows(named=True):
        if row["candidates_count"] > row["k"] > 1:
            unsupported.append(
                f"Which are the best {row['k']}: {row['candidates_count']} of {len(codes)} may be among them."
            )
    unsupported.append(
        f"Statements on any {definition.columns.unit} as such: the scores are what those who answered think of their "
        "own, and each of them rated one only."
    )
    return unsupported


def _name_few(names: list[str], noun: str) -> str:
    """Return the names, or where they are too many for a sentence their number."""
    return list_names(names) if len(names) <= _NAMED else count_noun(len(names), noun)


def _tabulate(ranking: pl.DataFrame, definition: IndexDefinition, score_heading: str, level: str) -> ReportTable:
    rows = [
        (
            row["rank"],
            row["name"] + (" *" if row["note"] else ""),
            show_score(row, _SCORE),
            show_range(row["ci_low"], row["ci_high"]),
            show_range(row["rank_interval_low"], row["rank_interval_high"]),
            show_range(row["rank_set_low"], row["rank_set_high"]),
            show_share(row["p_first"]),
            show_share(row["p_top3"]),
            row["respondents"],
        )
        for row in ranking.iter_rows(named=True)
    ]
    headings = (
        "Rank",
        name_unit(definition),
        score_heading,
        f"{level} interval",
        f"Rank, {level}",
        "Rank, all at once",
        "P(first)",
        "P(top 3)",
        "Respondents",
    )
    note = (
        f"Interval, rank at {level} (each unit by itself) and rank for all units at once are confidence statements "
        "from the sampling of respondents only. P(first) and P(top 3) are shares of "
        "replicates with respondents drawn anew; they are not confidence statements."
    )
    return make_table("ranking", f"Ranking, {definition.title}", headings, rows, texts=(1,), note=note)
