"""Ask the questions of a draft in a terminal: each with a proposal that Enter takes."""

from __future__ import annotations

import signal
import sys
import threading

from rich.console import Console

from bpo_index.cli.output import make_talk_console
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label
from bpo_index.drafting.questions import NO_ANSWER, Question


def ask_in_terminal(question: Question) -> str:
    """Ask one question and return the answer; asks again until it is one of the options.

    Raises
    ------
    KeyboardInterrupt
        When the person interrupts, or ends the input.
    """
    console = make_talk_console()
    console.print()
    console.print(question.text, style="bold", markup=False)
    if question.evidence:
        console.print(f"  {question.evidence}", style="dim", markup=False)
    numbers = {option.value: str(n) for n, option in enumerate(question.options, start=1)}
    for option in question.options:
        console.print(f"  {numbers[option.value]}  {option.label}", markup=False)
    if not question.options:
        return _read_line(console, phrase("terminal.draft_enter_text"), question.proposal)
    proposed = question.proposal.split(" ") if question.takes_several else [question.proposal]
    shown = " ".join(numbers[value] for value in proposed if value in numbers) or "0"
    kind = "numbers" if question.takes_several else "number_or_text" if question.takes_text else "number"
    hint = phrase(f"terminal.draft_enter_{kind}")
    while True:
        answer = _find_answer(_read_line(console, hint, shown), question)
        if answer is not None:
            return answer
        key = "terminal.draft_give_numbers" if question.takes_several else "terminal.draft_give_number"
        console.print(f"  {phrase(key, most=len(numbers))}", markup=False)


def _find_answer(given: str, question: Question) -> str | None:
    """Return the values that numbers or words stand for, else the words where these are an answer; None: no answer."""
    values = {str(n): option.value for n, option in enumerate(question.options, start=1)}
    numbers = given.replace(",", " ").split()
    if question.takes_several and numbers == ["0"]:
        return NO_ANSWER
    if numbers and all(number in values for number in numbers) and (question.takes_several or len(numbers) == 1):
        return " ".join(values[number] for number in numbers)
    said = fold_label(given)
    named = [
        option.value for option in question.options if said in (fold_label(option.value), fold_label(option.label))
    ]
    named = named or [option.value for option in question.options if said and fold_label(option.label).startswith(said)]
    if len(named) == 1:
        return named[0]
    return given if question.takes_text and not given.isdigit() else None


def _read_line(console: Console, hint: str, default: str) -> str:
    """Return what a person types; the default for nothing."""
    if threading.current_thread() is threading.main_thread():
        # NOTE: a library may have put another handler in its place, under which the terminal's Ctrl-C does nothing.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    console.print(f"  {hint} [{default}]: ", end="", markup=False, soft_wrap=True)
    console.file.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip() or default
