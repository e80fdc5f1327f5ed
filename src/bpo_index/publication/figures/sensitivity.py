"""Which assumption moves the ranks: Shapley effects, and beside them first-order and total Sobol indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.display.numbers import show_level, show_number, show_percent
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.labels import measure
from bpo_index.publication.figures.marks import (
    draw_key,
    measure_key,
    place_rows,
    plot_rows,
    rule_rows,
    write_column,
    write_heading,
)
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.style import BLUE, INK, ORANGE, SKY, TEXT_SIZE, Rows
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.result import Result

if TYPE_CHECKING:
    import altair as alt

#: Column of the table: the shape of its symbol, filling, outline, and how far above the row's middle it lies.
_INDICES = {
    "first_order": ("circle", BLUE, BLUE, 0.34),
    "total": ("diamond", "white", ORANGE, 0.66),
}
_PANEL, _ROW, _GAP = 300, 32, 36


def has_effects(result: Result) -> bool:
    """Return whether ranks vary, and it was analysed why."""
    return not _select_effects(result).is_empty()


def chart_sensitivity(result: Result, definition: IndexDefinition) -> Chart:
    """Return Shapley effects as bars, and beside them both Sobol indices."""
    level = show_level(definition.method.confidence_level)
    lines = [
        phrase("figures.effects_panels", whole=show_percent(1.0)),
        phrase("figures.effects_intervals", level=level),
    ]
    chart, width = _join_panels(_list_rows(result, definition))
    return Chart(chart, lines, width)


def describe_sensitivity(result: Result, definition: IndexDefinition) -> str:
    """Return the Shapley effect of every assumption."""
    effects = [
        phrase("figures.effect", assumption=row["label"], share=show_percent(row["shapley"] / 100))
        for row in _list_rows(result, definition)
    ]
    return phrase("figures.effects", effects=list_items(effects))


def _select_effects(result: Result) -> pl.DataFrame:
    return result.tables["sensitivity"].filter(
        (pl.col("output") == "all_ranks") & pl.col("unit").is_null() & pl.col("shapley").is_not_null()
    )


def _list_rows(result: Result, definition: IndexDefinition) -> Rows:
    ordered = _select_effects(result).sort("shapley", descending=True, maintain_order=True)
    return [_describe_row(place, row, definition) for place, row in enumerate(ordered.iter_rows(named=True))]


def _describe_row(place: int, row: Mapping[str, Any], definition: IndexDefinition) -> dict[str, Any]:
    """Return a row with all shares in %."""
    shares = {
        f"{name}{end}": None if row[f"{name}{end}"] is None else 100 * row[f"{name}{end}"]
        for name in ("shapley", *_INDICES)
        for end in ("", "_low", "_high")
    }
    label = start_sentence(name_assumption(row["assumption"], definition.words))
    return {"row": place, "label": label, "written": show_number(shares["shapley"], 0), **shares}


def _join_panels(rows: Rows) -> tuple[alt.HConcatChart, float]:
    """Return both panels and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    names = max(measure(row["label"]) for row in rows) * TEXT_SIZE + 8
    known = [share for row in rows for name, share in row.items() if name.startswith(("shapley", *_INDICES))]
    ends = [share for share in known if share is not None]
    scale = alt.Scale(domain=[min(0.0, *ends), max(100.0, *ends)], nice=False)
    axis = alt.Axis(values=[0, 25, 50, 75, 100])

    def place_share(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=phrase("figures.effects_axis"), scale=scale, axis=axis)

    key = [(phrase(f"figures.index_{name}"), *look[:3]) for name, look in _INDICES.items()]
    # NOTE: the key may be longer than the panel under it.
    width = max(_PANEL, measure_key(key))
    left = alt.layer(
        rule_rows(len(rows), -names, width),
        *_layer_effects(rows, place_share),
        write_column(rows, "label", -8, "right"),
        write_heading(phrase("figures.effects_shapley"), 0, "left", color=INK),
    )
    right = alt.layer(
        rule_rows(len(rows), 0, width),
        *_layer_indices(rows, place_share),
        *draw_key(key),
    )
    panels = [panel.properties(width=width, height=_ROW * len(rows)) for panel in (left, right)]
    return alt.hconcat(*panels, spacing=_GAP), names + 2 * width + _GAP


def _layer_effects(rows: Rows, place_share: Callable[[str], alt.X]) -> list[alt.Chart]:
    """Return bars with intervals, and the numbers at their ends."""
    import altair as alt  # noqa: PLC0415

    band = place_rows(len(rows))
    drawn = [
        {
            "row": row["row"],
            "share": row["shapley"],
            "low": row["shapley_low"],
            "high": row["shapley_high"],
            "end": max(row["shapley"], row["shapley_high"] or 0.0),
            "text": row["written"],
        }
        for row in rows
    ]
    bars = plot_rows(drawn)
    known = plot_rows([row for row in drawn if row["low"] is not None])
    return [
        bars.mark_bar(color=SKY, height=14, stroke=BLUE, strokeWidth=0.8).encode(place_share("share"), band),
        known.mark_rule(color=INK, strokeWidth=1.5).encode(place_share("low"), band, alt.X2("high:Q")),
        bars.mark_text(align="left", dx=6, fontSize=TEXT_SIZE, fontWeight="bold", color=INK).encode(
            place_share("end"), band, alt.Text("text:N")
        ),
    ]


def _layer_indices(rows: Rows, place_share: Callable[[str], alt.X]) -> list[alt.Chart]:
    """Return both indices of every row with intervals, one above the other."""
    import altair as alt  # noqa: PLC0415

    layers = []
    for name, (shape, fill, stroke, at) in _INDICES.items():
        drawn = [
            {"row": row["row"], "share": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
            for row in rows
            if row[name] is not None
        ]
        band = place_rows(len(rows), at=at)
        points = plot_rows(drawn)
        known = plot_rows([row for row in drawn if row["low"] is not None])
        layers += [
            known.mark_rule(color=stroke, strokeWidth=1.5).encode(place_share("low"), band, alt.X2("high:Q")),
            points.mark_point(shape=shape, fill=fill, stroke=stroke, size=40, strokeWidth=1.5, opacity=1).encode(
                place_share("share"), band
            ),
        ]
    return layers


RECORDS = (
    FigureRecord(
        name="sensitivity",
        title="What moves the ranks",
        line="how much of the variance of ranks each assumption brings about",
        needs=has_effects,
        chart=chart_sensitivity,
        describe=describe_sensitivity,
        place="drivers",
        order=4,
    ),
)
