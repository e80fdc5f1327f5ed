"""The tables on categories, and what codes and ids are called on all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import NOTHING, list_names, show_number, show_score
from bpo_index.display.table_view import TableView, make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.result import Result

#: Units of one rank that are named, at most.
_NAMED = 3


@dataclass(frozen=True)
class Names:
    """What codes and ids are called."""

    units: Mapping[str, str]
    """Of ranked units first, in the order of the ranking."""
    categories: Mapping[str, str]
    """Of all levels, each before those that it holds."""
    unit_word: str
    """What is ranked, with a capital."""
    words: Words
    """What readers call units and respondents."""
    nodes: Mapping[str, DefinedNode]
    """Id to place in the tree, of every category."""

    @property
    def is_tree(self) -> bool:
        """Whether a category holds categories."""
        return any(node.level > 1 for node in self.nodes.values())

    def find_level(self, category: str | None) -> int:
        """Return how many steps a category stands under the first level; 0 for the index."""
        return max(self.nodes[category].level - 1, 0) if category else 0

    def tell_place(self, category: str) -> str:
        """Return the title and that of the category in which it lies, such as "Talent, in People"."""
        parent = self.nodes[category].parent_id
        title = self.categories[category]
        return phrase("annex.place", category=title, parent=self.categories[parent]) if parent else title

    def group_by_parent(self) -> dict[str | None, list[str]]:
        """Return the ids of the categories that the index (null) and each category hold, in the order of the tree."""
        groups: dict[str | None, list[str]] = {None: []}
        for category, node in self.nodes.items():
            groups.setdefault(node.parent_id, []).append(category)
        return {parent: groups[parent] for parent in (None, *self.nodes) if parent in groups}


def collect_names(result: Result, definition: IndexDefinition) -> Names:
    """Return the names of units and categories."""
    return Names(
        dict(result.ranking.select("unit", "name").iter_rows()),
        definition.category_titles,
        start_sentence(definition.words.unit),
        definition.words,
        {node.id: node for node in definition.category_nodes},
    )


def tabulate_category_ends(result: Result, names: Names) -> TableView:
    """Return one row per category: who leads and who trails in it, and how far the scores lie apart."""
    rows: list[tuple[str | None, ...]] = []
    for category, title in names.categories.items():
        ranked = result.categories.filter(pl.col("rank").is_not_null(), category=category).sort("rank", "unit")
        if ranked["rank"].n_unique() < 2:
            rows.append((title, None, None, None))
            continue
        first, last = (ranked.filter(pl.col("rank") == ranked["rank"][end]) for end in (0, -1))
        bound = ranked["score_bound"][0] or ranked["score_bound"][-1]
        apart = None if bound else show_number(ranked["score"][0] - ranked["score"][-1])
        rows.append((title, _name_level_units(first), _name_level_units(last), apart))
    return make_table(
        "category-ends",
        phrase("annex.category_ends"),
        [phrase(f"annex.{name}") for name in ("category", "first", "last", "points_apart")],
        rows,
        texts=(0, 1, 2),
        levels=[names.find_level(category) for category in names.categories],
    )


def _name_level_units(rows: pl.DataFrame) -> str:
    """Return the names of units with one rank, and their score."""
    shown = rows["name"].to_list()
    if len(shown) > _NAMED:
        shown = [shown[0], phrase("annex.others", count=len(shown) - 1)]
    return phrase("annex.in_brackets", text=list_names(shown), bracketed=show_score(rows.row(0, named=True)))


def tabulate_category_scores(result: Result, names: Names) -> list[TableView]:
    """Return tables with one row per unit: its score and, in brackets, its rank in each category of the first level.

    For each category that holds others follows a table of these.
    """
    cells = {(row["unit"], row["category"]): row for row in result.categories.iter_rows(named=True)}

    def show(row: dict[str, Any]) -> str:
        score = show_score(row)
        if row["rank"] is None:
            return score
        return phrase("annex.in_brackets", text=score, bracketed=show_number(row["rank"]))

    tables = []
    for parent, held in names.group_by_parent().items():
        shown = held if parent is None else [parent, *held]
        within = "" if parent is None else names.tell_place(parent)
        tables.append(
            make_table(
                "category-scores" if parent is None else f"category-scores-{names.nodes[parent].number}",
                phrase("annex.scores_within", category=within) if within else phrase("annex.scores"),
                (names.unit_word, *(names.categories[category] for category in shown)),
                [(name, *(show(cells[unit, category]) for category in shown)) for unit, name in names.units.items()],
                note="" if within else phrase("annex.scores_note", nothing=NOTHING),
                fold=phrase("annex.within", category=within) if within else "",
            )
        )
    return tables
