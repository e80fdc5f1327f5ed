"""The description of a release's files for machines: a Frictionless Data Package (version 1)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.files.atomic import render_json
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import UNITS, Column, Dtype, Table
from bpo_index.publication.result import Result

_MEDIA_TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "tex": "application/x-tex",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def describe_package(files: Mapping[str, bytes], result: Result, definition: IndexDefinition) -> bytes:
    """Return `datapackage.json`: every file with size and hash, every column of a CSV table with type and meaning.

    Parameters
    ----------
    files
        Path within the release to content; tables in CSV are those of `columns.list_tables`.
    result, definition
        Of which the files were made.
    """
    tables = {table.path: table for table in list_tables().values()}
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": f"{definition.index}-{definition.edition}",
        "title": definition.title,
        "description": " ".join([*result.notices, definition.provenance.note]),
        "version": definition.edition,
        "methodology_version": definition.version,
        "standing": result.standing.kind,
        "data_origin": result.data_origin,
    }
    if definition.provenance.published:
        package["sources"] = [{"title": statement} for statement in definition.provenance.published]
    package["resources"] = [
        _describe_table(tables[path], content) if path in tables else _describe_file(path, content)
        for path, content in files.items()
    ]
    return render_json(package)


def _describe_file(path: str, content: bytes) -> dict[str, Any]:
    ending = path.rpartition(".")[2]
    media_type = _MEDIA_TYPES.get(ending, "application/octet-stream")
    described = {
        "name": re.sub(r"[^a-z0-9_]", "-", path.lower()),
        "path": path,
        "profile": "data-resource",
        # NOTE: without it validators take workbooks and Parquet for tables without a schema, and guess.
        "type": "file",
        "format": ending,
        "mediatype": media_type,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    is_text = media_type.startswith("text/") or ending in ("json", "svg", "tex")
    return described | ({"encoding": "utf-8"} if is_text else {})


def _describe_table(table: Table, content: bytes) -> dict[str, Any]:
    fields = [_describe_column(table, column) for column in table.columns]
    described = _describe_file(table.path, content) | {
        "name": table.name,
        "profile": "tabular-data-resource",
        "type": "table",
        "title": table.say_title(),
        "description": phrase("tables.package_table", row=table.say_row()),
    }
    key = {"primaryKey": list(table.key)} if table.key else {}
    return described | {"schema": {"fields": fields, "missingValues": [""]} | key}


def _describe_column(table: Table, column: Column) -> dict[str, Any]:
    kind = name_type(column.dtype)
    least, most = UNITS[column.unit] if kind in ("integer", "number") else (None, None)
    ends = {"minimum": least, "maximum": most}
    constraints = ({"required": True} if column.name in table.key else {}) | {
        end: n for end, n in ends.items() if n is not None
    }
    described = {
        "name": column.name,
        "title": column.name_heading(table.name),
        "type": kind,
        "unit": column.unit,
        "description": column.say_meaning(table.name),
    }
    return described | ({"constraints": constraints} if constraints else {})


def name_type(dtype: Dtype) -> str:
    """Return the Table Schema type of a column.

    Examples
    --------
    >>> name_type(pl.Int64), name_type(pl.Float64)
    ('integer', 'number')
    """
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_integer():
        return "integer"
    return "number" if dtype.is_float() else "string"
