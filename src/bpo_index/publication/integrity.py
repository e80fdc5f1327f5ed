"""Whether a release is as it was published: its manifest, every file, and nothing else.

`make_manifest` lists the files with their hashes and ends in a checksum of itself; `list_faults` finds what was edited,
taken away or added since. Whoever can write to a release can make all of it anew: this finds accidents and tampering
by halves; the owner's next run makes the same release again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import read_json

MANIFEST = "manifest.json"
_CHECKSUM = "checksum_sha256"
_RELEASE_ID = re.compile(r"[0-9a-f]{16}")
#: The first form of releases whose manifest has a checksum.
_FORM_WITH_CHECKSUM = 4
#: Faults named in a message, at most.
_SHOWN = 5
#: A path within a release: no such name leads out of it.
_FILE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}/){0,9}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}")
_ADVICE = "Move the folder away and run again."


def write_json(value: object) -> bytes:
    """Return a value as JSON for people to read, keys sorted."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def make_manifest(said: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """Return the manifest: what is said of a release, bytes and hash of its files, and a checksum of all this."""
    hashes = {name: _describe(len(files[name]), hashlib.sha256(files[name]).hexdigest()) for name in sorted(files)}
    manifest = {**said, "files": hashes}
    return write_json({**manifest, _CHECKSUM: _sum_up(manifest)})


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a folder; None where there is none that can be read."""
    try:
        manifest = read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict) else None


def list_faults(folder: Path) -> list[str]:
    """Return what of a release is not as it was published, one clause each; nothing where it is whole.

    Raises
    ------
    OSError
        When the disk refuses.
    """
    return _compare_with_manifest(folder, read_manifest(folder))


def _compare_with_manifest(folder: Path, manifest: dict[str, Any] | None) -> list[str]:
    if manifest is None:
        return [phrase("release.manifest_unreadable", manifest=MANIFEST)]
    faults = []
    made_from = manifest.get("made_from")
    form = made_from.get("form") if isinstance(made_from, dict) else None
    kept = {key: value for key, value in manifest.items() if key != _CHECKSUM}
    is_older = _CHECKSUM not in manifest and isinstance(form, int) and form < _FORM_WITH_CHECKSUM
    if not is_older and manifest.get(_CHECKSUM) != _sum_up(kept):
        faults.append(phrase("release.manifest_edited", manifest=MANIFEST))
    if _RELEASE_ID.fullmatch(folder.name) and manifest.get("release") != folder.name:  # a copy may have another name
        faults.append(phrase("release.manifest_of_another", manifest=MANIFEST))
    files: dict[str, Any] = manifest["files"]
    for name, described in files.items():
        path = folder / name
        if not _FILE_NAME.fullmatch(name):
            faults.append(phrase("release.manifest_names", manifest=MANIFEST, file=repr(show_text(name))))
        elif path.is_symlink() or not path.is_file():
            faults.append(phrase("release.file_missing", file=show_text(name)))
        elif _describe_file(path, described) != described:
            faults.append(phrase("release.file_changed", file=show_text(name)))
    strange = _list_strangers(folder, files)
    return faults + [phrase("release.file_strange", file=show_text(name)) for name in strange]


def check_release(folder: Path, said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the manifest of a release; refuse one that is not as it was published.

    Parameters
    ----------
    folder
        The release.
    said
        What its manifest says beside its files, if that is known; a release of an earlier form is not held against it.

    Raises
    ------
    EnvironmentFailed
        Naming what is not as it was.
    """
    manifest = read_manifest(folder)
    faults = _compare_with_manifest(folder, manifest)
    wanted = json.loads(json.dumps(dict(said or {})))
    if manifest and not faults and any(manifest.get(key) != value for key, value in wanted.items()):
        faults = [phrase("release.manifest_of_another_run", manifest=MANIFEST)]
    if manifest is None or faults:
        raise EnvironmentFailed(f"The release {folder} is not as it was published: {join_faults(faults)}. {_ADVICE}")
    return manifest


def join_faults(faults: list[str]) -> str:
    """Return faults as a part of a sentence, the first of them where there are many."""
    shown, more = "; ".join(faults[:_SHOWN]), len(faults) - _SHOWN
    return phrase("release.more_faults", faults=shown, count=more) if more > 0 else shown


def read_release(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release after checking that every file is there and unchanged, and that no other is.

    Raises
    ------
    UsageError
        When the folder is no release.
    EnvironmentFailed
        When a file is missing, was changed or is none of the release's, or the manifest was edited.
    """
    try:
        folder = folder.resolve()
        is_release = (folder / MANIFEST).is_file()
    except (OSError, ValueError):
        is_release = False
    if not is_release:
        raise UsageError(
            f"{show_text(str(folder), 300)} is no release: it has no {MANIFEST}. Give the folder that `bpo-index run` "
            "named, such as releases/offshore-bpo/2021/<release id>."
        )
    try:
        return check_release(folder)
    except OSError as error:
        raise EnvironmentFailed(f"The release {folder} cannot be read: {error.strerror or error}.") from None


def _describe(size: int, digest: str) -> dict[str, Any]:
    return {"bytes": size, "sha256": digest}


def _describe_file(path: Path, expected: object) -> dict[str, Any]:
    """Return size and hash of a file; the hash of one of another size than expected is not looked at."""
    size = path.stat().st_size
    if not isinstance(expected, dict) or expected.get("bytes") != size:
        return _describe(size, "")
    with path.open("rb") as file:
        return _describe(size, hashlib.file_digest(file, "sha256").hexdigest())


def _sum_up(manifest: Mapping[str, Any]) -> str:
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _list_strangers(folder: Path, files: Mapping[str, Any]) -> list[str]:
    """Return what lies in a release and is neither a file of its manifest nor a folder of one."""
    own = {PurePosixPath(name) for name in files} | {PurePosixPath(MANIFEST)}
    folders = {parent for path in own for parent in path.parents}
    strangers = []
    for root, inner, names in os.walk(folder):
        base = PurePosixPath(Path(root).relative_to(folder).as_posix())
        links = [name for name in inner if (Path(root) / name).is_symlink()]
        strangers += [base / name for name in names if base / name not in own]
        strangers += [base / name for name in inner if name in links or base / name not in folders]
        inner[:] = [name for name in inner if name not in links and base / name in folders]
    return sorted(str(path) for path in strangers)
