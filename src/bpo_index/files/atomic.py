"""Write files whole or not at all; write JSON for people, and read JSON that may have been changed."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path
from typing import Any

from bpo_index.display.labels import show_text
from bpo_index.errors import EnvironmentFailed
from bpo_index.files.given_paths import refuse_address

#: Bytes of a JSON file of ours, at most: manifests, pointers and notes are far smaller.
MOST_JSON = 16 * 2**20


def render_json(value: object) -> bytes:
    """Return a value as JSON for people to read, keys in their order.

    Examples
    --------
    >>> render_json({"unit": "Perú"}).decode()
    '{\\n  "unit": "Perú"\\n}\\n'
    """
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def read_json(path: Path, *, most_bytes: int = MOST_JSON) -> Any:
    """Return the content of a JSON file.

    Raises
    ------
    ValueError
        When it is no regular file, larger than `most_bytes`, no JSON in UTF-8, or nested too deeply; as a sentence.
    OSError
        When it is not there or cannot be read.
    """
    # A pipe would never end; opened so, it does not wait for a writer either.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is no regular file")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise ValueError(f"it is larger than {most_bytes:,} bytes")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise ValueError(f"it is no JSON in UTF-8{where}") from None


def sync_folder(folder: Path) -> None:
    """Flush the entries of a folder to disk; do nothing where the system cannot."""
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
    except (OSError, ValueError) as error:  # ValueError: a name that no system takes
        raise EnvironmentFailed(
            f"The folder {show_text(str(folder), 200)} for {purpose} cannot be made: "
            f"{getattr(error, 'strerror', None) or error}. Choose another folder or change its permissions."
        ) from None
