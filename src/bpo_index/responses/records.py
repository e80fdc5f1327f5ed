"""Delimited text into records, each with its first physical line and its original text.

A record is one row of cells; a quoted cell may span lines. A record that breaks the rules of quoting is returned as
malformed and reading goes on with the next physical line, so that one stray quotation mark costs one row.

Stages: `split_lines`, `iterate_records`. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

#: Characters of one cell, at most: a record with a longer one is malformed. The csv module's own bound (131,072
#: characters) would break long answers.
LONGEST_CELL = 2**24
#: Characters that are split into lines at once.
_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a delimited file."""

    line: int
    """First physical line, counted from 1."""
    cells: list[str]
    """The cells, trimmed of white space at both ends; empty where the record is malformed."""
    text: str
    """The original text without its line end."""
    fault: str | None = None
    """What broke the record, or None."""

    @property
    def is_blank(self) -> bool:
        """True where no cell holds anything: such a record is no row."""
        return self.fault is None and not any(self.cells)


def split_lines(text: str) -> Iterator[str]:
    """Yield the physical lines of a text, each with its end; a part of the text at a time."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _BLOCK) + 1 or len(text)
        yield from io.StringIO(text[start:end], newline="")
        start = end


def iterate_records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Yield every record of the lines, blank ones included, in order."""
    csv.field_size_limit(LONGEST_CELL)
    source = iter(lines)
    # Lines that a broken record had taken with it, and that are read again, each as the beginning of a record.
    again: deque[str] = deque()
    number, fault = 1, ""
    while True:
        while again:
            # NOTE: all of these but the last lie within a quoted cell that broke further on. One that opens a quotation
            # mark and leaves it open comes to the same place in the same state, so it breaks there too: without this,
            # a file of such lines would be read to its end once for each.
            record = _read_alone(number, again[0], delimiter)
            if record is None and len(again) == 1:
                break
            yield record or Record(number, [], _join([again[0]]), fault=fault)
            again.popleft()
            number += 1
        taken: list[str] = []
        reader = csv.reader(_take(again, source, taken), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                yield Record(number, [cell.strip() for cell in cells], _join(taken))
                number += len(taken)
                taken.clear()
        except csv.Error as error:
            fault = _explain(error)
            yield Record(number, [], _join(taken[:1]), fault=fault)
            number += 1
            again.extend(taken[1:])
        else:
            return


def _take(first: deque[str], source: Iterator[str], taken: list[str]) -> Iterator[str]:
    """Yield lines, the first ones first, and keep what was taken."""
    while first:
        taken.append(first.popleft())
        yield taken[-1]
    for line in source:
        taken.append(line)
        yield line


def _read_alone(number: int, line: str, delimiter: str) -> Record | None:
    """Return the record of one line; None where it leaves a quotation mark open."""
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None if _is_open(error) else Record(number, [], _join([line]), fault=_explain(error))
    return Record(number, [cell.strip() for cell in cells], _join([line]))


def write_record(line: int, cells: list[str]) -> Record:
    """Return the record of a row that was not text, with the text that a CSV file would hold."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return Record(line, [cell.strip() for cell in cells], text.getvalue())


def _join(lines: Sequence[str]) -> str:
    return "".join(lines).removesuffix("\n").removesuffix("\r")


def _is_open(error: csv.Error) -> bool:
    return "end of data" in str(error)


def _explain(error: csv.Error) -> str:
    if _is_open(error):
        return "a quotation mark opens here and is never closed"
    if "expected after" in str(error):
        return "text follows a closing quotation mark"
    if "field limit" in str(error):
        return f"a cell has more than {LONGEST_CELL:,} characters"
    return str(error)
