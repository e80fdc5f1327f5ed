"""The README's commands run, and its table is what the program prints."""

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden_tables import find_changed
from tests.limits import HANG_SECONDS

PROJECT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"```console\n(.*?)```", (PROJECT / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL)
LINES = [line[2:] for block in BLOCKS for line in block.splitlines() if line.startswith("$ ")]
ELSEWHERE = "bpo-index plan offshore-bpo-2021"  # takes half a minute; in tests/cli/test_commands.py


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


#: What the commands that publish or try out give, among the tables of `tests/golden/`.
GOLDEN = {
    "bpo-index run sample_data/offshore-bpo-2021.csv": "plain-2021",
    "bpo-index run sample_data/offshore-bpo-2022.csv --definition offshore-bpo-2022": "plain-2022",
    "bpo-index run sample_data/offshore-bpo-2021.csv --method sample_data/method-geometric.yaml": "geometric-2021",
}


@pytest.mark.parametrize("line", [line for line in LINES if line != ELSEWHERE])
def test_every_command_of_the_readme_succeeds_and_prints_what_is_shown(folder, line):
    # A million replicates are measured in benches/.
    done = run_in(folder, line.replace("--replicates 1000000", "--replicates 20000"))
    assert done.returncode == 0, done.stderr
    for block in BLOCKS:
        command, _, shown = block.partition("\n")
        if command == f"$ {line}" and shown.strip() and not shown.startswith("$ "):
            assert list_lines(shown) == list_lines(done.stdout)
    if line in GOLDEN and (sys.platform, platform.machine()) == ("linux", "x86_64"):
        (manifest,) = folder.rglob("manifest.json")
        assert find_changed(manifest.parent, GOLDEN[line]) == []


def test_the_commands_of_the_golden_copy_are_in_the_readme():
    assert GOLDEN.keys() <= set(LINES)
    assert [block for block in BLOCKS if "Rank" in block]


def test_the_lines_of_the_notebook_give_a_ranking(folder):
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    asked = f"{lines}\nprint(*result.to_polars()['name'][:2], draft.definition.scale.maximum)"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=folder, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )
    assert (done.returncode, done.stdout.split()) == (0, ["Philippines", "Portugal", "7.0"]), done.stderr


def list_lines(text):
    return [line.rstrip() for line in text.strip().splitlines()]


def test_links_lead_somewhere(project):
    text = (project / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert links
    assert all((project / link).exists() for link in links)
