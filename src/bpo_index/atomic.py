"""Files that appear whole or not at all, JSON for people, and tables that a spreadsheet cannot be tricked by."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import polars as pl

from bpo_index.errors import EnvironmentFailed
from bpo_index.given_paths import refuse_address

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_json(value: object) -> bytes:
    """Return a value as JSON for people to read, keys in their order.

    Examples
    --------
    >>> render_json({"unit": "Perú"}).decode()
    '{\\n  "unit": "Perú"\\n}\\n'
    """
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def sync_folder(folder: Path) -> None:
    """Ask the disk to remember the entries of a folder; nothing where the system cannot."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in place of another in one step: readers see the old one or the new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        write_synced(temporary, content)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(folder: Path, purpose: str) -> None:
    """Make a folder and those above it.

    Raises
    ------
    UsageError
        When the path looks like an address.
    EnvironmentFailed
        When the system refuses; `purpose` says in the message what the folder is for.
    """
    refuse_address(folder, f"the folder for {purpose}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailed(
            f"The folder {folder} for {purpose} cannot be made: {error.strerror}. Choose another folder or change its "
            "permissions."
        ) from None


def escape_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Put ``'`` before text cells that a spreadsheet would run as a formula; numbers stay as they are.

    Examples
    --------
    >>> escape_formulas(pl.DataFrame({"name": ["=1+1", "Peru"], "score": [-1.0, 2.0]})).rows()
    [("'=1+1", -1.0), ('Peru', 2.0)]
    """
    return frame.with_columns(
        pl.when(pl.col(name).str.slice(0, 1).is_in(_FORMULA_STARTS))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.String
    )
