"""Files dropped in a folder, each published exactly once: claim, release, pointer, record, move.

`sweep_inbox` looks through `<inbox>/<definition>/`, waits until new files have settled, and hands each to
`finish_claim`, which runs the whole pipeline on it. Each step can be cut short and done again: a claimed file is
finished by the next sweep, the release is named by its content, the claim is moved last. A file lock, which dies with
its process, allows one sweep at a time. No time is compared with this machine's clock. What somebody should look at,
such as a file where no sweep reads it, is reported once, until it changes or goes. Limits and layout:
docs/operations.md.
"""

from __future__ import annotations

import difflib
import errno
import os
import stat
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from bpo_index.definition import load_definition
from bpo_index.errors import BpoIndexError, EnvironmentFailed, UsageError
from bpo_index.files.atomic import make_folder
from bpo_index.inbox.claims import (
    Claim,
    Signature,
    claim_file,
    list_claims,
    make_folders,
    open_claim,
    read_tries,
    sign_file,
    sweep_rubbish,
    was_to_be_latest,
)
from bpo_index.inbox.drops import find_definitions, gives_folder, is_left_alone, is_new_file, list_entries
from bpo_index.inbox.finishing import Filed, Status, finish_claim
from bpo_index.inbox.notices import Tell, mark_file, tell_things
from bpo_index.inbox.settings import InboxSettings
from bpo_index.responses.encodings import show_undecodable
from bpo_index.responses.sources import show_name

__all__ = ["Claim", "Filed", "InboxSettings", "Report", "finish_claim", "make_inbox", "sweep_inbox"]

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
#: Files begun this often and never ended are taken up last, so that one that ends its process cannot keep others.
TRIES_BEFORE_LAST = 3
#: Said beside the failure of a file, and reported with it.
_OTHERS_WAIT = "its other files wait for the next sweep."
#: Sentences of a sweep on what is not read; beyond these it is counted.
MOST_PASSED = 100


@dataclass(frozen=True)
class Report:
    """What a sweep did."""

    filed: tuple[Filed, ...] = ()
    is_busy: bool = False
    """Another sweep has the inbox; nothing was looked at."""
    passed: tuple[str, ...] = ()
    """Sentences on what lies in the inbox and is not read."""
    problems: tuple[str, ...] = ()
    """Sentences on folders that could not be worked on."""
    misplaced: tuple[str, ...] = ()
    """The names of what is, or may be, a survey where no sweep reads it: each has a sentence in `passed`."""

    def count(self, *statuses: Status) -> int:
        """Return how many files have one of these statuses."""
        return sum(filed.status in statuses for filed in self.filed)

    def summarise(self) -> str:
        """Return one line: the number of files by what became of them."""
        if self.is_busy:
            return "Busy: another sweep is at work in this inbox."
        counts = Counter(filed.status for filed in self.filed)
        parts = [f"{count} {status}" for status, count in sorted(counts.items())]
        parts += [f"{len(self.passed)} passed over"] if self.passed else []
        parts += [f"folders with problems: {len(self.problems)}"] if self.problems else []
        return f"Files: {', '.join(parts)}." if parts else "No new files."


Handle = Callable[[Claim], Filed]


def make_inbox(settings: InboxSettings) -> None:
    """Make the inbox and the folder of each definition in it.

    Raises
    ------
    EnvironmentFailed, UsageError
        When one cannot be made, or the folder of definitions cannot be read.
    """
    for name in find_definitions(settings.definitions):
        make_folders(Path(settings.inbox) / name)


def sweep_inbox(
    settings: InboxSettings,
    handle: Handle | None = None,
    *,
    wait: Callable[[float], object] = time.sleep,
    tell: Tell | None = None,
) -> Report:
    """Publish every settled file of an inbox, those that a killed sweep had claimed first.

    Parameters
    ----------
    handle
        Takes a claim to its end and says what became of it; default `finish_claim`. An error that it raises leaves the
        file claimed.
    wait
        Called once with `settle_seconds` where there are new files.
    tell
        Called for each misplaced file, failed file, and problem, and for an error that this raises once it has the
        inbox. Refused files are not among them.

    Raises
    ------
    EnvironmentFailed
        When the inbox itself cannot be used.
    UsageError
        When the lock of the inbox leads elsewhere, or the folder of definitions cannot be read.
    """
    inbox = Path(settings.inbox)
    make_folder(inbox, "the inbox")
    lock = FileLock(inbox / ".lock", timeout=0)
    if Path(lock.lock_file).is_symlink():
        raise UsageError(f"{lock.lock_file} is a link; remove it.")
    try:
        try:
            lock.acquire()
        except Timeout:
            return Report(is_busy=True)
        try:
            sweep = _Sweep(settings, handle or (lambda claim: finish_claim(claim, settings)))
            failure: dict[str, str] = {}
            try:
                return sweep.work(wait)
            except BpoIndexError as error:
                failure = {str(error): ""}
                raise
            finally:
                if tell is not None:
                    tell_things(inbox, sweep.things | failure, tell)
        finally:
            lock.release()
    except OSError as error:
        raise EnvironmentFailed(
            f"The inbox {inbox} cannot be used: {error.strerror or error}. Files in it stay where they are."
        ) from None


class _Sweep:
    """One look through the inbox, by the process that has its lock."""

    def __init__(self, settings: InboxSettings, handle: Handle) -> None:
        self.settings = settings
        self.handle = handle
        self.filed: list[Filed] = []
        self.passed: list[str] = []
        self.problems: list[str] = []
        self.misplaced: list[str] = []
        self.more = 0
        self.stopped: set[str] = set()
        self.things: dict[str, str] = {}
        """Sentences on what somebody should look at, each to what is another once it has changed."""

    def work(self, wait: Callable[[float], object]) -> Report:
        """Finish what was claimed, wait for new files to settle, take them by time and name, then what failed often."""
        sources = self._open_folders()
        left = [claim for name, source in sources.items() for claim in self._open_claims(name, source)]
        late = sorted((claim for claim in left if read_tries(claim) >= TRIES_BEFORE_LAST), key=read_tries)
        # One that the pointer was to lead to comes first: older ones with the same content must not take its release.
        for claim in sorted(left, key=was_to_be_latest, reverse=True):
            if claim not in late:
                self._finish(claim)
        drops = {path: sign_file(path) for name in sources for path in self._list_drops(name)}
        if drops:
            wait(self.settings.settle_seconds)
        for path in sorted(drops, key=lambda path: ((drops[path] or (0,))[0], path.name)):
            self._take(path, drops[path], sources[path.parent.name])
        for claim in late:
            self._finish(claim)
        if self.more:
            self.passed.append(f"{self.more:,} more are not read.")
        self.things |= {problem: "" for problem in self.problems if not problem.endswith(_OTHERS_WAIT)}
        self.things |= {f"{filed.name}: {filed.reason}": "" for filed in self.filed if filed.status == "failed"}
        return Report(
            filed=tuple(self.filed),
            passed=tuple(self.passed),
            problems=tuple(self.problems),
            misplaced=tuple(self.misplaced),
        )

    def _open_folders(self) -> dict[str, str]:
        """Make the folder of each definition; return the names of those that can be worked on, each to its source."""
        inbox = Path(self.settings.inbox)
        sources = find_definitions(self.settings.definitions)
        for entry in sorted(inbox.iterdir()):
            if entry.name not in sources and not is_left_alone(entry.name):
                self._pass_stranger(entry, list(sources))
        for path in list_entries(self.settings.definitions):
            if path.suffix in (".yaml", ".yml") and not gives_folder(path):
                self._pass(
                    f"{show_name(path.name)} gives no folder of the inbox: name a definition with at most 64 letters, "
                    "digits, dots, dashes and underscores, and .yaml.",
                    path,
                )
        usable = {}
        for name, source in sources.items():
            try:
                if source != name:  # built-in ones are whole
                    load_definition(source)
                make_folders(inbox / name)
            except BpoIndexError as error:
                self._stop(name, str(error))
            except OSError as error:
                self._stop_for(name, error)
            else:
                usable[name] = source
        return usable

    def _pass_stranger(self, entry: Path, names: list[str]) -> None:
        """Tell of what lies beside the folders of the definitions; what was dropped in it is misplaced."""
        shown = show_name(entry.name)
        near = difflib.get_close_matches(entry.name, names, 1)
        advice = f"files go into the folders {', '.join(names)} of the inbox."
        advice += f" Perhaps {near[0]} was meant." if near else ""
        try:
            if not stat.S_ISDIR(entry.lstat().st_mode):
                self._pass(f"{shown} is not read: {advice}", entry)
                return
            dropped = [path for path in sorted(entry.iterdir()) if is_new_file(path.name)]
            if list_claims(entry):
                self.problems.append(
                    f"{shown} has claimed files and no definition. Put it back, and they are finished."
                )
        except FileNotFoundError:  # taken back in between
            return
        except OSError as error:
            self._pass(f"{shown} is not read, and cannot be looked into ({error.strerror}): {advice}", entry)
            return
        if not dropped:
            self._pass(f"{shown} is not read: {advice}")
        for path in dropped:
            self._pass(f"{shown}/{show_name(path.name)} is not read: {advice}", path)

    def _pass(self, sentence: str, misplaced: Path | None = None) -> None:
        """Note what is not read; where it may be a survey, somebody should look at it."""
        if len(self.passed) >= MOST_PASSED:
            self.more += 1
            return
        self.passed.append(sentence)
        if misplaced is not None:
            parent = "" if misplaced.parent == Path(self.settings.inbox) else f"{show_name(misplaced.parent.name)}/"
            self.misplaced.append(f"{parent}{show_name(misplaced.name)}")
            self.things[sentence] = mark_file(misplaced)

    def _open_claims(self, name: str, source: str) -> list[Claim]:
        folder = Path(self.settings.inbox) / name
        claims = []
        try:
            sweep_rubbish(folder)
            claimed = list_claims(folder)
        except OSError as error:
            self._stop_for(name, error)
            return []
        for place in claimed:
            try:
                claim = open_claim(place, source)
            except OSError as error:
                self.problems.append(f"{place} cannot be read: {error.strerror or error}. It stays as it is.")
                continue
            if claim is not None:
                claims.append(claim)
        return claims

    def _list_drops(self, name: str) -> list[Path]:
        """Return the new files of a folder, and report everything else in it."""
        try:
            entries = sorted((Path(self.settings.inbox) / name).iterdir())
        except OSError as error:
            self._stop_for(name, error)
            return []
        drops = []
        for path in entries:
            if not is_new_file(path.name):
                continue
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:  # taken back in between
                continue
            except OSError as error:
                self._fail_drop(path, error)
                continue
            if stat.S_ISREG(mode):
                drops.append(path)
                continue
            kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no file"
            self._pass(f"{name}/{show_name(path.name)} is not read: it is {kind}, and one file is one edition.", path)
        return drops

    def _take(self, path: Path, signature: Signature | None, source: str) -> None:
        """Claim a file that has settled, and finish it."""
        name = path.parent.name
        if name in self.stopped:
            return
        if signature is None or sign_file(path) != signature:
            if os.path.lexists(path):
                self.filed.append(_file_drop(path, "changing", "It was still being written."))
            return
        try:
            claim = claim_file(path, source)
        except FileNotFoundError:  # taken back at the last moment
            return
        except OSError as error:
            self._fail_drop(path, error)
            if error.errno in _NO_ROOM:
                self._stop(name, f"{name}: {_OTHERS_WAIT}")
            return
        self._finish(claim)

    def _finish(self, claim: Claim) -> None:
        """Hand a claim over; an error leaves it claimed, and one that other files would meet too stops the folder."""
        if claim.definition in self.stopped:
            return
        try:
            filed = self.handle(claim)
        except TimeoutError as error:
            filed = _fail(claim, f"It took too long. {error}".strip())
        except (BpoIndexError, OSError) as error:
            filed = _fail(claim, str(error))
            if _is_shared(error, claim):
                self._stop(claim.definition, f"{claim.definition}: {_OTHERS_WAIT}")
        except Exception as error:
            filed = _fail(claim, f"Unexpected {type(error).__name__}: {error}")
        self.filed.append(filed)

    def _fail_drop(self, path: Path, error: OSError) -> None:
        self.filed.append(_file_drop(path, "failed", f"It cannot be taken: {error.strerror or error}."))

    def _stop_for(self, name: str, error: OSError) -> None:
        reason = f"{error.strerror or error} ({show_name(str(error.filename))})"
        self._stop(name, f"The folder {name} of the inbox cannot be used: {reason}. Its files stay where they are.")

    def _stop(self, name: str, problem: str) -> None:
        self.stopped.add(name)
        self.problems.append(problem)


def _file_drop(path: Path, status: Status, reason: str) -> Filed:
    """Return what became of a new file that was not claimed."""
    return Filed(
        name=show_name(path.name),
        definition=path.parent.name,
        status=status,
        folder=str(path.parent),
        reason=reason,
    )


def _fail(claim: Claim, reason: str) -> Filed:
    """Return what became of a claimed file that an error kept from being finished."""
    return Filed(
        name=claim.name,
        definition=claim.definition,
        status="failed",
        folder=str(claim.folder),
        reason=show_undecodable(reason),
    )


def _is_shared(error: BaseException, claim: Claim) -> bool:
    """Return whether other files would meet an error too: no room, settings, or a place outside the claim."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return isinstance(error, UsageError)
    return cause.errno in _NO_ROOM or not str(cause.filename).startswith(str(claim.folder))
