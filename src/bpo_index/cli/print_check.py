"""What `bpo-index check` prints, and `run` too: the account of rows, and the ranking without the quality exclusions."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.completed import CompletedCheck
from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_count
from bpo_index.display.table_view import make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.publication.columns.private import EXACT_EXCLUSIONS
from bpo_index.publication.columns.views import view_frame
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.validation.audit import Audit
from bpo_index.validation.reasons import describe_reason


def print_check(completed: CompletedCheck, console: Console, *, verbose: bool = False) -> None:
    """Print how the files were read and what became of the rows.

    `verbose` adds the ranking with and without the quality exclusions, exact.
    """
    print_audit(completed.checked.audit, completed.responses.decisions, completed.definition.words, console)
    if completed.exclusions is None:
        console.print(escape(phrase("terminal.no_ranking", why=completed.refusal or "")))
    elif verbose:
        print_exclusions(completed.exclusions, None, completed.definition, console)
    folder = str(completed.checked.audit_folder)
    console.print(escape(phrase("terminal.private_audit", folder=folder)), soft_wrap=True)


def print_audit(audit: Audit, decisions: list[str], words: Words, console: Console) -> None:
    """Print how many rows were used, how many were quarantined and why."""
    for decision in decisions:
        console.print(f"[dim]{escape(decision)}[/]")
    console.print(
        phrase(
            "terminal.rows_by_outcome",
            read=audit.rows_read,
            used=audit.rows_accepted,
            quarantined=audit.rows_quarantined,
            by_rules=audit.rows_quarantined_by_rules,
            for_errors=audit.rows_quarantined_for_errors,
            by_reader=audit.rows_quarantined_by_reader,
        )
    )
    if audit.rows_not_kept:
        console.print(
            phrase("terminal.rows_not_kept", count=audit.rows_not_kept, all=audit.rows_read + audit.rows_not_kept)
        )
    kinds = ((phrase("terminal.quarantined"), audit.reasons), (phrase("terminal.flagged"), audit.flags))
    for heading, counts in kinds:
        if counts:
            console.print(_make_reasons_table(heading, counts, words))
    console.print(
        escape(
            phrase(
                "terminal.answers_used",
                ratings=audit.ratings,
                dont_know=audit.dont_know,
                skipped=audit.skipped,
                not_asked=audit.not_asked,
                flagged=audit.respondents_flagged,
                respondents=words.count_respondents(audit.respondents_accepted),
            )
        )
    )
    for note in audit.notes:
        console.print(escape(note))


def _make_reasons_table(heading: str, counts: Mapping[str, int], words: Words) -> Table:
    rows = [(show_count(count), code, describe_reason(code, words)) for code, count in counts.items()]
    headings = (heading, phrase("terminal.heading_reason"), phrase("terminal.heading_meaning"))
    return make_terminal_table(make_table("reasons", "", headings, rows, texts=(1, 2)))


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
        console.print(phrase("terminal.no_exclusions"))
        return
    words = definition.words
    console.print(phrase("terminal.exclusions", count=exclusions.readmitted))
    exact = published is None
    table, frame = (EXACT_EXCLUSIONS, exclusions.exact) if published is None else (EXCLUSIONS, published)
    added = pl.col("respondents_without") - pl.col("respondents")
    shown = frame.with_columns(
        unit=pl.col("unit").replace_strict(definition.unit_names),
        respondents_without=pl.when(added > 0).then(added),
    )
    changes = ("score_change",) if exact else ()
    names = ("rank", "unit", "score", "rank_without", *changes, "respondents_without")
    headings = {
        "unit": start_sentence(words.unit),
        "respondents_without": phrase("terminal.heading_added", respondents=start_sentence(words.respondents)),
    }
    console.print(make_terminal_table(view_frame(table, names, shown, headings=headings)))
    if exclusions.refusal:
        console.print(escape(phrase("terminal.no_ranking_without", why=exclusions.refusal)))
    elif not exact:
        console.print(f"[dim]{escape(phrase('terminal.ranks_without'))}[/]")
