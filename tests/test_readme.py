"""The README's commands run, and its table is what the program prints."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limits import HANG_SECONDS

PROJECT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"```console\n(.*?)```", (PROJECT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
LINES = [line[2:] for block in BLOCKS for line in block.splitlines() if line.startswith("$ ")]
ELSEWHERE = "bpo-index plan offshore-bpo-2021"  # takes half a minute; in tests/test_cli.py


def run_in(folder, line):
    program, *arguments = shlex.split(line)
    assert program == "bpo-index"
    command = [str(Path(sys.executable).parent / program), *arguments]
    environment = os.environ | {"NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )


@pytest.fixture
def folder(project, tmp_path):
    shutil.copytree(project / "sample_data", tmp_path / "sample_data")
    return tmp_path


@pytest.mark.parametrize("line", [line for line in LINES if line != ELSEWHERE])
def test_every_command_of_the_readme_succeeds(folder, line):
    # A million replicates are measured in benches/.
    done = run_in(folder, line.replace("--replicates 1000000", "--replicates 100000"))
    assert done.returncode == 0, done.stderr


def test_the_output_shown_is_what_the_program_prints(folder):
    (block,) = [block for block in BLOCKS if "Rank" in block]
    line, _, shown = block.partition("\n")
    printed = run_in(folder, line[2:]).stdout

    def comparable(text):
        lines = [line.rstrip() for line in text.strip().splitlines()]
        return [re.sub(r"[0-9a-f]{16}", "<id>", line) for line in lines]

    assert comparable(shown) == comparable(printed)


def test_links_lead_somewhere(project):
    text = (project / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    assert all((project / link).exists() for link in links)
