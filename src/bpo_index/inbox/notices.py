"""Report each thing in an inbox that needs a look once, until it changes or goes.

Kept as marks in `<inbox>/.reported.json`, which holds no name and no answer. Where it cannot be kept, all is reported
again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bpo_index.files.atomic import render_json, replace_file

#: Given a sentence on what somebody should look at, and whether it is new since the last sweep.
Tell = Callable[[str, bool], object]
#: Things reported one by one; beyond these only their number is.
MOST_REPORTED = 10
_FILE = ".reported.json"


def tell_things(inbox: Path, things: Mapping[str, str], tell: Tell) -> None:
    """Tell of each thing whether it is new, and keep in mind those that there are.

    Parameters
    ----------
    things
        Sentences, each to what is another once the thing has changed (`mark_file`).
    """
    known = _read(inbox)
    digests = {sentence: _digest(f"{sentence}\0{mark}") for sentence, mark in things.items()}
    new = [sentence for sentence, digest in digests.items() if digest not in known]
    for sentence, digest in digests.items():
        if digest in known:
            tell(sentence, False)
    for sentence in new[:MOST_REPORTED]:
        tell(sentence, True)
    if len(new) > MOST_REPORTED:
        tell(f"Of {len(new) - MOST_REPORTED:,} more things in the inbox the log of the run says what is wrong.", True)
    kept = sorted(set(digests.values()))
    if kept != sorted(known):
        with suppress(OSError):
            for stale in inbox.glob(f".{_FILE}.*.tmp"):
                stale.unlink()
            replace_file(inbox / _FILE, render_json(kept))


def mark_file(path: Path) -> str:
    """Return a mark that changes when a file or folder is changed or replaced."""
    try:
        state = path.lstat()
    except OSError:
        return ""
    return f"{state.st_mode} {state.st_size} {state.st_mtime_ns} {state.st_ino}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _read(inbox: Path) -> set[str]:
    try:
        return {str(mark) for mark in json.loads((inbox / _FILE).read_bytes())}
    except (OSError, ValueError, TypeError, RecursionError):
        return set()
