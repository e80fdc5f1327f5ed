"""The page on robustness, first part: confidence sets of ranks, replicate ranks, pairs, the first ones, groups."""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import show_number, show_range, show_share
from bpo_index.publication.report.categories import Names
from bpo_index.publication.report.tables import ReportTable, make_table
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_score

#: Above so many units a table of all pairs is no help; the file has it.
_MOST_UNITS_MATRIX = 24


def tabulate_ranks(result: Result, names: Names, level: str) -> ReportTable:
    """Return one row per ranked unit: confidence sets, and ranks in the replicates of both versions."""
    versions = {
        version: {row["unit"]: row for row in table.iter_rows(named=True)}
        for (version,), table in result.tables["replicate_ranks"].group_by("version", maintain_order=True)
    }
    rows = []
    for row in result.ranking.filter(pl.col("rank").is_not_null()).iter_rows(named=True):
        shown: list[object] = [
            row["name"],
            row["rank"],
            show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
            show_range(row["rank_set_low"], row["rank_set_high"]),
        ]
        for version in ("sampling", "all_assumptions"):
            own = versions.get(version, {}).get(row["unit"])
            if own is None:
                shown += [None, None]
                continue
            shown.append(own["median_rank"])
            shown.append(show_range(own["replicate_rank_range_low"], own["replicate_rank_range_high"]))
        rows.append(shown)
    return make_table(
        "rank-ranges",
        "How far ranks can be trusted",
        (
            names.unit_word,
            "Rank",
            f"Rank, {level}",
            "Rank, all at once",
            "Median, respondents drawn",
            f"Middle {level}",
            "Median, all assumptions drawn",
            f"Middle {level}",
        ),
        rows,
        note="The first two ranges are confidence sets. The others are middle shares of ranks in replicates: they show "
        "what chance and choices of method do to the ranking, and are no confidence sets.",
    )


def tabulate_pairs(result: Result, names: Names) -> ReportTable | None:
    """Return units x units: share of replicates in which the row is ahead of the column; None with very many units."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())["unit"].to_list()
    if not 2 <= len(ranked) <= _MOST_UNITS_MATRIX:
        return None
    cells = {}
    for row in result.tables["pairs"].iter_rows(named=True):
        share = show_share(row["p_ahead_sampling"])
        cells[row["ahead"], row["behind"]] = f"{share} ●" if row["surely"] else share
    rows = [(names.units[one], *(cells.get((one, other), "") for other in ranked[1:])) for one in ranked[:-1]]
    return make_table(
        "pairs",
        "Who is ahead of whom",
        (f"{names.unit_word} ahead", *ranked[1:]),
        rows,
        note="Share of replicates, respondents drawn, in which the row is ahead of the column. ● marks pairs that can "
        "be told apart, all pairs at once.",
    )


def tabulate_first_ranks(result: Result, names: Names) -> ReportTable:
    """Return one row per number of first ranks: who may be, and who surely is, among the best."""
    rows = [
        (
            f"Best {row['k']}" if row["k"] > 1 else "The best",
            row["candidates_count"],
            ", ".join(names.units[code] for code in row["surely"].split()) or "none",
            show_share(row["holds_sampling"]),
            show_share(row["holds_all_assumptions"]),
        )
        for row in result.tables["first_ranks"].filter(pl.col("k") < pl.col("k").max()).iter_rows(named=True)
    ]
    return make_table(
        "first-ranks",
        "Who may be among the best",
        ("Among", "May be", "Surely are", "The same in replicates, respondents drawn", "all assumptions drawn"),
        rows,
        texts=(0, 2),
    )


def tabulate_groups(result: Result, definition: IndexDefinition, level: str) -> ReportTable | None:
    """Return one row per group of units, by rank, of the index only; None where there are no groups."""
    groups = result.tables["groups"].filter(pl.col("category").is_null())
    if groups.is_empty():
        return None
    rows = [
        (
            row["rank"],
            row["group"],
            show_number(row["score"]),
            show_range(row["ci_low"], row["ci_high"]),
            show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
            show_range(row["rank_set_low"], row["rank_set_high"]),
            row["units"],
            row["respondents"],
            row["note"] or None,
        )
        for row in groups.iter_rows(named=True)
    ]
    weighed = "by their size" if definition.group_weights == "size" else "all the same"
    headings = ("Rank", "Group", name_score(definition), f"{level} interval", f"Rank, {level}", "Rank, all at once")
    return make_table(
        "groups",
        "Groups",
        (*headings, "Units", "Respondents", "Note"),
        rows,
        texts=(1, 8),
        note=f"A group's score is the mean of the published scores of those that take part, weighed {weighed}. "
        "robustness/groups.csv has the categories, and who is in each group.",
    )
