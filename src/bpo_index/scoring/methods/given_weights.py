"""Weights that are given: by the definition, equal, or by the respondents (stated importance).

Method page: docs/methods/scores.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Items, Options, Problem, Surroundings, Weighting


def _take_nominal(items: Items) -> Floats:
    return np.asarray(items.nominal / items.nominal.sum())


def _weigh_equally(items: Items) -> Floats:
    even = np.ones(len(items.nominal))
    return np.asarray(even / even.sum())


def _take_importance(items: Items) -> Floats:
    if items.importance is None:
        msg = "importance needs the respondents' stated importance, which question means do not hold"
        raise ValueError(msg)
    return np.asarray(items.importance / items.importance.sum(axis=-1, keepdims=True))


def _find_categories_without_points(options: Options, around: Surroundings) -> list[Problem]:
    del options
    lacking = [name for name in around.categories if name not in around.importance]
    if not lacking:
        return []
    says = f"importance needs a heading under columns.importance for each category; not: {', '.join(lacking)}"
    return [("weighting", says)]


RECORDS = (
    Weighting(
        name="given",
        line="the weights of the definition",
        page="scores",
        order=1,
        weigh=_take_nominal,
        learns=False,
        compares_units=False,
    ),
    Weighting(
        name="equal",
        line="every category or question weighs the same",
        page="scores",
        order=2,
        weigh=_weigh_equally,
        learns=False,
        compares_units=False,
    ),
    Weighting(
        name="importance",
        line="points that {respondents} gave to the categories (budget allocation)",
        page="scores",
        source="oecd2008",
        find_problems=_find_categories_without_points,
        order=3,
        weigh=_take_importance,
        keys=("weighting",),
        compares_units=False,
        needs_importance=True,
    ),
)
