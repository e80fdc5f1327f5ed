"""SPSS files as grids, one row a record, counted from 1, with what the file says of its codes.

Codes that the file declares missing stay what they are. The library that reads the format is written in C and ends the
whole process on some damaged files, so it runs in a process of its own. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from typing import Any

import polars as pl

from bpo_index.errors import EnvironmentFailed
from bpo_index.responses.columnar import describe_error, is_fault, list_numbers, write_cell, write_records
from bpo_index.responses.grids import Codebook, Grid, Unreadable

#: Signals that end a process because of what it does, not because somebody ends it.
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


def read_spss(content: bytes) -> Grid:
    """Return the grid of an SPSS file, with its codebook.

    Raises
    ------
    Unreadable
        When the file is broken.
    EnvironmentFailed
        When the process that reads it cannot run.
    """
    # NOTE: the library reads from a path only. These files have no name, so that nothing is left of the answers when
    # this process is killed.
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as result:
        file.write(content)
        file.flush()
        file.seek(0)
        handles = (file.fileno(), result.fileno())
        # NOTE: -P, or the current folder could lend modules to the library.
        command = [sys.executable, "-P", "-m", __name__, *map(str, handles)]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        done = subprocess.run(command, env=environment, pass_fds=handles, capture_output=True, check=False)
        if -done.returncode in _CRASHES:
            raise _explain(f"the reader ended with code {done.returncode}")
        if done.returncode != 0:  # an exception, as when memory is short, or somebody ended it
            last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            why = last[:200] or f"it ended with code {done.returncode}"
            raise EnvironmentFailed(f"The process that reads SPSS files failed: {why}. Check memory and installation.")
        result.seek(0)
        grid: Grid | str = pickle.loads(result.read())
    if isinstance(grid, str):
        raise _explain(grid)
    return grid


def _explain(why: str) -> Unreadable:
    return Unreadable(f"is damaged: it starts like an SPSS file and cannot be read as one ({why})")


def _read_file(path: str) -> Grid | str:
    """Return the grid of a file, or what is wrong with it."""
    import pyreadstat  # noqa: PLC0415

    try:
        frame, meta = pyreadstat.read_sav(path, output_format="polars", user_missing=True)
        records = list(write_records(frame))
        codebook = _read_codebook(frame, meta)
    except BaseException as error:
        if not is_fault(error):
            raise
        return describe_error(error)
    return Grid(
        "SPSS", records, numbers=list_numbers(frame), has_headings=False, named=tuple(frame.columns), codebook=codebook
    )


def _read_codebook(frame: pl.DataFrame, meta: Any) -> Codebook:
    columns = frame.columns
    labels = {
        columns.index(name): {write_cell(code): str(label) for code, label in codes.items()}
        for name, codes in meta.variable_value_labels.items()
        if name in columns
    }
    missing: dict[int, frozenset[str]] = {}
    for name, ranges in meta.missing_ranges.items():
        if name in columns:
            used = [*frame[name].drop_nulls().unique().to_list(), *meta.variable_value_labels.get(name, {})]
            missing[columns.index(name)] = frozenset(
                write_cell(value) for value in used if any(_is_within(value, one["lo"], one["hi"]) for one in ranges)
            )
    headings = {n: str(label) for n, label in enumerate(meta.column_labels) if label}
    return Codebook(headings, labels, missing)


def _is_within(value: object, low: object, high: object) -> bool:
    if isinstance(value, str) or isinstance(low, str):
        return value == low
    return isinstance(value, int | float) and low <= value <= high  # type: ignore[operator]


if __name__ == "__main__":
    with open(int(sys.argv[2]), "wb", closefd=False) as handle:
        handle.write(pickle.dumps(_read_file(f"/dev/fd/{sys.argv[1]}")))
