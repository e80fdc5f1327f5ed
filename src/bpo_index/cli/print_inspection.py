"""What `bpo-index inspect` shows of one file: format, mapping, units, answers, and the fragment of a definition."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bpo_index.cli.print_table import make_terminal_table
from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import NOTHING, show_number, show_point
from bpo_index.display.table_view import make_table
from bpo_index.display.words import start_sentence
from bpo_index.responses.inspection import MOST_LISTED, Inspection


def print_inspection(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    """Print how one file would be read."""
    console.print()
    file = f"[bold]{escape(inspection.file)}[/]"
    console.print(phrase("terminal.file_rows", count=inspection.rows, file=file))
    for decision in inspection.decisions:
        console.print(f"[dim]{escape(decision)}[/]", soft_wrap=True)
    if inspection.columns or inspection.missing:
        console.print(_make_mapping_table(inspection))
    _print_units(inspection, definition, console)
    _print_answers(inspection, definition, console)
    if inspection.fragment:
        console.print(f"\n{phrase('terminal.explicit_keys')}\n", markup=False)
        console.print(escape(inspection.fragment.rstrip()), soft_wrap=True)
    if inspection.refusal:
        refused = f"[bold red]{escape(phrase('terminal.file_refused'))}[/]"
        console.print(f"\n{refused} {escape(inspection.refusal)}", soft_wrap=True)


def _make_mapping_table(inspection: Inspection) -> Table:
    rows = [
        (show_text(column.heading), column.target, column.found_by, show_number(float(column.confidence), 2))
        for column in inspection.columns
    ]
    styles = [""] * len(rows)
    near = {proposal.target: proposal for proposal in inspection.proposals}
    for target in inspection.missing:
        proposal = near.get(target)
        if proposal:
            alike = show_number(float(proposal.confidence), 2)
            rows.append((show_text(proposal.heading), target, phrase("terminal.column_near"), alike))
        else:
            rows.append((NOTHING, target, phrase("terminal.column_missing"), ""))
        styles.append("yellow" if proposal else "bold red")
    headings = (
        phrase("terminal.heading_column"),
        phrase("terminal.heading_is"),
        phrase("terminal.heading_found_by"),
        phrase("terminal.heading_confidence"),
    )
    return make_terminal_table(make_table("mapping", "", headings, rows, texts=3), styles)


def _print_units(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    if not inspection.units and not inspection.unknown_units:
        return
    names = definition.unit_names
    known = [
        phrase("terminal.unit_rows", unit=names[code], rows=count) for code, count in inspection.units.items()
    ] or [phrase("terminal.no_units")]
    console.print(
        escape(
            phrase(
                "terminal.units_found",
                units=start_sentence(definition.words.units),
                found=len(inspection.units),
                all=len(names),
                listed=", ".join(known),
            )
        )
    )
    near = {proposal.heading: proposal for proposal in inspection.unit_proposals}
    for text, count in list(inspection.unknown_units.items())[:MOST_LISTED]:
        values: dict[str, str | int] = {"count": count, "unit": definition.words.unit, "text": _quote(text)}
        proposal = near.get(text)
        said = (
            phrase(
                "terminal.unit_unknown_near",
                **values,
                near=names[proposal.target],
                confidence=show_number(float(proposal.confidence), 2),
            )
            if proposal
            else phrase("terminal.unit_unknown", **values)
        )
        console.print(f"  [yellow]{escape(said)}[/]")
    _print_rest(len(inspection.unknown_units), console)


def _print_rest(count: int, console: Console) -> None:
    """Print how many different texts are not shown, and how to see them."""
    if count > MOST_LISTED:
        console.print(f"  [yellow]{escape(phrase('terminal.more_texts', count=count - MOST_LISTED))}[/]")


def _print_answers(inspection: Inspection, definition: IndexDefinition, console: Console) -> None:
    if not inspection.ratings and not inspection.unknown_answers:
        return
    scale = definition.scale
    found = list(inspection.ratings)
    values = {
        "lowest": show_point(scale.minimum),
        "highest": show_point(scale.maximum),
        "others": ", ".join(phrase(f"terminal.{kind}", count=n) for kind, n in inspection.not_ratings.items()),
    }
    console.print(
        phrase("terminal.ratings_found", count=sum(inspection.ratings.values()), low=found[0], high=found[-1], **values)
        if found
        else phrase("terminal.no_ratings_found", **values)
    )
    for text, count in list(inspection.unknown_answers.items())[:MOST_LISTED]:
        said = phrase("terminal.answer_unknown", count=count, text=_quote(text))
        console.print(f"  [yellow]{escape(said)}[/]")
    _print_rest(len(inspection.unknown_answers), console)


def _quote(text: str) -> str:
    return f"'{show_text(text)}'" if text else phrase("terminal.empty_cell")
