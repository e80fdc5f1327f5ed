"""Which columns are rated questions, on which scale, and how sure that is.

Columns are rated alike where their answers belong to the same usual set of answers, are the same labels of a codebook,
or are numbers between the same usual ends. A column whose heading asks for something else (age, sex, income) and the
marks of a multiple choice are no questions; a single column is one only where a person says so. Method page:
docs/methods/drafting.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label
from bpo_index.drafting.answer_sets.registry import find_answer_sets
from bpo_index.drafting.categories import find_stems
from bpo_index.drafting.codes import CODES, find_apart, find_conspicuous, is_inside
from bpo_index.drafting.look import Column, Table, read_number
from bpo_index.drafting.other_facts import asks_for_other
from bpo_index.responses.no_answers import Kind, find_no_answer

#: Different answers of a question in words, and numbers on a scale without words, at most.
_MOST_ANSWERS, _MOST_POINTS = 11, 11
#: Length of runs of numbers that are slider scales.
_SLIDERS = ((0, 100), (1, 100))
#: Questions of one kind from which they are ratings without being asked.
_FEWEST = 3
_POINTS = re.compile(r"importance|importancia|wichtigkeit|punkte|points|puntos|pontos", re.IGNORECASE)
#: "1 - Strongly disagree", "5 (excellent)".
_NUMBERED = re.compile(
    r"\s*(?P<number>[0-9]{1,3})\s*[-–—:=.)]\s*(?P<label>\D.*)|(?P<first>\D.*?)\s*[(\[](?P<last>[0-9]{1,3})[)\]]\s*"
)


@dataclass(frozen=True)
class ScaleFound:
    """An answer scale."""

    minimum: float
    maximum: float
    labels: tuple[tuple[str, float], ...] = ()
    """Text, or code with a label, and the rating it stands for."""
    is_sure: bool = True
    """Whether ends and direction follow from the answers."""
    evidence: str = ""
    numbers: tuple[float, ...] = ()
    """Numbers that were given as answers, in order; none where the answers are words."""

    @property
    def key(self) -> tuple[float, float, frozenset[str]]:
        """What two questions of one scale have in common."""
        return self.minimum, self.maximum, frozenset(fold_label(text) for text, _ in self.labels)


@dataclass(frozen=True)
class RatedGroup:
    """Questions that were answered on one scale."""

    scale: ScaleFound
    columns: tuple[Column, ...]
    no_answers: dict[str, Kind]
    """Answers that are no rating: text or code."""
    guessed_codes: frozenset[str] = frozenset()
    """Those of them that are numbers of which nothing says so."""
    is_sure: bool = True
    """Whether these are questions of the index without being asked."""


def find_ratings(table: Table, taken: Collection[int]) -> list[RatedGroup]:
    """Return the groups of rated columns, the largest first.

    Parameters
    ----------
    table
        The file.
    taken
        Positions of columns that are something else.
    """
    kinds = [
        (column, kind)
        for column in table.columns
        if column.position not in taken and not asks_for_other(column) and (kind := _read_kind(column))
    ]
    words = [(column, kind) for column, kind in kinds if kind.in_words]
    numbers = [(column, kind) for column, kind in kinds if not kind.in_words]
    apart = find_apart(kind.numbers for _, kind in numbers)
    numbers = [(column, kind.leave_out(apart)) for column, kind in numbers if set(kind.numbers) - apart]
    groups = [made for held in (*_group_words(words), *_group_numbers(numbers)) if (made := _make_group(held, apart))]
    return sorted(groups, key=lambda group: (-len(group.columns), group.columns[0].position))


@dataclass(frozen=True)
class _Kind:
    """What the answers of one column are."""

    answers: frozenset[str]
    """Folded texts, or numbers as texts."""
    in_words: bool
    numbers: tuple[float, ...] = ()

    def leave_out(self, apart: frozenset[float]) -> _Kind:
        """Return it without the numbers that are no ratings."""
        return replace(self, numbers=tuple(number for number in self.numbers if number not in apart))


def _read_kind(column: Column) -> _Kind | None:
    if not 1 < column.different <= 110:
        return None
    if column.numbers:
        return None if _is_list(column) else _read_numbers(column)
    answers = [text for text in column.shown if text not in column.no_answers and text]
    texts = [label for label in answers if not _is_no_answer(label)]
    mixed = [text for text in texts if read_number(text) is not None]
    if mixed:  # numbers, of which some have labels ("10 - full confidence" beside 7): more than a label or two is not
        words = [text for text in texts if read_number(text) is None]
        counts = {float(read_number(text) or 0): column.shown[text] for text in mixed}
        numbers = _leave_out_rare({n: count for n, count in counts.items() if n not in CODES or is_inside(n, counts)})
        if len(words) <= 3 and all(number == int(number) for number in numbers) and len(numbers) > 1:
            return _Kind(frozenset(map(fold_label, texts)), False, tuple(sorted(numbers)))
        return None
    if not 1 < len(texts) <= _MOST_ANSWERS or any(len(text) > 80 for text in texts):
        return None
    if len(texts) < 3 and not find_answer_sets(texts) and not any(map(_NUMBERED.fullmatch, texts)):
        return None
    return _Kind(frozenset(map(fold_label, texts)), True)


def _is_no_answer(label: str) -> bool:
    return find_no_answer(label) is not None


def _is_list(column: Column) -> bool:
    return _POINTS.search(column.name) is not None and max(column.numbers) > 10


def _read_numbers(column: Column) -> _Kind | None:
    counts = {n: count for n, count in column.numbers.items() if n not in CODES or is_inside(n, column.numbers)}
    numbers = _leave_out_rare(counts)
    if len(numbers) < 2:
        return None
    low, high = min(numbers), max(numbers)
    if low < -10 or high > 100 or set(numbers) <= {0.0, 1.0}:
        return None
    if any(number != int(number) for number in numbers):  # 7,5: by halves and tenths, never more than two decimals
        is_rating = low >= 0 and high > 1 and all(round(number, 2) == number for number in numbers)
        return _Kind(frozenset(f"{number:g}" for number in numbers), False, tuple(numbers)) if is_rating else None
    if high - low >= _MOST_POINTS and not (len(numbers) > 20 and low >= 0):
        return None
    return _Kind(frozenset(f"{number:g}" for number in numbers), False, tuple(numbers))


def _leave_out_rare(counts: dict[float, int]) -> list[float]:
    """Return the numbers without rare ones (a cell in five hundred, or one) outside the usual ends of the rest."""
    total = sum(counts.values())
    rare = {number for number, count in counts.items() if count <= max(1, total // 500)}
    usual = [number for number in counts if number not in rare]
    if len(usual) < 3 or total < 30:
        return sorted(counts)
    low, high = _find_ends(tuple(usual))
    if low == 1:
        low = 0.0
    return sorted(number for number in counts if number not in rare or low <= number <= high)


def _group_words(kinds: list[tuple[Column, _Kind]]) -> list[list[Column]]:
    """Put columns together whose answers are among those of one of them, or belong to one usual set."""
    found: list[list[Column]] = []
    left = sorted(kinds, key=lambda pair: (-len(pair[1].answers), pair[0].position))
    while left:
        lead = left[0][1].answers
        members = [pair for pair in left if pair[1].answers <= lead]
        together = lead
        for pair in left:
            if pair not in members and find_answer_sets(together | pair[1].answers):
                members.append(pair)
                together |= pair[1].answers
        left = [pair for pair in left if pair not in members]
        found.append([column for column, _ in sorted(members, key=lambda pair: pair[0].position)])
    return found


def _group_numbers(kinds: list[tuple[Column, _Kind]]) -> list[list[Column]]:
    """Put columns together whose numbers have the same usual ends: blocks named alike, and single ones apart."""
    blocks: dict[str, list[tuple[Column, _Kind]]] = {}
    stems = find_stems([column for column, _ in kinds])
    for column, kind in kinds:
        blocks.setdefault(stems[column.position], []).append((column, kind))
    singles = blocks.pop("", [])
    for stem in [stem for stem, held in blocks.items() if len(held) == 1]:
        singles += blocks.pop(stem)
    found: dict[tuple[str, tuple[float, float]], list[Column]] = {}
    for held in blocks.values():
        numbers = {number for _, kind in held for number in kind.numbers}
        found.setdefault(("block", _find_ends(tuple(numbers))), []).extend(column for column, _ in held)
    for column, kind in singles:
        found.setdefault(("single", _find_ends(kind.numbers)), []).append(column)
    return [sorted(held, key=lambda column: column.position) for held in _join_ends(found).values()]


def _join_ends(
    found: dict[tuple[str, tuple[float, float]], list[Column]],
) -> dict[tuple[str, tuple[float, float]], list[Column]]:
    """Put the fewer columns that nobody used the ends of with the more of the same kind whose scale holds theirs."""
    joined = dict(sorted(found.items(), key=lambda one: -len(one[1])))
    for key in list(joined)[::-1]:
        kind, (low, high) = key
        for other, others in joined.items():
            (other_low, other_high), many = other[1], len(others)
            holds_it = other != key and other[0] == kind and other_low <= low and high <= other_high
            are_codes = low > 10  # of a scale whose own ends nobody knows
            is_alike = are_codes or many >= 3 * len(joined[key]) or not _is_full(joined[key], (low, high))
            if holds_it and is_alike and high - low > (other_high - other_low) / 2:
                joined[other] = joined[other] + joined.pop(key)
                break
    return joined


def _is_full(columns: list[Column], ends: tuple[float, float]) -> bool:
    """Return whether somebody gave the lowest and somebody the highest rating."""
    numbers = {number for kind in map(_read_kind, columns) if kind for number in kind.numbers}
    return set(ends) <= numbers


def _find_ends(numbers: tuple[float, ...]) -> tuple[float, float]:
    """Return the ends of the usual scale that holds the numbers: 0 or 1 to 3 ... 7, 10, 100."""
    low, high = min(numbers), max(numbers)
    if low < 0:
        reach = max(-low, high)
        return -reach, reach
    if low > 10 and high - low < _MOST_POINTS:  # codes of answers, such as 21 to 26
        return low, high
    are_whole = all(number == int(number) for number in numbers)
    low = float(math.floor(low)) if are_whole or high <= 7 else 0.0
    for start, ends in ((low if low < 2 else 1.0, range(3, 8)), (0.0 if low == 0 else 1.0, (10,)), (0.0, (100,))):
        for end in ends:
            if start <= low and high <= end:
                return start, float(end)
    return low, high


def _make_group(columns: list[Column], apart_numbers: frozenset[float]) -> RatedGroup | None:
    no_answers: dict[str, Kind] = {}
    guessed: set[str] = set()
    counts: dict[str, int] = {}
    codes: dict[str, str] = {}
    for column in columns:
        for text, count in column.counts.items():
            counts[text] = counts.get(text, 0) + count
        no_answers |= column.no_answers
        codes |= column.codes
    given = {text: count for text, count in counts.items() if text not in no_answers}
    if all(read_number(text) is not None for text in given) and given:
        numbers = {float(read_number(text) or 0): text for text in given}
        apart = [n for n in numbers if (n in CODES and not is_inside(n, numbers)) or n in apart_numbers]
        apart += find_conspicuous({number: given[text] for number, text in numbers.items() if number not in apart})
        many = {number: given[text] for number, text in numbers.items() if number not in apart}
        on_scale = tuple(_leave_out_rare(many))
        for number in apart:
            no_answers[f"{number:g}"] = CODES.get(number, "dont_know")
            guessed.add(f"{number:g}")
        scale = _scale_of_numbers(on_scale, codes)
    else:
        scale = _scale_of_words(given, codes)
    if scale is None:
        return None
    is_known = bool(scale.evidence) and (bool(scale.labels) or _are_one_block(columns))
    is_sure = len(columns) >= _FEWEST and is_known
    return RatedGroup(scale, tuple(columns), no_answers, frozenset(guessed), is_sure)


def _scale_of_numbers(numbers: tuple[float, ...], codes: dict[str, str]) -> ScaleFound | None:
    if len(numbers) < 2:
        return None
    labelled = {
        number: label
        for code, label in codes.items()
        if (number := read_number(code)) is not None and number not in CODES
    }
    if labelled and min(labelled) <= numbers[0] and numbers[-1] <= max(labelled):
        ends = (min(labelled), max(labelled))
        sets = find_answer_sets(list(labelled.values())) if len(labelled) > 1 else []
        right = [
            one
            for one in sets
            if [one.places[fold_label(labelled[n])] for n in sorted(labelled)]
            == sorted(one.places[fold_label(labelled[n])] for n in labelled)
        ]
        return ScaleFound(
            *ends,
            (),
            bool(right),
            phrase(
                "drafting.codebook_labels",
                low=f"{ends[0]:g}",
                lowest=labelled[ends[0]],
                high=f"{ends[1]:g}",
                highest=labelled[ends[1]],
            ),
            numbers,
        )
    ends = _find_ends(numbers)
    are_whole = all(number == int(number) for number in numbers)
    is_full = (numbers[0], numbers[-1]) == ends and are_whole and ends[0] <= 1
    if ends == (1.0, 10.0) and (numbers[0] > 1 or not are_whole):
        ends = (0.0, 10.0)
    key = "drafting.whole_numbers" if are_whole else "drafting.some_decimals"
    evidence = phrase(key, low=f"{numbers[0]:g}", high=f"{numbers[-1]:g}")
    return ScaleFound(*ends, (), is_full, evidence, numbers)


def _scale_of_words(given: dict[str, int], codes: dict[str, str]) -> ScaleFound | None:
    shown = {text: codes.get(text, text) for text in given}
    numbered = {text: _read_number(label) for text, label in shown.items()}
    numbers = {text: number for text, number in numbered.items() if number is not None}
    plain = [text for text in shown if numbered[text] is None]
    if numbers and all(read_number(text) is not None or text in numbers for text in shown):
        ends = _find_ends(tuple(numbers.values()))
        labels = tuple(
            (text, number)
            for text, number in sorted(numbers.items(), key=lambda one: one[1])
            if read_number(text) is None
        )
        is_full = (min(numbers.values()), max(numbers.values())) == ends
        return ScaleFound(*ends, labels, is_full, phrase("drafting.begin_with_numbers"))
    sets = find_answer_sets([shown[text] for text in plain]) if not numbers else []
    if sets:
        one = sets[0]
        placed = sorted((one.places[fold_label(shown[text])], text) for text in shown)
        labels = tuple((text, float(place)) for place, text in placed)
        is_full = {place for place, _ in placed} == set(range(1, len(one.answers) + 1))
        is_only = len([other for other in sets if len(other.answers) == len(one.answers)]) == 1
        missing = [
            one.answers[n - 1][0] for n in range(1, len(one.answers) + 1) if n not in {place for place, _ in placed}
        ]
        lowest, highest = one.answers[0][0], one.answers[-1][0]
        evidence = phrase("drafting.answer_set", name=one.name, lowest=lowest, highest=highest)
        if missing:
            evidence = phrase("drafting.nobody_gave", evidence=evidence, answers=", ".join(map(repr, missing)))
        return ScaleFound(1.0, float(len(one.answers)), labels, is_full and is_only, evidence)
    ordered = sorted(shown, key=lambda text: (_pad_numbers(fold_label(shown[text])), text))
    labels = tuple((text, float(n)) for n, text in enumerate(ordered, start=1))
    return ScaleFound(1.0, float(len(labels)), labels, False, "")


def _pad_numbers(text: str) -> str:
    """Return a text whose numbers sort by value: A10 after A9."""
    return re.sub("[0-9]+", lambda found: found[0].zfill(9), text)


def _read_number(label: str) -> float | None:
    plain = read_number(label)
    if plain is not None:
        return plain
    match = _NUMBERED.fullmatch(label)
    return float(match["number"] or match["last"]) if match else None


def _are_one_block(columns: list[Column]) -> bool:
    """Return whether columns stand side by side, or are named alike, so that they were asked together."""
    stems = list(find_stems(columns).values())
    positions = [column.position for column in columns]
    beside = positions[-1] - positions[0] < 1.5 * len(positions)
    are_named_alike = "" not in stems and (len(set(stems)) == 1 or len(stems) >= 2 * len(set(stems)))
    return beside and (are_named_alike or len(columns) >= 2 * _FEWEST)
