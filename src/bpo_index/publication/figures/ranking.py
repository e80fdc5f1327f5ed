"""The ranking: every unit's score with its confidence interval, and in words the ranks that it may have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_level, show_number, show_range, show_score
from bpo_index.publication.figures.labels import BOLD, measure, shorten
from bpo_index.publication.figures.marks import place_rows, plot_rows, rule_rows, write_column, write_heading
from bpo_index.publication.figures.record import Chart, FigureRecord
from bpo_index.publication.figures.score_marks import choose_shape, find_range, tell_score
from bpo_index.publication.figures.style import BLUE, MUTED, SKY, TEXT_SIZE, Rows
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges, name_score

if TYPE_CHECKING:
    import altair as alt

_PLOT, _ROW = 400, 24
#: Ems of a name, and of the names in a note under the title.
_LONGEST_NAME, _LONGEST_LIST = 17, 30
#: Pixels right of the plot: of scores, of the gap behind them, and of ranks, at least.
_SCORES, _GAP, _RANKS = 80, 22, 70


def compares_units(result: Result) -> bool:
    """Return whether at least two units have a rank."""
    return bool(result.ranking["rank"].count() >= 2)


def chart_ranking(result: Result, definition: IndexDefinition) -> Chart:
    """Return every unit's score and interval, rank and ranks that it may have."""
    rows = _list_rows(result)
    lines = [
        phrase("figures.ranking_marks"),
        describe_ranges(definition),
        *_explain_marks(rows),
        *_list_notes(rows),
    ]
    chart, width = _layer_rows(rows, name_score(definition))
    return Chart(chart, lines, width)


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
        "fill": "white" if is_open else BLUE,
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


def _layer_rows(rows: Rows, axis_title: str) -> tuple[alt.LayerChart | alt.FacetChart, float]:
    """Return the layers and the width of the whole."""
    import altair as alt  # noqa: PLC0415

    names = max(measure(row["label"]) for row in rows) * TEXT_SIZE + 12
    scale = alt.Scale(
        domain=find_range(row[end] for row in rows for end in ("score", "ci_low", "ci_high")), nice=False, zero=False
    )
    band = place_rows(len(rows))
    # NOTE: a bound in words may be longer than a number. Where there is no score, there is no mark to run into.
    wide = [BOLD * measure(row["shown"]) * TEXT_SIZE + 12 for row in rows if row["score"] is not None]
    scores_end = _PLOT + max([_SCORES, *wide])
    ranks_start = scores_end + _GAP
    end = ranks_start + max(_RANKS, *(measure(row["ranks"]) * TEXT_SIZE for row in rows))
    drawn = ("row", "score", "ci_low", "ci_high", "shape", "fill")
    scored = [{name: row[name] for name in drawn} for row in rows if row["score"] is not None]
    intervals = plot_rows([row for row in scored if row["ci_low"] is not None])
    scores = plot_rows(scored)
    layers = [
        rule_rows(len(rows), -names - 34, end),
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
        write_column(rows, "shown", scores_end, "right", fontWeight="bold"),
        write_column(rows, "ranks", ranks_start, "left"),
        write_heading(phrase("figures.rank"), -names - 8, "right"),
        write_heading(phrase("figures.score"), scores_end, "right"),
        write_heading(phrase("figures.rank_set"), ranks_start, "left"),
    ]
    chart = alt.layer(*layers).properties(width=_PLOT, height=_ROW * len(rows))
    return chart, names + 34 + end


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
