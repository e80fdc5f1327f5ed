"""Withdraw releases: one edition has one public release, and the address of an earlier one leads on to it.

The files of a withdrawn release move to the private folder, `withdrawn/<index>/<edition>/<release id>/`; in their place
stand a page that says so, `report.html`, and `withdrawn.json`. A run that is killed in between leaves an address
without a page; the next run makes it again. Method page: docs/methods/release.md.
"""

from __future__ import annotations

import secrets
import shutil
from contextlib import suppress
from html import escape
from pathlib import Path

from bpo_index.display.catalogue import phrase
from bpo_index.files.atomic import make_folder, replace_file, sync_folder
from bpo_index.publication.integrity import MANIFEST, write_json
from bpo_index.publication.pointers import list_releases, read_pointer

#: The folder in the private folder, and the file that says that a release was withdrawn.
WITHDRAWN, SAID = "withdrawn", "withdrawn.json"
_PAGE = "report.html"


def withdraw_others(edition_folder: Path, private: Path) -> list[str]:
    """Withdraw all releases of an edition but the one that its pointer leads to; return the ids of those withdrawn.

    Parameters
    ----------
    edition_folder
        Of the releases; its index's lock is held.
    private
        The private folder.
    """
    current = read_pointer(edition_folder)
    if current is None:
        return []
    place = private / WITHDRAWN / edition_folder.parent.name / edition_folder.name
    gone = []
    for release in list_releases(edition_folder):
        if release.name != current:
            _move(release, place)
            gone.append(release.name)
    _lead_on(edition_folder, place, current)
    return gone


def is_withdrawn(release: Path, private: Path | None = None) -> bool:
    """Return whether a release of this address was withdrawn: by what stands there, or lies in the private folder.

    A run that was killed in between left files there and no page here.
    """
    if (release / MANIFEST).exists():
        return False
    return (release / SAID).is_file() or (private is not None and find_withdrawn(release, private).is_dir())


def find_withdrawn(release: Path, private: Path) -> Path:
    """Return where the files of a withdrawn release lie."""
    return private / WITHDRAWN / release.parent.parent.name / release.parent.name / release.name


def _move(release: Path, place: Path) -> None:
    """Copy a release to the private folder, in one step as seen there, then take it from the public one."""
    make_folder(place, "the private folder")
    for folder in (place.parent.parent, place.parent, place):
        with suppress(OSError):  # where a file system has no modes
            folder.chmod(0o700)
    target = place / release.name
    if not target.exists():
        temporary = place / f".{release.name}.tmp-{secrets.token_hex(4)}"
        shutil.copytree(release, temporary, symlinks=True)
        temporary.rename(target)
        sync_folder(place)
    doomed = release.with_name(f".{release.name}.tmp-{secrets.token_hex(4)}")
    release.rename(doomed)
    shutil.rmtree(doomed)


def _lead_on(edition_folder: Path, place: Path, current: str) -> None:
    """Let the address of every withdrawn release lead to the current one."""
    for release in sorted(place.iterdir()) if place.is_dir() else []:
        if release.name.startswith("."):
            shutil.rmtree(release, ignore_errors=True)
        elif release.name != current:
            _write_page(edition_folder / release.name, current)


def _write_page(folder: Path, current: str) -> None:
    said = write_json({"release": folder.name, "withdrawn": True, "replaced_by": current, "path": f"../{current}"})
    if (folder / _PAGE).is_file() and (folder / SAID).is_file() and (folder / SAID).read_bytes() == said:
        return
    folder.mkdir(exist_ok=True)
    title, sentence = phrase("withdrawal.title"), phrase("withdrawal.page", release=folder.name)
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="robots" content="noindex"><meta name="viewport" content="width=device-width">'
        "<style>:root{color-scheme:light dark}"
        "body{font:1.1rem/1.5 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}"
        f"</style></head><body><main><h1>{escape(title)}</h1><p>{escape(sentence)}</p>"
        f'<p><a href="../{current}/{_PAGE}">{escape(phrase("withdrawal.link"))}</a></p></main></body></html>\n'
    )
    replace_file(folder / _PAGE, page.encode())
    replace_file(folder / SAID, said)
