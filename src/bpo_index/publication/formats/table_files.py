"""Tables for machines: CSV, JSON and Parquet, every value as it was computed."""

from __future__ import annotations

import io
import json

import polars as pl

from bpo_index.atomic import escape_formulas


def render_csv(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV in UTF-8; text that a spreadsheet would run gets a leading ``'``.

    Examples
    --------
    >>> render_csv(pl.DataFrame({"name": ["=1+1"], "score": [-1.0]})).decode()
    "name,score\\n'=1+1,-1.0\\n"
    """
    return escape_formulas(frame).write_csv().encode()


def render_records(frame: pl.DataFrame) -> bytes:
    """Return a frame as a JSON list of one object a row."""
    return (json.dumps(frame.to_dicts(), indent=1, ensure_ascii=False) + "\n").encode()


def render_parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as Parquet."""
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()
