"""What a person is asked about a file, with a proposal for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpo_index.display.catalogue import phrase

#: The answer that names none of the options.
NO_ANSWER = "none"


@dataclass(frozen=True)
class Option:
    """One possible answer."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something that the file does not say for certain."""

    key: str
    """The key of the definition that the answer settles, such as ``columns.unit``."""
    text: str
    proposal: str
    """The value of the proposed option, or a text."""
    evidence: str
    options: tuple[Option, ...] = ()
    """None: a text is asked for."""
    takes_several: bool = False
    """Whether several options may be chosen; values are then joined by spaces."""
    takes_text: bool = False
    """Whether another text than the options is an answer too."""

    def describe(self, value: str) -> str:
        """Return an answer in words."""
        by_value = {option.value: option.label for option in self.options}
        chosen = value.split() if self.takes_several else [value]
        return ", ".join(by_value.get(one, one) for one in chosen) or phrase("drafting.none")


@dataclass
class Answers:
    """The answers given so far, and how those not given are taken."""

    given: Mapping[str, str] = field(default_factory=dict)
    """Key of a question to its answer."""
    takes_proposals: bool = True
    """Whether what nobody answered is as proposed; else it is left to do."""
    settled: frozenset[str] = frozenset()
    """Keys of questions that an earlier definition answers: they are not asked."""
    asked: list[Question] = field(default_factory=list)
    """All questions, in order."""

    def ask(self, question: Question) -> str | None:
        """Return the answer, or the proposal; None where it is left to do."""
        if question.key in self.settled and question.key not in self.given:
            return question.proposal
        self.asked.append(question)
        if question.key in self.given:
            return self.given[question.key]
        return question.proposal if self.takes_proposals else None

    def describe(self, question: Question) -> str:
        """Return a comment on how a question was settled."""
        if question.key in self.given:
            return phrase("drafting.answered", answer=question.describe(self.given[question.key]))
        if self.takes_proposals:
            return phrase("drafting.proposal_taken", answer=question.describe(question.proposal))
        return phrase("drafting.to_do", question=question.text)
