"""The parts of a workbook, unpacked within bounds: before anything opens it, its directory is looked at.

What a directory says of sizes is not believed: every part is unpacked once, counted and forgotten. Method page:
docs/methods/reading.md.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bpo_index.display.labels import show_text
from bpo_index.files.given_paths import show_size
from bpo_index.responses.grids import ADVICE, Unreadable

#: Bytes that all parts of a workbook may unpack to, and parts that there may be.
MOST_UNPACKED, MOST_PARTS = 2**30, 10_000
#: Bytes of texts in all cells of a workbook: a text that is kept once may stand in many cells.
MOST_TEXT = 2**29
#: Bytes of a part that lists the others.
MOST_LIST = 2**24
_STEP = 2**20
_STORED, _DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s22xHH")
_ITEM = re.compile(rb"<(?:\w{1,20}:)?si[\s/>]")
_SHARED = re.compile(rb"""\bt\s*=\s*["']s["'][^>]{0,200}>\s*<(?:\w{1,20}:)?v(?:\s[^>]{0,99})?>\s*([0-9]{1,9})""")


@dataclass(frozen=True)
class Parts:
    """The parts of a ZIP file."""

    content: bytes
    entries: dict[str, zipfile.ZipInfo]

    def unpack(self, name: str, most: int = MOST_UNPACKED) -> bytes:
        """Return a part.

        Raises
        ------
        KeyError, ValueError, zlib.error
            When there is no such part, it is larger, or damaged.
        """
        parts = []
        for part in self._unpack(self.entries[name]):
            parts.append(part)
            most -= len(part)
            if most < 0:
                msg = f"the part {name} is too large"
                raise ValueError(msg)
        return b"".join(parts)

    def measure(self, entry: zipfile.ZipInfo, most: int) -> int:
        """Return the bytes that a part unpacks to, counted up to a number that is larger than `most`."""
        size = 0
        for part in self._unpack(entry):
            size += len(part)
            if size > most:
                break
        return size

    def _unpack(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        signature, name, extra = _LOCAL.unpack_from(self.content, entry.header_offset)
        if signature != b"PK\x03\x04":
            msg = f"the part {entry.filename} is not where the directory says"
            raise ValueError(msg)
        start = entry.header_offset + _LOCAL.size + name + extra
        data = memoryview(self.content)[start : start + entry.compress_size]
        if entry.compress_type == _STORED:
            yield bytes(data)
            return
        # NOTE: to the end of the packed data, whatever size the directory says that it has unpacked.
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        waiting: bytes | memoryview = data
        while not engine.eof:
            part = engine.decompress(waiting, _STEP)
            waiting = engine.unconsumed_tail
            if not part and not waiting:
                return
            yield part


def open_parts(content: bytes) -> Parts:
    """Return the parts of a ZIP file that may be a workbook, once they are known to be within bounds.

    Raises
    ------
    Unreadable
        When it has too many parts, two of one name, or parts that unpack to too much.
    zipfile.BadZipFile, OSError, ValueError, zlib.error, struct.error
        When it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = archive.infolist()
    if len(found) > MOST_PARTS:
        raise Unreadable(f"is too large: it has {len(found):,} parts, more than {MOST_PARTS:,}. {ADVICE}")
    entries = {entry.filename: entry for entry in found}
    if len(entries) < len(found):
        raise Unreadable(f"is damaged: {len(found) - len(entries):,} of its parts have the name of another. {ADVICE}")
    parts = Parts(content, entries)
    total = 0
    for entry in found:
        if entry.compress_type not in (_STORED, _DEFLATED):
            shown = show_text(entry.filename)
            raise Unreadable(f"is damaged: its part {shown} is packed in a way that workbooks do not use. {ADVICE}")
        total += parts.measure(entry, MOST_UNPACKED - total)
        if total > MOST_UNPACKED:
            raise Unreadable(f"is too large: it unpacks to more than {show_size(MOST_UNPACKED)}. Save it as CSV")
    return parts


class SharedTexts:
    """How much text the cells of sheets hold that refer to one list of texts."""

    def __init__(self, texts: bytes) -> None:
        starts = np.fromiter((found.start() for found in _ITEM.finditer(texts)), dtype=np.int64)
        self._lengths = np.diff(starts, append=len(texts)) if len(starts) else np.zeros(1, dtype=np.int64)
        self._left = MOST_TEXT

    def count(self, sheet: bytes) -> None:
        """Count the texts of another sheet.

        Raises
        ------
        Unreadable
            When the cells of all sheets so far hold too much.
        """
        longest = int(self._lengths.max())
        if sheet.count(b"<") * longest <= self._left:  # no sheet has more cells than tags
            self._left -= sheet.count(b"<") * longest
            return
        numbers = np.fromiter((int(found[1]) for found in _SHARED.finditer(sheet)), dtype=np.int64)
        self._left -= int(self._lengths[numbers[numbers < len(self._lengths)]].sum())
        if self._left < 0:
            raise Unreadable(
                f"is too large: its cells hold more than {show_size(MOST_TEXT)} of text. Delete what is no answer, or "
                "give smaller files"
            )
