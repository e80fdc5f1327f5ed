"""The annex on robustness, first part: confidence sets of ranks, replicate ranks, pairs, the first ones, groups."""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_range, show_share
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.columns.groups import GROUPS
from bpo_index.publication.columns.views import view_frame
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_columns, names_percentage

#: Above so many units a table of all pairs is no help; the file has it.
_MOST_UNITS_MATRIX = 24


def tabulate_ranks(result: Result, names: Names, level: str) -> TableView:
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
            show_range(row["rank_set_low"], row["rank_set_high"]),
            show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
            show_share(row["p_first"]),
            show_share(versions.get("sampling", {}).get(row["unit"], {}).get("p_first_shrunken")),
            show_share(row["p_top3"]),
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
        phrase("annex.rank_ranges"),
        (
            names.unit_word,
            phrase("annex.rank"),
            phrase("report.rank_set"),
            phrase("annex.marginal_rank_set"),
            phrase("annex.first_share"),
            phrase("annex.first_shrunken"),
            phrase("annex.first_three"),
            phrase("annex.median_respondents", respondents=names.words.respondents),
            phrase("annex.middle", level=level),
            phrase("annex.median_assumptions"),
            phrase("annex.middle", level=level),
        ),
        rows,
        note=phrase("annex.rank_ranges_note", level=level, **names.words.names),
    )


def tabulate_pairs(result: Result, names: Names) -> TableView | None:
    """Return units x units: share of replicates in which the row is ahead of the column; None with very many units."""
    ranked = result.ranking.filter(pl.col("rank").is_not_null())["unit"].to_list()
    if not 2 <= len(ranked) <= _MOST_UNITS_MATRIX:
        return None
    cells = {}
    for row in result.tables["pairs"].iter_rows(named=True):
        share = show_share(row["p_ahead_sampling"])
        cells[row["ahead"], row["behind"]] = phrase("annex.sure_pair", share=share) if row["surely"] else share
    rows = [(names.units[one], *(cells.get((one, other), "") for other in ranked[1:])) for one in ranked[:-1]]
    return make_table(
        "pairs",
        phrase("annex.pairs"),
        (phrase("annex.pairs_heading", unit_capital=names.unit_word), *ranked[1:]),
        rows,
        note=phrase("annex.pairs_note", respondents=names.words.respondents),
    )


def tabulate_first_ranks(result: Result, names: Names) -> TableView:
    """Return one row per number of first ranks: who may be, and who surely is, among the best."""
    rows = [
        (
            phrase("annex.best", count=int(row["k"])),
            row["candidates_count"],
            ", ".join(names.units[code] for code in row["surely"].split()) or phrase("annex.none"),
            show_share(row["holds_sampling"]),
            show_share(row["holds_all_assumptions"]),
        )
        for row in result.tables["first_ranks"].filter(pl.col("k") < pl.col("k").max()).iter_rows(named=True)
    ]
    return make_table(
        "first-ranks",
        phrase("annex.first_ranks"),
        (
            phrase("annex.among"),
            phrase("annex.may_be"),
            phrase("annex.surely_are"),
            phrase("annex.same_respondents", respondents=names.words.respondents),
            phrase("annex.same_assumptions"),
        ),
        rows,
        texts=(0, 2),
    )


def tabulate_groups(result: Result, definition: IndexDefinition, level: str) -> TableView | None:
    """Return one row per group of units, by rank, of the index only; None where there are no groups."""
    groups = result.tables["groups"].filter(pl.col("category").is_null())
    if groups.is_empty():
        return None
    words = definition.words
    return view_frame(
        GROUPS,
        ("rank", "group", "score", "ci", "rank_set", "marginal_rank_set", "units", "respondents", "note"),
        groups,
        is_percentage=names_percentage(definition),
        headings=name_columns(words)
        | {"ci": phrase("report.interval_heading", level=level), "units": start_sentence(words.units)},
        note=phrase("annex.groups_by_size" if definition.group_weights == "size" else "annex.groups_all_the_same"),
    )
