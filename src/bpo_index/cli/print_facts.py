"""What `bpo-index verify` prints: a line for each published fact."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.display.catalogue import phrase
from bpo_index.publication.facts import FactCheck


def print_facts(checks: list[FactCheck], console: Console, *, synthetic: bool, release: str | None = None) -> None:
    """Print that a release is whole, one line a published fact, then what the check is worth."""
    if release is not None:
        console.print(escape(phrase("terminal.release_is_whole", release=release)), soft_wrap=True)
    if not checks:
        console.print(phrase("terminal.no_facts"))
        return
    style = {"holds": "green", "does not hold": "bold red", "not testable": "dim"}
    named = {outcome: phrase(f"terminal.fact_{outcome.replace(' ', '_')}") for outcome in style}
    width = max(map(len, named.values()))
    for check in checks:
        fact = check.fact
        where = " ".join(part for part in (fact.unit, fact.category, fact.question) if part)
        console.print(
            f"[{style[check.outcome]}]{escape(named[check.outcome].ljust(width))}[/] {fact.edition} {escape(where)}: "
            f"{escape(fact.statement)} [dim]({escape(fact.reading)}: {escape(check.found)})[/]",
            soft_wrap=True,
        )
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in style}
    console.print(
        phrase(
            "terminal.facts_counted",
            hold=counts["holds"],
            do_not_hold=counts["does not hold"],
            not_testable=counts["not testable"],
        )
    )
    if synthetic:
        console.print(phrase("terminal.facts_of_sample"))
