"""What `bpo-index verify` prints: a line for each published fact."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from bpo_index.publication.facts import FactCheck


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
