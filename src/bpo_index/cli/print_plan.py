"""What `bpo-index plan` prints."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_count, show_number, show_percent, show_range
from bpo_index.display.table_view import make_table
from bpo_index.display.words import start_sentence
from bpo_index.publication.standard_phrases import choose_notice
from bpo_index.simulation.survey_plan import CompletedPlan


def print_plan(completed: CompletedPlan, console: Console) -> None:
    """Print the precision of every size tried, and what the plan says."""
    console.print(f"[bold]{escape(phrase('terminal.plan_title', title=completed.definition.title))}[/]")
    words = completed.definition.words
    headings = (
        phrase("terminal.plan_respondents", respondents=start_sentence(words.respondents), unit=words.unit),
        phrase("terminal.plan_width"),
        phrase("terminal.plan_width_range"),
        phrase("terminal.plan_neighbours"),
        phrase("terminal.plan_pairs"),
        phrase("terminal.plan_reached"),
    )
    sizes = completed.plan.table.to_dicts()
    rows = [
        (
            show_count(row["respondents"]),
            show_number(row["rank_set_width"]),
            show_range(row["rank_set_width_low"], row["rank_set_width_high"]),
            *(show_percent(row[share]) for share in ("neighbours_apart", "pairs_apart", "reached")),
        )
        for row in sizes
    ]
    view = make_table("plan", "", headings, rows, texts=0)
    console.print(make_terminal_table(view, ["bold" if row["needed"] else "" for row in sizes]))
    for sentence in completed.sentences:
        style = "bold yellow" if sentence == choose_notice(completed.data_origin) else ""
        console.print(escape(sentence), style=style)
    files = ", ".join(map(str, completed.files))
    console.print(escape(phrase("terminal.plan_files", files=files)), soft_wrap=True)
