"""What a person sees in the terminal: the ranking, the account of rows, the facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bpo_index.definition import IndexDefinition
from bpo_index.display.numbers import show_range, show_score, show_share
from bpo_index.pipeline import CheckOutcome, Outcome
from bpo_index.pipeline import Progress as Report
from bpo_index.publication.columns.description import format_cell
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.facts import FactCheck
from bpo_index.publication.result import Result
from bpo_index.publication.standard_phrases import choose_notice, name_level, names_percentage
from bpo_index.publication.survey_plan import PlanOutcome
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.validation.audit import Audit
from bpo_index.validation.reasons import REASONS

#: Replicates from which on a bar is worth showing (about a second).
BAR_FROM = 100_000
_SCORE = next(column for column in RANKING.columns if column.name == "score")
_CHANGE = next(column for column in EXCLUSIONS.columns if column.name == "score_change")


@contextmanager
def show_progress(what: str, *, is_long: bool = True) -> Iterator[Report | None]:
    """Yield a function that shows progress: a bar on stderr where that is a terminal and the work is long."""
    console = Console(stderr=True)
    if not is_long or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Print the ranking, what became of the rows, and where the release lies."""
    standing = outcome.release.standing
    if standing.sentence:
        console.print(f"[bold yellow]{escape(standing.sentence)}[/]")
    console.print()
    console.print(f"[bold]{escape(outcome.definition.title)}[/]")
    if notice := choose_notice(outcome.result.data_origin):
        console.print(f"[bold yellow]{notice}[/]")
    console.print(make_ranking_table(outcome.result, outcome.definition))
    print_ranking_notes(outcome.result, console)
    console.print()
    print_audit(outcome.checked.audit, outcome.responses.decisions, console)
    print_exclusions(outcome.exclusions, outcome.definition, console)
    for warning in outcome.release.warnings:
        console.print(f"[bold yellow]{escape(warning)}[/]")
    what = {"official": "Release", "draft": "Draft", "trial": "Trial"}[standing.kind]
    state = what if outcome.release.is_new else f"{what} (there already, checked and unchanged)"
    console.print(f"{state}: {escape(str(outcome.release.path))}", soft_wrap=True)
    console.print(f"Report: {escape(str(outcome.release.path / 'report.html'))}", soft_wrap=True)
    console.print(f"Private audit: {escape(str(outcome.checked.audit_folder))}", soft_wrap=True)


def print_check(outcome: CheckOutcome, console: Console) -> None:
    """Print what became of the rows, and the ranking with and without the quality exclusions, exact."""
    print_audit(outcome.checked.audit, outcome.responses.decisions, console)
    if outcome.exclusions is None:
        console.print(f"No ranking can be computed: {escape(outcome.refusal or '')}")
    else:
        print_exclusions(outcome.exclusions, outcome.definition, console, exact=True)
    console.print(f"Private audit: {escape(str(outcome.checked.audit_folder))}", soft_wrap=True)


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
            show_range(row["rank_interval_low"], row["rank_interval_high"]),
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


def print_plan(outcome: PlanOutcome, console: Console) -> None:
    """Print the precision of every size tried, and what the plan says."""
    console.print(f"[bold]{escape(outcome.definition.title)}: the next survey[/]")
    table = Table(box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for title in (
        f"Respondents per {escape(outcome.definition.columns.unit)}",
        "Ranks in a rank set",
        "in 8 of 10 surveys",
        "Neighbours apart",
        "Pairs apart",
        "Surveys that reach it",
    ):
        table.add_column(title, justify="right")
    for row in outcome.plan.table.iter_rows(named=True):
        table.add_row(
            str(row["respondents"]),
            f"{row['rank_set_width']:.1f}",
            f"{row['rank_set_width_low']:.1f} to {row['rank_set_width_high']:.1f}",
            f"{row['neighbours_apart']:.0%}",
            f"{row['pairs_apart']:.0%}",
            f"{row['reached']:.0%}",
            style="bold" if row["needed"] else "",
        )
    console.print(table)
    for sentence in outcome.sentences:
        style = "bold yellow" if sentence == choose_notice(outcome.data_origin) else ""
        console.print(escape(sentence), style=style)
    console.print(f"Table and figure: {escape(', '.join(map(str, outcome.files)))}", soft_wrap=True)


def print_audit(audit: Audit, decisions: list[str], console: Console) -> None:
    """Print how many rows were used, how many were put aside and why."""
    for decision in decisions:
        console.print(f"[dim]{escape(decision)}[/]")
    console.print(
        f"Rows read {audit.rows_read}, used {audit.rows_accepted}, quarantined {audit.rows_quarantined}: "
        f"{audit.rows_quarantined_by_rules} by quality rules alone, {audit.rows_quarantined_for_errors} for errors, "
        f"{audit.rows_put_aside_by_reader} put aside by the reader."
    )
    console.print(
        f"Used: {audit.ratings:,} ratings, {audit.dont_know:,} don't-know, {audit.skipped:,} skipped, "
        f"{audit.not_asked:,} not asked; {audit.respondents_flagged:,} of {audit.respondents_accepted:,} respondents "
        "flagged."
    )
    for title, counts in (("Quarantined", audit.reasons), ("Flagged and used", audit.flags)):
        for code, count in counts.items():
            console.print(f"  {title} {count:>4}  {code}: {REASONS[code]}")
    for note in audit.notes:
        console.print(escape(note))


def print_exclusions(
    exclusions: Exclusions, definition: IndexDefinition, console: Console, *, exact: bool = False
) -> None:
    """Print the ranking with and without the quality exclusions, side by side.

    Parameters
    ----------
    exclusions, definition
        What `compare_exclusions` found, and the index.
    console
        Where to.
    exact
        False: what the release holds; true: scores and ranks as they are, for the owner of the answers.
    """
    if not exclusions.let_in:
        console.print("No row is kept out by quality rules alone: the ranking without them is the same.")
        return
    rows = f"{exclusions.let_in} row{'' if exclusions.let_in == 1 else 's'}"
    console.print(f"With and without the quality exclusions, which alone keep out {rows}:")
    table = Table(box=None, header_style="bold", padding=(0, 1), show_edge=False)
    unit = escape(definition.columns.unit.capitalize())
    for title in ("Rank", unit, "Score", "Rank without", "Score change", "Let in"):
        table.add_column(title, justify="left" if title == unit else "right", no_wrap=True)
    for row in (exclusions.exact if exact else exclusions.public).iter_rows(named=True):
        added = row["respondents_without"] - row["respondents"]
        low, high = (row["rank_without"],) * 2 if exact else (row["rank_without_low"], row["rank_without_high"])
        change = format_cell(row["score_change"], _CHANGE)
        table.add_row(
            "–" if row["rank"] is None else str(row["rank"]),
            escape(row["name"]),
            format_cell(row["score"], _SCORE),
            show_range(low, high),
            change if added or exact else "",
            str(added) if added else "",
        )
    console.print(table)
    if exclusions.refusal:
        console.print(f"Without them no ranking can be computed: {escape(exclusions.refusal)}")
    elif not exact:
        console.print(
            "[dim]Ranks without them are told as far as they do not hang on what one or two people said; the private "
            "audit has the exact ones.[/]"
        )


def print_facts(checks: list[FactCheck], console: Console, *, synthetic: bool, release: str | None = None) -> None:
    """Print that a release is whole, one line a published fact, then what the check is worth."""
    if release is not None:
        console.print(f"The release {escape(release)} is whole: every file is as it was published.", soft_wrap=True)
    if not checks:
        console.print("No published facts about it are known.")
        return
    style = {"holds": "green", "does not hold": "bold red", "not testable": "dim"}
    for check in checks:
        fact = check.fact
        where = " ".join(part for part in (fact.unit, fact.category, fact.question) if part)
        console.print(
            f"[{style[check.outcome]}]{check.outcome:<13}[/] {fact.edition} {escape(where)}: {escape(fact.statement)} "
            f"[dim]({escape(fact.reading)}: {escape(check.found)})[/]",
            soft_wrap=True,
        )
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in style}
    console.print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + ".")
    if synthetic:
        console.print(
            "The sample data is synthetic and was built to meet these facts, so this checks the computation only: it "
            "says nothing about the real survey."
        )
