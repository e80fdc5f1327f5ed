"""What `bpo-index plan` prints."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.display.numbers import show_number
from bpo_index.display.table_view import make_table
from bpo_index.publication.standard_phrases import choose_notice, name_heading
from bpo_index.simulation.survey_plan import CompletedPlan


def print_plan(completed: CompletedPlan, console: Console) -> None:
    """Print the precision of every size tried, and what the plan says."""
    console.print(f"[bold]{escape(completed.definition.title)}: the next survey[/]")
    words = completed.definition.words
    headings = (
        f"{name_heading(words.respondents)} per {words.unit}",
        "Ranks in a rank set",
        "in 8 of 10 surveys",
        "Neighbours apart",
        "Pairs apart",
        "Surveys that reach it",
    )
    sizes = completed.plan.table.to_dicts()
    rows = [
        (
            row["respondents"],
            show_number(row["rank_set_width"]),
            f"{row['rank_set_width_low']:.1f} to {row['rank_set_width_high']:.1f}",
            *(f"{row[share]:.0%}" for share in ("neighbours_apart", "pairs_apart", "reached")),
        )
        for row in sizes
    ]
    view = make_table("plan", "", headings, rows, texts=0)
    console.print(make_terminal_table(view, ["bold" if row["needed"] else "" for row in sizes]))
    for sentence in completed.sentences:
        style = "bold yellow" if sentence == choose_notice(completed.data_origin) else ""
        console.print(escape(sentence), style=style)
    console.print(f"Table and figure: {escape(', '.join(map(str, completed.files)))}", soft_wrap=True)
