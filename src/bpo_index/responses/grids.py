"""Files of any format as grids of text cells, each row with its place in the file; text files are read here.

Numbers become the shortest text that reads back as the same number, whole numbers without a point, so that one answer
has one text in every format. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.files.given_paths import show_size
from bpo_index.responses.encodings import decode_text
from bpo_index.responses.records import Record, iterate_records, split_lines
from bpo_index.responses.sources import Source

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
#: Lines and cells of a file, and bytes of a line, at most.
MOST_LINES, MOST_CELLS, LONGEST_LINE = 10_000_000, 50_000_000, 2**25
ADVICE = "Export the responses as CSV, Excel, Parquet or SPSS and give that file."


class Unreadable(Exception):
    """The bytes cannot be read as what they seem to be; the text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Codebook:
    """What a file says of its own codes (SPSS), by the position of the column."""

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


def _check_size(content: bytes) -> None:
    """Refuse a text with more lines, cells or characters in a line than can be held, before anything is made of it."""
    lines = max(content.count(mark) for mark in (b"\n", b"\r"))
    cells = lines + max(content.count(delimiter.encode()) for delimiter in DELIMITERS)
    for what, count, most in (("lines", lines, MOST_LINES), ("cells", cells, MOST_CELLS)):
        if count > most:
            raise Unreadable(
                f"has {count:,} {what}, more than {most:,}. Give the survey in smaller files, one at a time"
            )
    start = 0
    while len(content) - start > LONGEST_LINE:
        window = start, start + LONGEST_LINE
        end = max(content.rfind(mark, *window) for mark in (b"\n", b"\r"))
        if end < 0:
            line = content.count(b"\n", 0, start) + 1
            raise Unreadable(f"has more than {show_size(LONGEST_LINE)} in line {line:,}. Export the survey again")
        start = end + 1


def read_text(source: Source, how: HowToRead) -> Iterator[Grid]:
    """Yield the grids of a text file, one for each separator that it may have."""
    _check_size(source.content)
    text, encoding = decode_text(source.content, how.encoding)
    if all(character.isspace() or character in ',;"' for character in text):
        raise Unreadable("is empty: it holds nothing but separators. Export the survey again")
    packed = "gzip, " if source.is_packed else ""
    wanted = {"tab": "\t"}.get(how.separator or "", how.separator)
    key = next(key for key in ("utf-8", "utf-16", "windows-1252") if encoding.lower().startswith(key))
    for delimiter, name in DELIMITERS.items():
        if wanted in (None, delimiter):
            explicit = {"encoding": key, "separator": "tab" if delimiter == "\t" else delimiter}
            yield Grid(
                f"{packed}{encoding}, separated by {name}",
                iterate_records(split_lines(text), delimiter),
                explicit=explicit,
            )
