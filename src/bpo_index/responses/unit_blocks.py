"""Blocks of columns, one a unit: a respondent rates several units in one row of the file.

A column belongs to a block where its heading is the heading of a question and the name of a unit together, in either
order, with whatever marks between them: ``agents_Colombia``, ``Colombia - agents``, ``1_Q5`` where 1 is an alias of a
unit. Of columns that are only numbered, as loops are (``1_Q5``), or whose heading is that of a question behind a stem,
the wording names the unit. Names of units and headings of questions are those of the definition: code, name, aliases;
id, text, aliases.

Stages: `find_blocks` (which column is what), `stack_blocks` (each row once a block, so that a block is read as a row
is). Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import DataRefused
from bpo_index.responses.exports import Headings
from bpo_index.responses.grids import Grid
from bpo_index.responses.rows import Cells

Parts = tuple[str, ...]

_WORDS = re.compile(r"[^\W_]+")
#: A place in the wording of a question where each loop has its unit: ``${lm://Field/1}``, ``{country}``, ``[country]``.
_PLACEHOLDER = re.compile(r"\$?\{[^{}]*\}|\[[^\[\]]*\]")
#: The number of a loop before or after the name of a question.
_LOOP = re.compile(r"(?:(?P<before>[0-9]{1,4})[_. ](?P<after_it>.+))|(?:(?P<before_it>.+)[_. ](?P<after>[0-9]{1,4}))")
#: Letters of a name that is taken for a code, at most, and so not looked for in wordings.
_LONGEST_CODE = 3
#: Words of a heading, at most: a longer one is looked at up to here.
_MOST_WORDS = 80
#: The share of questions times units that must have a column before a file without the others is taken for blocks.
_LEAST_FOUND = 0.5


@dataclass(frozen=True)
class BlockColumn:
    """A column of a block."""

    position: int
    heading: str
    """The name of the column in the file."""


@dataclass(frozen=True)
class UnitBlock:
    """The columns with the answers on one unit."""

    unit: str
    """The unit's code."""
    columns: Mapping[str, BlockColumn]
    """Question id to its column."""


@dataclass(frozen=True)
class Blocks:
    """The blocks of a file; none where it has no such columns."""

    blocks: tuple[UnitBlock, ...] = ()
    """In the order of the definition's units."""
    missing: tuple[str, ...] = ()
    """Questions without a column in a block that has others, each with the name of its unit."""
    repeated: tuple[str, ...] = ()
    """Headings of a question and a unit that have another column already."""

    @property
    def positions(self) -> frozenset[int]:
        """The positions of all columns."""
        return frozenset(one.position for block in self.blocks for one in block.columns.values())


@dataclass(frozen=True)
class _Known:
    """The names of units and questions, as words."""

    units: Mapping[Parts, str]
    questions: Mapping[Parts, tuple[str, int]]
    """Words of a heading to the question and the rank of the heading: id 0, text 1, alias 2."""

    @cached_property
    def longest(self) -> int:
        """Words of the longest name of a unit."""
        return max(map(len, self.units), default=0)


@dataclass
class _Found:
    """What columns may be, while they are looked at: unit and question to rank, position and heading."""

    columns: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    @property
    def settled(self) -> set[int]:
        """The positions of columns of which it is known what they are."""
        return {position for some in self.columns.values() for _, position in some}

    def add(self, unit: str, question: str, rank: int, position: int) -> None:
        self.columns.setdefault((unit, question), []).append((rank, position))


def find_blocks(headings: Headings, definition: IndexDefinition) -> Blocks:
    """Return the blocks of columns of a file.

    Parameters
    ----------
    headings
        Of the file.
    definition
        The names of units and the headings of questions.

    Returns
    -------
    Blocks
        Without any where less than half of the questions have a column in the blocks found.
    """
    known = _list_known(definition)
    words = [[_split(label) for label in labels] for labels in headings.labels]
    found = _Found()
    for n, labels in enumerate(words):
        pairs: dict[tuple[str, str], int] = {}
        for rank, unit, question in _find_pairs(labels, known):
            pairs[unit, question] = min(rank, pairs.get((unit, question), rank))
        best = min(pairs.values(), default=0)
        taken = [pair for pair, rank in pairs.items() if rank == best]
        if len(taken) == 1:
            found.add(*taken[0], best, n)
    for n, unit, question, rank in _find_stems(words, known, found.settled):
        found.add(unit, question, rank, n)
    settled = found.settled
    for n, unit, question, rank in _find_loops(headings, words, known, settled):
        found.add(unit, question, rank, n)
    return _arrange(found, headings.names, definition)


def _arrange(found: _Found, names: Sequence[str], definition: IndexDefinition) -> Blocks:
    questions = definition.question_ids
    columns: dict[str, dict[str, BlockColumn]] = {}
    repeated = []
    for (unit, question), some in found.columns.items():
        rank = min(rank for rank, _ in some)
        first, *others = [position for one, position in some if one == rank]
        columns.setdefault(unit, {})[question] = BlockColumn(first, names[first])
        repeated += [names[position] for position in others]
    count = sum(map(len, columns.values()))
    if count < max(1, _LEAST_FOUND * len(columns) * len(questions)):
        return Blocks()
    blocks = [UnitBlock(unit.code, columns[unit.code]) for unit in definition.units if unit.code in columns]
    if len(blocks) == 1 and len(blocks[0].columns) < len(questions):
        return Blocks()
    missing = [
        f"{question} ({definition.unit_names[block.unit]})"
        for block in blocks
        for question in questions
        if question not in block.columns
    ]
    return Blocks(tuple(blocks), tuple(missing), tuple(repeated))


def _split(text: str) -> Parts:
    """Return the words of a text as they are compared.

    Examples
    --------
    >>> _split("1_Q5 - Côte d'Ivoire")
    ('1', 'q5', 'côte', 'd', 'ivoire')
    """
    return tuple(_WORDS.findall(fold_label(text[:2_000])))[:_MOST_WORDS]


def _list_known(definition: IndexDefinition) -> _Known:
    units: dict[Parts, str | None] = {}
    for label, code in definition.unit_by_label.items():
        words = _split(label)
        units[words] = code if units.get(words, code) == code else None
    questions: dict[Parts, tuple[str, int] | None] = {}
    for question in definition.questions:
        for rank, labels in enumerate(((question.id,), (question.text,), question.aliases)):
            for words in dict.fromkeys(one for label in labels for one in _split_variants(label)):
                held = questions.get(words, (question.id, rank))
                questions[words] = held if held and held[0] == question.id else None
    return _Known(
        {words: code for words, code in units.items() if words and code is not None},
        {words: held for words, held in questions.items() if words and held is not None},
    )


def _split_variants(label: str) -> Iterable[Parts]:
    """Return the words of a heading, and the same without what stands for the unit in it."""
    yield _split(label)
    yield _split(_PLACEHOLDER.sub(" ", label))


def _find_pairs(labels: Sequence[Parts], known: _Known) -> Iterable[tuple[int, str, str]]:
    """Yield rank, unit and question for each way in which a column's headings are those of both.

    Ranks are those of the question's heading, and 10 more where the unit stands within it and not at an end.
    """
    for words in labels:
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + known.longest) + 1):
                unit = known.units.get(words[start:end])
                question = known.questions.get(words[:start] + words[end:]) if unit else None
                if unit and question:
                    inside = 10 * (start > 0 and end < len(words))
                    yield inside + question[1], unit, question[0]
    # In two rows of headings the one names the unit and the other the question.
    units = [unit for words in labels if (unit := known.units.get(words))]
    asked = [question for words in labels if (question := known.questions.get(words))]
    for unit in units:
        for question in asked:
            yield question[1], unit, question[0]


def _find_stems(words: Sequence[Sequence[Parts]], known: _Known, settled: set[int]) -> list[tuple[int, str, str, int]]:
    """Return position, unit, question and rank of columns with a heading of a question and a stem that names a unit."""
    found = []
    for n, labels in enumerate(words):
        asked = {known.questions[one] for one in labels if one in known.questions} if n not in settled else set()
        if len({question for question, _ in asked}) == 1:
            found.append((n, min(asked, key=lambda one: one[1]), _list_mentioned(labels, known)))
    everywhere = set.intersection(*(units for *_, units in found)) if len(found) > 1 else set()
    return [
        (n, next(iter(own)), question, 20 + rank)
        for n, (question, rank), units in found
        if len(own := units - everywhere) == 1
    ]


def _find_loops(
    headings: Headings, words: Sequence[Sequence[Parts]], known: _Known, settled: set[int]
) -> list[tuple[int, str, str, int]]:
    """Return position, unit, question and rank of numbered columns whose wordings name the unit of the number."""
    numbered: dict[str, list[tuple[int, str, int]]] = {}
    for n, name in enumerate(headings.names):
        match = _LOOP.fullmatch(name) if n not in settled else None
        question = known.questions.get(_split(match["after_it"] or match["before_it"])) if match else None
        if match and question:
            numbered.setdefault(match["before"] or match["after"], []).append((n, *question))
    named = {
        number: set.intersection(*mentions)
        for number, columns in numbered.items()
        if (mentions := [some for n, *_ in columns if (some := _list_mentioned(words[n][1:], known))])
    }
    everywhere = set.intersection(*named.values()) if len(named) > 1 else set()
    unit_of = {number: units - everywhere for number, units in named.items()}
    unit_of = {number: units for number, units in unit_of.items() if len(units) == 1}
    if len(set().union(*unit_of.values())) < len(unit_of):  # two loops of one unit
        return []
    return [
        (n, next(iter(unit_of[number])), question, rank)
        for number, columns in numbered.items()
        if number in unit_of
        for n, question, rank in columns
    ]


def _list_mentioned(labels: Sequence[Parts], known: _Known) -> set[str]:
    """Return the units that wordings name by names of more than three letters: ``it`` and ``no`` are words too."""
    return {
        unit
        for words in labels
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + known.longest) + 1)
        if (unit := known.units.get(words[start:end]))
        and len(name := "".join(words[start:end])) > _LONGEST_CODE
        and not name.isdigit()
    }


@dataclass(frozen=True)
class StackedRows:
    """Each row of a file once a block: its own columns, then the unit's code, then the block's answers."""

    rows: Cells
    units: Sequence[str]
    """The unit of each block."""
    places: Sequence[Sequence[int]]
    """Blocks x questions: positions in the file."""
    width: int
    """Cells of a row of the file."""

    def __len__(self) -> int:
        """Return rows times blocks; those of one row stand after one another."""
        return len(self.rows) * len(self.units)

    def read_columns(self, positions: Sequence[int]) -> list[pl.Series]:
        """Return columns of trimmed texts, one a position; null where a cell is empty."""
        return [self._read(position) for position in positions]

    def list_cells(self, most: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the cells of the row of the file of every row, or of the first ones."""
        return islice((cells for cells in self.rows.list_cells() for _ in self.units), most)

    def _read(self, position: int) -> pl.Series:
        count, blocks = len(self.rows), len(self.units)
        number = pl.int_range(count * blocks, eager=True)
        if position == self.width:
            return pl.Series(self.units, dtype=pl.String).gather(number % blocks)
        own = [place[position - self.width - 1] for place in self.places] if position > self.width else [position]
        texts = pl.concat(self.rows.read_columns(own))
        return texts.gather(number // blocks + (number % blocks * count if len(own) > 1 else 0))


@dataclass(frozen=True)
class Stacked:
    """The rows of a file with blocks, each once a block."""

    rows: StackedRows
    unit: int
    """The position of the unit."""
    questions: Mapping[str, int]
    """Question id to its position."""
    grid: Grid
    """The file, with what it says of the codes of the answers at these positions."""


def stack_blocks(rows: Cells, blocks: Sequence[UnitBlock], width: int, grid: Grid) -> Stacked:
    """Return every row once a block.

    Parameters
    ----------
    rows
        The readable ones.
    blocks
        From `find_blocks`, all with the same questions.
    width
        Cells of a row.
    grid
        The file.

    Raises
    ------
    DataRefused
        When the file's own labels of a question are others in other blocks.
    """
    questions = list(blocks[0].columns)
    places = [[block.columns[question].position for question in questions] for block in blocks]
    codebook, numbers = grid.codebook, set(grid.numbers)
    labels, missing = dict(codebook.labels), dict(codebook.missing)
    for k, question in enumerate(questions):
        own = [place[k] for place in places]
        joined: dict[str, str] = {}
        for position in own:
            for code, label in codebook.labels.get(position, {}).items():
                if fold_label(joined.setdefault(code, label)) != fold_label(label):
                    raise DataRefused(
                        f"in {question} the file's code {code} has the label {show_text(joined[code])!r} in one block "
                        f"and {show_text(label)!r} in another. Export the answers as labels"
                    )
        labels[width + 1 + k] = joined
        missing[width + 1 + k] = frozenset().union(*(codebook.missing.get(position, ()) for position in own))
        if numbers.issuperset(own):
            numbers.add(width + 1 + k)
    return Stacked(
        StackedRows(rows, [block.unit for block in blocks], places, width),
        width,
        {question: width + 1 + k for k, question in enumerate(questions)},
        replace(grid, codebook=replace(codebook, labels=labels, missing=missing), numbers=frozenset(numbers)),
    )
