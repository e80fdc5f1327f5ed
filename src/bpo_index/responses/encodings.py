"""Bytes into text: which encoding a file was written in, found from its bytes and said.

`decode_text` knows UTF-8 and UTF-16 with and without a byte-order mark, and Windows-1252, of which Latin-1 is a part.
Bytes that are no text stay as lone surrogates, so that they cost only the rows that hold them. Method page:
docs/methods/reading.md.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

Encoding = Literal["utf-8", "utf-16", "windows-1252"]

#: Bytes looked at to tell UTF-16 without a mark; a power of two.
_LOOKED_AT = 4_096
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_text(content: bytes, encoding: Encoding | None = None) -> tuple[str, str]:
    """Return the text of a file and how it was decoded.

    Without `encoding`, in this order: a byte-order mark; UTF-16 without one, where at least a third of the bytes on one
    side of each pair is zero; UTF-8; Windows-1252 where the bytes are not UTF-8, hold no letter that is written in
    UTF-8, and are all in Windows-1252; else UTF-8 with rows that hold other bytes.

    Examples
    --------
    >>> decode_text("Medellín".encode("latin-1"))
    ('Medellín', 'Windows-1252')
    >>> decode_text("Bogotá, Medell".encode() + b"\\xedn")[1]
    'UTF-8'
    """
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16, little end first"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16, big end first"),
    ):
        if content.startswith(mark) and (encoding is None or codec.startswith(encoding)):
            return _decode(content[len(mark) :], codec), name
    if encoding == "windows-1252":
        return _decode(content, "windows-1252"), "Windows-1252"
    end_first = _guess_utf16(content)
    if encoding == "utf-16" or (encoding is None and end_first):
        codec = f"utf-16-{end_first or 'le'}"
        name = {"le": "little", "be": "big"}[codec[-2:]]
        return _decode(content, codec), f"UTF-16 without a byte-order mark, {name} end first"
    text = _decode(content, "utf-8")
    if encoding is None and has_undecodable(text) and _is_windows_1252(content, text):
        return content.decode("windows-1252"), "Windows-1252"
    return text, "UTF-8"


def _decode(content: bytes, codec: str) -> str:
    if codec.startswith("utf-16"):
        # Half a pair at the end, and surrogates without their partner, stay what they are: no text.
        odd = chr(0xDC00 + content[-1]) if len(content) % 2 else ""
        return content[: len(content) // 2 * 2].decode(codec, "surrogatepass") + odd
    if codec == "windows-1252":
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            return "".join(_decode_1252(byte) for byte in content)
    return content.decode(codec, "surrogateescape")


def _decode_1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("windows-1252")
    except UnicodeDecodeError:
        return chr(0xDC00 + byte)


def _guess_utf16(content: bytes) -> Literal["le", "be"] | None:
    """Return which end comes first where the bytes look like UTF-16 of mostly Latin letters."""
    start = content[:_LOOKED_AT]
    if len(start) < 4:
        return None
    zeros = [start[side::2].count(0) / len(start[side::2]) for side in (0, 1)]
    if max(zeros) < 1 / 3 or min(zeros) > max(zeros) / 4:
        return None
    return "le" if zeros[1] > zeros[0] else "be"


def _is_windows_1252(content: bytes, text: str) -> bool:
    """Return whether bytes that are not UTF-8 are text in Windows-1252."""
    if any("\x7f" < letter < "\ud800" or letter > "\udfff" for letter in set(text)):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        pass
    else:  # only the last letter is cut off
        return False
    try:
        content.decode("windows-1252")
    except UnicodeDecodeError:
        return False
    return True


def has_undecodable(text: str) -> bool:
    """Return whether the text holds bytes that could not be decoded.

    Examples
    --------
    >>> has_undecodable(decode_text(b"Bogot\\xc3\\xa1 Medell\\xedn")[0]), has_undecodable("Medellín")
    (True, False)
    """
    return not text.isascii() and _SURROGATE.search(text) is not None


def show_undecodable(text: str) -> str:
    """Return the text with undecodable bytes written as ``\\xe9``, so that it can be stored as UTF-8."""
    if text.isascii():
        return text
    return _SURROGATE.sub(
        lambda found: (
            f"\\x{ord(found[0]) - 0xDC00:02x}" if "\udc80" <= found[0] <= "\udcff" else f"\\u{ord(found[0]):04x}"
        ),
        text,
    )
