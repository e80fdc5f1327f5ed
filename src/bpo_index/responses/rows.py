"""The rows of a file below its headings: their cells column by column, their places and their texts.

`ListedRows` holds records that were read one by one; any file can be read so. `TextRows` holds the lines of a text
whose records are proved to be regular (`regular_text.py`), `FrameRows` the rows of a frame; both give whole columns and
make no object of a row. All three say the same of the same file. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from bpo_index.responses.encodings import has_undecodable, show_undecodable
from bpo_index.responses.records import Record

RECORD_SCHEMA = {
    "source_file": pl.String,
    "source_row": pl.Int64,
    "text": pl.String,
    "response": pl.Int64,
    "reason": pl.String,
    "sentence": pl.String,
}


class Cells(Protocol):
    """Rows of cells, read column by column."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def read_columns(self, positions: Sequence[int]) -> list[pl.Series]:
        """Return columns of trimmed texts, one a position; null where a cell is empty or lacking."""

    def list_cells(self, most: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the cells of every row, or of the first ones."""


class Rows(Cells, Protocol):
    """The rows of a file that are not blank, in order."""

    @property
    def original(self) -> pl.DataFrame | None:
        """A frame of which row n lies in row n of the file, from 1, where records have no text; else None."""

    def find_cell(self, text: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield line and cells of each row of which a cell is this text."""

    def frame_records(self, name: str, width: int) -> pl.DataFrame:
        """Return the records frame of a file of this name; readable rows have neither response nor reason yet.

        The text is null where `original` has it.
        """

    def keep(self, chosen: pl.Series) -> Rows:
        """Return the rows for which a mask is true."""


@dataclass(frozen=True)
class ListedRows:
    """Records that were read one by one."""

    records: Sequence[Record]

    @property
    def original(self) -> None:
        """Nothing: every record has its text."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.records)

    def read_columns(self, positions: Sequence[int]) -> list[pl.Series]:
        """Return columns of trimmed texts, one a position; null where a cell is empty or lacking."""
        return [self._read_column(n) for n in positions]

    def _read_column(self, position: int) -> pl.Series:
        cells = [(record.cells[position] or None) if position < len(record.cells) else None for record in self.records]
        try:
            return pl.Series(str(position), cells, dtype=pl.String)
        except UnicodeEncodeError:  # bytes that are no text: such rows are quarantined, and looked at before
            shown = [cell and show_undecodable(cell) for cell in cells]
            return pl.Series(str(position), shown, dtype=pl.String)

    def list_cells(self, most: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the cells of every row, or of the first ones."""
        return (record.cells for record in self.records[:most])

    def find_cell(self, text: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield line and cells of each row of which a cell is this text."""
        return ((record.line, record.cells) for record in self.records if text in record.cells)

    def frame_records(self, name: str, width: int) -> pl.DataFrame:
        """Return the records frame of a file of this name; readable rows have neither response nor reason yet."""
        columns: dict[str, list[object]] = {key: [] for key in RECORD_SCHEMA}
        lengths = Counter(len(record.cells) for record in self.records if record.fault is None)
        usual, count = lengths.most_common(1)[0] if lengths else (width, 0)
        usual = usual if 2 * count > len(self) else width
        for record in self.records:
            fault = find_fault(record, width, usual)
            columns["source_file"].append(name)
            columns["source_row"].append(record.line)
            columns["text"].append(show_undecodable(record.text))
            columns["response"].append(None)
            columns["reason"].append(fault[0] if fault else None)
            columns["sentence"].append(fault[1] if fault else None)
        return pl.DataFrame(columns, schema=RECORD_SCHEMA)

    def keep(self, chosen: pl.Series) -> ListedRows:
        """Return the rows for which a mask is true."""
        return ListedRows([record for record, is_kept in zip(self.records, chosen, strict=True) if is_kept])


def find_fault(record: Record, width: int, usual: int) -> tuple[str, str] | None:
    """Return the reason code and sentence for a record that cannot be read, or None.

    Surplus cells at the end of a record that hold nothing are no fault where most records have as many; elsewhere they
    may be what is left of a row whose cells are shifted.
    """
    if record.fault:
        return "malformed_quotes", f"The row breaks the rules of quoting: {record.fault}."
    if has_undecodable(record.text):
        return "undecodable", "The row holds bytes that are not text in the file's encoding."
    given = len(record.cells)
    if given < width or any(record.cells[width:]) or given not in (width, usual):
        return "ragged_row", f"The row has {given} cells where the header row has {width}."
    return None


@dataclass(frozen=True)
class TextRows:
    """The lines of a regular text: each is a record, and all have as many cells as the headings."""

    body: bytes
    """The lines, in UTF-8, each but the last with a line feed."""
    delimiter: str
    lines: pl.Series
    """The number of each line that is not blank, from 1 in the file."""
    texts: pl.Series
    """The same lines as texts."""
    width: int
    is_kept: pl.Series | None = None
    """Of each line of the body whether it is not blank; None: all are."""
    has_quotes: bool = False
    is_trimmed: bool = False
    """Whether no cell can have white space at an end."""
    known: dict[int, pl.Series] = field(default_factory=dict, repr=False, compare=False)

    @property
    def original(self) -> None:
        """Nothing: every record has its text."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lines)

    def read_columns(self, positions: Sequence[int]) -> list[pl.Series]:
        """Return columns of trimmed texts, one a position; null where a cell is empty."""
        wanted = sorted(set(positions) - set(self.known))
        if wanted:
            frame = read_delimited(self.body, self.delimiter, self.width, wanted, has_quotes=self.has_quotes)
            frame = frame if self.is_kept is None else frame.filter(self.is_kept)
            for n, column in zip(wanted, frame.iter_columns(), strict=True):
                is_clean = self.is_trimmed and not self.has_quotes
                self.known[n] = column if is_clean else trim(column)
        return [self.known[n] for n in positions]

    def list_cells(self, most: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the cells of every row, or of the first ones."""
        return self._split(self.texts if most is None else self.texts.head(most))

    def find_cell(self, text: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield line and cells of each row of which a cell is this text."""
        quoted = text.replace('"', '""')
        if quoted.encode("utf-8", "surrogatepass") not in self.body:
            return
        found = self.texts.str.contains(quoted, literal=True)
        for line, cells in zip(self.lines.filter(found), self._split(self.texts.filter(found)), strict=True):
            if text in cells:
                yield line, cells

    def frame_records(self, name: str, width: int) -> pl.DataFrame:
        """Return the records frame of a file of this name; all rows are readable."""
        assert width == self.width
        return _frame_readable(name, self.lines, self.texts)

    def keep(self, chosen: pl.Series) -> TextRows:
        """Return the rows for which a mask is true."""
        if chosen.all():
            return self
        there = pl.Series([True]).new_from_index(0, len(self)) if self.is_kept is None else self.is_kept
        places = there.arg_true().filter(chosen)
        return replace(
            self,
            lines=self.lines.filter(chosen),
            texts=self.texts.filter(chosen),
            is_kept=pl.int_range(len(there), eager=True).is_in(places.implode()),
            known={n: column.filter(chosen) for n, column in self.known.items()},
        )

    def _split(self, texts: pl.Series) -> Iterator[Sequence[str]]:
        return ([cell.strip() for cell in cells] for cells in csv.reader(texts, delimiter=self.delimiter, strict=True))


@dataclass(frozen=True)
class FrameRows:
    """The rows of a frame of typed columns."""

    frame: pl.DataFrame
    """All rows of the file, blank ones included."""
    columns: Sequence[pl.Series]
    """The texts of the rows that are not blank."""
    lines: pl.Series

    @property
    def original(self) -> pl.DataFrame:
        """The frame."""
        return self.frame

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.lines)

    def read_columns(self, positions: Sequence[int]) -> list[pl.Series]:
        """Return columns of trimmed texts, one a position; null where a cell is empty."""
        return [self.columns[n] for n in positions]

    def list_cells(self, most: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the cells of every row, or of the first ones."""
        columns = self.columns if most is None else [column.head(most) for column in self.columns]
        return zip(*(column.fill_null("").to_list() for column in columns), strict=True)

    def find_cell(self, text: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield line and cells of each row of which a cell is this text."""
        found = pl.Series([False]).new_from_index(0, len(self))
        for column in self.columns:
            found |= (column == text).fill_null(value=False)
        some = FrameRows(self.frame, [column.filter(found) for column in self.columns], self.lines.filter(found))
        return zip(some.lines, some.list_cells(), strict=True)

    def frame_records(self, name: str, width: int) -> pl.DataFrame:
        """Return the records frame of a file of this name; all rows are readable, and none has a text."""
        assert width == len(self.columns)
        return _frame_readable(name, self.lines, nothing(len(self)))

    def keep(self, chosen: pl.Series) -> FrameRows:
        """Return the rows for which a mask is true."""
        if chosen.all():
            return self
        return FrameRows(self.frame, [column.filter(chosen) for column in self.columns], self.lines.filter(chosen))


def read_delimited(
    body: bytes, delimiter: str, width: int, positions: Sequence[int], *, has_quotes: bool
) -> pl.DataFrame:
    """Return columns of a regular text as they stand there, null where nothing does."""
    # NOTE: with a heading of our own, since a text may begin like a packed file or with a mark of byte order.
    heading = delimiter.join(map(str, range(width))).encode() + b"\n"
    return pl.read_csv(
        heading + body,
        separator=delimiter,
        quote_char='"' if has_quotes else None,
        columns=[str(n) for n in positions],
        infer_schema=False,
    ).select(str(n) for n in positions)


def trim(column: pl.Series) -> pl.Series:
    """Return texts without white space at both ends, null where nothing is left."""
    trimmed = column.str.strip_chars()
    is_empty = trimmed == ""
    return trimmed.set(is_empty, None) if is_empty.any() else trimmed


def nothing(rows: int) -> pl.Series:
    """Return a column of texts that are null."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, rows)


def _frame_readable(name: str, lines: pl.Series, texts: pl.Series) -> pl.DataFrame:
    empty = nothing(len(lines))
    return pl.DataFrame(
        {
            "source_file": pl.Series([name], dtype=pl.String).new_from_index(0, len(lines)),
            "source_row": lines.cast(pl.Int64),
            "text": texts,
            "response": empty.cast(pl.Int64),
            "reason": empty,
            "sentence": empty,
        },
        schema=RECORD_SCHEMA,
    )
