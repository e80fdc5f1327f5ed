"""The login of the Prefect server: a string `user:password` that server, worker and pages share.

`PREFECT_SERVER_API_AUTH_STRING` or `PREFECT_API_AUTH_STRING` of the environment wins; else the string is made at the
first start and kept in the file `login` of a private folder. Whoever holds it may run commands as the user that serves.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import sync_folder

SERVER, CLIENT = "PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING"
FILE = "login"
#: Everything in a folder that was made for serving; a folder with none of these is somebody's other folder.
OWN = (".lock", "prefect.db", FILE, "logs")
# NOTE: Prefect compares ASCII strings only, and its page sends what `btoa` takes.
_STRING = re.compile(r"[!-9;-~]+:[!-~]+")
_MOST_BYTES = 1000
_NEW_START = "Delete it, and the next start makes a new one."


@dataclass(frozen=True)
class Login:
    """A login, and where it comes from."""

    string: str
    file: Path | None
    """Where it is kept; None where the environment gave it."""
    is_new: bool = False


def find_login(home: Path) -> Login:
    """Return the login of the environment, else that of `home`, which is made the first time.

    Raises
    ------
    UsageError
        The environment has two, or one that no page or program could send.
    EnvironmentFailed
        The file could have been read or changed by others, or holds something else.
    """
    given = {name: value for name in (SERVER, CLIENT) if (value := os.environ.get(name))}
    if len(set(given.values())) > 1:
        raise UsageError(f"{SERVER} and {CLIENT} are not the same. Set one of them, or both alike.")
    for name, value in given.items():
        if not _STRING.fullmatch(value):
            raise UsageError(f"{name} is no login: write user:password, in ASCII and without blanks.")
        return Login(value, None)
    file = home / FILE
    if not os.path.lexists(file):
        return Login(_make(file), file, is_new=True)
    return Login(_read(file), file)


def make_private(home: Path) -> None:
    """Make a folder for its owner only, or close an earlier one with all that is in it.

    Raises
    ------
    EnvironmentFailed
        When it belongs to somebody else, or is in use for something else: that would be closed to others too.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_uid != os.geteuid():
        raise EnvironmentFailed(f"The folder {home} belongs to another user. Name one of your own with --home.")
    names = {path.name for path in home.iterdir()}
    if names and names.isdisjoint(OWN):
        raise EnvironmentFailed(f"The folder {home} is in use for something else. Name another with --home.")
    home.chmod(0o700)
    for path in home.rglob("*"):
        with suppress(OSError):  # gone meanwhile, or another's: the folder is closed
            mode = path.lstat().st_mode
            # NOTE: not the login: one that others could read is refused, not closed.
            if path != home / FILE and not stat.S_ISLNK(mode) and mode & 0o077:
                path.chmod(stat.S_IMODE(mode) & 0o700)


def _make(file: Path) -> str:
    """Make a login; its file is never there in part, nor open to others for an instant."""
    string = f"admin:{secrets.token_urlsafe(32)}"
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(f"{string}\n".encode())
            opened.flush()
            os.fsync(opened.fileno())
        temporary.rename(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)
    return string


def _read(file: Path) -> str:
    """Return the login of a file that only its owner could have read or changed."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        what = "is a link" if file.is_symlink() else f"cannot be read: {error.strerror}"
        raise EnvironmentFailed(f"The login {file} {what}. {_NEW_START}") from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_nlink > 1:
            raise EnvironmentFailed(f"The login {file} is no file of its own. {_NEW_START}")
        if state.st_uid != os.geteuid() or state.st_mode & 0o077:
            raise EnvironmentFailed(
                f"The login {file} may have been read or changed by other users (mode {state.st_mode & 0o777:o}). "
                f"{_NEW_START}"
            )
        content = os.read(handle, _MOST_BYTES + 1)
    finally:
        os.close(handle)
    string = content.decode("ascii", errors="replace").removesuffix("\n")
    if len(content) > _MOST_BYTES or not _STRING.fullmatch(string):
        raise EnvironmentFailed(f"The login {file} does not hold one line user:password. {_NEW_START}")
    return string
