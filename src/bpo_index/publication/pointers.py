"""The pointers of releases: `latest.json` of an edition and of an index, and the announcement of one about to appear.

An edition's pointer leads to its newest official release, or to its draft where there is none; the index's pointer to
the newest edition with an official release, or else with a draft.
"""

from __future__ import annotations

import re
from pathlib import Path

from bpo_index.display.catalogue import phrase
from bpo_index.files.atomic import read_json, replace_file
from bpo_index.publication.integrity import MANIFEST, read_manifest, write_json

POINTER, _PENDING = "latest.json", ".pending.json"
_RELEASE_ID = re.compile(r"[0-9a-f]{16}")
_EDITION = re.compile(r"[a-z0-9-]{1,64}")


def list_releases(edition_folder: Path) -> list[Path]:
    """Return the folders of an edition's releases, oldest first."""
    found = [
        (path.stat().st_mtime_ns, path.parent)
        for path in edition_folder.glob(f"[0-9a-f]*/{MANIFEST}")
        if _RELEASE_ID.fullmatch(path.parent.name)
    ]
    return [folder for _, folder in sorted(found)]


def is_draft(release: Path) -> bool:
    """Return whether the manifest of a release says that it is a draft."""
    manifest = read_manifest(release)
    return manifest is not None and manifest.get("standing") == "draft"


def announce(edition_folder: Path, release_id: str) -> None:
    """Say which release is about to appear, so that the pointer comes to lead to it whatever happens."""
    replace_file(edition_folder / _PENDING, write_json({"release": release_id}))


def finish_announced(edition_folder: Path) -> None:
    """Point to the release that a run announced, if it appeared; then forget the announcement."""
    pending = edition_folder / _PENDING
    release_id = _name_release(_read(pending))
    if release_id and (edition_folder / release_id / MANIFEST).exists():
        _point(edition_folder, release_id)
    pending.unlink(missing_ok=True)


def read_pointer(edition_folder: Path) -> str | None:
    """Return the id of the release that an edition's pointer leads to; None where it leads to none that is there."""
    said = _read(edition_folder / POINTER)
    release_id = _name_release(said)
    if release_id is None or said != _describe(edition_folder, release_id):
        return None
    return release_id if (edition_folder / release_id / MANIFEST).is_file() else None


def repair_pointers(index_folder: Path, edition_folder: Path) -> list[str]:
    """Make unusable pointers again, let the index point to its newest edition, and return a sentence on each fault."""
    faults = find_stray_pointers(index_folder, edition_folder)
    pointed = read_pointer(edition_folder)
    if pointed is None or is_draft(edition_folder / pointed):
        releases = list_releases(edition_folder)
        official = [release for release in releases if not is_draft(release)]
        if official or (releases and pointed is None):
            _point(edition_folder, (official or releases)[-1].name)
    editions = [path for path in index_folder.iterdir() if path.is_dir() and read_pointer(path) is not None]
    if editions:
        newest = max(editions, key=lambda path: (not is_draft(path / (read_pointer(path) or "")), _order(path.name)))
        content = (newest / POINTER).read_bytes()
        pointer = index_folder / POINTER
        if not pointer.is_file() or pointer.stat().st_size != len(content) or pointer.read_bytes() != content:
            replace_file(pointer, content)
    return [phrase("release.pointer_repaired", fault=fault) for fault in faults]


def find_stray_pointers(index_folder: Path, edition_folder: Path) -> list[str]:
    """Return a clause on each pointer that leads to no release."""
    faults = []
    if _is_there(edition_folder / POINTER) and read_pointer(edition_folder) is None:
        faults.append(phrase("release.stray_pointer", pointer=str(edition_folder / POINTER)))
    pointer = index_folder / POINTER
    if _is_there(pointer):
        said = _read(pointer)
        release_id, edition = _name_release(said), said.get("edition")
        folder = index_folder / edition if isinstance(edition, str) and _EDITION.fullmatch(edition) else None
        if (
            folder is None
            or release_id is None
            or said != _describe(folder, release_id)
            or not (folder / release_id / MANIFEST).is_file()
        ):
            faults.append(phrase("release.stray_pointer", pointer=str(pointer)))
    return faults


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _point(edition_folder: Path, release_id: str) -> None:
    replace_file(edition_folder / POINTER, write_json(_describe(edition_folder, release_id)))


def _describe(edition_folder: Path, release_id: str) -> dict[str, str]:
    index, edition = edition_folder.parent.name, edition_folder.name
    return {"index": index, "edition": edition, "release": release_id, "path": f"{index}/{edition}/{release_id}"}


def _read(path: Path) -> dict[str, object]:
    """Return what a pointer says; nothing where it cannot be read."""
    try:
        said = read_json(path)
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _name_release(said: dict[str, object]) -> str | None:
    """Return the id of the release that a pointer names."""
    release_id = said.get("release")
    return release_id if isinstance(release_id, str) and _RELEASE_ID.fullmatch(release_id) else None


def _order(name: str) -> list[tuple[int, int, str]]:
    """Return the key that sorts 9 before 10 and 2021 before 2022."""
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in re.split(r"([0-9]+)", name) if part]
