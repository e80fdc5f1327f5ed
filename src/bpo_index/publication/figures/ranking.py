"""The ranking: every unit's score with its confidence interval, and in words the ranks that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import show_range, show_score
from bpo_index.publication.figures.labels import measure, shorten
from bpo_index.publication.figures.marks import place_rows, plot_rows, rule_rows, write_column, write_heading
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.score_marks import choose_shape, find_range, tell_score
from bpo_index.publication.figures.style import BLUE, MUTED, SKY, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges, name_level, name_points, name_score

if TYPE_CHECKING:
    import altair as alt

_PLOT, _ROW = 400, 24
#: Ems of a name, and of the names in a note under the title.
_LONGEST_NAME, _LONGEST_LIST = 17, 30
#: Pixels right of the plot: where scores end, ranks begin and lines under rows end.
_SCORES_END, _RANKS_START, _LINES_END = 80, 102, 172


def compares_units(result: Result) -> bool:
    """Return whether at least two units have a rank."""
    return bool(result.ranking["rank"].count() >= 2)


def chart_ranking(result: Result, definition: IndexDefinition) -> Chart:
    """Return every unit's score and interval, rank and ranks that it may have."""
    rows = _list_rows(result)
    lines = [
        "Dot: score. Bar: its interval.",
        describe_ranges(definition),
        *_explain_marks(rows),
        *_list_notes(rows),
    ]
    chart, width = _layer_rows(rows, name_score(definition), "Rank set")
    return Chart(chart, lines, width)


def describe_ranking(result: Result, definition: IndexDefinition) -> str:
    """Return who is first and who is last, with which score, and who has no rank."""
    rows, level = _list_rows(result), name_level(definition.method.confidence_level)
    points = name_points(definition)
    ranked = [row for row in rows if row["rank"] is not None]

    def tell(row: Mapping[str, Any]) -> str:
        said = f"{row['name']} with {tell_score(row, points)}"
        if row["ci_low"] is not None:
            said += f" (interval {row['ci_low']:.1f} to {row['ci_high']:.1f})"
        return f"{said}, rank {row['rank']}, rank set {row['ranks']}"

    said = (
        f"{definition.words.count_units(len(ranked))} are ranked; intervals and rank sets at {level} "
        f"confidence. First is {tell(ranked[0])}; last is {tell(ranked[-1])}."
    )
    others = [row["name"] for row in rows if row["rank"] is None]
    return f"{said} Without a rank: {', '.join(others)}." if others else said


def _list_rows(result: Result) -> Rows:
    return [_describe_row(place, row) for place, row in enumerate(result.ranking.iter_rows(named=True))]


def _describe_row(place: int, row: Mapping[str, Any]) -> dict[str, Any]:
    is_open = row["rank"] is None and row["score"] is not None
    return {
        **row,
        "row": place,
        "label": shorten(row["name"], _LONGEST_NAME) + (" *" if row["note"] else ""),
        "place": "" if row["rank"] is None else str(row["rank"]),
        "shown": "not published" if row["suppressed"] else show_score(row),
        "ranks": _show_ranks(row),
        "shape": choose_shape(row["score_bound"]),
        "is_open": is_open,
        "fill": "white" if is_open else BLUE,
    }


def _show_ranks(row: Mapping[str, Any]) -> str:
    low, high = row["rank_set_low"], row["rank_set_high"]
    if row["rank"] is None:
        return "" if row["suppressed"] else "not ranked"
    return show_range(low, high)


def _explain_marks(rows: Rows) -> list[str]:
    said = {
        "Triangle: the score lies beyond this bound; no interval.": any(row["score_bound"] for row in rows),
        "Open dot: not ranked.": any(row["is_open"] for row in rows),
    }
    needed = [sentence for sentence, is_needed in said.items() if is_needed]
    return [" ".join(needed)] if needed else []


def _list_notes(rows: Rows) -> list[str]:
    """Return the notes of single units, those of several units once."""
    named: dict[str, list[str]] = {}
    for row in rows:
        if row["note"]:
            named.setdefault(row["note"], []).append(row["label"].removesuffix(" *"))
    return [f"* {shorten(', '.join(names), _LONGEST_LIST)}: {note}." for note, names in named.items()]


def _layer_rows(rows: Rows, axis_title: str, ranks_title: str) -> tuple[alt.LayerChart | alt.FacetChart, float]:
    """Return the layers and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    names = max(measure(row["label"]) for row in rows) * TEXT_SIZE + 12
    scale = alt.Scale(
        domain=find_range(row[end] for row in rows for end in ("score", "ci_low", "ci_high")), nice=False, zero=False
    )
    band = place_rows(len(rows))
    drawn = ("row", "score", "ci_low", "ci_high", "shape", "fill")
    scored = [{name: row[name] for name in drawn} for row in rows if row["score"] is not None]
    intervals = plot_rows([row for row in scored if row["ci_low"] is not None])
    scores = plot_rows(scored)
    layers = [
        rule_rows(len(rows), -names - 34, _PLOT + _LINES_END),
        intervals.mark_bar(color=SKY, height=9, cornerRadius=2).encode(
            alt.X("ci_low:Q", title=axis_title, scale=scale), band, alt.X2("ci_high:Q")
        ),
        scores.mark_point(size=62, opacity=1, stroke=BLUE, strokeWidth=1.5).encode(
            alt.X("score:Q", title=axis_title, scale=scale),
            band,
            alt.Shape("shape:N", scale=None),
            alt.Fill("fill:N", scale=None),
        ),
        write_column(rows, "place", -names - 8, "right", color=MUTED),
        write_column(rows, "label", -names, "left"),
        write_column(rows, "shown", _PLOT + _SCORES_END, "right", fontWeight="bold"),
        write_column(rows, "ranks", _PLOT + _RANKS_START, "left"),
        write_heading("Rank", -names - 8, "right"),
        write_heading("Score", _PLOT + _SCORES_END, "right"),
        write_heading(ranks_title, _PLOT + _RANKS_START, "left"),
    ]
    chart = alt.layer(*layers).properties(width=_PLOT, height=_ROW * len(rows))
    return chart, names + 34 + _PLOT + _LINES_END


RECORDS = (
    FigureRecord(
        name="ranking",
        title="Scores and ranks",
        line="every unit's score with its confidence interval, and the ranks that it may have",
        needs=compares_units,
        chart=chart_ranking,
        describe=describe_ranking,
        place="answer",
        order=1,
    ),
)
