"""What `bpo-index run` prints: the ranking, what it supports, the rows used, and where the report lies."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.cli.print_check import print_audit, print_exclusions
from bpo_index.cli.print_table import make_terminal_table
from bpo_index.completed import CompletedRun
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import choose_notice


def print_run(completed: CompletedRun, console: Console, *, verbose: bool = False) -> None:
    """Print the answer on one screen; `verbose` adds all findings and notes, and the full account of the rows."""
    standing, result = completed.release.standing, completed.result
    if standing.sentence:
        console.print(f"[bold yellow]{escape(standing.sentence)}[/]")
    console.print(f"[bold]{escape(completed.definition.title)}[/]")
    if notice := choose_notice(result.data_origin):
        console.print(f"[bold yellow]{notice}[/]")
    console.print()
    marks = {note: "*" for note, _ in result.group_unit_notes()}
    console.print(make_terminal_table(view_units(result.ranking, completed.definition, marks=marks)))
    for reason, names in _group_reasons(result):
        console.print(f"[dim]* {escape(', '.join(names))}: {reason}.[/]")
    console.print(f"[dim]{escape(result.reading)}[/]")
    console.print()
    for sentence in result.summary:
        console.print(escape(sentence))
    console.print()
    if verbose:
        _print_details(completed, console)
        console.print()
    _print_outcome(completed, console)


def _group_reasons(result: Result) -> list[tuple[str, list[str]]]:
    """Return why single units are marked, without what follows for their numbers, and the names of those units."""
    grouped: dict[str, list[str]] = {}
    for note, names in result.group_unit_notes():
        grouped.setdefault(note.partition(":")[0], []).extend(names)
    return list(grouped.items())


def _print_details(completed: CompletedRun, console: Console) -> None:
    result = completed.result
    for note, names in result.group_unit_notes():
        console.print(f"[dim]* {escape(', '.join(names))}: {note}.[/]")
    for sentence in result.findings:
        console.print(escape(sentence))
    for note in result.notes:
        console.print(f"[dim]{escape(note)}[/]")
    lost = result.replicates_not_ranked, result.assumptions_not_ranked
    if any(lost):
        console.print(
            f"[dim]{lost[0]:,} of {result.replicates:,} replicates with {escape(result.words.respondents)} drawn, and "
            f"{lost[1]:,} of those with all assumptions drawn, could not be ranked and are left out.[/]"
        )
    console.print()
    print_audit(completed.checked.audit, completed.responses.decisions, console)
    print_exclusions(completed.exclusions, result.tables["exclusions"], completed.definition, console)


def _print_outcome(completed: CompletedRun, console: Console) -> None:
    """Print how many rows were used, what to be warned of, and where everything lies."""
    release, audit = completed.release, completed.checked.audit
    why = " (--verbose says why)" if audit.rows_quarantined else ""
    console.print(
        f"Rows read {audit.rows_read:,}, used {audit.rows_accepted:,}, quarantined {audit.rows_quarantined:,}{why}."
    )
    for warning in release.warnings:
        console.print(f"[bold yellow]{escape(warning)}[/]")
    what = {"official": "Release", "draft": "Draft", "trial": "Trial"}[release.standing.kind]
    state = what if release.is_new else f"{what} (there already, checked and unchanged)"
    console.print(f"{state}: {escape(str(release.path))}", soft_wrap=True)
    console.print(f"Report: {escape(str(release.path / 'report.html'))}", soft_wrap=True)
    console.print(f"Private audit: {escape(str(completed.checked.audit_folder))}", soft_wrap=True)
