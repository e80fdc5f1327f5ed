"""A run killed at any moment leaves the previous release whole, and the next run succeeds."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

from bpo_index.publication.integrity import read_release
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

KILLS = int(os.environ.get("BPO_INDEX_FAULTS", "0")) or 5

#: Runs the command line and kills itself with SIGKILL at the n-th system step of publishing: the moments between
#: stages are covered by the clock below, these by counting.
KILL_AT_STEP = """
import os, signal, sys
from pathlib import Path
steps = 0
def count(event, arguments):
    global steps
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "shutil.rmtree") and any(
        "releases" in str(argument) for argument in arguments[:2]
    ):
        steps += 1
        if steps == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
from bpo_index.publication import release_files as files
from bpo_index.cli.main import main
files.start_figures = lambda *_: dict  # takes its time, and no step on the disk
sys.addaudithook(count)
code = main(sys.argv[2:])
print("steps", steps)
sys.exit(code)
"""

pytestmark = [pytest.mark.component("minutes"), pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")]


@pytest.fixture(scope="module")
def first(project, tmp_path_factory):
    """Return a folder of releases with one release."""
    folder, sample = tmp_path_factory.mktemp("first"), project / "sample_data" / "offshore-bpo-2021.csv"
    command = [sys.executable, "-m", "bpo_index", "run", str(sample), "--definition", quick_definition()]
    subprocess.run(command, check=True, capture_output=True, cwd=folder)
    return folder / "releases"


@pytest.fixture
def published(project, first, tmp_path):
    """Copy a first release; return its edition's folder, and the command of a second one."""
    shutil.copytree(first, tmp_path / "releases")
    base = [
        "run",
        "--definition",
        quick_definition(),
        "--out",
        str(tmp_path / "releases"),
        "--audit-dir",
        str(tmp_path / "audit"),
    ]
    sample = project / "sample_data" / "offshore-bpo-2021.csv"
    other = tmp_path / "other.csv"
    pl.read_csv(sample, infer_schema=False).head(95).write_csv(other)
    return tmp_path / "releases" / "offshore-bpo" / "2021", [*base, str(other)]


def check_whole(edition, allowed):
    """Every visible release is whole, and the pointer leads to one of them."""
    visible = [path for path in edition.iterdir() if path.is_dir() and not path.name.startswith(".")]
    assert len(visible) <= allowed
    public = [path for path in visible if (path / "manifest.json").exists()]
    for path in public:
        assert read_release(path)["release"] == path.name
    # A withdrawal that was cut short may have left an address without its page.
    assert len(public) >= 1
    pointed = json.loads((edition / "latest.json").read_text())["release"]
    assert pointed in {path.name for path in public}


def finish(edition, command):
    """Run to the end; then two releases are there, the pointers lead to the new one, and no rubbish is left."""
    done = subprocess.run([sys.executable, "-m", "bpo_index", *command, "--json"], check=True, capture_output=True)
    release = json.loads(done.stdout)["release"]
    check_whole(edition, 2)
    assert [path.parent.name for path in edition.glob("*/manifest.json")] == [release]
    assert len(list(edition.glob("*/withdrawn.json"))) == 1
    for pointer in (edition / "latest.json", edition.parent / "latest.json"):
        assert json.loads(pointer.read_text())["release"] == release
    assert sorted(path.name for path in edition.iterdir() if path.name.startswith(".")) == []


def test_killed_at_every_step_of_publishing(published, tmp_path):
    edition, command = published
    script = tmp_path / "kill.py"
    script.write_text(KILL_AT_STEP)
    counted = subprocess.run(
        [sys.executable, str(script), "0", *command, "--out", str(tmp_path / "count" / "releases")],
        check=True,
        capture_output=True,
        text=True,
    )
    steps = int(counted.stdout.split("steps")[-1])
    assert steps > 10
    moments = range(1, steps + 1) if steps <= KILLS else sorted(random.Random(7).sample(range(1, steps + 1), KILLS))
    for step in moments:
        killed = subprocess.run([sys.executable, str(script), str(step), *command], check=False, capture_output=True)
        assert killed.returncode in (-signal.SIGKILL, 0)
        check_whole(edition, 2)
    finish(edition, command)


def test_killed_at_random_moments(published):
    edition, command = published
    clock = random.Random(11)
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "bpo_index", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(clock.uniform(0.1, 5.5))
        process.kill()
        process.wait()
        check_whole(edition, 2)
    finish(edition, command)


def test_two_runs_at_once_give_one_whole_release(published):
    edition, command = published
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "bpo_index", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    codes = [(process.communicate()[1], process.returncode) for process in processes]
    assert [code for _, code in codes] == [0, 0, 0], codes
    finish(edition, command)


def test_an_interrupt_is_exit_130_and_one_sentence(published):
    edition, command = published
    slow = [*command, "--replicates", "3000000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "bpo_index", *slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not any((edition.parents[2] / "audit").glob("*/audit.json")):  # then it is at work
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 130
    assert err.count("\n") == 1
    assert "Interrupted" in err
    check_whole(edition, 1)
