"""`bpo-index run`: compute an index and publish it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bpo_index.cli.command import Command
from bpo_index.cli.options import AuditDir, Definition, Files, Json, Verbose
from bpo_index.cli.output import make_console, print_json, show_progress
from bpo_index.display.catalogue import phrase
from bpo_index.files.resources import DEFAULT_DEFINITION

if TYPE_CHECKING:
    from bpo_index.completed import CompletedRun

#: Replicates from which on a bar is worth showing (about a second).
BAR_FROM = 100_000


def run(
    responses: Files,
    *,
    definition: Definition = DEFAULT_DEFINITION,
    out: Annotated[str, typer.Option(metavar="DIR", help="The folder of all releases.")] = "releases",
    audit_dir: AuditDir = "audit",
    replicates: Annotated[int | None, typer.Option(help="Number of replicates; a trial.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(help="A trial with another seed.", show_default=False)] = None,
    method: Annotated[
        str | None, typer.Option(metavar="FILE", help="YAML that replaces keys of the method: block; a trial.")
    ] = None,
    margins: Annotated[
        str | None, typer.Option(metavar="FILE", help="CSV: shares of the population to weigh respondents to.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler (tcp://…) that evaluates the replicates.")
    ] = None,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Compute an index from survey files, publish the release and print the ranking."""
    from bpo_index import pipeline  # noqa: PLC0415
    from bpo_index.cli.print_run import print_run  # noqa: PLC0415
    from bpo_index.settings import Settings  # noqa: PLC0415

    settings = Settings(
        responses=tuple(responses),
        definition=definition,
        out=out,
        audit_dir=audit_dir,
        replicates=replicates,
        seed=seed,
        method=method,
        margins=margins,
        scheduler=scheduler,
    )
    what = phrase("terminal.progress_replicates")
    with show_progress(what, is_long=(replicates or 0) >= BAR_FROM) as progress:
        completed = pipeline.run(settings, progress)
    if as_json:
        print_json(_describe(completed))
    else:
        print_run(completed, make_console(), verbose=verbose)


def _describe(completed: CompletedRun) -> dict[str, Any]:
    release, result = completed.release, completed.result
    return {
        "release": release.release_id,
        "path": str(release.path),
        "is_new": release.is_new,
        "standing": release.standing.kind,
        "departures": release.standing.departures,
        "warnings": release.warnings,
        "data_origin": result.data_origin,
        "ranking": result.ranking.to_dicts(),
        "audit": asdict(completed.checked.audit),
        "audit_folder": str(completed.checked.audit_folder),
        "reading": completed.responses.decisions,
        "exclusions": [
            {"unit": row["unit"], "name": completed.definition.unit_names[row["unit"]]} | row
            for row in result.tables["exclusions"].drop("data_origin").iter_rows(named=True)
        ],
        "summary": list(result.summary),
        "findings": result.findings,
        "notes": result.notes,
    }


RECORDS = (
    Command(
        name="run",
        line="Compute an index and publish a release; a run that departs from the definition is a private trial.",
        call=run,
        order=10,
    ),
)
