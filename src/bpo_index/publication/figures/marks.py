"""Marks that all figures are made of, as Vega-Lite: rows, texts in columns beside a plot, headings, keys to symbols.

Texts are rows of data placed by pixel, never axes or legends: these would merge equal labels, and read some of them as
expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bpo_index.publication.figures.labels import measure
from bpo_index.publication.figures.record import Spec
from bpo_index.publication.figures.style import INK, LINE, MUTED, SMALL_SIZE, TEXT_SIZE, Rows

#: Pixels from the upper edge of the plot to the foot of headings and keys.
_ABOVE = -8
_SYMBOL_SIZE = 64
#: Pixels of a key: where it starts, from a symbol to its text, and behind the text.
_KEY_START, _KEY_SYMBOL, _KEY_GAP = 5.0, 9, 18

#: What a text says.
WRITTEN: Spec = {"field": "text", "type": "nominal"}

#: Shape, filling and outline.
Symbol = tuple[str, str, str]

Align = Literal["left", "right", "center"]


def mark_rows(rows: Iterable[Mapping[str, Any]], mark: str, encoding: Mapping[str, Any], **looks: Any) -> Spec:
    """Return a mark a row: `rect`, `rule`, `point`, `text` and the like, with the places of its ends and its looks."""
    return {"data": {"values": list(rows)}, "mark": {"type": mark, **looks}, "encoding": dict(encoding)}


def at_pixel(pixel: float) -> Spec:
    """Return a place by pixels from the left or upper edge of the plot."""
    return {"value": pixel}


def place_rows(count: int, *, at: float = 0.5) -> Spec:
    """Return the vertical place of rows numbered from 0 in a field `row`: `at` 0 their upper edge, 1 the lower."""
    scale = {"domain": list(range(count)), "padding": 0}
    return {"field": "row", "type": "ordinal", "axis": None, "scale": scale, "bandPosition": at}


def place_values(field: str, domain: list[float], axis: Spec | None = None) -> Spec:
    """Return the horizontal place of numbers in a field, on an axis from one end to the other."""
    scale = {"domain": domain, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def make_axis(title: str, **looks: Any) -> Spec:
    """Return an axis with a title."""
    return {"title": title, **looks}


def layer(layers: Iterable[Spec], width: float, height: float) -> Spec:
    """Return a plot of layers, the first undermost."""
    return {"layer": list(layers), "width": width, "height": height}


def rule_rows(count: int, start: float, end: float) -> Spec:
    """Return faint lines under rows, from one pixel to another: the eye follows them to columns beside the plot."""
    places = {"x": at_pixel(start), "x2": at_pixel(end), "y": place_rows(count, at=1)}
    return mark_rows(({"row": row} for row in range(count)), "rule", places, color=LINE, strokeWidth=0.6)


def write_column(rows: Rows, field: str, at: float, align: Align, *, line: float = 0.5, **style: Any) -> Spec:
    """Return a column of texts, at most one a row, at a pixel of the plot; `line` 0 is a row's upper edge, 1 the lower.

    All rows are there, in their order.
    """
    texts = [{"row": row["row"], "text": row[field]} for row in rows if row.get(field)]
    places = {"x": at_pixel(at), "y": place_rows(len(rows), at=line), "text": WRITTEN}
    return mark_rows(texts, "text", places, **({"align": align, "fontSize": TEXT_SIZE, "color": INK} | style))


def write_heading(text: str, at: float, align: Align, *, above: float = _ABOVE, **style: Any) -> Spec:
    """Return the heading of a column or a panel."""
    places = {"x": at_pixel(at), "y": at_pixel(above), "text": WRITTEN}
    looks = {"align": align, "baseline": "bottom", "fontSize": SMALL_SIZE, "color": MUTED} | style
    return mark_rows([{"text": text}], "text", places, **looks)


def mark_points(rows: Rows, encoding: Mapping[str, Any], symbol: Symbol, **looks: Any) -> Spec:
    """Return symbols of one look."""
    shape, fill, stroke = symbol
    look = {"shape": shape, "fill": fill, "stroke": stroke, "size": _SYMBOL_SIZE, "strokeWidth": 1.5, "opacity": 1}
    return mark_rows(rows, "point", encoding, **(look | looks))


def draw_key(entries: list[tuple[str, str, str, str]]) -> list[Spec]:
    """Return the key to symbols, above the plot.

    Parameters
    ----------
    entries
        What a symbol means, its shape, its filling and its outline.
    """
    layers, at = [], _KEY_START
    for text, *symbol in entries:
        layers += [
            mark_points([{}], {"x": at_pixel(at), "y": at_pixel(_ABOVE - 6)}, (symbol[0], symbol[1], symbol[2])),
            write_heading(text, at + _KEY_SYMBOL, "left", color=INK),
        ]
        at += _KEY_SYMBOL + measure(text) * SMALL_SIZE + _KEY_GAP
    return layers


def measure_key(entries: Iterable[tuple[str, str, str, str]]) -> float:
    """Return how many pixels lie between the first symbol of a key and its end; entries as for `draw_key`."""
    return sum(_KEY_SYMBOL + measure(text) * SMALL_SIZE + _KEY_GAP for text, *_ in entries) - _KEY_GAP
