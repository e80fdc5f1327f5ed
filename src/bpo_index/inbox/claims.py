"""Claim a file of an inbox: move it out of everybody's reach, into a numbered folder of its own.

A claim is a folder `<inbox>/<definition>/.claimed/<number>/`; `finish_claim` (`finishing.py`) takes it to its end.
Layout and limits: docs/operations.md.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bpo_index.errors import EnvironmentFailed
from bpo_index.files.atomic import make_folder, sync_folder
from bpo_index.inbox.numbers import FOLDERS, list_numbered, read_notes, take_number
from bpo_index.responses.sources import show_name

Signature = tuple[int, ...]


@dataclass(frozen=True)
class Claim:
    """A file taken out of the inbox, in a numbered folder of its own.

    It holds `file/<name>` and `tries`, and in the end `audit/` and `outcome.json`.
    """

    folder: Path
    file: Path
    definition: str
    """The name of the definition's folder in the inbox."""
    source: str
    """Where the definition is: a built-in one's name, or a path."""

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return show_name(self.file.name) or repr(self.file.name)

    @property
    def number(self) -> int:
        """Claims of a definition are numbered in their order."""
        return int(self.folder.name)


def make_folders(folder: Path) -> None:
    """Make the folder of a definition and those inside, these for their owner only.

    Raises
    ------
    EnvironmentFailed
        When one cannot be made, or is a link and could lead anywhere.
    """
    for path in (folder, *(folder / own for own in FOLDERS)):
        if path.is_symlink():
            raise EnvironmentFailed(f"{path} is a link. Put a folder in its place.")
        if not path.is_dir():
            make_folder(path, "the inbox")
            if path != folder:
                path.chmod(0o700)


def claim_file(path: Path, source: str) -> Claim:
    """Move a file out of everybody's reach, into a folder with the next number.

    Raises
    ------
    OSError
        When the disk refuses; the file is where it was, or claimed.
    """
    folder = take_number(path.parent)
    file = folder / "file" / path.name
    file.parent.mkdir(parents=True)
    path.rename(file)
    for changed in (file.parent, folder, folder.parent, path.parent):
        sync_folder(changed)
    return Claim(folder=folder, file=file, definition=path.parent.name, source=source)


def list_claims(folder: Path) -> list[Path]:
    """Return the folders of what earlier sweeps claimed of a definition and did not end, by their numbers."""
    return list_numbered(folder / ".claimed") if (folder / ".claimed").is_dir() else []


def open_claim(claimed: Path, source: str) -> Claim | None:
    """Return the claim in a folder, None where it has no file.

    A claim whose number is taken by a filed one, as where claims and filed ones were copied at two moments and put back
    together, gets a new number.

    Raises
    ------
    OSError
        When it cannot be read: what it holds is not known, and stays.
    """
    if not (claimed / "file").exists():
        return None
    names = sorted(path.name for path in (claimed / "file").iterdir() if not path.name.startswith("."))
    if not names:
        return None
    folder = claimed.parent.parent
    if any((folder / own / claimed.name).exists() for own in ("processed", "refused")):
        claimed = claimed.rename(take_number(folder))
    return Claim(folder=claimed, file=claimed / "file" / names[0], definition=folder.name, source=source)


def was_to_be_latest(claim: Claim) -> bool:
    """Return whether a claim was cut short when the pointer of an edition was about to lead to its release."""
    return claim.number in read_notes(claim.folder.parents[2])["latest"].values()


def sweep_rubbish(folder: Path) -> None:
    """Take away, of a definition's folder, claims that were cut short before they had their file, and old notes."""
    for stale in folder.parent.glob("..notes.json.*.tmp"):
        stale.unlink()
    for claimed in list_numbered(folder / ".claimed"):
        with suppress(OSError):  # whatever holds something stays
            (claimed / "file").rmdir()
        with suppress(OSError):
            claimed.rmdir()


def read_tries(claim: Claim) -> int:
    """Return how often a claim was begun."""
    try:
        return int((claim.folder / "tries").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def sign_file(path: Path) -> Signature | None:
    """Return times, size and inode, which change when a file is written; None if it is not a file."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(state.st_mode):
        return None
    return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino
