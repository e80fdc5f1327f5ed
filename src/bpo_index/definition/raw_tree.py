"""The categories of a raw definition, which may be broken in other ways, with their places in the file."""

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
