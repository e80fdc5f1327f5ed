"""The page on categories, and what codes and ids are called on all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns import CATEGORIES
from bpo_index.publication.formats.reader_tables import show_score
from bpo_index.publication.report.tables import ReportTable, make_table
from bpo_index.publication.result import Result
from bpo_index.wording import NOTHING, show_number

_CELL = next(column for column in CATEGORIES if column.name == "score")


@dataclass(frozen=True)
class Names:
    """What codes and ids are called."""

    units: Mapping[str, str]
    """Of ranked units first, in the order of the ranking."""
    categories: Mapping[str, str]
    unit_word: str
    """What is ranked, with a capital."""


def collect_names(result: Result, definition: IndexDefinition) -> Names:
    """Return the names of units and categories."""
    return Names(
        dict(result.ranking.select("unit", "name").iter_rows()),
        {category.id: category.title for category in definition.categories},
        definition.columns.unit.capitalize(),
    )


def tabulate_category_ends(result: Result, names: Names) -> ReportTable:
    """Return one row per category: who leads and who trails in it, and how far the scores lie apart."""
    rows: list[tuple[str | None, ...]] = []
    for category, title in names.categories.items():
        told = result.categories.filter(
            pl.col("rank").is_not_null() & pl.col("score_bound").is_null(), category=category
        ).sort("rank", "unit")
        if told.is_empty():
            rows.append((title, None, None, None))
            continue
        first, last = (
            f"{row['name']} ({row['score']:.1f})" for row in (told.row(0, named=True), told.row(-1, named=True))
        )
        rows.append((title, first, last, show_number(told["score"][0] - told["score"][-1])))
    return make_table(
        "category-ends",
        "First and last in each category",
        ("Category", "First", "Last", "Points apart"),
        rows,
        texts=(0, 1, 2),
    )


def tabulate_category_scores(result: Result, names: Names) -> ReportTable:
    """Return one row per unit: its score in each category and, in brackets, its rank there."""
    cells = {(row["unit"], row["category"]): row for row in result.categories.iter_rows(named=True)}

    def show(row: dict[str, Any]) -> str:
        score = show_score(row, _CELL)
        return score if row["rank"] is None else f"{score} ({row['rank']})"

    rows = [
        (name, *(show(cells[unit, category]) for category in names.categories)) for unit, name in names.units.items()
    ]
    return make_table(
        "category-scores",
        "Score in each category, rank in brackets",
        (names.unit_word, *names.categories.values()),
        rows,
        note=f"{NOTHING}: not published, so that nobody's answer can be worked out, or not scored.",
    )
