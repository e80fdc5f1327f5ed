"""From a chart to SVG and PNG: heading, font, and what every figure says in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from bpo_index.display.language import localise
from bpo_index.display.notebook import show_image
from bpo_index.publication.figures.labels import clean, wrap
from bpo_index.publication.figures.record import Chart
from bpo_index.publication.figures.style import FAINT, FONT, INK, LINE, MUTED, SMALL_SIZE
from bpo_index.publication.figures.svg import finish_svg

_TITLE_SIZE = 16
#: Of the PNG: a figure of 720 units is ten inches wide, and three times as fine as on a screen.
_PNG_PPI = 216
#: Pixels of a line of the heading, at least, however few units there are.
_LEAST_HEADING = 520


@dataclass(frozen=True)
class Figure:
    """A figure, drawn."""

    title: str
    """What is shown, in one line."""
    alt: str
    """Alternative text: what a reader who cannot see the figure should know."""
    svg: bytes = field(repr=False)
    png: bytes = field(repr=False)

    def _repr_svg_(self) -> str:
        """Return the figure for what shows no HTML."""
        return self.svg.decode()

    def _repr_html_(self) -> str:
        """Return what a notebook shows, whether it is trusted or not."""
        return show_image(self.svg, self.alt)


def prepare_drawing() -> None:
    """Start what draws, which takes longer than to draw."""
    import vl_convert  # noqa: PLC0415  (takes its time)

    vl_convert.vega_to_svg({"width": 1, "height": 1})


def skip_checks() -> AbstractContextManager[None]:
    """Return a context in which altair does not check each part of a chart: that takes longer than to draw it."""
    from altair.utils.schemapi import debug_mode  # noqa: PLC0415  (takes its time)

    return debug_mode(False)


def draw(name: str, title: str, alt: str, described: dict[str, Any]) -> Figure:
    """Return a figure as SVG and PNG; the same description gives the same bytes.

    Parameters
    ----------
    name
        Of the figure: every id within the SVG starts with it, so that a page can hold many.
    title, alt
        For those who do not see it.
    described
        As `describe_chart` returns it.
    """
    import vl_convert  # noqa: PLC0415

    title, alt = clean(title), clean(alt)
    # NOTE: nothing may be fetched.
    svg = finish_svg(vl_convert.vegalite_to_svg(described, allowed_base_urls=[]), name, title, alt)
    return Figure(title, alt, svg.encode(), vl_convert.svg_to_png(svg, ppi=_PNG_PPI))


def describe_chart(chart: Chart, title: str, notices: Iterable[str]) -> dict[str, Any]:
    """Return a chart with its heading and the look that all figures share, as Vega-Lite.

    Parameters
    ----------
    chart
        What is drawn.
    title
        In the heading.
    notices
        First under the title: that it is a trial or a draft, that the data is synthetic.
    """
    import altair as alt  # noqa: PLC0415

    width = max(chart.width, _LEAST_HEADING)
    heading = alt.Title(
        # NOTE: bold letters are wider than `measure` says.
        wrap(title, width / _TITLE_SIZE * 0.93, 3),
        subtitle=[line for said in (*notices, *chart.lines) for line in wrap(said, width / SMALL_SIZE, 6)],
        anchor="start",
        frame="bounds",
        offset=14,
        fontSize=_TITLE_SIZE,
        color=INK,
        subtitleFontSize=SMALL_SIZE,
        subtitleLineHeight=15,
        subtitlePadding=6,
        subtitleColor=MUTED,
    )
    locale = alt.Locale(number=describe_numbers())
    axis = alt.AxisConfig(
        labelFontSize=SMALL_SIZE,
        labelColor=MUTED,
        labelFlush=False,
        titleFontSize=SMALL_SIZE,
        titleFontWeight="normal",
        titleColor=MUTED,
        gridColor=LINE,
        domainColor=FAINT,
        tickColor=FAINT,
    )
    view = alt.ViewConfig(stroke=None)
    look = alt.Config(locale=locale, font=FONT, aria=False, axis=axis, background="white", padding=16, view=view)
    # NOTE: not `configure_…` and `properties`, each of which copies the whole chart.
    described: dict[str, Any] = chart.chart.to_dict(validate=False)
    return described | {"title": heading.to_dict(), "config": look.to_dict()}


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
