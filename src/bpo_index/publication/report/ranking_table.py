"""The ranking as a figure that is a table: place, name, score, interval drawn on one axis for all, rank set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import NOTHING, show_level, show_number, show_point, show_range, show_score
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import name_score

#: Parts of the axis, at most.
_PARTS = 6
#: A table of more rows is long.
_LONG = 15


@dataclass(frozen=True)
class Axis:
    """The axis of scores that all rows share."""

    low: float
    high: float
    parts: int

    @property
    def ticks(self) -> list[tuple[str, str]]:
        """Numbers at the lines, and their places in per cent of the length."""
        step = (self.high - self.low) / self.parts
        return [
            (show_point(round(self.low + n * step, 9)), _write_place(100 * n / self.parts))
            for n in range(self.parts + 1)
        ]

    def place(self, value: float) -> float:
        """Return a place in per cent of the length."""
        return 100 * (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class RankingRow:
    """One unit, or one group of units, as the table shows it."""

    code: str
    """Of a unit; empty: a group has none."""
    address: str
    """Of the card or the page of a unit; empty: there is none."""
    place: str
    name: str
    mark: str
    """Of a note; empty: none."""
    score: str
    interval: str
    ranks: str
    drawn: str
    """Style of the drawing: where interval and dot lie, in per cent of the axis; empty: there is no score."""
    kind: str
    """What is drawn: `plain`, `bare` without an interval, `open` without a rank."""
    further: str = ""
    """What else a group says: how many units are in it."""
    order: tuple[str, ...] = ()
    """What the columns are sorted by: place, score, width of the interval, first of the ranks; empty where none is."""


@dataclass(frozen=True)
class RankingTable:
    """The ranking, and where there are groups theirs, on one axis."""

    caption: str
    axis: Axis
    rows: list[RankingRow]
    groups: list[RankingRow]
    score_heading: str
    interval_heading: str

    @property
    def is_long(self) -> bool:
        """Whether it fills more than a screen, so that what is to be known of it stands above."""
        return len(self.rows) > _LONG


def lay_out_table(result: Result, definition: IndexDefinition, links: Mapping[str, str] | None = None) -> RankingTable:
    """Return the ranking, and the groups of units of the index where there are any.

    Parameters
    ----------
    result, definition
        What is published.
    links
        Code of a unit to the address of its card or page; None: there are none.
    """
    groups = result.tables["groups"].filter(pl.col("category").is_null())
    ends = ("score", "ci_low", "ci_high")
    axis = choose_axis(value for frame in (result.ranking, groups) for end in ends for value in frame[end].drop_nulls())
    level = show_level(definition.method.confidence_level)
    return RankingTable(
        caption=phrase("report.ranking_caption", title=definition.title),
        axis=axis,
        rows=[
            _lay_out_row(row, axis, (links or {}).get(row["unit"], "")) for row in result.ranking.iter_rows(named=True)
        ],
        groups=[_lay_out_group(row, axis, definition) for row in groups.iter_rows(named=True)],
        score_heading=name_score(definition),
        interval_heading=phrase("report.interval_heading", level=level),
    )


def choose_axis(values: Iterable[float]) -> Axis:
    """Return an axis round all values: at most six parts, each 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> choose_axis([59.1, 94.5]), choose_axis([-0.4, 0.3]), choose_axis([])
    (Axis(low=50.0, high=100.0, parts=5), Axis(low=-0.4, high=0.4, parts=4), Axis(low=0.0, high=100.0, parts=5))
    """
    known = [float(value) for value in values]
    if not known:
        return Axis(0.0, 100.0, 5)
    low, high = min(known), max(known)
    power = 10.0 ** (math.floor(math.log10(max(high - low, 1e-6))) - 1)
    while True:
        for times in (1, 2, 5):
            step = times * power
            first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
            parts = max(last - first, 1)
            if parts <= _PARTS:
                return Axis(round(first * step, 9), round((first + parts) * step, 9), parts)
        power *= 10


def _lay_out_row(row: dict[str, Any], axis: Axis, address: str) -> RankingRow:
    return RankingRow(
        code=row["unit"],
        address=address,
        place=show_number(row["rank"]),
        name=row["name"],
        mark="*" if row["note"] else "",
        score=show_score(row) if row["score"] is not None else NOTHING,
        interval=show_range(row["ci_low"], row["ci_high"]),
        ranks=show_range(row["rank_set_low"], row["rank_set_high"]),
        drawn=_draw(row, axis),
        kind=_choose_kind(row),
        order=(*(_write_key(row[name]) for name in ("rank", "score", "ci_low", "rank_set_low")),),
    )


def _lay_out_group(row: dict[str, Any], axis: Axis, definition: IndexDefinition) -> RankingRow:
    return RankingRow(
        code="",
        address="",
        place=show_number(row["rank"]),
        name=row["group"],
        mark="",
        score=show_number(row["score"]),
        interval=show_range(row["ci_low"], row["ci_high"]),
        ranks=show_range(row["rank_set_low"], row["rank_set_high"]),
        drawn=_draw(row, axis),
        kind=_choose_kind(row),
        further=definition.words.count_units(row["units"]),
    )


def _choose_kind(row: dict[str, Any]) -> str:
    if row["rank"] is None:
        return "open"
    return "bare" if row["ci_low"] is None or row["ci_high"] is None else "plain"


def _draw(row: dict[str, Any], axis: Axis) -> str:
    """Return where the dot lies, and from where and how far the interval goes, as properties of a style."""
    if row["score"] is None:
        return ""
    drawn = f"--s:{_write_place(axis.place(row['score']))}"
    if row["ci_low"] is None or row["ci_high"] is None:
        return drawn
    low, high = axis.place(row["ci_low"]), axis.place(row["ci_high"])
    return f"{drawn};--a:{_write_place(low)};--w:{_write_place(high - low)}"


def _write_place(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def _write_key(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
