"""From a description to SVG and PNG: the look that all figures share, and the numbers of their axes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bpo_index.display.language import localise
from bpo_index.display.notebook import show_image
from bpo_index.publication.figures.fonts import FAMILY, FOLDER
from bpo_index.publication.figures.frame import LEAST_WIDTH, Said, frame_drawing
from bpo_index.publication.figures.labels import clean
from bpo_index.publication.figures.record import PHONE_WIDTH, Drawable, Spec
from bpo_index.publication.figures.shrinking import shrink_png
from bpo_index.publication.figures.style import INK, LINE, MUTED, SMALL_SIZE

#: Of the PNG: twice as fine as on a screen.
PNG_PPI = 144
_STYLE = re.compile("<style>.*?</style>", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """A figure, drawn."""

    title: str
    """Its heading: what it shows as a sentence."""
    alt: str
    """Alternative text: what a reader who cannot see the figure should know."""
    svg: bytes = field(repr=False)
    """The file, with font and dark colours in it."""
    png: bytes = field(repr=False)
    """The wide one on a light page."""
    narrow: bytes | None = field(default=None, repr=False)
    """The file for phones; None where there is no such."""

    @property
    def page(self) -> str:
        """The figure for a page that has the font, and colours by `write_page_style`."""
        return _STYLE.sub("", self.svg.decode(), count=1)

    @property
    def page_narrow(self) -> str:
        """The same of the figure for phones; empty where there is none."""
        return _STYLE.sub("", self.narrow.decode(), count=1) if self.narrow else ""

    def _repr_svg_(self) -> str:
        """Return the figure for what shows no HTML."""
        return self.svg.decode()

    def _repr_html_(self) -> str:
        """Return what a notebook shows, whether it is trusted or not."""
        return show_image(self.svg, self.alt)


@cache
def prepare_drawing() -> None:
    """Start what draws, which takes longer than to draw."""
    import vl_convert  # noqa: PLC0415  (takes its time)

    vl_convert.register_font_directory(str(FOLDER))
    vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "point"})


def draw(name: str, spec: Spec, said: Said, narrow: tuple[Spec, Said] | None = None) -> Figure:
    """Return a figure as SVG and PNG; the same description gives the same bytes.

    Parameters
    ----------
    name
        Of the figure: every id within the SVG starts with it, so that a page can hold many.
    spec
        As `describe_chart` returns it.
    said
        What stands round it.
    narrow
        Both for phones.
    """
    import vl_convert  # noqa: PLC0415

    svg, bare = draw_svg(name, spec, said)
    phone = draw_svg(f"{name}-narrow", *narrow, least=PHONE_WIDTH)[0].encode() if narrow else None
    png = shrink_png(vl_convert.svg_to_png(bare, ppi=PNG_PPI))
    return Figure(clean(said.title), clean(said.alt), svg.encode(), png, phone)


def draw_svg(name: str, spec: Spec, said: Said, *, least: float = LEAST_WIDTH) -> tuple[str, str]:
    """Return a figure as SVG, as a file and without its style; parameters as for `draw` and `frame_drawing`."""
    import vl_convert  # noqa: PLC0415

    prepare_drawing()
    # NOTE: nothing may be fetched.
    return frame_drawing(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]), name, said, least=least)


def describe_chart(spec: Mapping[str, Any] | Drawable) -> Spec:
    """Return what is drawn with the look that all figures share."""
    axis = {
        "labelFontSize": SMALL_SIZE - 1,
        "labelColor": MUTED,
        "labelFlush": False,
        "titleFontSize": SMALL_SIZE,
        "titleFontWeight": "normal",
        "titleColor": MUTED,
        "gridColor": LINE,
        "gridWidth": 0.6,
        "domainColor": LINE,
        "tickColor": LINE,
    }
    look = {
        "locale": {"number": describe_numbers()},
        "font": FAMILY,
        "aria": False,
        "axis": axis,
        "background": None,
        "padding": 0,
        "text": {"color": INK},
        "view": {"stroke": None},
    }
    given = dict(spec) if isinstance(spec, Mapping) else dict(spec.to_dict())
    return given | {"config": look}


def describe_numbers() -> dict[str, Any]:
    """Return how the numbers of axes are written in the current language, as Vega has it.

    Examples
    --------
    >>> described = describe_numbers()
    >>> described["decimal"], described["thousands"], described["grouping"]
    ('.', ',', [3, 3, 3])
    """
    parts = re.split(r"(\D+)", localise("1000000000", grouped=True))
    sizes = [len(digits) for digits in parts[:1:-2]]
    return {
        "decimal": localise("0.5").strip("05"),
        "thousands": parts[1] if sizes else "",
        "grouping": sizes or [3],
        "currency": ["", ""],
    }
