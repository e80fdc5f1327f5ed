"""Nominal weights of categories against their effective importance, among those that the index or a category holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_number, show_percent
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
    write_heading,
)
from bpo_index.publication.figures.record import Chart, FigureRecord, Spec
from bpo_index.publication.figures.style import BLUE, MUTED, ORANGE, PAPER, SKY, SMALL_SIZE, TEXT_SIZE, Rows
from bpo_index.publication.result import Result

#: Shape, filling and outline of a symbol.
_LOOKS = {
    "nominal": ("circle", PAPER, MUTED),
    "used": ("square", SKY, BLUE),
    "effective": ("diamond", ORANGE, ORANGE),
}
_PLOT, _ROW, _COLUMN, _LONGEST_TITLE = 400, 24, 58, 22
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
    form = "flat" if _find_places(definition) is None else "tree"
    lines = [
        phrase(f"figures.importance_line_{form}", units=definition.words.units),
        *_explain_missing(table, definition),
    ]
    shown = [name for name in _LOOKS if name != "used" or is_used_shown]
    return Chart(_layer_rows(_list_rows(result, definition), shown, phrase(f"figures.weights_axis_{form}")), lines)


def find_importance(result: Result, definition: IndexDefinition) -> str:
    """Return the category that counts most in effect, of those that the index holds, and its weight."""
    known = [row for row in _list_rows(result, definition) if row.get("effective") is not None]
    return phrase("figures.importance_finding", **_tell_importance(known[0]))


def _explain_missing(table: pl.DataFrame, definition: IndexDefinition) -> list[str]:
    """Return where no weight that was used is shown, and why."""
    missing = set(table.filter(pl.col("weight").is_null())["category"])
    if len(missing) == table.height:
        return [phrase("figures.weights_of_units", unit=definition.words.unit)]
    holders = dict.fromkeys(node.parent_id for node in definition.category_nodes if node.id in missing)
    named = [
        phrase("figures.the_index") if parent is None else definition.category_titles[parent] for parent in holders
    ]
    if not named:
        return []
    return [phrase("figures.weights_of_units_within", holders=list_names(named), unit=definition.words.unit)]


def describe_weights(result: Result, definition: IndexDefinition) -> str:
    """Return the largest and the smallest effective importance."""
    sets: dict[str, Rows] = {}
    for row in _list_rows(result, definition):
        if row.get("effective") is not None:
            sets.setdefault(row["set"], []).append(row)
    said = []
    for name, known in sets.items():
        largest = _tell_importance(known[0])
        said += [
            phrase("figures.importance_largest_within", place=name, **largest)
            if name
            else phrase("figures.importance_largest", **largest),
            phrase("figures.importance_smallest", **_tell_importance(known[-1])),
        ]
    return " ".join(said)


def _tell_importance(row: Mapping[str, Any]) -> dict[str, str]:
    importance, weight = (show_percent(row[name] / 100, decimals=1) for name in ("effective", "nominal"))
    return {"category": row["title"], "importance": importance, "weight": weight}


def _select_categories(result: Result) -> pl.DataFrame:
    return result.tables["weights"].filter(pl.col("question").is_null())


def _find_places(definition: IndexDefinition) -> dict[str, str | None] | None:
    """Return the category in which each lies; None where all lie in the index itself."""
    places = {node.id: node.parent_id for node in definition.category_nodes}
    return places if any(places.values()) else None


def _list_rows(result: Result, definition: IndexDefinition) -> Rows:
    """Return a row a category, the most important first; in a tree by what holds them, each set under a heading."""
    ordered = _select_categories(result).sort(
        "effective_importance", descending=True, nulls_last=True, maintain_order=True
    )
    titles, places = definition.category_titles, _find_places(definition)
    if places is None:
        return [_describe_row(place, row, titles) for place, row in enumerate(ordered.iter_rows(named=True))]
    rows: Rows = []
    for parent in (None, *(node.id for node in definition.category_nodes)):
        held = [row for row in ordered.iter_rows(named=True) if places[row["category"]] == parent]
        if not held or (parent is not None and len(held) < 2):
            continue
        name = phrase("figures.in_index") if parent is None else phrase("figures.in_category", category=titles[parent])
        rows.append({"row": len(rows), "heading": shorten(name, _LONGEST_TITLE), "set": name})
        rows += [_describe_row(len(rows) + n, row, titles) | {"set": name} for n, row in enumerate(held)]
    return rows


def _describe_row(place: int, row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return a row with all weights in %."""
    shares = {"nominal": row["nominal_weight"], "used": row["weight"], "effective": row["effective_importance"]}
    percentages = {name: None if share is None else 100 * share for name, share in shares.items()}
    written = {f"{name}_text": show_number(share) for name, share in percentages.items()}
    title = titles.get(row["category"], row["category"])
    label = shorten(title, _LONGEST_TITLE)
    return {"row": place, "title": title, "label": label, "set": "", **percentages, **written}


def _layer_rows(rows: Rows, shown: list[str], title: str) -> Spec:
    headings = [row for row in rows if "heading" in row]
    wide = [measure(row["label"]) for row in rows if "label" in row]
    names = max([*wide, *(measure(row["heading"], bold=True) for row in headings)]) * TEXT_SIZE + 8
    known = [row[name] for row in rows for name in shown if row.get(name) is not None]
    most, least = max(0.0, *known), min(0.0, *known)
    domain, axis = [1.05 * least, 1.05 * most or 1.0], make_axis(title, tickCount=6)
    band = place_rows(len(rows))
    key = [(phrase(f"figures.key_{name}"), *_LOOKS[name]) for name in shown]
    heads = {name: phrase(f"figures.column_{name}") for name in shown}
    # NOTE: keys and headings stand in one line, and may be longer than what is under them.
    plot = max(_PLOT, measure_key(key))
    column = max(_COLUMN, *(measure(head) * SMALL_SIZE + 12 for head in heads.values()))
    links = {"x": place_values("low", domain, axis), "x2": {"field": "high"}, "y": band}
    layers = [
        rule_rows(len(rows), -names, plot + column * len(shown) + 16),
        mark_rows(_list_links(rows, shown), "rule", links, color=MUTED, strokeWidth=1.5),
        write_column(rows, "label", -8, "right"),
        *([write_column(rows, "heading", -names, "left", fontWeight="bold")] if headings else []),
        *draw_key(key),
    ]
    for n, name in enumerate(shown):
        points = [{"row": row["row"], "share": row[name]} for row in rows if row.get(name) is not None]
        at = plot + column * (n + 1) + 12
        weight = "bold" if name == "effective" else "normal"
        layers += [
            mark_points(points, {"x": place_values("share", domain, axis), "y": band}, _LOOKS[name]),
            write_heading(heads[name], at, "right"),
            write_column(rows, f"{name}_text", at, "right", fontWeight=weight),
        ]
    return layer(layers, plot, _ROW * len(rows))


def _list_links(rows: Rows, shown: list[str]) -> Rows:
    """Return what joins the marks of each row that has any."""
    known = {row["row"]: [row[name] for name in shown if row.get(name) is not None] for row in rows}
    return [{"row": row, "low": min(values), "high": max(values)} for row, values in known.items() if values]


RECORDS = (
    FigureRecord(
        name="weights",
        title="Weights and effective importance of categories",
        line="the weight of each category, and the importance that it has in effect",
        needs=has_importance,
        chart=chart_weights,
        describe=describe_weights,
        finding=find_importance,
        place="weights",
        order=5,
    ),
)
