"""Figures of a release and of a plan, as SVG and PNG, without any outside call.

A figure is a module of this folder, or one of another package (entry points of the group `bpo_index.figures`), with a
`FigureRecord` in its `RECORDS`. Stages of a figure: rows from the published frames, a specification of Vega-Lite in
plain dicts (`marks`), drawing (vl-convert, imported by whoever draws), and heading and foot round it (`frame`). Limit:
texts in scripts that the font lacks (`fonts`) are drawn with a font of the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase, translate
from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.publication.figures.drawing import Figure, describe_chart, draw, prepare_drawing
from bpo_index.publication.figures.frame import Said
from bpo_index.publication.figures.record import FigureRecord
from bpo_index.publication.result import Result

#: The group of entry points by which another package offers figures.
GROUP = "bpo_index.figures"

__all__ = ["Figure", "draw_figures", "list_figures", "start_figures"]


@cache
def list_figures() -> tuple[FigureRecord, ...]:
    """Return the records of all figures, in the order in which they are listed and shown.

    Raises
    ------
    EnvironmentFailed
        When two figures have one name, or a name is no name of a file.
    """
    records = sorted(find_records(FigureRecord, __name__, GROUP), key=lambda record: record.order)
    refuse_same_names(records, "figure")
    wrong = [record.name for record in records if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", record.name)]
    if wrong:
        raise EnvironmentFailed(
            f"The figure {wrong[0]!r} cannot be drawn: its name is not made of a to z, 0 to 9 and hyphens. Repair or "
            "uninstall the extension that draws it."
        )
    return tuple(records)


def draw_figures(result: Result, definition: IndexDefinition, release_id: str = "") -> dict[str, Figure]:
    """Return the figures of a release by name, without those for which there is nothing to draw.

    Parameters
    ----------
    result
        Its frames are all that is drawn.
    definition
        For titles and the words that say how scores and intervals were made.
    release_id
        For the source at the foot; empty where there is no release yet.

    Raises
    ------
    EnvironmentFailed
        When a figure of another package cannot be drawn.
    """
    return start_figures(result, definition, release_id)()


def start_figures(result: Result, definition: IndexDefinition, release_id: str = "") -> Callable[[], dict[str, Figure]]:
    """Start to draw figures, and return what waits for them; parameters as for `draw_figures`."""
    # NOTE: what draws needs a while to start, and works outside Python: meanwhile the next figure is described.
    pool = ThreadPoolExecutor(2)
    try:
        pool.submit(prepare_drawing)
        drawn = {
            record: pool.submit(draw, record.name, **described)
            for record, described in describe_figures(result, definition, release_id)
        }
    finally:
        pool.shutdown(wait=False)

    def collect() -> dict[str, Figure]:
        figures = {}
        for record, drawing in drawn.items():
            with _name_in_errors(record):
                figures[record.name] = drawing.result()
        return figures

    return collect


def describe_figures(
    result: Result, definition: IndexDefinition, release_id: str = ""
) -> Iterator[tuple[FigureRecord, dict[str, Any]]]:
    """Yield each figure for which there is something to draw, and what `draw` takes."""
    for record in list_figures():
        with _name_in_errors(record):
            described = _describe(record, result, definition, release_id) if record.needs(result) else None
        if described is not None:
            yield record, described


def _describe(record: FigureRecord, result: Result, definition: IndexDefinition, release_id: str) -> dict[str, Any]:
    """Return what `draw` takes."""
    chart = record.chart(result, definition)
    said = _say(record, result, definition, lines=chart.lines, release_id=release_id)
    described: dict[str, Any] = {"spec": describe_chart(chart.chart), "said": said}
    if record.narrow is not None:
        narrow = record.narrow(result, definition)
        described["narrow"] = describe_chart(narrow.chart), replace(said, lines=tuple(narrow.lines))
    return described


def _say(
    record: FigureRecord, result: Result, definition: IndexDefinition, *, lines: list[str], release_id: str
) -> Said:
    """Return what stands round a figure; where it finds nothing, what is shown is its heading."""
    shown = title_figure(record, definition)
    finding = record.finding(result, definition) if record.finding else ""
    title = finding or shown
    described = record.describe(result, definition)
    if finding:
        described = phrase("figures.alternative", title=shown, described=described)
    return Said(
        title,
        phrase("figures.alternative", title=title, described=described),
        shown=shown if finding else "",
        notices=tuple(result.notices),
        lines=tuple(lines),
        source=name_source(result, definition, release_id),
    )


def name_source(result: Result, definition: IndexDefinition, release_id: str) -> str:
    """Return the index, the edition and the release that a figure is of, and what kind of data it shows."""
    form = "release" if release_id else "edition"
    source = phrase(f"figures.source_{form}", index=definition.title, edition=definition.edition, release=release_id)
    return phrase("figures.source_marked", source=source, mark=result.mark) if result.mark else source


def title_figure(record: FigureRecord, definition: IndexDefinition) -> str:
    """Return what a figure of an index shows, in one line."""
    shown = translate(f"figure_records.{record.name}.title", record.title)
    return phrase("figures.title", figure=shown, index=definition.title)


@contextmanager
def _name_in_errors(record: FigureRecord) -> Iterator[None]:
    """Turn whatever the functions of another package raise into an error that names the figure."""
    try:
        yield
    except BpoIndexError:
        raise
    except Exception as error:
        if record.chart.__module__.startswith("bpo_index."):
            raise
        raise EnvironmentFailed(
            f"The figure {record.name} cannot be drawn: {type(error).__name__}: {error}. Repair or uninstall the "
            f"extension that draws it ({record.chart.__module__})."
        ) from error
