"""What a Parquet file says of its own size, read from its footer before anything is unpacked.

The footer is a Thrift structure in the compact protocol (parquet-format, Thrift `FileMetaData`); only what counts rows
and bytes is looked at. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_TRAILER, _DEEPEST = 8, 16
_BOOLEANS, _BYTE, _INTEGERS, _DOUBLE, _BINARY, _LISTS, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12


@dataclass(frozen=True)
class Claims:
    """What the footer says."""

    rows: int
    values: int
    """Values in all columns, those in lists one by one."""
    unpacked: int
    """Bytes of all columns, unpacked."""


def read_claims(content: bytes) -> Claims:
    """Return what the footer says.

    Raises
    ------
    ValueError
        When there is no footer that can be read.
    """
    length = int.from_bytes(content[-_TRAILER:-4], "little")
    start = len(content) - _TRAILER - length
    if start < 4:
        msg = "its footer is not there"
        raise ValueError(msg)
    try:
        said = _Reader(content, start).read_struct()
        groups = said.get(4, [])
        chunks = [chunk[3] for group in groups for chunk in group.get(1, []) if 3 in chunk]
        return Claims(
            max(said.get(3, 0), sum(group.get(3, 0) for group in groups)),
            sum(chunk.get(5, 0) for chunk in chunks),
            sum(max(chunk.get(6, 0), chunk.get(7, 0)) for chunk in chunks),
        )
    except (IndexError, AttributeError, TypeError, KeyError, RecursionError) as error:
        msg = "its footer cannot be read"
        raise ValueError(msg) from error


class _Reader:
    def __init__(self, content: bytes, place: int) -> None:
        self.content, self.place = content, place

    def read_struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > _DEEPEST:
            raise RecursionError
        fields: dict[int, Any] = {}
        number = 0
        while head := self._read_byte():
            number = number + (head >> 4) if head >> 4 else self._read_integer()
            fields[number] = self._read_value(head & 15, depth + 1)
        return fields

    def _read_value(self, kind: int, depth: int, *, is_item: bool = False) -> Any:
        if kind in _BOOLEANS:
            return self._read_byte() == 1 if is_item else kind == 1
        if kind == _BYTE:
            return self._read_byte()
        if kind in _INTEGERS:
            return self._read_integer()
        if kind in (_DOUBLE, _BINARY):
            length = 8 if kind == _DOUBLE else self._read_varint()
            self.place += length
            return None
        if kind in _LISTS:
            head = self._read_byte()
            count = head >> 4 if head >> 4 < 15 else self._read_varint()
            if count > len(self.content):
                raise IndexError
            return [self._read_value(head & 15, depth, is_item=True) for _ in range(count)]
        if kind == _STRUCT:
            return self.read_struct(depth)
        raise TypeError

    def _read_byte(self) -> int:
        self.place += 1
        return self.content[self.place - 1]

    def _read_varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._read_byte()
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number
            if shift > 70:
                raise IndexError

    def _read_integer(self) -> int:
        number = self._read_varint()
        return (number >> 1) ^ -(number & 1)
