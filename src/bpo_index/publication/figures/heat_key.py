"""The key to a heat map: its colours in a row, with what lies between them."""

from __future__ import annotations

from bpo_index.publication.figures.marks import WRITTEN, at_pixel, mark_rows, write_heading
from bpo_index.publication.figures.record import Spec
from bpo_index.publication.figures.style import HEAT, INK, SMALL_SIZE, shade

_WIDTH, _HEIGHT = 26, 10


def draw_levels(title: str, edges: list[str], *, above: float, start: float = 0.0) -> list[Spec]:
    """Return the key of all levels of shade.

    Parameters
    ----------
    title
        What is shaded.
    edges
        What stands under the borders between levels, one fewer than there are levels.
    above, start
        Pixels from the upper edge of the plot to the key's foot, and from its left edge to the key.
    """
    foot = -above
    letters = {"baseline": "bottom", "align": "center", "fontSize": SMALL_SIZE - 1.5, "color": INK}
    layers = [write_heading(title, start, "left", above=foot - 28)]
    for level in range(len(HEAT)):
        left = start + level * _WIDTH
        places = {"x": left, "x2": left + _WIDTH, "y": foot - 14 - _HEIGHT, "y2": foot - 14}
        square = {side: at_pixel(place) for side, place in places.items()}
        layers.append(mark_rows([{}], "rect", square, color=shade(level)[0]))
    for border, text in enumerate(edges, start=1):
        place = {"x": at_pixel(start + border * _WIDTH), "y": at_pixel(foot), "text": WRITTEN}
        layers.append(mark_rows([{"text": text}], "text", place, **letters))
    return layers
