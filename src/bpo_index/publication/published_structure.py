"""The structure of an index with the weights that a release publishes, from which the ends of its scores follow."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.structure import IndexStructure


def read_structure(definition: IndexDefinition, weights: pl.DataFrame) -> IndexStructure:
    """Return the structure of an index, its weights as the table `weights` has them.

    Parameters
    ----------
    definition
        The index.
    weights
        `category, question, weight`: rounded as they are published; without rows they are not known.

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> definition = load_definition("offshore-bpo-2021")
    >>> empty = pl.DataFrame(schema={"category": pl.String, "question": pl.String, "weight": pl.Float64})
    >>> read_structure(definition, empty).score_bounds[0]
    (0.0, 100.0)
    """
    structure = IndexStructure.from_definition(definition)
    if weights.is_empty():
        return structure
    named = weights.select("category", "question", "weight").iter_rows()
    given = {(category, question): weight for category, question, weight in named}
    used: list[Floats | None] = []
    for node in structure.nodes:
        keys = (
            [(definition.nodes[node.number].id, definition.questions[n].id) for n in node.questions]
            if node.holds_questions
            else [(definition.nodes[n].id, None) for n in node.children]
        )
        own = np.array([given.get(key) for key in keys], dtype=float)
        used.append(None if np.isnan(own).any() else own)
    return dataclasses.replace(structure, used=tuple(used))
