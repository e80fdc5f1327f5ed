"""The files of a release: tables, figures, audit, definition; made last, report and annex, which list the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.answers import PublicAudit
from bpo_index.files.atomic import render_json
from bpo_index.publication.figures import start_figures
from bpo_index.publication.report import render_annex, render_report, render_unit_pages
from bpo_index.publication.result import Result
from bpo_index.publication.tables import render_tables


def render_release(
    result: Result,
    definition: IndexDefinition,
    audit: PublicAudit,
    *,
    release_id: str,
    made_from: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return path within the release to content, for every file but the manifest.

    Parameters
    ----------
    result, definition, audit
        What is published; the audit as `disclose_audit` leaves it.
    release_id, made_from
        From `identify_release`.
    """
    # NOTE: they are drawn outside Python, while the tables are written.
    wait_for_figures = start_figures(result, definition, release_id)
    files = render_tables(result, definition)
    figures = wait_for_figures()
    files |= {f"figures/{name}.svg": figure.svg for name, figure in figures.items()}
    files |= {f"figures/{name}.png": figure.png for name, figure in figures.items()}
    files |= {f"figures/{name}-narrow.svg": figure.narrow for name, figure in figures.items() if figure.narrow}
    files["audit.json"] = render_json(asdict(audit))
    files["definition.json"] = render_json(definition.model_dump(mode="json"))
    files |= render_unit_pages(result, definition, release_id=release_id)
    for name, render in (("report.html", render_report), ("annex.html", render_annex)):
        files[name] = render(
            result,
            definition,
            audit,
            release_id=release_id,
            made_from=made_from,
            figures=figures,
            files=files,
        )
    return files
