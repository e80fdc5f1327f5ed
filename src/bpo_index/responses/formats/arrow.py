"""Arrow files (Feather, .arrow, .ipc) and streams: columns of any type, read in a process of its own.

What a file unpacks to is not known beforehand, so that its memory is bounded there.
Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from bpo_index.responses.columnar import frame_grid
from bpo_index.responses.formats.labelled import read_labelled
from bpo_index.responses.formats.record import FileFormat, OtherFormat
from bpo_index.responses.grids import Grid

_TITLE = "an Arrow file"
_FILE, _STREAM = b"ARROW1\x00\x00", b"\xff\xff\xff\xff"


def read_path(path: str) -> Grid:
    """Return the grid of a file; for the process of its own."""
    content = Path(path).read_bytes()
    read = pl.read_ipc if content.startswith(_FILE) else pl.read_ipc_stream
    return frame_grid("Arrow", read(content))


def _recognise(content: bytes) -> bool:
    """Return whether the bytes begin like a file, or like a stream: a mark and the length of the schema."""
    if content.startswith(_FILE):
        return True
    length = int.from_bytes(content[4:8], "little")
    return content.startswith(_STREAM) and 8 < length < len(content) and content[8:12] != _STREAM


RECORDS = (
    FileFormat(
        name="arrow",
        title=_TITLE,
        recognise=_recognise,
        read=lambda content, _: read_labelled(content, read_path, _TITLE),
        endings=(".arrow", ".feather", ".ipc"),
    ),
    OtherFormat(
        name="feather_1",
        title="a Feather file of the first version",
        recognise=lambda content: content.startswith(b"FEA1") and content.endswith(b"FEA1"),
        advice="Write it again as Feather 2 (Arrow), Parquet or CSV.",
    ),
)
