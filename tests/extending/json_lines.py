"""A file format of another package, in one file: lines of JSON, an object a row."""

from __future__ import annotations

import io
from collections.abc import Iterable

import polars as pl

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.responses.columnar import frame_grid
from bpo_index.responses.formats.record import FileFormat, starts_with
from bpo_index.responses.grids import Grid, Unreadable


def read(content: bytes, _: HowToRead) -> Iterable[Grid]:
    """Return the grid of a file, whose columns are named by the keys of the objects."""
    try:
        frame = pl.read_ndjson(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        why = f"is damaged: it starts like lines of JSON and cannot be read as such ({str(error)[:100]!r})"
        raise Unreadable(why) from None
    return [frame_grid("JSON lines", frame)]


RECORDS = (
    FileFormat(
        name="json_lines",
        title="a file of JSON lines",
        recognise=starts_with(b'{"'),
        read=read,
        endings=(".jsonl",),
        place=50,  # before JSON, which is not read
    ),
)
