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
    cells = [{"x": start + n * _WIDTH, "fill": shade(n)[0]} for n in range(len(HEAT))]
    numbers = [{"x": start + (n + 1) * _WIDTH, "text": text} for n, text in enumerate(edges)]
    squares = [
        mark_rows(
            [{}],
            "rect",
            {
                "x": at_pixel(cell["x"]),
                "x2": at_pixel(cell["x"] + _WIDTH),
                "y": at_pixel(foot - 14 - _HEIGHT),
                "y2": at_pixel(foot - 14),
            },
            color=cell["fill"],
        )
        for cell in cells
    ]
    written = [
        mark_rows(
            [{"text": number["text"]}],
            "text",
            {"x": at_pixel(number["x"]), "y": at_pixel(foot), "text": WRITTEN},
            baseline="bottom",
            align="center",
            fontSize=SMALL_SIZE - 1.5,
            color=INK,
        )
        for number in numbers
    ]
    return [*squares, *written, write_heading(title, start, "left", above=foot - 28)]
