"""Everything that runs by itself, on one machine: server, work pool, deployments, worker, and the releases to look at.

    python flows/serve.py [--port 4200] [--home .prefect] [--prefect-file prefect.yaml] [--releases releases]

Keeps what it starts running, and stops it all on Ctrl-C or SIGTERM. The server has a login, and what is made here is
for its owner only (docs/security.md). Several machines: docs/operations.md.
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
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import yaml
from filelock import FileLock, Timeout

from bpo_index.errors import BpoIndexError, UsageError
from bpo_index.inbox.sweep import InboxSettings, make_inbox
from login import CLIENT, SERVER, Login, find_login, make_private
from processes import POOL, SWEEP, find_processes, is_marked, is_running, mark_crashed, stop_process

HOST = "127.0.0.1"
SERVER_SECONDS = 180
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

    def __init__(self, port: int, *, home: Path, prefect_file: Path, releases: Path, login: Login) -> None:
        self.home = home
        self.prefect_file = prefect_file
        self.ports = (port, port + 1)
        self.address = f"http://{HOST}:{port}"
        self.releases = os.environ.get("BPO_INDEX_RELEASES_URL") or f"http://{HOST}:{port + 1}"
        self.logs = home / "logs"
        self.mark = f"BPO_INDEX_SERVED_FROM={home}"
        self.stopping = False
        server = ["-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)]
        files = [str(Path(__file__).with_name("release_server.py")), "--folder", str(releases), "--port", str(port + 1)]
        files += ["--host-name", urlsplit(self.releases).netloc.rpartition("@")[2]]
        worker = ["-m", "prefect", "worker", "start", "--pool", POOL, "--name", socket.gethostname(), "--limit", "4"]
        self.server, self.files, self.worker = Part("server", server), Part("releases", files), Part("worker", worker)
        self.parts = [self.server, self.files, self.worker]
        self.environment = _make_environment(home, self.address, self.releases, login.string)

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
        """Start again what dies, until asked to stop."""
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
                stop_process(part.process.pid, partial(is_running, part.process))
        for pid in find_processes(self.mark):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _start(self, part: Part) -> None:
        with (self.logs / f"{part.name}.log").open("ab") as log:
            part.process = subprocess.Popen(
                [sys.executable, *part.command],
                cwd=PROJECT,
                env=_without_login(self.environment) if part is self.files else self.environment,
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
            stop_process(pid, partial(is_marked, pid, self.mark))

    def _make_inboxes(self) -> None:
        """Make the folders that the sweeps look through, so that files can be dropped at once."""
        for name, settings in _read_deployments(self.prefect_file):
            if name == SWEEP:
                make_inbox(InboxSettings(**settings))

    def _wait_for_server(self) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + SERVER_SECONDS
        while True:
            with suppress(OSError), direct.open(f"{self.address}/api/health", timeout=5):
                break
            if self.server.process is None or self.server.process.poll() is not None:
                raise CannotServe(f"The server ended before it answered. {self._quote(self.server)}")
            if time.monotonic() > end or self.stopping:
                raise CannotServe(f"The server did not answer in {SERVER_SECONDS} s. {self._quote(self.server)}")
            time.sleep(0.3)
        try:
            with direct.open(f"{self.address}/api/admin/version", timeout=30):
                raise CannotServe("The server answers without the login, so anybody could run commands. It is stopped.")
        except urllib.error.HTTPError as refusal:
            refusal.close()

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


def _make_environment(home: Path, address: str, releases: str, login: str) -> dict[str, str]:
    """Return the environment of all parts: this server, its login and database, no telemetry, no proxy to it."""
    others = (
        *("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_", "PREFECT_API_KEY", "PREFECT_PROFILE"),
        # What would open the server to other pages, or send its own page, which holds the login, to another server.
        *("PREFECT_SERVER_API_", "PREFECT_SERVER_CORS_", "PREFECT_SERVER_UI_", "PREFECT_UI_"),
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    given = (environment[name] for name in ("NO_PROXY", "no_proxy") if environment.get(name))
    without_proxy = ",".join([HOST, "localhost", *given])
    return environment | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_API_URL": f"{address}/api",
        SERVER: login,
        CLIENT: login,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_SERVER_CORS_ALLOWED_METHODS": "GET",
        "PREFECT_SERVER_CORS_ALLOWED_HEADERS": "Authorization",
        "PREFECT_UI_URL": address,
        "PREFECT_UI_API_URL": "/api",  # the page asks the server that it came from
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_V2_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
        "BPO_INDEX_RELEASES_URL": releases,
        "BPO_INDEX_SERVED_FROM": str(home),
    }


def _without_login(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in (SERVER, CLIENT)}


def _read_deployments(prefect_file: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return name and settings of each deployment."""
    try:
        deployed = yaml.safe_load(prefect_file.read_text(encoding="utf-8"))
        return [
            (deployment["name"], dict((deployment.get("parameters") or {}).get("settings") or {}))
            for deployment in deployed["deployments"]
        ]
    except (ValueError, yaml.YAMLError, LookupError, TypeError, AttributeError) as error:
        raise UsageError(f"The file {prefect_file} does not name deployments as it should: {error}") from None


def check_releases(releases: Path, home: Path, prefect_file: Path) -> None:
    """Refuse to serve a folder of releases that holds a private folder, or lies in one.

    Raises
    ------
    UsageError
        With the private folder: that of the server, an inbox, or one of audits.
    """
    private = {home, PROJECT / "inbox", PROJECT / "audit"}
    for _, settings in _read_deployments(prefect_file):
        private |= {PROJECT / str(settings[key]) for key in ("inbox", "audit_dir") if settings.get(key)}
    for folder in sorted(path.resolve() for path in private):
        if _is_in(folder, releases) or _is_in(releases, folder):
            raise UsageError(
                f"The folder of releases {releases} is served, so it cannot hold the private folder {folder}, nor lie "
                "in it. Name another with --releases."
            )


def _is_in(path: Path, folder: Path) -> bool:
    """Return whether a path is a folder or lies in it, under whatever spelling the disk takes for the same."""
    for above in (path, *path.parents):
        with suppress(OSError):
            if above == folder or above.samefile(folder):
                return True
    return False


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
    """Serve until asked to stop; 3 where that is not possible."""
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
    os.umask(0o077)  # database, logs, folders and what runs write are for their owner only
    home, releases, prefect_file = (path.resolve() for path in (given.home, given.releases, given.prefect_file))
    os.chdir(PROJECT)  # the paths in prefect.yaml are looked up from here
    try:
        check_releases(releases, home, prefect_file)
        make_private(home)
        releases.mkdir(parents=True, exist_ok=True)
        with FileLock(home / ".lock", timeout=0):
            login = find_login(home)
            return _serve(
                Machine(given.port, home=home, prefect_file=prefect_file, releases=releases, login=login), login
            )
    except Timeout:
        sys.stderr.write(f"serve: another `make serve` runs from {home}. Stop that one first.\n")
        return 3
    except (CannotServe, BpoIndexError) as reason:
        sys.stderr.write(f"serve: {reason}\n")
        return getattr(reason, "exit_code", 3)
    except OSError as error:
        sys.stderr.write(f"serve: the system refused: {error.strerror} ({error.filename}).\n")
        return 3


def _serve(machine: Machine, login: Login) -> int:
    """Start the machine, say where it is and how to log in, and keep it running until asked to stop."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        machine.stopping = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    try:
        say("Starting the server; the first time this takes about half a minute.")
        if login.is_new:
            say(f"Login, shown this once: {login.string}\nWhoever holds it may run commands here as you.")
        machine.start()
        say(f"Page: {machine.address}  Logs: {machine.logs}")
        where = f"the line in {login.file}" if login.file else f"the string of {SERVER} or {CLIENT}"
        say(f"Log in on the page with {where}, all of it: it is user and password in one.")
        say("Drop a file in inbox/<definition>/, such as inbox/offshore-bpo-2021/. Stop with Ctrl-C.")
        machine.keep()
    except (CannotServe, BpoIndexError):
        if not machine.stopping:  # else the reason is that we were asked to stop
            raise
    finally:
        say("Stopping.")
        machine.stop()
    say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
