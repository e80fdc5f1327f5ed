"""Which assumption moves the ranks: Shapley effects, and beside them first-order and total Sobol indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items
from bpo_index.display.numbers import show_level, show_number, show_percent
from bpo_index.display.words import start_sentence
from bpo_index.publication.figures.labels import measure
from bpo_index.publication.figures.marks import (
    WRITTEN,
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
    write_heading,
)
from bpo_index.publication.figures.record import Chart, FigureRecord, Spec
from bpo_index.publication.figures.style import BLUE, INK, ORANGE, PAPER, SKY, TEXT_SIZE, Rows
from bpo_index.publication.findings import name_assumption
from bpo_index.publication.result import Result

#: Column of the table: the shape of its symbol, filling, outline, and how far above the row's middle it lies.
_INDICES = {
    "first_order": ("circle", BLUE, BLUE, 0.34),
    "total": ("diamond", PAPER, ORANGE, 0.66),
}
_PANEL, _ROW, _GAP = 300, 32, 36


def has_effects(result: Result) -> bool:
    """Return whether ranks vary, it was analysed why, and there is more than one assumption to tell apart."""
    return _select_effects(result).height > 1


def find_effects(result: Result, definition: IndexDefinition) -> str:
    """Return the assumption that moves the ranks most, and its share."""
    first = _list_rows(result, definition)[0]
    return phrase("figures.effects_finding", assumption=first["label"], share=show_percent(first["shapley"] / 100))


def chart_sensitivity(result: Result, definition: IndexDefinition) -> Chart:
    """Return Shapley effects as bars, and beside them both Sobol indices."""
    rows = _list_rows(result, definition)
    level = show_level(definition.method.confidence_level)
    lines = [
        phrase("figures.effects_panels" if _has_indices(rows) else "figures.effects_panel", whole=show_percent(1.0)),
        phrase("figures.effects_intervals", level=level),
    ]
    return Chart(_join_panels(rows), lines)


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


def _join_panels(rows: Rows) -> Spec:
    """Return the panel of effects, and beside it that of indices where there are any."""
    names = max(measure(row["label"]) for row in rows) * TEXT_SIZE + 8
    known = [share for row in rows for name, share in row.items() if name.startswith(("shapley", *_INDICES))]
    ends = [share for share in known if share is not None]
    domain = [min(0.0, *ends), max(100.0, *ends)]
    key = [(phrase(f"figures.index_{name}"), *look[:3]) for name, look in _INDICES.items()]
    # NOTE: the key may be longer than the panel under it.
    width = max(_PANEL, measure_key(key))
    left = [
        rule_rows(len(rows), -names, width),
        *_layer_effects(rows, domain),
        write_column(rows, "label", -8, "right"),
        write_heading(phrase("figures.effects_shapley"), 0, "left", color=INK),
    ]
    right = [rule_rows(len(rows), 0, width), *_layer_indices(rows, domain), *draw_key(key)]
    panels = [left, right] if _has_indices(rows) else [left]
    return {"hconcat": [layer(panel, width, _ROW * len(rows)) for panel in panels], "spacing": _GAP}


def _has_indices(rows: Rows) -> bool:
    return any(row[name] is not None for row in rows for name in _INDICES)


def _place_share(field: str, domain: list[float]) -> Spec:
    return place_values(field, domain, make_axis(phrase("figures.effects_axis"), values=[0, 25, 50, 75, 100]))


def _layer_effects(rows: Rows, domain: list[float]) -> list[Spec]:
    """Return bars with intervals, and the numbers at their ends."""
    band = place_rows(len(rows))
    drawn = [
        {
            "row": row["row"],
            "start": 0.0,
            "share": row["shapley"],
            "low": row["shapley_low"],
            "high": row["shapley_high"],
            "end": max(row["shapley"], row["shapley_high"] or 0.0),
            "text": row["written"],
        }
        for row in rows
    ]
    known = [row for row in drawn if row["low"] is not None]
    bars = {"x": _place_share("start", domain), "x2": {"field": "share"}, "y": band}
    intervals = {"x": _place_share("low", domain), "x2": {"field": "high"}, "y": band}
    ends = {"x": _place_share("end", domain), "y": band, "text": WRITTEN}
    return [
        mark_rows(drawn, "bar", bars, color=SKY, height=14, stroke=BLUE, strokeWidth=0.8),
        mark_rows(known, "rule", intervals, color=INK, strokeWidth=1.5),
        mark_rows(drawn, "text", ends, align="left", dx=6, fontSize=TEXT_SIZE, fontWeight="bold", color=INK),
    ]


def _layer_indices(rows: Rows, domain: list[float]) -> list[Spec]:
    """Return both indices of every row with intervals, one above the other."""
    layers = []
    for name, (shape, fill, stroke, at) in _INDICES.items():
        points = [
            {"row": row["row"], "share": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
            for row in rows
            if row[name] is not None
        ]
        band = place_rows(len(rows), at=at)
        known = [row for row in points if row["low"] is not None]
        intervals = {"x": _place_share("low", domain), "x2": {"field": "high"}, "y": band}
        layers += [
            mark_rows(known, "rule", intervals, color=stroke, strokeWidth=1.5),
            mark_points(points, {"x": _place_share("share", domain), "y": band}, (shape, fill, stroke), size=40),
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
        finding=find_effects,
        place="drivers",
        order=4,
    ),
)
