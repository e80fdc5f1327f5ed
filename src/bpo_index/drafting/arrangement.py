"""Categories, their order and weights as a person arranged them by hand, put into the text of a draft.

Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bpo_index.drafting.words import make_id
from bpo_index.drafting.yaml_text import make_yaml
from bpo_index.errors import UsageError


@dataclass(frozen=True)
class ArrangedCategory:
    """A category as a person wants it."""

    title: str
    weight: float
    questions: tuple[str, ...]
    """Ids of its questions, in their order."""


@dataclass(frozen=True)
class Arrangement:
    """All categories, in their order, and which questions are reversed."""

    categories: tuple[ArrangedCategory, ...]
    reverse: Mapping[str, bool] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """Ids of questions that are in no category."""


def read_arrangement(text: str) -> Arrangement:
    """Return how a definition arranges its questions; questions of categories in categories are listed flat.

    Parameters
    ----------
    text
        YAML of a definition, from `write_document`.
    """
    raw = make_yaml().load(text)
    categories: list[ArrangedCategory] = []
    reverse: dict[str, bool] = {}
    listed = raw.get("categories")
    for category in listed if isinstance(listed, list) else []:
        questions = category.get("questions") or []
        reverse |= {str(one["id"]): one.get("reverse") is True for one in questions}
        weight = float(category.get("weight", 1.0))
        categories.append(ArrangedCategory(str(category["title"]), weight, tuple(str(one["id"]) for one in questions)))
    return Arrangement(tuple(categories), reverse)


def arrange(text: str, wanted: Arrangement) -> str:
    """Return the text of a definition with its questions arranged otherwise; comments and other keys stay.

    Raises
    ------
    UsageError
        When a category has no title, or a weight below 0.
    """
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415

    yaml = make_yaml()
    raw = yaml.load(text)
    before: list[Any] = [category for category in raw.get("categories") or [] if isinstance(category, Mapping)]
    known = {str(one["id"]): one for category in before for one in category.get("questions") or []}
    made = CommentedSeq()
    ids: set[str] = set()
    titles, names = {one.title for one in wanted.categories}, [one["title"] for one in before]
    first_of = {id(one): one["questions"][0]["id"] for one in before}
    used: set[int] = set()
    for n, category in enumerate(one for one in wanted.categories if one.questions):
        if not category.title.strip():
            raise UsageError(f"Category {n + 1} has no title. Give it one.")
        if category.weight < 0:
            raise UsageError(f"The weight of {category.title} is below 0. Give 0 or more.")
        free = [one for one in before if id(one) not in used]
        same = next((one for one in free if str(one.get("title")) == category.title), None)
        if same is None:  # a title that was changed: the rest of the category stays
            first = (one for one in free if first_of[id(one)] in category.questions)
            same = next((one for one in first if names.count(one["title"]) > 1 or one["title"] not in titles), None)
        used.add(id(same))
        own: Any = CommentedMap() if same is None else same
        own["id"] = _choose_id(own, category.title, ids, n)
        own["title"] = category.title
        if category.weight != 1.0 or "weight" in own:
            own["weight"] = int(category.weight) if category.weight == int(category.weight) else category.weight
        own["questions"] = CommentedSeq(_turn(known[one], wanted.reverse) for one in category.questions if one in known)
        made.append(own)
    raw["categories"] = made
    stream = io.StringIO()
    yaml.dump(raw, stream)
    return stream.getvalue()


def carry_over(
    wanted: Arrangement, before: Mapping[str, str], now: Mapping[str, str], fresh: Arrangement
) -> Arrangement:
    """Return an arrangement of questions that were chosen anew; those that are the same stay where they are.

    Parameters
    ----------
    wanted
        How the questions before were arranged.
    before, now
        Id to text, of the questions before and of those now.
    fresh
        How the draft arranges the questions now: new ones are put where it has them.
    """
    if before == now:
        return wanted
    id_of = {text: one for one, text in now.items()}
    same = {one: id_of[text] for one, text in before.items() if text in id_of}
    categories = {}
    for category in wanted.categories:
        kept = tuple(same[one] for one in category.questions if one in same)
        if kept or not category.questions:
            categories[category.title] = replace(category, questions=kept)
    for category in fresh.categories:
        new = tuple(one for one in category.questions if one not in same.values())
        if new:
            old = categories.get(category.title, replace(category, questions=()))
            categories[category.title] = replace(old, questions=(*old.questions, *new))
    reverse = {same[one]: turned for one, turned in wanted.reverse.items() if one in same}
    left_out = tuple(same[one] for one in wanted.left_out if one in same)
    return Arrangement(tuple(categories.values()), {**fresh.reverse, **reverse}, left_out)


def leave_out_units(text: str, codes: Collection[str]) -> str:
    """Return the text of a definition without some of its units; comments and other keys stay."""
    yaml = make_yaml()
    raw = yaml.load(text)
    units = raw.get("units")
    if not codes or not isinstance(units, list):
        return text
    for n in reversed(range(len(units))):
        if str(units[n].get("code")) in codes:
            del units[n]
    stream = io.StringIO()
    yaml.dump(raw, stream)
    return stream.getvalue()


def _choose_id(own: Mapping[str, Any], title: str, taken: set[str], place: int) -> str:
    wanted = str(own.get("id") or make_id(title) or f"part-{place + 1}")
    made = wanted if wanted not in taken else f"{wanted[:40]}-{place + 1}"
    taken.add(made)
    return made


def _turn(question: Any, reverse: Mapping[str, bool]) -> Any:
    wanted = reverse.get(str(question["id"]))
    if wanted is True and question.get("reverse") is not True:
        question["reverse"] = True
    elif wanted is False and "reverse" in question:
        del question["reverse"]
    return question
