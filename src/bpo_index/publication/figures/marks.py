"""Marks that all figures are made of: rows, texts in columns beside a plot, headings, and the key to its symbols.

Texts are rows of data placed by pixel, never axes or legends: these would merge equal labels, and read some of them as
expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from bpo_index.publication.figures.labels import measure
from bpo_index.publication.figures.style import INK, LINE, MUTED, SMALL_SIZE, TEXT_SIZE, Rows

if TYPE_CHECKING:
    import altair as alt

#: Pixels from the upper edge of the plot to the foot of headings and keys.
_ABOVE = -7
_SYMBOL_SIZE = 64
#: Pixels of a key: where it starts, from a symbol to its text, and behind the text.
_KEY_START, _KEY_SYMBOL, _KEY_GAP = 5.0, 9, 18

Align = Literal["left", "right"]


def plot_rows(rows: Iterable[Mapping[str, Any]]) -> alt.Chart:
    """Return a chart of rows, to be given a mark."""
    import altair as alt  # noqa: PLC0415

    # NOTE: a tuple, for altair copies lists over and over as it joins charts.
    return alt.Chart(alt.InlineData(values=tuple(rows)))


def place_rows(count: int, *, at: float = 0.5) -> alt.Y:
    """Return the vertical place of rows numbered from 0 in a field `row`: `at` 0 their upper edge, 1 the lower."""
    import altair as alt  # noqa: PLC0415

    scale = alt.Scale(domain=list(range(count)), padding=0)
    return alt.Y("row:O", axis=None, scale=scale, bandPosition=at)


def rule_rows(count: int, start: float, end: float) -> alt.Chart:
    """Return faint lines under rows, from one pixel to another: the eye follows them to columns beside the plot."""
    import altair as alt  # noqa: PLC0415

    rows = plot_rows([{"row": row} for row in range(count)])
    chart: alt.Chart = rows.mark_rule(color=LINE).encode(alt.X(value=start), alt.X2(value=end), place_rows(count, at=1))
    return chart


def write_column(rows: Rows, field: str, at: float, align: Align, **style: Any) -> alt.Chart:
    """Return a column of texts, at most one a row, at a pixel of the plot; all rows are there, in their order."""
    import altair as alt  # noqa: PLC0415

    texts = [{"row": row["row"], "text": row[field]} for row in rows if row.get(field)]
    looks: dict[str, Any] = {"fontSize": TEXT_SIZE, "color": INK} | style
    mark = plot_rows(texts).mark_text(align=align, **looks)
    chart: alt.Chart = mark.encode(alt.X(value=at), place_rows(len(rows)), alt.Text("text:N"))
    return chart


def write_heading(text: str, at: float, align: Align, **style: Any) -> alt.Chart:
    """Return the heading of a column or a panel."""
    import altair as alt  # noqa: PLC0415

    heading = plot_rows([{"text": text}])
    looks: dict[str, Any] = {"baseline": "bottom", "fontSize": SMALL_SIZE, "color": MUTED} | style
    chart: alt.Chart = heading.mark_text(align=align, **looks).encode(
        alt.X(value=at), alt.Y(value=_ABOVE), alt.Text("text:N")
    )
    return chart


def draw_key(entries: list[tuple[str, str, str, str]]) -> list[alt.Chart]:
    """Return the key to symbols, above the plot.

    Parameters
    ----------
    entries
        What a symbol means, its shape, its filling and its outline.
    """
    import altair as alt  # noqa: PLC0415

    layers, at = [], _KEY_START
    for text, shape, fill, stroke in entries:
        one = plot_rows([{}])
        symbol = one.mark_point(
            shape=shape, fill=fill, stroke=stroke, size=_SYMBOL_SIZE, strokeWidth=1.5, opacity=1
        ).encode(alt.X(value=at), alt.Y(value=_ABOVE - 5))
        layers += [symbol, write_heading(text, at + _KEY_SYMBOL, "left", color=INK)]
        at += _KEY_SYMBOL + measure(text) * SMALL_SIZE + _KEY_GAP
    return layers


def measure_key(entries: Iterable[tuple[str, str, str, str]]) -> float:
    """Return how many pixels lie between the first symbol of a key and its end; entries as for `draw_key`."""
    return sum(_KEY_SYMBOL + measure(text) * SMALL_SIZE + _KEY_GAP for text, *_ in entries) - _KEY_GAP
