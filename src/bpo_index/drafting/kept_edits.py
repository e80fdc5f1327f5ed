"""Draft again over a definition that a person has edited: what stands there stays, and what was taken out stays out.

A draft ends with a comment that names its units, questions and keys (`write_known`). What is named there and stands in
the definition no more was taken out by a person.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from bpo_index.definition.left_to_do import TODO, is_left_to_do, list_left_to_do
from bpo_index.display.catalogue import phrase
from bpo_index.drafting.yaml_text import WIDTH, make_yaml
from bpo_index.errors import DefinitionError

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

#: A line that names what a draft has: "#   unit: COL, PER".
_LINE = re.compile(r"^#   (unit|question|key): (.*)\n?", re.MULTILINE)
_HEAD = re.compile(r"^# [^\n]*\n(?=#   (?:unit|question|key): )", re.MULTILINE)
#: Keys that no draft can do without.
_NEEDED = ("units", "categories", "scale", "columns", "columns.unit")

#: Names of units, questions and keys, each after its kind: "unit COL", "question q1", "key columns.company".
Known = frozenset[str]


def read_earlier(text: str) -> CommentedMap:
    """Return an earlier definition with its comments.

    Raises
    ------
    DefinitionError
        When it is no YAML, or no mapping.
    """
    from ruamel.yaml.comments import CommentedMap  # noqa: PLC0415
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415

    try:
        value = make_yaml().load(_LINE.sub("", _HEAD.sub("", text)).rstrip() + "\n")
    except YAMLError as error:
        raise DefinitionError("that is there", [f"it is no YAML ({str(error).splitlines()[0]})"]) from None
    if not isinstance(value, CommentedMap):
        raise DefinitionError("that is there", ["it holds no keys"])
    return value


def list_settled(text: str) -> frozenset[str]:
    """Return the questions of the drafting that an earlier definition answers: nobody is asked them again.

    Examples
    --------
    >>> sorted(list_settled("title: Chambers\\nscale: {minimum: 1, maximum: TODO}\\ncolumns: {unit: Chamber}\\n"))
    ['columns.unit', 'title']
    """
    made, known = read_earlier(text), find_known(text)
    open_places = {".".join(str(part) for part in place) for place, _ in list_left_to_do(made)}
    found = {key for key in ("title", "scale", "units", "categories") if made.get(key) is not None}
    columns = made.get("columns")
    found |= {f"columns.{key}" for key in columns} if isinstance(columns, Mapping) else set()
    keys = {name.removeprefix("key ") for name in known if name.startswith("key ")}
    found |= {key for key in keys if key.startswith("columns.")}
    if "categories" in found:
        found.add("reverse")
    if "scale" in found:
        found.add("scale.dont_know")
    # An answer that may be none leaves the ends of the scale settled; without these, nobody knows what is none.
    places = {place for place in open_places if place != "scale.dont_know"}
    left = {key for key in found for place in places if place == key or place.startswith(f"{key}.")}
    if "scale" in left or "scale.dont_know" in open_places:
        left.add("scale.dont_know")
    if any(place.endswith(".reverse") for place in open_places):
        left.add("reverse")
        left.discard("categories")
    return frozenset(found - left)


def list_known(made: Mapping[str, Any]) -> Known:
    """Return the units, questions and keys of a definition."""
    units = made.get("units")
    names = {f"unit {unit['code']}" for unit in units if "code" in unit} if isinstance(units, list) else set()
    names |= {f"question {question['id']}" for question in _list_questions(made)}
    names |= {f"key {key}" for key in made}
    for block in ("columns", "quality_rules", "source", "words"):
        names |= {f"key {block}.{key}" for key in made.get(block) or ()}
    return frozenset(name for name in names if TODO not in name)


def write_known(known: Known) -> str:
    """Return the comment that names them."""
    lines = [f"# {phrase('drafting.known')}"]
    for kind in ("unit", "question", "key"):
        names = sorted(name.removeprefix(f"{kind} ") for name in known if name.startswith(f"{kind} "))
        for line in textwrap.wrap(", ".join(names), WIDTH - 16, break_long_words=False, break_on_hyphens=False):
            lines.append(f"#   {kind}: {line.rstrip(',')}")
    return "\n".join([*lines, ""])


def find_known(text: str) -> Known:
    """Return what the comment of an earlier draft names; nothing where a person wrote the definition."""
    return frozenset(
        f"{kind} {name.strip()}" for kind, names in _LINE.findall(text) for name in names.split(",") if name.strip()
    )


def keep_edits(before: CommentedMap, fresh: CommentedMap, known: Known) -> CommentedMap:
    """Return the earlier definition with what it lacks: what is new in the answers, and what was left to do.

    Parameters
    ----------
    before, fresh
        The earlier definition, and what is drafted now.
    known
        What the earlier draft had: what of it is missing now was taken out.
    """
    _fill(before, fresh, known)
    _add_units(before, fresh, known)
    _add_questions(before, fresh, known)
    return before


def _fill(before: MutableMapping[str, Any], fresh: Mapping[str, Any], known: Known, block: str = "") -> None:
    for key, value in fresh.items():
        old, place = before.get(key), f"{block}{key}"
        was_taken_out = key not in before and f"key {place}" in known and place not in _NEEDED
        if was_taken_out or (place in ("units", "categories") and isinstance(old, list)):
            continue
        if old is None and isinstance(value, MutableMapping):
            for inner in [inner for inner in value if f"key {place}.{inner}" in known]:
                del value[inner]
            if not value:
                continue
        if old is None or is_left_to_do(old):
            before[key] = value
        elif isinstance(old, MutableMapping) and isinstance(value, Mapping):
            _fill(old, value, known, f"{place}.")


def _add_units(before: MutableMapping[str, Any], fresh: Mapping[str, Any], known: Known) -> None:
    old, new = before.get("units"), fresh.get("units")
    if not isinstance(old, list) or not isinstance(new, list) or old is new:
        return
    labels = {str(label).casefold() for item in old if isinstance(item, Mapping) for label in _list_labels(item)}
    for item in new:
        is_there = labels & {str(label).casefold() for label in _list_labels(item)}
        if not is_there and f"unit {item['code']}" not in known:
            old.append(item)


def _list_labels(item: Mapping[str, Any]) -> list[object]:
    return [item.get("code"), item.get("name"), *(item.get("aliases") or [])]


def _add_questions(before: MutableMapping[str, Any], fresh: Mapping[str, Any], known: Known) -> None:
    """Settle what was left to do of questions, and add new ones to the category that they belong to."""
    if not isinstance(before.get("categories"), list) or before["categories"] is fresh.get("categories"):
        return
    drafted = {question["id"]: question for question in _list_questions(fresh)}
    names: set[object] = set()
    for question in _list_questions(before):
        _settle(question, drafted.get(question.get("id"), {}))
        names |= {question.get("id"), question.get("text"), *(question.get("aliases") or [])}
    categories = {category.get("id"): category for category in _walk(before["categories"])}
    for category in _walk(fresh.get("categories")):
        new = [
            question
            for question in category.get("questions", [])
            if not names & {question["id"], question.get("text"), *(question.get("aliases") or [])}
            and f"question {question['id']}" not in known
        ]
        holder = categories.get(category["id"])
        if new and holder is not None and isinstance(holder.get("questions"), list):
            holder["questions"].extend(new)
        elif new:
            category["questions"] = type(category["questions"])(new)
            before["categories"].append(category)


def _settle(question: MutableMapping[str, Any], fresh: Mapping[str, Any]) -> None:
    """Fill in what was left to do of a question, or take it out where it is not needed any more."""
    for key in [key for key, value in question.items() if is_left_to_do(value)]:
        if key in fresh:
            question[key] = fresh[key]
        else:
            del question[key]


def _list_questions(made: Mapping[str, Any]) -> Iterator[MutableMapping[str, Any]]:
    for category in _walk(made.get("categories")):
        for question in category.get("questions") or []:
            if isinstance(question, MutableMapping):
                yield question


def _walk(categories: object) -> Iterator[MutableMapping[str, Any]]:
    for category in categories if isinstance(categories, list) else []:
        if isinstance(category, MutableMapping):
            yield category
            yield from _walk(category.get("categories"))
