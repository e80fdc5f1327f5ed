"""How commands print: JSON for programs, or text for a person at a terminal, with a bar where work is long."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def make_console() -> Console:
    """Return the console of stdout; 80 letters wide where that is no terminal."""
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, width=None if sys.stdout.isatty() else 80)


def make_talk_console() -> Console:
    """Return the console of stderr, for what is read while a command is at work: stdout is written at its end."""
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, stderr=True)


@contextmanager
def show_progress(what: str, *, is_long: bool = True) -> Iterator[Callable[[int, int], None] | None]:
    """Yield a function that shows progress: a bar on stderr where that is a terminal and the work is long."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not is_long or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
