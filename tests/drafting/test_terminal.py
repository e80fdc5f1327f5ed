"""`bpo-index draft` in a terminal, where Enter takes what is proposed, and without one."""

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bpo_index.definition import load_definition
from tests.limits import HANG_SECONDS

CHAMBERS = Path(__file__).parent / "encuesta_camaras_2024.csv"


def run(folder, *arguments, **options):
    command = [sys.executable, "-m", "bpo_index", "draft", str(CHAMBERS), *arguments]
    environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
        env=environment,
        **options,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
def test_enter_takes_the_proposals(tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bpo_index", "draft", str(CHAMBERS)]
    environment = os.environ | {"NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(
        command, cwd=tmp_path, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True, env=environment
    )
    os.close(theirs)
    os.write(ours, b"\n\n")
    printed, _ = process.communicate(timeout=HANG_SECONDS)
    os.close(ours)
    assert process.returncode == 0
    assert "15 chambers" in printed
    assert "Cúcuta" in printed
    definition = load_definition(tmp_path / "encuesta_camaras_2024.yaml")
    assert [question.id for question in definition.questions if question.reverse] == ["q3", "q7", "q11"]


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_a_person_can_stop_at_a_question(key, tmp_path):
    process, ours = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "bpo_index", "draft", str(CHAMBERS)])
    shown = b""
    is_typed = False
    with suppress(OSError):  # a terminal whose process is gone cannot be read
        while part := os.read(ours, 4096):
            shown += part
            if b"Enter takes" in shown and not is_typed:
                is_typed = bool(os.write(ours, key))
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert b"Interrupted." in shown
    assert list(tmp_path.iterdir()) == []


def test_without_a_terminal_nothing_is_asked_and_what_is_not_sure_is_left_to_do(tmp_path):
    done = run(tmp_path, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    assert "fill in what is marked TODO" in done.stdout
    text = (tmp_path / "encuesta_camaras_2024.yaml").read_text(encoding="utf-8")
    assert text.count("TODO") == 3
    again = run(tmp_path, "--yes", stdin=subprocess.DEVNULL)
    assert again.returncode == 0
    assert "TODO" not in (tmp_path / "encuesta_camaras_2024.yaml").read_text(encoding="utf-8")


def test_programs_get_json(tmp_path):
    said = json.loads(run(tmp_path, "--json", "--yes", "--out", "mine.yaml").stdout)
    assert (said["definition"], said["is_complete"]) == ("mine.yaml", True)
    assert [question["key"] for question in said["questions"]] == ["reverse", "title"]


def test_a_file_without_answers_gets_a_sentence(tmp_path):
    (tmp_path / "empty.csv").write_text("a,b\n", encoding="utf-8")
    command = [sys.executable, "-m", "bpo_index", "draft", "empty.csv", "--yes"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert done.returncode == 1
    assert "has headings and no answers below them" in done.stderr
    assert not (tmp_path / "empty.yaml").exists()
