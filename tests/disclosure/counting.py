"""Count how many sets of answers fit all that is public of a cell: the attack on a release, from its files alone.

A cell is one unit in one category that holds questions. Its respondents have totals of rating points, from 0 to T each
(T: questions times steps of the scale). Whoever knows score, respondents, questions and scale knows the sum of the
totals, and with a standard error of the cell's own the sum of their squares too. Counted are the multisets of totals
that fit: for an outsider over all respondents, for one who is there over all others. A score that is published as a
bound fits every sum beyond it which the overall score leaves open. Only files of a release are read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl


@dataclass(frozen=True)
class PublicCell:
    """What is public of one cell, in rating points."""

    unit: str
    category: str
    respondents: int
    points: int
    """T: the rating points of one respondent."""
    sums: tuple[tuple[int, int], ...]
    """Ranges, both ends included, in which the sum of totals may lie."""
    squares: tuple[float, float] | None = None
    """The range of the sum of squared totals, where a standard error of the cell's own is public."""


@cache
def count_sets(respondents: int, points: int) -> np.ndarray:
    """Return k x s: the multisets of k totals from 0 to `points` whose sum is s."""
    counts = np.zeros((respondents + 1, respondents * points + 1))
    counts[0, 0] = 1
    for value in range(points + 1):
        for k in range(1, respondents + 1):
            counts[k, value:] += counts[k - 1, : counts.shape[1] - value]
    return counts


@cache
def count_squares(respondents: int, points: int) -> np.ndarray:
    """Return k x s x r: the multisets of k totals with sum s and sum of squares r."""
    most = respondents * points
    counts = np.zeros((respondents + 1, most + 1, most * points + 1), dtype=np.float32)
    counts[0, 0, 0] = 1
    for value in range(points + 1):
        for k in range(1, respondents + 1):
            if value:
                counts[k, value:, value * value :] += counts[k - 1, :-value, : -value * value]
            else:
                counts[k] += counts[k - 1]
    return counts


def count_outsider(cell: PublicCell) -> float:
    """Return how many multisets of totals fit all that is public of the cell."""
    return _count(cell, cell.respondents, 0)


def count_insider(cell: PublicCell, own: int) -> float:
    """Return how many multisets of the totals of all others fit, for a respondent who knows her own."""
    return _count(cell, cell.respondents - 1, own)


def find_least_range(cell: PublicCell, own: int) -> int:
    """Return the distance between the lowest and the highest total that anybody else may have."""
    others = cell.respondents - 1
    low = min(low for low, _ in cell.sums) - own
    high = max(high for _, high in cell.sums) - own
    lowest = max(0, low - (others - 1) * cell.points)
    return min(cell.points, high) - lowest


def _count(cell: PublicCell, respondents: int, own: int) -> float:
    found = 0.0
    for low, high in cell.sums:
        for total in range(max(low - own, 0), min(high - own, respondents * cell.points) + 1):
            if cell.squares is None:
                found += count_sets(cell.respondents, cell.points)[respondents, total]
            else:
                row = count_squares(cell.respondents, cell.points)[respondents, total]
                least, most = (math.ceil(cell.squares[0] - own**2 - 1e-9), math.floor(cell.squares[1] - own**2 + 1e-9))
                found += float(row[max(least, 0) : max(most + 1, 0)].sum())
    return found


def read_cells(release: Path) -> Iterator[PublicCell]:
    """Yield all cells of a release of two levels with equal weights."""
    definition = json.loads((release / "definition.json").read_text(encoding="utf-8"))
    steps = int(definition["scale"]["maximum"] - definition["scale"]["minimum"])
    questions = {category["id"]: len(category["questions"]) for category in definition["categories"]}
    ranking = pl.read_csv(release / "ranking.csv", infer_schema_length=None)
    categories = pl.read_csv(release / "categories.csv", infer_schema_length=None)
    errors = pl.read_csv(release / "robustness" / "sampling_error.csv", infer_schema_length=None)
    # NOTE: with companies, or answers missing, a standard error is one of other sums, which say less of single totals.
    analytic = {
        (unit, category): (se, sampling_units)
        for unit, category, se, sampling_units in errors.select(
            "unit", "category", "se_linearised", "sampling_units"
        ).rows()
    }
    category_of = {question["id"]: one["id"] for one in definition["categories"] for question in one["questions"]}
    missing = pl.read_csv(release / "robustness" / "nonresponse.csv", infer_schema_length=None)
    gaps = {
        (unit, category_of[question])
        for question, unit in missing.filter(pl.col("ratings") < pl.col("respondents"))
        .select("question", "unit")
        .rows()
    }
    overall = dict(ranking.select("unit", "score").iter_rows())
    for (unit,), rows in categories.group_by("unit", maintain_order=True):
        cells = {row["category"]: row for row in rows.iter_rows(named=True)}
        if overall[unit] is None:
            continue
        known = sum(row["score"] for row in cells.values() if row["score"] is not None and not row["score_bound"])
        open_cells = [row for row in cells.values() if row["score"] is None or row["score_bound"]]
        rest = overall[unit] * len(cells) - known
        for row in cells.values():
            points, respondents = questions[row["category"]] * steps, row["respondents"]
            whole = respondents * points
            if row["score"] is not None and not row["score_bound"]:
                low, high = row["score"] - 0.005, row["score"] + 0.005
            else:
                # What the other open cells leave of the overall score.
                low = max(_low_end(row), rest - sum(_high_end(one) for one in open_cells if one is not row) - 0.1)
                high = min(_high_end(row), rest - sum(_low_end(one) for one in open_cells if one is not row) + 0.1)
            if (unit, row["category"]) in gaps:
                # With answers missing the mean is of other sums: the two whole ones beside it.
                sums = math.floor(low * whole / 100), math.ceil(high * whole / 100)
            else:
                sums = math.ceil(low * whole / 100 - 1e-6), math.floor(high * whole / 100 + 1e-6)
            squares = None
            se, sampling_units = analytic.get((unit, row["category"]), (None, 0))
            if se is not None and sampling_units == respondents and (unit, row["category"]) not in gaps:
                scale = (points / 100) ** 2 * respondents * (respondents - 1)
                mean = sums[0] / respondents
                ends = [max(se + half, 0.0) ** 2 * scale + respondents * mean**2 for half in (-0.005, 0.005)]
                squares = ends[0], ends[1]
            yield PublicCell(str(unit), row["category"], respondents, points, (sums,), squares)


def _low_end(row: dict[str, object]) -> float:
    return float(str(row["score"])) if row["score_bound"] == "at least" else 0.0


def _high_end(row: dict[str, object]) -> float:
    return float(str(row["score"])) if row["score_bound"] == "at most" else 100.0


def list_totals(answers: pl.DataFrame, definition: dict[str, object]) -> dict[tuple[str, str], list[int]]:
    """Return unit and category to the true totals of its respondents: what each of them knows of herself."""
    scale = definition["scale"]
    assert isinstance(scale, dict)
    found = {}
    for category in definition["categories"]:  # type: ignore[attr-defined]
        names = [question["id"] for question in category["questions"]]
        share = pl.mean_horizontal(pl.col(names)) - scale["minimum"]
        totals = answers.select("unit", total=(share * len(names)).round().cast(pl.Int64)).drop_nulls()
        for (unit,), rows in totals.group_by("unit"):
            found[str(unit), category["id"]] = rows["total"].to_list()
    return found
