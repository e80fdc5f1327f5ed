"""Sentences on values that a normalisation took as its ends: beyond the posts, beyond the target.

Such a score says that a mean lies beyond the post, not what everybody answered. Only published scores are looked at.
Method page: docs/methods/normalisation.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.structure import IndexStructure

#: Units that are named.
_NAMED = 12


def describe_clipping(scores: Floats, structure: IndexStructure, definition: IndexDefinition) -> list[str]:
    """Return a sentence where published scores of groups of questions lie at an end beyond which values are clipped.

    Parameters
    ----------
    scores
        Units x nodes, as they are published; NaN where they are not.
    structure, definition
        The index.
    """
    normalisation = structure.normalisation
    groups = [node.number for node in structure.groups_of_questions]
    ends = [end for end, clips in zip(structure.value_bounds, normalisation.clips, strict=True) if clips]
    at_end = np.isin(scores[:, groups], ends)
    units = [definition.units[n].name for n in np.flatnonzero(at_end.any(axis=1))]
    if not units:
        return []
    named = list_names(units) if len(units) <= _NAMED else definition.words.count_units(len(units))
    clipped = normalisation.show_clipped(normalisation.pick(structure.method))
    return [phrase("notes.clipped", count=int(at_end.sum()), units=named, clipped=clipped)]
