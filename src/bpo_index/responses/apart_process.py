"""The process that `read_apart` starts: it reads one file by a handle, within its memory, and leaves what it found."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

from bpo_index.responses import spss, workbook
from bpo_index.responses.apart import MOST_MEMORY, OUT_OF_MEMORY
from bpo_index.responses.columnar import describe_error, is_fault
from bpo_index.responses.grids import Unreadable


def _read(path: str, reader: str, *arguments: str) -> object:
    try:
        if reader == "spss":
            return spss.read_path(path)
        return workbook.read_sheets(Path(path).read_bytes(), arguments[0] if arguments else None)
    except Unreadable as error:
        return error
    except BaseException as error:
        if not is_fault(error):
            raise
        return describe_error(error)


def _limit_memory() -> None:
    """Hold the process to its memory; address space that is only set aside does not count."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415  (not on Windows)

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    _limit_memory()
    try:
        found = pickle.dumps(_read(f"/dev/fd/{sys.argv[1]}", *sys.argv[3:]))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    with open(int(sys.argv[2]), "wb", closefd=False) as handle:
        handle.write(found)
