"""Questions put into categories: by the stem of their wording, by the path or prefix of their names, or all in one.

Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bpo_index.drafting.look import Column
from bpo_index.drafting.words import make_id, simplify
from bpo_index.responses.tools.record import split_brackets, split_stems

_PATH = re.compile(r"(?P<stem>.+)[/]")
#: What goes before the last part of a name: pol_stable, q5_1, Q29#1_1, work.hiring; not Q1, which is a number only.
_PREFIX = re.compile(r"(?P<prefix>.*[^_.\-\s#\[])[_.\-#](?P<rest>[A-Za-z0-9]+)$")
_LETTERED = re.compile(r"(?P<prefix>[A-Za-z]+[0-9]+)(?P<rest>[a-z])$")


@dataclass(frozen=True)
class CategoryFound:
    """Questions that belong together."""

    id: str
    title: str
    columns: tuple[Column, ...]
    evidence: str


def find_stem(column: Column) -> str:
    """Return what a column's wording, path or name has in common with those beside it; empty where it has no such part.

    Examples
    --------
    >>> import polars as pl
    >>> [find_stem(Column(0, name, (name,), pl.Series())) for name in ("How sure? [Roads]", "work/roads", "pol_law", "Q1")]
    ['How sure?', 'work', 'pol', '']
    """
    return _stem_of_wording(column) or _stem_of_path(column) or _stem_of_name(column)


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


def _stem_of_name(column: Column) -> str:
    name = column.name.strip()
    if " " in name:
        return ""
    found = _PREFIX.fullmatch(name) or _LETTERED.fullmatch(name)
    return found["prefix"] if found else ""


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
    ways: tuple[tuple[str, Callable[[Column], str]], ...] = (
        ("the stem of their wording", _stem_of_wording),
        ("the path of their names", _stem_of_path),
        ("the beginning of their names", _stem_of_name),
    )
    for evidence, find in ways:
        parts: dict[str, list[Column]] = {}
        for column in columns:
            parts.setdefault(find(column), []).append(column)
        if len(parts) > 1 and "" not in parts and all(len(held) > 1 for held in parts.values()):
            return _name_categories(parts, f"by {evidence}")
    return [CategoryFound("questions", "Questions", tuple(columns), "nothing in the file parts them")]


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
