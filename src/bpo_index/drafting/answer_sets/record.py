"""What a usual set of answers is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bpo_index.display.labels import fold_label


@dataclass(frozen=True)
class AnswerSet:
    """Answers in words from the lowest to the highest, as questionnaires of a language write them."""

    name: str
    """What is asked, how many answers and the language: ``agreement-5-en``."""
    answers: tuple[tuple[str, ...], ...]
    """For each place on the scale, the wordings in use."""

    @property
    def family(self) -> str:
        """What is asked and how many answers, whatever the language."""
        return self.name.rpartition("-")[0]

    @cached_property
    def places(self) -> dict[str, int]:
        """Folded wording to its place, from 1."""
        return {fold_label(text): n for n, texts in enumerate(self.answers, start=1) for text in texts}


def list_sets(kind: str, language: str, text: str) -> tuple[AnswerSet, ...]:
    """Return answer sets of one kind and language.

    Parameters
    ----------
    kind
        What is asked, in a word.
    language
        Of the answers.
    text
        An answer a line, from the lowest to the highest; an empty line between two sets. Wordings of one answer are
        parted by ` / `, and a line that ends with it goes on in the next.

    Examples
    --------
    >>> list_sets("quality", "en", "Poor\\nFair / Average\\nGood")[0].places["average"]
    2
    """
    sets = []
    for block in text.replace(" /\n", " / ").split("\n\n"):
        steps = [line for line in block.splitlines() if line.strip()]
        answers = tuple(tuple(" ".join(wording.split()) for wording in step.split(" / ")) for step in steps)
        sets.append(AnswerSet(f"{kind}-{len(answers)}-{language}", answers))
    return tuple(sets)
