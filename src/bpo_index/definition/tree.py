"""The index and its categories as a list of nodes: parents before children, the index itself first.

All arrays over nodes, and all tables of categories, are in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition.blocks import CATEGORY_KEYS, Category, Question


@dataclass(frozen=True)
class DefinedNode:
    """The index, or one category of it, at its place in the tree."""

    number: int
    """Its place in the order of nodes; the index is 0."""
    parent: int
    """The number of the node that holds it; of the index -1."""
    level: int
    """Steps below the index; of the index 0."""
    category: Category | None
    """None: the index."""
    parent_id: str | None
    """The id of the category that holds it; None: the index does, or it is the index."""
    share: float
    """Its nominal weight among the nodes beside it, their sum one; of the index 1."""

    @property
    def id(self) -> str:
        """The id of the category; empty for the index."""
        return self.category.id if self.category else ""

    @property
    def title(self) -> str:
        """The title of the category; empty for the index."""
        return self.category.title if self.category else ""

    @property
    def weight(self) -> float:
        """The nominal weight as it is given; of the index 1."""
        return self.category.weight if self.category else 1.0

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions that it holds itself."""
        return self.category.questions if self.category else ()

    @property
    def own_method(self) -> dict[str, Any]:
        """The keys of the method that it gives itself, for it and all that it holds."""
        given = {key: getattr(self.category, key) for key in CATEGORY_KEYS} if self.category else {}
        return {key: value for key, value in given.items() if value is not None}


def list_nodes(categories: Sequence[Category]) -> tuple[DefinedNode, ...]:
    """Return the index and all categories, parents before children."""
    index = DefinedNode(number=0, parent=-1, level=0, category=None, parent_id=None, share=1.0)
    nodes = [index]

    def hold(held: Sequence[Category], parent: DefinedNode) -> None:
        total = sum(category.weight for category in held)
        for category in held:
            node = DefinedNode(
                number=len(nodes),
                parent=parent.number,
                level=parent.level + 1,
                category=category,
                parent_id=parent.id or None,
                share=category.weight / total if total else 0.0,
            )
            nodes.append(node)
            hold(category.categories, node)

    hold(categories, index)
    return tuple(nodes)


def place_categories(frame: pl.DataFrame, nodes: Sequence[DefinedNode]) -> pl.DataFrame:
    """Return a table with `level` and `parent` of the category of each row; unchanged where it has no categories."""
    if "category" not in frame.columns:
        return frame
    places = pl.DataFrame(
        [(node.id or None, node.level, node.parent_id) for node in nodes],
        schema={"category": pl.String, "level": pl.Int64, "parent": pl.String},
        orient="row",
    )
    return frame.join(places, on="category", how="left", maintain_order="left", nulls_equal=True)
