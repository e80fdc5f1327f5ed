"""The figure of a plan: what is wanted of the next survey against the respondents that it takes."""

from __future__ import annotations

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_point
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.drawing import describe_numbers
from bpo_index.publication.figures.labels import wrap
from bpo_index.publication.figures.style import BLUE, FONT, MUTED, ORANGE
from bpo_index.robustness.planning import SIZES, Wanted

_WIDTH, _HEIGHT = 540, 320
#: Pixels of a line of the heading, and of letters of its lines.
_HEADING, _TITLE_SIZE, _LINE_SIZE = 560, 13, 12


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
    import altair as alt  # noqa: PLC0415  (takes its time)
    import vl_convert  # noqa: PLC0415

    shows_width = wanted.width is not None
    measure = "rank_set_width" if shows_width else "neighbours_apart"
    goal = wanted.width if shows_width else wanted.neighbours
    assert goal is not None
    axis_title = phrase("plan.axis_width", units=words.units) if shows_width else phrase("plan.axis_neighbours")
    sizes = alt.X(
        "respondents:Q",
        title=phrase("plan.axis_respondents", respondents=start_sentence(words.respondents), unit=words.unit),
        scale=alt.Scale(type="log", nice=False),
        axis=alt.Axis(values=[size for size in table["respondents"] if size in SIZES], grid=False),
    )
    most = max(float(row["rank_set_width_high"]) for row in table.to_dicts()) if shows_width else 1.0
    height = alt.Y(f"{measure}:Q", title=axis_title, scale=alt.Scale(domain=[0, max(most, goal or 0.0)]))
    simulated = alt.Chart(alt.InlineData(values=table.to_dicts()))
    line = simulated.mark_line(color=BLUE, point=alt.OverlayMarkDef(color=BLUE)).encode(sizes, height)
    band = simulated.mark_area(color=BLUE, opacity=0.18).encode(
        sizes, alt.Y(f"{measure}_low:Q"), alt.Y2(f"{measure}_high:Q")
    )
    target = alt.Chart(alt.InlineData(values=[{"goal": goal, "text": phrase("plan.wanted", value=show_point(goal))}]))
    rule = target.mark_rule(color=ORANGE, strokeDash=[6, 4]).encode(alt.Y("goal:Q"))
    label = target.mark_text(color=ORANGE, align="left", baseline="bottom", dx=4, dy=-3).encode(
        alt.X(value=0), alt.Y("goal:Q"), alt.Text("text:N")
    )
    sizes_needed = table.filter("needed").select("respondents").to_dicts()
    named = [row | {"text": phrase("plan.needed", count=row["respondents"])} for row in sizes_needed]
    found = alt.Chart(alt.InlineData(values=named))
    needed = found.mark_rule(color=MUTED, strokeDash=[2, 3]).encode(sizes)
    count = found.mark_text(color=MUTED, align="right", baseline="bottom", dx=-5)
    # NOTE: bold letters are wider than `wrap` takes them for.
    heading = alt.Title(
        wrap(title, _HEADING / _TITLE_SIZE * 0.93, 3),
        subtitle=[row for one in subtitle for row in wrap(one, _HEADING / _LINE_SIZE, 3)],
        anchor="start",
    )
    layers = [line, rule, label, needed, count.encode(sizes, alt.Y(value=_HEIGHT - 4), alt.Text("text:N"))]
    chart = (
        alt.layer(*([band] if shows_width else []), *layers)
        .properties(width=_WIDTH, height=_HEIGHT, title=heading)
        .configure(font=FONT, locale=alt.Locale(number=describe_numbers()))
        .configure_view(stroke=None)
        .configure_axis(titleFontWeight="normal")
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict())).encode()
