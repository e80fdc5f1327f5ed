"""A sweep killed at any moment: no file lost, no release twice or half, and the next sweep finishes.

The kills of a worker and of a server are in tests/flows/test_serve.py.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bpo_index.inbox.settings import InboxSettings
from bpo_index.inbox.sweep import sweep_inbox
from bpo_index.publication.integrity import read_release
from tests.inbox.dropped import BAD, list_releases, write_survey
from tests.limits import HANG_SECONDS
from tests.surveys import SMALL

KILLS = int(os.environ.get("BPO_INDEX_FAULTS", "0")) or 5

#: Sweeps, and kills itself at the n-th step on the disk; 0 only counts. The rest of the moments are taken by the clock.
SWEEP = """
import os, signal, sys
steps = 0
def count(event, arguments):
    global steps
    if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree") and any(
        part in str(argument) for argument in arguments[:2] for part in ("inbox", "releases", "audit")
    ):
        steps += 1
        if steps == int(sys.argv[1]):
            os.kill(os.getpid(), signal.SIGKILL)
from bpo_index.inbox.settings import InboxSettings
from bpo_index.inbox.sweep import sweep_inbox
from bpo_index.publication import release_files as files
files.start_figures = lambda *_: dict  # takes its time, and no step on the disk
sys.addaudithook(count)
print("ready", flush=True)
sweep_inbox(InboxSettings(definitions="definitions", settle_seconds=0))
print(steps)
"""
FILES = {"first.csv": 1, "twin.csv": 1, "second.csv": 2}

pytestmark = [pytest.mark.component("minutes"), pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")]


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    """Return a function that makes a fresh inbox with two editions' answers, a twin and a bad file, and enters it."""

    def make(number):
        folder = tmp_path / str(number)
        (folder / "definitions").mkdir(parents=True)
        (folder / "definitions" / "small.yaml").write_text(SMALL)
        drop = folder / "inbox" / "small"
        drop.mkdir(parents=True)
        (drop / "bad.csv").write_text(BAD)
        for order, (name, answers) in enumerate(FILES.items()):
            os.utime(write_survey(drop / name, answers), (1000 + order, 1000 + order))
        (folder / "sweep.py").write_text(SWEEP)
        monkeypatch.chdir(folder)
        return drop

    return make


def start(step):
    """Start a sweep that kills itself at a step, and wait until it begins."""
    process = subprocess.Popen([sys.executable, "sweep.py", str(step)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def check_nothing_lost(drop):
    """Every file is in exactly one place, visible releases are whole, and the pointer leads to one of them."""
    kept = [path.name for path in drop.rglob("*.csv") if path.parent == drop or path.parent.name == "file"]
    assert sorted(kept) == sorted([*FILES, "bad.csv"])
    # A sweep killed while it withdraws leaves two public releases, or an address without its page, to the next one.
    releases = [path.name for path in Path("releases/small/one").glob("[0-9a-f]*")]
    assert len(releases) <= 2
    for path in Path("releases/small/one").glob("*/manifest.json"):
        assert read_release(path.parent)["release"] == path.parent.name
    pointer = Path("releases/small/one/latest.json")
    if pointer.exists():
        assert json.loads(pointer.read_text())["release"] in releases
    assert {path.name for path in Path().iterdir()} <= {"audit", "definitions", "inbox", "releases", "sweep.py"}


def check_finished(drop):
    """After the next sweep all is filed: two releases, one refusal, the newer edition pointed to, no rubbish."""
    report = sweep_inbox(InboxSettings(definitions="definitions", settle_seconds=0))
    assert report.problems == ()
    check_nothing_lost(drop)
    outcomes = [json.loads(path.read_text()) for path in drop.glob("*/*/outcome.json")]
    assert sorted(said["name"] for said in outcomes) == sorted([*FILES, "bad.csv"])
    assert [said["name"] for said in outcomes if said["status"] == "refused"] == ["bad.csv"]
    assert list((drop / ".claimed").iterdir()) == []
    assert len(list_releases()) == 2
    newest = next(said["release"] for said in outcomes if said["name"] == "second.csv")
    assert json.loads(Path("releases/small/one/latest.json").read_text())["release"] == Path(newest).name
    assert [path for path in Path().rglob(".*") if path.name not in (".lock", ".claimed", ".notes.json")] == []


def test_killed_at_steps_on_the_disk(inbox):
    inbox("count")
    counting = start(0)
    steps = int(counting.communicate(timeout=HANG_SECONDS)[0])
    assert steps > 50
    for step in sorted(random.Random(7).sample(range(1, steps + 1), KILLS)):
        drop = inbox(step)
        killed = start(step)
        killed.communicate(timeout=HANG_SECONDS)
        assert killed.returncode == -signal.SIGKILL
        check_nothing_lost(drop)
        check_finished(drop)
        shutil.rmtree(drop.parent.parent)


def test_killed_at_moments_of_the_clock_again_and_again(inbox):
    drop = inbox("clock")
    clock = random.Random(11)
    for _ in range(max(2, KILLS - 1)):
        process = start(0)
        time.sleep(clock.uniform(0, 0.6))
        process.kill()
        process.communicate()
        check_nothing_lost(drop)
    check_finished(drop)


def test_sweeps_at_once_file_everything_once(inbox):
    drop = inbox("at once")
    processes = [start(0) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=HANG_SECONDS)
        assert process.returncode == 0
    check_finished(drop)
    assert len(list(drop.glob("*/*/outcome.json"))) == 4
