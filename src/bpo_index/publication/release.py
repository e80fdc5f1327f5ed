"""The release: one immutable, content-addressed folder of tables, and the pointers to the newest one.

`<out>/<index>/<edition>/<release id>/` is written to a temporary sibling, synced and renamed in one step; then
`<out>/<index>/<edition>/latest.json` and `<out>/<index>/latest.json` are replaced. A lock on the index's folder keeps
two runs apart and dies with its process. Before the rename, `.pending.json` says which release is about to appear; the
next run finishes what a killed one began. One version of a definition is published once, and one edition has one public
release: the others are withdrawn. The release of a draft is replaced by the next, and a trial moves no pointer. Method
page: docs/methods/release.md.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock
from pydantic import ValidationError

from bpo_index.definition import IndexDefinition
from bpo_index.definition.differences import Difference, describe_differences, list_differences
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.display.notebook import show_block, show_link, show_list, show_sentence
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, read_json, sync_folder, write_synced
from bpo_index.publication.integrity import check_release, join_faults, list_faults, make_manifest
from bpo_index.publication.pointers import (
    announce,
    finish_announced,
    is_draft,
    list_releases,
    read_pointer,
    repair_pointers,
)
from bpo_index.publication.standing import OFFICIAL, Standing
from bpo_index.publication.withdrawal import find_withdrawn, is_withdrawn, withdraw_others


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
    """Whether the edition's `latest.json` points to it; False for an older one that was made again, and for a trial."""
    standing: Standing = OFFICIAL
    """Whether it is official, a draft or a trial."""
    is_withdrawn: bool = False
    """Whether another release of its edition took its place, so that its files lie in the private folder."""
    warnings: tuple[str, ...] = ()
    """Sentences on other releases of the edition, and pointers, that were not as they had been published."""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: where it lies, and a link to its report."""
        return show_block(phrase("release.notebook_release", id=self.release_id), *self.show_parts())

    def show_parts(self) -> list[str]:
        """Return where the release lies, and a link to its report, if it is there, as HTML for a notebook."""
        state = "new" if self.is_new else "there"
        if self.standing.kind == "trial":
            state += "_trial"
        elif not self.is_latest:
            state += "_elsewhere"
        report = self.path / "report.html"
        links = [show_link(report, phrase("release.notebook_report"))] if report.is_file() else []
        said = phrase(f"release.notebook_folder_{state}", folder=str(self.path))
        return [show_sentence(said), show_list(self.warnings), *links]


def publish_release(
    render: Callable[[], Mapping[str, bytes]],
    *,
    out: Path,
    definition: IndexDefinition,
    release_id: str,
    manifest: Mapping[str, Any],
    standing: Standing = OFFICIAL,
    supersede: bool = True,
    private: Path | None = None,
    confirm: Callable[[], None] | None = None,
) -> Release:
    """Publish files as a release, once; running the same again checks the hashes and changes nothing.

    Parameters
    ----------
    render
        Returns path within the release to content; not called where the release is there already.
    out
        The folder of all releases, or that of all trials.
    release_id, manifest
        From `identify_release`, and what else the manifest says; the hashes of the files are added.
    standing
        What the release is. A draft takes the place of the drafts before it, and an official release theirs; a trial
        moves no pointer.
    supersede
        False: the edition's pointer stays at the release it leads to, and this one is withdrawn at once.
    private
        The private folder, to which the files of withdrawn releases move; None: that beside the releases, `audit`.
    confirm
        Called before a new release appears, while nobody else can publish one of the index; may raise.

    Raises
    ------
    UsageError
        When another definition was published under the same index, edition and version; what `confirm` raises.
    EnvironmentFailed
        When the folder cannot be written, the release that lies there was changed, or the installation is damaged.
    """
    index_folder = out / definition.index
    edition_folder = index_folder / definition.edition
    is_trial, is_latest, warnings = standing.kind == "trial", False, []
    if is_trial:
        _close(out)
    make_folder(edition_folder, "the releases")
    target, private = edition_folder / release_id, private or out.parent / "audit"
    was_withdrawn = not is_trial and is_withdrawn(target, private)
    # Rendered before the lock is taken, so that nobody waits for it.
    files = None if was_withdrawn or target.exists() else _render(render)
    try:
        with FileLock(index_folder / ".lock"):
            _sweep_rubbish(index_folder, edition_folder)
            if not is_trial:
                finish_announced(edition_folder)
                refuse_other_definition(out, definition)
                was_withdrawn = is_withdrawn(target, private)
            is_new = not was_withdrawn and not target.exists()
            said = {**manifest, "standing": standing.kind, "release": release_id}
            if standing.departures:
                said["departures"] = standing.departures
            if is_new:
                if confirm is not None:
                    confirm()
                content = _render(render) if files is None else files
                content["manifest.json"] = make_manifest(said, content)
                temporary = _write_temporary(edition_folder, release_id, content)
                if supersede and not is_trial and not _keeps_official(edition_folder, standing):
                    announce(edition_folder, release_id)
                temporary.rename(target)
                sync_folder(edition_folder)
            elif not was_withdrawn:
                check_release(target, said)
            if not is_trial:
                finish_announced(edition_folder)
                warnings = repair_pointers(index_folder, edition_folder)
                _replace_drafts(edition_folder, target)
                is_latest = read_pointer(edition_folder) == release_id
                warnings += _find_damaged(edition_folder, target)
                gone = withdraw_others(edition_folder, private) if standing.kind == "official" else []
                if was_withdrawn or release_id in gone:
                    withdrawn = _tell_withdrawn(target, private, standing)
                    return replace(withdrawn, is_new=is_new, warnings=(*warnings, *withdrawn.warnings))
    except OSError as error:
        place = error.filename2 or error.filename
        named = f" ({show_text(Path(place).name)})" if place else ""
        raise EnvironmentFailed(
            f"The release cannot be written to {edition_folder}: {error.strerror or error}{named}. Free space, change "
            "the permissions or choose another folder with --out. Releases that were there before are whole."
        ) from None
    return Release(
        path=target,
        release_id=release_id,
        is_new=is_new,
        is_latest=is_latest,
        standing=standing,
        warnings=tuple(warnings),
    )


def _tell_withdrawn(target: Path, private: Path, standing: Standing) -> Release:
    """Return a release that is not public any more: where its files lie, and which one took its place."""
    current = read_pointer(target.parent) or ""
    return Release(
        path=find_withdrawn(target, private),
        release_id=target.name,
        is_new=False,
        is_latest=False,
        standing=standing,
        is_withdrawn=True,
        warnings=(phrase("withdrawal.warning", release=target.name, current=current),),
    )


def _close(trials: Path) -> None:
    """Make the folder of trials, for its owner only."""
    make_folder(trials, "trials")
    with suppress(OSError):  # where a file system has no modes
        trials.chmod(0o700)


def refuse_other_definition(out: Path, definition: IndexDefinition) -> None:
    """Refuse to publish a definition where another one was published under its index, edition and version.

    A version that is a draft may change.

    Raises
    ------
    UsageError
        Naming what differs.
    """
    edition_folder = out / definition.index / definition.edition
    for release in list_releases(edition_folder) if edition_folder.is_dir() else []:
        if is_draft(release):
            continue
        differences = _compare_definition(release, definition)
        if differences:
            raise UsageError(
                f"Edition {definition.edition} of {definition.index} was published with another definition of version "
                f"{definition.version} ({release}). It differs in "
                f"{describe_differences(differences, '{before} there, {after} here')}. Give this definition another "
                "`version:`, or, while it may still change, one that begins with draft; to try a method out, leave the "
                "definition as it is and pass --method."
            )


def _compare_definition(release: Path, definition: IndexDefinition) -> list[Difference]:
    """Return what the definition of a release of the same version says differently."""
    try:
        published = read_json(release / "definition.json")
        if published["version"] != definition.version:
            return []
    except (OSError, ValueError, KeyError, TypeError):
        return []  # a damaged release is reported when it is checked
    # NOTE: a release from before there were words says nothing about them, so it contradicts none.
    published.setdefault("words", definition.words.model_dump(mode="json"))
    with suppress(ValidationError):  # made by another version of this program: keys that it lacks are the defaults
        published = IndexDefinition.model_validate(published).model_dump(mode="json")
    return list_differences(published, definition.model_dump(mode="json"))


def _keeps_official(edition_folder: Path, standing: Standing) -> bool:
    """Return whether the pointer stays where it is, since a draft never takes it from an official release."""
    pointed = read_pointer(edition_folder)
    return standing.kind == "draft" and pointed is not None and not is_draft(edition_folder / pointed)


def _replace_drafts(edition_folder: Path, target: Path) -> None:
    """Take away the drafts that a release takes the place of, but for one that the pointer leads to."""
    kept = {target.name, read_pointer(edition_folder)}
    for release in list_releases(edition_folder):
        if release.name not in kept and is_draft(release):
            doomed = _name_temporary(edition_folder, release.name)
            release.rename(doomed)  # in one step, so that no half of it is ever seen
            shutil.rmtree(doomed)


def _find_damaged(edition_folder: Path, target: Path) -> list[str]:
    """Return a sentence on each other release of the edition that is not as it was published."""
    found = ((release, list_faults(release)) for release in list_releases(edition_folder) if release != target)
    return [
        phrase("release.damaged", folder=str(release), faults=join_faults(faults))
        for release, faults in found
        if faults
    ]


def _render(render: Callable[[], Mapping[str, bytes]]) -> dict[str, bytes]:
    try:
        return dict(render())
    except OSError as error:
        # Nothing is read to render but what ships with the package.
        raise EnvironmentFailed(
            f"The files of the release cannot be made: {error}. The installation of bpo-index is damaged; install it "
            "again. Releases that were there before are whole."
        ) from None


def _name_temporary(edition_folder: Path, release_id: str) -> Path:
    return edition_folder / f".{release_id}.tmp-{secrets.token_hex(4)}"


def _write_temporary(edition_folder: Path, release_id: str, content: Mapping[str, bytes]) -> Path:
    """Write all files to a temporary sibling of the releases."""
    temporary = _name_temporary(edition_folder, release_id)
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
