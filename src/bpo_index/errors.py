"""The errors a user can cause or meet, each with the exit code of the command line.

One base class, four children. The message is one paragraph: what, where, what to do.
"""

from __future__ import annotations

#: Problems of a definition that its message lists, at most.
MOST_PROBLEMS = 100


class BpoIndexError(Exception):
    """Base of all errors that bpo-index raises on purpose; its text is written for the user."""

    exit_code = 3


class UsageError(BpoIndexError):
    """The command line or the definition is wrong (exit code 2)."""

    exit_code = 2


class DefinitionError(UsageError):
    """An index definition, or a method file, is broken; every problem is listed, each with its place.

    Parameters
    ----------
    source
        The name or path of the definition, as the user gave it.
    problems
        One line a problem, each starting with its place; the message has the first `MOST_PROBLEMS` of them.
    kind
        What the file is.
    """

    def __init__(self, source: str, problems: list[str], kind: str = "definition") -> None:
        self.source = source
        self.problems = [" ".join(problem.split()) for problem in problems]  # keys may hold line breaks
        count = f"{len(problems):,} problem" + ("" if len(problems) == 1 else "s")
        listed = [f"  {line}" for line in self.problems[:MOST_PROBLEMS]]
        if len(problems) > MOST_PROBLEMS:
            listed.append(f"  and {len(problems) - MOST_PROBLEMS:,} more")
        super().__init__(f"The {kind} {source} has {count}:\n" + "\n".join(listed))


class DataRefused(BpoIndexError):
    """The responses cannot carry an index; the audit says why (exit code 1).

    Parameters
    ----------
    message
        What is said everywhere, in logs too: it quotes no single answer.
    for_owner
        The same with examples from single rows, for the terminal of whoever has the files; None: the message.
    """

    exit_code = 1

    def __init__(self, message: str, *, for_owner: str | None = None) -> None:
        super().__init__(message)
        self.for_owner = message if for_owner is None else for_owner


class EnvironmentFailed(BpoIndexError):
    """The disk, a permission or a server failed (exit code 3)."""

    exit_code = 3


class FactDoesNotHold(BpoIndexError):
    """A published fact does not hold for the numbers computed (exit code 4)."""

    exit_code = 4
