"""Delimited text into records, each with its first physical line and its original text.

A record is one row of cells; a quoted cell may span lines. A record that breaks the rules of quoting is returned as
malformed and reading goes on with the next physical line, so that one stray quotation mark costs one row.

Stages: `split_lines`, `iterate_records`. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Larger than any cell that memory holds; the csv module's own bound (131,072 characters) would break long answers.
_FIELD_LIMIT = 2**31 - 1


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


def split_lines(text: str) -> list[str]:
    """Return the physical lines of a text, each with its end."""
    return io.StringIO(text, newline="").readlines()


def iterate_records(lines: Sequence[str], delimiter: str) -> Iterator[Record]:
    """Yield every record of the lines, blank ones included, in order."""
    csv.field_size_limit(_FIELD_LIMIT)
    start = 0
    while start < len(lines):
        reader = csv.reader((lines[n] for n in range(start, len(lines))), delimiter=delimiter, strict=True)
        first = start
        try:
            for cells in reader:
                end = start + reader.line_num
                yield Record(first + 1, [cell.strip() for cell in cells], _join(lines, first, end))
                first = end
        except csv.Error as error:
            yield Record(first + 1, [], _join(lines, first, first + 1), fault=_explain(error))
            start = first + 1
        else:
            return


def write_record(line: int, cells: list[str]) -> Record:
    """Return the record of a row that was not text, with the text that a CSV file would hold."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return Record(line, [cell.strip() for cell in cells], text.getvalue())


def _join(lines: Sequence[str], first: int, end: int) -> str:
    return "".join(lines[first:end]).removesuffix("\n").removesuffix("\r")


def _explain(error: csv.Error) -> str:
    if "end of data" in str(error):
        return "a quotation mark opens here and is never closed"
    if "expected after" in str(error):
        return "text follows a closing quotation mark"
    return str(error)
