"""The inbox flow on a real server: its states, what is tried again, what is reported; nothing shown can fail it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.served import ask_server
from tests.inbox.dropped import BAD, write_survey
from tests.limits import HANG_SECONDS
from tests.surveys import SMALL

pytestmark = pytest.mark.component("prefect-server")

#: Put before a script: the flow's module, and an `EnvironmentFailed` for the first tries of a file by its name.
PRELUDE = """
import sys
sys.path.insert(0, {flows!r})
import inbox as flow
import reporting
from bpo_index.inbox import sweep as inbox
from bpo_index.errors import EnvironmentFailed
real, tries = inbox.finish_claim, []
def failing(times, error):
    def finish(claim, settings, **keywords):
        tries.append(claim.name)
        if len(tries) <= times:
            raise error
        return real(claim, settings, **keywords)
    return finish
flow.publish_file.retry_delay_seconds = 0
settings = inbox.InboxSettings(definitions="definitions", settle_seconds=0)
def sweep():
    state = flow.sweep_inbox(settings, return_state=True)
    print(state.type.value, state.name, state.message, len(tries), sep="|")
"""


@pytest.fixture
def drop(tmp_path):
    """Return the folder for new surveys of `small`, in a folder of its own."""
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "small.yaml").write_text(SMALL)
    (tmp_path / "inbox" / "small").mkdir(parents=True)
    return tmp_path / "inbox" / "small"


@pytest.fixture
def run(project, tmp_path):
    """Return a function that runs a script after the prelude and returns what it printed, and its log."""

    def run_script(script, **environment):
        variables = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect"), "NO_COLOR": "1"} | environment
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE.format(flows=str(project / "flows")) + script],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), done.stderr

    return run_script


def find_name(log):
    """Return the name of the run of a log, as it is in the end."""
    run = re.search(r"/runs/flow-run/([0-9a-f-]{36})", log)[1]
    (found,) = ask_server("flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    return found["name"]


def ask_artifacts(key):
    body = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 10}
    return ask_server("artifacts/filter", body)


def test_an_empty_inbox_is_completed_and_a_locked_one_busy(drop, run):
    assert run("sweep()")[0] == "COMPLETED|Completed|No new files.|0"
    script = "from filelock import FileLock\nwith FileLock('inbox/.lock'): sweep()"
    assert run(script)[0] == "COMPLETED|Busy|Busy: another sweep is at work in this inbox.|0"


def test_a_failing_disk_is_tried_again_and_a_refusal_is_not(drop, run):
    write_survey(drop / "survey.csv")
    printed, _ = run("inbox.finish_claim = failing(2, EnvironmentFailed('the disk is full'))\nsweep()")
    assert printed == "COMPLETED|Completed|Files: 1 published.|3"
    (drop / "bad.csv").write_text(BAD)
    printed, _ = run("inbox.finish_claim = failing(0, None)\nsweep()")
    assert printed == "FAILED|Refused|Files: 1 refused.|1"


def test_a_disk_that_stays_full_fails_the_sweep_with_the_reason_and_tells_it_once(drop, run):
    write_survey(drop / "survey.csv")
    printed, log = run("inbox.finish_claim = failing(99, EnvironmentFailed('the disk is full'))\nsweep()")
    assert printed == "FAILED|Failed|Files: 1 failed. survey.csv: the disk is full|3"
    assert log.count("Flow inbox, run") == 1
    assert run("sweep()")[0] == "COMPLETED|Completed|Files: 1 published.|0"


def test_a_misplaced_file_fails_each_run_which_is_named_after_it_and_the_webhook_is_called_once(drop, run, webhook):
    stated, address = webhook
    stated.clear()
    (drop.parent / "smal").mkdir()
    write_survey(drop.parent / "smal" / "answers.csv")
    write_survey(drop / "survey.csv")
    for published in ("1 published, ", ""):
        printed, log = run("sweep()", BPO_INDEX_WEBHOOK=address)
        assert printed.startswith(f"FAILED|Misplaced|Files: {published}1 passed over. smal/answers.csv is not read: ")
        assert "Traceback" not in log
        assert find_name(log) == f"misplaced 1, {'published 1' if published else ''}: smal/answers.csv".replace(
            ", :", ":"
        )
    (message,) = stated
    assert "smal/answers.csv is not read: files go into the folders" in message
    assert "Perhaps small was meant. http://" in message
    (drop.parent / "smal" / "answers.csv").unlink()
    assert run("sweep()", BPO_INDEX_WEBHOOK=address)[0] == "COMPLETED|Completed|Files: 1 passed over.|0"
    assert len(stated) == 1


def test_what_stays_broken_calls_the_webhook_once(drop, run, webhook):
    stated, address = webhook
    stated.clear()
    Path(drop.parents[1], "definitions", "small.yaml").write_text("index: [")
    for _ in range(2):
        assert run("sweep()", BPO_INDEX_WEBHOOK=address)[0].startswith("FAILED|Failed|Files: folders with problems: 1.")
    assert len(stated) == 1
    shutil.rmtree(drop.parents[1] / "definitions")
    for _ in range(2):
        assert run("sweep()", BPO_INDEX_WEBHOOK=address)[0].startswith(
            "FAILED|Failed|Flow run encountered an exception"
        )
    assert len(stated) == 2
    assert "The folder of definitions definitions cannot be read" in stated[1]


def test_a_run_whose_name_cannot_be_set_goes_on(drop, run):
    write_survey(drop / "survey.csv")
    script = """
def broken(*_arguments, **_keywords):
    raise RuntimeError("the server is gone")
reporting.get_client = broken
sweep()
"""
    printed, log = run(script)
    assert printed == "COMPLETED|Completed|Files: 1 published.|0"
    assert "The page of this run lacks a part: RuntimeError: the server is gone" in log


def test_a_bug_is_not_tried_again_and_costs_only_its_file(drop, run):
    for number in range(2):
        os.utime(write_survey(drop / f"{number}.csv", number), (1000 + number, 1000 + number))
    printed, _ = run("inbox.finish_claim = failing(1, ZeroDivisionError('a bug'))\nsweep()")
    assert printed == "FAILED|Failed|Files: 1 failed, 1 published. 0.csv: Unexpected ZeroDivisionError: a bug|2"


def test_a_file_that_takes_too_long_is_cut_short_and_not_tried_again(drop, run):
    write_survey(drop / "survey.csv")
    script = """
import time
def finish(claim, settings, **keywords):
    tries.append(claim.name)
    time.sleep(30)
inbox.finish_claim = finish
flow.publish_file = flow.publish_file.with_options(timeout_seconds=1, retries=2)
sweep()
"""
    printed, _ = run(script)
    assert printed.startswith("FAILED|Failed|Files: 1 failed. survey.csv: It took too long.")
    assert printed.endswith("|1")
    assert run("sweep()")[0] == "COMPLETED|Completed|Files: 1 published.|0"


def test_nothing_shown_or_reported_can_fail_a_run(drop, run):
    write_survey(drop / "survey.csv")
    (drop / "bad.csv").write_text(BAD)
    script = """
def broken(*_arguments, **_keywords):
    raise RuntimeError("the server is gone")
for name in ("create_markdown_artifact", "create_table_artifact", "create_progress_artifact", "create_link_artifact"):
    setattr(reporting, name, broken)
reporting.PROGRESS_SECONDS = 0
sweep()
"""
    for webhook in ("file:///etc/passwd", "http://[::1", "http://127.0.0.1:9/services/secret"):
        printed, log = run(script, BPO_INDEX_WEBHOOK=webhook)
        assert printed == "FAILED|Refused|Files: 1 published, 1 refused.|0"
        assert "BPO_INDEX_WEBHOOK did not take the message" in log
        assert "The page of this run lacks a part: RuntimeError: the server is gone" in log
        assert webhook not in log
        write_survey(drop / "survey.csv", len(webhook))
        (drop / "bad.csv").write_text(BAD)


def test_progress_and_an_escaped_refusal_are_on_the_page(drop, run):
    write_survey(drop / "survey.csv")
    (drop / "*odd* [name](x).csv").write_text(BAD)
    run("reporting.PROGRESS_SECONDS = 0\nsweep()")
    (shown,) = ask_artifacts("refused-small")[:1]
    assert "\\*odd\\* \\[name\\](x" in shown["data"]
    body = {"artifacts": {"type": {"any_": ["progress"]}}, "sort": "CREATED_DESC", "limit": 1}
    (progress,) = ask_server("artifacts/filter", body)
    assert progress["data"] == 100.0
    assert progress["task_run_id"]


@pytest.mark.parametrize(
    ("arguments", "code", "stated"),
    [
        ([], 0, "Files: 1 published."),
        (["--settle-seconds", "-5"], 2, "inbox: settle_seconds must be between 0 and 3600; found -5.0."),
        (["--definitions", "nowhere"], 2, "inbox: The folder of definitions nowhere cannot be read"),
        (
            ["--inbox", "definitions/small.yaml"],
            3,
            "inbox: The folder definitions/small.yaml for the inbox cannot be made",
        ),
    ],
)
def test_from_the_command_line(project, drop, tmp_path, arguments, code, stated):
    write_survey(drop / "survey.csv")
    options = ["--definitions", "definitions", "--settle-seconds", "0", *arguments]
    done = subprocess.run(
        [sys.executable, str(project / "flows" / "inbox.py"), *options],
        cwd=tmp_path,
        env=os.environ | {"PREFECT_HOME": str(tmp_path / "prefect"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert stated in (done.stdout if code == 0 else done.stderr)
    if code == 0:
        (record,) = (tmp_path / "inbox").glob("small/processed/*/outcome.json")
        assert Path(tmp_path, json.loads(record.read_text())["release"]).is_dir()


def test_replicates_on_dask_give_the_same_release(project, drop, tmp_path, run):
    distributed = pytest.importorskip("distributed")
    write_survey(drop / "survey.csv")
    run("sweep()")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, local_directory=str(tmp_path / "dask"), silence_logs=50) as cluster:
        write_survey(drop / "survey.csv")
        change = {"out": "by-dask", "scheduler": cluster.scheduler_address}
        printed, _ = run(f"import dataclasses\nsettings = dataclasses.replace(settings, **{change!r})\nsweep()")
    assert printed == "COMPLETED|Completed|Files: 1 published.|0"

    def read(out):
        folder = tmp_path / out
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert read("by-dask") == read("releases")


def test_a_server_that_is_not_there_is_one_sentence(project, drop, tmp_path):
    for flow, arguments in (("inbox", []), ("confidence_index", ["survey.csv"])):
        done = subprocess.run(
            [sys.executable, str(project / "flows" / f"{flow}.py"), *arguments],
            cwd=tmp_path,
            env=os.environ
            | {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_API_URL": "http://127.0.0.1:9/api", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert "The Prefect server of PREFECT_API_URL cannot be used" in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
