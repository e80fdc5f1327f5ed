"""Draft a definition from files in one call, ask what is open, and rank once with what was drafted.

The command line, the browser page and a notebook are three faces of these functions. Method page:
docs/methods/drafting.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bpo_index.definition import IndexDefinition, parse_definition
from bpo_index.definition.yaml_places import Place
from bpo_index.drafting.checked import leave_refused_to_do
from bpo_index.drafting.document import write_document
from bpo_index.drafting.draft import draft_definition
from bpo_index.drafting.drafted import Draft
from bpo_index.drafting.kept_edits import list_settled
from bpo_index.drafting.look import Table, look_at_files
from bpo_index.drafting.questions import Question
from bpo_index.errors import DataRefused
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import Scores, score_units
from bpo_index.validation.audit import Audit, summarise_audit
from bpo_index.validation.validate import validate_responses

#: Questions that a person is asked, at most; for what is left the proposals are taken.
MOST_QUESTIONS = 8


@dataclass(frozen=True)
class DraftedFile:
    """A draft and its text."""

    draft: Draft
    text: str

    @property
    def texts(self) -> dict[str, str]:
        """Id of each question to its text."""
        return {one.id: one.text for category in self.draft.categories for one in category.questions}

    @property
    def left_to_do(self) -> bool:
        """Whether a person has to fill in something before it is a definition."""
        return bool(self.places_left)

    @property
    def places_left(self) -> dict[Place, str]:
        """The places at which a person has to fill in something, and what."""
        from bpo_index.definition.left_to_do import list_left_to_do  # noqa: PLC0415
        from bpo_index.definition.yaml_places import read_yaml  # noqa: PLC0415

        return dict(list_left_to_do(read_yaml(self.text).value))

    def load(self) -> IndexDefinition:
        """Return the definition.

        Raises
        ------
        DefinitionError
            When something is left to do, or an earlier draft was edited into something that is no definition.
        """
        return parse_definition(self.text, source=f"drafted from {', '.join(self.draft.table.files)}")


def draft_files(
    files: Iterable[str | Path] | Table,
    answers: Mapping[str, str] | None = None,
    *,
    takes_proposals: bool = True,
    before: str | None = None,
) -> DraftedFile:
    """Return a draft of the definition of files, and its text.

    Parameters
    ----------
    files
        Files of answers, or what `look_at_files` returned.
    answers
        Key of a question to its answer.
    takes_proposals
        Whether what is not answered is as proposed; else it is left to do.
    before
        The text of an earlier draft, whose edits are kept.
    """
    table = files if isinstance(files, Table) else look_at_files(files)
    settled = list_settled(before) if before is not None else frozenset()
    draft = draft_definition(table, answers, takes_proposals=takes_proposals, settled=settled)
    text = write_document(draft, before)
    return DraftedFile(draft, text if before is not None else leave_refused_to_do(text))


def ask_open_questions(table: Table, ask: Callable[[Question], str], *, before: str | None = None) -> dict[str, str]:
    """Ask one question after the other, each with what the earlier answers make of it, and return the answers.

    Parameters
    ----------
    table
        From `look_at_files`.
    ask
        Asks a person and returns the answer, of several options the values joined by spaces.
    before
        The text of an earlier draft: what it answers is not asked again.
    """
    answers: dict[str, str] = {}
    settled = list_settled(before) if before is not None else frozenset()
    while len(answers) < MOST_QUESTIONS:
        left = draft_definition(table, answers, settled=settled).open_questions
        if not left:
            break
        answers[left[0].key] = ask(left[0])
    return answers


@dataclass(frozen=True)
class FirstRanking:
    """What a definition makes of the files: the account of rows, and scores where there are any."""

    decisions: list[str]
    audit: Audit
    scores: Scores | None
    refusal: str | None


def rank_once(files: Iterable[str | Path], definition: IndexDefinition) -> FirstRanking:
    """Read, check and rank files, without errors and without writing anything."""
    responses = read_responses(list(files), definition)
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    refusals = [*responses.refusals, *validation.refusals]
    if refusals:
        return FirstRanking(responses.decisions, audit, None, " ".join(refusals))
    try:
        scores = score_units(validation.accepted, definition)
    except DataRefused as error:
        return FirstRanking(responses.decisions, audit, None, error.for_owner)
    return FirstRanking(responses.decisions, audit, scores, None)
