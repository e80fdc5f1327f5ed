"""The pipeline as a Prefect flow: ingest, validate, score, assess, disclose, publish.

    python flows/confidence_index.py RESPONSES... [--definition NAME|PATH] [--out DIR] [--audit-dir DIR]
        [--replicates N] [--seed N] [--method FILE] [--margins FILE] [--scheduler ADDRESS] [--no-supersede]

Each task is one stage of `bpo_index.handover`; what passes between tasks lies in a private folder, as Arrow and JSON
files, that the flow takes away at its end. The release is the same to the byte as the command line's.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

# Prefect reads these when it is imported: no telemetry, no outside call, wherever the flow is started from; a
# temporary server may take its time.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_UI_V2_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from bpo_index.handover import load_completed_run, run_stage
from bpo_index.settings import Settings
from command import answer, parse_settings
from reporting import is_transient, name_run, report_progress, show_run, tell_of_flow

HOURS = 3600
#: Of tasks that touch the disk or the network: what fails there is tried again.
DISK: dict[str, Any] = {"retries": 2, "retry_delay_seconds": 5, "retry_condition_fn": is_transient}


@task(task_run_name="ingest", cache_policy=NO_CACHE, timeout_seconds=HOURS, **DISK)
def ingest(settings: Settings, folder: str) -> str:
    """Read the survey files."""
    return str(run_stage("ingest", settings, folder))


@task(task_run_name="validate", cache_policy=NO_CACHE, timeout_seconds=HOURS, **DISK)
def validate(settings: Settings, folder: str) -> str:
    """Check every row and write the private audit."""
    return str(run_stage("validate", settings, folder))


@task(task_run_name="score", cache_policy=NO_CACHE, timeout_seconds=HOURS)
def score(settings: Settings, folder: str) -> str:
    """Score and rank the units."""
    return str(run_stage("score", settings, folder))


@task(task_run_name="assess", cache_policy=NO_CACHE, timeout_seconds=6 * HOURS, **DISK)
def assess(settings: Settings, folder: str) -> str:
    """Say how far the ranking can be trusted."""
    with report_progress() as progress:
        return str(run_stage("assess", settings, folder, progress))


@task(task_run_name="disclose", cache_policy=NO_CACHE, timeout_seconds=HOURS)
def disclose(settings: Settings, folder: str) -> str:
    """Decide what may be public."""
    return str(run_stage("disclose", settings, folder))


@task(task_run_name="publish", cache_policy=NO_CACHE, timeout_seconds=HOURS, **DISK)
def publish(settings: Settings, folder: str) -> str:
    """Publish the release."""
    return str(run_stage("publish", settings, folder))


@flow(name="confidence-index", log_prints=True, on_failure=[tell_of_flow], on_crashed=[tell_of_flow])
def confidence_index(settings: Settings) -> str:
    """Compute an index from the survey files of one edition and publish it; return the folder of the release."""
    try:
        with tempfile.TemporaryDirectory(prefix="bpo-index-") as folder:
            for stage in (ingest, validate, score, assess, disclose, publish):
                stage(settings, folder)
            completed = load_completed_run(folder)
    except Exception as error:
        name_run(f"failed: {settings.definition}: {error}")
        raise
    show_run(completed)
    release = completed.release
    done = "published" if release.is_new else "unchanged"
    kind = release.standing.kind
    name_run(f"{done if kind == 'official' else kind}: {'/'.join(release.path.parts[-3:])}")
    print(f"{'Trial' if kind == 'trial' else 'Release'}: {release.path}")  # noqa: T201  (goes to the log of the run)
    return str(release.path)


def main(argv: list[str] | None = None) -> int:
    """Run the flow from the command line; exit codes as `bpo-index run`."""

    def call() -> int:
        path = confidence_index(parse_settings(Settings, "Run the pipeline as a Prefect flow.", argv))
        sys.stdout.write(f"{path}\n")
        return 0

    return answer("confidence-index", call)


if __name__ == "__main__":
    sys.exit(main())
