"""What is drafted: keys, questions, categories and the whole, each with the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.questions import Question
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.units import UnitFound


@dataclass(frozen=True)
class Key:
    """A key of the definition: its value, why, and whether it is left to do."""

    value: object
    evidence: str
    is_todo: bool = False


@dataclass(frozen=True)
class QuestionDrafted:
    """A question of the index."""

    id: str
    text: str
    column: Column
    aliases: tuple[str, ...] = ()
    reverse: bool | None = False
    """Whether a high rating is bad; None: left to do."""
    evidence: str = ""
    """Why it may be."""


@dataclass(frozen=True)
class CategoryDrafted:
    """A category of the index."""

    id: str
    title: str
    evidence: str
    questions: tuple[QuestionDrafted, ...]
    scale: ScaleFound | None = None
    """Its own, where it is another than the index's."""


@dataclass(frozen=True)
class Draft:
    """What was drafted."""

    table: Table
    index: str
    edition: Key
    title: Key
    words: tuple[str, str] | None
    scale: Key
    """Its value is a `ScaleFound`, or None."""
    no_answers: dict[str, tuple[str, str]]
    """Answer that is no rating to its kind and the evidence."""
    no_answers_todo: str
    units: tuple[UnitFound, ...]
    units_evidence: str
    columns: dict[str, Key]
    categories: tuple[CategoryDrafted, ...]
    categories_todo: str
    questions: tuple[Question, ...]
    """All that was asked, in order."""
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What a person should know, a sentence each."""
    takes_proposals: bool = True
    """Whether what nobody answered is as proposed; else it is left to do."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What nobody has answered yet."""
        return tuple(question for question in self.questions if question.key not in self.answers)
