"""Everything that runs by itself, on one machine: server, work pool, deployments, worker, and the releases to look at.

    python flows/serve.py [--port 4200] [--home .prefect] [--prefect-file prefect.yaml] [--releases releases]

Keeps what it starts running, and stops it all on Ctrl-C or SIGTERM. Several machines: docs/operations.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

import yaml
from filelock import FileLock, Timeout

from bpo_index.errors import BpoIndexError
from bpo_index.inbox import InboxSettings, make_inbox

HOST = "127.0.0.1"
POOL = "bpo-index"
SWEEP = "sweep"
SERVER_SECONDS = 180
#: Prefect's worker gives its runs thirty seconds to end.
STOP_SECONDS = 40
#: Where a process dies this often within `RESTART_SECONDS`, everything is stopped.
MOST_RESTARTS = 5
RESTART_SECONDS = 120
PROJECT = Path(__file__).resolve().parents[1]


class CannotServe(Exception):
    """Why nothing is served, as a paragraph for the user."""


@dataclass
class Part:
    """One process that is kept running."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)


class Machine:
    """The parts on this machine, in the order in which they start."""

    def __init__(self, port: int, home: Path, prefect_file: Path, releases: Path) -> None:
        self.home = home
        self.prefect_file = prefect_file
        self.ports = (port, port + 1)
        self.address, self.releases = (f"http://{HOST}:{number}" for number in self.ports)
        self.logs = home / "logs"
        self.mark = f"BPO_INDEX_SERVED_FROM={home}"
        self.stopping = False
        server = ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
        files = ["-m", "http.server", str(port + 1), "--bind", HOST, "--directory", str(releases)]
        worker = ["-m", "prefect", "worker", "start", "--pool", POOL, "--name", socket.gethostname(), "--limit", "4"]
        self.server, self.files, self.worker = Part("server", server), Part("releases", files), Part("worker", worker)
        self.parts = [self.server, self.files, self.worker]
        self.environment = _make_environment(home, self.address, self.releases)

    def start(self) -> None:
        """Start everything, deploy, and mark the runs of dead processes."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self._stop_leftovers()
        for port in self.ports:
            _check_free(port)
        self._start(self.server)
        self._start(self.files)
        self._wait_for_server()
        self._call("-m", "prefect", "work-pool", "create", POOL, "--type", "process", "--overwrite")
        self._call("-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(self.prefect_file))
        self._make_inboxes()
        self._start_worker()

    def keep(self) -> None:
        """Start again what dies, until told to stop."""
        while not self.stopping:
            time.sleep(0.5)
            for part in self.parts:
                if self.stopping or part.process is None or part.process.poll() is None:
                    continue
                recent = [start for start in part.starts if time.monotonic() - start < RESTART_SECONDS]
                if len(recent) >= MOST_RESTARTS:
                    raise CannotServe(f"The {part.name} ended {len(recent)} times in a short time. {self._quote(part)}")
                say(f"The {part.name} ended (code {part.process.returncode}) and is started again.")
                if part is self.worker:
                    self._restart_worker()
                else:
                    self._start(part)

    def stop(self) -> None:
        """Stop the worker with its runs, then the rest; what does not go is killed, and files are finished later."""
        for part in reversed(self.parts):
            if part.process is not None:
                _stop(part.process.pid, partial(_is_running, part.process))
        for pid in find_processes(self.mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(self, part: Part) -> None:
        with (self.logs / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                [sys.executable, *part.command],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
            )
        part.starts.append(time.monotonic())

    def _start_worker(self) -> None:
        """Mark the runs that died with an earlier worker, and start one."""
        marked = int(self._call(str(Path(__file__)), "--mark-crashed").split()[-1])
        if marked:
            say(f"Runs of processes that died are marked Crashed: {marked}.")
        self._start(self.worker)

    def _restart_worker(self) -> None:
        """Start the worker again; where the server dies meanwhile, that one comes first and this is tried again."""
        try:
            self._wait_for_server()
            self._start_worker()
        except CannotServe as reason:
            self.worker.starts.append(time.monotonic())
            say(f"The worker cannot be started yet. {reason}")

    def _stop_leftovers(self) -> None:
        """Stop what a killed predecessor left running; its lock is free, so nobody keeps it."""
        for pid in find_processes(self.mark):
            say(f"A process of an earlier start is still there and is stopped: {pid}.")
            _stop(pid, partial(_is_marked, pid, self.mark))

    def _make_inboxes(self) -> None:
        """Make the folders that the sweeps look through, so that files can be dropped at once."""
        deployed = yaml.safe_load(self.prefect_file.read_text(encoding="utf-8"))
        for deployment in deployed["deployments"]:
            if deployment["name"] == SWEEP:
                make_inbox(InboxSettings(**deployment.get("parameters", {}).get("settings", {})))

    def _wait_for_server(self) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + SERVER_SECONDS
        while True:
            with suppress(OSError), direct.open(f"{self.address}/api/health", timeout=5):
                return
            if self.server.process is None or self.server.process.poll() is not None:
                raise CannotServe(f"The server ended before it answered. {self._quote(self.server)}")
            if time.monotonic() > end or self.stopping:
                raise CannotServe(f"The server did not answer in {SERVER_SECONDS} s. {self._quote(self.server)}")
            time.sleep(0.3)

    def _call(self, *arguments: str) -> str:
        """Run a Python command against the server and return what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotServe(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _quote(self, part: Part) -> str:
        log = self.logs / f"{part.name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return f"The end of {log}:\n" + "\n".join(lines)


def _make_environment(home: Path, address: str, releases: str) -> dict[str, str]:
    """Return the environment of all parts: this server, its own database, no telemetry, no proxy to this machine."""
    others = ("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_", "PREFECT_API_KEY", "PREFECT_PROFILE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    given = (environment[name] for name in ("NO_PROXY", "no_proxy") if environment.get(name))
    without_proxy = ",".join([HOST, "localhost", *given])
    return environment | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_UI_URL": address,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
        "BPO_INDEX_RELEASES_URL": releases,
        "BPO_INDEX_SERVED_FROM": str(home),
    }


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


def _is_marked(pid: int, mark: str) -> bool:
    return pid in find_processes(mark)


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def _stop(pid: int, is_alive: Callable[[], bool]) -> None:
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


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CannotServe(
                f"The port {port} cannot be used ({error}). Stop what has it, or take others with "
                "`make serve PORT=4300` (that one and the next)."
            ) from None


def say(sentence: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def main(argv: list[str] | None = None) -> int:
    """Serve until told to stop; 3 where that is not possible."""
    parser = argparse.ArgumentParser(description="Run server, deployments and worker on this machine.")
    parser.add_argument("--port", type=int, default=4200, help="of the server; the releases are at the next")
    parser.add_argument("--home", type=Path, default=PROJECT / ".prefect", help="database, logs")
    parser.add_argument("--prefect-file", type=Path, default=PROJECT / "prefect.yaml")
    parser.add_argument("--releases", type=Path, default=PROJECT / "releases", help="the folder of all releases")
    parser.add_argument("--mark-crashed", action="store_true", help="only that, on the server of PREFECT_API_URL")
    given = parser.parse_args(argv)
    if given.mark_crashed:
        say(str(asyncio.run(mark_crashed())))
        return 0
    home, releases = given.home.resolve(), given.releases.resolve()
    machine = Machine(given.port, home, given.prefect_file.resolve(), releases)
    os.chdir(PROJECT)  # the paths in prefect.yaml are looked up from here

    def stop(_signal: int, _frame: FrameType | None) -> None:
        machine.stopping = True

    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, stop)
    try:
        home.mkdir(parents=True, exist_ok=True)
        releases.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock", timeout=0):
            try:
                say("Starting the server; the first time this takes about half a minute.")
                machine.start()
                say(f"Page: {machine.address}  Releases: {machine.releases}  Logs: {machine.logs}")
                say("Drop a file in inbox/<definition>/, such as inbox/offshore-bpo-2021/. Stop with Ctrl-C.")
                machine.keep()
            finally:
                say("Stopping.")
                machine.stop()
    except Timeout:
        sys.stderr.write(f"serve: another `make serve` runs from {home}. Stop that one first.\n")
        return 3
    except (CannotServe, BpoIndexError) as reason:
        if machine.stopping:  # the reason is that we were told to stop
            say("Stopped.")
            return 0
        sys.stderr.write(f"serve: {reason}\n")
        return 3
    except OSError as error:
        sys.stderr.write(f"serve: the system refused: {error.strerror} ({error.filename}).\n")
        return 3
    say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
