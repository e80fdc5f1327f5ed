"""Tables of the report as values: captions, headings and cells of text, from the published frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bpo_index.display.numbers import NOTHING

#: The style sheet indents so many levels; what lies deeper stands with the last.
DEEPEST_LEVEL = 6


@dataclass(frozen=True)
class ReportTable:
    """One table of the report; templates write it."""

    key: str
    """Its id in the page."""
    caption: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    texts: frozenset[int] = frozenset()
    """Positions of columns of text; the others hold numbers and stand to the right."""
    note: str = ""
    """What is said under the table."""
    levels: tuple[int, ...] = ()
    """Per row: how many steps it stands under the first level; none: all stand on it."""
    heads: frozenset[int] = frozenset()
    """Positions of rows under which others stand that are in them."""
    fold: str = ""
    """What a reader sees of a table that can be folded away; empty: it cannot."""

    def find_level(self, row: int) -> int:
        """Return how many steps a row stands under the first level, at most as many as the style sheet knows."""
        return min(self.levels[row], DEEPEST_LEVEL) if self.levels else 0

    @property
    def header(self) -> int:
        """The position of the column that names the row: the first of text."""
        return min(self.texts, default=0)


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
) -> ReportTable:
    """Return a table; `texts` is how many of the first columns hold text, or which columns do.

    `levels` are those of rows that stand under others.

    Examples
    --------
    >>> make_table("ranks", "Ranks", ("Country", "Rank"), [("India", None)]).rows
    [('India', '–')]
    """
    places = range(texts) if isinstance(texts, int) else texts
    shown = [tuple(NOTHING if cell is None else str(cell) for cell in row) for row in rows]
    return ReportTable(
        key=key,
        caption=caption,
        headings=tuple(headings),
        rows=shown,
        texts=frozenset(places),
        note=note,
        levels=tuple(levels),
        heads=frozenset(row for row, (one, after) in enumerate(pairwise(levels)) if after > one),
        fold=fold,
    )
