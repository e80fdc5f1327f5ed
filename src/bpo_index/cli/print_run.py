"""What `bpo-index run` prints: the ranking, what it supports, the account of rows, and where the release lies."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.cli.print_check import print_audit, print_exclusions
from bpo_index.completed import CompletedRun
from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import show_range, show_score, show_share
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import choose_notice, name_level, names_percentage


def print_run(completed: CompletedRun, console: Console) -> None:
    """Print the ranking, what became of the rows, and where the release lies."""
    standing = completed.release.standing
    if standing.sentence:
        console.print(f"[bold yellow]{escape(standing.sentence)}[/]")
    console.print()
    console.print(f"[bold]{escape(completed.definition.title)}[/]")
    if notice := choose_notice(completed.result.data_origin):
        console.print(f"[bold yellow]{notice}[/]")
    console.print(make_ranking_table(completed.result, completed.definition))
    print_ranking_notes(completed.result, console)
    console.print()
    print_audit(completed.checked.audit, completed.responses.decisions, console)
    published = completed.result.tables["exclusions"]
    print_exclusions(completed.exclusions, published, completed.definition, console)
    for warning in completed.release.warnings:
        console.print(f"[bold yellow]{escape(warning)}[/]")
    what = {"official": "Release", "draft": "Draft", "trial": "Trial"}[standing.kind]
    state = what if completed.release.is_new else f"{what} (there already, checked and unchanged)"
    console.print(f"{state}: {escape(str(completed.release.path))}", soft_wrap=True)
    console.print(f"Report: {escape(str(completed.release.path / 'report.html'))}", soft_wrap=True)
    console.print(f"Private audit: {escape(str(completed.checked.audit_folder))}", soft_wrap=True)


def make_ranking_table(result: Result, definition: IndexDefinition) -> Table:
    """Return the ranking as a table for the terminal."""
    level = name_level(definition.method.confidence_level)
    is_percentage = names_percentage(definition)
    table = Table(box=None, header_style="bold", padding=(0, 1), show_edge=False)
    table.add_column("Rank", justify="right")
    table.add_column(escape(definition.columns.unit.capitalize()), no_wrap=True)
    table.add_column("Score", justify="right")
    table.add_column(f"{level} interval", justify="right", no_wrap=True)
    table.add_column(f"Rank, {level}", justify="right", no_wrap=True)
    table.add_column("Respondents", justify="right")
    table.add_column("P(first)", justify="right")
    for row in result.ranking.iter_rows(named=True):
        score = show_score(row)
        table.add_row(
            "–" if row["rank"] is None else str(row["rank"]),
            escape(row["name"]) + (" *" if row["note"] else ""),
            f"{score} %" if is_percentage and row["score"] is not None else score,
            show_range(row["ci_low"], row["ci_high"]),
            show_range(row["marginal_rank_set_low"], row["marginal_rank_set_high"]),
            str(row["respondents"]),
            show_share(row["p_first"]),
        )
    return table


def print_ranking_notes(result: Result, console: Console) -> None:
    """Print the notes of single units, what the ranks support, and what the numbers do not say."""
    for note, names in result.group_unit_notes():
        console.print(f"[dim]* {escape(', '.join(names))}: {note}.[/]")
    for sentence in result.findings:
        console.print(escape(sentence))
    console.print(
        "[dim]Intervals and ranks account for the sampling of respondents only. P(first) is a share of "
        f"{result.replicates:,} replicates with respondents drawn.[/]"
    )
    for note in result.notes:
        console.print(f"[dim]{escape(note)}[/]")
    lost = result.replicates_not_ranked, result.assumptions_not_ranked
    if any(lost):
        console.print(
            f"[dim]{lost[0]:,} of these replicates, and {lost[1]:,} of those with all assumptions drawn, could not be "
            "ranked and are left out.[/]"
        )
