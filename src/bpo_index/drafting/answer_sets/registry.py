"""All usual answer sets, and which of them a column's texts belong to."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from bpo_index.display.labels import fold_label
from bpo_index.drafting.answer_sets.record import AnswerSet
from bpo_index.kinds import find_records

#: The group of entry points by which other packages offer answer sets.
GROUP = "bpo_index.answer_sets"


@cache
def list_answer_sets() -> tuple[AnswerSet, ...]:
    """Return all answer sets, built in and of other packages."""
    return find_records(AnswerSet, "bpo_index.drafting.answer_sets", GROUP)


@cache
def _find_holding(text: str) -> frozenset[int]:
    return frozenset(n for n, one in enumerate(list_answer_sets()) if text in one.places)


@cache
def _join_family(family: str) -> AnswerSet:
    """Return the answers of all languages on one question, place by place."""
    members = [one for one in list_answer_sets() if one.family == family]
    steps = [tuple(text for one in members for text in one.answers[n]) for n in range(len(members[0].answers))]
    return AnswerSet(f"{family}-several languages", tuple(steps))


def find_answer_sets(texts: Collection[str]) -> list[AnswerSet]:
    """Return the sets that hold all of these texts: first those that put each at a place of its own; then by length.

    Several sets of as many answers are returned only where they put the texts at different places.

    Examples
    --------
    >>> [one.name for one in find_answer_sets(["Strongly agree", "Disagree", "Strongly disagree"])]
    ['agreement-4-en', 'agreement-5-en', 'agreement-6-en', 'agreement-7-en']
    >>> find_answer_sets(["De acuerdo", "Muy de acuerdo", "Totalmente de acuerdo"])[0].name
    'agreement-7-es'
    """
    folded = [fold_label(text) for text in texts]
    if not folded:
        return []
    sets = list_answer_sets()
    holding = [sets[n] for n in sorted(frozenset.intersection(*(_find_holding(text) for text in folded)))]
    if not holding:  # answers in several languages
        families = [{sets[n].family for n in _find_holding(text)} for text in folded]
        holding = [_join_family(family) for family in sorted(set.intersection(*families))]
    found: dict[tuple[int, ...], AnswerSet] = {}
    for one in sorted(holding, key=lambda one: len(one.answers)):
        places = tuple(one.places[text] for text in folded)
        if len(set(places)) > 1:
            found.setdefault((len(one.answers), *places), one)
    apart = {one.name: len({one.places[text] for text in folded}) for one in found.values()}
    return sorted(found.values(), key=lambda one: -apart[one.name])
