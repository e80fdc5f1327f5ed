"""Tables for machines: JSON and Parquet (CSV: `csv_tables`), every value as it was computed."""

from __future__ import annotations

import io
import json

import polars as pl


def render_records(frame: pl.DataFrame) -> bytes:
    """Return a frame as a JSON list of one object a row."""
    return (json.dumps(frame.to_dicts(), indent=1, ensure_ascii=False) + "\n").encode()


def render_parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as Parquet."""
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()
