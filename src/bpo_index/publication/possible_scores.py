"""Between which values category scores lie that are bounds or withheld, as far as published numbers say."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.cells.ends import AT_LEAST, AT_MOST

#: Published scores are rounded to two decimals; those of the index and all its categories together by so much at most.
_ROUNDING = 0.01


def find_category_weights(definition: IndexDefinition) -> dict[str, float] | None:
    """Return the weights with which the index is the mean of its categories; None: it is no such mean."""
    method = definition.method
    is_mean = (method.normalisation, method.aggregation) == ("scale", "arithmetic")
    is_flat = len(definition.nodes) == len(definition.categories) + 1
    if not (is_mean and is_flat) or method.weighting not in ("given", "equal"):
        return None
    given = [1.0 if method.weighting == "equal" else category.weight for category in definition.categories]
    return {category.id: one / sum(given) for category, one in zip(definition.categories, given, strict=True)}


def find_range(score: float | None, bound: str | None) -> tuple[float, float]:
    """Return the least and the largest score that a published one stands for; None: withheld.

    Examples
    --------
    >>> find_range(85.3, None), find_range(96.0, "at least"), find_range(None, None)
    ((85.3, 85.3), (96.0, 100.0), (0.0, 100.0))
    """
    if score is None:
        return 0.0, 100.0
    return (0.0 if bound == AT_MOST else score), (100.0 if bound == AT_LEAST else score)


def find_possible_scores(
    unit: str, ranking: pl.DataFrame, categories: pl.DataFrame, weights: Mapping[str, float] | None
) -> dict[str, tuple[float, float]]:
    """Return category to the least and the largest score of a unit that fit what is published.

    Parameters
    ----------
    unit
        Its code.
    ranking, categories
        With `unit, score`, `category`, and `score_bound` where there are bounds.
    weights
        From `find_category_weights`.

    Examples
    --------
    >>> ranking = pl.DataFrame({"unit": ["COL"], "score": [87.0]})
    >>> cells = {"category": ["a", "b", "c"], "score": [80.0, 96.0, None], "score_bound": [None, "at least", None]}
    >>> found = find_possible_scores(
    ...     "COL", ranking, pl.DataFrame({"unit": "COL", **cells}), {"a": 0.5, "b": 0.25, "c": 0.25}
    ... )
    >>> {category: (round(low, 1), round(high, 1)) for category, (low, high) in found.items()}
    {'a': (80.0, 80.0), 'b': (96.0, 100.0), 'c': (88.0, 92.0)}
    """
    ranges: dict[str, tuple[float, float]] = {}
    for row in categories.filter(pl.col("unit") == unit).iter_rows(named=True):
        ranges[row["category"]] = find_range(row["score"], row.get("score_bound"))
    overall = ranking.filter(pl.col("unit") == unit)
    score = overall["score"].item() if overall.height else None
    is_bound = "score_bound" in overall.columns and overall.height and overall["score_bound"].item() is not None
    if weights is None or score is None or is_bound or set(weights) != set(ranges):
        return ranges
    tightened = {}
    for category, (low, high) in ranges.items():
        others = [name for name in ranges if name != category]
        least, most = (sum(weights[name] * ranges[name][end] for name in others) for end in (0, 1))
        weight = weights[category]
        ends = low, high
        if low < high and weight > 0:
            ends = max(low, (score - _ROUNDING - most) / weight), min(high, (score + _ROUNDING - least) / weight)
        tightened[category] = ends
    return tightened
