"""The numbers of claims, and the last claim for the pointer of each edition; both in `<inbox>/.notes.json`.

A number is given under the inbox's lock and never comes twice, so that claims keep their order without a clock.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from bpo_index.files.atomic import read_json, render_json, replace_file

#: What a definition's folder in the inbox has inside, beside new files; they hold answers of single respondents.
FOLDERS = (".claimed", "processed", "refused")
_NUMBER = re.compile(r"[0-9]{8,12}")


def list_numbered(folder: Path) -> list[Path]:
    """Return the folders with a number for a name, in order; what other programs put there is not ours."""
    found = [
        path for path in folder.iterdir() if _NUMBER.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]
    return sorted(found, key=lambda path: int(path.name))


def take_number(folder: Path) -> Path:
    """Return the place of a new claim: numbers never come twice, though `processed/` may be emptied at any time."""
    inbox = folder.parent
    taken = [int(path.name) for own in FOLDERS for path in inbox.glob(f"*/{own}/*") if _NUMBER.fullmatch(path.name)]
    number = max([read_notes(inbox)["last"], *taken]) + 1
    note(inbox, last=number)
    return folder / ".claimed" / f"{number:08}"


def read_notes(inbox: Path) -> dict[str, Any]:
    """Return the last number given, and for each edition that of the last claim that its pointer was to lead to."""
    try:
        notes = read_json(inbox / ".notes.json")
        return {"last": int(notes["last"]), "latest": {str(key): int(value) for key, value in notes["latest"].items()}}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return {"last": 0, "latest": {}}


def note(inbox: Path, *, last: int = 0, latest: dict[str, int] | None = None) -> None:
    """Keep the number last given, and the last claims of editions."""
    notes = read_notes(inbox)
    kept = {"last": max(notes["last"], last), "latest": notes["latest"] | (latest or {})}
    if kept != notes:
        replace_file(inbox / ".notes.json", render_json(kept))
