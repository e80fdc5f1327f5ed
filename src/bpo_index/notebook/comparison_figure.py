"""The figure of a comparison: the ranks that each unit has in several rankings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.publication.figures.drawing import Figure, describe_chart, draw
from bpo_index.publication.figures.frame import Said
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import (
    draw_key,
    layer,
    make_axis,
    mark_points,
    mark_rows,
    measure_key,
    place_rows,
    place_values,
    rule_rows,
    write_column,
)
from bpo_index.publication.figures.record import Spec
from bpo_index.publication.figures.style import BLUE, INK, MUTED, ORANGE, PAPER, SKY, TEXT_SIZE

#: Shape, filling and outline of the symbol of each ranking.
LOOKS = (
    ("circle", PAPER, MUTED),
    ("diamond", ORANGE, ORANGE),
    ("square", SKY, BLUE),
    ("triangle-up", PAPER, BLUE),
    ("triangle-down", PAPER, ORANGE),
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
    lines = (phrase("notebook.compared_line", unit=words.unit),)
    said = Said(title, alternative, notices=tuple(notices), lines=lines)
    return draw("compared", describe_chart(_chart(rows, names)), said)


def _list_ranks(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [f"{row[f'rank_{n}']} ({name})" for n, name in enumerate(names, start=1) if row[f"rank_{n}"] is not None]


def _chart(rows: list[dict[str, Any]], names: Sequence[str]) -> Spec:
    shown = [row | {"label": shorten(row["name"], _LONGEST_NAME)} for row in rows]
    width = max((measure(row["label"]) for row in shown), default=1.0) * TEXT_SIZE + 8
    key = [(shorten(name, _LONGEST_KEY), *look) for name, look in zip(names, LOOKS, strict=False)]
    plot = max(_PLOT, measure_key(key))
    most = max((row["rank_high"] for row in rows), default=1)
    axis = make_axis(phrase("notebook.compared_axis"), tickMinStep=1, format="d")
    band, domain = place_rows(len(rows)), [0.5, most + 0.5]
    links = [{"row": row["row"], "low": row["rank_low"], "high": row["rank_high"]} for row in rows]
    ends = {"x": place_values("low", domain, axis), "x2": {"field": "high"}, "y": band}
    layers = [
        rule_rows(len(rows), -width, plot),
        mark_rows(links, "rule", ends, color=MUTED, strokeWidth=1.5),
        write_column(shown, "label", -8, "right"),
        *draw_key(key),
    ]
    # NOTE: the first is the largest, so that those of one rank can all be seen.
    for n, look in enumerate((symbol for _, *symbol in key), start=1):
        points = [{"row": row["row"], "rank": row[f"rank_{n}"]} for row in rows if row[f"rank_{n}"] is not None]
        place = {"x": place_values("rank", domain, axis), "y": band}
        layers.append(mark_points(points, place, (look[0], look[1], look[2]), size=150 if n == 1 else 64))
    return layer(layers, plot, _ROW * len(rows))
