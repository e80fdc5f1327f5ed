"""The record that says what a figure is: its name, what it shows, when there is something to draw, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bpo_index.definition import IndexDefinition
from bpo_index.publication.result import Result

if TYPE_CHECKING:
    import altair as alt

#: Where the report shows a figure; further: a section of its own, for figures that belong to no other.
Place = Literal["answer", "categories", "ranks", "drivers", "weights", "further"]


@dataclass(frozen=True)
class Chart:
    """A figure, described: what is drawn, and how to read it."""

    chart: alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.FacetChart
    lines: list[str]
    """How to read it, under the title; notices on trials, drafts and synthetic data are put before them."""
    width: float
    """Of the whole, pixels: headings are broken into lines of it."""


@dataclass(frozen=True, kw_only=True)
class FigureRecord:
    """One figure of a release."""

    name: str
    """Its file within `figures/`, without ending: a to z, 0 to 9 and hyphens."""
    title: str
    """What is shown; the title of the index follows after a colon."""
    line: str
    """One line on it."""
    needs: Callable[[Result], bool]
    """Whether there is something to draw."""
    chart: Callable[[Result, IndexDefinition], Chart]
    """What is drawn where there is; imports altair itself, so that nothing else has to wait for it."""
    describe: Callable[[Result, IndexDefinition], str]
    """Sentences for those who cannot see it; the title is put before them."""
    place: Place = "further"
    """Where the report shows it."""
    order: int = 1000
    """Figures are listed, and shown within a place of the report, by this number."""
