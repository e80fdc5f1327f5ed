"""All file formats, built in and of other packages (entry points `bpo_index.formats`)."""

from __future__ import annotations

from functools import cache

from bpo_index.kinds import find_records, refuse_same_names
from bpo_index.responses.formats.record import FileFormat, KnownFormat

#: The group of entry points by which other packages offer formats.
GROUP = "bpo_index.formats"


@cache
def list_formats() -> tuple[KnownFormat, ...]:
    """Return all formats, in the order in which they are tried; the last takes any bytes for text.

    Raises
    ------
    EnvironmentFailed
        When a format of another package cannot be used; the message names it.

    Examples
    --------
    >>> [one.name for one in list_formats()][-1]
    'delimited_text'
    """
    found = find_records(KnownFormat, "bpo_index.responses.formats", GROUP)
    refuse_same_names(found, "file format")
    return tuple(sorted(found, key=lambda one: (one.place, one.name)))


@cache
def list_endings() -> tuple[str, ...]:
    """Return the endings of names that a folder is searched for; each may have ``.gz`` after it.

    Examples
    --------
    >>> {".csv", ".dta"} <= set(list_endings()), ".pdf" in list_endings()
    (True, False)
    """
    endings = [ending for one in list_formats() if isinstance(one, FileFormat) for ending in one.endings]
    return tuple(dict.fromkeys(endings))
