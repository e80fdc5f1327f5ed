"""What a survey tool is: how its headings are recognised, what they say, and what its own columns and codes mean.

A tool is a `SurveyTool`, whose `recognise` looks at the first rows of a file and returns what it `Found`. The functions
below read what several tools write alike. Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bpo_index.display.labels import fold_label

Cells = Sequence[str]
#: A heading longer than this is not taken apart, and none into more parts than that: no tool writes such.
LONGEST, MOST_PARTS = 4_000, 20
#: The statement of a grid follows its stem; in some forms without spaces.
_STEM = re.compile(r"^[^-–]*[-–]\s*(?P<statement>.+)$", re.DOTALL)
_BRACKETS = re.compile(r"[^\[]*\[(?P<inside>.*)\]", re.DOTALL)


@dataclass(frozen=True)
class ToolField:
    """A field of the tidy responses that the tool gives in columns of its own."""

    heading: str
    """The column's name, for messages."""
    position: int
    read: Callable[[Cells], str]
    """Cells of a record to the text of the field."""
    covers: frozenset[int] | None = None
    """The columns that it speaks of, such as those of one form; None: of the whole row."""


@dataclass(frozen=True)
class Found:
    """What a tool makes of rows of headings."""

    rows: int
    """How many of them are headings."""
    names: list[str]
    """The name of every column."""
    labels: list[tuple[str, ...]]
    """Everything that each column may be known by, the name first."""
    fields: Mapping[str, ToolField] = field(default_factory=dict)
    """By the tidy column: `respondent_id`, `started_at`, `finished_at`, `duration`, `finished` or `status`."""
    coded: Mapping[str, tuple[ToolField, ...]] = field(default_factory=dict)
    """By the name of the tidy column: further columns that hold it in codes of the tool. One is read by its codes where
    the definition names it, or where no other column gives the field and it covers questions."""


@dataclass(frozen=True)
class SurveyTool:
    """A survey tool and the forms of its exports."""

    name: str
    """What `source.export` of a definition calls it."""
    title: str
    """What messages call an export of it: ``Qualtrics export``."""
    recognise: Callable[[Sequence[Cells]], Found | None]
    """At most three rows, from the first of the headings, to what they say; None where they are not of this tool. Cells
    are trimmed, and rows need not be of one length."""
    place: int = 100
    """The order in which tools are asked; of equals by name."""
    counts_ids: bool = False
    """Whether ids count from 1 in each survey, so that those of two files may be the same."""


def place_names(names: Iterable[str]) -> dict[str, int]:
    """Return the position of the first column of each name, by the folded name.

    Examples
    --------
    >>> place_names(["ID", "Name", "id"])
    {'id': 0, 'name': 1}
    """
    places: dict[str, int] = {}
    for n, name in enumerate(names):
        places.setdefault(fold_label(name), n)
    return places


def copy_fields(names: Sequence[str], wanted: Mapping[str, Collection[str]]) -> dict[str, ToolField]:
    """Return the fields whose column has one of the wanted names (folded), read as they are."""
    places = place_names(names)
    fields = {}
    for tidy, spellings in wanted.items():
        position = next((places[name] for name in spellings if name in places), None)
        if position is not None:
            fields[tidy] = ToolField(names[position], position, read_cell(position))
    return fields


def read_cell(position: int) -> Callable[[Cells], str]:
    """Return what reads a cell as it is."""
    return lambda cells: cells[position]


def read_given(position: int) -> Callable[[Cells], str]:
    """Return what reads whether a cell holds anything: ``true`` or ``false``."""
    return lambda cells: "true" if cells[position] else "false"


def read_code(position: int, codes: Mapping[str, str]) -> Callable[[Cells], str]:
    """Return what reads a cell by its folded text; a text that is no code stays what it is.

    Examples
    --------
    >>> [read_code(0, {"2": "true", "": ""})([text]) for text in ("2", "", "maybe")]
    ['true', '', 'maybe']
    """
    return lambda cells: codes.get(fold_label(cells[position]), cells[position])


def join_finished(parts: Sequence[ToolField]) -> ToolField:
    """Return one field of several that say whether their parts were finished: all that say anything must say so.

    Examples
    --------
    >>> parts = [ToolField("a", 0, read_cell(0)), ToolField("b", 1, read_cell(1))]
    >>> [join_finished(parts).read(cells) for cells in (["true", "true"], ["true", "false"], ["true", ""], ["", ""])]
    ['true', 'false', 'true', '']
    """
    if len(parts) == 1:
        return parts[0]

    def read(cells: Cells) -> str:
        said = [text for part in parts if (text := part.read(cells))]
        return next((text for text in said if text != "true"), "true" if said else "")

    return ToolField(" and ".join(part.heading for part in parts), parts[-1].position, read)


def widen(row: Cells, width: int) -> list[str]:
    """Return a row with empty cells up to a width."""
    return [*row, *[""] * (width - len(row))]


def split_stems(text: str) -> list[str]:
    """Return what follows each dash that may part the stem of a grid from the statement.

    Examples
    --------
    >>> split_stems("How confident? - Team-leaders stay")
    ['Team-leaders stay', 'leaders stay']
    """
    found: list[str] = []
    rest = text[:LONGEST]
    while len(found) < MOST_PARTS and (match := _STEM.match(rest)):
        rest = match["statement"]
        found.append(rest)
    return found


def split_brackets(text: str) -> list[str]:
    """Return what stands in the brackets at the end of a heading, or nothing.

    Examples
    --------
    >>> split_brackets("How confident? [Agents are there.]"), split_brackets("Q1")
    (['Agents are there.'], [])
    """
    match = _BRACKETS.fullmatch(text) if len(text) <= LONGEST else None
    return [match["inside"].strip()] if match else []


def split_path(name: str, marks: str) -> tuple[str, ...]:
    """Return a heading and what follows each mark of the path of groups.

    Examples
    --------
    >>> split_path("work/hiring/agents", "/")
    ('work/hiring/agents', 'hiring/agents', 'agents')
    """
    ends = [match.end() for match in re.finditer(f"[{re.escape(marks)}]", name[:LONGEST])][:MOST_PARTS]
    return tuple(dict.fromkeys([name, *(name[end:].strip() for end in ends)]))
