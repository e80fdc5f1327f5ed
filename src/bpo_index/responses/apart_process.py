"""The process that `read_apart` starts: it reads one file by a handle, within its bounds, and leaves what it found."""

from __future__ import annotations

import os
import pickle
import sys
from importlib import import_module

from bpo_index.responses.apart import MOST_MEMORY, MOST_SECONDS, OUT_OF_MEMORY
from bpo_index.responses.columnar import describe_error, is_fault
from bpo_index.responses.grids import Unreadable


def _read(path: str, reader: str, *arguments: str) -> object:
    module, _, function = reader.partition(":")
    try:
        return getattr(import_module(module), function)(path, *arguments)
    except Unreadable as error:
        return error
    except BaseException as error:
        if not is_fault(error):
            raise
        return describe_error(error)


def _set_bounds() -> None:
    """Hold the process to its memory and time; address space that is only reserved does not count."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  (not on Windows)

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = MOST_SECONDS if hard == resource.RLIM_INFINITY else min(MOST_SECONDS, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    _set_bounds()
    try:
        found = pickle.dumps(_read(f"/dev/fd/{sys.argv[1]}", *sys.argv[3:]))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    with open(int(sys.argv[2]), "wb", closefd=False) as handle:
        handle.write(found)
