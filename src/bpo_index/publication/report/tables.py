"""Tables of the report as values: captions, headings and cells of text, from the published frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOTHING = "–"


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
) -> ReportTable:
    """Return a table; `texts` is how many of the first columns hold text, or which columns do.

    Examples
    --------
    >>> make_table("ranks", "Ranks", ("Country", "Rank"), [("India", None)]).rows
    [('India', '–')]
    """
    places = range(texts) if isinstance(texts, int) else texts
    shown = [tuple(NOTHING if cell is None else str(cell) for cell in row) for row in rows]
    return ReportTable(key, caption, tuple(headings), shown, frozenset(places), note)


def show_range(low: object, high: object) -> str:
    """Return "2 to 5", one number where both are the same, a dash where there is none.

    Examples
    --------
    >>> show_range(2, 5), show_range(1, 1), show_range(None, None)
    ('2 to 5', '1', '–')
    """
    if low is None or high is None:
        return NOTHING
    return str(low) if low == high else f"{low} to {high}"


def show_number(value: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a number for readers, with a true minus sign; a dash for none.

    Examples
    --------
    >>> show_number(-1.26), show_number(0.04, 1, signed=True), show_number(2.5, 1, signed=True), show_number(None)
    ('−1.3', '0.0', '+2.5', '–')
    """
    if value is None:
        return NOTHING
    text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
    return text.lstrip("+-") if not float(text) else text.replace("-", "−")


def show_share(value: float | None) -> str:
    """Return a share with two decimals; one that is neither 0 nor 1 is not printed as either.

    Examples
    --------
    >>> show_share(0.854), show_share(0.0002), show_share(0.9999), show_share(0.0)
    ('0.85', '<0.01', '>0.99', '0.00')
    """
    if value is None:
        return NOTHING
    if 0 < value < 0.005:
        return "<0.01"
    return ">0.99" if 0.995 <= value < 1 else f"{value:.2f}"


def list_names(names: Sequence[str]) -> str:
    """Return names as a sentence has them.

    Examples
    --------
    >>> list_names(["India"]), list_names(["India", "Poland", "Egypt"])
    ('India', 'India, Poland and Egypt')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def count_noun(count: int, noun: str) -> str:
    """Return "1 row", "2 rows".

    Examples
    --------
    >>> count_noun(1, "row"), count_noun(2, "category")
    ('1 row', '2 categories')
    """
    if count == 1:
        return f"{count} {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
