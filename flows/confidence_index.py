"""The pipeline as a Prefect flow: ingest, validate, score, assess, publish.

    python flows/confidence_index.py RESPONSES... [--definition NAME|PATH] [--out DIR] [--audit-dir DIR]
        [--method FILE] [--margins FILE] [--scheduler ADDRESS]

Each task is one stage of `bpo_index.pipeline`; what passes between tasks is a path in a private folder that the flow
takes away at its end. The release is the same to the byte as the command line's.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile

# Prefect reads these when it is imported: no telemetry, no outside call, wherever the flow is started from.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("PREFECT_SERVER_UI_V2_ENABLED", "false")

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State

from bpo_index import pipeline
from bpo_index.errors import BpoIndexError, EnvironmentFailed
from bpo_index.summary import list_audit_rows, list_ranking_rows, write_summary


def is_transient(_task: object, _run: object, state: State[str]) -> bool:
    """Return whether another try may help: the disk failed, not the data or the definition."""
    try:
        state.result()
    except BpoIndexError as error:
        return error.exit_code == EnvironmentFailed.exit_code
    except OSError:
        return True
    return False


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def ingest(settings: pipeline.Settings, folder: str) -> str:
    """Read the survey files."""
    return str(pipeline.run_stage("ingest", settings, folder))


@task(cache_policy=NO_CACHE)
def validate(settings: pipeline.Settings, folder: str) -> str:
    """Check every row and write the private audit."""
    return str(pipeline.run_stage("validate", settings, folder))


@task(cache_policy=NO_CACHE)
def score(settings: pipeline.Settings, folder: str) -> str:
    """Score and rank the units."""
    return str(pipeline.run_stage("score", settings, folder))


@task(cache_policy=NO_CACHE)
def assess(settings: pipeline.Settings, folder: str) -> str:
    """Say how far the ranking can be trusted."""
    return str(pipeline.run_stage("assess", settings, folder))


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5, retry_condition_fn=is_transient)
def publish(settings: pipeline.Settings, folder: str) -> str:
    """Publish the release."""
    return str(pipeline.run_stage("publish", settings, folder))


@flow(name="confidence-index", log_prints=True)
def confidence_index(
    responses: list[str],
    definition: str = pipeline.DEFAULT_DEFINITION,
    out: str = "releases",
    audit_dir: str = "audit",
    replicates: int = 10_000,
    seed: int = 2021,
    method: str | None = None,
    margins: str | None = None,
    scheduler: str | None = None,
) -> str:
    """Compute an index from survey files and publish it; return the folder of the release."""
    settings = pipeline.Settings(
        tuple(responses), definition, out, audit_dir, replicates, seed, method, margins, scheduler
    )
    with tempfile.TemporaryDirectory(prefix="bpo-index-") as folder:
        for stage in (ingest, validate, score, assess, publish):
            stage(settings, folder)
        outcome = pipeline.load_outcome(folder)
    names = outcome.definition.index, outcome.definition.edition
    create_markdown_artifact(write_summary(outcome), key="-".join(["summary", *names]), description=definition)
    create_table_artifact(list_ranking_rows(outcome), key="-".join(["ranking", *names]), description=definition)
    create_table_artifact(list_audit_rows(outcome), key="-".join(["audit", *names]), description=definition)
    print(f"Release: {outcome.release.path}")  # noqa: T201  (goes to the log of the run)
    return str(outcome.release.path)


def main(argv: list[str] | None = None) -> int:
    """Run the flow from the command line; exit codes as `bpo-index run`."""
    parser = argparse.ArgumentParser(description="Run the pipeline as a Prefect flow.")
    parser.add_argument("responses", nargs="+")
    parser.add_argument("--definition", default=pipeline.DEFAULT_DEFINITION)
    parser.add_argument("--out", default="releases")
    parser.add_argument("--audit-dir", default="audit")
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2021)
    parser.add_argument("--method")
    parser.add_argument("--margins")
    parser.add_argument("--scheduler")
    try:
        path = confidence_index(**vars(parser.parse_args(argv)))
    except BpoIndexError as error:
        sys.stderr.write(f"confidence-index: {error}\n")
        return error.exit_code
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
