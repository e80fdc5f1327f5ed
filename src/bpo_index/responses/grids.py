"""Files of any format as grids of text cells, each row with its place in the file.

Numbers become the shortest text that reads back as the same number, whole numbers without a point, so that one answer
has one text in every format. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bpo_index.responses.records import Record

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


@dataclass(frozen=True)
class Grid:
    """Rows of text cells."""

    form: str
    """The format, as the decisions say it: ``UTF-8, separated by comma``."""
    lines: Iterable[Record] = field(repr=False)
    """All records, blank ones included; read once."""
    numbers: frozenset[int] = frozenset()
    """Columns whose decimals are numbers in the file itself, so that no point of theirs stands before thousands."""
    has_headings: bool = True
    """False where the format names its columns itself: `named` are then their names, and every record is a row."""
    named: tuple[str, ...] = ()
    codebook: Codebook = Codebook()
    explicit: dict[str, str] = field(default_factory=dict)
    """Keys of the definition's `source:` block that would say the same."""

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


#: Records from the first in which headings are looked for.
MOST_HEADINGS = 12
