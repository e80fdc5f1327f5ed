"""What `bpo-index inspect` shows of one file: format, mapping, units, answers, and the fragment of a definition."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.definition import IndexDefinition
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import NOTHING
from bpo_index.display.table_view import make_table
from bpo_index.responses.inspection import Inspection


def print_inspection(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    """Print how one file would be read."""
    console.print()
    rows = f"{inspection.rows:,} row{'' if inspection.rows == 1 else 's'}"
    console.print(f"[bold]{escape(inspection.file)}[/]: {rows}")
    for decision in inspection.decisions:
        console.print(f"[dim]{escape(decision)}[/]", soft_wrap=True)
    if inspection.columns or inspection.missing:
        console.print(_make_mapping_table(inspection))
    _print_units(inspection, definition, console)
    _print_answers(inspection, definition, console)
    if inspection.fragment:
        console.print("\nThe keys of a definition that make this explicit:\n", markup=False)
        console.print(escape(inspection.fragment.rstrip()), soft_wrap=True)
    if inspection.refusal:
        console.print(f"\n[bold red]Cannot be used as it is:[/] {escape(inspection.refusal)}", soft_wrap=True)


def _make_mapping_table(inspection: Inspection) -> Table:
    rows = [
        (show_text(column.heading), column.target, column.found_by, f"{column.confidence:.2f}")
        for column in inspection.columns
    ]
    styles = [""] * len(rows)
    near = {proposal.target: proposal for proposal in inspection.proposals}
    for target in inspection.missing:
        proposal = near.get(target)
        if proposal:
            rows.append((show_text(proposal.heading), target, "near, not taken", f"{proposal.confidence:.2f}"))
        else:
            rows.append((NOTHING, target, "missing", ""))
        styles.append("yellow" if proposal else "bold red")
    headings = ("Column of the file", "is", "found by", "confidence")
    return make_terminal_table(make_table("mapping", "", headings, rows, texts=3), styles)


def _print_units(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    if not inspection.units and not inspection.unknown_units:
        return
    names = definition.unit_names
    known = ", ".join(f"{names[code]} {count}" for code, count in inspection.units.items())
    console.print(f"Units ({len(inspection.units)} of {len(names)}): {escape(known) or 'none'}")
    near = {proposal.heading: proposal for proposal in inspection.unit_proposals}
    for text, count in inspection.unknown_units.items():
        proposal = near.get(text)
        hint = f"; near to {names[proposal.target]} ({proposal.confidence:.2f}), not taken" if proposal else ""
        shown = f"'{show_text(text)}'" if text else "an empty cell"
        console.print(f"  [yellow]unknown {count:>5}  {escape(shown)}{escape(hint)}[/]")


def _print_answers(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    if not inspection.ratings and not inspection.unknown_answers:
        return
    scale = definition.scale
    found = list(inspection.ratings)
    seen = f"from {found[0]} to {found[-1]}" if found else "none"
    console.print(
        f"Ratings {seen} on a scale from {scale.minimum:g} to {scale.maximum:g}: "
        f"{sum(inspection.ratings.values()):,}; {_join_counts(inspection.not_ratings)}."
    )
    for text, count in inspection.unknown_answers.items():
        console.print(f"  [yellow]neither a rating nor a don't-know {count:>5}  '{escape(show_text(text))}'[/]")


def _join_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {kind.replace('_', ' ')}" for kind, count in counts.items())
