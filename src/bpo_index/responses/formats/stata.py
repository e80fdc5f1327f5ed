"""Stata files (.dta) of any version: value labels, kinds of missing values (``.a`` to ``.z``), labels of columns.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from bpo_index.responses.formats.labelled import make_grid, read_labelled
from bpo_index.responses.formats.record import FileFormat
from bpo_index.responses.grids import Grid

_TITLE = "a Stata file"
#: The first byte of files before version 13: the number of the format.
_OLD = frozenset({104, 105, 108, 110, 111, 112, 113, 114, 115})


def read_path(path: str) -> Grid:
    """Return the grid of a file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    return make_grid("Stata", pyreadstat.read_dta, path, user_missing=True)


def _recognise(content: bytes) -> bool:
    """Return whether the bytes begin like Stata: with a mark, or with format, order of bytes, 1 and 0."""
    if content.startswith(b"<stata_dta>"):
        return True
    return len(content) > 4 and content[0] in _OLD and content[1] in (1, 2) and content[2:4] == b"\x01\x00"


RECORDS = (
    FileFormat(
        name="stata",
        title=_TITLE,
        recognise=_recognise,
        read=lambda content, _: read_labelled(content, read_path, _TITLE),
        endings=(".dta",),
    ),
)
