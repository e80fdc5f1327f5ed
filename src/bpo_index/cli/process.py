"""What surrounds a command: the streams it is given, the environment it runs in, and what no command foresaw.

`HeldOutput` keeps what a command prints until it is done; `open_closed_streams` and `check_environment` come before;
`describe_fault` makes one sentence of an error that nobody expected.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from bpo_index.errors import EnvironmentFailed
from bpo_index.version import __version__

#: Set to anything, it shows the traceback of a fault and the warnings of libraries.
DEBUG = "BPO_INDEX_DEBUG"
#: Threads that are asked for, at most: with a million polars does not come to an end.
MOST_THREADS = 1_024
#: Variables that stop or confuse a library where they hold no number of threads.
_THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS")
_LEAST_FILES = 64
_CLOSED = "standard output is closed"


class HeldOutput(io.StringIO):
    """What a command prints, held until it is done: that it cannot be written is kept apart from other failures."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream, which says what may be drawn."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Return whether a person reads it."""
        return self._stream is not None and self._stream.isatty()

    def deliver(self) -> str | None:
        """Write all of it where it belongs, and return why that failed; None where nothing did.

        A reader that has gone, as `head` does, has seen enough: that is no failure.
        """
        text = self.getvalue()
        if not text:
            return None
        if self._stream is None:
            return _CLOSED
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            _forget_rest(self._stream)
        except (OSError, ValueError) as error:
            _forget_rest(self._stream)
            is_closed = getattr(error, "errno", None) == errno.EBADF
            return _CLOSED if is_closed else getattr(error, "strerror", None) or str(error)
        return None


def _forget_rest(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, or Python would say at its end that it cannot write it."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def open_closed_streams() -> None:
    """Give the standard streams that are closed a place, or the next file to be opened would take it.

    Standard output is opened so that it cannot be written, as it was; what is said on stderr goes nowhere.
    """
    for number, (name, flags, mode) in enumerate(
        (("stdin", os.O_WRONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w"))
    ):
        if getattr(sys, name) is not None:
            continue
        handle = os.open(os.devnull, flags)
        if handle == number:
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8", closefd=False))
        else:
            os.close(handle)


def check_environment(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse an environment in which libraries would end in the middle of the work.

    Raises
    ------
    EnvironmentFailed
        Saying what to change.
    """
    for name in _THREADS:
        counts = environment.get(name, "1").split(",") if name.startswith("OMP") else [environment.get(name, "1")]
        if not all(count.strip().isdecimal() and 1 <= int(count[:9]) <= MOST_THREADS for count in counts):
            raise EnvironmentFailed(
                f"The environment variable {name} is {environment[name][:60]!r}, and must be a number of threads, 1 to "
                f"{MOST_THREADS:,}. Correct it, or unset it: then there are as many as the machine has processors."
            )
    try:
        Path.cwd()
    except OSError as error:
        raise EnvironmentFailed(
            f"The folder in which the command was started is gone or closed ({error.strerror}). Change to another."
        ) from None
    if os.name == "posix":
        import resource  # noqa: PLC0415

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _LEAST_FILES if hard == resource.RLIM_INFINITY else min(_LEAST_FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        if wanted < _LEAST_FILES:
            raise EnvironmentFailed(
                f"A process may open {hard} files here, and bpo-index needs {_LEAST_FILES}: raise the limit (ulimit "
                "-n)."
            )


def describe_fault(error: BaseException) -> str:
    """Return the sentence on an error that nobody expected, to be reported; the traceback only where it is asked for.

    What the error says is not in it: that may quote an answer, and sentences are copied into reports.
    """
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    place = "bpo_index"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if "bpo_index" in path.parts:
            place = "/".join(path.parts[path.parts.index("bpo_index") :]) + f":{frame.lineno}"
    return (
        f"This is a fault of bpo-index {__version__} and not yours: {type(error).__name__} at {place}. Releases that "
        f"were there before are whole. Please report this sentence; with {DEBUG}=1 the same command shows a traceback."
    )
