"""Who holds each place, and how often, with respondents drawn and with all assumptions drawn: a heat map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.display.numbers import show_number, show_percent, show_percentage
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.labels import BOLD, measure, shorten
from bpo_index.publication.figures.marks import place_rows, plot_rows, rule_rows, write_column, write_heading
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.style import INK, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.robustness.ranks.rank_tables import VERSIONS

if TYPE_CHECKING:
    import altair as alt

#: Shares from which the number is written, and from which a cell is filled at all.
_WRITTEN, _FILLED = 0.05, 0.005
_LONGEST_NAME = 15
_LEAST_PANEL = 160
#: Units up to which both panels stand side by side.
_SIDE_BY_SIDE = 14
#: One hue from light to dark through a clear blue: luminance falls all the way, so that grey print keeps the order.
_RAMP = ((238, 245, 252), (107, 174, 214), (4, 50, 104))


def has_shares(result: Result) -> bool:
    """Return whether at least two units have a rank and any of them a share of replicates."""
    return len(_name_ranked(result)) >= 2 and bool(result.tables["rank_shares"]["share"].count())


def chart_rank_shares(result: Result, definition: IndexDefinition) -> Chart:
    """Return a panel of units x places for respondents drawn, and one for all assumptions drawn."""
    respondents = start_sentence(definition.words.respondents)
    lines = [phrase("figures.places_numbers", least=show_percent(_WRITTEN), respondents=respondents)]
    labels = [shorten(name, _LONGEST_NAME) for name in _name_ranked(result).values()]
    panels = {_head_panel(version, definition): cells for version, cells in _list_panels(result).items()}
    chart, width = _join_panels(panels, labels)
    return Chart(chart, lines, width)


def describe_rank_shares(result: Result, definition: IndexDefinition) -> str:
    """Return how often which units are first."""
    names = list(_name_ranked(result).values())
    units, places = definition.words.count_units(len(names)), phrase("numbers.places", count=len(names))
    said = [phrase("figures.places_map", units=units, places=places)]
    for version, cells in _list_panels(result).items():
        if any(cell["place"] == 1 for cell in cells):
            head, first = _head_panel(version, definition), _tell_first(cells, names)
            said.append(phrase("figures.places_panel", panel=head, first=first))
    return " ".join(said)


def _name_ranked(result: Result) -> dict[str, str]:
    """Return the ranked units, code to name, by rank."""
    return dict(result.ranking.filter(pl.col("rank").is_not_null()).select("unit", "name").iter_rows())


def _list_panels(result: Result) -> dict[str, Rows]:
    """Return the cells of each panel, by the version of the replicates, without panels that have none."""
    units, table = list(_name_ranked(result)), result.tables["rank_shares"]
    panels = {version: _describe_cells(table.filter(version=version), units) for version in VERSIONS}
    return {version: cells for version, cells in panels.items() if cells}


def _head_panel(version: str, definition: IndexDefinition) -> str:
    """Return what is drawn in a version of the replicates, as the heading of its panel."""
    return phrase(f"figures.panel_{version}", respondents=start_sentence(definition.words.respondents))


def _describe_cells(table: pl.DataFrame, units: list[str]) -> Rows:
    cells = []
    rows = {unit: row for row, unit in enumerate(units)}
    for unit, place, share in table.select("unit", "place", "share").drop_nulls().iter_rows():
        if unit in rows:
            fill, ink = shade(share)
            written = show_number(100 * share, 0) if share >= _WRITTEN else None
            cells.append({"row": rows[unit], "place": place, "share": share, "fill": fill, "ink": ink, "text": written})
    return cells


def _tell_first(cells: Rows, names: list[str]) -> str:
    first = sorted((cell for cell in cells if cell["place"] == 1), key=lambda cell: -float(cell["share"]))
    return list_items(
        [
            phrase("figures.first_in", name=names[cell["row"]], share=show_percentage(cell["share"]))
            for cell in first[:2]
        ]
    )


def shade(share: float) -> tuple[str, str]:
    """Return the colour of a cell and of the number in it, black or white, whichever stands out more.

    Examples
    --------
    >>> shade(0.0), shade(1.0)
    (('#eef5fc', '#000000'), ('#043268', '#ffffff'))
    """
    light, middle, dark = _RAMP
    start, end, at = (light, middle, 2 * share) if share < 0.5 else (middle, dark, 2 * share - 1)
    colour = [round(one + (other - one) * at) for one, other in zip(start, end, strict=True)]
    bright = measure_luminance(colour)
    ink = "#ffffff" if 1.05 / (bright + 0.05) > (bright + 0.05) / 0.05 else "#000000"
    return "#" + "".join(f"{part:02x}" for part in colour), ink


def measure_luminance(colour: list[int]) -> float:
    """Return the relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2).

    Examples
    --------
    >>> measure_luminance([255, 255, 255]), measure_luminance([0, 0, 0])
    (1.0, 0.0)
    """
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _join_panels(panels: dict[str, Rows], labels: list[str]) -> tuple[alt.HConcatChart | alt.VConcatChart, float]:
    """Return the panels and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    many = len(labels) > _SIDE_BY_SIDE
    # NOTE: a panel is as wide as its heading, however few units.
    widest = max([_LEAST_PANEL, *(BOLD * measure(says) * TEXT_SIZE for says in panels)])
    cell_width = 18 if many else max(27, widest / len(labels))
    cell_height, size = (16, 9) if many else (24, TEXT_SIZE - 1)
    names = max(map(measure, labels)) * TEXT_SIZE + 8
    width, height = cell_width * len(labels), cell_height * len(labels)
    units = [{"row": row, "label": label} for row, label in enumerate(labels)]
    axis = alt.Axis(labelAngle=0, ticks=False, domain=False, labelFontSize=size)
    places = alt.Scale(domain=list(range(1, len(labels) + 1)), padding=0)
    charts: list[alt.LayerChart | alt.FacetChart] = []
    for says, cells in panels.items():
        filled = plot_rows([cell for cell in cells if cell["share"] >= _FILLED])
        written = plot_rows([cell for cell in cells if cell["text"]])
        place = alt.X("place:O", title=phrase("figures.place"), scale=places, axis=axis)
        row = place_rows(len(labels))
        layers = [
            filled.mark_rect(stroke="white", strokeWidth=1).encode(place, row, alt.Fill("fill:N", scale=None)),
            written.mark_text(fontSize=size).encode(place, row, alt.Text("text:N"), alt.Color("ink:N", scale=None)),
            write_heading(says, 0, "left", fontSize=TEXT_SIZE, fontWeight="bold", color=INK),
        ]
        is_labelled = many or not charts
        layers = [rule_rows(len(labels), -names if is_labelled else 0, width), *layers]
        if is_labelled:
            layers.append(write_column(units, "label", -8, "right"))
        charts.append(alt.layer(*layers).properties(width=width, height=height))
    if many:
        return alt.vconcat(*charts, spacing=36), names + width
    return alt.hconcat(*charts, spacing=24), names + len(charts) * (width + 24) - 24


RECORDS = (
    FigureRecord(
        name="rank-shares",
        title="Who holds each place, and how often",
        line="the share of replicates in which each place is held by each of those ranked, as a heat map",
        needs=has_shares,
        chart=chart_rank_shares,
        describe=describe_rank_shares,
        place="ranks",
        order=2,
    ),
)
