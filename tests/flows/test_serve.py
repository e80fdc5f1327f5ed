"""`make serve` on a real server and worker: scheduled sweeps file what is dropped, whatever is killed meanwhile.

These tests bring their own server and worker, in minutes: `.ci/run` and `make faults` run them, `make test` does not.
"""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from bpo_index.publication.integrity import read_release
from tests.flows.served import write_edition
from tests.limits import HANG_SECONDS

#: Kills of the worker and of the server, each; `make faults` asks for thirty moments of the process, and more of these.
KILLS = max(1, int(os.environ.get("BPO_INDEX_FAULTS", "0")) // 6)

pytestmark = [
    pytest.mark.component("prefect-machine"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds its processes in /proc"),
]


@pytest.fixture(scope="module")
def said(project, served):
    """Drop a good, a bad and a half-written file, finish that one later, and return what became of each, by name."""
    shutil.copy(project / "sample_data" / "offshore-bpo-2021.csv", served.drop / "good.csv")
    (served.drop / "bad.csv").write_text("a,b\n1,2\n")
    text = write_edition(project, served.folder / "whole.csv", 100)
    half = served.drop / "half.csv"
    lines = text.splitlines(keepends=True)
    half.write_text("".join(lines[:10]))
    # Half-written, and written on letter by letter, for as long as the others are not filed.
    written = iter("".join(lines[10:]))
    end = time.monotonic() + HANG_SECONDS
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
    served.wait_for(lambda: len(served.read_outcomes()) == 3, "release of the half-written file")

    time.sleep(4)  # the last states, logs and artifacts are still on their way
    return {outcome["name"]: outcome for outcome in served.read_outcomes()}


def test_two_files_are_published_and_one_is_refused_each_with_its_audit(served, said):
    assert {name: outcome["status"] for name, outcome in said.items()} == {
        "good.csv": "published",
        "bad.csv": "refused",
        "half.csv": "published",
    }
    assert len(served.list_releases()) == 2
    folders = [Path(said[name]["release"]) for name in ("good.csv", "half.csv")]
    (public,) = [folder for folder in folders if (folder / "manifest.json").exists()]
    assert read_release(public)["release"] == public.name
    pointed = json.loads((served.releases / "offshore-bpo" / "2021" / "latest.json").read_text())
    assert pointed["release"] == Path(said["half.csv"]["release"]).name
    for path in (*served.drop.glob("processed/*"), *served.drop.glob("refused/*")):
        assert list(path.glob("audit/*/audit.json"))
    assert [path for path in served.drop.rglob("*.csv") if path.parent == served.drop] == []


def test_the_refusal_fails_its_task_with_the_reason_and_the_run_which_goes_on(served, said):
    runs = served.list_runs()
    assert all(run["auto_scheduled"] for run in runs)
    (refused,) = [run for run in runs if run["state_name"] == "Refused"]
    assert refused["state_type"] == "FAILED"
    assert refused["state"]["message"] == "Files: 1 changing, 1 published, 1 refused."
    assert refused["name"] == "changing 1, published 1, refused 1: bad.csv"
    assert "published 1: half.csv" in {run["name"] for run in runs if run["state_type"] == "COMPLETED"}
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
    texts = [str(artifact["data"]) for artifact in artifacts if artifact["key"] == "release-offshore-bpo-2021"]
    links = {link for text in texts for link in re.findall(r"\((http://[^)]*)\)", text)}
    assert len(links) == 2
    for link in links:
        published = served.releases / "offshore-bpo" / "2021" / Path(link).parent.name
        assert httpx.get(link).text == (published / "report.html").read_text()
        table = httpx.get(f"{link.removesuffix('report.html')}ranking.md")
        if (published / "manifest.json").exists():
            assert table.text == (published / "ranking.md").read_text()
        else:
            # The release that was corrected: its address says so.
            assert table.status_code == 404


def test_the_hook_tells_the_webhook_of_the_refusal(served, said, webhook):
    (message,) = webhook[0]
    assert "bad.csv: Refused. The header row of bad.csv" in message
    assert f"http://127.0.0.1:{served.port}/runs/task-run/" in message


@pytest.mark.parametrize("part", ["worker", "server"])
def test_a_killed_worker_or_server_comes_back_and_every_file_is_published_once(project, served, part):
    clock = random.Random(part)
    rows = {"worker": 70, "server": 40}[part]
    for kill in range(KILLS):
        releases = served.list_releases()
        name = f"{part}-{kill}.csv"
        write_edition(project, served.drop / name, rows + kill)
        served.wait_for_claim()
        time.sleep(clock.uniform(0, 2))
        os.kill(served.find_processes(part, "start")[0], signal.SIGKILL)
        served.wait_for(
            lambda wanted=name: wanted in {said["name"] for said in served.read_outcomes()}, f"release of {name}"
        )
        new = set(served.list_releases()) - set(releases)
        assert len(new) == 1
        pointed = json.loads((served.releases / "offshore-bpo" / "2021" / "latest.json").read_text())
        assert pointed["release"] == next(iter(new))
    served.wait_for(lambda: served.find_processes(part, "start"), f"new {part}")
    assert served.process.poll() is None


def test_after_a_power_cut_runs_are_marked_crashed_and_the_file_is_published(project, served):
    releases = served.list_releases()
    write_edition(project, served.drop / "power.csv", 55)
    served.wait_for_claim()
    running = [run["id"] for run in served.list_runs() if run["state_type"] == "RUNNING"]
    assert running
    served.process.kill()
    for pid in served.find_processes():
        os.kill(pid, signal.SIGKILL)
    served.process.wait()
    served.wait_for(lambda: served.find_processes() == [], "end of all processes")
    shown = served.start()
    assert "marked Crashed" in shown
    states = {run["id"]: run["state_name"] for run in served.list_runs()}
    assert {states[run] for run in running} == {"Crashed"}
    served.wait_for(lambda: "power.csv" in {said["name"] for said in served.read_outcomes()}, "release")
    assert len(served.list_releases()) == len(releases) + 1


def test_a_second_serve_ends_with_a_sentence(project, served):
    def serve_again(*options):
        command = [sys.executable, str(project / "flows" / "serve.py"), *map(str, options)]
        return subprocess.run(
            command, env=served.environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
        )

    again = serve_again("--home", served.home)
    assert again.returncode == 3
    assert again.stderr == f"serve: another `make serve` runs from {served.home}. Stop that one first.\n"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        again = serve_again("--port", port, "--home", served.folder / "x")
    assert again.returncode == 3
    assert f"The port {port} cannot be used" in again.stderr
