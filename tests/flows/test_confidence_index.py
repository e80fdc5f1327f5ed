"""The flow: the same release as the command line to the byte, no call to anything outside the machine."""

import os
import subprocess
import sys

import pytest

from bpo_index.cli.main import main
from tests.flows.served import ask_server
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

#: Loaded by every Python process of the run, the temporary server's included: notes each address outside the loopback.
WATCH = """
import os, sys
def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "unix"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host not in ("127.0.0.1", "::1", "localhost", "unix", "None", "0.0.0.0", ""):
        with open(os.environ["WATCH_LOG"], "a") as log:
            log.write(f"{event} {host}\\n")
sys.addaudithook(watch)
"""


def run_flow(project, tmp_path, *arguments, **environment):
    (tmp_path / "watch").mkdir(exist_ok=True)
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    variables = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "watch"), str(project / "src")]),
        "WATCH_LOG": str(tmp_path / "outside.log"),
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [sys.executable, str(project / "flows" / "confidence_index.py"), *map(str, arguments)],
        cwd=tmp_path,
        env=variables | environment,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )


def read_files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.component("prefect-machine")
def test_on_a_temporary_server_the_flow_ends_with_the_release_of_the_command_line(project, tmp_path, monkeypatch):
    sample = project / "sample_data" / "offshore-bpo-2021.csv"
    without_server = {key: "" for key in ("PREFECT_API_URL",) if key in os.environ}
    methods = ["--method", str(project / "sample_data" / "method-geometric.yaml")]
    methods += ["--margins", str(project / "sample_data" / "synthetic-margins-2021.csv")]
    done = run_flow(project, tmp_path, sample, "--out", "by-flow", *methods, **without_server)
    assert done.returncode == 0, done.stderr
    monkeypatch.chdir(tmp_path)
    assert main(["run", str(sample), "--out", "by-command", "--audit-dir", "audit-command", *methods]) == 0
    # Another method than the definition's: a trial, which lies with the audit.
    assert read_files(tmp_path / "by-flow") == read_files(tmp_path / "by-command") == {}
    assert read_files(tmp_path / "audit") == read_files(tmp_path / "audit-command")
    assert not (tmp_path / "outside.log").exists(), (tmp_path / "outside.log").read_text()
    assert done.stdout.strip().endswith(next((tmp_path / "audit/trials").rglob("manifest.json")).parent.name)


@pytest.mark.component("prefect-server")
def test_on_a_real_server_the_run_its_artifacts_and_a_refusal_show(project, tmp_path):
    sample = project / "sample_data" / "offshore-bpo-2021.csv"
    done = run_flow(project, tmp_path, sample, "--out", "by-flow", "--definition", quick_definition())
    assert done.returncode == 0, done.stderr
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    refused = run_flow(project, tmp_path, "bad.csv")
    assert refused.returncode == 1
    assert refused.stderr.rstrip().splitlines()[-1].startswith("confidence-index: The header row of bad.csv")

    # Other flows may run on the server meanwhile.
    mine = {"flows": {"name": {"any_": ["confidence-index"]}}, "sort": "START_TIME_DESC", "limit": 2}
    runs = ask_server("flow_runs/filter", mine)
    assert sorted(run["state_type"] for run in runs) == ["COMPLETED", "FAILED"]
    released = next((tmp_path / "by-flow").rglob("manifest.json")).parent.name
    named = {run["state_type"]: run["name"] for run in runs}
    assert named["COMPLETED"] == f"published: offshore-bpo/2021/{released}"
    assert named["FAILED"].startswith("failed: offshore-bpo-2021: The header row of bad.csv")
    completed = next(run["id"] for run in runs if run["state_type"] == "COMPLETED")
    tasks = ask_server("task_runs/filter", {"flow_runs": {"id": {"any_": [completed]}}})
    stages = {"ingest", "validate", "score", "assess", "disclose", "publish"}
    assert {task["name"] for task in tasks} == stages
    artifacts = ask_server("artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [completed]}}})
    by_key = {artifact["key"]: str(artifact["data"]) for artifact in artifacts}
    kinds = ("summary", "findings", "ranking", "audit", "release")
    # Without a key: the bar of a run that takes long.
    assert {key for key in by_key if key} == {f"{kind}-offshore-bpo-2021" for kind in kinds}
    assert "Colombia leads" in by_key["findings-offshore-bpo-2021"]
    assert "Colombia" in by_key["ranking-offshore-bpo-2021"]
    assert "SYNTHETIC" in by_key["summary-offshore-bpo-2021"]
    assert "synthetic-2021-" not in "".join(by_key.values())
