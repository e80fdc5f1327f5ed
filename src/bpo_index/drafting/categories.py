"""Questions put into categories: by the stem of their wording, the path or the beginning of their names, or all in one.

Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Column
from bpo_index.drafting.words import make_id, simplify

#: Characters of a wording or name that are looked at; places at which one is parted, at most.
_LONGEST, _MOST = 2_000, 20
#: What parts a name: pol_stable, q5_1, Q29#1_1, work.hiring; and Q7a. Q1 has no parts.
_MARK = re.compile(r"(?<=[^_.\-#])[_.\-#]+(?=[A-Za-z0-9])")
_LETTERED = re.compile(r"(?P<prefix>[A-Za-z]+[0-9]+)(?P<rest>[a-z])$")
#: "How sure? [Roads]"; in exports with codes as well, "G2Q1[pol_stable]".
_BRACKETS = re.compile(r"(?P<stem>[^\[\]]+?)\s*\[(?P<statement>(?:[^\[\]]|\[[^\[\]]*\])+)\]\s*")
#: A dash between spaces, or after the end of a sentence: "How sure? - Roads", "How sure?-Roads".
_DASH = re.compile(r"\s[-–—]\s+|(?<=[?!.:])[-–—]\s*")
_COLON = re.compile(r"(?<=\w):\s+")
_SLASH = re.compile(r"/")
#: A stem that is a code and says nothing to readers: G2Q1, Q5.
_CODE = re.compile(r"[A-Za-z]{0,3}[0-9][A-Za-z0-9_.#-]*")


@dataclass(frozen=True)
class CategoryFound:
    """Questions that belong together."""

    id: str
    title: str
    columns: tuple[Column, ...]
    evidence: str


@dataclass(frozen=True)
class _Parted:
    """A wording in two parts."""

    stem: str
    statement: str
    is_path: bool = False
    stands_alone: bool = False
    """Whether it is a stem where no other wording has it."""


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
    names, parted = _stem_names(columns), _part_wordings(columns)
    return {
        column.position: parted[column.position].stem if column.position in parted else names[column.position]
        for column in columns
    }


def find_statements(columns: Sequence[Column]) -> dict[int, str]:
    """Return, by position, each wording without the stem that it shares with others of these.

    Examples
    --------
    >>> import polars as pl
    >>> names = ["How sure? [Roads]", "Sure of/roads in/out", "Sure of/power", "Q1"]
    >>> list(find_statements([Column(n, name, (name,), pl.Series()) for n, name in enumerate(names)]).values())
    ['Roads', 'roads in/out', 'power', 'Q1']
    """
    parted = _part_wordings(columns)
    statements = {}
    for column in columns:
        one = parted.get(column.position)
        is_wording = one is not None and (not one.is_path or column.wording == column.name)
        statements[column.position] = one.statement if one and is_wording else column.wording
    return statements


def _part_wordings(columns: Sequence[Column]) -> dict[int, _Parted]:
    """Return, by position, the wordings that have a stem: the longest that others share, else one that is marked so."""
    ways = {
        column.position: [one for text in column.wordings for one in _list_ways(text[:_LONGEST])] for column in columns
    }
    shared = Counter(stem for own in ways.values() for stem in {one.stem for one in own})
    found = {}
    for position, own in ways.items():
        known = [one for one in own if shared[one.stem] > 1 or one.stands_alone]
        if known:
            found[position] = max(
                known, key=lambda one: (not _CODE.fullmatch(one.stem), shared[one.stem] > 1, len(one.stem))
            )
    return found


def _list_all_ways(column: Column) -> list[_Parted]:
    return [one for text in column.wordings for one in _list_ways(text[:_LONGEST])]


def _list_ways(text: str) -> list[_Parted]:
    """Return the ways in which a wording may be a stem and a statement."""
    ways = []
    inside = _BRACKETS.fullmatch(text)
    if inside:
        ways.append(_Parted(inside["stem"].strip(), inside["statement"].strip(), stands_alone=True))
    for mark in (_DASH, _COLON):
        for place in list(mark.finditer(text))[:_MOST]:
            is_dash = mark is _DASH
            ways.append(_Parted(text[: place.start()].strip(), text[place.end() :].strip(), stands_alone=is_dash))
    for place in list(_SLASH.finditer(text))[:_MOST]:
        stem, statement = text[: place.start()], text[place.end() :]
        if stem[-1:].strip() and statement[:1].strip():
            ways.append(_Parted(stem, statement, is_path=True, stands_alone=" " not in text))
    return [one for one in ways if one.stem and one.statement]


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


def group_questions(columns: Sequence[Column]) -> list[CategoryFound]:
    """Return the categories, in the order of the file; one where nothing parts the questions.

    A stem, path or beginning parts them where two of them have two questions or more; a path, where one has. What is
    left is a category of its own.
    """
    parted = _part_wordings(columns)
    names = _stem_names(columns)
    ways = (
        ("drafting.by_stem", {position: "" if one.is_path else one.stem for position, one in parted.items()}, 2),
        ("drafting.by_path", {position: one.stem if one.is_path else "" for position, one in parted.items()}, 1),
        ("drafting.by_beginning", names, 2),
    )
    for key, stems, fewest in ways:
        parts = _part(columns, stems, keeps_singles=fewest == 1)
        many = [stem for stem, held in parts.items() if stem and len(held) > 1]
        if len(many) >= fewest and len(parts) > 1:
            return _name_categories(parts, phrase(key), find_statements(columns))
    return [CategoryFound("questions", phrase("drafting.questions"), tuple(columns), phrase("drafting.not_parted"))]


def _part(columns: Sequence[Column], stems: Mapping[int, str], *, keeps_singles: bool) -> dict[str, list[Column]]:
    """Return the columns of each stem; under the empty one those of no stem, and single ones unless they are kept."""
    counts = Counter(stems.get(column.position, "") for column in columns)
    parts: dict[str, list[Column]] = {}
    for column in columns:
        stem = stems.get(column.position, "")
        parts.setdefault(stem if counts[stem] > 1 or keeps_singles else "", []).append(column)
    return parts


def _name_categories(
    parts: Mapping[str, list[Column]], evidence: str, statements: Mapping[int, str]
) -> list[CategoryFound]:
    named: list[CategoryFound] = []
    seen: set[str] = set()
    for n, (stem, held) in enumerate(parts.items(), start=1):
        title = _name_category(stem, held, statements)
        wanted = make_id(title) or f"part-{n}"
        made = wanted if wanted not in seen else f"{wanted[:36]}-{n}"
        seen.add(made)
        says = evidence if stem else phrase("drafting.no_part")
        named.append(CategoryFound(made, title, tuple(held), says))
    return named


def _name_category(stem: str, held: Sequence[Column], statements: Mapping[int, str]) -> str:
    if not stem:
        return phrase("drafting.other_questions")
    last = stem.rsplit("/", 1)[-1].strip()
    if re.search(r"[^\w.#-]", last):
        return last
    if _CODE.fullmatch(last):
        begins = {(_list_beginnings(statements[column.position]) or [""])[-1] for column in held}
        begin = begins.pop() if len(begins) == 1 else ""
        if not begin or _CODE.fullmatch(begin):
            return last
        last = begin
    words = simplify(last)
    return words[:1].upper() + words[1:] or last
