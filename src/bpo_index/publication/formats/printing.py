"""How a sheet of a workbook lies on paper: A4, fitted to the width, upright or across, and how many pages it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Margins in inches; the notices stand in those above and below.
SIDE, ABOVE = 0.4, 0.7
_SHORT, _LONG = 8.27, 11.69
_PIXELS, _POINTS = 96, 72
#: A smaller scale is hard to read: the page lies across, if that is larger.
_READABLE = 0.6
#: Programs break lines and pages a little differently.
_SPARE = 0.95


@dataclass(frozen=True)
class PrintLayout:
    """How a sheet is printed."""

    is_landscape: bool
    scale: float
    """To which it is shrunk so that all columns stand on one page, at most 1."""
    pages: int


def choose_layout(widths: Sequence[int], heights: Sequence[int]) -> PrintLayout:
    """Return the way of printing that takes fewer pages, across where upright it could not be read.

    Parameters
    ----------
    widths
        Of the columns, in digits.
    heights
        Of the rows, in points; the first is repeated on every page.

    Examples
    --------
    >>> choose_layout([20, 10, 10], [15] * 60)
    PrintLayout(is_landscape=False, scale=1.0, pages=2)
    >>> choose_layout([20] * 10, [15] * 60).is_landscape
    True
    """
    upright, across = (_lay_out(widths, heights, is_landscape=is_landscape) for is_landscape in (False, True))
    if upright.scale < _READABLE and across.scale > upright.scale:
        return across
    return min(upright, across, key=lambda layout: layout.pages)


def _lay_out(widths: Sequence[int], heights: Sequence[int], *, is_landscape: bool) -> PrintLayout:
    across, down = (_LONG, _SHORT) if is_landscape else (_SHORT, _LONG)
    # A column takes seven pixels a digit, and five.
    pixels = sum(7 * width + 5 for width in widths)
    scale = min(1.0, (across - 2 * SIDE) * _PIXELS / max(pixels, 1))
    room = _SPARE * (down - 2 * ABOVE) * _POINTS / scale - heights[0]
    pages, left = 1, room
    for height in heights[1:]:
        if height > left and left < room:
            pages, left = pages + 1, room
        left -= height
    return PrintLayout(is_landscape, scale, pages)
