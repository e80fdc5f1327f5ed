"""`make serve` on a real server and worker: scheduled sweeps file what is dropped, whatever is killed meanwhile.

These tests bring their own server and worker, in minutes: `.ci/run` and `make faults` run them, `make test` does not.
"""

import http.server
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import polars as pl
import pytest
import yaml

from bpo_index.publication import read_release

#: Kills of the worker and of the server, each; `make faults` asks for thirty moments of the process, and more of these.
KILLS = max(1, int(os.environ.get("BPO_INDEX_FAULTS", "0")) // 6)
SWEEP_SECONDS = 20
SETTLE_SECONDS = 4

pytestmark = [
    pytest.mark.component("prefect-machine"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds its processes in /proc"),
]


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
        yearly["parameters"]["settings"] |= {"out": out, "audit_dir": str(folder / "audit"), "replicates": 100}
        (folder / "prefect.yaml").write_text(yaml.safe_dump(deployed))
        self.environment = os.environ | {"PREFECT_WORKER_QUERY_SECONDS": "5"} | (environment or {})
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
        while "Drop a file" not in (told := log.read_text()):
            assert self.process.poll() is None, told
            time.sleep(0.1)
        return told

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
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

    def ask(self, what, **body):
        for _ in range(40):
            try:
                answer = httpx.post(f"{self.api}/{what}/filter", json=body, timeout=20)
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

    def wait_for(self, ready, seconds, what):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if ready():
                return
            time.sleep(0.2)
        log = (self.home / "logs" / "worker.log").read_text(errors="replace")[-6000:]
        raise AssertionError(f"no {what} after {seconds} s; left: {sorted(self.folder.rglob('*.csv'))}\n{log}")

    def list_releases(self):
        return sorted(path.parent.name for path in self.releases.glob("offshore-bpo/2021/[0-9a-f]*/manifest.json"))


def write_edition(project, path, rows):
    """Write the sample of 2021 with fewer rows: answers that were not dropped before."""
    text = pl.read_csv(project / "sample_data" / "offshore-bpo-2021.csv", infer_schema=False).head(rows).write_csv()
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(text)
    temporary.rename(path)
    return text


@pytest.fixture(scope="module")
def webhook():
    """Return the list of what a webhook on this machine was told, and its address."""
    told = []

    class Take(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def served(project, tmp_path_factory, webhook):
    machine = Served(project, tmp_path_factory.mktemp("served"), environment={"BPO_INDEX_WEBHOOK": webhook[1]})
    machine.start()
    yield machine
    assert machine.stop() == 0


@pytest.fixture(scope="module")
def said(project, served):
    """Drop a good, a bad and a half-written file, finish that one later, and return what became of each, by name."""
    shutil.copy(project / "sample_data" / "offshore-bpo-2021.csv", served.drop / "good.csv")
    (served.drop / "bad.csv").write_text("a,b\n1,2\n")
    text = write_edition(project, served.folder / "whole.csv", 100)
    half = served.drop / "half.csv"
    lines = text.splitlines(keepends=True)
    half.write_text("".join(lines[:10]))
    # Half-written, and written on, for as long as the others are not filed.
    written = iter(lines[10:])
    end = time.monotonic() + 120
    while len(served.read_outcomes()) < 2:
        assert time.monotonic() < end, "no sweep filed the two whole files"
        with half.open("a") as file:
            file.write(next(written))
        time.sleep(1)
    assert {said["name"] for said in served.read_outcomes()} == {"good.csv", "bad.csv"}
    assert half.exists()
    with half.open("a") as file:
        file.writelines(written)
    assert half.read_text() == text
    served.wait_for(lambda: len(served.read_outcomes()) == 3, 100, "release of the half-written file")

    time.sleep(4)  # the last states, logs and artifacts are still on their way
    return {outcome["name"]: outcome for outcome in served.read_outcomes()}


def test_two_files_are_published_and_one_is_refused_each_with_its_audit(served, said):
    assert {name: outcome["status"] for name, outcome in said.items()} == {
        "good.csv": "published",
        "bad.csv": "refused",
        "half.csv": "published",
    }
    assert len(served.list_releases()) == 2
    for name in ("good.csv", "half.csv"):
        folder = Path(said[name]["release"])
        assert read_release(folder)["release"] == folder.name
    pointed = json.loads((served.releases / "offshore-bpo" / "2021" / "latest.json").read_text())
    assert pointed["release"] == Path(said["half.csv"]["release"]).name
    for path in (*served.drop.glob("processed/*"), *served.drop.glob("refused/*")):
        assert list(path.glob("audit/*/audit.json"))
    assert [path for path in served.drop.rglob("*.csv") if path.parent == served.drop] == []


def test_the_refusal_is_a_failed_task_with_its_reason_and_the_sweep_goes_on(served, said):
    runs = served.list_runs()
    assert all(run["auto_scheduled"] for run in runs)
    done = {run["state_name"]: run for run in reversed(runs) if run["state_type"] == "COMPLETED"}
    assert re.fullmatch(r"Files: 1 changing, 1 published, 1 refused\.", done["Refused"]["state"]["message"])
    tasks = {task["name"]: task for task in served.ask("task_runs", limit=200)}
    assert {name: task["state_name"] for name, task in tasks.items()} == {
        "good.csv": "Completed",
        "bad.csv": "Refused",
        "half.csv": "Completed",
    }
    assert tasks["bad.csv"]["state_type"] == "FAILED"
    assert tasks["bad.csv"]["state"]["message"] == said["bad.csv"]["reason"]
    assert said["bad.csv"]["reason"].startswith("The header row of bad.csv (line 1) lacks 25 columns")
    assert tasks["good.csv"]["run_count"] == 1


def test_the_result_is_on_the_page_of_the_run_and_holds_nobodys_answers(served, said):
    artifacts = served.ask("artifacts", limit=200)
    kinds = ("summary", "findings", "ranking", "audit", "release")
    expected = Counter({f"{kind}-offshore-bpo-2021": 2 for kind in kinds}) + Counter(["refused-offshore-bpo-2021"])
    assert Counter(artifact["key"] for artifact in artifacts if artifact["key"]) == expected
    by_key = {artifact["key"]: str(artifact["data"]) for artifact in artifacts}
    assert "Colombia" in by_key["ranking-offshore-bpo-2021"]
    assert "Colombia leads" in by_key["findings-offshore-bpo-2021"]
    assert "lacks 25 columns" in by_key["refused-offshore-bpo-2021"]
    assert "synthetic-2021-" not in "".join(by_key.values())
    (link,) = set(re.findall(r"\((http://[^)]*)\)", by_key["release-offshore-bpo-2021"]))
    published = served.releases / "offshore-bpo" / "2021" / Path(link).name / "ranking.md"
    assert httpx.get(f"{link}ranking.md").text == published.read_text()


def test_the_hook_tells_the_webhook_of_the_refusal(served, said, webhook):
    (message,) = webhook[0]
    assert "bad.csv: Refused. The header row of bad.csv" in message
    assert f"http://127.0.0.1:{served.port}/runs/task-run/" in message


def wait_for_claim(served):
    served.wait_for(lambda: list(served.drop.glob(".claimed/*/tries")), 100, "claim")


@pytest.mark.parametrize("part", ["worker", "server"])
def test_a_killed_worker_or_server_comes_back_and_every_file_is_published_once(project, served, part):
    clock = random.Random(part)
    rows = {"worker": 70, "server": 40}[part]
    for kill in range(KILLS):
        releases = served.list_releases()
        name = f"{part}-{kill}.csv"
        write_edition(project, served.drop / name, rows + kill)
        wait_for_claim(served)
        time.sleep(clock.uniform(0, 2))
        os.kill(served.find_processes(part, "start")[0], signal.SIGKILL)
        served.wait_for(
            lambda wanted=name: wanted in {said["name"] for said in served.read_outcomes()}, 200, f"release of {name}"
        )
        new = set(served.list_releases()) - set(releases)
        assert len(new) == 1
        pointed = json.loads((served.releases / "offshore-bpo" / "2021" / "latest.json").read_text())
        assert pointed["release"] == next(iter(new))
    served.wait_for(lambda: served.find_processes(part, "start"), 30, f"new {part}")
    assert served.process.poll() is None


def test_after_a_power_cut_runs_are_marked_crashed_and_the_file_is_published(project, served):
    releases = served.list_releases()
    write_edition(project, served.drop / "power.csv", 55)
    wait_for_claim(served)
    running = [run["id"] for run in served.list_runs() if run["state_type"] == "RUNNING"]
    assert running
    served.process.kill()
    for pid in served.find_processes():
        os.kill(pid, signal.SIGKILL)
    served.process.wait()
    served.wait_for(lambda: served.find_processes() == [], 20, "end of all processes")
    told = served.start()
    assert "marked Crashed" in told
    states = {run["id"]: run["state_name"] for run in served.list_runs()}
    assert {states[run] for run in running} == {"Crashed"}
    served.wait_for(lambda: "power.csv" in {said["name"] for said in served.read_outcomes()}, 120, "release")
    assert len(served.list_releases()) == len(releases) + 1


def test_what_a_killed_serve_left_running_is_stopped_by_the_next(served):
    served.process.kill()
    served.process.wait()
    left = served.find_processes()
    assert left
    assert "A process of an earlier start is still there" in served.start()
    assert set(left) & set(served.find_processes()) == set()


def test_stopped_in_the_middle_of_a_file_it_leaves_no_process_and_the_file_to_the_next(project, served):
    write_edition(project, served.drop / "interrupted.csv", 61)
    wait_for_claim(served)
    assert served.stop() == 0
    served.start()
    served.wait_for(lambda: "interrupted.csv" in {said["name"] for said in served.read_outcomes()}, 120, "release")


def test_a_second_serve_ends_with_a_sentence(project, served):
    again = subprocess.run(
        [sys.executable, str(project / "flows" / "serve.py"), "--home", str(served.home)],
        env=served.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode == 3
    assert again.stderr == f"serve: another `make serve` runs from {served.home}. Stop that one first.\n"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        again = subprocess.run(
            [
                sys.executable,
                str(project / "flows" / "serve.py"),
                "--port",
                str(port),
                "--home",
                str(served.folder / "x"),
            ],
            env=served.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert again.returncode == 3
    assert f"The port {port} cannot be used" in again.stderr
