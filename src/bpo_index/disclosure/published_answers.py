"""The answers behind each release that was ever public, in the owner's private folder, to compare corrections with.

`<private folder>/published/<index>/<edition>/<release id>.arrow` holds them, and the same name with `.json` how
category scores were made. Written before a release appears; marked as public after. Method page:
docs/methods/disclosure.md.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.disclosure.cells.units import is_protected
from bpo_index.disclosure.corrections import EarlierRelease, hash_cells
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, read_json, render_json, replace_file

#: The folder in the private folder.
PUBLISHED = "published"
#: The answers that were scored, in the folder of a private audit.
ANSWERS = "answers.arrow"


def leave_answers(audit: Path, accepted: pl.DataFrame) -> None:
    """Write the answers that are about to be scored into the folder of their private audit.

    Raises
    ------
    EnvironmentFailed
        When it cannot be written.
    """
    content = io.BytesIO()
    accepted.write_ipc(content)
    try:
        replace_file(audit / ANSWERS, content.getvalue())
    except OSError as error:
        raise _explain(audit, error) from None


def keep_answers(
    folder: Path, release: str, audit: Path, *, held: Mapping[str, str], definition: IndexDefinition
) -> None:
    """Keep the answers behind a release that is about to appear; the same again changes nothing.

    Parameters
    ----------
    folder
        The private folder.
    release, definition
        Its id, and the index.
    audit
        The folder of the private audit, with what `leave_answers` left.
    held
        As in `HeldAnswers`.

    Raises
    ------
    UsageError
        When there are no such answers.
    EnvironmentFailed
        When the folder cannot be written.
    """
    place = _find_place(folder, definition)
    about = {
        "cells": hash_cells(definition),
        "is_protected": is_protected(definition.method),
        "held": dict(held),
        "is_public": False,
        "number": len(list(place.glob("*.json"))),
    }
    make_folder(place, "the private folder")
    try:
        for path in (folder / PUBLISHED, place):
            with suppress(OSError):  # where a file system has no modes
                path.chmod(0o700)
        if _read_about(place / f"{release}.json"):
            return
        if not (audit / ANSWERS).is_file():
            raise UsageError(
                "The answers were not checked by `bpo_index.validate` with these settings, so a later correction could "
                "not be compared with them. Validate them with it, then publish."
            )
        answers = (audit / ANSWERS).read_bytes()
        for name, data in ((f"{release}.arrow", answers), (f"{release}.json", render_json(about))):
            replace_file(place / name, data)
            with suppress(OSError):
                (place / name).chmod(0o600)
    except OSError as error:
        raise _explain(place, error) from None


def mark_public(folder: Path, release: str, definition: IndexDefinition) -> None:
    """Say that a release has appeared."""
    path = _find_place(folder, definition) / f"{release}.json"
    about = _read_about(path)
    if about and not about["is_public"]:
        try:
            replace_file(path, render_json({**about, "is_public": True}))
        except OSError as error:
            raise _explain(path.parent, error) from None


def find_earlier(folder: Path, out: Path, definition: IndexDefinition) -> list[EarlierRelease]:
    """Return the releases of an edition that were ever public, as far as the private folder knows, oldest first.

    Parameters
    ----------
    folder, out
        The private folder, and that of all releases: what lies there is public, whatever a killed run left unsaid.
    definition
        Names index and edition.

    Raises
    ------
    EnvironmentFailed
        When what is kept cannot be read.
    """
    place, found = _find_place(folder, definition), []
    for path in sorted(place.glob("*.json")):
        about = _read_about(path)
        if about is None:
            continue
        if about["is_public"] or (out / definition.index / definition.edition / path.stem).exists():
            try:
                accepted = pl.read_ipc(io.BytesIO(path.with_suffix(".arrow").read_bytes()))
            except (OSError, pl.exceptions.PolarsError) as error:
                raise _explain(place, error) from None
            earlier = EarlierRelease(path.stem, accepted, about["cells"], about["is_protected"], about["held"])
            found.append((about["number"], earlier))
    return [earlier for _, earlier in sorted(found, key=lambda one: (one[0], one[1].release))]


def _find_place(folder: Path, definition: IndexDefinition) -> Path:
    return folder / PUBLISHED / definition.index / definition.edition


def _read_about(path: Path) -> dict[str, Any] | None:
    try:
        said = read_json(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _explain(path.parent, error) from None
    return said if isinstance(said, dict) else None


def _explain(place: Path, error: Exception) -> EnvironmentFailed:
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return EnvironmentFailed(
        f"The answers behind published releases, in {place}, cannot be read or written: {reason}. They keep a "
        "correction from giving single answers away. Put your backup of the folder back, or change its permissions."
    )
