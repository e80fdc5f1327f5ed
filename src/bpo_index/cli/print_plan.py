"""What `bpo-index plan` prints."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.publication.standard_phrases import choose_notice, name_heading
from bpo_index.simulation.survey_plan import CompletedPlan


def print_plan(completed: CompletedPlan, console: Console) -> None:
    """Print the precision of every size tried, and what the plan says."""
    console.print(f"[bold]{escape(completed.definition.title)}: the next survey[/]")
    words = completed.definition.words
    table = Table(box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for title in (
        escape(f"{name_heading(words.respondents)} per {words.unit}"),
        "Ranks in a rank set",
        "in 8 of 10 surveys",
        "Neighbours apart",
        "Pairs apart",
        "Surveys that reach it",
    ):
        table.add_column(title, justify="right")
    for row in completed.plan.table.iter_rows(named=True):
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
    for sentence in completed.sentences:
        style = "bold yellow" if sentence == choose_notice(completed.data_origin) else ""
        console.print(escape(sentence), style=style)
    console.print(f"Table and figure: {escape(', '.join(map(str, completed.files)))}", soft_wrap=True)
