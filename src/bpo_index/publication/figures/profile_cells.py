"""What a profile is made of: each published category score, beside those of the other units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import polars as pl

from bpo_index.definition.tree import DefinedNode
from bpo_index.display.catalogue import phrase
from bpo_index.publication.figures.score_marks import choose_shape
from bpo_index.publication.figures.style import BLUE, ORANGE, PAPER, Rows
from bpo_index.publication.result import Result


def list_units(result: Result) -> dict[str, str]:
    """Return the units that have a score in any category, code to name, by rank."""
    scored = set(result.categories.filter(pl.col("score").is_not_null())["unit"])
    return {code: name for code, name in result.ranking.select("unit", "name").iter_rows() if code in scored}


def is_tree(nodes: Sequence[DefinedNode]) -> bool:
    """Return whether categories hold categories."""
    return any(node.level > 1 for node in nodes)


def list_cells(result: Result, nodes: Sequence[DefinedNode]) -> Rows:
    """Return a cell a unit (`panel`, from 0) and category (`row`, from 0), compared with the other units."""
    panels = {code: panel for panel, code in enumerate(list_units(result))}
    order = {node.id: n for n, node in enumerate(nodes)}
    table = result.categories.filter(pl.col("unit").is_in(list(panels)))
    return compare_with_others([_describe_cell(row, panels, order) for row in table.iter_rows(named=True)])


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
    sums = {row: sum(known.values()) for row, known in scores.items()}
    ordered = {row: sorted(known.values()) for row, known in scores.items()}
    return [cell | _compare(cell, scores.get(cell["row"], {}), sums, ordered.get(cell["row"], [])) for cell in cells]


def _compare(
    cell: Mapping[str, Any], known: Mapping[int, float], sums: Mapping[int, float], ordered: list[float]
) -> dict[str, Any]:
    """Return what a cell is compared with; `ordered` are the scores of its category, `sums` those of each."""
    own = known.get(cell["panel"])
    count = len(known) - (own is not None)
    if not count:
        return {"mean": None, "low": None, "high": None, "fill": BLUE, "stroke": BLUE}
    mean = fmean(ordered) if own is None else (sums[cell["row"]] - own) / count
    low, high = ordered[1 if own == ordered[0] else 0], ordered[-2 if own == ordered[-1] else -1]
    is_below = own is not None and own < mean
    return {"mean": mean, "low": low, "high": high} | (
        {"fill": PAPER, "stroke": ORANGE} if is_below else {"fill": BLUE, "stroke": BLUE}
    )
