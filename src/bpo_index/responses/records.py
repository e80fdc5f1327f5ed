"""Delimited text into records, each with its first physical line and its original text.

A record is one row of cells; a quoted cell may span lines. A record that breaks the rules of quoting is returned as
malformed and reading goes on with the next physical line, so that one stray quotation mark costs one row.

Stages: `decode_text`, `iterate_records`. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
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


def decode_text(content: bytes) -> tuple[str, str]:
    """Return the text of a file and how it was decoded: UTF-8 with or without a byte-order mark, UTF-16 with one.

    Bytes that are not UTF-8 become lone surrogates, which `has_undecodable` finds again, so that only the rows that
    hold them are lost.
    """
    for mark, encoding, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16, little end first"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16, big end first"),
    ):
        if content.startswith(mark):
            errors = "surrogateescape" if encoding == "utf-8" else "replace"
            return content[len(mark) :].decode(encoding, errors), name
    return content.decode("utf-8", "surrogateescape"), "UTF-8"


def has_undecodable(text: str) -> bool:
    """Return whether the text holds bytes that could not be decoded.

    Examples
    --------
    >>> has_undecodable(decode_text(b"Medell\\xedn")[0]), has_undecodable("Medellín")
    (True, False)
    """
    return any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else False


def show_undecodable(text: str) -> str:
    """Return the text with undecodable bytes written as ``\\xe9``, so that it can be stored as UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def iterate_records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield every record of the text, blank ones included, in order."""
    csv.field_size_limit(_FIELD_LIMIT)
    lines = io.StringIO(text, newline="").readlines()
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


def _join(lines: list[str], first: int, end: int) -> str:
    return "".join(lines[first:end]).removesuffix("\n").removesuffix("\r")


def _explain(error: csv.Error) -> str:
    if "end of data" in str(error):
        return "a quotation mark opens here and is never closed"
    if "expected after" in str(error):
        return "text follows a closing quotation mark"
    return str(error)
