"""What a command is: a record in a module of `commands/`, or in one that another package names by an entry point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpo_index.kinds import find_records, refuse_same_names

FOLDER, GROUP = "bpo_index.cli.commands", "bpo_index.commands"


@dataclass(frozen=True)
class Command:
    """One command of `bpo-index`."""

    name: str
    line: str
    """What it does, in one line of the help."""
    call: Callable[..., None]
    """Runs it. Its parameters are the arguments and options, as typer takes them. It imports a stage only when called,
    and raises a `BpoIndexError` where it cannot be done."""
    order: int = 1_000
    """Its place in the help; of two with the same the first by name."""


def list_commands() -> list[Command]:
    """Return all commands in the order of the help.

    Raises
    ------
    EnvironmentFailed
        When an extension cannot be loaded, or two commands have one name.
    """
    commands = find_records(Command, FOLDER, GROUP)
    refuse_same_names(commands, "command")
    return sorted(commands, key=lambda command: (command.order, command.name))
