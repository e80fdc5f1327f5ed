"""List an inbox: a folder for each definition, new files in it, and entries that are left alone."""

from __future__ import annotations

import re
from pathlib import Path

from bpo_index.errors import UsageError
from bpo_index.files.resources import list_definitions
from bpo_index.inbox.numbers import FOLDERS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def find_definitions(folder: str | None) -> dict[str, str]:
    """Return the definitions that an inbox has folders for, each to a built-in one's name or a path.

    Parameters
    ----------
    folder
        Of the user's own definitions; None: there are none.

    Raises
    ------
    UsageError
        When that cannot be read.
    """
    own = {path.stem: str(path) for path in list_entries(folder) if gives_folder(path)}
    return {name: name for name in list_definitions()} | own


def list_entries(folder: str | None) -> list[Path]:
    """Return what lies in the folder of the user's own definitions."""
    if not folder:
        return []
    try:
        return sorted(path for path in Path(folder).iterdir() if path.name[0] != ".")
    except OSError as error:
        raise UsageError(f"The folder of definitions {folder} cannot be read: {error.strerror}.") from None


def gives_folder(path: Path) -> bool:
    """Return whether a file is a definition with a name that a folder of the inbox can have."""
    return path.suffix == ".yaml" and _NAME.fullmatch(path.stem) is not None


def is_left_alone(name: str) -> bool:
    """Return whether a name is that of a file still being written, or of no survey."""
    return name.startswith((".", "~$")) or name.endswith(".part")


def is_new_file(name: str) -> bool:
    """Return whether an entry of a definition's folder was dropped there to be published."""
    return name not in FOLDERS and not is_left_alone(name)
