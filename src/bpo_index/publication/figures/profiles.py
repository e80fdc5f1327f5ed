"""The category profile of each unit: its category scores against those of the other units.

A panel a unit, and of many units, or on a phone, a heat map (`profile_map`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_range
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import WRITTEN, at_pixel, make_axis, place_rows, place_values
from bpo_index.publication.figures.profile_cells import is_tree, list_cells, list_units
from bpo_index.publication.figures.profile_map import map_narrow, map_profiles
from bpo_index.publication.figures.record import Chart, FigureRecord, Spec
from bpo_index.publication.figures.score_marks import find_range, tell_points, tell_score
from bpo_index.publication.figures.style import FAINT, INK, LINE, MUTED, SMALL_SIZE, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_score

_PANEL, _ROW, _GAP, _LONGEST_TITLE = 136, 16, 16, 19
#: Pixels of a level of the tree.
_INDENT = 9
#: Panels side by side; the first that leaves the fewest places empty.
_COLUMNS = (4, 3, 5)
#: Units up to which each has a panel.
_PANELS = 24


def compares_categories(result: Result) -> bool:
    """Return whether at least two units have a score in any category."""
    return len(list_units(result)) >= 2


def find_profiles(result: Result, definition: IndexDefinition) -> str:
    """Return in which category with questions of its own the units lie furthest apart; empty where none compares."""
    ends: dict[int, list[float]] = {}
    for cell in list_cells(result, definition.category_nodes):
        if cell["score"] is not None and not cell["score_bound"] and definition.category_nodes[cell["row"]].questions:
            ends.setdefault(cell["row"], []).append(cell["score"])
    apart = {row: (min(scores), max(scores)) for row, scores in ends.items() if len(scores) > 1}
    if not apart:
        return ""
    row, (low, high) = max(apart.items(), key=lambda item: item[1][1] - item[1][0])
    return phrase(
        "figures.profiles_finding",
        units=definition.words.units,
        category=definition.category_nodes[row].title,
        scores=tell_points(show_range(low, high), definition),
    )


def chart_profiles(result: Result, definition: IndexDefinition) -> Chart:
    """Return a panel a unit, or a heat map of many."""
    units = list_units(result)
    if len(units) > _PANELS:
        return map_profiles(result, definition)
    cells, nodes = list_cells(result, definition.category_nodes), definition.category_nodes
    lines = [
        phrase("figures.profiles_marks", units=definition.words.units),
        *([phrase("figures.profiles_tree")] if is_tree(nodes) else []),
        *_explain_marks(cells),
        *_tell_left_out(result, len(units), definition),
    ]
    return Chart(_facet(cells, list(units.values()), nodes, name_score(definition)), lines)


def _tell_left_out(result: Result, shown: int, definition: IndexDefinition) -> list[str]:
    left_out = result.ranking.height - shown
    if not left_out:
        return []
    of = definition.words.count_units(result.ranking.height)
    return [phrase("figures.profiles_left_out", count=left_out, units=of)]


def describe_profiles(result: Result, definition: IndexDefinition) -> str:
    """Return the highest and the lowest category of the first and the last unit, and the order of the categories."""
    names, nodes = list(list_units(result).values()), definition.category_nodes
    cells = list_cells(result, nodes)
    titles = definition.category_titles
    said = []
    for panel in (0, len(names) - 1):
        own = sorted(
            (
                cell
                for cell in cells
                if cell["panel"] == panel and cell["score"] is not None and nodes[cell["row"]].questions
            ),
            key=_take_score,
        )
        if not own:
            continue
        low, high = own[0], own[-1]
        said.append(
            phrase(
                "figures.profile",
                name=names[panel],
                highest=_tell_place(nodes[high["row"]], titles),
                highest_score=tell_score(high, definition),
                lowest=_tell_place(nodes[low["row"]], titles),
                lowest_score=tell_score(low, definition),
            )
        )
    # NOTE: not a list with commas, which stand within its items.
    listed = "; ".join(_tell_place(node, titles) for node in nodes)
    units = definition.words.count_units(len(names))
    return " ".join(
        [phrase("figures.profiles_order", units=units), *said, phrase("figures.profiles_categories", categories=listed)]
    )


def _tell_place(node: DefinedNode, titles: Mapping[str, str]) -> str:
    """Return the title of a category and that of the one in which it lies."""
    if not node.parent_id:
        return node.title
    return phrase("figures.category_within", category=node.title, holder=titles[node.parent_id])


def _explain_marks(cells: Rows) -> list[str]:
    said = []
    if any(cell["score_bound"] for cell in cells):
        said.append(phrase("figures.profiles_triangle"))
    if any(cell["is_withheld"] for cell in cells):
        said.append(phrase("figures.profiles_withheld"))
    return said


def _count_columns(panels: int) -> int:
    return min((columns for columns in _COLUMNS), key=lambda columns: (-panels % columns, abs(columns - _COLUMNS[0])))


def _facet(cells: Rows, names: list[str], nodes: Sequence[DefinedNode], axis_title: str) -> Spec:
    """Return a panel a unit; the first of each row has the names of categories at its left."""
    columns = min(len(names), _count_columns(len(names)))
    labels = [shorten(node.title, _LONGEST_TITLE) for node in nodes]
    title_ems = 0.96 * _PANEL / TEXT_SIZE
    rows = [
        *({"kind": "row", "panel": n, "row": row} for n in range(len(names)) for row in range(len(nodes))),
        *(
            {"kind": "title", "panel": n, "row": 0, "text": shorten(name, title_ems, bold=True)}
            for n, name in enumerate(names)
        ),
        *(
            {"kind": "label", "panel": n, "row": row, "text": label}
            | {"level": nodes[row].level, "head": int(not nodes[row].questions)}
            for n in range(0, len(names), columns)
            for row, label in enumerate(labels)
        ),
        *cells,
    ]
    layers = [*_mark_cells(cells, len(nodes), axis_title), *_write_labels(labels, nodes)]
    return {
        "data": {"values": rows},
        "facet": {"field": "panel", "type": "ordinal", "header": {"labelExpr": "''", "title": None}},
        "columns": columns,
        "bounds": "flush",
        "spacing": {"column": _GAP, "row": 64},
        "spec": {"layer": layers, "width": _PANEL, "height": _ROW * len(nodes)},
        "resolve": {"axis": {"x": "independent"}},
    }


def _take(kind: str, mark: Spec, encoding: Spec, *needed: str, **wanted: int) -> Spec:
    """Return a mark of the rows of a kind in which some fields are known, and some have a value."""
    tests = [f"datum.kind === '{kind}'", *(f"isValid(datum.{name})" for name in needed)]
    tests += [f"datum.{name} === {value}" for name, value in wanted.items()]
    return {"transform": [{"filter": " && ".join(tests)}], "mark": mark, "encoding": encoding}


def _mark_cells(cells: Rows, count: int, axis_title: str) -> list[Spec]:
    """Return the range of the others, their mean, and the score, a row a category."""
    domain = find_range(cell["score"] for cell in cells)
    axis = make_axis(
        axis_title, tickCount=4, labelFontSize=10.5, titleFontSize=10.5, titlePadding=3, offset=2, titleColor=MUTED
    )
    band, edge = place_rows(count), place_rows(count, at=1)

    def across(field: str) -> Spec:
        return place_values(field, domain, axis)

    def taken(field: str) -> Spec:
        return {"field": field, "type": "nominal", "scale": None}

    mean, looks = {"x": across("mean"), "y": band}, {name: taken(name) for name in ("shape", "fill", "stroke")}
    written = {"x": at_pixel(_PANEL - 2), "y": band, "text": WRITTEN}
    title = {"x": at_pixel(0), "y": at_pixel(-5), "text": WRITTEN}
    rule = {"type": "rule", "color": LINE, "strokeWidth": 0.6}
    return [
        _take("row", rule, {"x": at_pixel(0), "x2": at_pixel(_PANEL), "y": edge}),
        _take(
            "cell",
            {"type": "bar", "color": FAINT, "height": 5},
            {"x": across("low"), "y": band, "x2": {"field": "high"}},
            "low",
            "score",
        ),
        _take(
            "cell",
            {"type": "rule", "strokeWidth": 1.5},
            mean | {"x2": {"field": "score"}, "color": taken("stroke")},
            "mean",
            "score",
        ),
        _take("cell", {"type": "tick", "color": INK, "thickness": 1.5, "size": 11}, mean, "mean"),
        _take(
            "cell",
            {"type": "point", "size": 38, "opacity": 1, "strokeWidth": 1.4},
            {"x": across("score"), "y": band, **looks},
            "score",
        ),
        _take("cell", {"type": "text", "align": "right", "fontSize": 11, "color": MUTED}, written, "text"),
        _take(
            "title",
            {
                "type": "text",
                "align": "left",
                "baseline": "bottom",
                "fontSize": TEXT_SIZE,
                "fontWeight": "bold",
                "color": INK,
            },
            title,
        ),
    ]


def _write_labels(labels: list[str], nodes: Sequence[DefinedNode]) -> list[Spec]:
    """Return the names of categories: flush to the panels; those of a tree set in by level, from the left."""
    band = place_rows(len(nodes))
    look = {"type": "text", "fontSize": SMALL_SIZE, "color": INK}
    if not is_tree(nodes):
        return [_take("label", look | {"align": "right"}, {"x": at_pixel(-8), "y": band, "text": WRITTEN})]
    reach = max(
        measure(label, bold=not node.questions) * SMALL_SIZE + _INDENT * (node.level - 1)
        for label, node in zip(labels, nodes, strict=True)
    )
    return [
        _take(
            "label",
            look | {"align": "left", "fontWeight": "bold" if is_head else "normal"},
            {"x": at_pixel(-8 - reach + _INDENT * (level - 1)), "y": band, "text": WRITTEN},
            level=level,
            head=int(is_head),
        )
        for level, is_head in sorted({(node.level, not node.questions) for node in nodes})
    ]


def _take_score(cell: Mapping[str, Any]) -> float:
    return float(cell["score"])


RECORDS = (
    FigureRecord(
        name="profiles",
        title="Category profiles",
        line="the category scores of each unit against those of the others, a panel a unit or a heat map of many",
        needs=compares_categories,
        chart=chart_profiles,
        describe=describe_profiles,
        finding=find_profiles,
        narrow=map_narrow,
        place="categories",
        order=3,
    ),
)
