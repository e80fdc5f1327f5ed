"""The categories of a raw definition, which may be broken in other ways, with their places in the file, and scales."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpo_index.definition.yaml_places import Place


def list_raw_categories(holder: object, at: Place = ()) -> list[tuple[Place, dict[str, Any]]]:
    """Return all categories of a raw definition or category, parents before children; anything else is skipped.

    Examples
    --------
    >>> raw = {"categories": [{"id": "a", "categories": [{"id": "b"}, None]}]}
    >>> [(place, category["id"]) for place, category in list_raw_categories(raw)]
    [(('categories', 0), 'a'), (('categories', 0, 'categories', 0), 'b')]
    """
    return list(_walk(holder, at))


def _walk(holder: object, at: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    held = holder.get("categories") if isinstance(holder, dict) else None
    for n, category in enumerate(held if isinstance(held, list) else []):
        if isinstance(category, dict):
            place: Place = (*at, "categories", n)
            yield place, category
            yield from _walk(category, place)


def put_scale_over(own: object, outside: dict[str, Any]) -> dict[str, Any]:
    """Return the raw scale that holds in a category or a question, of its own keys and of the scale outside.

    Examples
    --------
    >>> put_scale_over({"maximum": 7}, {"minimum": 1, "maximum": 5, "labels": {"agree": 5}})
    {'minimum': 1, 'maximum': 7}
    """
    given = {key: value for key, value in own.items() if value is not None} if isinstance(own, dict) else {}
    scale = outside | given
    if "labels" not in given and any(scale.get(end) != outside.get(end) for end in ("minimum", "maximum")):
        scale.pop("labels", None)
    return scale


def list_raw_scales(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the raw scales of the questions of a raw definition that have one, and the index's first."""
    outside = raw.get("scale")
    if not isinstance(outside, dict):
        return []
    scale_of: dict[Place, dict[str, Any]] = {(): outside}
    found = [outside]
    for at, category in list_raw_categories(raw):
        scale_of[at] = put_scale_over(category.get("scale"), scale_of[at[:-2]])
        questions = category.get("questions")
        for question in questions if isinstance(questions, list) else []:
            if isinstance(question, dict):
                found.append(put_scale_over(question.get("scale"), scale_of[at]))
    return found
