"""Definitions, method files and margin files spoilt with a purpose: for fuzzing, and for telling what is refused."""

from __future__ import annotations

import json
import math
from typing import Any

import yaml
from hypothesis import strategies as st

#: Numbers that arithmetic stumbles over, as a definition file may write them.
NUMBERS = [
    "0", "-0.0", "1", "-1", "2", "0.5", "1e308", "-1e308", "1e-308", "1e-320", "1e-7", "1e9", "-1e9", "1000000001",
    ".inf", "-.inf", ".nan", "inf", "1" + "0" * 400, "9" * 15, "9" * 16, "0.1e-5", "true", "false", "null", "''", "'1'",
    "1_0", "0x10", "99999999999999999999", "5.5", "10", "100", "1e6",
]  # fmt: skip
#: Numbers at the ends of what is taken.
ENDS = [
    "0", "0.000001", "0.001", "0.5", "0.95", "0.999", "1", "2", "3", "5", "9.999999", "10", "11", "99", "100", "1000",
    "1000000", "1e9", "-0.000001", "-1", "-10", "-100", "-1e9",
]  # fmt: skip
TEXTS = [
    "''", "' '", '"\\u200b"', '"\\u202eabc"', '"\\ud800"', '"a\\nb"', '"\\0"', "=1+1", "'=1+1'", "<b>", "NO", "~", "[]",
    "{}", "[[]]", "{a: b}", "!!python/name:os.system x", "*x", "&x y", "| \n  x", "2021-12-15", "é", "ß" * 70,
    "x" * 2001, "'../../x'", "'/etc/passwd'", "🇪🇬", "AAA", "q1", "first", "unit", "response",
]  # fmt: skip


def list_places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value within nested mappings and lists."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(found for key, item in inner for found in list_places(item, (*place, key)))]


class Raw(str):
    """A text that stands in the file as it is."""

    __slots__ = ()


def write_flow(value: Any) -> str:
    """Return nested values as YAML in one line; a `Raw` text as it is."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_flow(key)}: {write_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(write_flow, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan"
    return json.dumps(value)


def write_block(value: dict[Any, Any]) -> str:
    """Return a mapping as YAML, a line a key."""
    return "".join(f"{write_flow(key)}: {write_flow(item)}\n" for key, item in value.items())


def move_numbers(draw: st.DrawFn, value: Any, most: int) -> Any:
    """Return nested values with some of their numbers at an end."""
    for _ in range(draw(st.integers(1, most))):
        *above, key = draw(st.sampled_from([place for place in list_places(value) if place]))
        parent = value
        for part in above:
            parent = parent[part]
        if isinstance(parent[key], int | float | Raw) and not isinstance(parent[key], bool):
            parent[key] = Raw(draw(st.sampled_from(ENDS)))
    return value


@st.composite
def spoil(draw: st.DrawFn, text: str, most: int = 4) -> str:
    """Return a YAML text whose values were swapped, deleted, doubled, nested or made extreme; sometimes broken YAML.

    Every second time only numbers are moved to ends of what is taken, so that much is computed and not refused.
    """
    value = yaml.safe_load(text)
    if draw(st.booleans()):
        return write_block(move_numbers(draw, value, most))
    for _ in range(draw(st.integers(1, most))):
        places = [place for place in list_places(value) if place]
        if not places:
            break
        *above, key = draw(st.sampled_from(places))
        parent = value
        for part in above:
            parent = parent[part]
        match draw(st.sampled_from(["number", "number", "number", "text", "delete", "double", "nest", "move", "key"])):
            case "number":
                parent[key] = Raw(draw(st.sampled_from(NUMBERS)))
            case "text":
                parent[key] = Raw(draw(st.sampled_from(TEXTS)))
            case "delete":
                del parent[key]
            case "double" if isinstance(parent, list):
                parent.insert(key, parent[key])
            case "nest":
                parent[key] = draw(st.sampled_from([[parent[key]], {"a": parent[key]}, [[parent[key]] * 3]]))
            case "move":
                other = value
                for part in draw(st.sampled_from(places)):
                    if not isinstance(other, dict | list) or isinstance(other, Raw):
                        break
                    try:
                        other = other[part]
                    except (KeyError, IndexError, TypeError):
                        break
                parent[key] = json.loads(json.dumps(other)) if other is not value else []
            case _ if isinstance(parent, dict):
                parent[Raw(draw(st.sampled_from([*TEXTS[:12], "1", "true", "weight", "title"])))] = parent.pop(key)
    spoilt = write_block(value)
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(spoilt)))
        spoilt = (
            spoilt[:at]
            + draw(st.sampled_from(["", "\t", "{", "]", ": ", "\n- x", "\x00", "%", "\ufeff", "'"]))
            + (spoilt[at + draw(st.integers(0, 5)) :])
        )
    return spoilt
