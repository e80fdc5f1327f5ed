"""One file of an inbox from its claim to its last place; each step may be cut short and done again.

A claim is a numbered folder `<inbox>/<definition>/.claimed/<number>/`, which becomes `processed/<number>/` or
`refused/<number>/` in one step, the audit in it. Layout and limits: docs/operations.md.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from bpo_index.atomic import make_folder, render_json, replace_file, sync_folder
from bpo_index.errors import DataRefused, EnvironmentFailed, UsageError
from bpo_index.pipeline import FORM, Outcome, Progress, Replicates, Seed, Settings, run
from bpo_index.publication import Release
from bpo_index.responses.sources import show_name

#: What a definition's folder in the inbox has inside, beside new files.
FOLDERS = (".claimed", "processed", "refused")
Status = Literal["published", "unchanged", "refused", "failed", "changing"]
Signature = tuple[int, int, int]


@pydantic_dataclass(frozen=True, config=FORM)
class InboxSettings:
    """What a sweep is told."""

    inbox: str = "inbox"
    """The folder for new surveys; in it a folder for each definition is made."""
    out: str = "releases"
    """The folder of all releases."""
    definitions: str | None = None
    """A folder of your own definitions, `<name>.yaml`; one named as a built-in one takes its place."""
    replicates: Replicates = 10_000
    """Replicates of the index, 100 to 10,000,000."""
    seed: Seed = 2021
    """Any integer from 0."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers evaluate replicates; none: threads. The result is the same."""
    settle_seconds: Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 3600})] = 10.0
    """Seconds for which a new file must keep size and time before it is taken."""

    def __post_init__(self) -> None:
        """Refuse what no sweep can use."""
        Settings((), replicates=self.replicates, seed=self.seed)
        if not 0 <= self.settle_seconds <= 3600:
            raise UsageError(f"settle_seconds must be between 0 and 3600; found {self.settle_seconds}.")


@dataclass(frozen=True)
class Claim:
    """A file taken out of the inbox, in a numbered folder of its own.

    It holds `file/<name>` and `tries`, and in the end `audit/` and `outcome.json`.
    """

    folder: Path
    file: Path
    definition: str
    """The name of the definition's folder in the inbox."""
    source: str
    """Where the definition is: a built-in one's name, or a path."""

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return show_name(self.file.name)


@dataclass(frozen=True)
class Filed:
    """What became of a file."""

    name: str
    definition: str
    status: Status
    """`published`; `unchanged`: this content was published before; `refused`: the data cannot carry an index; `failed`:
    it stays claimed and the next sweep tries again; `changing`: it was being written, and waits for the next sweep."""
    folder: str
    """Where the file is now."""
    reason: str = ""
    """Why it was refused or failed; a sentence on an unchanged one."""
    release: str | None = None
    """The folder of its release."""
    is_latest: bool = False
    """Whether the edition's pointer leads to its release."""


def make_folders(folder: Path) -> None:
    """Make the folder of a definition and those inside.

    Raises
    ------
    EnvironmentFailed
        When one cannot be made, or is a link and could lead anywhere.
    """
    for path in (folder, *(folder / own for own in FOLDERS)):
        if path.is_symlink():
            raise EnvironmentFailed(f"{path} is a link. Put a folder in its place.")
        make_folder(path, "the inbox")


def claim_file(path: Path, definition: str, source: str) -> Claim:
    """Move a file out of everybody's reach, into a folder with the next number.

    Raises
    ------
    OSError
        When the disk refuses; the file is where it was, or claimed.
    """
    taken = (entry.name for own in FOLDERS for entry in (path.parent / own).iterdir())
    numbers = (int(name) for name in taken if name.isdecimal())
    folder = path.parent / ".claimed" / f"{max(numbers, default=0) + 1:08}"
    file = folder / "file" / path.name
    file.parent.mkdir(parents=True)
    path.rename(file)
    for changed in (file.parent, folder, folder.parent, path.parent):
        sync_folder(changed)
    return Claim(folder, file, definition, source)


def list_claims(folder: Path, source: str) -> list[Claim]:
    """Return what earlier sweeps claimed in a definition's folder and did not end, in the order of their numbers.

    Claims without a file, cut short before it was there, are taken away.
    """
    claims = []
    for claimed in sorted((folder / ".claimed").iterdir()):
        files = list((claimed / "file").glob("*"))
        if files:
            claims.append(Claim(claimed, files[0], folder.name, source))
        else:
            shutil.rmtree(claimed)
    return claims


def finish_claim(
    claim: Claim,
    settings: InboxSettings,
    *,
    progress: Progress | None = None,
    show: Callable[[Outcome], object] | None = None,
) -> Filed:
    """Run the pipeline on a claimed file, write `outcome.json`, and move the claim to `processed/` or `refused/`.

    The audit comes to lie beside the file. May be cut short at any moment and called again.

    Parameters
    ----------
    progress
        Told the replicates done and all.
    show
        Given the outcome of a run that ended with a release.

    Raises
    ------
    UsageError, EnvironmentFailed
        The definition is wrong, or the disk failed: the file stays claimed.
    """
    try:
        return _move(_record(claim, settings, progress, show), claim)
    except TimeoutError:
        raise
    except OSError as error:
        raise EnvironmentFailed(
            f"{claim.name} cannot be filed: {error.strerror or error} ({error.filename or claim.folder}). It stays in "
            "the inbox, claimed, and the next sweep finishes it. Free space, or change the permissions."
        ) from None


def _record(
    claim: Claim, settings: InboxSettings, progress: Progress | None, show: Callable[[Outcome], object] | None
) -> Filed:
    """Return what became of a claimed file, and have `outcome.json` say it; what that says is not done again."""
    record = claim.folder / "outcome.json"
    for place in (record, *(_locate(claim, status) / "outcome.json" for status in ("published", "refused"))):
        if place.exists():
            said = json.loads(place.read_bytes())
            return Filed(folder=str(_locate(claim, said["status"])), **said)
    replace_file(claim.folder / "tries", f"{read_tries(claim) + 1}\n".encode())
    shutil.rmtree(claim.folder / "audit", ignore_errors=True)
    for stale in claim.folder.glob(".*.tmp"):
        stale.unlink()
    before = sign_file(claim.file)
    told = Settings(
        (str(claim.file),),
        claim.source,
        settings.out,
        str(claim.folder / "audit"),
        settings.replicates,
        settings.seed,
        scheduler=settings.scheduler,
        supersede=not _has_newer(claim),
    )
    outcome: Outcome | None = None
    try:
        outcome = run(told, progress)
        filed = _describe(claim, outcome.release)
    except DataRefused as refusal:
        target = str(_locate(claim, "refused"))
        reason = str(refusal).replace(str(claim.folder), target)
        filed = Filed(claim.name, claim.definition, "refused", target, reason)
    if sign_file(claim.file) != before:
        reason = "It was written to while it was read."
        return Filed(claim.name, claim.definition, "changing", str(claim.folder), reason)
    replace_file(record, render_json({key: value for key, value in vars(filed).items() if key != "folder"}))
    if outcome and show:
        show(outcome)
    return filed


def _describe(claim: Claim, release: Release) -> Filed:
    reason = "" if release.is_new else "Its release was there already; nothing changed."
    if not release.is_latest:
        reason = f"{reason} The edition's pointer stays at a newer release.".lstrip()
    status: Status = "published" if release.is_new else "unchanged"
    folder = str(_locate(claim, status))
    return Filed(claim.name, claim.definition, status, folder, reason, str(release.path), release.is_latest)


def _move(filed: Filed, claim: Claim) -> Filed:
    """Move a claim whose outcome is recorded to its last place."""
    target = Path(filed.folder)
    if filed.status != "changing" and not target.exists():
        claim.folder.rename(target)
        sync_folder(target.parent)
        sync_folder(claim.folder.parent)
    return filed


def _locate(claim: Claim, status: str) -> Path:
    """Return where a claim lies in the end."""
    return claim.folder.parent.parent / ("refused" if status == "refused" else "processed") / claim.folder.name


def _has_newer(claim: Claim) -> bool:
    """Return whether a file that was claimed later is published: this one, finished late, must not supersede it."""
    for record in (claim.folder.parent.parent / "processed").glob("*/outcome.json"):
        if record.parent.name > claim.folder.name and json.loads(record.read_bytes())["is_latest"]:
            return True
    return False


def read_tries(claim: Claim) -> int:
    """Return how often a claim was begun."""
    try:
        return int((claim.folder / "tries").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def sign_file(path: Path) -> Signature | None:
    """Return what changes when a file is written: time, size and inode; None for what is not a file."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    return (state.st_mtime_ns, state.st_size, state.st_ino) if stat.S_ISREG(state.st_mode) else None
