"""Questions put into categories: by the stem of their wording, by the path or prefix of their names, or all in one.

Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Column
from bpo_index.drafting.words import make_id, simplify
from bpo_index.responses.tools.record import split_brackets, split_stems

#: Characters of a name that are looked at.
_LONGEST = 200
_PATH = re.compile(r"(?P<stem>.+)[/]")
#: What parts a name: pol_stable, q5_1, Q29#1_1, work.hiring; and Q7a. Q1 has no parts.
_MARK = re.compile(r"(?<=[^_.\-#])[_.\-#]+(?=[A-Za-z0-9])")
_LETTERED = re.compile(r"(?P<prefix>[A-Za-z]+[0-9]+)(?P<rest>[a-z])$")


@dataclass(frozen=True)
class CategoryFound:
    """Questions that belong together."""

    id: str
    title: str
    columns: tuple[Column, ...]
    evidence: str


def find_stems(columns: Sequence[Column]) -> dict[int, str]:
    """Return, by position, what each column's wording, path or name has in common with others of these.

    Of a name in several parts the longest beginning that another name has too; empty where there is none.

    Examples
    --------
    >>> import polars as pl
    >>> names = ["How sure? [Roads]", "work/roads", "pol_law", "pol_rule_of_law", "Q1"]
    >>> list(find_stems([Column(n, name, (name,), pl.Series()) for n, name in enumerate(names)]).values())
    ['How sure?', 'work', 'pol', 'pol', '']
    """
    names = _stem_names(columns)
    return {
        column.position: _stem_of_wording(column) or _stem_of_path(column) or names[column.position]
        for column in columns
    }


def _stem_names(columns: Sequence[Column]) -> dict[int, str]:
    begins = {column.position: _list_beginnings(column.name.strip()) for column in columns}
    shared = Counter(begin for own in begins.values() for begin in own)
    return {position: next((begin for begin in own if shared[begin] > 1), "") for position, own in begins.items()}


def _list_beginnings(name: str) -> list[str]:
    """Return what goes before each mark in a name, the longest first."""
    if " " in name:
        return []
    lettered = _LETTERED.fullmatch(name)
    parts = [name[: mark.start()] for mark in _MARK.finditer(name[:_LONGEST])][::-1]
    return ([lettered["prefix"]] if lettered else []) + parts


def _stem_of_wording(column: Column) -> str:
    text = column.wording
    inside = split_brackets(text)
    if inside and inside[0]:
        return text[: text.rindex("[")].strip() if "[" in text else ""
    rests = split_stems(text)
    if rests and " - " in text:
        return text.split(" - ")[0].strip()
    return ""


def _stem_of_path(column: Column) -> str:
    found = _PATH.fullmatch(column.name.rsplit("/", 1)[0] + "/") if "/" in column.name else None
    return found["stem"].strip() if found and " " not in column.name.rsplit("/", 1)[0][-1:] else ""


def find_statement(column: Column) -> str:
    """Return the wording without the stem that it shares with others."""
    inside = split_brackets(column.wording)
    if inside and inside[0]:
        return inside[0]
    if _stem_of_wording(column):
        return column.wording.split(" - ", 1)[1].strip() or column.wording
    if _stem_of_path(column) and column.wording == column.name:
        return column.name.rsplit("/", 1)[1].strip() or column.name
    return column.wording


def group_questions(columns: Sequence[Column]) -> list[CategoryFound]:
    """Return the categories, in the order of the file; one where nothing parts the questions.

    A stem, path or prefix parts them where there are at least two, each with two questions or more.
    """
    names = _stem_names(columns)
    ways: tuple[tuple[str, Callable[[Column], str]], ...] = (
        ("drafting.by_stem", _stem_of_wording),
        ("drafting.by_path", _stem_of_path),
        ("drafting.by_beginning", lambda column: names[column.position]),
    )
    for key, find in ways:
        parts: dict[str, list[Column]] = {}
        for column in columns:
            parts.setdefault(find(column), []).append(column)
        if len(parts) > 1 and "" not in parts and all(len(held) > 1 for held in parts.values()):
            return _name_categories(parts, phrase(key))
    return [CategoryFound("questions", phrase("drafting.questions"), tuple(columns), phrase("drafting.not_parted"))]


def _name_categories(parts: dict[str, list[Column]], evidence: str) -> list[CategoryFound]:
    named: list[CategoryFound] = []
    seen: set[str] = set()
    for n, (stem, held) in enumerate(parts.items(), start=1):
        wanted = make_id(stem.rsplit("/", 1)[-1]) or f"part-{n}"
        made = wanted if wanted not in seen else f"{wanted[:36]}-{n}"
        seen.add(made)
        words = simplify(stem.rsplit("/", 1)[-1])
        title = stem if " " in stem else (words[:1].upper() + words[1:] or made)
        named.append(CategoryFound(made, title, tuple(held), evidence))
    return named
