"""The report's page from its parts: templates, style and script lie in `assets`."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.display.numbers import show_level
from bpo_index.display.templates import load_template
from bpo_index.display.words import start_sentence
from bpo_index.publication.explorer import prepare_explorer
from bpo_index.publication.figures import Figure, list_figures
from bpo_index.publication.figures.record import Place
from bpo_index.publication.findings import rate_several
from bpo_index.publication.report import categories, drivers, quality, ranks
from bpo_index.publication.report.answer import write_answer
from bpo_index.publication.report.explorer_part import (
    collect_explorer_data,
    find_slider_most,
    group_sliders,
    list_aggregations,
    list_normalisations,
    write_explorer_notes,
    write_share_notes,
)
from bpo_index.publication.report.method import (
    describe_intervals,
    describe_symbols,
    list_limits,
    list_steps,
    tabulate_assumptions,
    tabulate_own_methods,
    tabulate_questionnaire,
)
from bpo_index.publication.report.unit_pages import MOST_UNITS_SHOWN, CategoryLine, UnitPage, write_unit_pages
from bpo_index.publication.result import Result
from bpo_index.version import __version__

_ASSETS = Path(__file__).resolve().parent / "assets"
_STYLES = ("report.css", "explorer.css", "units.css")
#: Tables that the page itself carries for download.
_CARRIED = ("ranking.csv", "categories.csv")
#: A figure of more bytes lies beside the page only.
_MOST_BYTES = 150_000


def render_report(
    result: Result,
    definition: IndexDefinition,
    audit: PublicAudit,
    *,
    release_id: str,
    made_from: Mapping[str, Any],
    figures: Mapping[str, Figure],
    files: Mapping[str, bytes],
) -> bytes:
    """Return the report as UTF-8 HTML.

    Parameters
    ----------
    result, definition, audit
        What is published; the audit as `disclose_audit` leaves it.
    release_id, made_from
        From `identify_release`.
    figures
        From `draw_figures`; those that are not there are left out.
    files
        The other files of the release, for the page of downloads.
    """
    from markupsafe import Markup  # noqa: PLC0415  (only runs that render pay)

    level = show_level(definition.method.confidence_level)
    names = categories.collect_names(result, definition)
    explorer = prepare_explorer(
        result.ranking,
        result.categories,
        result.tables,
        definition,
        are_shared=rate_several(result.notes, definition.words),
    )
    respondents_word = start_sentence(definition.words.respondents)
    pages = write_unit_pages(result, definition)
    ends = _find_strip_ends(pages)
    shown = _place_figures(figures)
    script = (_ASSETS / "report.js").read_text(encoding="utf-8")
    page = load_template(_ASSETS / "report.html").render(
        title=definition.title,
        definition=definition,
        version=__version__,
        release_id=release_id,
        notice=result.notice,
        departures=result.standing.shown or result.standing.departures,
        mark=result.mark,
        policy=_write_policy(script),
        style=Markup("".join((_ASSETS / name).read_text(encoding="utf-8") for name in _STYLES)),
        script=Markup(script),
        level=level,
        unit_word=names.unit_word,
        respondents_word=respondents_word,
        pages=[
            ("answer", "The answer"),
            ("explorer", "Explorer"),
            ("categories", "Categories"),
            ("units", f"{names.unit_word} by {definition.words.unit}"),
            ("robustness", "Robustness"),
            *([("figures", "Further figures")] if shown["further"] else []),
            ("respondents", f"{respondents_word} and quality"),
            ("method", "Method"),
            ("limits", "Limits"),
            ("provenance", "Provenance"),
            ("downloads", "Downloads"),
        ],
        answer=write_answer(result, definition),
        unit_pages=pages,
        strips={page.code: [Markup(draw_strip(line, *ends)) for line in page.lines] for page in pages},
        strip_low=f"{ends[0]:g}",
        strip_high=f"{ends[1]:g}",
        figures=shown,
        shows_ticks=len(pages) <= MOST_UNITS_SHOWN + 1,
        tables={
            "category_ends": categories.tabulate_category_ends(result, names),
            "category_scores": categories.tabulate_category_scores(result, names),
            "ranks": ranks.tabulate_ranks(result, names, level),
            "first_ranks": ranks.tabulate_first_ranks(result, names),
            "pairs": ranks.tabulate_pairs(result, names),
            "groups": ranks.tabulate_groups(result, definition, level),
            "sensitivity": drivers.tabulate_sensitivity(result, names, level),
            "methods": drivers.tabulate_methods(result, names),
            "weights": drivers.tabulate_weights(result, names),
            "swaps": drivers.tabulate_swaps(result, names),
            "influence": drivers.tabulate_influence(result, names),
            "exclusions": drivers.tabulate_exclusions(result, names),
            "rows": quality.tabulate_rows(audit, names),
            "reasons": quality.tabulate_reasons(audit, definition.words),
            "respondents": quality.tabulate_respondents(result, names),
            "reliability": quality.tabulate_reliability(result, names, level),
            "own_methods": tabulate_own_methods(definition, names),
            "assumptions": tabulate_assumptions(result, names),
            "questionnaire": tabulate_questionnaire(result, definition, names),
        },
        replicates=f"{result.replicates:,}",
        steps=list_steps(definition, fits_margins="margins_sha256" in made_from.get("settings", {})),
        intervals=describe_intervals(definition, result.tables["weights"]),
        symbols=describe_symbols(definition.words),
        limits=list_limits(result, definition, audit.notes),
        made_from=_list_origins(made_from),
        downloads=_list_downloads(files),
        carried=[(name, _write_data_uri(files[name])) for name in _CARRIED if name in files],
        explorer=collect_explorer_data(explorer, result, definition) if len(explorer.units) > 1 else None,
        slider_groups=group_sliders(explorer, definition),
        explorer_notes=write_explorer_notes(explorer, result, definition),
        share_notes=write_share_notes(explorer, result, definition),
        slider_most=find_slider_most(explorer),
        aggregations=list_aggregations(explorer),
        normalisations=list_normalisations(),
    )
    return str(page).encode()


def _place_figures(figures: Mapping[str, Figure]) -> dict[str, list[dict[str, str]]]:
    """Return the figures of each place of the page: names and SVG, which is empty where it lies beside the page."""
    from markupsafe import Markup  # noqa: PLC0415

    places = {record.name: record.place for record in list_figures()}
    shown: dict[str, list[dict[str, str]]] = {place: [] for place in get_args(Place)}
    for name, figure in figures.items():
        svg = Markup(figure.svg.decode()) if len(figure.svg) <= _MOST_BYTES else ""
        shown.get(places.get(name, ""), shown["further"]).append({"name": name, "svg": svg})
    return shown


def _write_policy(script: str) -> str:
    """Return the content security policy: this script, styles in the page, and nothing from anywhere."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _find_strip_ends(pages: list[UnitPage]) -> tuple[float, float]:
    """Return the common axis of all strips: whole tens round every score and interval."""
    values = [
        value
        for page in pages
        for line in page.lines
        for value in (line.value, line.low, line.high, *line.others)
        if value is not None
    ]
    if not values:
        return 0.0, 100.0
    return 10.0 * math.floor(min(values) / 10 - 1e-9), 10.0 * math.ceil(max(values) / 10 + 1e-9)


def draw_strip(line: CategoryLine, low: float, high: float) -> str:
    """Return one line of a unit's profile as SVG: the interval, the score, the other units as ticks."""

    def place(value: float) -> str:
        return f"{200 * (value - low) / (high - low):.0f}"

    parts = ['<svg class="strip" viewBox="0 0 200 20" preserveAspectRatio="none" aria-hidden="true">']
    parts.append('<path class="axis" d="M0 10H200"/>')
    if len(line.others) <= MOST_UNITS_SHOWN:
        ticks = "".join(f"M{place(value)} 4V16" for value in line.others)
        parts.append(f'<path class="tick" d="{ticks}"/>' if ticks else "")
    else:
        parts.append(f'<path class="band" d="M{place(min(line.others))} 10H{place(max(line.others))}"/>')
    if line.low is not None and line.high is not None:
        parts.append(f'<path class="interval" d="M{place(line.low)} 10H{place(line.high)}"/>')
    if line.value is not None:
        parts.append(f'<circle class="own" cx="{place(line.value)}" cy="10" r="5"/>')
    return "".join(parts) + "</svg>"


def _list_downloads(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return path within the release and size of every other file, which lie beside the report."""
    return [(name, f"{max(1, round(len(content) / 1000)):,} kB") for name, content in sorted(files.items())]


def _write_data_uri(content: bytes) -> str:
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(content).decode()}"


def _list_origins(made_from: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a release was made from, one line each."""
    lines = []
    for key, value in made_from.items():
        if isinstance(value, Mapping):
            lines += [(f"{key.replace('_', ' ')}: {name}", str(one)) for name, one in value.items()]
        else:
            lines.append((key.replace("_", " "), str(value)))
    return lines
