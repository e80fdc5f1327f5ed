"""Compare two definitions, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text

#: Differences named in a message, and characters shown of a value, at most.
_SHOWN, _LONGEST = 8, 60
#: What names an item of a list, so that it is compared with its like and not with what stands in the same place.
_NAMES = ("id", "code")
_MISSING = object()
#: What stands for a value that is not there, in what machines compare; readers see it in their language.
_NOTHING = "nothing"


@dataclass(frozen=True)
class Difference:
    """One key with different values in two definitions."""

    place: str
    """Such as ``method.aggregation`` or ``categories[trade].weight``."""
    before: str
    after: str


def list_differences(before: object, after: object) -> list[Difference]:
    """Return the keys with different values in two definitions, given as plain JSON values.

    Examples
    --------
    >>> before = {"units": [{"code": "A", "name": "Aland"}, {"code": "B", "name": "Beland"}]}
    >>> after = {"units": [{"code": "B", "name": "Beland"}, {"code": "A", "name": "Åland"}]}
    >>> [(one.place, one.before, one.after) for one in list_differences(before, after)]
    [('units', 'A, B', 'B, A'), ('units[A].name', 'Aland', 'Åland')]
    """
    return list(_compare("", before, after))


def describe_differences(differences: list[Difference], form: str = "{after} instead of {before}") -> str:
    """Return differences as part of a sentence that is the same in every language; of many only the first.

    It stands in errors, in manifests and in the id of a trial; for readers there is `translate_differences`.

    Parameters
    ----------
    form
        How both values stand, such as ``{before} there, {after} here``.

    Examples
    --------
    >>> describe_differences([Difference("method.seed", "2021", "7")])
    'method.seed (7 instead of 2021)'
    """
    shown = [f"{one.place} ({form.format(before=one.before, after=one.after)})" for one in differences[:_SHOWN]]
    listed, more = ", ".join(shown), len(differences) - len(shown)
    return f"{listed} and {more} more" if more else listed


def translate_differences(differences: list[Difference]) -> str:
    """Return differences as readers see them, in their language; of many only the first."""
    shown = [
        phrase("notes.departure", place=one.place, before=_translate(one.before), after=_translate(one.after))
        for one in differences[:_SHOWN]
    ]
    listed, more = ", ".join(shown), len(differences) - len(shown)
    return phrase("notes.more_departures", count=more, listed=listed) if more else listed


def _translate(value: str) -> str:
    return phrase("notes.no_value") if value == _NOTHING else value


def _compare(place: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{place}.{key}" if place else str(key)
            yield from _compare(inner, before.get(key, _MISSING), after.get(key, _MISSING))
        return
    items, others = _name_items(before), _name_items(after)
    if items is not None and others is not None:
        if list(items) != list(others):
            yield Difference(place, _show(list(items)), _show(list(others)))
        for name in filter(others.__contains__, items):
            yield from _compare(f"{place}[{name}]", items[name], others[name])
        return
    if before != after:
        yield Difference(place, _show(before), _show(after))


def _name_items(value: Any) -> dict[str, Any] | None:
    """Return the items of a list by their names; None if it is not a list of named items."""
    if not isinstance(value, list | tuple) or not value:
        return None
    for key in _NAMES:
        if all(isinstance(item, dict) and key in item for item in value):
            return {str(item[key]): item for item in value}
    return None


def _show(value: Any) -> str:
    if value is _MISSING:
        return _NOTHING
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        value = ", ".join(value)
    if isinstance(value, bool) or value is None:
        value = {True: "true", False: "false", None: "null"}[value]
    return show_text(value if isinstance(value, str) else repr(value), _LONGEST) or "''"
