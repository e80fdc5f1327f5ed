"""What a run tells on its page and to the outside: artifacts, progress, messages. Nothing here can fail a run."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect import Flow, Task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.logging import get_logger, get_run_logger
from prefect.settings import get_current_settings

from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.inbox import Filed
from bpo_index.pipeline import Outcome, Progress
from bpo_index.publication.tables import escape_markdown
from bpo_index.summary import list_audit_rows, list_ranking_rows, write_findings, write_summary

PROGRESS_SECONDS = 2.0
WEBHOOK_SECONDS = 10


def is_transient(_task: object, _run: object, state: State[Any]) -> bool:
    """Return whether another try may help: the disk or a server failed, not the data or the definition."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, BpoIndexError):
        return error.exit_code == EnvironmentFailed.exit_code
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def tell_of_flow(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Say that a run failed or crashed: a hook of flows."""
    _tell(f"{flow.name}, run {flow_run.name}", f"flow-run/{flow_run.id}", state)


def tell_of_task(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> None:
    """Say that a task failed, or that a file was refused: a hook of tasks."""
    _tell(f"{task.name} {task_run.name}", f"task-run/{task_run.id}", state)


def _tell(subject: str, page: str, state: State[Any]) -> None:
    """Write a sentence to the log, and send it to `BPO_INDEX_WEBHOOK` where that is set.

    The webhook gets ``{"text": …}``, as Slack, Mattermost and others take it.
    """
    server = get_current_settings().ui_url
    where = f" {server}/runs/{page}" if server else ""
    sentence = f"{subject}: {state.name}. {state.message or ''}{where}"
    logger = get_logger("bpo-index")
    logger.error(sentence)
    address = os.environ.get("BPO_INDEX_WEBHOOK")
    if not address:
        return
    try:
        body = json.dumps({"text": sentence}).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS).close()
    except (OSError, ValueError) as error:
        logger.warning("The webhook BPO_INDEX_WEBHOOK did not take the message: %s", error)


def show_outcome(outcome: Outcome) -> None:
    """Show a release on the page of the run: what was computed, what it supports, the ranking, the audit, a link."""
    definition, release = outcome.definition, outcome.release
    names = definition.index, definition.edition
    title = f"{definition.title}, release {release.release_id}"
    with _never_failing():
        create_markdown_artifact(write_summary(outcome), key=make_key("summary", *names), description=title)
        create_markdown_artifact(write_findings(outcome), key=make_key("findings", *names), description=title)
        create_table_artifact(list_ranking_rows(outcome), key=make_key("ranking", *names), description=title)
        create_table_artifact(list_audit_rows(outcome), key=make_key("audit", *names), description=title)
        link = _link_release(release.path)
        create_link_artifact(link, title, key=make_key("release", *names), description=f"Release: {release.path}")


def show_refusal(filed: Filed) -> None:
    """Show on the page of the run why a file was refused."""
    text = (
        f"# Refused: {escape_markdown(filed.name)}\n\n{escape_markdown(filed.reason)}\n\nThe file and its audit are in "
        f"`{filed.folder}`. Correct the file and drop it again."
    )
    with _never_failing():
        create_markdown_artifact(text, key=make_key("refused", filed.definition), description=filed.name)


@contextmanager
def report_progress() -> Iterator[Progress]:
    """Yield a progress callback that moves a bar on the page of the run, made when the run is long enough for one."""
    told = time.monotonic()
    artifact: Any = None

    def report(done: int, total: int) -> None:
        nonlocal told, artifact
        now = time.monotonic()
        if now - told < PROGRESS_SECONDS:
            return
        told = now
        with _never_failing():
            if artifact is None:
                artifact = create_progress_artifact(100.0 * done / total, description=f"{total:,} replicates")
            else:
                update_progress_artifact(artifact, 100.0 * done / total)

    yield report
    if artifact is not None:
        with _never_failing():
            update_progress_artifact(artifact, 100.0)


def make_key(kind: str, *names: str) -> str:
    """Return the key of an artifact: lower-case letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", "-".join([kind, *names]).lower()).strip("-")


def _link_release(path: Path) -> str:
    """Return the address of a release: under `BPO_INDEX_RELEASES_URL` where releases are served, else of its folder."""
    base = os.environ.get("BPO_INDEX_RELEASES_URL")
    if base:
        return "/".join([base.rstrip("/"), *path.parts[-3:], ""])
    return path.resolve().as_uri()


@contextmanager
def _never_failing() -> Iterator[None]:
    """Log what goes wrong while something is shown: the release is out, and the page is not worth failing for."""
    try:
        yield
    except Exception as error:
        get_run_logger().warning("The page of this run lacks a part: %s: %s", type(error).__name__, error)
