"""The weights that were used, beside the nominal ones and the importance that they have in effect.

`describe_weights` makes the published table and the sentences that go with it; `check_weights` refuses weights that the
answers do not determine. Method page: docs/methods/balanced-weights.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.publication.columns.weights import WEIGHTS
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import Evidence, LearntIndex
from bpo_index.scoring.methods.balanced import share_squared_correlations
from bpo_index.scoring.methods.record import WeightsReport
from bpo_index.scoring.structure import IndexStructure

#: Fewer units than this for each variable make a covariance between units a poor guide.
_UNITS_A_VARIABLE = 3


def check_weights(learnt: LearntIndex, definition: IndexDefinition) -> None:
    """Refuse weights that could not be learnt.

    Raises
    ------
    DataRefused
        Naming the weighting and what is weighed.
    """
    method = definition.method
    broken = [
        f"{method.question_weighting} of the questions of {category.id}"
        for category, weights in zip(definition.categories, learnt.question_weights, strict=True)
        if np.isnan(weights).any()
    ]
    if learnt.category_weights is not None and np.isnan(learnt.category_weights).any():
        broken.append(f"{method.weighting} of the categories")
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
        Units x (1 + categories).
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
        One row per category (`question` null), then one per question: `category, question, nominal_weight, weight,
        effective_importance`. Weights sum to one over the categories, and over the questions of a category; null under
        `benefit_of_the_doubt`, where every unit has its own. `effective_importance`: the share of the squared
        correlation with the overall score; null where it is not defined.
    notes
        Sentences.
    """
    nominal = structure.category_weights / structure.category_weights.sum()
    used = learnt.category_weights
    importance = [
        None if np.isnan(share) else float(share) for share in share_squared_correlations(shown[:, 1:], shown[:, 0])
    ]
    rows: list[tuple[str, str | None, float, float | None, float | None]] = []
    for n, category in enumerate(definition.categories):
        weight = None if used is None else float(used[n])
        rows.append((category.id, None, float(nominal[n]), weight, importance[n]))
    for n, category in enumerate(definition.categories):
        given = structure.question_weights[structure.list_questions(n)]
        for question, own, weight in zip(category.questions, given, learnt.question_weights[n], strict=True):
            rows.append((category.id, question.id, float(own / given.sum()), float(weight), None))
    table = pl.DataFrame(rows, schema=WEIGHTS.schema, orient="row")
    return table.with_columns(pl.col(pl.Float64).round(9)), _write_notes(
        scores, structure, learnt, evidence=evidence, ids=[category.id for category in definition.categories]
    )


def _write_notes(
    scores: Floats, structure: IndexStructure, learnt: LearntIndex, *, evidence: Evidence, ids: Sequence[str]
) -> list[str]:
    method = structure.method
    counted = np.flatnonzero(structure.category_weights > 0)
    categories = scores[:, 1:][:, counted]
    units = int((~np.isnan(categories)).all(axis=1).sum())
    notes = []
    questions = int(np.bincount(structure.category_of, weights=structure.question_weights > 0).max())
    for weighting, items, named in (
        (structure.weighting, len(counted), f"{len(counted)} categories"),
        (structure.question_weighting, questions, f"up to {questions} questions of a category"),
    ):
        is_within = weighting.has_level and method.weighting_level == "within"
        learns = weighting.compares_units and not weighting.has_own_scores and not is_within
        if learns and items > 1 and units < _UNITS_A_VARIABLE * items:
            notes.append(
                f"Weights ({weighting.name}) are learnt from {units} units for {named}; with fewer than "
                f"{_UNITS_A_VARIABLE} units an item they say little."
            )
    notes += _describe_weighting(categories, structure, evidence, [ids[int(n)] for n in counted])
    aggregation = structure.aggregation
    if aggregation.describe is not None and learnt.category_weights is not None:
        notes += aggregation.describe(scores[:, 1:], learnt.category_weights, ~np.isnan(scores[:, 0]))
    return notes


def _describe_weighting(
    categories: Floats, structure: IndexStructure, evidence: Evidence, ids: Sequence[str]
) -> list[str]:
    """Return what the weighting says of the weights of units x categories that count."""
    weighting = structure.weighting
    if weighting.describe is None:
        return []
    counted = np.flatnonzero(structure.category_weights > 0)
    within = evidence.category_covariance
    report = WeightsReport(
        scores=categories,
        nominal=structure.category_weights[counted] / structure.category_weights.sum(),
        covariance=None if within is None else within[np.ix_(counted, counted)],
        names=ids,
    )
    return weighting.describe(report, weighting.pick(structure.method))
