"""The Makefile's installation: one clear sentence when Python will not do, and never an install too many or too few.

No network: a stand-in for Python makes a stand-in ``.venv`` and writes down every install it is asked for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.limits import HANG_SECONDS

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

INPUTS = ("Makefile", "requirements.lock", "requirements-dev.lock", "pyproject.toml")
TOOLS = ("awk", "cat", "chmod", "find", "make", "mkdir", "rm", "sed", "sh")
LONG_AGO = 1_600_000_000
STAMPED_AT = LONG_AGO + 1_000
TOUCHED_AT = LONG_AGO + 2_000

# Each stand-in is run by the Python of these tests, and changes only what its name says.
TOO_OLD = """
sys.version_info = (3, 9, 18, "final", 0)
exec(sys.argv[2])
"""
NO_VENV = """
sys.modules["ensurepip"] = None
exec(sys.argv[2])
"""
GOOD = """
import os, pathlib
def write_script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)
def log(line):
    with open("log.txt", "a") as file:
        file.write(line + "\\n")
words = sys.argv[1:]
if words[0] == "-c":
    exec(words[1])
elif words[:2] == ["-m", "venv"]:
    log("venv")
    write_script(pathlib.Path(".venv/bin/python"), pathlib.Path(__file__).read_text())
elif words[:3] == ["-m", "pip", "install"]:
    last = words[-1]
    if last == os.environ.get("FAIL_AT"):
        sys.exit("the network went away")
    assert "--no-deps" in words
    assert ("--require-hashes" in words) == ("-r" in words)
    log("install " + last)
    if last == ".":
        write_script(pathlib.Path(".venv/bin/bpo-index"), "#!/bin/sh\\necho RANKING $*\\n")
else:
    print("RAN", *words)
"""


def write_python(path: Path, behaviour: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys\n{behaviour}", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path, project: Path) -> Path:
    """Return a copy of what the Makefile looks at, in a folder with a space in its name, all of it old."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in INPUTS:
        shutil.copy(project / name, folder / name)
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """Return a folder to use as PATH: the tools of the recipes, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        if found is not None:
            (folder / tool).symlink_to(found)
    return folder


def call_make(
    folder: Path, *arguments: str, python: Path | str | None = None, path: Path | None = None, fail_at: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run make as from a fresh shell, even when these tests were themselves started by make."""
    ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKEFILES", "PYTHON", "FAIL_AT")
    environment = {key: value for key, value in os.environ.items() if key not in ours}
    environment |= {"FAIL_AT": fail_at, "LC_ALL": "C"}
    if python is not None:
        environment["PYTHON"] = str(python)
    if path is not None:
        environment["PATH"] = str(path)
    make = shutil.which("make")
    assert make is not None
    return subprocess.run(
        [make, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )


def read_installs(folder: Path) -> list[str]:
    log = folder / "log.txt"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def make_stamps_old(folder: Path) -> None:
    """Set the stamps to a time after the inputs and long before now, so that a touch is always newer."""
    for stamp in (folder / ".venv").glob(".installed*"):
        os.utime(stamp, (STAMPED_AT, STAMPED_AT))


def check_one_sentence(finished: subprocess.CompletedProcess[str], *expected: str) -> None:
    assert finished.returncode != 0
    assert finished.stdout == ""
    assert len(finished.stderr.splitlines()) == 1, finished.stderr
    for words in (*expected, "make run PYTHON=python3.12"):
        assert words in finished.stderr


@pytest.mark.parametrize("goal", ["run", "test", "lint", "bench"])
@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (TOO_OLD, ("is Python 3.9", "needs Python 3.11 or newer", "install one")),
        (NO_VENV, ("lacks the venv or ensurepip module", "python3-venv")),
        (None, ("is not a Python that runs", "needs Python 3.11 or newer", "install one")),
    ],
    ids=["too_old", "no_venv", "missing"],
)
def test_unusable_python_gives_one_sentence(
    checkout: Path, tmp_path: Path, behaviour: str | None, expected: Sequence[str], goal: str
) -> None:
    python = tmp_path / "other" / "python"
    if behaviour is not None:
        write_python(python, behaviour)
    finished = call_make(checkout, goal, python=python)
    check_one_sentence(finished, str(python), *expected)
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_gives_one_sentence(checkout: Path, bare_path: Path) -> None:
    check_one_sentence(call_make(checkout, "run", path=bare_path), "No Python was found")


def test_an_old_python3_gives_way_to_a_newer_one(checkout: Path, bare_path: Path) -> None:
    write_python(bare_path / "python3", TOO_OLD)
    write_python(bare_path / "python3.12", NO_VENV)
    check_one_sentence(call_make(checkout, "run", path=bare_path), "lacks the venv or ensurepip module")
    write_python(bare_path / "python3.11", GOOD)
    finished = call_make(checkout, "run", path=bare_path)
    assert finished.returncode == 0, finished.stderr
    assert "RANKING" in finished.stdout


def test_an_unset_python_is_not_replaced_when_one_was_named(checkout: Path, bare_path: Path) -> None:
    write_python(bare_path / "python3", GOOD)
    old = write_python(bare_path / "old", TOO_OLD)
    check_one_sentence(call_make(checkout, "run", path=bare_path, python=old), "is Python 3.9")


def test_run_installs_the_lock_then_the_project_then_ranks(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "with space" / "python", GOOD)
    finished = call_make(checkout, "run", python=python)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    installing, ranking = finished.stdout.splitlines()
    assert installing.startswith("Installing")
    assert ranking == "RANKING run sample_data/offshore-bpo-2021.csv"
    assert read_installs(checkout) == ["venv", "install requirements.lock", "install ."]


def test_second_run_installs_nothing(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    call_make(checkout, "run", python=python)
    installed = read_installs(checkout)
    planned = call_make(checkout, "-n", "run", python=python)
    again = call_make(checkout, "run", python=tmp_path / "gone")
    assert planned.stdout.splitlines() == [".venv/bin/bpo-index run sample_data/offshore-bpo-2021.csv"]
    assert again.stdout.splitlines() == ["RANKING run sample_data/offshore-bpo-2021.csv"]
    assert read_installs(checkout) == installed


def test_tests_and_run_share_one_install(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    finished = call_make(checkout, "test", python=python)
    assert finished.returncode == 0, finished.stderr
    assert "RAN -m pytest -q" in finished.stdout
    expected = ["venv", "install requirements.lock", "install .", "install requirements-dev.lock"]
    assert read_installs(checkout) == expected
    for goal in ("run", "test", "lint"):
        assert call_make(checkout, goal, python=python).returncode == 0
    assert read_installs(checkout) == expected


@pytest.mark.parametrize(
    ("touched", "again"),
    [
        ("requirements.lock", ["install requirements.lock", "install .", "install requirements-dev.lock"]),
        ("pyproject.toml", ["install requirements.lock", "install .", "install requirements-dev.lock"]),
        ("requirements-dev.lock", ["install requirements-dev.lock"]),
        ("src/bpo_index/new_module.py", []),
    ],
)
def test_a_touched_lock_installs_again_and_a_module_does_not(
    checkout: Path, tmp_path: Path, touched: str, again: list[str]
) -> None:
    python = write_python(tmp_path / "python", GOOD)
    call_make(checkout, "test", python=python)
    make_stamps_old(checkout)
    before = read_installs(checkout)
    call_make(checkout, "test", python=python)
    assert read_installs(checkout) == before
    file = checkout / touched
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (TOUCHED_AT, TOUCHED_AT))
    assert call_make(checkout, "test", python=python).returncode == 0
    assert read_installs(checkout)[len(before) :] == again


@pytest.mark.parametrize("fail_at", ["requirements.lock", "."])
def test_a_half_finished_install_leaves_no_stamp(checkout: Path, tmp_path: Path, fail_at: str) -> None:
    python = write_python(tmp_path / "python", GOOD)
    failed = call_make(checkout, "run", python=python, fail_at=fail_at)
    assert failed.returncode != 0
    assert "RANKING" not in failed.stdout
    assert not list((checkout / ".venv").glob(".installed*"))
    repaired = call_make(checkout, "run", python=python)
    assert repaired.returncode == 0, repaired.stderr
    assert read_installs(checkout)[-2:] == ["install requirements.lock", "install ."]


def test_a_failed_install_after_a_good_one_leaves_no_stamp(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    call_make(checkout, "test", python=python)
    make_stamps_old(checkout)
    os.utime(checkout / "requirements.lock", (TOUCHED_AT, TOUCHED_AT))
    assert call_make(checkout, "run", python=python, fail_at=".").returncode != 0
    assert not list((checkout / ".venv").glob(".installed*"))


def test_half_finished_test_tools_leave_the_program_installed(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    assert call_make(checkout, "test", python=python, fail_at="requirements-dev.lock").returncode != 0
    assert [stamp.name for stamp in (checkout / ".venv").glob(".installed*")] == [".installed"]


def test_a_moved_checkout_is_installed_again(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    call_make(checkout, "run", python=python)
    moved = checkout.rename(tmp_path / "moved")
    before = read_installs(moved)
    assert call_make(moved, "run", python=python).returncode == 0
    assert read_installs(moved)[len(before) :] == ["install requirements.lock", "install ."]


def test_a_venv_whose_python_is_gone_is_made_again(checkout: Path, tmp_path: Path) -> None:
    python = write_python(tmp_path / "python", GOOD)
    call_make(checkout, "run", python=python)
    (checkout / ".venv").rename(checkout / "old")
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / "old/.installed").rename(checkout / ".venv/.installed")
    (checkout / ".venv/bin/python").symlink_to(tmp_path / "gone")
    before = read_installs(checkout)
    assert call_make(checkout, "run", python=python).returncode == 0
    assert read_installs(checkout)[len(before) :] == ["venv", "install requirements.lock", "install ."]


def test_help_lists_every_target(checkout: Path) -> None:
    expected = {
        *("run", "serve", "app", "test", "test-components", "lint", "bench", "golden", "sample-data"),
        *("messages", "schemas", "fuzz", "faults", "clean", "help"),
    }
    finished = call_make(checkout, "help")
    assert finished.returncode == 0
    assert {line.split()[1] for line in finished.stdout.splitlines()} == expected


def test_clean_keeps_what_was_published(checkout: Path, tmp_path: Path) -> None:
    call_make(checkout, "run", python=write_python(tmp_path / "python", GOOD))
    for folder in ("releases", "audit", "build", "src"):
        (checkout / folder).mkdir()
    assert call_make(checkout, "clean").returncode == 0
    left = {path.name for path in checkout.iterdir() if path.is_dir()}
    assert left == {"releases", "audit", "src"}


def test_every_pin_of_the_lock_is_in_the_lock_of_the_tests(project: Path) -> None:
    def read_pins(name: str) -> set[str]:
        text = (project / name).read_text(encoding="utf-8")
        return set(re.findall(r"^[A-Za-z0-9._-]+==[^\\\s;]+", text, flags=re.MULTILINE))

    pins = read_pins("requirements.lock")
    assert pins
    assert pins - read_pins("requirements-dev.lock") == set()
