"""Parquet files: columns of any type, bounded by what their footer says before anything is unpacked.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import io
import re

import polars as pl

from bpo_index.responses.columnar import describe_error, frame_grid, is_fault, refuse_much
from bpo_index.responses.formats.parquet_bounds import read_claims
from bpo_index.responses.formats.record import FileFormat
from bpo_index.responses.grids import MOST_CELLS, Grid, Unreadable
from bpo_index.responses.sources import MOST_BYTES

#: Bytes that begin like the file's mark and are a heading of a text file.
_HEADING = re.compile(rb"PAR1[0-9A-Za-z_.-]{0,60}[,;\t]")


def read_parquet(content: bytes) -> Grid:
    """Return the grid of a Parquet file.

    Raises
    ------
    Unreadable
        When the file is broken, or holds more than can be held.
    """
    try:
        claims = read_claims(content)
        width = len(pl.read_parquet_schema(io.BytesIO(content)))
        refuse_much("cells", max(claims.values, claims.rows * width), MOST_CELLS)
        refuse_much("bytes", claims.unpacked, MOST_BYTES)
        return frame_grid("Parquet", pl.read_parquet(io.BytesIO(content)))
    except Unreadable:
        raise
    except BaseException as error:
        if not is_fault(error):
            raise
        why = describe_error(error)
        raise Unreadable(f"is damaged: it starts like a Parquet file and cannot be read as one ({why})") from None


RECORDS = (
    FileFormat(
        name="parquet",
        title="a Parquet file",
        recognise=lambda content: content.startswith(b"PAR1") and not _HEADING.match(content),
        read=lambda content, _: [read_parquet(content)],
        endings=(".parquet", ".pq"),
    ),
)
