"""The secret key of the owner of answers: without it nothing public confirms a guess at them.

Ids of releases, identities of rows and the seeds of published draws are made with it (HMAC-SHA-256). It is made at the
first run, in the private folder; data that says of itself that it is synthetic uses a public one, so that the
samples have one id everywhere. Backup: docs/operations.md. What it protects: docs/security.md.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bpo_index.errors import EnvironmentFailed
from bpo_index.files.atomic import make_folder, sync_folder, write_synced

#: Names the file of the key, where it is not `<audit-dir>/key`.
KEY_FILE_VARIABLE = "BPO_INDEX_KEY_FILE"
_KEY = re.compile(rb"\s*((?:[0-9a-fA-F]{2}){32,512})\s*")
_MOST_BYTES = 4096


@dataclass(frozen=True)
class Key:
    """A secret, and what is made with it."""

    secret: bytes = field(repr=False)
    is_public: bool = False
    """Whether everybody knows it."""

    def sign(self, purpose: str, content: bytes) -> bytes:
        """Return 32 bytes that nobody can compute without the key; another purpose gives others."""
        return hmac.digest(self.secret, len(purpose).to_bytes(8, "big") + purpose.encode() + content, "sha256")

    def choose_seed(self, seed: int) -> int:
        """Return the seed of published draws: of 128 bits and keyed, or as it is under the public key.

        With the seed known, a guess at the answers could be tested by making the draws again.
        """
        return seed if self.is_public else int.from_bytes(self.sign("seed", str(seed).encode())[:16], "big")


def name_draws(replicates: int, seed: int) -> str:
    """Return a hash that identifies draws without revealing their seed.

    It is for comparing within a run. A seed that is keyed cannot be found from it, another one could.
    """
    return hashlib.sha256(f"{replicates} {seed}".encode()).hexdigest()


#: Of data that says that it is synthetic.
PUBLIC_KEY = Key(hashlib.sha256(b"bpo-index: the public key of synthetic data").digest(), is_public=True)


def open_key(folder: Path) -> Key:
    """Return the owner's key: from the file that `BPO_INDEX_KEY_FILE` names, else `key` in the private folder.

    Parameters
    ----------
    folder
        The private folder; the key is made there at the first call.

    Raises
    ------
    EnvironmentFailed
        When the file cannot be read or made, holds no key, or can be read by others.
    """
    named = os.environ.get(KEY_FILE_VARIABLE)
    if named:
        return _read_key(Path(named), KEY_FILE_VARIABLE)
    path = folder / "key"
    if not os.path.lexists(path):
        _make_key(path)
    else:
        _sweep_leftovers(folder)
    return _read_key(path, "the private folder")


def choose_key(is_synthetic: bool, folder: Path) -> Key:
    """Return the key of ids and seeds: the owner's (`open_key`), or the public one of synthetic data."""
    return PUBLIC_KEY if is_synthetic else open_key(folder)


def _make_key(path: Path) -> None:
    """Make the file of a key in one step, for its owner only; of two that do so at once, the first one's stays."""
    if not path.parent.is_dir():
        make_folder(path.parent, "the private audit")
        with suppress(OSError):
            path.parent.chmod(0o700)
    temporary = path.with_name(f".key.{secrets.token_hex(8)}.tmp")
    try:
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        os.close(handle)
        write_synced(temporary, f"{secrets.token_hex(32)}\n".encode())
        try:
            # A link to a whole file: unlike a rename it never takes the place of another's key.
            os.link(temporary, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            if not os.path.lexists(path):
                temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise EnvironmentFailed(
            f"The key {path} cannot be made: {error.strerror or error}. Choose another private folder with "
            f"--audit-dir, or name the file of a key in {KEY_FILE_VARIABLE}."
        ) from None


def _sweep_leftovers(folder: Path) -> None:
    """Remove what a run left that was killed while it made the key.

    The key is there, so nobody needs them: whoever is making one at this moment finds the key and reads it.
    """
    for left in folder.glob(".key.*.tmp"):
        with suppress(OSError):
            left.unlink()


def _read_key(path: Path, named_by: str) -> Key:
    advice = (
        "It is a text file with 64 hexadecimal digits. Put your backup of it back: with another key the same answers "
        "get another release id."
    )
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                raise EnvironmentFailed(f"The key {path} of {named_by} is no regular file. {advice}")
            content = file.read(_MOST_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EnvironmentFailed(f"The key {path} of {named_by} cannot be read: {reason}. {advice}") from None
    if os.name != "nt" and named_by != KEY_FILE_VARIABLE and state.st_mode & 0o077:
        raise EnvironmentFailed(
            f"The key {path} can be read by others. Take their permission away (`chmod 600 {path}`); if they may have "
            "read it, delete it, and the next run makes a new one: releases made from then on get other ids."
        )
    found = _KEY.fullmatch(content)
    if not found:
        raise EnvironmentFailed(f"The key {path} of {named_by} holds no key. {advice}")
    return Key(bytes.fromhex(found[1].decode()))
