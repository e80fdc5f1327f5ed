"""Files of any format as grids of text cells, each row with its place in the file.

Numbers become the shortest text that reads back as the same number, whole numbers without a point, so that one answer
has one text in every format. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

from bpo_index.responses.records import Record
from bpo_index.responses.rows import ListedRows, Rows

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
#: Lines and cells of a file, and bytes of a line, at most.
MOST_LINES, MOST_CELLS, LONGEST_LINE = 10_000_000, 50_000_000, 2**25
ADVICE = "Export the responses as CSV, Excel, Parquet, SPSS, Stata or SAS and give that file"


class Unreadable(Exception):
    """The bytes cannot be read as what they seem to be; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Codebook:
    """What a file says of its own codes (SPSS, Stata), by the position of the column."""

    headings: dict[int, str] = field(default_factory=dict)
    """The label of the column: mostly the wording of the question."""
    labels: dict[int, dict[str, str]] = field(default_factory=dict)
    """Code, as the cells have it, to its label."""
    missing: dict[int, frozenset[str]] = field(default_factory=dict)
    """Codes that occur or have a label, and that the file declares missing."""


@runtime_checkable
class Tabular(Protocol):
    """Records that may be had as columns, without an object for each."""

    def tabulate(self, first: int, width: int) -> Rows | None:
        """Return the rows from a line on, which must have so many cells; None where they are not regular."""


@dataclass(frozen=True)
class Grid:
    """Rows of text cells."""

    form: str
    """The format, as the decisions say it: ``UTF-8, separated by comma``."""
    lines: Iterable[Record] = field(repr=False)
    """All records, blank ones included; read once one by one, or as columns where they are `Tabular`."""
    numbers: frozenset[int] = frozenset()
    """Columns whose decimals are numbers in the file itself, so that no point of theirs stands before thousands."""
    has_headings: bool = True
    """False where the format names its columns itself: `named` are then their names, and every record is a row."""
    named: tuple[str, ...] = ()
    codebook: Codebook = Codebook()
    explicit: dict[str, str] = field(default_factory=dict)
    """Keys of the definition's `source:` block that would say the same."""
    _rows: dict[tuple[int, int], Rows] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def start(self) -> list[Record]:
        """The first records that are not blank, as many as headings may take."""
        kept: list[Record] = []
        for record in self._stream:
            kept += [] if record.is_blank else [record]
            if len(kept) == MOST_HEADINGS:
                break
        return kept

    @cached_property
    def _stream(self) -> Iterator[Record]:
        return iter(self.lines)

    @cached_property
    def records(self) -> list[Record]:
        """All records that are not blank."""
        return [*self.start, *(record for record in self._stream if not record.is_blank)]

    def read_rows(self, first: int, width: int) -> Rows:
        """Return the rows that begin with a record that is not blank, as columns where the file lets them be had so.

        Parameters
        ----------
        first
            Which of the records that are not blank is the first row, from 0.
        width
            How many cells a row must have.
        """
        if (first, width) not in self._rows:
            regular = None
            if isinstance(self.lines, Tabular) and first < len(self.start):
                regular = self.lines.tabulate(self.start[first].line, width)
            self._rows[first, width] = ListedRows(self.records[first:]) if regular is None else regular
        return self._rows[first, width]


#: Records from the first in which headings are looked for.
MOST_HEADINGS = 12
