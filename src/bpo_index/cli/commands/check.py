"""`bpo-index check`: say which rows of survey files count, and why the others do not."""

from __future__ import annotations

from dataclasses import asdict

from bpo_index.cli.command import Command
from bpo_index.cli.options import AuditDir, Definition, Files, Json, Verbose
from bpo_index.cli.output import make_console, print_json
from bpo_index.files.resources import DEFAULT_DEFINITION


def check(
    responses: Files,
    *,
    definition: Definition = DEFAULT_DEFINITION,
    audit_dir: AuditDir = "audit",
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Check survey files, write the private audit and print what became of the rows."""
    from bpo_index import pipeline  # noqa: PLC0415
    from bpo_index.cli.print_check import print_check  # noqa: PLC0415
    from bpo_index.settings import Settings  # noqa: PLC0415

    completed = pipeline.check(Settings(responses=tuple(responses), definition=definition, audit_dir=audit_dir))
    if not as_json:
        print_check(completed, make_console(), verbose=verbose)
        return
    print_json(
        {
            "audit": asdict(completed.checked.audit),
            "audit_folder": str(completed.checked.audit_folder),
            "reading": completed.responses.decisions,
            "exclusions": completed.exclusions.exact.to_dicts() if completed.exclusions else None,
            "no_ranking": completed.refusal,
        }
    )


RECORDS = (Command(name="check", line="Check survey files and write the audit.", call=check, order=20),)
