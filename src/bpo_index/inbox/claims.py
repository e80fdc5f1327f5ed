"""One file of an inbox from its claim to its last place; each step may be cut short and done again.

A claim is a numbered folder `<inbox>/<definition>/.claimed/<number>/`, which becomes `processed/<number>/` or
`refused/<number>/` in one step, the audit in it. Layout and limits: docs/operations.md.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass as pydantic_dataclass

from bpo_index.definition import load_definition
from bpo_index.errors import DataRefused, EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder, read_json, render_json, replace_file, sync_folder
from bpo_index.files.given_paths import refuse_addresses
from bpo_index.pipeline import FORM, Outcome, Progress, Settings, run
from bpo_index.publication.release import Release
from bpo_index.responses.sources import show_name

#: What a definition's folder in the inbox has inside, beside new files; they hold answers of single respondents.
FOLDERS = (".claimed", "processed", "refused")
_NUMBER = re.compile(r"[0-9]{8,12}")
Status = Literal["published", "unchanged", "refused", "failed", "changing"]
Signature = tuple[int, ...]


@pydantic_dataclass(frozen=True, config=FORM)
class InboxSettings:
    """What a sweep is told."""

    inbox: str = "inbox"
    """The folder for new surveys; in it a folder for each definition is made."""
    out: str = "releases"
    """The folder of all releases."""
    definitions: str | None = None
    """A folder of your own definitions, `<name>.yaml`; one named as a built-in one takes its place."""
    audit_dir: str = "audit"
    """The private folder, whose key makes ids and seeds; the audits of files lie beside them."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers evaluate replicates; none: threads. The result is the same."""
    settle_seconds: Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 3600})] = 10.0
    """Seconds for which a new file must keep size and time before it is taken."""

    def __post_init__(self) -> None:
        """Refuse what no sweep can use."""
        refuse_addresses(inbox=self.inbox, out=self.out, definitions=self.definitions, audit_dir=self.audit_dir)
        inbox, out = Path(os.path.realpath(self.inbox)), Path(os.path.realpath(self.out))
        if not self.inbox or not self.out or inbox.is_relative_to(out) or out.is_relative_to(inbox):
            raise UsageError(
                f"The inbox {self.inbox!r} and the folder of releases {self.out!r} must be two folders, and neither in "
                "the other."
            )
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
        return show_name(self.file.name) or repr(self.file.name)

    @property
    def number(self) -> int:
        """Claims of a definition are numbered in their order."""
        return int(self.folder.name)


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


Show = Callable[[Filed, Outcome | None], object]


class _Changed(Exception):
    """The file was written to, or taken away, while it was read."""


def make_folders(folder: Path) -> None:
    """Make the folder of a definition and those inside, these for their owner only.

    Raises
    ------
    EnvironmentFailed
        When one cannot be made, or is a link and could lead anywhere.
    """
    for path in (folder, *(folder / own for own in FOLDERS)):
        if path.is_symlink():
            raise EnvironmentFailed(f"{path} is a link. Put a folder in its place.")
        if not path.is_dir():
            make_folder(path, "the inbox")
            if path != folder:
                path.chmod(0o700)


def claim_file(path: Path, source: str) -> Claim:
    """Move a file out of everybody's reach, into a folder with the next number.

    Raises
    ------
    OSError
        When the disk refuses; the file is where it was, or claimed.
    """
    folder = _take_number(path.parent)
    file = folder / "file" / path.name
    file.parent.mkdir(parents=True)
    path.rename(file)
    for changed in (file.parent, folder, folder.parent, path.parent):
        sync_folder(changed)
    return Claim(folder, file, path.parent.name, source)


def list_claims(folder: Path) -> list[Path]:
    """Return the folders of what earlier sweeps claimed of a definition and did not end, by their numbers."""
    return _list_numbered(folder / ".claimed") if (folder / ".claimed").is_dir() else []


def open_claim(claimed: Path, source: str) -> Claim | None:
    """Return the claim in a folder, None where it has no file.

    A claim whose number is taken by a filed one, as where claims and filed ones were copied at two moments and put back
    together, gets a new number.

    Raises
    ------
    OSError
        When it cannot be read: what it holds is not known, and stays.
    """
    if not (claimed / "file").exists():
        return None
    names = sorted(path.name for path in (claimed / "file").iterdir() if not path.name.startswith("."))
    if not names:
        return None
    folder = claimed.parent.parent
    if any((folder / own / claimed.name).exists() for own in ("processed", "refused")):
        claimed = claimed.rename(_take_number(folder))
    return Claim(claimed, claimed / "file" / names[0], folder.name, source)


def was_to_be_latest(claim: Claim) -> bool:
    """Return whether a claim was cut short when the pointer of an edition was about to lead to its release."""
    return claim.number in _read_notes(claim.folder.parents[2])["latest"].values()


def sweep_rubbish(folder: Path) -> None:
    """Take away, of a definition's folder, claims that were cut short before they had their file, and old notes."""
    for stale in folder.parent.glob("..notes.json.*.tmp"):
        stale.unlink()
    for claimed in _list_numbered(folder / ".claimed"):
        with suppress(OSError):  # whatever holds something stays
            (claimed / "file").rmdir()
        with suppress(OSError):
            claimed.rmdir()


def finish_claim(
    claim: Claim, settings: InboxSettings, *, progress: Progress | None = None, show: Show | None = None
) -> Filed:
    """Run the pipeline on a claimed file, write `outcome.json`, and move the claim to `processed/` or `refused/`.

    The audit comes to lie beside the file. May be cut short at any moment and called again.

    Parameters
    ----------
    progress
        Told the replicates done and all.
    show
        Given what became of the file and the outcome of its run, None where it was refused, before the claim is moved.

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


def read_tries(claim: Claim) -> int:
    """Return how often a claim was begun."""
    try:
        return int((claim.folder / "tries").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def sign_file(path: Path) -> Signature | None:
    """Return what changes when a file is written: times, size and inode; None for what is not a file."""
    try:
        state = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(state.st_mode):
        return None
    return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino


def _record(claim: Claim, settings: InboxSettings, progress: Progress | None, show: Show | None) -> Filed:
    """Return what became of a claimed file, and have `outcome.json` say it; what that says is not done again."""
    said = _read_record(claim, claim.folder)
    if said is not None:
        return said
    replace_file(claim.folder / "tries", f"{read_tries(claim) + 1}\n".encode())
    shutil.rmtree(claim.folder / "audit", ignore_errors=True)
    for stale in claim.folder.glob(".*.tmp"):
        stale.unlink()
    outcome: Outcome | None = None
    try:
        outcome = _run(claim, settings, progress)
        filed = _describe(claim, outcome.release)
    except DataRefused as refusal:
        target = str(_locate(claim, "refused"))
        reason = str(refusal).replace(str(claim.folder), target)
        filed = Filed(claim.name, claim.definition, "refused", target, reason)
    except _Changed as change:
        return Filed(claim.name, claim.definition, "changing", str(claim.folder), str(change))
    told = {key: value for key, value in vars(filed).items() if key != "folder"}
    replace_file(claim.folder / "outcome.json", render_json(told))
    if show is not None:
        show(filed, outcome)
    return filed


def _run(claim: Claim, settings: InboxSettings, progress: Progress | None) -> Outcome:
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
    supersede = _read_notes(inbox)["latest"].get(edition, 0) <= claim.number

    def prepare() -> None:
        check_unchanged()
        if supersede:
            _note(inbox, latest={edition: claim.number})

    told = Settings(
        responses=(str(claim.file),),
        definition=claim.source,
        out=settings.out,
        audit_dir=str(claim.folder / "audit"),
        scheduler=settings.scheduler,
        supersede=supersede,
        key_dir=settings.audit_dir,
    )
    try:
        return run(told, progress, before_publishing=prepare)
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
    folder = str(_locate(claim, status))
    return Filed(claim.name, claim.definition, status, folder, reason, str(release.path), release.is_latest)


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


def _list_numbered(folder: Path) -> list[Path]:
    """Return the folders with a number for a name, in order; what a file manager or others put there is not ours."""
    found = [
        path for path in folder.iterdir() if _NUMBER.fullmatch(path.name) and path.is_dir() and not path.is_symlink()
    ]
    return sorted(found, key=lambda path: int(path.name))


def _take_number(folder: Path) -> Path:
    """Return the place of a new claim: numbers never come twice, though `processed/` may be emptied at any time."""
    inbox = folder.parent
    taken = [int(path.name) for own in FOLDERS for path in inbox.glob(f"*/{own}/*") if _NUMBER.fullmatch(path.name)]
    number = max([_read_notes(inbox)["last"], *taken]) + 1
    _note(inbox, last=number)
    return folder / ".claimed" / f"{number:08}"


def _read_notes(inbox: Path) -> dict[str, Any]:
    """Return the last number given, and for each edition that of the last claim that its pointer was to lead to."""
    try:
        notes = read_json(inbox / ".notes.json")
        return {"last": int(notes["last"]), "latest": {str(key): int(value) for key, value in notes["latest"].items()}}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return {"last": 0, "latest": {}}


def _note(inbox: Path, *, last: int = 0, latest: dict[str, int] | None = None) -> None:
    """Keep the number last given, and the last claims of editions."""
    notes = _read_notes(inbox)
    kept = {"last": max(notes["last"], last), "latest": notes["latest"] | (latest or {})}
    if kept != notes:
        replace_file(inbox / ".notes.json", render_json(kept))
