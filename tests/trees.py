"""Indices of any depth for tests: random definitions, and their scores worked out level by level in plain Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from bpo_index.definition import IndexDefinition

MEANS = ("arithmetic", "geometric", "harmonic")


def make_raw(categories: list[dict[str, Any]], *, units: int = 3, **more: Any) -> dict[str, Any]:
    """Return a raw definition with these categories, on the scale 0 to 10."""
    return {
        "schema_version": 1,
        "index": "tree",
        "edition": "one",
        "version": "1",
        "title": "Tree",
        "provenance": {"note": "Made for tests."},
        "scale": {"minimum": 0, "maximum": 10},
        "units": [{"code": f"U{n}", "name": f"Unit {n}"} for n in range(units)],
        "categories": categories,
        "columns": {"respondent": "id", "unit": "country", "company": "company"},
        "method": {"minimum_respondents_to_publish": 2, "minimum_respondents_to_rank": 2, "replicates": 100},
        **more,
    }


def build(raw: dict[str, Any]) -> IndexDefinition:
    """Return the definition."""
    return IndexDefinition.model_validate(raw)


def draw_categories(
    draw: st.DrawFn, depth: int, count: list[int], *, methods: bool, least: int = 1
) -> list[dict[str, Any]]:
    """Return categories nested to at most so many levels; `count` numbers categories and questions."""
    found: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(least, 3))):
        count[0] += 1
        category: dict[str, Any] = {"id": f"c{count[0]}", "title": f"C {count[0]}", "weight": draw(st.integers(1, 5))}
        if depth > 1 and draw(st.booleans()):
            category["categories"] = draw_categories(draw, depth - 1, count, methods=methods)
            if methods and draw(st.booleans()):
                category["aggregation"] = draw(st.sampled_from(MEANS))
        else:
            questions = []
            for _ in range(draw(st.integers(1, 3))):
                count[1] += 1
                question = {"id": f"q{count[1]}", "text": f"Question {count[1]}", "weight": draw(st.integers(1, 3))}
                questions.append(question | {"reverse": draw(st.booleans())})
            category["questions"] = questions
            if methods and draw(st.booleans()):
                category["question_aggregation"] = draw(st.sampled_from(MEANS))
        if methods and draw(st.integers(0, 3)) == 0:
            category["questions_needed"] = 1
        found.append(category)
    return found


@st.composite
def trees(draw: st.DrawFn, depth: int = 4, *, methods: bool = True, units: int = 3) -> dict[str, Any]:
    """Draw a raw definition of a tree."""
    return make_raw(draw_categories(draw, depth, [0, 0], methods=methods), units=units)


def take_mean(values: list[float | None], weights: list[float], kind: str, needed: int | None) -> float | None:
    """Return the weighted mean of the values that are there, None where too few are."""
    there = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None and weight > 0]
    wanted = sum(weight > 0 for weight in weights)
    if len(there) < (wanted if needed is None else min(needed, wanted)):
        return None
    total = sum(weight for _, weight in there)
    if kind == "arithmetic":
        return sum(weight * value for value, weight in there) / total
    if any(value == 0 for value, _ in there):
        return 0.0
    if kind == "geometric":
        return math.exp(sum(weight * math.log(value) for value, weight in there) / total)
    return total / sum(weight / value for value, weight in there)


def score_by_hand(
    raw: dict[str, Any],
    means: dict[str, float],
    *,
    factors: dict[str, float] | None = None,
    ends: tuple[float, float] = (0.0, 10.0),
) -> dict[str, float | None]:
    """Return id of a category, and "" for the index, to its score, from the means of the questions.

    Parameters
    ----------
    raw
        The raw definition.
    means
        Question to its mean, in scale points; NaN where nobody rated it.
    factors
        Id of a category or a question to what its weight is multiplied by.
    ends
        Of the scale.
    """
    factors = factors or {}
    scores: dict[str, float | None] = {}

    def score(holder: dict[str, Any], name: str, outside: dict[str, Any]) -> float | None:
        keys = ("aggregation", "question_aggregation", "questions_needed")
        method = outside | {key: holder[key] for key in keys if holder.get(key) is not None}
        if holder.get("questions"):
            values: list[float | None] = []
            for question in holder["questions"]:
                share = 100 * (means[question["id"]] - ends[0]) / (ends[1] - ends[0])
                share = 100 - share if question.get("reverse") else share
                values.append(None if math.isnan(share) else share)
            kind, needed = method.get("question_aggregation", "arithmetic"), method.get("questions_needed")
            held = holder["questions"]
        else:
            held = holder["categories"]
            values = [score(category, category["id"], method) for category in held]
            kind, needed = method.get("aggregation", "arithmetic"), None
        weights = [item.get("weight", 1) * factors.get(item["id"], 1.0) for item in held]
        scores[name] = take_mean(values, weights, kind, needed)
        return scores[name]

    score({"categories": raw["categories"]}, "", raw.get("method", {}))
    return scores


def list_by_hand(raw: dict[str, Any], means: np.ndarray, **options: Any) -> np.ndarray:
    """Return the scores of one unit in the order of nodes, from the means of the questions in their order."""
    definition = build(raw)
    found = score_by_hand(raw, dict(zip(definition.question_ids, means.tolist(), strict=True)), **options)
    values = [found[node.id] for node in definition.nodes]
    return np.array([math.nan if value is None else value for value in values])
