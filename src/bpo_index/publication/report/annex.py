"""The annex: all tables on scores, ranks and robustness, the method in formulas, limits, provenance, files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names, show_count, show_level
from bpo_index.display.table_view import TableView
from bpo_index.publication.figures import Figure
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.publication.identity import MARGINS
from bpo_index.publication.report import categories, drivers, method, quality, ranks
from bpo_index.publication.report.page import bind_phrase, place_figures, render_page
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import describe_ranges


def render_annex(
    result: Result,
    definition: IndexDefinition,
    audit: PublicAudit,
    *,
    release_id: str,
    made_from: Mapping[str, Any],
    figures: Mapping[str, Figure],
    files: Mapping[str, bytes],
) -> bytes:
    """Return the technical annex as UTF-8 HTML.

    Parameters
    ----------
    result, definition, audit, release_id, made_from, figures
        As for `render_report`.
    files
        All other files of the release but the manifest, with the report, for the list of files.
    """
    say, shown = bind_phrase(definition), place_figures(figures)
    pages = [
        ("ranking", say("annex.page_ranking")),
        ("categories", say("report.page_categories")),
        ("robustness", say("annex.page_robustness")),
        *([("figures", say("annex.page_figures"))] if shown["further"] else []),
        ("respondents", say("annex.page_respondents")),
        ("method", say("annex.page_method")),
        ("limits", say("report.page_limits")),
        ("provenance", say("annex.page_provenance")),
        ("files", say("annex.page_files")),
    ]
    return render_page(
        "annex.html",
        result,
        definition,
        styles=("report.css",),
        scripts=("scroll.js",),
        page_title=phrase("annex.title", title=definition.title),
        description=phrase("annex.title", title=definition.title),
        release_id=release_id,
        pages=pages,
        further_pages=[("report.html", phrase("annex.back"))],
        unit_notes=[
            phrase("annex.unit_note", names=list_names(names), note=note) for note, names in result.group_unit_notes()
        ],
        findings=result.findings,
        figures=shown,
        tables=_make_tables(result, definition, audit),
        steps=method.list_all_steps(result, definition, fits_margins=MARGINS in made_from.get("settings", {})),
        limits=method.list_limits(result, definition, audit.notes),
        made_from=_list_origins(made_from),
        downloads=_list_files(files),
    )


def _make_tables(result: Result, definition: IndexDefinition, audit: PublicAudit) -> dict[str, Any]:
    """Return the tables of the annex by the name that its templates have for them."""
    names, level = categories.collect_names(result, definition), show_level(definition.method.confidence_level)
    return {
        "ranking": _tabulate_ranking(result, definition),
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
        "own_methods": method.tabulate_own_methods(definition, names),
        "assumptions": method.tabulate_assumptions(result, names),
        "questionnaire": method.tabulate_questionnaire(result, definition, names),
    }


def _tabulate_ranking(result: Result, definition: IndexDefinition) -> TableView:
    return view_units(
        result.ranking,
        definition,
        caption=phrase("report.ranking_caption", title=definition.title),
        marks={note: "*" for note, _ in result.group_unit_notes()},
        note=phrase("annex.ranking_note", ranges=describe_ranges(definition), **definition.words.names),
    )


def _list_files(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Return path within the release and size of every other file, which lie beside the annex; last the manifest."""
    listed = [
        (name, phrase("annex.kilobytes", size=show_count(max(1, round(len(content) / 1000)))))
        for name, content in sorted(files.items())
    ]
    return [*listed, ("manifest.json", "")]


def _list_origins(made_from: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a release was made from, one line each."""
    lines = []
    for key, value in made_from.items():
        if isinstance(value, Mapping):
            lines += [(f"{key.replace('_', ' ')}: {name}", str(one)) for name, one in value.items()]
        else:
            lines.append((key.replace("_", " "), str(value)))
    return lines
