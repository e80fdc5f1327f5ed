"""What a usual set of answers is."""

from __future__ import annotations

from collections.abc import Iterable
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


def list_sets(kind: str, language: str, *ladders: str) -> tuple[AnswerSet, ...]:
    """Return answer sets of one kind and language, one a text.

    Parameters
    ----------
    ladders
        Answers parted by `|` from the lowest to the highest; wordings of one answer are parted by `/`.

    Examples
    --------
    >>> list_sets("quality", "en", "Poor | Fair / Average | Good")[0].places["average"]
    2
    """
    sets = []
    for ladder in ladders:
        answers = tuple(_split(step) for step in ladder.split("|"))
        sets.append(AnswerSet(f"{kind}-{len(answers)}-{language}", answers))
    return tuple(sets)


def _split(step: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(text.split()) for text in _parts(step) if text.strip()))


def _parts(step: str) -> Iterable[str]:
    return step.split(" / ")
