"""The release: one immutable, content-addressed folder of tables, and the pointers to the newest one.

`<out>/<index>/<edition>/<release id>/` is written to a temporary sibling, synced and renamed in one step; then
`<out>/<index>/<edition>/latest.json` and `<out>/<index>/latest.json` are replaced. A lock on the index's folder keeps
two runs apart and dies with its process. Before the rename, `.pending.json` says which release is about to appear; the
next run finishes what a killed one began. Method page: docs/methods/release.md.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from bpo_index import __version__
from bpo_index.atomic import make_folder, read_json, replace_file, sync_folder, write_synced
from bpo_index.definition import IndexDefinition
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.labels import show_text
from bpo_index.notebook import show_block, show_link, show_sentence

#: Raised by one whenever the same input would give other files.
RELEASE_FORM = 3
NUMERIC_DEPENDENCIES = ("numpy", "polars", "scikit-learn", "scipy")
_RELEASE_ID = re.compile(r"[0-9a-f]{16}")
#: Within the folder of a release: no name leads out of it.
_FILE_NAME = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Release:
    """A published release."""

    path: Path
    """Its folder."""
    release_id: str
    """Sixteen hexadecimal digits."""
    is_new: bool
    """False where the same release lay there already."""
    is_latest: bool
    """Whether the edition's `latest.json` points to it; False for an older one that was made again."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: where it lies, and a link to its report."""
        return show_block(f"Release {self.release_id}", *self.show_parts())

    def show_parts(self) -> list[str]:
        """Return where the release lies, and a link to its report, if it is there, as HTML for a notebook."""
        state = "new" if self.is_new else "there already, checked and unchanged"
        pointer = "" if self.is_latest else "; latest.json of the edition stays at another release"
        report = self.path / "report.html"
        links = [show_link(report, "Open the report")] if report.is_file() else []
        return [show_sentence(f"Release {self.path}: {state}{pointer}."), *links]


def identify_release(
    rows_hash: str, definition: IndexDefinition, settings: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the id of a release and what it is made from.

    Parameters
    ----------
    rows_hash
        The hash of the multiset of all input rows.
    definition
        The index definition.
    settings
        Every setting that changes the output, seed included.
    """
    identity = {
        "form": RELEASE_FORM,
        "rows_sha256": rows_hash,
        "definition_sha256": definition.hash_content(),
        "settings": dict(settings),
        "versions": {"bpo-index": __version__} | {name: version(name) for name in NUMERIC_DEPENDENCIES},
    }
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16], identity


def publish_release(
    render: Callable[[], Mapping[str, bytes]],
    *,
    out: Path,
    definition: IndexDefinition,
    release_id: str,
    manifest: Mapping[str, Any],
    supersede: bool = True,
) -> Release:
    """Publish files as a release, once; running the same again checks the hashes and changes nothing.

    Parameters
    ----------
    render
        Returns path within the release to content; not called where the release is there already.
    out
        The folder of all releases.
    release_id, manifest
        From `identify_release`, and what else the manifest says; the hashes of the files are added.
    supersede
        False: the edition's pointer stays at the release it leads to.

    Raises
    ------
    EnvironmentFailed
        When the folder cannot be written, the release that lies there was changed, or the installation is damaged.
    """
    index_folder = out / definition.index
    edition_folder = index_folder / definition.edition
    make_folder(edition_folder, "the releases")
    target = edition_folder / release_id
    # Rendered before the lock is taken, so that nobody waits for it.
    files = None if target.exists() else _render(render)
    try:
        with FileLock(index_folder / ".lock"):
            _sweep_rubbish(index_folder, edition_folder)
            _finish_pending(edition_folder)
            is_new = not target.exists()
            if is_new:
                content = _render(render) if files is None else files
                hashes = {name: _describe_file(content[name]) for name in sorted(content)}
                content["manifest.json"] = _write_json({**manifest, "release": release_id, "files": hashes})
                temporary = _write_temporary(edition_folder, release_id, content)
                if supersede:
                    replace_file(edition_folder / ".pending.json", _write_json({"release": release_id}))
                temporary.rename(target)
                sync_folder(edition_folder)
                _finish_pending(edition_folder)
            else:
                _check_release(target)
            _repair_pointers(index_folder, edition_folder)
            is_latest = _read_pointer(edition_folder / "latest.json") == release_id
    except OSError as error:
        place = error.filename2 or error.filename
        named = f" ({show_text(Path(place).name)})" if place else ""
        raise EnvironmentFailed(
            f"The release cannot be written to {edition_folder}: {error.strerror or error}{named}. Free space, change "
            "the permissions or choose another folder with --out. Releases that were there before are whole."
        ) from None
    return Release(target, release_id, is_new, is_latest)


def _render(render: Callable[[], Mapping[str, bytes]]) -> dict[str, bytes]:
    try:
        return dict(render())
    except OSError as error:
        # Nothing is read to render but what ships with the package.
        raise EnvironmentFailed(
            f"The files of the release cannot be made: {error}. The installation of bpo-index is damaged; install it "
            "again. Releases that were there before are whole."
        ) from None


def read_release(folder: Path) -> dict[str, Any]:
    """Return the manifest of a release after checking the hash of every file.

    Raises
    ------
    UsageError
        When the folder is no release.
    EnvironmentFailed
        When a file is missing or was changed.
    """
    try:
        is_release = (folder / "manifest.json").is_file()
    except (OSError, ValueError):  # no system takes such a name
        is_release = False
    if not is_release:
        raise UsageError(
            f"{show_text(str(folder), 200)} is no release: it has no manifest.json. Give the folder that `bpo-index "
            "run` named, such as releases/offshore-bpo/2021/<release id>."
        )
    try:
        return _check_release(folder)
    except OSError as error:
        raise EnvironmentFailed(f"The release {folder} cannot be read: {error.strerror or error}.") from None


def _describe_file(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write_json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _write_temporary(edition_folder: Path, release_id: str, content: Mapping[str, bytes]) -> Path:
    """Write all files to a hidden sibling of the releases."""
    temporary = edition_folder / f".{release_id}.tmp-{secrets.token_hex(4)}"
    try:
        for name, data in content.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_synced(path, data)
        for folder in {(temporary / name).parent for name in content}:
            sync_folder(folder)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return temporary


def _sweep_rubbish(*folders: Path) -> None:
    """Take away the temporary files of killed runs; the lock is ours, so no living run has any."""
    for folder in folders:
        for stale in folder.glob(".*.tmp*"):
            shutil.rmtree(stale) if stale.is_dir() and not stale.is_symlink() else stale.unlink()


def _finish_pending(edition_folder: Path) -> None:
    """Point to the release that a run announced, if it appeared; then forget the announcement."""
    pending = edition_folder / ".pending.json"
    release_id = _read_pointer(pending)
    if release_id and (edition_folder / release_id / "manifest.json").exists():
        replace_file(edition_folder / "latest.json", _write_json(_describe_pointer(edition_folder, release_id)))
    pending.unlink(missing_ok=True)


def _repair_pointers(index_folder: Path, edition_folder: Path) -> None:
    """Make a missing or unusable pointer of the edition again, and let the index point to its newest edition."""
    pointed = _read_pointer(edition_folder / "latest.json")
    if not pointed or not (edition_folder / pointed).is_dir():
        found = edition_folder.glob("[0-9a-f]*/manifest.json")
        manifests = sorted(
            (path for path in found if _RELEASE_ID.fullmatch(path.parent.name)),
            key=lambda path: (path.stat().st_mtime_ns, path),
        )
        if manifests:
            release_id = manifests[-1].parent.name
            replace_file(edition_folder / "latest.json", _write_json(_describe_pointer(edition_folder, release_id)))
    editions = [path for path in index_folder.iterdir() if path.is_dir() and _read_pointer(path / "latest.json")]
    if editions:
        newest = max(editions, key=lambda path: _edition_order(path.name))
        content = (newest / "latest.json").read_bytes()
        pointer = index_folder / "latest.json"
        if not pointer.is_file() or pointer.stat().st_size != len(content) or pointer.read_bytes() != content:
            replace_file(pointer, content)


def _edition_order(name: str) -> list[tuple[int, int, str]]:
    """Return the key that sorts 9 before 10 and 2021 before 2022."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"([0-9]+)", name) if part]


def _describe_pointer(edition_folder: Path, release_id: str) -> dict[str, str]:
    index, edition = edition_folder.parent.name, edition_folder.name
    return {"index": index, "edition": edition, "release": release_id, "path": f"{index}/{edition}/{release_id}"}


def _read_pointer(path: Path) -> str | None:
    try:
        pointer = read_json(path)
    except (FileNotFoundError, IsADirectoryError, ValueError):
        return None
    release_id = pointer.get("release") if isinstance(pointer, dict) else None
    return release_id if isinstance(release_id, str) and _RELEASE_ID.fullmatch(release_id) else None


def _check_release(folder: Path) -> dict[str, Any]:
    advice = "Move the folder away and run again."
    manifest = _read_manifest(folder, advice)
    for name, described in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise EnvironmentFailed(f"The release {folder} lacks its file {name}. {advice}")
        if path.stat().st_size != described["bytes"] or _describe_file(path.read_bytes()) != described:
            raise EnvironmentFailed(f"The file {name} of the release {folder} was changed after publication. {advice}")
    return manifest


def _read_manifest(folder: Path, advice: str) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = read_json(folder / "manifest.json")
    except (FileNotFoundError, IsADirectoryError, ValueError) as error:
        says = str(error) if isinstance(error, ValueError) else "there is none"
        raise EnvironmentFailed(f"The release {folder} has no readable manifest.json: {says}. {advice}") from None
    files = manifest.get("files") if isinstance(manifest, dict) else None
    if not isinstance(files, dict) or not all(
        _FILE_NAME.fullmatch(name) and isinstance(described, dict) and set(described) == {"bytes", "sha256"}
        for name, described in files.items()
    ):
        raise EnvironmentFailed(
            f"The manifest.json of the release {folder} does not list its files as bpo-index does. {advice}"
        )
    return manifest
