"""A drafted definition as a value: its text, what was found, and what is open, as a notebook shows it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.notebook import show_block, show_list, show_sentence, show_table
from bpo_index.display.table_view import make_table
from bpo_index.drafting.questions import Question
from bpo_index.drafting.session import DraftedFile
from bpo_index.errors import UsageError

#: What was saved in this session, by path.
_SAVED: dict[Path, str] = {}


@dataclass(frozen=True, repr=False)
class DraftedDefinition:
    """What `bpo_index.draft` made of answers."""

    drafted: DraftedFile

    @property
    def text(self) -> str:
        """The definition as YAML, with the evidence for each key as a comment."""
        return self.drafted.text

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know, a sentence each."""
        return self.drafted.draft.remarks

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What nobody has answered; where proposals are taken, the definition has them."""
        return self.drafted.draft.open_questions

    @property
    def definition(self) -> IndexDefinition:
        """The definition.

        Raises
        ------
        DefinitionError
            When something is left to do; it is listed.
        """
        return self.drafted.load()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the text to a file, and return its path; a cell that does it may be run again.

        A file that is there is written over only where it holds what was saved to it here before, unedited.

        Raises
        ------
        UsageError
            When another file is there, or it cannot be written.
        """
        target = Path(path)
        try:
            if target.exists() and not _is_own(target, self.text):
                raise UsageError(
                    f"{target} is there already, and is no draft that was saved here or was edited since. Choose "
                    "another name, or take the file away."
                )
            target.write_text(self.text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{target} cannot be written: {error.strerror}. Choose another place.") from None
        _SAVED[target.resolve()] = self.text
        return target

    def __repr__(self) -> str:
        """Return what a prompt shows: what it was drafted from, and keys of questions that are open."""
        files = ", ".join(self.drafted.draft.table.files)
        keys = ", ".join(question.key for question in self.open_questions) or "none"
        return f"<DraftedDefinition from {files}; open questions: {keys}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what was found, what is open, and what a person should know."""
        draft = self.drafted.draft
        left = [phrase("notebook.draft_left")] if self.drafted.left_to_do else []
        found = phrase(
            "notebook.draft_found",
            files=", ".join(draft.table.files),
            rows=draft.table.rows,
            units=len(draft.units),
            questions=sum(len(category.questions) for category in draft.categories),
            categories=len(draft.categories),
        )
        headings = [phrase(f"notebook.heading_{name}") for name in ("key", "question", "proposal", "evidence")]
        rows = [[one.key, one.text, one.describe(one.proposal), one.evidence] for one in self.open_questions]
        asked = make_table("questions", phrase("notebook.draft_questions"), headings, rows, texts=4)
        return show_block(
            str(draft.title.value),
            show_sentence(found),
            show_list(left),
            show_table(asked) if rows else show_sentence(phrase("notebook.draft_settled")),
            show_list(self.remarks),
        )


def _is_own(path: Path, text: str) -> bool:
    """Return whether a file holds a text, or what was saved to it in this session."""
    held = path.read_bytes()
    return held in (text.encode(), _SAVED.get(path.resolve(), text).encode())
