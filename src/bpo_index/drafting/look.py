"""The columns of files, looked at without a definition: their headings, texts and codebooks.

`look_at_files` takes the grid and the row of headings under which a file has most headings in words, none of them
twice; files with the same headings are put together. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.display.labels import fold_label, show_text
from bpo_index.errors import DataRefused
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.cell_texts import write_plainly
from bpo_index.responses.exports import Headings, find_headings
from bpo_index.responses.grids import Grid, Unreadable
from bpo_index.responses.headings import Mapping
from bpo_index.responses.no_answers import Kind, find_no_answer
from bpo_index.responses.open_grids import read_grids
from bpo_index.responses.sources import Source, open_sources
from bpo_index.responses.tools.registry import PLAIN
from bpo_index.responses.views import View

#: Different texts of a column that are looked at one by one, at most.
MOST_TEXTS = 2_000


def read_number(text: str) -> float | None:
    """Return the number that a text writes with a point or a comma before its decimals, or None.

    Examples
    --------
    >>> [read_number(text) for text in ("7", "2,0", "1.5", "x")]
    [7.0, 2.0, 1.5, None]
    """
    return parse_number(write_plainly(text, "," if "," in text else ".", has_thousands=False))


@dataclass(frozen=True)
class Column:
    """One column of the file."""

    position: int
    name: str
    """Its heading; where a tool writes several rows of headings, the first."""
    wordings: tuple[str, ...]
    """All that it is known by: the name, and the wording of the question where there is one."""
    cells: pl.Series = field(repr=False, compare=False)
    """A trimmed text a row; null where the cell is empty."""
    codes: dict[str, str] = field(default_factory=dict)
    """Code to label, where the file has a codebook."""

    @cached_property
    def wording(self) -> str:
        """The wording: the longest of what it is known by."""
        return max(self.wordings, key=len)

    @cached_property
    def different(self) -> int:
        """How many different texts there are."""
        return self.cells.drop_nulls().n_unique()

    @cached_property
    def given(self) -> int:
        """How many cells hold anything."""
        return len(self.cells) - self.cells.null_count()

    @cached_property
    def counts(self) -> dict[str, int]:
        """Text to cells, the most frequent first; empty where there are too many different ones."""
        if not 0 < self.different <= MOST_TEXTS:
            return {}
        counted = self.cells.drop_nulls().value_counts(name="count")
        return dict(sorted(counted.iter_rows(), key=lambda one: (-one[1], one[0])))

    @cached_property
    def shown(self) -> dict[str, int]:
        """As `counts`, with the labels of the codebook in place of codes that have one."""
        shown: dict[str, int] = {}
        for text, count in self.counts.items():
            label = self.codes.get(text, text)
            shown[label] = shown.get(label, 0) + count
        return shown

    @cached_property
    def no_answers(self) -> dict[str, Kind]:
        """Texts, or codes, that usually mean that there is no answer."""
        return {text: kind for text in self.counts if (kind := find_no_answer(self.codes.get(text, text)))}

    @cached_property
    def numbers(self) -> dict[float, int]:
        """Number to cells, where every text that may be an answer is a number; else empty."""
        numbers: dict[float, int] = {}
        for text, count in self.counts.items():
            if text in self.no_answers:
                continue
            number = read_number(text)
            if number is None:
                return {}
            numbers[number] = numbers.get(number, 0) + count
        return dict(sorted(numbers.items()))

    def __str__(self) -> str:
        """Return the heading for a message, in quotation marks."""
        return repr(show_text(self.name))


@dataclass(frozen=True)
class Table:
    """The columns of one file, or of several with the same headings."""

    files: tuple[str, ...]
    columns: tuple[Column, ...]
    headings: Headings
    grid: Grid = field(repr=False)
    rows: int
    not_read: tuple[str, ...] = ()
    """Other files, whose headings differ."""

    @property
    def is_from_tool(self) -> bool:
        """Whether a survey tool wrote it."""
        return self.headings.export != PLAIN

    @cached_property
    def tool_positions(self) -> frozenset[int]:
        """Columns that the tool itself writes, beside the answers."""
        own = {one.position for one in self.headings.fields.values()}
        return frozenset(own | {one.position for many in self.headings.coded.values() for one in many})


def look_at_files(paths: Iterable[str | Path]) -> Table:
    """Return the columns of files of answers.

    Raises
    ------
    DataRefused
        When a file cannot be read, or has no headings or no rows.
    UsageError, EnvironmentFailed
        As `read_responses`.
    """
    sources, _ = open_sources(list(paths))
    views = [(source.name, _view_source(source)) for source in sources]
    first_name, first = views[0]
    alike = [(name, view) for name, view in views if view.headings.names == first.headings.names]
    rows = [view.rows for _, view in alike]
    count = sum(len(one) for one in rows)
    if not count:
        raise DataRefused(f"The file {first_name} has headings and no answers below them. Export the survey again.")
    columns = []
    for n, name in enumerate(first.headings.names):
        cells = pl.concat([one.read_columns([n])[0].alias("cells") for one in rows])
        wordings = tuple(dict.fromkeys(text.strip() for text in first.headings.labels[n] if text.strip()))
        codes = first.grid.codebook.labels.get(n, {})
        columns.append(Column(n, name, wordings or (name,), cells, dict(codes)))
    others = tuple(name for name, view in views if view.headings.names != first.headings.names)
    return Table(tuple(name for name, _ in alike), tuple(columns), first.headings, first.grid, count, others)


def _view_source(source: Source) -> View:
    try:
        grids = read_grids(source, HowToRead())
    except Unreadable as error:
        raise DataRefused(f"The file {source.name} {error}.") from None
    views = [view for grid in grids for view in _list_views(grid)]
    if not views:
        raise DataRefused(f"The file {source.name} has no row of headings. Export the survey again.")
    return max(views, key=_rate)


def _list_views(grid: Grid) -> list[View]:
    how, nothing = HowToRead(), Mapping("wide", {})
    if not grid.has_headings:
        labels: list[tuple[str, ...]] = [(name, grid.codebook.headings.get(n, "")) for n, name in enumerate(grid.named)]
        return [View(grid, Headings(PLAIN, 0, 0, list(grid.named), labels), nothing)]
    start = [record.cells for record in grid.start]
    return [View(grid, find_headings(start, first, how), nothing) for first in range(len(start))]


def _rate(view: View) -> tuple[bool, int, int, int]:
    """Return how much headings look like headings: of a tool; in words, none twice; many; near the top."""
    folded = [fold_label(name) for name in view.headings.names]
    words = {name for name in folded if name and parse_number(name) is None}
    return view.headings.export != PLAIN, len(words), len(folded), -view.headings.first
