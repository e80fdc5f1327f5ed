"""The figure of a plan: what is wanted of the next survey against the respondents that it takes."""

from __future__ import annotations

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_point
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.drawing import describe_chart, draw_svg
from bpo_index.publication.figures.frame import Said
from bpo_index.publication.figures.marks import WRITTEN, at_pixel, layer, make_axis, mark_points, mark_rows
from bpo_index.publication.figures.record import Spec
from bpo_index.publication.figures.style import BLUE, MUTED, ORANGE, SKY
from bpo_index.robustness.planning import SIZES, Wanted

_WIDTH, _HEIGHT, _LETTERS = 540, 320, 12


def draw_plan(table: pl.DataFrame, *, title: str, subtitle: list[str], words: Words, wanted: Wanted) -> bytes:
    """Return the figure of a plan as SVG: what is wanted against the respondents that it takes.

    Parameters
    ----------
    table
        Columns of `columns.private.PLAN`.
    title, subtitle
        Heading, and lines under it.
    words
        What readers call units and respondents.
    wanted
        Shown is the width of rank sets, or the share of neighbours distinguished where no width is wanted.
    """
    shows_width = wanted.width is not None
    measure = "rank_set_width" if shows_width else "neighbours_apart"
    goal = wanted.width if shows_width else wanted.neighbours
    assert goal is not None
    axis_title = phrase("plan.axis_width", units=words.units) if shows_width else phrase("plan.axis_neighbours")
    across_title = phrase("plan.axis_respondents", respondents=start_sentence(words.respondents), unit=words.unit)
    ticks = [size for size in table["respondents"] if size in SIZES]
    rows = table.to_dicts()
    most = max([goal, *(float(row["rank_set_width_high"]) for row in rows)]) if shows_width else 1.0
    scale = {"domain": [0, max(most, goal)]}

    def across() -> Spec:
        axis = make_axis(across_title, values=ticks, grid=False)
        return {"field": "respondents", "type": "quantitative", "scale": {"type": "log", "nice": False}, "axis": axis}

    def up(field: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": axis_title, "scale": scale}

    target = [{"goal": goal, "text": phrase("plan.wanted", value=show_point(goal))}]
    needed = [
        {"respondents": size, "text": phrase("plan.needed", count=size)}
        for size in table.filter("needed")["respondents"]
    ]
    ends = {"x": across(), "y": up(f"{measure}_low"), "y2": {"field": f"{measure}_high"}}
    label = {"x": at_pixel(0), "y": up("goal"), "text": WRITTEN}
    count = {"x": across(), "y": at_pixel(_HEIGHT - 4), "text": WRITTEN}
    simulated = {"x": across(), "y": up(measure)}
    layers = [
        *([mark_rows(rows, "area", ends, color=SKY, opacity=0.6)] if shows_width else []),
        mark_rows(rows, "line", simulated, color=BLUE, strokeWidth=2),
        mark_points(rows, simulated, ("circle", BLUE, BLUE), size=40),
        mark_rows(target, "rule", {"y": up("goal")}, color=ORANGE, strokeDash=[6, 4]),
        mark_rows(target, "text", label, color=ORANGE, align="left", baseline="bottom", dx=4, dy=-3, fontSize=_LETTERS),
        mark_rows(needed, "rule", {"x": across()}, color=MUTED, strokeDash=[2, 3]),
        mark_rows(needed, "text", count, color=MUTED, align="right", baseline="bottom", dx=-5, fontSize=_LETTERS),
    ]
    said = Said(title, " ".join([title, *subtitle]), lines=tuple(subtitle))
    return draw_svg("plan", describe_chart(layer(layers, _WIDTH, _HEIGHT)), said)[0].encode()
