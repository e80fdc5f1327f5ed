"""Who holds each place, and how often, with respondents drawn and with all assumptions drawn: a heat map."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.display.numbers import show_number, show_percent, show_percentage
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.heat_key import draw_levels
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import (
    WRITTEN,
    layer,
    make_axis,
    mark_rows,
    place_rows,
    place_values,
    rule_rows,
    write_column,
    write_heading,
)
from bpo_index.publication.figures.record import Chart, FigureRecord, Spec
from bpo_index.publication.figures.style import HEAT, INK, SMALL_SIZE, TEXT_SIZE, Rows, shade
from bpo_index.publication.result import Result
from bpo_index.robustness.ranks.rank_tables import VERSIONS

#: Shares from which the number is written, and from which a cell is filled at all.
_WRITTEN, _FILLED = 0.05, 0.005
_LONGEST_NAME, _LEAST_PANEL = 15, 160
#: Units up to which a cell has a number; width of a panel of more, pixels, and of two side by side at most.
_NUMBERED, _CROWDED, _WIDEST = 40, 310, 900
#: Shares at which the darkest shade ends, which larger ones have too: the first that the largest but a quarter is
#: within.
_TOPS = (0.04, 0.08, 0.16, 0.24, 0.4, 0.8)


def has_shares(result: Result) -> bool:
    """Return whether at least two units have a rank and any of them a share of replicates."""
    return len(_name_ranked(result)) >= 2 and bool(result.tables["rank_shares"]["share"].count())


def find_rank_shares(result: Result, definition: IndexDefinition) -> str:
    """Return who is first most often, with respondents drawn, and how often; empty where nobody is first."""
    names = list(_name_ranked(result).values())
    for version, cells in _list_panels(result).items():
        first = [cell for cell in cells if cell["place"] == 1]
        if first:
            most = max(first, key=lambda cell: float(cell["share"]))
            return phrase(
                f"figures.places_finding_{version}",
                name=names[most["row"]],
                share=show_percentage(most["share"]),
                respondents=definition.words.respondents,
            )
    return ""


def chart_rank_shares(result: Result, definition: IndexDefinition) -> Chart:
    """Return a panel of units x places for respondents drawn, and one for all assumptions drawn."""
    labels = [shorten(name, _LONGEST_NAME) for name in _name_ranked(result).values()]
    panels = {_head_panel(version, definition): cells for version, cells in _list_panels(result).items()}
    respondents = start_sentence(definition.words.respondents)
    lines = [phrase("figures.places_panels", respondents=respondents)]
    if len(labels) <= _NUMBERED:
        lines.insert(0, phrase("figures.places_numbers", least=show_percent(_WRITTEN)))
    return Chart(_join_panels(panels, labels), lines)


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
    panels = {version: _list_cells(table.filter(version=version), units) for version in VERSIONS}
    return {version: cells for version, cells in panels.items() if cells}


def _head_panel(version: str, definition: IndexDefinition) -> str:
    """Return what is drawn in a version of the replicates, as the heading of its panel."""
    return phrase(f"figures.panel_{version}", respondents=start_sentence(definition.words.respondents))


def _list_cells(table: pl.DataFrame, units: list[str]) -> Rows:
    rows = {unit: row for row, unit in enumerate(units)}
    known = table.select("unit", "place", "share").drop_nulls().iter_rows()
    return [{"row": rows[unit], "place": place, "share": share} for unit, place, share in known if unit in rows]


def _tell_first(cells: Rows, names: list[str]) -> str:
    first = sorted((cell for cell in cells if cell["place"] == 1), key=lambda cell: -float(cell["share"]))
    return list_items(
        [
            phrase("figures.first_in", name=names[cell["row"]], share=show_percentage(cell["share"]))
            for cell in first[:2]
        ]
    )


def find_level(share: float, top: float) -> int:
    """Return the level of shade of a share, from 0, where shares reach up to `top`.

    Examples
    --------
    >>> find_level(0.01, 0.4), find_level(0.38, 0.4), find_level(0.4, 0.4)
    (0, 7, 7)
    """
    # NOTE: 0.3 / 0.4 * 8 is a little less than 6.
    return min(len(HEAT) - 1, int(share / top * len(HEAT) + 1e-9))


def list_runs(cells: Rows, top: float, *, joined: bool) -> Rows:
    """Return cells with their level and first and last place; of joined ones, neighbours of a level are one."""
    filled = sorted((cell for cell in cells if cell["share"] >= _FILLED), key=lambda cell: (cell["row"], cell["place"]))
    levels = [(cell["row"], find_level(cell["share"], top), cell["place"]) for cell in filled]
    runs = []
    # NOTE: places less their number stay the same as long as none is left out.
    for (row, level, _), held in groupby(
        enumerate(levels), lambda item: (item[1][0], item[1][1], item[1][2] - item[0] if joined else item[0])
    ):
        places = [place for _, (_, _, place) in held]
        runs.append({"row": row, "level": level, "start": places[0] - 0.5, "end": places[-1] + 0.5})
    return runs


def _join_panels(panels: dict[str, Rows], labels: list[str]) -> Spec:
    """Return the panels, side by side where there is room."""
    count = len(labels)
    is_crowded = count > _NUMBERED
    largest = max((cell["share"] for cells in panels.values() for cell in cells), default=1.0)
    top = next((share for share in _TOPS if share >= 0.75 * largest), _TOPS[-1])
    # NOTE: a panel is as wide as its heading, however few units.
    widest = max([_LEAST_PANEL, *(measure(says, bold=True) * TEXT_SIZE + 4 for says in panels)])
    height, size = (11.0, 9.5) if is_crowded else (16.0, 10.0) if count > 14 else (24.0, SMALL_SIZE)
    width = _CROWDED if is_crowded else max(19.0 * count, widest) if count > 14 else max(28.0 * count, widest)
    names = max(map(measure, labels)) * (size if is_crowded else SMALL_SIZE) + 10
    is_stacked = names + 2 * width + 24 > _WIDEST and not is_crowded
    units = [{"row": row, "label": label} for row, label in enumerate(labels)]
    charts: list[Spec] = []
    for says, cells in panels.items():
        is_labelled = is_stacked or not charts
        layers = [
            rule_rows(count, -names if is_labelled else 0, width),
            *_mark_shares(cells, count, top=top, size=size),
            write_heading(says, 0, "left", fontSize=TEXT_SIZE, fontWeight="bold", color=INK),
        ]
        if is_labelled:
            layers.append(write_column(units, "label", -8, "right", fontSize=min(SMALL_SIZE, height - 1.5)))
        if not charts:
            layers += _draw_key(top, -names)
        charts.append(layer(layers, width, height * count))
    return {"vconcat" if is_stacked else "hconcat": charts, "spacing": 40 if is_stacked else 24}


def _draw_key(top: float, start: float) -> list[Spec]:
    title = phrase("figures.places_key")
    edges = [show_number(100 * top * n / len(HEAT), 0 if top >= 0.08 else 1) for n in range(1, len(HEAT))]
    return draw_levels(title, edges, above=36, start=start)


def _mark_shares(cells: Rows, count: int, *, top: float, size: float) -> list[Spec]:
    """Return the cells of a panel with their numbers, and the axis of places."""
    is_crowded = count > _NUMBERED
    step = 1 if not is_crowded else 10 if count <= 120 else 25
    axis = make_axis(
        phrase("figures.place"),
        values=[place for place in range(1, count + 1) if place % step == 0 or place == 1],
        grid=False,
        ticks=is_crowded,
        domain=False,
        labelFontSize=max(size, 10),
        format="d",
    )
    domain, band = [0.5, count + 0.5], place_rows(count)
    runs = list_runs(cells, top, joined=is_crowded)
    line = {} if is_crowded else {"stroke": "#ffffff", "strokeWidth": 1}
    layers = []
    for level in sorted({run["level"] for run in runs}):
        alike = [{name: run[name] for name in ("row", "start", "end")} for run in runs if run["level"] == level]
        across = {"x": place_values("start", domain, axis), "x2": {"field": "end"}, "y": band}
        layers.append(mark_rows(alike, "rect", across, color=shade(level)[0], **line))
    if not is_crowded:
        layers += _write_numbers(cells, place_values("place", domain, axis), count, top=top, size=size)
    return layers


def _write_numbers(cells: Rows, place: Spec, count: int, *, top: float, size: float) -> Iterable[Spec]:
    """Yield the numbers of cells, those in ink and those in the colour of the paper."""
    written: dict[str, Rows] = {}
    for cell in cells:
        if cell["share"] >= _WRITTEN:
            _, ink = shade(find_level(cell["share"], top))
            text = show_number(100 * cell["share"], 0)
            written.setdefault(ink, []).append({"row": cell["row"], "place": cell["place"], "text": text})
    for ink, rows in sorted(written.items()):
        places = {"x": place, "y": place_rows(count), "text": WRITTEN}
        yield mark_rows(rows, "text", places, align="center", fontSize=size, color=ink)


RECORDS = (
    FigureRecord(
        name="rank-shares",
        title="Who holds each place, and how often",
        line="the share of replicates in which each place is held by each of those ranked, as a heat map",
        needs=has_shares,
        chart=chart_rank_shares,
        describe=describe_rank_shares,
        finding=find_rank_shares,
        place="ranks",
        order=2,
    ),
)
