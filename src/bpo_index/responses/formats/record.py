"""What a file format is: how it is recognised by its bytes, and what reads it, or what to do where nothing does.

Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.responses.grids import Grid

#: Bytes of a file that are looked at for one that no text has.
_START = 512


@dataclass(frozen=True)
class KnownFormat:
    """A format that is recognised by its bytes."""

    name: str
    """A name of small letters, unique."""
    title: str
    """What messages call such a file, as a noun with its article: ``an SPSS file``."""
    recognise: Callable[[bytes], bool]
    """Whether the bytes of a file, unpacked, look like this format; quick, and True for damaged ones too."""
    endings: tuple[str, ...] = ()
    """Endings of names, with the point. Folders are searched for those of formats that are read."""
    place: int = 100
    """The order in which formats are tried; of equals by name."""


@dataclass(frozen=True)
class FileFormat(KnownFormat):
    """A format that is read."""

    read: Callable[[bytes, HowToRead], Iterable[Grid]] = lambda *_: ()
    """The bytes, and what the definition says of the files, to the grids in which answers may lie; `Unreadable` where
    the file is broken or holds more than can be held."""


@dataclass(frozen=True)
class OtherFormat(KnownFormat):
    """A format that is known and not read."""

    advice: str = ""
    """What to do instead, as a sentence; empty: export the responses in a format that is read."""


def starts_with(*starts: bytes) -> Callable[[bytes], bool]:
    """Return what tells files by their first bytes.

    Examples
    --------
    >>> starts_with(b"PAR1")(b"PAR1...")
    True
    """
    return lambda content: content.startswith(starts)


def is_binary(content: bytes) -> bool:
    """Return whether a file begins with bytes that no text has.

    Examples
    --------
    >>> is_binary(b"ID3,country"), is_binary(bytes([73, 68, 51, 4, 0]))
    (False, True)
    """
    return 0 in content[:_START]
