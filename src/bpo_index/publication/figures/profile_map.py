"""Category profiles as a heat map: a row a unit, a column a category, shaded by its difference from the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number
from bpo_index.publication.figures.heat_key import draw_levels
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import WRITTEN, at_pixel, layer, mark_rows, place_rows, write_column
from bpo_index.publication.figures.profile_cells import list_cells, list_units
from bpo_index.publication.figures.record import PHONE_PLOT, Chart, Spec
from bpo_index.publication.figures.style import HEAT, INK, MUTED, SMALL_SIZE, Rows, shade
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_points

#: Heights of a row, by the number of units up to which they hold.
_ROWS = ((30, 22), (60, 17), (10_000, 11))
#: Widths of a column, and of all, pixels; ems of a name, wide and on a phone.
_WIDEST, _NARROWEST, _WIDTH = 56, 12, 760
_NAME, _NARROW_NAME, _LONGEST_HEAD = 17.0, 8.5, 15.0
#: Units up to which scores are written, and pixels of their letters at least.
_WRITTEN_UNITS, _LEAST_LETTERS = 100, 8.0
#: Differences from one level to the next, points: the first that leaves few beyond the last.
_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 50.0)


def map_profiles(result: Result, definition: IndexDefinition) -> Chart:
    """Return the heat map on a page."""
    return _map(result, definition, width=_WIDTH, name=_NAME, turn=-45)


def map_narrow(result: Result, definition: IndexDefinition) -> Chart:
    """Return the heat map on a phone."""
    return _map(result, definition, width=PHONE_PLOT, name=_NARROW_NAME, turn=-90)


def _map(result: Result, definition: IndexDefinition, *, width: float, name: float, turn: int) -> Chart:
    nodes, units = definition.category_nodes, list_units(result)
    cells = [cell for cell in list_cells(result, nodes) if cell["score"] is not None]
    step = _choose_step([cell["score"] - cell["mean"] for cell in cells if cell["mean"] is not None])
    height = next(high for most, high in _ROWS if len(units) <= most)
    size = min(SMALL_SIZE, height - 1.5)
    labels: Rows = [{"row": row, "label": shorten(text, name)} for row, text in enumerate(units.values())]
    names = max(measure(label["label"]) for label in labels) * size + 10
    heads = [shorten(node.title, _LONGEST_HEAD) for node in nodes]
    overhang = 0.6 * max(map(measure, heads)) * SMALL_SIZE if turn == -45 else 0.0
    column = floor(min(_WIDEST, max(_NARROWEST, (width - names - overhang) / len(nodes))))
    shaded = [_shade_cell(cell, step, column) for cell in cells]
    longest = max((measure(cell["text"]) for cell in shaded), default=1.0)
    letters = min(size, (column - 3) / longest)
    is_written = len(units) <= _WRITTEN_UNITS and letters >= _LEAST_LETTERS
    reach = max(map(measure, heads)) * SMALL_SIZE * (0.75 if turn == -45 else 1) + 14
    key_title = phrase("figures.profiles_key", units=definition.words.units, points=name_points(definition))
    edges = [show_number(step * n, 1 if step < 1 else 0, signed=True) for n in range(-3, 4)]
    layers = [
        *_mark_shades(shaded, len(units)),
        *([_write_scores(shaded, len(units), letters)] if is_written else []),
        write_column(labels, "label", -8, "right", fontSize=size),
        _write_heads(nodes, heads, column, turn),
        *draw_levels(key_title, edges, above=reach, start=-names),
    ]
    lines = [phrase("figures.profiles_map_written" if is_written else "figures.profiles_map_shades")]
    if any(cell["score_bound"] for cell in cells) and is_written:
        lines.append(phrase("figures.profiles_map_bounds"))
    if len(cells) < len(units) * len(nodes):
        lines.append(phrase("figures.profiles_map_empty"))
    return Chart(layer(layers, column * len(nodes), height * len(units)), lines)


def _choose_step(differences: Sequence[float]) -> float:
    """Return the difference from one level to the next: a fifth of the differences lie beyond the last border."""
    sizes = sorted(abs(difference) for difference in differences)
    most = sizes[(4 * len(sizes)) // 5] if sizes else 0.0
    return next((step for step in _STEPS if 3 * step >= most), _STEPS[-1])


def _shade_cell(cell: Mapping[str, Any], step: float, column: float) -> dict[str, Any]:
    """Return a cell's place in pixels, its level of shade and its score as it is written."""
    difference = 0.0 if cell["mean"] is None else cell["score"] - cell["mean"]
    level = min(len(HEAT) - 1, max(0, floor(difference / step) + len(HEAT) // 2))
    start = column * cell["row"]
    return {
        "row": cell["panel"],
        "start": start,
        "end": start + column,
        "middle": start + column / 2,
        "level": level,
        "ink": shade(level)[1],
        "text": show_number(cell["score"]) + ("*" if cell["score_bound"] else ""),
    }


def _mark_shades(shaded: Rows, count: int) -> list[Spec]:
    """Return the cells, a layer a level."""
    layers = []
    band = place_rows(count)
    for level in sorted({cell["level"] for cell in shaded}):
        rows = [{name: cell[name] for name in ("row", "start", "end")} for cell in shaded if cell["level"] == level]
        across = {"x": _place("start"), "x2": {"field": "end"}, "y": band}
        layers.append(mark_rows(rows, "rect", across, color=shade(level)[0]))
    return layers


def _place(field: str) -> Spec:
    """Return places that are pixels already."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def _write_scores(shaded: Rows, count: int, size: float) -> Spec:
    rows = [{name: cell[name] for name in ("row", "middle", "ink", "text")} for cell in shaded]
    places = {"x": _place("middle"), "y": place_rows(count), "text": WRITTEN}
    colour = {"field": "ink", "type": "nominal", "scale": None}
    return mark_rows(rows, "text", places | {"color": colour}, align="center", fontSize=size)


def _write_heads(nodes: Sequence[DefinedNode], heads: list[str], column: float, turn: int) -> Spec:
    """Return the names of categories above their columns; those that hold others are bold."""
    rows = [
        {
            "middle": column * (n + 0.5) + (2 if turn == -45 else 0),
            "text": head,
            "weight": 700 if not node.questions else 400,
        }
        for n, (node, head) in enumerate(zip(nodes, heads, strict=True))
    ]
    places = {"x": _place("middle"), "y": at_pixel(-6), "text": WRITTEN}
    look = {"angle": turn, "align": "left", "baseline": "middle", "fontSize": SMALL_SIZE}
    return mark_rows(rows, "text", places, **look, color=INK if nodes else MUTED)
