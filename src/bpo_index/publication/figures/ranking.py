"""The ranking: every unit's score with its confidence interval, and in words the ranks that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_level, show_number, show_range, show_score
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import (
    layer,
    make_axis,
    mark_points,
    mark_rows,
    place_rows,
    place_values,
    rule_rows,
    write_column,
    write_heading,
)
from bpo_index.publication.figures.record import PHONE_PLOT, Chart, FigureRecord, Spec
from bpo_index.publication.figures.score_marks import choose_shape, find_range, tell_score
from bpo_index.publication.figures.style import BLUE, MUTED, PAPER, SKY, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges, name_score

_PLOT = 400
#: Heights of a row and its letters, by the number of units up to which they hold.
_ROWS = ((30, 24, TEXT_SIZE), (60, 18, TEXT_SIZE - 1), (10_000, 13, TEXT_SIZE - 2.5))
#: The same for phones, where the interval stands under the name.
_NARROW_ROWS = ((60, 38, TEXT_SIZE), (10_000, 30, TEXT_SIZE - 1))
#: Ems of a name, and of the names in a note under the title.
_LONGEST_NAME, _LONGEST_LIST = 17, 30
#: Pixels right of the plot: of scores, of the gap behind them, and of ranks, at least.
_SCORES, _GAP, _RANKS = 80, 22, 70
#: Units that share the first place and are named.
_NAMED = 3


def compares_units(result: Result) -> bool:
    """Return whether at least two units have a rank."""
    return bool(result.ranking["rank"].count() >= 2)


def find_ranking(result: Result, definition: IndexDefinition) -> str:
    """Return who scores highest, and how many may be first."""
    leaders = result.ranking.filter(pl.col("rank") == 1)["name"].to_list()
    names = list_names(leaders) if len(leaders) <= _NAMED else definition.words.count_units(len(leaders))
    form = "one" if len(leaders) == 1 else "shared"
    first = result.tables["first_ranks"].filter(pl.col("k") == 1)["candidates_count"].to_list()
    if not first or first[0] is None:
        return phrase(f"figures.ranking_finding_{form}", names=names)
    level = show_level(definition.method.confidence_level)
    if first[0] <= len(leaders):
        return phrase(f"figures.ranking_finding_{form}_sure", names=names, unit=definition.words.unit, level=level)
    units = definition.words.count_units(int(result.ranking["rank"].count()))
    return phrase(f"figures.ranking_finding_{form}_open", names=names, may=show_number(first[0], 0), units=units)


def chart_ranking(result: Result, definition: IndexDefinition) -> Chart:
    """Return every unit's score and interval, rank and ranks that it may have."""
    rows = _list_rows(result)
    return Chart(_layer_rows(rows, name_score(definition)), _list_lines(rows, definition))


def chart_narrow(result: Result, definition: IndexDefinition) -> Chart:
    """Return the same for a phone: each interval under the name of its unit."""
    rows = _list_rows(result)
    return Chart(_layer_narrow(rows, name_score(definition)), _list_lines(rows, definition))


def _list_lines(rows: Rows, definition: IndexDefinition) -> list[str]:
    return [phrase("figures.ranking_marks"), describe_ranges(definition), *_explain_marks(rows), *_list_notes(rows)]


def describe_ranking(result: Result, definition: IndexDefinition) -> str:
    """Return who is first and who is last, with which score, and who has no rank."""
    rows = _list_rows(result)
    ranked = [row for row in rows if row["rank"] is not None]
    level, units = show_level(definition.method.confidence_level), definition.words.count_units(len(ranked))
    said = [
        phrase("figures.ranked", count=len(ranked), units=units, level=level),
        _tell_place("first", ranked[0], definition),
        _tell_place("last", ranked[-1], definition),
    ]
    others = [row["name"] for row in rows if row["rank"] is None]
    if others:
        said.append(phrase("figures.without_rank", names=list_names(others)))
    return " ".join(said)


def _tell_place(place: str, row: Mapping[str, Any], definition: IndexDefinition) -> str:
    """Return who is first or last, with score, interval where there is one, rank and rank set."""
    said = {
        "name": row["name"],
        "score": tell_score(row, definition),
        "rank": show_number(row["rank"]),
        "ranks": row["ranks"],
    }
    if row["ci_low"] is None:
        return phrase(f"figures.ranked_{place}", **said)
    return phrase(f"figures.ranked_{place}_with_interval", interval=show_range(row["ci_low"], row["ci_high"]), **said)


def _list_rows(result: Result) -> Rows:
    return [_describe_row(place, row) for place, row in enumerate(result.ranking.iter_rows(named=True))]


def _describe_row(place: int, row: Mapping[str, Any]) -> dict[str, Any]:
    is_open = row["rank"] is None and row["score"] is not None
    return {
        **row,
        "row": place,
        "label": shorten(row["name"], _LONGEST_NAME) + (" *" if row["note"] else ""),
        "place": "" if row["rank"] is None else show_number(row["rank"]),
        "shown": phrase("figures.not_published") if row["suppressed"] else show_score(row),
        "ranks": _show_ranks(row),
        "shape": choose_shape(row["score_bound"]),
        "is_open": is_open,
    }


def _show_ranks(row: Mapping[str, Any]) -> str:
    low, high = row["rank_set_low"], row["rank_set_high"]
    if row["rank"] is None:
        return "" if row["suppressed"] else phrase("figures.not_ranked")
    return show_range(low, high)


def _explain_marks(rows: Rows) -> list[str]:
    said = []
    if any(row["score_bound"] for row in rows):
        said.append(phrase("figures.ranking_triangle"))
    if any(row["is_open"] for row in rows):
        said.append(phrase("figures.ranking_open_dot"))
    return [" ".join(said)] if said else []


def _list_notes(rows: Rows) -> list[str]:
    """Return the notes of single units, those of several units once."""
    named: dict[str, list[str]] = {}
    for row in rows:
        if row["note"]:
            named.setdefault(row["note"], []).append(row["label"].removesuffix(" *"))
    return [
        phrase("figures.ranking_note", names=shorten(list_names(names), _LONGEST_LIST), note=note)
        for note, names in named.items()
    ]


def choose_row(count: int, sizes: tuple[tuple[int, float, float], ...]) -> tuple[float, float]:
    """Return the height of a row and of its letters for so many units."""
    return next((height, size) for most, height, size in sizes if count <= most)


def _mark_scores(rows: Rows, axis: Spec | None, *, line: float, bar: float, dot: float) -> list[Spec]:
    """Return intervals as bars and scores as dots."""
    domain = find_range(row[end] for row in rows for end in ("score", "ci_low", "ci_high"))
    band = place_rows(len(rows), at=line)
    drawn = ("row", "score", "ci_low", "ci_high")
    intervals = [{name: row[name] for name in drawn} for row in rows if row["ci_low"] is not None]
    low = place_values("ci_low", domain, axis)
    layers = [
        mark_rows(intervals, "rule", {"x": low, "y": band, "x2": {"field": "ci_high"}}, color=SKY, strokeWidth=bar)
    ]
    place = {"x": place_values("score", domain, axis), "y": band}
    for shape, is_open in sorted({(row["shape"], row["is_open"]) for row in rows if row["score"] is not None}):
        alike = [{"row": row["row"], "score": row["score"]} for row in rows if _looks(row, shape, is_open)]
        fill = PAPER if is_open else BLUE
        layers.append(mark_points(alike, place, (shape, fill, BLUE), size=dot))
    return layers


def _looks(row: Mapping[str, Any], shape: str, is_open: bool) -> bool:
    return row["score"] is not None and row["shape"] == shape and row["is_open"] == is_open


def _layer_rows(rows: Rows, axis_title: str) -> Spec:
    height, size = choose_row(len(rows), _ROWS)
    names = max(measure(row["label"]) for row in rows) * size + 12
    # NOTE: a bound in words may be longer than a number. Where there is no score, there is no mark to run into.
    wide = [measure(row["shown"], bold=True) * size + 12 for row in rows if row["score"] is not None]
    scores_end = _PLOT + max([_SCORES, *wide])
    ranks_start = scores_end + _GAP
    end = ranks_start + max(_RANKS, *(measure(row["ranks"]) * size for row in rows))
    layers = [
        rule_rows(len(rows), -names - 34, end),
        *_mark_scores(rows, make_axis(axis_title, tickCount=6), line=0.5, bar=0.4 * height, dot=2.6 * height),
        write_column(rows, "place", -names - 8, "right", color=MUTED, fontSize=size),
        write_column(rows, "label", -names, "left", fontSize=size),
        write_column(rows, "shown", scores_end, "right", fontWeight="bold", fontSize=size),
        write_column(rows, "ranks", ranks_start, "left", fontSize=size),
        write_heading(phrase("figures.rank"), -names - 8, "right"),
        write_heading(phrase("figures.score"), scores_end, "right"),
        write_heading(phrase("figures.rank_set"), ranks_start, "left"),
    ]
    return layer(layers, _PLOT, height * len(rows))


def _layer_narrow(rows: Rows, axis_title: str) -> Spec:
    height, size = choose_row(len(rows), _NARROW_ROWS)
    places = max(measure(row["place"]) for row in rows) * size + 8
    ranks = max([measure(phrase("figures.rank_set")), *(measure(row["ranks"]) for row in rows)]) * size
    end = PHONE_PLOT - places
    scores_end = end - ranks - 10
    room = (scores_end - 8) / size
    short = [row | {"label": _shorten_label(row, room - measure(row["shown"], bold=True))} for row in rows]
    words = {"line": 0.3, "fontSize": size}
    axis = make_axis(axis_title, tickCount=4)
    layers = [
        rule_rows(len(rows), -places, end),
        *_mark_scores(short, axis, line=0.74, bar=8, dot=58),
        write_column(short, "place", -8, "right", color=MUTED, **words),
        write_column(short, "label", 0, "left", **words),
        write_column(short, "shown", scores_end, "right", fontWeight="bold", **words),
        write_column(short, "ranks", end, "right", **words),
        write_heading(phrase("figures.score"), scores_end, "right"),
        write_heading(phrase("figures.rank_set"), end, "right"),
    ]
    return layer(layers, end, height * len(rows))


def _shorten_label(row: Mapping[str, Any], ems: float) -> str:
    mark = " *" if row["note"] else ""
    return shorten(row["name"], max(4.0, ems - measure(mark))) + mark


RECORDS = (
    FigureRecord(
        name="ranking",
        title="Scores and ranks",
        line="every unit's score with its confidence interval, and the ranks that it may have",
        needs=compares_units,
        chart=chart_ranking,
        describe=describe_ranking,
        finding=find_ranking,
        narrow=chart_narrow,
        place="answer",
        order=1,
    ),
)
