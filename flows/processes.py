"""The processes of this machine: which are ours, how they are stopped, and the runs whose process is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

POOL = "bpo-index"
SWEEP = "sweep"
#: Prefect's worker gives its runs thirty seconds to end.
STOP_SECONDS = 40


async def mark_crashed() -> int:
    """Mark as crashed what the server believes to run and no process of this machine does; return how many."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415
    from prefect.client.schemas.filters import (  # noqa: PLC0415
        FlowRunFilter,
        FlowRunFilterState,
        FlowRunFilterStateType,
        WorkPoolFilter,
        WorkPoolFilterName,
    )
    from prefect.client.schemas.objects import StateType  # noqa: PLC0415
    from prefect.states import Crashed, Scheduled  # noqa: PLC0415

    alive = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
    marked = 0
    async with get_client() as client:
        sweeps = {deployment.id for deployment in await client.read_deployments() if deployment.name == SWEEP}
        runs = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=alive))),
            work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL])),
        )
        for run in runs:
            if find_processes(f"PREFECT__FLOW_RUN_ID={run.id}"):
                continue
            message = "Its process is gone: the machine, the worker or somebody ended it."
            await client.set_flow_run_state(run.id, Crashed(message=message), force=True)
            marked += 1
            if run.deployment_id not in sweeps:  # the next sweep comes anyway, the next edition in a year
                await client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
    return marked


def find_processes(mark: str) -> list[int]:
    """Return the processes with a variable in their environment, where the system tells (Linux); elsewhere none."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def is_marked(pid: int, mark: str) -> bool:
    """Return whether a process is there and has a variable in its environment."""
    return pid in find_processes(mark)


def is_running(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a process of ours has not ended."""
    return process.poll() is None


def stop_process(pid: int, is_alive: Callable[[], bool]) -> None:
    """Ask a process and its group to end; kill what is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        while is_alive() and time.monotonic() < end:
            time.sleep(0.1)
        for kill in (os.killpg, os.kill):  # it may lead no group, or have left it
            with suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        while is_alive():
            time.sleep(0.1)
