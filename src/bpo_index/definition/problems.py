"""The problems of a definition in the words of its author, who may know no types: what is wrong, and what is near."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bpo_index.definition.yaml_places import Place

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

#: Characters of a value that a message quotes, and known keys that it lists.
_LONGEST_GIVEN, _MOST_KEYS = 80, 16
#: How alike a spelling must be to be proposed, 0 to 1.
_LEAST_ALIKE = 0.6
_QUOTED = r"'([^']+)'"


def explain_errors(error: ValidationError, root: type[BaseModel]) -> list[tuple[Place, str]]:
    """Return the problems that pydantic found, each with its place.

    Parameters
    ----------
    error
        From the validation of a raw definition.
    root
        The model that was validated.
    """
    return [(tuple(item["loc"]), _explain(item, root)) for item in error.errors() if not _is_echo(item)]


def _explain_unknown_key(place: Place, root: type[BaseModel]) -> str:
    known = _list_keys(place[:-1], root)
    near = _propose(place[-1], known)
    if near:
        return f"is not a key here{near}"
    if 0 < len(known) <= _MOST_KEYS:
        return f"is not a key here; take it out, or use one of {', '.join(known)}"
    return "is not a key of a definition; take it out or correct its spelling"


def _propose(given: object, known: Iterable[str]) -> str:
    """Return the end of a sentence that names the nearest spelling, or nothing."""
    simple = {_simplify(name): name for name in known}
    near = difflib.get_close_matches(_simplify(str(given)), list(simple), n=1, cutoff=_LEAST_ALIKE)
    return f": did you mean `{simple[near[0]]}`?" if near else ""


def _simplify(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _list_keys(place: Place, kind: Any) -> list[str]:
    """Return the keys that a block of a definition may have."""
    for part in place:
        kind = _step_into(kind, part)
    return [name for one in _list_members(kind) for name in (one.model_fields if _is_model(one) else ())]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _list_members(kind: Any) -> list[Any]:
    """Return the kinds of which a value may be."""
    if get_origin(kind) is Annotated:
        return _list_members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [member for one in get_args(kind) for member in _list_members(one)]
    return [kind]


def _step_into(kind: Any, part: str | int) -> Any:
    for one in _list_members(kind):
        if _is_model(one) and part in one.model_fields:
            return one.model_fields[part].annotation
        if get_origin(one) in (tuple, list) and isinstance(part, int):
            return get_args(one)[0]
        if get_origin(one) is dict and isinstance(part, str):
            return get_args(one)[1]
    return None


def _is_echo(error: ErrorDetails) -> bool:
    """Return whether the error "too short" of a list only repeats the errors of its items."""
    given = error.get("input")
    return error["type"] == "too_short" and isinstance(given, list) and len(given) >= error["ctx"]["min_length"]


def _explain(error: ErrorDetails, root: type[BaseModel]) -> str:
    """Return the problem of a field in words for the author of the file, who may know no types."""
    kind, given, limits = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return _explain_unknown_key(error["loc"], root)
    match kind:
        case "value_error":  # ours, from a validator
            text = error["msg"].removeprefix("Value error, ")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            ((_, limit),) = limits.items()
            text = f"must be {_COMPARED[kind]} {_show_limit(limit)}"
        case "too_short" | "too_long":
            least = kind == "too_short"
            count = limits["min_length" if least else "max_length"]
            text = f"must have {'at least' if least else 'at most'} {count} item{'' if count == 1 else 's'}"
        case "string_pattern_mismatch":
            text = f"must be 1 to 64 characters out of {_PATTERNS.get(limits['pattern'], limits['pattern'])}"
        case "string_too_long":
            text = f"must have at most {limits['max_length']:,} characters"
        case "literal_error":
            text = f"must be {limits['expected']}{_propose(given, re.findall(_QUOTED, limits['expected']))}"
        case _:
            text = _SAYS.get(kind, error["msg"][0].lower() + error["msg"][1:])
    if isinstance(given, dict | list):
        return text
    shown = repr(given[: _LONGEST_GIVEN + 1] if isinstance(given, str) else given)
    return f"{text}; found {shown if len(shown) <= _LONGEST_GIVEN else f'{shown[: _LONGEST_GIVEN - 1]}…'}"


_COMPARED = {
    "greater_than": "above",
    "greater_than_equal": "at least",
    "less_than": "below",
    "less_than_equal": "at most",
}
#: Kinds of problems of pydantic, in words of the file.
_SAYS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be keys with values (key: value), one a line",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of at most 18 digits",
    "int_type": "must be a whole number",
    "model_attributes_type": "must be keys with values (key: value), one a line",
    "model_type": "must be keys with values (key: value), one a line",
    "string_too_short": "must have at least one character",
    "string_type": "must be a text",
    "string_unicode": "must be a text of whole characters",
    "tuple_type": "must be a list: [first, second], or a line for each that starts with -",
}


_PATTERNS = {
    r"^[a-z0-9-]{1,64}$": "a-z, 0-9 and -",
    r"^[a-z0-9_-]{1,64}$": "a-z, 0-9, _ and -",
    r"^[A-Za-z0-9_-]{1,64}$": "A-Z, a-z, 0-9, _ and -",
}


def _show_limit(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:,.6f}".rstrip("0").rstrip(".")
