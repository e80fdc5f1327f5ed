"""The page on robustness, second part: assumptions, methods, weights, and what changes when one thing is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.display.numbers import NOTHING, show_estimate, show_number, show_range
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.report.categories import Names
from bpo_index.publication.result import Result

#: Pairs nearest to swapping that are listed, of the index and of a category that holds categories.
_SWAPS, _SWAPS_WITHIN = 10, 5
_KEPT = {"ranking": "the ranking", "first": "the first", "first_five": "the first five"}
_LEFT_OUT = {
    "respondent": "One {respondent}",
    "company": "One company",
    "unit": "One {unit} (the others among themselves)",
    "question": "One question",
    "category": "One category",
    "quality_rule": "One quality rule",
}


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
        "Which assumption moves ranks",
        ("Assumption", f"Shapley effect ({level})", f"First-order index ({level})", f"Total index ({level})"),
        rows,
        note="Shares of the variance of all ranks when everything is drawn. Shapley effects add up to one.",
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
        rows.append((names.units[unit], *nominal[:1], show_range(min(ranks), max(ranks)), f"{same} of {combinations}"))
    return make_table(
        "method-ranks",
        "The ranking under other methods",
        (names.unit_word, "Rank", "Ranks under all combinations of methods", "Combinations with this rank"),
        rows,
        note="Answers and weights as they are; normalisation, aggregation and treatment of missing answers varied.",
    )


def tabulate_weights(result: Result, names: Names) -> list[TableView]:
    """Return tables of what the index, and each category, holds: one row per category in it.

    Weight, effective importance, and between which weights the ranking and the first ones stay the same.
    """
    used = {row["category"]: row for row in result.tables["weights"].filter(pl.col("question").is_null()).to_dicts()}
    kept = {
        (row["category"], row["kept"]): f"{row['low']:.2f} to {row['high']:.2f}"
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
    keeps = [f"Keeps {what}" for what in _KEPT.values()]
    headings = ("Category", "Nominal", "Used", "Effective importance")
    if parent is None:
        below = (
            " Below, the same in each category that holds categories: shares of what it holds, effective importance "
            "for its score, and what keeps the ranking in it. In the index: times the weights of all that the category "
            "lies in."
        )
        return make_table(
            "weights",
            "Weights, and how far each may move",
            (*headings, *keeps),
            rows,
            note="Effective importance: the category's share of the squared correlations with the overall score. The "
            "last columns say between which weights of the category, the others in their proportions, it stays."
            + (below if names.is_tree else ""),
        )
    place = names.tell_place(parent)
    return make_table(
        f"weights-{names.nodes[parent].number}",
        f"Weights in {place}, and how far each may move",
        (*headings, "In the index", *keeps),
        rows,
        fold=f"In {place}",
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
                f"{row['weight_moved']:.1%}",
                names.categories[row["gains"]],
                ", ".join(names.categories[one] for one in row["loses"].split()),
            )
            for row in table.head(_SWAPS if parent is None else _SWAPS_WITHIN).iter_rows(named=True)
        ]
        within = "" if parent is None else names.tell_place(parent)
        caption = "Pairs that the least change of weights would swap"
        tables.append(
            make_table(
                "weight-swaps" if parent is None else f"weight-swaps-{names.nodes[parent].number}",
                f"{caption} in {within}" if within else caption,
                ("Ahead", "Behind", "Weight moved", "Gained by", "Lost by"),
                rows,
                texts=(0, 1, 3, 4),
                fold=f"In {within}" if within else "",
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
        # What is not told of one is not told of their sum.
        counts = [part[name] for name in ("changing_first", "changing_first_five", "changing_any_rank")]
        sums = [None if count.null_count() else count.sum() for count in counts]
        largest = None if part["largest_shift"].null_count() else part["largest_shift"].max()
        left_out = _LEFT_OUT[kind].format(respondent=names.words.respondent, unit=names.words.unit)
        rows.append((left_out, items, *sums, largest))
    return make_table(
        "influence",
        "Leaving one out",
        ("Left out", "Cases", "Another first", "Other first five", "Any rank changes", "Most places moved"),
        rows,
        note=f"Each is left out once, and the index computed again without it. {NOTHING}: not told, since it hangs on "
        "what a row says that a rule keeps out.",
    )


def tabulate_exclusions(result: Result, names: Names) -> TableView | None:
    """Return ranks with and without the quality exclusions, as far as they may be told; None where there are none."""
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
        "With and without the rows that quality rules keep out",
        (names.unit_word, "Rank", "Rank with them", start_sentence(names.words.respondents), "with them"),
        rows,
        note="Ranks are those that follow from scores and numbers of respondents, whatever these rows say.",
    )
