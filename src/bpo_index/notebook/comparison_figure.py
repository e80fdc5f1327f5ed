"""The figure of a comparison: the ranks that each unit has in several rankings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.publication.figures.drawing import Figure, describe_chart, draw, skip_checks
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import draw_key, measure_key, place_rows, plot_rows, rule_rows, write_column
from bpo_index.publication.figures.record import Chart
from bpo_index.publication.figures.style import BLUE, INK, MUTED, ORANGE, SKY, TEXT_SIZE

#: Shape, filling and outline of the symbol of each ranking.
LOOKS = (
    ("circle", "white", MUTED),
    ("diamond", ORANGE, ORANGE),
    ("square", SKY, BLUE),
    ("triangle-up", "white", BLUE),
    ("triangle-down", "white", ORANGE),
    ("cross", INK, INK),
)
_PLOT, _ROW, _LONGEST_NAME, _LONGEST_KEY = 420, 24, 17, 24


def draw_comparison(
    table: pl.DataFrame, names: Sequence[str], *, title: str, words: Words, notices: Sequence[str]
) -> Figure:
    """Return the figure of ranks side by side, a row a unit.

    Parameters
    ----------
    table
        From `Comparison.to_polars`; units without any rank are left out.
    names
        Of the rankings, at most as many as there are `LOOKS`.
    title
        In the heading.
    words
        What readers call units.
    notices
        On trials and synthetic data.
    """
    ranked = table.filter(pl.col("rank_low").is_not_null()).with_row_index("row")
    rows = ranked.to_dicts()
    described = " ".join(
        phrase("notebook.compared_described", unit=row["name"], ranks=", ".join(_list_ranks(row, names)))
        for row in rows
    )
    alternative = phrase("figures.alternative", title=title, described=described)
    with skip_checks():
        drawing = describe_chart(_chart(rows, names, words), title, notices)
        return draw("compared", title, alternative, drawing)


def _list_ranks(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [f"{row[f'rank_{n}']} ({name})" for n, name in enumerate(names, start=1) if row[f"rank_{n}"] is not None]


def _chart(rows: list[dict[str, Any]], names: Sequence[str], words: Words) -> Chart:
    import altair as alt  # noqa: PLC0415  (takes its time)

    shown = [row | {"label": shorten(row["name"], _LONGEST_NAME)} for row in rows]
    width = max((measure(row["label"]) for row in shown), default=1.0) * TEXT_SIZE + 8
    key = [(shorten(name, _LONGEST_KEY), *look) for name, look in zip(names, LOOKS, strict=False)]
    plot = max(_PLOT, measure_key(key))
    most = max((row["rank_high"] for row in rows), default=1)
    scale = alt.Scale(domain=[0.5, most + 0.5], nice=False)
    axis = alt.Axis(tickMinStep=1, format="d")
    band = place_rows(len(rows))

    def place(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=phrase("notebook.compared_axis"), scale=scale, axis=axis)

    links = plot_rows([{"row": row["row"], "low": row["rank_low"], "high": row["rank_high"]} for row in rows])
    layers = [
        rule_rows(len(rows), -width, plot),
        links.mark_rule(color=MUTED, strokeWidth=1.5).encode(place("low"), band, alt.X2("high:Q")),
        write_column(shown, "label", -8, "right"),
        *draw_key(key),
    ]
    # NOTE: the first is the largest, so that those of one rank can all be seen.
    for n, (_, shape, fill, stroke) in enumerate(key, start=1):
        points = [{"row": row["row"], "rank": row[f"rank_{n}"]} for row in rows if row[f"rank_{n}"] is not None]
        size = 150 if n == 1 else 64
        mark = plot_rows(points).mark_point(
            shape=shape, fill=fill, stroke=stroke, size=size, strokeWidth=1.5, opacity=1
        )
        layers.append(mark.encode(place("rank"), band))
    chart = alt.layer(*layers).properties(width=plot, height=_ROW * len(rows))
    return Chart(chart, [phrase("notebook.compared_line", unit=words.unit)], width + plot)
