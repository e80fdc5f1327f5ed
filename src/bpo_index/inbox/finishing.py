"""Process one claimed file of an inbox to the end; each step may be interrupted and repeated.

`finish_claim` runs the whole pipeline on the file, writes `outcome.json`, and moves the claim to `processed/<number>/`
or `refused/<number>/` in one step, the audit in it. Layout and limits: docs/operations.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bpo_index.completed import CompletedRun
from bpo_index.definition import load_definition
from bpo_index.errors import DataRefused, EnvironmentFailed
from bpo_index.files.atomic import read_json, render_json, replace_file, sync_folder
from bpo_index.inbox.claims import Claim, read_tries, sign_file
from bpo_index.inbox.numbers import note, read_notes
from bpo_index.inbox.settings import InboxSettings
from bpo_index.pipeline import run
from bpo_index.publication.release import Release
from bpo_index.robustness.chunks import Progress
from bpo_index.settings import Settings

Status = Literal["published", "unchanged", "refused", "failed", "changing"]


@dataclass(frozen=True)
class Filed:
    """What became of a file."""

    name: str
    definition: str
    status: Status
    """`published`; `unchanged`: its release was there already; `refused`: the data cannot carry an index; `failed`: it
    stays claimed and the next sweep tries again; `changing`: it was being written, and waits for the next sweep."""
    folder: str
    """The folder in which it, or its claim's `file/`, is now."""
    reason: str = ""
    """Why it was refused or failed; a sentence on an unchanged one."""
    release: str | None = None
    """The folder of its release."""
    is_latest: bool = False
    """Whether the edition's pointer leads to its release."""


Show = Callable[[Filed, CompletedRun | None], object]


class _Changed(Exception):
    """The file was written to, or taken away, while it was read."""


def finish_claim(
    claim: Claim, settings: InboxSettings, *, progress: Progress | None = None, show: Show | None = None
) -> Filed:
    """Run the pipeline on a claimed file, write `outcome.json`, and move the claim to `processed/` or `refused/`.

    The audit is written beside the file. May be interrupted at any moment and called again.

    Parameters
    ----------
    progress
        Called with the replicates done and all.
    show
        Given what became of the file and its run, None where it was refused, before the claim is moved.

    Raises
    ------
    UsageError, EnvironmentFailed
        The definition is wrong, or the disk failed: the file stays claimed.
    """
    try:
        if not claim.folder.exists():
            return _find_record(claim)
        filed = _record(claim, settings, progress, show)
        if filed.status != "changing":
            claim.folder.rename(filed.folder)
            sync_folder(Path(filed.folder).parent)
            sync_folder(claim.folder.parent)
        return filed
    except OSError as error:
        raise EnvironmentFailed(
            f"{claim.name} cannot be filed: {error.strerror or error} ({error.filename or claim.folder}). It stays in "
            "the inbox, claimed, and the next sweep finishes it. Free space, or change the permissions."
        ) from None


def _record(claim: Claim, settings: InboxSettings, progress: Progress | None, show: Show | None) -> Filed:
    """Return what became of a claimed file, and have `outcome.json` say it; what that says is not done again."""
    said = _read_record(claim, claim.folder)
    if said is not None:
        return said
    replace_file(claim.folder / "tries", f"{read_tries(claim) + 1}\n".encode())
    shutil.rmtree(claim.folder / "audit", ignore_errors=True)
    for stale in claim.folder.glob(".*.tmp"):
        stale.unlink()
    completed: CompletedRun | None = None
    try:
        completed = _run(claim, settings, progress)
        filed = _describe(claim, completed.release)
    except DataRefused as refusal:
        target = str(_locate(claim, "refused"))
        filed = Filed(
            name=claim.name,
            definition=claim.definition,
            status="refused",
            folder=target,
            reason=str(refusal).replace(str(claim.folder), target),
        )
    except _Changed as change:
        return Filed(
            name=claim.name,
            definition=claim.definition,
            status="changing",
            folder=str(claim.folder),
            reason=str(change),
        )
    record = {key: value for key, value in vars(filed).items() if key != "folder"}
    replace_file(claim.folder / "outcome.json", render_json(record))
    if show is not None:
        show(filed, completed)
    return filed


def _run(claim: Claim, settings: InboxSettings, progress: Progress | None) -> CompletedRun:
    """Run the pipeline on a claimed file, up to a release only if nobody wrote to it meanwhile."""
    before = sign_file(claim.file)
    if before is None:
        raise DataRefused(f"{claim.name} is no file: a link or folder was put in its place while it was taken.")

    def check_unchanged() -> None:
        if sign_file(claim.file) != before:
            raise _Changed("It was changed while it was read.")

    index = load_definition(claim.source)
    edition = f"{index.index}/{index.edition}"
    inbox = claim.folder.parents[2]
    # Finished late, it must not take the pointer from one that was claimed later.
    supersede = read_notes(inbox)["latest"].get(edition, 0) <= claim.number

    def prepare() -> None:
        check_unchanged()
        if supersede:
            note(inbox, latest={edition: claim.number})

    run_settings = Settings(
        responses=(str(claim.file),),
        definition=claim.source,
        out=settings.out,
        audit_dir=str(claim.folder / "audit"),
        scheduler=settings.scheduler,
        supersede=supersede,
        key_dir=settings.audit_dir,
    )
    try:
        return run(run_settings, progress, before_publishing=prepare)
    except DataRefused:
        check_unchanged()
        raise


def _describe(claim: Claim, release: Release) -> Filed:
    reason = ""
    if not release.is_new:
        reason = "Its release was there already: the same content came before, or a try was cut short."
    if not release.is_latest:
        reason = f"{reason} The edition's pointer stays at a newer release.".lstrip()
    status: Status = "published" if release.is_new else "unchanged"
    return Filed(
        name=claim.name,
        definition=claim.definition,
        status=status,
        folder=str(_locate(claim, status)),
        reason=reason,
        release=str(release.path),
        is_latest=release.is_latest,
    )


def _read_record(claim: Claim, folder: Path) -> Filed | None:
    """Return what the claim's `outcome.json` says in a folder; None where it is missing or damaged."""
    try:
        said = read_json(folder / "outcome.json")
        if said["status"] not in ("published", "unchanged", "refused"):
            return None
        return Filed(folder=str(_locate(claim, said["status"])), **said)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _find_record(claim: Claim) -> Filed:
    """Return what became of a claim that was moved before."""
    for status in ("published", "refused"):
        said = _read_record(claim, _locate(claim, status))
        if said is not None:
            return said
    raise EnvironmentFailed(f"The claim {claim.folder} of {claim.name} is gone. Drop the file again.")


def _locate(claim: Claim, status: str) -> Path:
    """Return where a claim lies in the end."""
    return claim.folder.parent.parent / ("refused" if status == "refused" else "processed") / claim.folder.name
