"""A sweep of the inbox as a Prefect flow: each new file of `inbox/<definition>/` is one task and one release.

    python flows/inbox.py [--inbox DIR] [--out DIR] [--definitions DIR] [--audit-dir DIR] [--settle-seconds S]
        [--scheduler ADDRESS]

A refused file fails its task, with the reason, and the sweep goes on; in the end the run is Refused, or Misplaced where
something lies that no sweep reads, which both count as failed. What makes this safe lies in `bpo_index.inbox.sweep`: no
limit, lock or cache of Prefect is needed for it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

# Prefect reads these when it is imported: no telemetry, no outside call, wherever the flow is started from; a
# temporary server may take its time.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_UI_V2_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.inbox import sweep as inbox
from command import answer, parse_settings
from reporting import (
    MISPLACED,
    REFUSED,
    is_transient,
    keep_quiet,
    name_run,
    name_sweep,
    report_progress,
    show_filed,
    tell_of_flow,
    tell_of_refusal,
    tell_of_thing,
)

HOURS = 3600


@task(
    task_run_name="{claim.name}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=is_transient,
    timeout_seconds=6 * HOURS,
    on_failure=[tell_of_refusal],
)
def publish_file(claim: inbox.Claim, settings: inbox.InboxSettings) -> Any:
    """Publish one file and return what became of it; a refusal is a failure with its reason."""
    with report_progress() as progress:
        filed = inbox.finish_claim(claim, settings, progress=progress, show=show_filed)
    if filed.status == "refused":
        return Failed(name=REFUSED, message=filed.reason, data=filed)
    return filed


@flow(name="inbox", log_prints=True, on_failure=[tell_of_flow], on_crashed=[tell_of_flow])
def sweep_inbox(settings: inbox.InboxSettings = inbox.InboxSettings()) -> State[Any]:  # noqa: B008  (frozen)
    """Publish every new file of the inbox, each once; files that a killed sweep had taken come first."""

    def handle(claim: inbox.Claim) -> inbox.Filed:
        left: inbox.Filed | BaseException = publish_file(claim, settings, return_state=True).result(
            raise_on_failure=False
        )
        if isinstance(left, BaseException):
            raise left
        return left

    try:
        report = inbox.sweep_inbox(settings, handle, tell=tell_of_thing)
    except Exception as error:
        name_run(f"failed: {error}")
        raise
    for filed in report.filed:
        print(f"{filed.name}: {filed.status}. It is in {filed.folder}.")  # noqa: T201
    for sentence in (*report.passed, *report.problems):
        print(sentence)  # noqa: T201
    name_run(name_sweep(report))
    failed = [f"{filed.name}: {filed.reason}" for filed in report.filed if filed.status == "failed"]
    message = " ".join([report.summarise(), *failed, *report.problems, *(report.passed if report.misplaced else ())])
    if failed or report.problems:
        return Failed(message=message)
    if report.count("refused"):
        keep_quiet()  # the task has reported it
        return Failed(name=REFUSED, message=message)
    if report.misplaced:
        return Failed(name=MISPLACED, message=message)
    return Completed(name="Busy" if report.is_busy else "Completed", message=message)


def main(argv: list[str] | None = None) -> int:
    """Sweep once from the command line; exit codes as `bpo-index run`, 1 where a file was refused."""

    def call() -> int:
        settings = parse_settings(inbox.InboxSettings, "Publish every new file of the inbox.", argv)
        state = sweep_inbox(settings, return_state=True)
        if not state.is_completed() and state.name not in (REFUSED, MISPLACED):
            failure = state.result(raise_on_failure=False)
            raise failure if isinstance(failure, BpoIndexError) else EnvironmentFailed(str(state.message))
        sys.stdout.write(f"{state.message}\n")
        return 1 if state.name == REFUSED else 0

    return answer("inbox", call)


if __name__ == "__main__":
    sys.exit(main())
