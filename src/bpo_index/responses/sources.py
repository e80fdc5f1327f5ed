"""Paths given by the user into files with names and bytes: folders opened, gzip unpacked, nothing read twice.

`open_sources` returns the files in an order that does not depend on how they were given. Files of a folder that cannot
hold answers by their names are listed, not read. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bpo_index.display.labels import show_text
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.given_paths import NotAFile, TooLarge, read_regular, read_start, refuse_address, show_size
from bpo_index.responses.encodings import show_undecodable
from bpo_index.responses.formats.registry import list_endings

#: Bytes that a file may have, unpacked where it is packed, and all files of a call together.
MOST_BYTES, MOST_TOGETHER = 2**29, 2**30
#: Bytes of a file that is not read which stand for it where the input is named, and bytes unpacked at once.
_HEAD, _PART = 2**20, 2**20
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Source:
    """One file, unpacked."""

    name: str
    """How messages and tables call it."""
    content: bytes
    original: bytes
    """The bytes as they lie on the disk; the first of them where the file is too large."""
    is_packed: bool = False
    fault: str | None = None
    """Why it cannot be read, as a sentence, or None."""


def open_sources(paths: Sequence[str | Path]) -> tuple[list[Source], list[str]]:
    """Return the files that paths and folders name, by name, and sentences on what was passed over.

    Raises
    ------
    UsageError
        No path, no such file, a folder without a file of answers, or a file named twice.
    EnvironmentFailed
        A file that is there and cannot be read.
    """
    for path in paths:
        refuse_address(path, "the path of responses")
    if not all(str(path) for path in paths):
        raise UsageError("The path of a file of responses is empty. Give the path of a file or a folder.")
    files, passed = _list_files([Path(path) for path in paths])
    names = _name_files(files)
    sources, left = [], MOST_TOGETHER
    for name, path in zip(names, files, strict=True):
        sources.append(_open(name, path, left))
        left -= len(sources[-1].content)
    seen: dict[bytes, Source] = {}
    for source in sources:
        twin = seen.setdefault(hashlib.sha256(source.content).digest(), source)
        if twin is not source and source.content and not source.content.isspace():
            raise UsageError(f"The files {twin.name} and {source.name} hold the same. Give each file once.")
    return sorted(sources, key=lambda source: source.name), passed


def _list_files(paths: list[Path]) -> tuple[list[Path], list[str]]:
    if not paths:
        raise UsageError("No file of responses was given. Give at least one file, or a folder of files.")
    files: list[Path] = []
    passed: list[str] = []
    seen: dict[Path, Path] = {}
    for path in paths:
        try:
            is_folder, exists = path.is_dir(), path.exists()
            found = sorted(path.iterdir()) if is_folder else [path]
        except PermissionError as error:
            raise EnvironmentFailed(f"{path} cannot be read: {error.strerror}. Check its permissions.") from None
        except (OSError, ValueError) as error:
            raise UsageError(f"The path {str(path)!r} cannot be used: {error}. Correct the path.") from None
        if not exists:
            shown = path if str(path).isprintable() else repr(str(path))
            raise UsageError(f"There is no file {shown}. Check the path; it is looked up from {Path.cwd()}.")
        if is_folder:
            found, others = _split_folder(found)
            if not found:
                endings = " ".join(list_endings())
                raise UsageError(
                    f"The folder {path} has no file of answers (names that end in {endings}, also with .gz)."
                )
            if others:
                passed.append(f"{show_name(path.name)}: not read: {_join_names(others)}.")
        for file in found:
            real = file.resolve()
            if real in seen:
                raise UsageError(f"The file {file} is given twice (also as {seen[real]}). Give each file once.")
            seen[real] = file
        files += found
    return files, passed


def _split_folder(found: list[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files that can hold answers, and what else is in a folder; hidden and lock files are neither."""
    shown = [path for path in found if not path.name.startswith((".", "~$"))]
    wanted = [
        path for path in shown if path.is_file() and path.name.lower().removesuffix(".gz").endswith(list_endings())
    ]
    return wanted, [path for path in shown if path not in wanted]


def _join_names(paths: list[Path], most: int = 10) -> str:
    text = ", ".join(show_name(path.name) for path in paths[:most])
    return text + (f" and {len(paths) - most} more" if len(paths) > most else "")


def _open(name: str, path: Path, left: int) -> Source:
    """Read a file, if all files read so far leave room for it."""
    try:
        try:
            content = read_regular(path, MOST_BYTES)
        except TooLarge:
            return Source(name, b"", read_start(path, _HEAD), fault=_describe_too_large("holds"))
    except NotAFile as error:
        raise UsageError(
            f"{show_name(str(path))} cannot be read as responses: {error.strerror}. Give a file, or a folder of files; "
            "save what a pipe gives as a file first."
        ) from None
    except OSError as error:
        raise EnvironmentFailed(f"The file {path} cannot be read: {error.strerror}. Check its permissions.") from None
    source = _unpack(name, content)
    if len(source.content) <= left:
        return source
    together = f"comes after others, and they hold more than {show_size(MOST_TOGETHER)} together"
    return Source(name, b"", content[:_HEAD], fault=f"{together}. Give fewer files at once")


def _describe_too_large(verb: str) -> str:
    return f"{verb} more than {show_size(MOST_BYTES)}, which no survey does"


def _name_files(files: list[Path]) -> list[str]:
    """Return the file names, or the whole paths where two files have one name; what would be equal is numbered."""
    names = [show_name(path.name) for path in files]
    if len(set(names)) < len(names):
        names = [show_name(str(path)) for path in files]
    if len(set(names)) < len(names):
        names = [f"{name} ({n})" for n, name in enumerate(names, start=1)]
    return names


def show_name(name: str) -> str:
    """Return a file's name as messages and tables show it: printable, in one line, short.

    Examples
    --------
    >>> show_name("a\\nb.csv")
    'a b.csv'
    """
    return show_text(show_undecodable(name), 300)


def _unpack(name: str, content: bytes) -> Source:
    if not content.startswith(_GZIP):
        return Source(name, content, content)
    try:
        # NOTE: counted before anything is kept, so that a small file that unpacks without end takes no memory.
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            size = 0
            while size <= MOST_BYTES and (part := file.read(_PART)):
                size += len(part)
        if size > MOST_BYTES:
            return Source(name, b"", content, is_packed=True, fault=_describe_too_large("unpacks to"))
        unpacked = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        return Source(name, b"", content, is_packed=True, fault=f"is packed with gzip and damaged ({error})")
    return Source(name, unpacked, content, is_packed=True)
