"""What `bpo-index run` prints: the ranking, what it supports, the rows used, and where the report lies."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.cli.print_check import print_audit, print_exclusions
from bpo_index.cli.print_table import make_terminal_table
from bpo_index.completed import CompletedRun
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import list_names
from bpo_index.publication.formats.reader_tables import view_units
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import choose_notice, explain_lost_replicates
from bpo_index.robustness.assess import shorten_notes


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
        console.print(f"[dim]{escape(phrase('terminal.marked', names=list_names(names), why=reason))}[/]")
    console.print(f"[dim]{escape(result.reading)}[/]")
    console.print()
    for sentence in result.summary:
        console.print(escape(sentence))
    for caution in result.cautions:
        console.print(f"[bold yellow]{escape(caution)}[/]")
    console.print()
    if verbose:
        _print_details(completed, console)
        console.print()
    _print_outcome(completed, console)


def _group_reasons(result: Result) -> list[tuple[str, list[str]]]:
    """Return why single units are marked, without what follows for their numbers, and the names of those units."""
    grouped: dict[str, list[str]] = {}
    shorter = shorten_notes(result.words)
    for note, names in result.group_unit_notes():
        grouped.setdefault(shorter.get(note, note), []).extend(names)
    return list(grouped.items())


def _print_details(completed: CompletedRun, console: Console) -> None:
    result = completed.result
    for note, names in result.group_unit_notes():
        console.print(f"[dim]{escape(phrase('terminal.marked', names=list_names(names), why=note))}[/]")
    for sentence in result.findings:
        console.print(escape(sentence))
    for note in result.notes:
        if note in result.cautions:
            continue
        console.print(f"[dim]{escape(note)}[/]")
    lost = result.replicates_not_ranked, result.assumptions_not_ranked
    if any(lost):
        said = phrase(
            "terminal.replicates_left_out",
            lost=lost[0],
            replicates=result.replicates,
            respondents=result.words.respondents,
            lost_with_assumptions=lost[1],
            why=explain_lost_replicates(completed.definition),
        )
        console.print(f"[dim]{escape(said)}[/]")
    console.print()
    print_audit(completed.checked.audit, completed.responses.decisions, completed.definition.words, console)
    print_exclusions(completed.exclusions, result.tables["exclusions"], completed.definition, console)


def _print_outcome(completed: CompletedRun, console: Console) -> None:
    """Print how many rows were used, what to be warned of, and where everything lies."""
    release, audit = completed.release, completed.checked.audit
    counts = {"read": audit.rows_read, "used": audit.rows_accepted, "quarantined": audit.rows_quarantined}
    console.print(
        phrase("terminal.rows_and_why", **counts) if audit.rows_quarantined else phrase("terminal.rows", **counts)
    )
    for warning in release.warnings:
        console.print(f"[bold yellow]{escape(warning)}[/]")
    kind, folder = release.standing.kind, str(release.path)
    state = "new" if release.is_new else "unchanged"
    for line in (
        phrase("terminal.withdrawn" if release.is_withdrawn else f"terminal.{state}_{kind}", folder=folder),
        phrase("terminal.report", file=str(release.path / "report.html")),
        phrase("terminal.private_audit", folder=str(completed.checked.audit_folder)),
    ):
        console.print(escape(line), soft_wrap=True)
