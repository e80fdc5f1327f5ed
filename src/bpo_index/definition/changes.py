"""Changes of a definition that are given in Python: other weights, other keys of the method, units left out.

Each is made in the raw definition, so that what comes of it is checked as a file is.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from bpo_index.definition.raw_tree import list_raw_categories
from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import UsageError

#: How alike a spelling must be to be proposed, 0 to 1; names that a message lists.
_LEAST_ALIKE, _MOST_NAMES = 0.7, 12
#: Words of so many letters or fewer, such as "and", are not looked at by themselves.
_SHORTEST = 3


def weigh_categories(raw: dict[str, Any], weights: Mapping[str, float]) -> None:
    """Put weights of categories into a raw definition.

    Parameters
    ----------
    raw
        Is changed.
    weights
        Id or title of a category of any level to its weight, from 0.

    Raises
    ------
    UsageError
        When there is no such category, or a weight is no number from 0.
    """
    if not isinstance(weights, Mapping) or not weights:
        raise UsageError(
            f"weights= needs categories with their weights, such as {{'talent': 2}}; found {name_value(weights)}."
        )
    categories = [category for _, category in list_raw_categories(raw)]
    for given, weight in weights.items():
        chosen = find_named(given, {one["id"]: (one["id"], one["title"]) for one in categories}, "category", "weights=")
        if isinstance(weight, bool) or not isinstance(weight, Real) or not 0 <= float(weight) < math.inf:
            raise UsageError(f"The weight of {given} must be a number from 0; found {name_value(weight)}.")
        for category in categories:
            if category["id"] == chosen:
                category["weight"] = float(weight)


def keep_units(raw: dict[str, Any], units: Iterable[str]) -> None:
    """Leave only some units in a raw definition, in its order.

    Parameters
    ----------
    raw
        Is changed.
    units
        Codes, names or aliases of the units that stay.

    Raises
    ------
    UsageError
        When there is no such unit, or none is named.
    """
    if isinstance(units, str | bytes | Mapping) or not isinstance(units, Iterable):
        raise UsageError(f"units= needs a list of the units that stay, by code or name; found {name_value(units)}.")
    known = {one["code"]: (one["code"], one["name"], *one.get("aliases", ())) for one in raw["units"]}
    kept = {find_named(unit, known, "unit", "units=") for unit in units}
    if not kept:
        raise UsageError("units= is empty. Name the units that stay, by code or name.")
    raw["units"] = [one for one in raw["units"] if one["code"] in kept]


def plain_keys(method: object) -> dict[str, Any]:
    """Return keys of the `method:` block as plain values, those under one key `method` too.

    Raises
    ------
    UsageError
        When there are none, or a key is no text.
    """
    inner = method["method"] if isinstance(method, Mapping) and set(method) == {"method"} else method
    if not isinstance(inner, Mapping) or not inner or not all(isinstance(key, str) for key in inner):
        raise UsageError(
            "method= needs keys of the method: block with their values, such as {'aggregation': 'geometric'}, or the "
            f"path of a file with them; found {name_value(inner)}."
        )
    return {key: _make_plain(value) for key, value in inner.items()}


def _make_plain(value: Any) -> Any:
    """Return a value as JSON would have it: numbers of numpy as numbers, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _make_plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_make_plain(one) for one in value]
    return value.item() if hasattr(value, "item") else value


def find_named(given: object, known: Mapping[str, Iterable[str]], what: str, where: str) -> str:
    """Return the key whose names have a text among them, however it is spelt.

    Parameters
    ----------
    given
        A name.
    known
        Key to its names.
    what, where
        The noun for a key, and the argument, for a message.

    Raises
    ------
    UsageError
        When there is none; the nearest is named.

    Examples
    --------
    >>> find_named("Trade ", {"trade": ["trade", "Trade"]}, "category", "weights=")
    'trade'
    >>> find_named("trad", {"trade": ["trade"], "talent": ["talent"]}, "category", "weights=")
    Traceback (most recent call last):
    ...
    bpo_index.errors.UsageError: weights= names 'trad', which is no category here: did you mean 'trade'?
    """
    by_name = {fold_label(name): key for key, names in known.items() for name in names}
    if isinstance(given, str) and fold_label(given) in by_name:
        return by_name[fold_label(given)]
    near = propose(given, known, (name for names in known.values() for name in names))
    raise UsageError(f"{where} names {name_value(given)}, which is no {what} here{near}")


def propose(given: object, known: Iterable[str], spellings: Iterable[str] = ()) -> str:
    """Return the end of a sentence: the nearest spelling, or what is known where none is near.

    Parameters
    ----------
    given
        What was given.
    known
        What is listed.
    spellings
        All that may be meant; none: what is known. One is near, too, where one of its words is.

    Examples
    --------
    >>> propose("agregation", ["aggregation", "weighting"]), propose("talnt", ["talent-availability"])
    (": did you mean 'aggregation'?", ": did you mean 'talent-availability'?")
    >>> propose("x", ["aggregation", "weighting"])
    '. Known are aggregation, weighting.'
    """
    names = list(known)
    all_names = list(spellings) or names
    folded = {
        fold_label(word): name for name in all_names for word in re.split(r"[\W_]+", name) if len(word) > _SHORTEST
    }
    folded |= {fold_label(name): name for name in all_names}
    near = difflib.get_close_matches(fold_label(str(given)), list(folded), n=1, cutoff=_LEAST_ALIKE)
    if near:
        return f": did you mean {folded[near[0]]!r}?"
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f". Known are {', '.join(names[:_MOST_NAMES])}{more}."


def name_value(value: object) -> str:
    """Return what was found in the place of something else, for a message.

    Examples
    --------
    >>> [name_value(value) for value in (None, 5, "ab", {}, [], len)]
    ['nothing (None)', '5', "'ab'", 'an empty dict', 'an empty list', 'a value of type builtin_function_or_method']
    """
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return repr(show_text(value, 80))
    if isinstance(value, bool | int | float):
        return repr(value)
    name = type(value).__name__
    if name in ("dict", "list", "tuple", "set"):
        return f"a {name}" if value else f"an empty {name}"
    return f"a value of type {name}"
