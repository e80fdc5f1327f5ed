"""One view of a table, whatever shows it: terminal, notebook, Markdown, HTML, LaTeX, the report.

A view holds texts only: numbers are rounded and headings are in words. It escapes nothing; each format does that. Views
of published tables are made from the records of their columns (`publication.columns.views`), others with `make_table`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bpo_index.display.numbers import NOTHING

#: Style sheets indent so many levels; what lies deeper stands with the last.
DEEPEST_LEVEL = 6


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view."""

    heading: str
    is_text: bool
    """Text begins at the left and may be broken over lines; numbers end at the right and are never broken."""


@dataclass(frozen=True)
class TableView:
    """A table as readers see it."""

    key: str
    """Its id in a page, in which each is there once."""
    caption: str
    columns: tuple[ViewColumn, ...]
    rows: list[tuple[str, ...]]
    marks: tuple[str, ...] = ()
    """Per row: the mark of its note, which stands behind its name, or an empty text; none: no row has a note."""
    note: str = ""
    """What is said under the table."""
    levels: tuple[int, ...] = ()
    """Per row: how many steps it stands under the first level; none: all stand on it."""
    fold: str = ""
    """What a reader sees of a table that can be folded away; empty: it cannot."""

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands above the columns."""
        return tuple(column.heading for column in self.columns)

    @property
    def header(self) -> int:
        """The position of the column that names the row: the first of text."""
        return next((place for place, column in enumerate(self.columns) if column.is_text), 0)

    @property
    def heads(self) -> frozenset[int]:
        """Positions of rows under which others stand that are in them."""
        return frozenset(row for row, (one, after) in enumerate(pairwise(self.levels)) if after > one)

    def find_level(self, row: int) -> int:
        """Return how many steps a row stands under the first level, at most `DEEPEST_LEVEL`."""
        return min(self.levels[row], DEEPEST_LEVEL) if self.levels else 0

    def find_mark(self, row: int) -> str:
        """Return the mark of the note of a row; empty where it has none."""
        return self.marks[row] if self.marks else ""


def make_table(
    key: str,
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    texts: int | Iterable[int] = 1,
    note: str = "",
    levels: Sequence[int] = (),
    fold: str = "",
) -> TableView:
    """Return a view of rows; null is shown as a dash.

    Parameters
    ----------
    key, caption, headings, rows, note, levels, fold
        As `TableView` has them; numbers from `show_number`.
    texts
        How many of the first columns hold text, or the positions of those that do.

    Examples
    --------
    >>> make_table("ranks", "Ranks", ("Country", "Rank"), [("India", None)]).rows
    [('India', '–')]
    """
    places = set(range(texts) if isinstance(texts, int) else texts)
    return TableView(
        key=key,
        caption=caption,
        columns=tuple(ViewColumn(heading, place in places) for place, heading in enumerate(headings)),
        rows=[tuple(NOTHING if cell is None else str(cell) for cell in row) for row in rows],
        note=note,
        levels=tuple(levels),
        fold=fold,
    )
