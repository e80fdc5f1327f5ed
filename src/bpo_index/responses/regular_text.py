"""Delimited text of which a look at the whole file proves that each line is a record and all have as many cells.

`DelimitedLines.tabulate` returns the rows of such a text as columns, and None for any other, which is read record by
record (`records.py`). Regular is a text in which

- line ends are all alike in effect (LF, or CR only before LF), and no other control character but the tab occurs,
- all bytes could be decoded,
- quotation marks open at the beginning of a cell and close at its end, in the same line, and
- every line has the same number of separators outside of them.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bpo_index.responses.records import LONGEST_CELL, Record, iterate_records, split_lines
from bpo_index.responses.rows import TextRows, read_delimited

_LINE_FEED, _QUOTE = 10, 34
#: Bytes that are looked at together.
_BLOCK = 2**22
#: Every control character but tab and line feed; white space of these kinds is not the same everywhere.
_CONTROLS = bytes(code for code in range(32) if code not in (9, _LINE_FEED))
#: What Unicode calls white space, but for line ends and `_CONTROLS`.
_WHITE = (
    "\t \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
#: Stands in no regular text.
_NOWHERE = "\x01"


@dataclass(frozen=True)
class DelimitedLines:
    """The records of a text, one by one, or as columns."""

    text: str
    delimiter: str

    def __iter__(self) -> Iterator[Record]:
        """Yield every record."""
        return iterate_records(split_lines(self.text), self.delimiter)

    def tabulate(self, first: int, width: int) -> TextRows | None:
        """Return the rows from a line on as columns, or None where they are not regular.

        Parameters
        ----------
        first
            The line of the first row, from 1.
        width
            How many cells a row must have.
        """
        if width < 2:
            return None
        try:
            content = self.text.encode()
        except UnicodeEncodeError:
            return None
        if b"\r" in content:
            if content.count(b"\r") != content.count(b"\r\n"):
                return None
            content = content.replace(b"\r\n", b"\n")
        start = 0
        for _ in range(first - 1):
            start = content.find(b"\n", start) + 1
        body = content[start:].rstrip(b"\n")
        del content
        has_quotes = b'"' in body
        if len(body.translate(None, _CONTROLS)) != len(body) or not _is_regular(body, self.delimiter, width - 1):
            return None
        texts = read_delimited(body, _NOWHERE, 1, [0], has_quotes=False).to_series()
        lines = pl.int_range(first, first + len(texts), eager=True)
        has_white = not body.isascii() or b" " in body or (self.delimiter != "\t" and b"\t" in body)
        rows = TextRows(body, self.delimiter, lines, texts, width, None, has_quotes, is_trimmed=not has_white)
        is_kept = ~_find_blank(texts, self.delimiter)
        if is_kept.all():
            return rows
        return TextRows(
            body,
            self.delimiter,
            lines.filter(is_kept),
            texts.filter(is_kept),
            width,
            is_kept,
            has_quotes,
            is_trimmed=not has_white,
        )


def _find_blank(texts: pl.Series, delimiter: str) -> pl.Series:
    """Return which lines have no cell that holds anything."""
    may_be = (texts.str.strip_chars(f'{_WHITE}"{delimiter}') == "").arg_true()
    cells = csv.reader(texts.gather(may_be), delimiter=delimiter, strict=True)
    are = [n for n, row in zip(may_be, cells, strict=True) if not any(cell.strip() for cell in row)]
    return pl.int_range(len(texts), eager=True).is_in(pl.Series(are, dtype=pl.Int64).implode())


def _is_regular(body: bytes, delimiter: str, count: int) -> bool:
    """Return whether each line of a text has as many separators, and cells are quoted as a whole and within a line."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start + _BLOCK) + 1 or len(body)
        block = np.frombuffer(body, dtype=np.uint8, count=end - start, offset=start)
        if not _is_block_regular(block, ord(delimiter), count):
            return False
        start = end
    return bool(body)


def _is_block_regular(block: NDArray[np.uint8], delimiter: int, count: int) -> bool:
    ends = np.flatnonzero(block == _LINE_FEED)
    if block[-1] != _LINE_FEED:
        ends = np.append(ends, len(block))
    marks = np.flatnonzero(block == delimiter)
    quotes = np.flatnonzero(block == _QUOTE)
    if len(quotes):
        if not _are_quotes_regular(block, quotes, ends, delimiter):
            return False
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
    if len(marks) != count * len(ends) or np.diff(ends, prepend=-1).max() >= LONGEST_CELL:
        return False
    grid = marks.reshape(len(ends), count)
    return bool((grid[:, -1] < ends).all() and (grid[1:, 0] > ends[:-1]).all())


def _are_quotes_regular(
    block: NDArray[np.uint8], quotes: NDArray[np.intp], ends: NDArray[np.intp], delimiter: int
) -> bool:
    """Return whether quotation marks stand round whole cells, within lines; two of them together stand for one."""
    if len(quotes) % 2 or (np.searchsorted(quotes, ends) % 2).any():
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    edges = np.array([_LINE_FEED, delimiter], dtype=np.uint8)
    again = np.append(closing[:-1] + 1 == opening[1:], [False])
    begins = (opening == 0) | np.isin(block[np.maximum(opening - 1, 0)], edges)
    begins[1:] |= again[:-1]
    last = len(block) - 1
    finishes = (closing == last) | np.isin(block[np.minimum(closing + 1, last)], edges) | again
    return bool(begins.all() and finishes.all())
