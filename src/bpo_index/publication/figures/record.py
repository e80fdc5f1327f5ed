"""The record that says what a figure is: its name, what it shows, when there is something to draw, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bpo_index.definition import IndexDefinition
from bpo_index.publication.result import Result

#: Where the report shows a figure; further: a section of its own, for figures that belong to no other.
Place = Literal["answer", "categories", "ranks", "drivers", "weights", "further"]

#: A part of a figure in the grammar of Vega-Lite.
Spec = dict[str, Any]


class Drawable(Protocol):
    """What another package may draw with, such as a chart of altair."""

    def to_dict(self) -> Mapping[str, Any]:
        """Return it as Vega-Lite."""


@dataclass(frozen=True)
class Chart:
    """A figure, described: what is drawn, and how to read it."""

    chart: Mapping[str, Any] | Drawable
    """In the grammar of Vega-Lite, without heading: as plain dicts, or anything that gives them by `to_dict()`."""
    lines: list[str]
    """How to read it, under the heading; notices on trials, drafts and synthetic data are put before them."""


Draws = Callable[[Result, IndexDefinition], Chart]


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
    chart: Draws
    """What is drawn where there is."""
    describe: Callable[[Result, IndexDefinition], str]
    """Sentences for those who cannot see it; the title is put before them."""
    finding: Callable[[Result, IndexDefinition], str] | None = None
    """What it shows of this result, as a sentence without full stop: the heading. None, or empty: what is shown."""
    narrow: Draws | None = None
    """The same for phones, `PHONE_WIDTH` wide; None: the wide one is all there is."""
    place: Place = "further"
    """Where the report shows it."""
    order: int = 1000
    """Figures are listed, and shown within a place of the report, by this number."""


#: Pixels of a narrow figure, and of what is drawn within its margins.
PHONE_WIDTH, PHONE_PLOT = 360, 332
