"""How scores of the lowest categories become those of the index: what holds which, and how it is put together.

What the explorer computes with; the script of the report does the same. Method page: docs/methods/explorer.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.steps import aggregate

#: The number of the index where categories are numbered from 0.
INDEX = -1


@dataclass(frozen=True)
class CategoryTree:
    """The categories of an index, each before those that it holds, numbered from 0."""

    parents: Ints
    """Per category: the number of the one that holds it; -1: the index does."""
    own: Mapping[int, str] = field(default_factory=dict)
    """Number of a category that holds others by an aggregation of its own, to that."""

    @property
    def lowest(self) -> Ints:
        """The numbers of the categories that hold questions."""
        return np.setdiff1d(np.arange(len(self.parents)), self.parents)

    @property
    def holders(self) -> list[tuple[int, Ints]]:
        """The number of each node that holds categories and those of these, the index last."""
        numbers = np.unique(self.parents)[::-1].tolist()
        return [(number, np.flatnonzero(self.parents == number)) for number in numbers]

    def combine(self, values: Floats, weights: Floats, aggregation: str, *, power: float | None = None) -> Floats:
        """Return the scores of the index.

        Parameters
        ----------
        values
            ... x units x lowest categories, score points.
        weights
            Categories, from 0; divided by their sum among those that one node holds.
        aggregation
            Of the index, and of the categories without one of their own.
        power
            Of `generalised_mean`.

        Returns
        -------
        ndarray
            ... x units; NaN where a category with a weight has no score, such as one that holds no weight.

        Examples
        --------
        >>> tree = CategoryTree(np.array([-1, 0, 0, -1]), {0: "geometric"})
        >>> tree.combine(np.array([[90.0, 40.0, 80.0]]), np.array([3.0, 1.0, 1.0, 1.0]), "arithmetic")
        array([65.])
        """
        scores: dict[int, Floats] = dict(zip(self.lowest.tolist(), np.moveaxis(values, -1, 0), strict=True))
        for number, held in self.holders:
            parts, shares = np.stack([scores[one] for one in held.tolist()], axis=-1), weights[held]
            name = self.own.get(number, aggregation)
            has_weight = bool((shares > 0).any())
            scores[number] = (
                aggregate(parts, shares, name, power=power) if has_weight else np.full(parts.shape[:-1], np.nan)
            )
        return scores[INDEX]


def make_flat_tree(categories: int) -> CategoryTree:
    """Return the tree of an index of so many categories that all hold questions."""
    return CategoryTree(np.full(categories, INDEX, dtype=np.int64))


def read_tree(definition: IndexDefinition, choose: Callable[[int, str], str]) -> CategoryTree:
    """Return the tree of a definition.

    Parameters
    ----------
    definition
        The index.
    choose
        Gives the aggregation of a category that has one of its own, or stands in one that has, from its number and
        that one.
    """
    nodes = definition.nodes
    given: dict[int, str] = {}
    for node in nodes[1:]:
        name = node.own_method.get("aggregation", given.get(node.parent))
        if name is not None:
            given[node.number] = name
    own = {n - 1: choose(n - 1, name) for n, name in given.items() if not nodes[n].questions}
    return CategoryTree(np.array([node.parent - 1 for node in nodes[1:]], dtype=np.int64), own)
