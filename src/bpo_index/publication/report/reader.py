"""The reader's report: the answer, the explorer, categories, a card a unit, how far to trust it, how it was made."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_point
from bpo_index.publication.explorer import Explorer, prepare_explorer
from bpo_index.publication.figures import Figure
from bpo_index.publication.findings import rate_several
from bpo_index.publication.identity import MARGINS
from bpo_index.publication.report.answer import write_answer
from bpo_index.publication.report.categories import collect_names
from bpo_index.publication.report.explorer_part import (
    collect_explorer_data,
    find_slider_most,
    group_sliders,
    list_aggregations,
    list_found,
    list_normalisations,
    write_explorer_notes,
    write_share_notes,
)
from bpo_index.publication.report.method import list_steps
from bpo_index.publication.report.page import list_words, place_figures, render_page
from bpo_index.publication.report.ranking_table import lay_out_table
from bpo_index.publication.report.trust import describe_categories, describe_trust, list_main_limits
from bpo_index.publication.report.unit_pages import collect_unit_cards, link_units
from bpo_index.publication.result import Result

#: From so many units on the explorer's table has a field that searches it.
_SEARCHED = 20
#: Tables that the page itself carries for download.
_CARRIED = ("ranking.csv", "categories.csv")
#: Files beside the page that most readers want, and what they are.
_BESIDE = {
    "annex.html": "report.file_annex",
    "tables.xlsx": "report.file_workbook",
    "figures/ranking.svg": "report.file_ranking_figure",
    "datapackage.json": "report.file_package",
    "manifest.json": "report.file_manifest",
}


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
    """Return the reader's report as UTF-8 HTML.

    Parameters
    ----------
    result, definition, audit
        What is published; the audit as `disclose_audit` leaves it.
    release_id, made_from
        From `identify_release`.
    figures
        From `draw_figures`; those that are not there are left out.
    files
        The other files of the release, but annex and manifest.
    """
    words, answer = list_words(definition), write_answer(result, definition)
    names = collect_names(result, definition)
    pages = ("answer", "explorer", "categories", "units", "trust", "method", "limits", "downloads")
    beside = [name for name in _BESIDE if name in files or name in ("annex.html", "manifest.json")]
    return render_page(
        "report.html",
        result,
        definition,
        styles=("report.css", "explorer.css", "tables.css", "card.css", "units.css"),
        scripts=("scroll.js", "tables.js", "explorer_scores.js", "explorer.js"),
        page_title=definition.title,
        description=answer.headline,
        release_id=release_id,
        pages=[(page, phrase(f"report.page_{page}", **words)) for page in pages],
        further_pages=[("annex.html", phrase("report.page_annex"))],
        answer=answer,
        ranking=lay_out_table(result, definition, link_units(result)),
        figures=place_figures(figures),
        category_sentences=describe_categories(result, names),
        trust_sentences=describe_trust(result, definition),
        made=_describe_making(definition, audit),
        steps=list_steps(definition, fits_margins=MARGINS in made_from.get("settings", {})),
        limits=list_main_limits(result, definition),
        carried=[(name, _write_data_uri(files[name])) for name in _CARRIED if name in files],
        beside=[(name, phrase(_BESIDE[name])) for name in beside],
        **_collect_explorer(result, definition),
        unit_word=names.unit_word,
        unit_cards=collect_unit_cards(result, definition),
    )


def _describe_making(definition: IndexDefinition, audit: PublicAudit) -> str:
    """Return how many respondents rated how many questions, on which scale."""
    return phrase(
        "report.made",
        respondents_count=definition.words.count_respondents(audit.rows_accepted),
        questions=phrase("report.questions", count=len(definition.question_ids)),
        low=show_point(definition.scale.minimum),
        high=show_point(definition.scale.maximum),
    )


def _collect_explorer(result: Result, definition: IndexDefinition) -> dict[str, Any]:
    """Return what the explorer's part of the page shows."""
    explorer: Explorer = prepare_explorer(
        result.ranking,
        result.categories,
        result.tables,
        definition,
        are_shared=rate_several(result.notes, definition.words),
    )
    return {
        "explorer": collect_explorer_data(explorer, result, definition) if len(explorer.units) > 1 else None,
        "slider_groups": group_sliders(explorer, definition),
        "found": list_found(result.ranking.height),
        "searches_explorer": len(explorer.units) >= _SEARCHED,
        "explorer_notes": write_explorer_notes(explorer, result, definition),
        "share_notes": write_share_notes(explorer, result, definition),
        "slider_most": find_slider_most(explorer),
        "aggregations": list_aggregations(explorer),
        "normalisations": list_normalisations(),
    }


def _write_data_uri(content: bytes) -> str:
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(content).decode()}"
