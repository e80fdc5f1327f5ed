"""What several figures say and show in the same way: scores, bounds, and the range of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_score
from bpo_index.publication.standard_phrases import names_percentage

#: Shapes of a score: a triangle points to where the score of a bound lies.
_SHAPES = {None: "circle", "at least": "triangle-right", "at most": "triangle-left"}


def tell_score(row: Mapping[str, Any], definition: IndexDefinition) -> str:
    """Return a score with its unit, per cent or points, as a sentence has it; a bound as a bound."""
    return tell_points(show_score(row), definition)


def tell_points(written: str, definition: IndexDefinition) -> str:
    """Return a score, or a range of scores, with its unit, as a sentence has it."""
    return phrase(f"figures.score_{'percent' if names_percentage(definition) else 'points'}", score=written)


def choose_shape(bound: str | None) -> str:
    """Return the shape of a score's mark."""
    return _SHAPES[bound]


def find_range(values: Iterable[float | None], least: float = 1.0) -> list[float]:
    """Return the range of an axis round values, no narrower than `least`.

    Examples
    --------
    >>> find_range([50.0, None, 90.0]), find_range([3.0])
    ([48.0, 92.0], [2.5, 3.5])
    """
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    margin = max((high - low) * 0.05, (least - (high - low)) / 2)
    return [low - margin, high + margin]
