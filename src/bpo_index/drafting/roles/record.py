"""What a role of a column is, and how sure it is that a column has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.words import holds, simplify


@dataclass(frozen=True)
class Found:
    """A column that may have a role."""

    column: Column
    evidence: str
    """Why, as the end of a sentence on the column."""
    is_sure: bool = False
    """Whether heading and content both say so, and nothing speaks against it."""


@dataclass(frozen=True)
class Role:
    """A key of `columns:` and how its column is found."""

    name: str
    """The key."""
    find: Callable[[Table], list[Found]]
    """The columns that may have the role, the likeliest first."""
    question: str = ""
    """What is asked where several may have it, or where it is not sure; empty: then it is left out and said."""
    takes_any: bool = False
    """Whether, of several columns that surely may have it, any is right."""
    place: int = 100
    """The order in which roles are looked for; a column has one."""


def find_by_heading(column: Column, phrases: tuple[str, ...], never: tuple[str, ...] = ()) -> str | None:
    """Return the phrase that a heading holds, and that no phrase of `never` contradicts; None where there is none."""
    for wording in column.wordings:
        text = simplify(wording)
        if holds(text, never):
            continue
        found = holds(text, phrases)
        if found:
            return found
    return None
