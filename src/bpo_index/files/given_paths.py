"""Paths that users give: an address is refused, and only regular files are read, up to a size.

A path names a place on this machine. `s3://bucket/x` would make a folder called `s3:`; a pipe or a device would be
waited for without end, or give bytes without end.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from bpo_index.errors import UsageError

#: A scheme as RFC 3986 has it, of two letters or more: `C:\\` and `C:/` are drives of Windows.
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]+:[/\\]{2}", re.IGNORECASE)
#: The same where two slashes have become one.
_ADDRESS_AS_PATH = re.compile(r"\s*[a-z][a-z0-9+.-]+:[/\\]", re.IGNORECASE)
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
_LONGEST_SHOWN = 200


class NotAFile(OSError):
    """The path exists but is not a regular file; `strerror` says what it is, as the end of a sentence."""


class TooLarge(OSError):
    """The file is larger than the limit; `strerror` says so, as the end of a sentence."""


def refuse_address(path: str | os.PathLike[str] | None, what: str) -> None:
    """Refuse what looks like an address where a path on this machine is wanted; None is no path.

    Parameters
    ----------
    path
        As it was given. Paths of pathlib have lost one of the two slashes, which is known.
    what
        The option or setting, as the user knows it.

    Raises
    ------
    UsageError
        When it begins like `scheme://`.

    Examples
    --------
    >>> refuse_address("releases", "--out")
    >>> refuse_address("C:\\\\surveys", "--out")
    >>> refuse_address("s3://bucket/x", "--out")
    Traceback (most recent call last):
    ...
    bpo_index.errors.UsageError: --out 's3://bucket/x' looks like an address, and it names a place on this machine. \
Give a path here, and copy from or to s3:// with a program made for it.
    """
    if path is None:
        return
    text = os.fspath(path)
    pattern = _ADDRESS if isinstance(path, str) else _ADDRESS_AS_PATH
    if pattern.match(text):
        shown = repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
        scheme = text.strip().partition(":")[0]
        raise UsageError(
            f"{what} {shown} looks like an address, and it names a place on this machine. Give a path here, and copy "
            f"from or to {scheme}:// with a program made for it."
        )


def refuse_addresses(**paths: str | os.PathLike[str] | Iterable[str] | None) -> None:
    """Refuse settings that are addresses and not paths; a setting may hold several paths."""
    for name, given in paths.items():
        single = given is None or isinstance(given, str | os.PathLike)
        for path in [given] if single else list(given):  # type: ignore[arg-type]
            refuse_address(path, name)  # type: ignore[arg-type]


def open_regular(path: str | os.PathLike[str]) -> int:
    """Open a regular file for reading and return its descriptor; never wait.

    Raises
    ------
    NotAFile
        When the path is a pipe, a socket, a device or a folder.
    OSError, ValueError
        When it cannot be opened, or holds a NUL.
    """
    # NOTE: looked at before it is opened, since opening a device may do something; and after, since the path may have
    # been given to something else in between.
    _refuse_other(Path(path).stat(), path)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    try:
        _refuse_other(os.fstat(handle), path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_regular(path: str | os.PathLike[str], most: int) -> bytes:
    """Return the bytes of a regular file.

    Parameters
    ----------
    most
        Bytes that are read; what a file holds is counted and not believed.

    Raises
    ------
    NotAFile, TooLarge
        When the path is no regular file, or holds more.
    OSError, ValueError
        When it cannot be read, or the path holds a NUL.

    Examples
    --------
    >>> read_regular("/dev/null", 10)
    Traceback (most recent call last):
    ...
    bpo_index.files.given_paths.NotAFile: [Errno 22] it is a device and no file: '/dev/null'
    """
    with open(open_regular(path), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise _describe_too_large(most, path)
        content = file.read(most + 1)
    if len(content) > most:
        raise _describe_too_large(most, path)
    return content


def read_start(path: str | os.PathLike[str], length: int) -> bytes:
    """Return the first bytes of a regular file; errors as in `read_regular`."""
    with open(open_regular(path), "rb") as file:
        return file.read(length)


def show_size(size: int) -> str:
    """Return a number of bytes for a message.

    Examples
    --------
    >>> show_size(2**20), show_size(2**29), show_size(2**30)
    ('1 MiB', '512 MiB', '1 GiB')
    """
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit:,} {name}"
    return f"{size:,} bytes"


def _refuse_other(state: os.stat_result, path: str | os.PathLike[str]) -> None:
    if not stat.S_ISREG(state.st_mode):
        kind = _KINDS.get(stat.S_IFMT(state.st_mode), "something else")
        raise NotAFile(errno.EINVAL, f"it is {kind} and no file", str(Path(path)))


def _describe_too_large(most: int, path: str | os.PathLike[str]) -> TooLarge:
    return TooLarge(errno.EFBIG, f"it holds more than {show_size(most)}", str(Path(path)))
