"""What somebody adds in one file of another package: found by its entry point, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extensions import install_extension
from tests.limits import HANG_SECONDS

HERE = Path(__file__).parent / "extending"


def call(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bpo_index", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANG_SECONDS,
    )


def test_a_command_in_one_file_is_in_the_help_and_runs(tmp_path: Path) -> None:
    content = (HERE / "count_units.py").read_text(encoding="utf-8")
    environment = install_extension(tmp_path, {"count_units": content}, {"bpo_index.commands": "count_units"})
    said = call(environment, "--help")
    assert said.returncode == 0, said.stderr
    lines = [line.split() for line in said.stdout.splitlines()]
    assert ["count-units", "Count", "the", "units", "of", "a", "definition."] in lines
    names = [line[0] for line in lines if line]
    assert names.index("methods") < names.index("count-units")

    said = call(environment, "count-units", "offshore-bpo-2021")
    assert (said.returncode, said.stdout) == (0, "Offshore BPO Confidence Index 2021: 12 units\n"), said.stderr
    said = call(environment, "count-units", "offshore-bpo-2021", "--json")
    assert json.loads(said.stdout) == {"index": "offshore-bpo", "units": 12}
    # Its errors are those of every command: one paragraph, and an exit code.
    said = call(environment, "count-units", "nowhere.yaml")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("bpo-index: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("import nowhere_at_all", "The extension extra (extra) of an-extension cannot be loaded: ModuleNotFoundError"),
        ("RECORDS = ['run']", "offers something that is no Command"),
        (
            "from bpo_index.cli.command import Command\nRECORDS = Command('run', 'Another.', print)",
            "Two extensions, or one and bpo-index itself, have a command called run.",
        ),
    ],
)
def test_a_command_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: str, told: str) -> None:
    environment = install_extension(tmp_path, {"extra": content}, {"bpo_index.commands": "extra"})
    said = call(environment, "definitions")
    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr.count("\n") == 1
    assert told in said.stderr
