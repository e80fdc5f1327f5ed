"""Tabulate the weights used beside nominal weights and effective importance.

`describe_weights` makes the published table and the sentences that go with it; `check_weights` refuses weights that the
answers do not determine. Method page: docs/methods/balanced-weights.md.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.weights import WEIGHTS
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import Evidence, LearntIndex
from bpo_index.scoring.methods.balanced import share_squared_correlations
from bpo_index.scoring.methods.record import WeightsReport
from bpo_index.scoring.structure import IndexStructure, Node

#: Fewer units than this for each variable make a covariance between units a poor guide.
_UNITS_A_VARIABLE = 3


def check_weights(learnt: LearntIndex, definition: IndexDefinition, structure: IndexStructure) -> None:
    """Refuse weights that could not be learnt.

    Raises
    ------
    DataRefused
        Naming the weighting and what is weighed.
    """
    broken = []
    for node, weights in zip(structure.nodes, learnt.weights, strict=True):
        if weights is not None and np.isnan(weights).any():
            name = definition.nodes[node.number].id
            held = "the questions" if node.holds_questions else "the categories"
            broken.append(f"{node.weighting.name} of {held}" + (f" of {name}" if name else ""))
    if broken:
        raise DataRefused(
            f"The weights cannot be learnt from these answers: {', '.join(broken)}. There are too few units with all "
            "scores, nobody gave points, or the correlations are singular. Use another weighting, such as given."
        )


def describe_weights(
    scores: Floats,
    shown: Floats,
    structure: IndexStructure,
    learnt: LearntIndex,
    *,
    evidence: Evidence,
    definition: IndexDefinition,
) -> tuple[pl.DataFrame, list[str]]:
    """Return the table of weights and the sentences that go with it.

    Parameters
    ----------
    scores
        Units x nodes.
    shown
        The same, NaN where a score is not published: effective importance is that of the published scores, so that no
        other can be computed from it.
    structure, learnt, evidence
        What the scores were made with.
    definition
        For names.

    Returns
    -------
    table
        One row per category (`question` null), then one per question: the columns of `WEIGHTS`. Weights sum to one over
        the categories of one parent, and over the questions of a category; null under `benefit_of_the_doubt`, where
        every unit has its own. `effective_importance`: the share of the squared correlation with the score of what
        holds the category; null where it is not defined.
    notes
        Sentences.
    """
    importance = np.full(len(structure.nodes), np.nan)
    used = np.full(len(structure.nodes), np.nan)
    nominal = np.full(len(structure.nodes), np.nan)
    for node in structure.holders:
        importance[node.children] = share_squared_correlations(shown[:, node.children], shown[:, node.number])
        nominal[node.children] = node.nominal / node.nominal.sum()
        weights = learnt.weights[node.number]
        if weights is not None:
            used[node.children] = weights
    rows: list[tuple[object, ...]] = [
        (node.id, None, nominal[n], used[n], importance[n]) for n, node in enumerate(definition.nodes) if node.category
    ]
    for node in structure.groups_of_questions:
        named, weights = definition.nodes[node.number], learnt.weights[node.number]
        assert weights is not None
        rows += [
            (named.id, question.id, own / node.nominal.sum(), weight, None)
            for question, own, weight in zip(named.questions, node.nominal, weights, strict=True)
        ]
    table = pl.DataFrame(rows, schema=WEIGHTS.schema, orient="row")
    return table.with_columns(pl.col(pl.Float64).fill_nan(None).round(9)), _write_notes(
        scores, structure, learnt, evidence=evidence, definition=definition
    )


def _write_notes(
    scores: Floats, structure: IndexStructure, learnt: LearntIndex, *, evidence: Evidence, definition: IndexDefinition
) -> list[str]:
    notes = _note_few_units(scores, structure, definition)
    for node in structure.holders:
        title = definition.nodes[node.number].title
        said = _describe_weighting(scores, node, evidence, definition)
        weights = learnt.weights[node.number]
        if node.aggregation.describe is not None and weights is not None:
            own = scores[:, node.number]
            said += node.aggregation.describe(scores[:, node.children], weights, ~np.isnan(own))
        notes += [phrase("notes.of_category", category=title, sentence=one) for one in said] if title else said
    return notes


def _note_few_units(scores: Floats, structure: IndexStructure, definition: IndexDefinition) -> list[str]:
    """Return a sentence for each weighting that learns from few units."""
    notes, words = [], definition.words
    questions: dict[str, list[Node]] = {}
    for node in structure.holders:
        units, items = _count_complete(scores, node), len(node.counted)
        if _is_poor_guide(node, units, items):
            values = _name_values(node, units, words)
            title = definition.nodes[node.number].title
            notes.append(
                phrase("notes.few_for_categories_in", count=items, category=title, **values)
                if title
                else phrase("notes.few_for_categories", count=items, **values)
            )
    for node in structure.groups_of_questions:
        questions.setdefault(node.weighting.name, []).append(node)
    units = _count_complete(scores, structure.index)
    for nodes in questions.values():
        most = max(len(node.counted) for node in nodes)
        if _is_poor_guide(nodes[0], units, most):
            notes.append(phrase("notes.few_for_questions", count=most, **_name_values(nodes[0], units, words)))
    return notes


def _count_complete(scores: Floats, node: Node) -> int:
    """Return how many units have a score of everything that counts in a node."""
    return int((~np.isnan(scores[:, node.counted_children])).all(axis=1).sum())


def _is_poor_guide(node: Node, units: int, items: int) -> bool:
    """Return whether a weighting learns from too few units for so many items."""
    weighting = node.weighting
    is_within = weighting.has_level and node.method.weighting_level == "within"
    learns = weighting.compares_units and not weighting.has_own_scores and not is_within
    return learns and items >= 2 and units < _UNITS_A_VARIABLE * items


def _name_values(node: Node, units: int, words: Words) -> dict[str, str]:
    """Return what all notes on few units name."""
    return {
        "method": node.weighting.name,
        "units": words.count_units(units),
        "needed": words.count_units(_UNITS_A_VARIABLE),
    }


def _describe_weighting(scores: Floats, node: Node, evidence: Evidence, definition: IndexDefinition) -> list[str]:
    """Return what the weighting says of the weights of the nodes that count."""
    if node.weighting.describe is None:
        return []
    counted, within = node.counted_children, evidence.node_covariance
    report = WeightsReport(
        scores=scores[:, counted],
        nominal=node.nominal[node.counted] / node.nominal.sum(),
        covariance=None if within is None else within[np.ix_(counted, counted)],
        names=[definition.nodes[n].id for n in counted],
    )
    return node.weighting.describe(report, node.weighting_options)
