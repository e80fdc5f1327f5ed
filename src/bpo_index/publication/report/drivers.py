"""The annex on robustness, second part: assumptions, methods, weights, and what changes when one thing is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import NOTHING, show_estimate, show_number, show_percent, show_range
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result

#: Pairs nearest to swapping that are listed, of the index and of a category that holds categories.
_SWAPS, _SWAPS_WITHIN = 10, 5
_KEPT = ("ranking", "first", "first_five")


def tabulate_sensitivity(result: Result, names: Names, level: str) -> TableView:
    """Return one row per assumption: its share of the variance of all ranks."""
    table = result.tables["sensitivity"].filter((pl.col("output") == "all_ranks") & pl.col("shapley").is_not_null())
    rows = [
        (
            start_sentence(name_assumption(row["assumption"], names.words)),
            *(
                show_estimate(row[name], row[f"{name}_low"], row[f"{name}_high"])
                for name in ("shapley", "first_order", "total")
            ),
        )
        for row in table.iter_rows(named=True)
    ]
    return make_table(
        "sensitivity",
        phrase("annex.sensitivity"),
        (
            phrase("annex.assumption"),
            phrase("annex.shapley", level=level),
            phrase("annex.first_order", level=level),
            phrase("annex.total", level=level),
        ),
        rows,
        note=phrase("annex.sensitivity_note"),
    )


def tabulate_methods(result: Result, names: Names) -> TableView:
    """Return one row per ranked unit: its ranks under all combinations of methods."""
    table = result.tables["method_ranks"]
    combinations = table["combination"].n_unique()
    rows = []
    for unit in result.ranking.filter(pl.col("rank").is_not_null())["unit"]:
        own = table.filter(pl.col("rank").is_not_null(), unit=unit)
        if own.is_empty():
            continue
        ranks = own["rank"].to_list()
        nominal = own.filter("nominal")["rank"].to_list()
        same = sum(rank in nominal for rank in ranks)
        shown = show_range(min(ranks), max(ranks))
        rows.append((names.units[unit], *nominal[:1], shown, phrase("annex.some_of", some=same, all=combinations)))
    return make_table(
        "method-ranks",
        phrase("annex.method_ranks"),
        (
            names.unit_word,
            phrase("annex.rank"),
            phrase("annex.ranks_of_combinations"),
            phrase("annex.combinations_with_rank"),
        ),
        rows,
        note=phrase("annex.method_ranks_note"),
    )


def tabulate_weights(result: Result, names: Names) -> list[TableView]:
    """Return tables of what the index, and each category, holds: one row per category in it.

    Weight, effective importance, and between which weights the ranking and the first ones stay the same.
    """
    used = {row["category"]: row for row in result.tables["weights"].filter(pl.col("question").is_null()).to_dicts()}
    kept = {
        (row["category"], row["kept"]): show_range(row["low"], row["high"], 2)
        for row in result.tables["weight_intervals"].iter_rows(named=True)
    }
    tables = []
    for parent, held in names.group_by_parent().items():
        if parent is not None and len(held) < 2:
            continue
        rows = []
        for category in held:
            row = used[category]
            rows.append(
                (
                    names.categories[category],
                    *(show_number(row[name], 3) for name in ("nominal_weight", "weight", "effective_importance")),
                    *(() if parent is None else (show_number(_multiply_weights(category, used, names), 3),)),
                    *(kept.get((category, what)) for what in _KEPT),
                )
            )
        tables.append(_make_weights_table(rows, parent, names))
    return tables


def _make_weights_table(rows: list[tuple[str | None, ...]], parent: str | None, names: Names) -> TableView:
    keeps = [phrase(f"annex.keeps_{kept}") for kept in _KEPT]
    headings = [phrase(f"annex.weight_{name}") for name in ("category", "nominal", "used", "effective")]
    if parent is None:
        note = phrase("annex.weights_note")
        if names.is_tree:
            note = phrase("annex.two_sentences", first=note, second=phrase("annex.weights_below"))
        return make_table("weights", phrase("annex.weights_caption"), (*headings, *keeps), rows, note=note)
    place = names.tell_place(parent)
    return make_table(
        f"weights-{names.nodes[parent].number}",
        phrase("annex.weights_within", category=place),
        (*headings, phrase("annex.weight_in_index"), *keeps),
        rows,
        fold=phrase("annex.within", category=place),
    )


def _multiply_weights(category: str, used: Mapping[str, Mapping[str, Any]], names: Names) -> float | None:
    """Return a category's weight times those of all that it lies in; None where units have weights of their own."""
    own: float | None = used[category]["weight"]
    parent = names.nodes[category].parent_id
    if parent is None or own is None:
        return own
    above = _multiply_weights(parent, used, names)
    return None if above is None else own * above


def tabulate_swaps(result: Result, names: Names) -> list[TableView]:
    """Return tables of the pairs that swap soonest when weight moves between what the index, or a category, holds."""
    swaps = result.tables["weight_swaps"].drop_nulls("weight_moved").sort("weight_moved", maintain_order=True)
    tables = []
    for parent in names.group_by_parent():
        table = swaps.filter(pl.col("parent").eq_missing(pl.lit(parent, pl.String)))
        rows = [
            (
                names.units[row["ahead"]],
                names.units[row["behind"]],
                show_percent(row["weight_moved"], decimals=1),
                names.categories[row["gains"]],
                ", ".join(names.categories[one] for one in row["loses"].split()),
            )
            for row in table.head(_SWAPS if parent is None else _SWAPS_WITHIN).iter_rows(named=True)
        ]
        within = "" if parent is None else names.tell_place(parent)
        tables.append(
            make_table(
                "weight-swaps" if parent is None else f"weight-swaps-{names.nodes[parent].number}",
                phrase("annex.swaps_within", category=within) if within else phrase("annex.swaps"),
                [phrase(f"annex.swap_{name}") for name in ("ahead", "behind", "weight_moved", "gains", "loses")],
                rows,
                texts=(0, 1, 3, 4),
                fold=phrase("annex.within", category=within) if within else "",
            )
        )
    return tables


def tabulate_influence(result: Result, names: Names) -> TableView:
    """Return what changes without one respondent, company, unit, question, category or rule; questions are added up."""
    rows: list[tuple[object, ...]] = []
    table = result.tables["influence"]
    for kind in table["left_out"].unique(maintain_order=True):
        part = table.filter(left_out=kind)
        items = int(part["items"].sum()) - int(part["not_computed"].sum())
        # What is not published of one is not published of their sum.
        counts = [part[name] for name in ("changing_first", "changing_first_five", "changing_any_rank")]
        sums = [None if count.null_count() else count.sum() for count in counts]
        largest = None if part["largest_shift"].null_count() else part["largest_shift"].max()
        left_out = phrase(f"annex.left_out_{kind}", **names.words.names)
        rows.append((left_out, items, *sums, largest))
    return make_table(
        "influence",
        phrase("annex.influence"),
        [
            phrase(f"annex.influence_{name}")
            for name in ("left_out", "cases", "first", "first_five", "any_rank", "largest_shift")
        ],
        rows,
        note=phrase("annex.influence_note", nothing=NOTHING),
    )


def tabulate_exclusions(result: Result, names: Names) -> TableView | None:
    """Return ranks with and without the quality exclusions, as far as they are published; None where there are none."""
    table = result.tables["exclusions"]
    if table.is_empty() or (table["respondents_without"] == table["respondents"]).all():
        return None
    rows = [
        (
            names.units[row["unit"]],
            row["rank"],
            show_range(row["rank_without_low"], row["rank_without_high"]),
            row["respondents"],
            row["respondents_without"],
        )
        for row in table.iter_rows(named=True)
    ]
    return make_table(
        "exclusions",
        phrase("annex.exclusions"),
        (
            names.unit_word,
            phrase("annex.rank"),
            phrase("annex.rank_with_them"),
            start_sentence(names.words.respondents),
            phrase("annex.with_them"),
        ),
        rows,
        note=phrase("annex.exclusions_note", **names.words.names),
    )
