"""Columns that mark one option of a multiple choice: 0 or 1, and never ratings, whatever their heading says.

Survey tools write a multiple choice as a column an option, with a stem before the option's name:
`challenges/power`, `challenges___power`, `What holds you back? - Power`, `challenges[power]`. `find_choice_marks` finds
those of them whose cells are 0 and 1 only, and beside which the file has

- a column with the name of the stem, whose cells list the options that were chosen, or
- other columns with the same stem, all of 0 and 1 only.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.rows import Rows

_ZERO_OR_ONE = frozenset({"0", "1", "0.0", "1.0", "false", "true"})
#: Cells with something in them, of a column and of those beside it together, from which 0 and 1 only are no ratings.
_FEWEST = 10
#: What parts a stem from an option; the last of them counts.
_PARTED = re.compile(
    r"(?P<stem>.+)(?:/|___|\s[-–]\s|:\s+)(?P<option>[^/\[\]]+)|(?P<before>[^\[]+)\[(?P<inside>[^\]]+)\]", re.DOTALL
)
#: Characters of a heading that are looked at.
_LONGEST = 2_000


def may_have_stem(label: str) -> bool:
    """Return whether a heading may be a stem and an option.

    Examples
    --------
    >>> may_have_stem("challenges/power"), may_have_stem("power")
    (True, False)
    """
    return len(label) <= _LONGEST and _PARTED.fullmatch(label.strip()) is not None


def find_choice_marks(labels: Sequence[Sequence[str]], rows: Rows, candidates: Collection[int]) -> dict[int, str]:
    """Return the positions of the candidates that mark an option, each with the stem of the question.

    Parameters
    ----------
    labels
        Everything that each column of the file may be known by.
    rows
        The rows below the headings.
    candidates
        Positions of the columns that are looked at.

    Examples
    --------
    >>> from bpo_index.responses.records import Record
    >>> from bpo_index.responses.rows import ListedRows
    >>> labels = [("challenges",), ("challenges/power", "power"), ("talent/power", "power")]
    >>> cells = [["power", "1", "7"], ["power roads", "1", "4"], ["", "0", "9"]]
    >>> find_choice_marks(labels, ListedRows([Record(n, row, "") for n, row in enumerate(cells)]), [1, 2])
    {1: 'challenges'}
    """
    stems = {n: dict(_split(column)) for n, column in enumerate(labels)}
    places: dict[str, set[int]] = {}
    for n, found in stems.items():
        for stem in found:
            places.setdefault(stem, set()).add(n)
    named = {fold_label(label): n for n, column in reversed(list(enumerate(labels))) for label in column}
    given: dict[int, tuple[int, list[str]]] = {}

    def read(n: int) -> tuple[int, list[str]]:
        """Return how many cells of a column hold anything, and the different texts of them."""
        if n not in given:
            (column,) = rows.read_columns([n])
            given[n] = column.count(), column.drop_nulls().unique().to_list()
        return given[n]

    def is_marks(n: int) -> bool:
        return all(fold_label(text) in _ZERO_OR_ONE for text in read(n)[1])

    marks: dict[int, str] = {}
    for n in candidates:
        for stem, option in stems[n].items():
            if not read(n)[0] or not is_marks(n):
                break
            beside = [m for m in places[stem] if m != n and read(m)[0]]
            listing = named.get(stem)
            lists = listing is not None and any(_lists(text, option) for text in read(listing)[1])
            are_all = bool(beside) and all(is_marks(m) for m in beside)
            if lists or (are_all and sum(read(m)[0] for m in (n, *beside)) >= _FEWEST):
                marks[n] = stem
                break
    return marks


def _split(column: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the folded stem and option of each label of a column that has them."""
    for label in column:
        found = _PARTED.fullmatch(label.strip()) if len(label) <= _LONGEST else None
        if found:
            yield (
                fold_label(found["stem"] or found["before"]).removesuffix(" - selected choice"),
                fold_label(found["option"] or found["inside"]),
            )


def _lists(text: str, option: str) -> bool:
    """Return whether a cell lists an option: as a word of a list, or between commas."""
    folded = fold_label(text)
    return option in folded.split() or option in [part.strip() for part in re.split(r"[,;|]", folded)]
