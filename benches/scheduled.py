"""What Prefect costs: a flow over the plain command on a running server, and `make serve` to its first release.

Both are held against a limit in seconds: what a person waits, whatever the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benches.timing import time_in_turn
from bpo_index.files.resources import find_resource

PROJECT = Path(__file__).resolve().parents[1]
RUNS = 5
FLOW_LIMIT = 4.0
FIRST_RELEASE_LIMIT = 120.0


def measure() -> list[dict[str, Any]]:
    sample = find_resource("sample_data", "offshore-bpo-2021.csv")
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name).resolve(), _find_port()
        start = time.perf_counter()
        serving = _serve(folder, port)
        try:
            drop = folder / "inbox" / "offshore-bpo-2021"
            _wait_for(drop, serving)
            shutil.copy(sample, drop)
            _wait_for(drop / "processed" / "00000001" / "outcome.json", serving)
            first_release = time.perf_counter() - start
            flow, command = _time_flow(sample, folder, port)
        finally:
            serving.send_signal(signal.SIGINT)
            serving.wait()
    rows = (
        ("flow over the plain command, server running", flow - command, FLOW_LIMIT),
        ("make serve to the first scheduled release of a dropped file", first_release, FIRST_RELEASE_LIMIT),
    )
    return [
        {
            "name": name,
            "ours": seconds,
            "peer": limit,
            "peer_name": "limit",
            "ratio": seconds / limit,
            "target": 1.0,
            "unit": "s",
            "higher_is_better": False,
        }
        for name, seconds, limit in rows
    ]


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start what `make serve` starts, with the schedule of prefect.yaml, on an inbox in a folder."""
    deployed = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))
    for deployment in deployed["deployments"]:
        deployment["parameters"]["settings"]["out"] = str(folder / "releases")
        if deployment["name"] == "sweep":
            deployment["parameters"]["settings"]["inbox"] = str(folder / "inbox")
    (folder / "prefect.yaml").write_text(yaml.safe_dump(deployed), encoding="utf-8")
    options = {"port": port, "home": folder / "home", "prefect-file": folder / "prefect.yaml"}
    options["releases"] = folder / "releases"
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    return subprocess.Popen([sys.executable, "flows/serve.py", *arguments], cwd=PROJECT, stdout=subprocess.DEVNULL)


def _wait_for(path: Path, serving: subprocess.Popen[bytes]) -> None:
    while not path.exists():
        assert serving.poll() is None, "make serve ended"
        time.sleep(0.1)


def _time_flow(sample: Path, folder: Path, port: int) -> tuple[float, float]:
    """Return the seconds of the flow and of the command, each with a new release."""
    home = folder / "home"
    # Of its owner only, and of whoever is given it: whoever starts a flow by hand gives it too (README).
    login = os.environ.get("PREFECT_API_AUTH_STRING") or (home / "login").read_text(encoding="ascii").strip()
    environment = os.environ | {
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": login,
        "PREFECT_HOME": str(home),
    }

    def call(*arguments: str) -> None:
        out = folder / "timed"
        shutil.rmtree(out, ignore_errors=True)
        paths = [str(sample), "--out", str(out), "--audit-dir", str(folder / "audit")]
        subprocess.run(
            [sys.executable, *arguments, *paths], cwd=PROJECT, env=environment, check=True, capture_output=True
        )

    return time_in_turn(lambda: call("flows/confidence_index.py"), lambda: call("-m", "bpo_index", "run"), RUNS)
