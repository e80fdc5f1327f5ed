"""A `make serve` for tests, in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import polars as pl
import yaml

from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

SWEEP_SECONDS = 20
SETTLE_SECONDS = 4
LOGIN = ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_API_AUTH_STRING")


def ask_server(path, body):
    """Return what the Prefect server of the component tests answers."""
    login = os.environ.get("PREFECT_API_AUTH_STRING")
    auth = tuple(login.split(":", 1)) if login else None
    return httpx.post(f"{os.environ['PREFECT_API_URL']}/{path}", json=body, auth=auth).raise_for_status().json()


class Served:
    """A `make serve` in a folder of its own, with the deployments of prefect.yaml on paths of that folder."""

    def __init__(self, project, folder, *, environment=None):
        self.project, self.folder, self.home = project, folder, folder / "prefect"
        self.drop = folder / "inbox" / "offshore-bpo-2021"
        self.releases = folder / "releases"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.api = f"http://127.0.0.1:{self.port}/api"
        deployed = yaml.safe_load((project / "prefect.yaml").read_text())
        sweep, yearly = deployed["deployments"]
        sweep["schedules"] = [{"interval": SWEEP_SECONDS}]
        inbox, out = str(folder / "inbox"), str(self.releases)
        sweep["parameters"]["settings"] |= {"inbox": inbox, "out": out, "settle_seconds": SETTLE_SECONDS}
        audit = str(folder / "audit")
        sweep["parameters"]["settings"] |= {"audit_dir": audit}
        yearly["parameters"]["settings"] |= {
            "out": out,
            "audit_dir": audit,
            "definition": quick_definition("offshore-bpo-2022", 100),
        }
        (folder / "prefect.yaml").write_text(yaml.safe_dump(deployed))
        inherited = {name: value for name, value in os.environ.items() if name not in LOGIN}
        self.environment = inherited | {"PREFECT_WORKER_QUERY_SECONDS": "5"} | (environment or {})
        self.process = None

    def start(self):
        options = {"port": self.port, "home": self.home, "prefect-file": self.folder / "prefect.yaml"}
        options["releases"] = self.releases
        log = self.folder / "serve.txt"
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, str(self.project / "flows" / "serve.py")),
                    *(str(part) for name, value in options.items() for part in (f"--{name}", value)),
                ],
                cwd=self.project,
                env=self.environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        while "Drop a file" not in (shown := log.read_text()):
            assert self.process.poll() is None, shown
            time.sleep(0.1)
        return shown

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(HANG_SECONDS)
        assert self.find_processes() == []
        return code

    def find_processes(self, *words):
        """Return the pids of everything that was started with this home, and with these words on its command line."""
        mark = f"PREFECT_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if mark in environment and {word.encode() for word in words} <= set(command):
                found.append(int(folder.name))
        return sorted(found)

    @property
    def login(self):
        """Return the login of the server, made at the first start."""
        return (self.home / "login").read_text().strip()

    def ask(self, what, **body):
        for _ in range(HANG_SECONDS):
            try:
                answer = httpx.post(
                    f"{self.api}/{what}/filter", json=body, auth=tuple(self.login.split(":")), timeout=HANG_SECONDS
                )
                answer.raise_for_status()
                return answer.json()
            except httpx.HTTPError:
                time.sleep(1)
        raise AssertionError(f"{self.api} does not answer")

    def list_runs(self, deployment="sweep"):
        return self.ask("flow_runs", deployments={"name": {"any_": [deployment]}}, sort="START_TIME_DESC", limit=200)

    def read_outcomes(self):
        found = sorted(self.drop.glob("*/*/outcome.json"), key=lambda path: path.parent.name)
        return [json.loads(path.read_text()) for path in found if path.parent.parent.name in ("processed", "refused")]

    def wait_for(self, ready, what):
        end = time.monotonic() + HANG_SECONDS
        while time.monotonic() < end:
            if ready():
                return
            time.sleep(0.2)
        log = (self.home / "logs" / "worker.log").read_text(errors="replace")[-6000:]
        raise AssertionError(f"no {what} after {HANG_SECONDS} s; left: {sorted(self.folder.rglob('*.csv'))}\n{log}")

    def list_releases(self):
        """Return the ids of all that were published; the newest is public, the others' addresses lead on."""
        return sorted(path.parent.name for path in self.releases.glob("offshore-bpo/2021/[0-9a-f]*/report.html"))

    def wait_for_claim(self):
        self.wait_for(lambda: list(self.drop.glob(".claimed/*/tries")), "claim")


def write_edition(project, path, rows):
    """Write the sample of 2021 with fewer rows: answers that were not dropped before."""
    text = pl.read_csv(project / "sample_data" / "offshore-bpo-2021.csv", infer_schema=False).head(rows).write_csv()
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(text)
    temporary.rename(path)
    return text
