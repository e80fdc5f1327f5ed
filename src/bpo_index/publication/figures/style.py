"""Colours and sizes that all figures share, legible in grey print and for the colour-blind, and their dark kin.

A figure is drawn in the colours of light pages; a style block within the same SVG says which of the page's variables
takes the place of each. A reader of SVG that knows no variables shows the light colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Colour:
    """A colour by the name of its variable, on light pages and on dark ones, as sRGB in hexadecimal digits."""

    name: str
    light: str
    dark: str


#: Okabe and Ito (2008) for blue and orange: distinguished by the colour-blind; wherever hue says something, shape,
#: filling or a number says it too.
PALETTE = (
    Colour("paper", "#ffffff", "#14181d"),
    Colour("ink", "#1b1f24", "#e8ecf0"),
    Colour("muted", "#4d5763", "#b0bac5"),
    Colour("line", "#c9d0d8", "#3b444e"),
    Colour("accent", "#0072b2", "#56a9de"),
    Colour("accent-soft", "#a9d2ec", "#1f4e70"),
    Colour("contrast", "#c04a00", "#f08a4b"),
    Colour("warn", "#7a2e00", "#ffd9b0"),
)
#: From little to much: luminance falls all the way on light pages and rises on dark ones, so that grey print keeps the
#: order. Numbers on the first `_INKED` are written in ink, on the others in the colour of the paper.
HEAT = tuple(
    Colour(f"heat-{n}", light, dark)
    for n, (light, dark) in enumerate(
        (
            ("#eef5fc", "#17222d"),
            ("#d3e6f5", "#1b3043"),
            ("#b0d3ec", "#1f3f5b"),
            ("#86bde0", "#245076"),
            ("#62a5d2", "#2b6291"),
            ("#2f76ad", "#7db6e0"),
            ("#1b5a92", "#a5cfee"),
            ("#053263", "#d2e9fb"),
        ),
        start=1,
    )
)
_INKED = 5
PAPER, INK, MUTED, LINE, BLUE, SKY, ORANGE, WARN = (colour.light for colour in PALETTE)
FAINT = LINE
TEXT_SIZE, SMALL_SIZE = 13, 12

Rows = list[dict[str, Any]]


def shade(level: int) -> tuple[str, str]:
    """Return the colour of a cell of a heat map and of the number in it, by its level from 0.

    Examples
    --------
    >>> shade(0), shade(7)
    (('#eef5fc', '#1b1f24'), ('#053263', '#ffffff'))
    """
    return HEAT[level].light, INK if level < _INKED else PAPER


def write_colours(within: str = "") -> str:
    """Return the style rules by which figures take the variables of the page that they stand in.

    Parameters
    ----------
    within
        A selector before each rule, such as `figure`.
    """
    before = f"{within} " if within else ""
    return "".join(
        f'{before}[{kind}="{colour.light}"]{{{kind}:var(--{colour.name},{colour.light})}}'
        for colour in (*PALETTE, *HEAT)
        for kind in ("fill", "stroke")
    )


def write_dark(*names: str) -> str:
    """Return the declarations of variables for dark pages; all, or those that have one of these beginnings."""
    return "".join(
        f"--{colour.name}:{colour.dark};" for colour in (*PALETTE, *HEAT) if not names or colour.name.startswith(names)
    )


def write_page_style() -> str:
    """Return what a page that holds figures adds to its style: their rules, and dark colours that are theirs alone."""
    dark = write_dark("heat", "contrast")
    return write_colours("figure") + f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
