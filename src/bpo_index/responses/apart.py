"""Reading in a process of its own: for libraries that end the process on damaged files, or whose memory has no bound.

The process gets the file by a handle without a name, so that nothing is left of the answers when this one is killed,
and may take `MOST_MEMORY` bytes where the system can hold it to that (Linux; macOS cannot), and `MOST_SECONDS`.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from bpo_index.errors import EnvironmentFailed
from bpo_index.files.given_paths import show_size

#: Bytes of memory that reading one file may take in a process of its own.
MOST_MEMORY = 2**32
#: Seconds of processor that reading one file may take there.
MOST_SECONDS = 1_200
#: The module that runs in that process.
_PROCESS = "bpo_index.responses.apart_process"
#: Exit code of that process where memory does not suffice.
OUT_OF_MEMORY = 77
#: Signals that end a process because of what it does, not because somebody ends it.
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def read_apart(reader: Callable[..., Any], content: bytes, *arguments: str, kind: str) -> Any:
    """Return what a reader makes of a file, a text that says what is wrong with it, or why it cannot be read.

    Parameters
    ----------
    reader
        A function of a module, which gets the path of the file and the arguments.
    content
        The bytes of the file.
    arguments
        Further arguments of the reader.
    kind
        What messages call such a file: ``a workbook``.

    Raises
    ------
    EnvironmentFailed
        When the process that reads it cannot run.
    """
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as result:
        file.write(content)
        file.flush()
        file.seek(0)
        name = f"{reader.__module__}:{reader.__qualname__}"
        handles = (file.fileno(), result.fileno())
        # NOTE: -P, or the current folder could lend modules to the library.
        command = [sys.executable, "-P", "-m", _PROCESS, *map(str, handles), name, *arguments]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        done = subprocess.run(command, env=environment, pass_fds=handles, capture_output=True, check=False)
        if -done.returncode in _CRASHES:
            return f"the reader ended with code {done.returncode}"
        if done.returncode == OUT_OF_MEMORY:
            return f"it takes more than {show_size(MOST_MEMORY)} of memory"
        if -done.returncode == signal.SIGXCPU:
            return f"it takes more than {MOST_SECONDS:,} seconds"
        if done.returncode != 0:  # an exception, or somebody ended it
            last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            why = last[:200] or f"it ended with code {done.returncode}"
            raise EnvironmentFailed(f"The process that reads {kind} failed: {why}. Check memory and installation.")
        result.seek(0)
        return pickle.loads(result.read())
