"""The category profile of each unit: its category scores against those of the other units, one panel a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.publication.figures.labels import BOLD, measure, shorten
from bpo_index.publication.figures.marks import place_rows, plot_rows
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.score_marks import choose_shape, find_range, tell_score
from bpo_index.publication.figures.style import BLUE, FAINT, INK, LINE, MUTED, ORANGE, SMALL_SIZE, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_score

if TYPE_CHECKING:
    import altair as alt

_PANEL, _ROW, _GAP, _LONGEST_TITLE = 132, 15, 14, 16
#: Pixels of a level of the tree.
_INDENT = 9
#: Panels side by side, and from how many units one more.
_COLUMNS, _MANY = 4, 24


def compares_categories(result: Result) -> bool:
    """Return whether at least two units have a score in any category."""
    return len(_list_units(result)) >= 2


def chart_profiles(result: Result, definition: IndexDefinition) -> Chart:
    """Return a panel a unit: its category scores against those of the others."""
    units, words = _list_units(result), definition.words
    cells = _list_cells(result, definition.category_nodes)
    is_tree = _is_tree(definition.category_nodes)
    lines = [
        phrase("figures.profiles_marks", units=words.units),
        *([phrase("figures.profiles_tree")] if is_tree else []),
        *_explain_marks(cells),
    ]
    left_out = result.ranking.height - len(units)
    if left_out:
        of = words.count_units(result.ranking.height)
        lines.append(phrase("figures.profiles_left_out", count=left_out, units=of))
    chart, width = _facet(cells, list(units.values()), definition.category_nodes, name_score(definition))
    return Chart(chart, lines, width)


def describe_profiles(result: Result, definition: IndexDefinition) -> str:
    """Return the highest and the lowest category of the first and the last unit, and the order of the categories."""
    names, nodes = list(_list_units(result).values()), definition.category_nodes
    cells = _list_cells(result, nodes)
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


def _is_tree(nodes: Sequence[DefinedNode]) -> bool:
    return any(node.level > 1 for node in nodes)


def _list_cells(result: Result, nodes: Sequence[DefinedNode]) -> Rows:
    panels = {code: panel for panel, code in enumerate(_list_units(result))}
    order = {node.id: n for n, node in enumerate(nodes)}
    table = result.categories.filter(pl.col("unit").is_in(list(panels)))
    return compare_with_others([_describe_cell(row, panels, order) for row in table.iter_rows(named=True)])


def _list_units(result: Result) -> dict[str, str]:
    """Return the units that have a panel, code to name, by rank."""
    scored = set(result.categories.filter(pl.col("score").is_not_null())["unit"])
    return {code: name for code, name in result.ranking.select("unit", "name").iter_rows() if code in scored}


def _describe_cell(row: Mapping[str, Any], units: Mapping[str, int], order: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": "cell",
        "panel": units[row["unit"]],
        "row": order[row["category"]],
        "score": row["score"],
        "score_bound": row["score_bound"],
        "is_withheld": row["score"] is None and row["suppressed"],
        "text": _say_no_score(row),
        "shape": choose_shape(row["score_bound"]),
    }


def _say_no_score(row: Mapping[str, Any]) -> str | None:
    """Return what stands in the place of a score; None where there is one."""
    if row["score"] is not None:
        return None
    return phrase("figures.withheld") if row["suppressed"] else phrase("figures.no_score")


def compare_with_others(cells: Rows) -> Rows:
    """Return every cell with the mean, the lowest and the highest score of the category among the other units."""
    scores: dict[int, dict[int, float]] = {}
    for cell in cells:
        if cell["score"] is not None:
            scores.setdefault(cell["row"], {})[cell["panel"]] = cell["score"]
    compared = []
    for cell in cells:
        others = [score for panel, score in scores.get(cell["row"], {}).items() if panel != cell["panel"]]
        mean = fmean(others) if others else None
        is_below = mean is not None and cell["score"] is not None and cell["score"] < mean
        fill, stroke = ("white", ORANGE) if is_below else (BLUE, BLUE)
        compared.append(
            {**cell, "mean": mean, "low": min(others, default=None), "high": max(others, default=None)}
            | {"fill": fill, "stroke": stroke}
        )
    return compared


def _explain_marks(cells: Rows) -> list[str]:
    said = []
    if any(cell["score_bound"] for cell in cells):
        said.append(phrase("figures.profiles_triangle"))
    if any(cell["is_withheld"] for cell in cells):
        said.append(phrase("figures.profiles_withheld"))
    return said


def _facet(
    cells: Rows, names: list[str], nodes: Sequence[DefinedNode], axis_title: str
) -> tuple[alt.FacetChart, float]:
    """Return the panels and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    columns = min(len(names), _COLUMNS + (len(names) >= _MANY))
    labels, heads = [shorten(node.title, _LONGEST_TITLE) for node in nodes], [not node.questions for node in nodes]
    indents = [_INDENT * (node.level - 1) for node in nodes]
    reach = max(
        measure(label) * SMALL_SIZE * (BOLD if is_head else 1) + indent
        for label, is_head, indent in zip(labels, heads, indents, strict=True)
    )
    titles = [
        {"kind": "title", "panel": n, "row": 0, "text": shorten(name, 0.92 * _PANEL / TEXT_SIZE)}
        for n, name in enumerate(names)
    ]
    named = [
        {"kind": "label", "panel": n, "row": row, "text": label, **_mark_label(nodes[row])}
        for n in range(0, len(names), columns)
        for row, label in enumerate(labels)
    ]
    rows = [{"kind": "row", "panel": n, "row": row} for n in range(len(names)) for row in range(len(nodes))]
    height = _ROW * len(nodes)
    domain = find_range(cell["score"] for cell in cells)
    axis = alt.Axis(tickCount=4, labelFontSize=10, titleFontSize=10, titlePadding=3, offset=2)

    def across(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=axis_title, scale=alt.Scale(domain=domain, nice=False, zero=False), axis=axis)

    band, edge = place_rows(len(nodes)), place_rows(len(nodes), at=1)

    def take(kind: str, *needed: str, **wanted: int) -> alt.Chart:
        tests = [f"datum.kind === '{kind}'", *(f"isValid(datum.{name})" for name in needed)]
        tests += [f"datum.{name} === {value}" for name, value in wanted.items()]
        return alt.Chart().transform_filter(" && ".join(tests))

    def write_labels() -> list[alt.Chart]:
        """Flush to the panels; those of a tree set in by level, from the left."""
        if not _is_tree(nodes):
            label = take("label").mark_text(align="right", fontSize=SMALL_SIZE, color=INK)
            return [label.encode(alt.X(value=-8), band, alt.Text("text:N"))]
        looks = sorted({(node.level, not node.questions) for node in nodes})
        return [
            take("label", level=level, head=int(is_head))
            .mark_text(align="left", fontSize=SMALL_SIZE, color=INK, fontWeight="bold" if is_head else "normal")
            .encode(alt.X(value=-8 - reach + _INDENT * (level - 1)), band, alt.Text("text:N"))
            for level, is_head in looks
        ]

    layers = [
        take("row").mark_rule(color=LINE).encode(alt.X(value=0), alt.X2(value=_PANEL), edge),
        take("cell", "low").mark_bar(color=FAINT, height=5).encode(across("low"), band, alt.X2("high:Q")),
        take("cell", "mean", "score")
        .mark_rule(strokeWidth=1.5)
        .encode(across("mean"), band, alt.X2("score:Q"), alt.Color("stroke:N", scale=None)),
        take("cell", "mean").mark_tick(color=INK, thickness=1.5, size=11).encode(across("mean"), band),
        take("cell", "score")
        .mark_point(size=38, opacity=1, strokeWidth=1.4)
        .encode(
            across("score"),
            band,
            alt.Shape("shape:N", scale=None),
            alt.Fill("fill:N", scale=None),
            alt.Stroke("stroke:N", scale=None),
        ),
        take("cell", "text")
        .mark_text(align="right", fontSize=10, fontStyle="italic", color=MUTED)
        .encode(alt.X(value=_PANEL - 2), band, alt.Text("text:N")),
        take("title")
        .mark_text(align="left", baseline="bottom", fontSize=TEXT_SIZE, fontWeight="bold", color=INK)
        .encode(alt.X(value=0), alt.Y(value=-5), alt.Text("text:N")),
        *write_labels(),
    ]
    chart = (
        alt.layer(*layers, data=plot_rows([*rows, *titles, *named, *cells]).data)
        .properties(width=_PANEL, height=height)
        .facet(
            facet=alt.Facet("panel:O", header=alt.Header(labelExpr="''", title=None)),
            columns=columns,
            bounds="flush",
            spacing={"column": _GAP, "row": 62},
        )
        .resolve_axis(x="independent")
    )
    width = reach + 8 + columns * (_PANEL + _GAP) - _GAP
    return chart, width


def _mark_label(node: DefinedNode) -> dict[str, int]:
    return {"level": node.level, "head": int(not node.questions)}


def _take_score(cell: Mapping[str, Any]) -> float:
    return float(cell["score"])


RECORDS = (
    FigureRecord(
        name="profiles",
        title="Category profiles",
        line="the category scores of each unit against those of the others, one panel a unit",
        needs=compares_categories,
        chart=chart_profiles,
        describe=describe_profiles,
        place="categories",
        order=3,
    ),
)
