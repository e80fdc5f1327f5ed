"""SPSS files (.sav, .zsav) and portable ones (.por): labels of codes and columns, codes declared missing.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from bpo_index.responses.formats.labelled import make_grid, read_labelled
from bpo_index.responses.formats.record import FileFormat, starts_with
from bpo_index.responses.grids import Grid

_SYSTEM, _PORTABLE = "an SPSS file", "an SPSS portable file"
#: Bytes at the start of a portable file among which its name has to stand: five lines in any alphabet, then a table.
_HEAD = 520


def read_system_file(path: str) -> Grid:
    """Return the grid of a .sav or .zsav file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    return make_grid("SPSS", pyreadstat.read_sav, path, user_missing=True)


def read_portable_file(path: str) -> Grid:
    """Return the grid of a .por file; for the process of its own."""
    import pyreadstat  # noqa: PLC0415

    return make_grid("SPSS portable", pyreadstat.read_por, path)


RECORDS = (
    FileFormat(
        name="spss",
        title=_SYSTEM,
        recognise=starts_with(b"$FL2", b"$FL3"),
        read=lambda content, _: read_labelled(content, read_system_file, _SYSTEM),
        endings=(".sav", ".zsav"),
    ),
    FileFormat(
        name="spss_portable",
        title=_PORTABLE,
        recognise=lambda content: b"SPSSPORT" in content[:_HEAD].replace(b"\r", b"").replace(b"\n", b""),
        read=lambda content, _: read_labelled(content, read_portable_file, _PORTABLE),
        endings=(".por",),
    ),
)
