"""Report a run on its page and to a webhook: artifacts, progress, name, messages. Nothing here can fail a run."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, Task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.exceptions import FailedRun
from prefect.logging import get_logger, get_run_logger
from prefect.runtime import flow_run as this_run
from prefect.settings import get_current_settings

from bpo_index.completed import CompletedRun
from bpo_index.display.catalogue import phrase
from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.handover.summary import list_audit_rows, list_ranking_rows, write_findings, write_summary
from bpo_index.inbox.sweep import Filed, Report
from bpo_index.publication.formats.markdown import escape_markdown
from bpo_index.robustness.chunks import Progress

PROGRESS_SECONDS = 2.0
WEBHOOK_SECONDS = 10
#: The name of the state of a file's task, and of a sweep, in which a file was refused.
REFUSED = "Refused"
#: The name of the state of a sweep that found what lies where no sweep reads it.
MISPLACED = "Misplaced"
#: A name of a run is at most this long.
NAME_LETTERS = 150

#: Runs of this process whose trouble was reported thing by thing, or is known from earlier sweeps.
_reported: set[str] = set()


class _WithoutTraceback(logging.Filter):
    """Log an error for the user as one sentence, without the traceback that Prefect adds."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, BpoIndexError):
            record.exc_info = None
        return not isinstance(error, FailedRun)  # the state of the run, which was logged before


# It logs each request with its address, and that of a webhook is a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)
for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_WithoutTraceback())


def is_transient(_task: object, _run: object, state: State[Any]) -> bool:
    """Return whether another try may help: the disk or a server failed, not the data, the definition or the time."""
    failure = state.result(raise_on_failure=False)
    return isinstance(failure, EnvironmentFailed | OSError) and not isinstance(failure, TimeoutError)


def tell_of_flow(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Say that a run failed or crashed: a hook of flows. A sweep has reported its things before."""
    if str(flow_run.id) in _reported:
        return
    ended = phrase("flow.ended", state=state.name or "", message=state.message or "")
    said = phrase("flow.message", flow=flow.name, run=flow_run.name, message=ended)
    _tell(said, f"flow-run/{flow_run.id}")


def tell_of_refusal(_task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> None:
    """Say that a file was refused: a hook of tasks. What failed otherwise, the sweep tells."""
    if state.name == REFUSED:
        said = phrase("flow.refusal", task=task_run.name, state=state.name, message=state.message or "")
        _tell(said, f"task-run/{task_run.id}")


def tell_of_thing(sentence: str, is_new: bool) -> None:
    """Report what somebody should look at in the inbox, where that is new, as a message of the current run."""
    keep_quiet()
    if is_new:
        flow, run = str(this_run.get_flow_name()), str(this_run.get_name())
        _tell(phrase("flow.message", flow=flow, run=run, message=sentence), f"flow-run/{this_run.get_id()}")


def keep_quiet() -> None:
    """Silence the hook of the current run: the problem was reported, or is known."""
    _reported.add(str(this_run.get_id()))


def name_run(name: str) -> None:
    """Name the current run after what it did."""
    with _never_failing(), get_client(sync_client=True) as client:
        line = " ".join(name.split())
        shown = line if len(line) <= NAME_LETTERS else f"{line[: NAME_LETTERS - 1]}…"
        client.update_flow_run(UUID(str(this_run.get_id())), name=shown)


def name_sweep(report: Report) -> str:
    """Return what a sweep did in a line: counts, and the names of what somebody should look at, or of all.

    Examples
    --------
    >>> name_sweep(Report())
    'no new files'
    >>> name_sweep(Report(misplaced=("typo/answers.csv",)))
    'misplaced 1: typo/answers.csv'
    """
    if report.is_busy:
        return phrase("flow.busy")
    counts = Counter(filed.status for filed in report.filed) + Counter({"misplaced": len(report.misplaced)})
    shown = [phrase(f"flow.files_{status}", count=count) for status, count in sorted(counts.items())]
    shown += [phrase("flow.folders_with_problems", count=len(report.problems))] if report.problems else []
    if not shown:
        return phrase("flow.no_new_files")
    bad = [filed.name for filed in report.filed if filed.status in ("refused", "failed")] + list(report.misplaced)
    names = bad or [filed.name for filed in report.filed]
    counted = ", ".join(shown)
    return phrase("flow.swept", counted=counted, names=", ".join(names)) if names else counted


def _tell(what: str, page: str) -> None:
    """Write a sentence to the log, and send it to `BPO_INDEX_WEBHOOK` where that is set.

    The webhook gets ``{"text": …}``, as Slack, Mattermost and others take it.
    """
    server = get_current_settings().ui_url
    where = f" {server}/runs/{page}" if server else ""
    sentence = f"{what}{where}"
    logger = get_logger("bpo-index")
    logger.error(sentence)
    address = os.environ.get("BPO_INDEX_WEBHOOK")
    if not address:
        return
    # A thread, since a server that answers drop by drop would hold a request for ever.
    sending = threading.Thread(target=_send, args=(address, sentence), daemon=True)
    sending.start()
    sending.join(WEBHOOK_SECONDS)
    if sending.is_alive():
        logger.warning("The webhook BPO_INDEX_WEBHOOK has not taken the message in %s s.", WEBHOOK_SECONDS)


def _send(address: str, sentence: str) -> None:
    try:
        httpx.post(address, json={"text": sentence}, timeout=WEBHOOK_SECONDS).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        # NOTE: not what the error says, which names the address: that is a secret.
        status = f" {error.response.status_code}" if isinstance(error, httpx.HTTPStatusError) else ""
        why = f"{type(error).__name__}{status}"
        get_logger("bpo-index").warning("The webhook BPO_INDEX_WEBHOOK did not take the message: %s", why)


def show_run(completed: CompletedRun) -> None:
    """Show a release on the page of the run: summary, what it supports, the ranking, the audit, the report."""
    definition, release = completed.definition, completed.release
    names = definition.index, definition.edition
    title = phrase("flow.title", title=definition.title, release=release.release_id)
    with _never_failing():
        for warning in release.warnings:
            get_run_logger().warning(warning)
        create_markdown_artifact(write_summary(completed), key=make_key("summary", *names), description=title)
        create_markdown_artifact(write_findings(completed), key=make_key("findings", *names), description=title)
        create_table_artifact(list_ranking_rows(completed), key=make_key("ranking", *names), description=title)
        create_table_artifact(list_audit_rows(completed), key=make_key("audit", *names), description=title)
        link = _link_report(release.path)
        where = phrase("flow.release", folder=str(release.path))
        create_link_artifact(link, title, key=make_key("release", *names), description=where)


def show_filed(filed: Filed, completed: CompletedRun | None) -> None:
    """Show on the page of the run what became of a file: its release, or why it was refused."""
    if completed is not None:
        show_run(completed)
        return
    title = phrase("flow.refused", file=escape_markdown(filed.name))
    advice = phrase("flow.drop_again", folder=f"`{filed.folder}`")
    text = f"# {title}\n\n{escape_markdown(filed.reason)}\n\n{advice}"
    with _never_failing():
        create_markdown_artifact(text, key=make_key("refused", filed.definition), description=filed.name)


@contextmanager
def report_progress() -> Iterator[Progress]:
    """Yield a progress callback that moves a bar on the page of the run, made when the run is long enough for one."""
    last_shown = time.monotonic()
    artifact: Any = None

    def report(done: int, total: int) -> None:
        nonlocal last_shown, artifact
        now = time.monotonic()
        if now - last_shown < PROGRESS_SECONDS:
            return
        last_shown = now
        with _never_failing():
            if artifact is None:
                shown = phrase("flow.progress", count=total)
                artifact = create_progress_artifact(100.0 * done / total, description=shown)
            else:
                update_progress_artifact(artifact, 100.0 * done / total)

    yield report
    if artifact is not None:
        with _never_failing():
            update_progress_artifact(artifact, 100.0)


def make_key(kind: str, *names: str) -> str:
    """Return the key of an artifact: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join([kind, *names]).lower()).strip("-")


def _link_report(path: Path) -> str:
    """Return the address of a report: under `BPO_INDEX_RELEASES_URL` where releases are served, else its file."""
    base = os.environ.get("BPO_INDEX_RELEASES_URL")
    if base:
        return "/".join([base.rstrip("/"), *path.parts[-3:], "report.html"])
    return (path.resolve() / "report.html").as_uri()


@contextmanager
def _never_failing() -> Iterator[None]:
    """Log what goes wrong while something is shown: the release is out, and the page is not worth failing for."""
    try:
        yield
    except Exception as error:
        get_run_logger().warning("The page of this run lacks a part: %s: %s", type(error).__name__, error)
