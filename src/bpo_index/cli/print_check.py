"""What `bpo-index check` prints, and `run` too: the account of rows, and the ranking without the quality exclusions."""

from __future__ import annotations

import polars as pl
from rich.console import Console
from rich.markup import escape

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.completed import CompletedCheck
from bpo_index.definition import IndexDefinition
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.publication.columns.private import EXACT_EXCLUSIONS
from bpo_index.publication.columns.views import view_frame
from bpo_index.publication.standard_phrases import name_heading
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.validation.audit import Audit
from bpo_index.validation.reasons import REASONS


def print_check(completed: CompletedCheck, console: Console, *, verbose: bool = False) -> None:
    """Print how the files were read and what became of the rows.

    `verbose` adds the ranking with and without the quality exclusions, exact.
    """
    print_audit(completed.checked.audit, completed.responses.decisions, console)
    if completed.exclusions is None:
        console.print(f"No ranking can be computed: {escape(completed.refusal or '')}")
    elif verbose:
        print_exclusions(completed.exclusions, None, completed.definition, console)
    console.print(f"Private audit: {escape(str(completed.checked.audit_folder))}", soft_wrap=True)


def print_audit(audit: Audit, decisions: list[str], console: Console) -> None:
    """Print how many rows were used, how many were put aside and why."""
    for decision in decisions:
        console.print(f"[dim]{escape(decision)}[/]")
    console.print(
        f"Rows read {audit.rows_read}, used {audit.rows_accepted}, quarantined {audit.rows_quarantined}: "
        f"{audit.rows_quarantined_by_rules} by quality rules alone, {audit.rows_quarantined_for_errors} for errors, "
        f"{audit.rows_quarantined_by_reader} put aside by the reader."
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
    exclusions: Exclusions, published: pl.DataFrame | None, definition: IndexDefinition, console: Console
) -> None:
    """Print the ranking with and without the quality exclusions, side by side.

    Parameters
    ----------
    exclusions, definition
        What `compare_exclusions` found, and the index.
    published
        What the release holds of it; None: scores and ranks as they are are printed, for the owner of the answers.
    console
        Where to.
    """
    if not exclusions.readmitted:
        console.print("No row is kept out by quality rules alone: the ranking without them is the same.")
        return
    rows = f"{exclusions.readmitted} row{'' if exclusions.readmitted == 1 else 's'}"
    console.print(f"With and without the quality exclusions, which alone keep out {rows}:")
    exact = published is None
    table, frame = (EXACT_EXCLUSIONS, exclusions.exact) if published is None else (EXCLUSIONS, published)
    added = pl.col("respondents_without") - pl.col("respondents")
    shown = frame.with_columns(
        unit=pl.col("unit").replace_strict(definition.unit_names),
        respondents_without=pl.when(added > 0).then(added),
    )
    changes = ("score_change",) if exact else ()
    names = ("rank", "unit", "score", "rank_without", *changes, "respondents_without")
    headings = {"unit": name_heading(definition.words.unit), "respondents_without": "Added"}
    console.print(make_terminal_table(view_frame(table, names, shown, headings=headings)))
    if exclusions.refusal:
        console.print(f"Without them no ranking can be computed: {escape(exclusions.refusal)}")
    elif not exact:
        console.print(
            "[dim]Ranks without them are told as far as they do not hang on what one or two people said; the private "
            "audit has the exact ones.[/]"
        )
