"""What a text that a respondent's row holds stands for: a number, a unit, a rating, or no rating.

A rating is a plain number (ASCII digits, a point) or a label of the scale; an answer that is a "don't know" of the
scale, was skipped or not asked is not a rating; anything else is unreadable. Nothing is guessed. Method page:
docs/methods/validation.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bpo_index.definition.blocks import Scale
from bpo_index.display.labels import fold_label

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_LONGEST_LABEL = 2_100
#: "10 - full confidence", "10 (full confidence)", "full confidence (10)".
_NUMBERED = re.compile(
    r"(?P<before>-?[0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(?:[-–—:=.)]\s*|\s\(?)(?P<label>\D.*?)\)?"
    r"|(?P<first>\D.*?)\s*\((?P<after>-?[0-9]{1,6}(?:\.[0-9]{1,6})?)\)"
)


def parse_number(text: str) -> float | None:
    """Return the finite number that the text writes in ASCII digits, or None.

    Examples
    --------
    >>> [parse_number(text) for text in ("7", " 7.50 ", "1e309", "NaN", "7,5", "seven")]
    [7.0, 7.5, None, None, None, None]
    """
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if abs(number) < float("inf") else None


def find_unit(text: str, unit_by_label: dict[str, str]) -> str | None:
    """Return the code of the unit that the text names, or None. Numeric codes match by value: ``1.0`` is ``1``.

    Examples
    --------
    >>> labels = {"col": "COL", "colombia": "COL", "1": "1"}
    >>> [find_unit(text, labels) for text in (" Colombia", "1.0", "Narnia")]
    ['COL', '1', None]
    """
    code = unit_by_label.get(fold_label(text))
    number = parse_number(text) if code is None else None
    if number is None:
        return code
    named = _group_numbers(unit_by_label).get(number, {})
    if len(set(named.values())) == 1:
        return next(iter(named.values()))
    # Of several codes of one value, such as 036 and 36, the plain one; a text with other zeros before it is neither.
    is_plain = number.is_integer() and not text.strip().lstrip("+-").startswith("0")
    return named.get(str(int(number))) if is_plain else None


#: The labels that were looked through last, and those of them that are numbers, by their value.
_looked_through: tuple[dict[str, str], dict[float, dict[str, str]]] = ({}, {})


def _group_numbers(unit_by_label: dict[str, str]) -> dict[float, dict[str, str]]:
    """Return the labels that are numbers, by their value, each to its unit; looked for once in the same labels."""
    global _looked_through  # noqa: PLW0603  (what is kept can be made again at any time)
    if _looked_through[0] is not unit_by_label:
        grouped: dict[float, dict[str, str]] = {}
        for label, code in unit_by_label.items():
            number = parse_number(label)
            if number is not None:
                grouped.setdefault(number, {})[label] = code
        _looked_through = (unit_by_label, grouped)
    return _looked_through[1]


@dataclass(frozen=True)
class Answers:
    """What each different answer text stands for; every text is in exactly one of the five."""

    ratings: dict[str, float] = field(default_factory=dict)
    """Texts that are a rating, and the rating; it may lie outside the scale."""
    dont_know: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    not_asked: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)


def map_answers(texts: Iterable[str], scale: Scale) -> Answers:
    """Sort answer texts into ratings, "don't know", skipped, not asked, and unreadable.

    Numeric codes match by value, so that ``98`` and ``98.0`` are the same answer. A number beside a label, such as
    ``10 - full confidence`` or ``98 - don't know``, is what both are where they are the same.
    """
    labels = {fold_label(label): rating for label, rating in scale.labels.items()}
    codes = {number: rating for label, rating in scale.labels.items() if (number := parse_number(label)) is not None}
    answers = Answers()
    kinds = (
        (scale.dont_know, answers.dont_know),
        (scale.skipped, answers.skipped),
        (scale.not_asked, answers.not_asked),
    )
    kind_of_label = {fold_label(code): kind for given, kind in kinds for code in given}
    kind_of_code = {
        number: kind for given, kind in kinds for code in given if (number := parse_number(code)) is not None
    }
    for text in texts:
        folded, number = fold_label(text), parse_number(text)
        kind = kind_of_label.get(folded)
        if kind is None and number is not None:
            kind = kind_of_code.get(number)
        if kind is not None:
            kind.add(text)
        elif folded in labels:
            answers.ratings[text] = labels[folded]
        elif number is not None and (not codes or number in codes):
            answers.ratings[text] = codes.get(number, number)
        elif (both := _split_numbered_label(folded)) is None:
            answers.unreadable.add(text)
        else:
            number, label = both
            kind = kind_of_label.get(label)
            if kind is not None and kind is kind_of_code.get(number):
                kind.add(text)
            elif kind is None and label in labels and labels[label] == codes.get(number, number):
                answers.ratings[text] = labels[label]
            else:
                answers.unreadable.add(text)
    return answers


def _split_numbered_label(folded: str) -> tuple[float, str] | None:
    """Return a number and the label beside it; None for all else."""
    found = _NUMBERED.fullmatch(folded) if len(folded) <= _LONGEST_LABEL else None
    return found and (float(found["before"] or found["after"]), (found["label"] or found["first"]).strip())
