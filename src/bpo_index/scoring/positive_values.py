"""Means that need values from zero on, checked on the answers: geometric, harmonic and power means have none below.

Which combinations fail whatever the answers is known when the definition is read (`definition.method_conflicts`). Where
it depends on the answers (`Normalisation.lowest_depends`, weights below zero inside a category) the values are looked
at here: those of the ranking are refused by name. In a replicate such a unit has no score; the replicate is left out of
shares of ranks and counted. Method page: docs/methods/admissible.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import LearntIndex
from bpo_index.scoring.methods.normalisation import orient
from bpo_index.scoring.methods.record import Normalisation
from bpo_index.scoring.methods.registry import find_method
from bpo_index.scoring.structure import IndexStructure, Node

#: Values that are named.
_NAMED = 5


@dataclass(frozen=True)
class Naming:
    """What units, questions and nodes are called in a sentence."""

    units: Sequence[str]
    questions: Sequence[str]
    nodes: Sequence[str]
    """The index first, its name empty."""


def describe_broken_mean(
    means: Floats, scores: Floats, learnt: LearntIndex, structure: IndexStructure, *, naming: Naming
) -> str | None:
    """Return a sentence on the values below zero that a mean cannot take: its name, units, items, values; None: none.

    Parameters
    ----------
    means, scores
        Units x questions, and units x nodes.
    learnt, structure
        What the scores were made with.
    naming
        Of units, questions and nodes.
    """
    needing = [node for node in structure.nodes if needs_positive(node)]
    if not needing:
        return None
    turned = orient(means, structure.reverse, structure.minimum, structure.maximum)
    values = learnt.normalisation.apply(learnt.outliers.apply(turned))
    for node in needing:
        held = (values[:, node.questions] if node.holds_questions else scores[:, node.children])[:, node.counted]
        broken = np.argwhere(held < 0)
        if len(broken):
            return _explain(node, held, broken, method=structure.method.normalisation, naming=naming)
    return None


def needs_positive(node: Node) -> bool:
    """Return whether the score of a node is a mean of values from zero on only."""
    power = node.aggregation.find_power(node.aggregation_options)
    return power is not None and power != 1


def may_fail(definition: IndexDefinition) -> bool:
    """Return whether a replicate may have a value below zero where a mean cannot take it.

    Examples
    --------
    >>> from bpo_index.definition import load_definition, replace_method
    >>> definition = load_definition("offshore-bpo-2021")
    >>> may_fail(definition), may_fail(replace_method(definition, "{normalisation: robust, aggregation: geometric}"))
    (False, True)
    """
    varied = definition.uncertainty.varied
    structure = IndexStructure.from_definition(definition)
    normalisations = [
        structure.normalisation,
        *(find_method("normalisation", name) for name in varied["normalisation"]),
    ]
    depends = any(
        isinstance(one, Normalisation)
        and one.lowest_depends
        and one.find_lowest(one.pick(definition.method), len(definition.units)) <= 0
        for one in normalisations
    )
    means = [find_method("aggregation", name) for name in varied["aggregation"]]
    needs = any(map(needs_positive, structure.nodes)) or any(
        getattr(mean, "power", 1) not in (None, 1) for mean in means
    )
    return needs and (depends or any(node.may_be_signed for node in structure.nodes))


def _explain(node: Node, held: Floats, broken: np.ndarray, *, method: str, naming: Naming) -> str:
    kind, names = ("question", naming.questions) if node.holds_questions else ("category", naming.nodes)
    named = [
        f"{naming.units[unit]} has {held[unit, item]:.2f} in the {kind} {names[node.counted_items[item]]}"
        for unit, item in broken[:_NAMED].tolist()
    ]
    more = f", and {len(broken) - _NAMED} more" if len(broken) > _NAMED else ""
    where = naming.nodes[node.number]
    return (
        f"The mean {node.aggregation.name}{f' of {where}' if where else ''} needs values from 0 on, and under "
        f"{method} {'; '.join(named)}{more}. Take scale, or min_max with normalisation_range: "
        "[1, 100], or an arithmetic mean."
    )
