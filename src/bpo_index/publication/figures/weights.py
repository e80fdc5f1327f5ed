"""Nominal weights of categories against their effective importance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import draw_key, place_rows, plot_rows, rule_rows, write_column, write_heading
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.style import BLUE, MUTED, ORANGE, SKY, TEXT_SIZE, Rows
from bpo_index.publication.result import Result

if TYPE_CHECKING:
    import altair as alt

#: What a symbol means, its shape, filling and outline, and the heading of its column.
_LOOKS = {
    "nominal": ("weight of the definition", "circle", "white", MUTED, "Weight"),
    "used": ("weight used", "square", SKY, BLUE, "Used"),
    "effective": ("effective importance", "diamond", ORANGE, ORANGE, "Effective"),
}
_PLOT, _ROW, _COLUMN, _LONGEST_TITLE = 400, 24, 58, 17
#: Weights that differ by less look the same in the table.
_SAME = 0.0005


def has_importance(result: Result) -> bool:
    """Return whether any category has an effective importance."""
    return bool(_select_categories(result)["effective_importance"].count())


def chart_weights(result: Result, definition: IndexDefinition) -> Chart:
    """Return the weights of every category, and how far its effective importance lies from them."""
    table = _select_categories(result)
    differ = ((pl.col("weight") - pl.col("nominal_weight")).abs() >= _SAME).any()
    is_used_shown = bool(table.select(differ).item())
    lines = [
        "Effective importance: the category's share of the squared correlations of all categories with the index, over "
        "units. Where it lies far from the weight, the category counts for more, or less, than its weight says.",
        *(["Every unit has weights of its own: no weight used is shown."] if table["weight"].is_null().all() else []),
    ]
    shown = [name for name in _LOOKS if name != "used" or is_used_shown]
    chart, width = _layer_rows(_list_rows(result, _name_categories(definition)), shown)
    return Chart(chart, lines, width)


def describe_weights(result: Result, definition: IndexDefinition) -> str:
    """Return the largest and the smallest effective importance."""
    known = [row for row in _list_rows(result, _name_categories(definition)) if row["effective"] is not None]
    return " ".join(
        f"{which}: {row['title']}, {row['effective']:.1f} % against a weight of {row['nominal']:.1f} %."
        for which, row in (("Largest effective importance", known[0]), ("Smallest", known[-1]))
    )


def _select_categories(result: Result) -> pl.DataFrame:
    return result.tables["weights"].filter(pl.col("question").is_null())


def _name_categories(definition: IndexDefinition) -> dict[str, str]:
    return {category.id: category.title for category in definition.categories}


def _list_rows(result: Result, titles: Mapping[str, str]) -> Rows:
    ordered = _select_categories(result).sort(
        "effective_importance", descending=True, nulls_last=True, maintain_order=True
    )
    return [_describe_row(place, row, titles) for place, row in enumerate(ordered.iter_rows(named=True))]


def _describe_row(place: int, row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return a row with all weights in %."""
    shares = {"nominal": row["nominal_weight"], "used": row["weight"], "effective": row["effective_importance"]}
    percentages = {name: None if share is None else 100 * share for name, share in shares.items()}
    written = {f"{name}_text": "–" if share is None else f"{share:.1f}" for name, share in percentages.items()}
    title = titles.get(row["category"], row["category"])
    return {"row": place, "title": title, "label": shorten(title, _LONGEST_TITLE), **percentages, **written}


def _layer_rows(rows: Rows, shown: list[str]) -> tuple[alt.LayerChart | alt.FacetChart, float]:
    """Return the layers and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    names = max(measure(row["label"]) for row in rows) * TEXT_SIZE + 8
    known = [row[name] for row in rows for name in shown if row[name] is not None]
    most, least = max(0.0, *known), min(0.0, *known)
    scale = alt.Scale(domain=[1.05 * least, 1.05 * most or 1.0], nice=False)
    band = place_rows(len(rows))

    def place_share(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title="Share of the index (%)", scale=scale, axis=alt.Axis(tickCount=6))

    links = []
    for row in rows:
        known = [row[name] for name in shown if row[name] is not None]
        links.append({"row": row["row"], "low": min(known), "high": max(known)})
    layers = [
        rule_rows(len(rows), -names, _PLOT + _COLUMN * len(shown) + 16),
        plot_rows(links).mark_rule(color=MUTED, strokeWidth=1.5).encode(place_share("low"), band, alt.X2("high:Q")),
        write_column(rows, "label", -8, "right"),
        *draw_key([_LOOKS[name][:4] for name in shown]),
    ]
    for n, name in enumerate(shown):
        _, shape, fill, stroke, heading = _LOOKS[name]
        points = [{"row": row["row"], "share": row[name]} for row in rows if row[name] is not None]
        end = _PLOT + _COLUMN * (n + 1) + 12
        layers += [
            plot_rows(points)
            .mark_point(shape=shape, fill=fill, stroke=stroke, size=64, strokeWidth=1.5, opacity=1)
            .encode(place_share("share"), band),
            write_heading(heading, end, "right"),
            write_column(rows, f"{name}_text", end, "right", **({"fontWeight": "bold"} if name == "effective" else {})),
        ]
    chart = alt.layer(*layers).properties(width=_PLOT, height=_ROW * len(rows))
    return chart, names + _PLOT + _COLUMN * len(shown) + 16


RECORDS = (
    FigureRecord(
        name="weights",
        title="Weights and effective importance of categories",
        line="the weight of each category, and the importance that it has in effect",
        needs=has_importance,
        chart=chart_weights,
        describe=describe_weights,
        place="weights",
        order=5,
    ),
)
