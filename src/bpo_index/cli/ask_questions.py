"""Ask the questions of a draft in a terminal: each with a proposal that Enter takes."""

from __future__ import annotations

import typer

from bpo_index.cli.output import make_talk_console
from bpo_index.display.catalogue import phrase
from bpo_index.drafting.questions import Question


def ask_in_terminal(question: Question) -> str:
    """Ask one question and return the answer; asks again until it is one of the options."""
    console = make_talk_console()
    console.print()
    console.print(question.text, style="bold", markup=False)
    if question.evidence:
        console.print(f"  {question.evidence}", style="dim", markup=False)
    numbers = {option.value: str(n) for n, option in enumerate(question.options, start=1)}
    for option in question.options:
        console.print(f"  {numbers[option.value]}  {option.label}", markup=False)
    if not question.options:
        return str(typer.prompt("  Enter takes", default=question.proposal, err=True)).strip() or question.proposal
    shown = " ".join(numbers[value] for value in question.proposal.split(" ") if value in numbers) or numbers.get(
        question.proposal, "0"
    )
    hint = "  Numbers, 0 for none; Enter takes" if question.takes_several else "  Number; Enter takes"
    by_number = {number: value for value, number in numbers.items()}
    while True:
        given = str(typer.prompt(hint, default=shown, err=True)).replace(",", " ").split()
        if question.takes_several and given == ["0"]:
            return "none"
        if given and all(one in by_number for one in given) and (question.takes_several or len(given) == 1):
            return " ".join(by_number[one] for one in given)
        key = "terminal.draft_give_numbers" if question.takes_several else "terminal.draft_give_number"
        console.print(f"  {phrase(key, most=len(numbers))}", markup=False)
