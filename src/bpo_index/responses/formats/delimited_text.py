"""Text with a comma, a semicolon or a tab between cells: a grid for each that it may have.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.files.given_paths import show_size
from bpo_index.responses.encodings import decode_text
from bpo_index.responses.formats.record import FileFormat
from bpo_index.responses.grids import DELIMITERS, LONGEST_LINE, MOST_CELLS, MOST_LINES, Grid, Unreadable
from bpo_index.responses.regular_text import DelimitedLines


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


def read_text(content: bytes, how: HowToRead) -> Iterator[Grid]:
    """Yield the grids of a text file, one for each separator that it may have."""
    _check_size(content)
    text, encoding = decode_text(content, how.encoding)
    if all(character.isspace() or character in ',;"' for character in text):
        raise Unreadable("is empty: it holds nothing but separators. Export the survey again")
    wanted = {"tab": "\t"}.get(how.separator or "", how.separator)
    key = next(key for key in ("utf-8", "utf-16", "windows-1252") if encoding.lower().startswith(key))
    for delimiter, name in DELIMITERS.items():
        if wanted in (None, delimiter):
            explicit = {"encoding": key, "separator": "tab" if delimiter == "\t" else delimiter}
            yield Grid(
                f"{encoding}, separated by {name}",
                DelimitedLines(text, delimiter),
                explicit=explicit,
            )


RECORDS = (
    FileFormat(
        name="delimited_text",
        title="a text file",
        recognise=lambda _: True,
        read=read_text,
        endings=(".csv", ".tsv", ".tab", ".txt"),
        place=1_000,
    ),
)
