"""The command line, called in this process or started in one of its own, and what every answer of it has to be."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from bpo_index.cli.main import main
from tests.limits import HANG_SECONDS

#: Cases of `make fuzz`, over all kinds; 0: a handful of each in the ordinary tests.
CASES = int(os.environ.get("BPO_INDEX_FUZZ", "0"))


def fuzz(share: float, ordinary: int) -> settings:
    """Return how many cases of a kind are tried: a share of all, in per cent, or without `make fuzz` some."""
    return settings(
        max_examples=max(round(CASES * share / 100), 1) if CASES else ordinary,
        derandomize=not CASES,
        # A hunt tells what it found and does not spend hours on making it smaller.
        phases=[Phase.explicit, Phase.generate] if CASES else list(Phase),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


#: Started by a program of our own, so that streams can be closed and limits set before Python begins.
_START = """
import json, os, resource, sys
told = json.loads(sys.argv[1])
for name, least in told["limits"].items():
    resource.setrlimit(getattr(resource, name), (least, least))
if told["gone"]:
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")
for stream in told["closed"]:
    os.close(stream)
os.execv(sys.executable, [sys.executable, "-m", "bpo_index", *sys.argv[2:]])
"""


@dataclass(frozen=True)
class Answer:
    """What a command left."""

    code: int
    out: str
    err: str


def call(*arguments: object) -> Answer:
    """Return what a command answers, having checked it: done, or one paragraph on what is wrong and no traceback."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    answer = Answer(code, out.getvalue(), err.getvalue())
    check_answer(answer)
    return answer


def check_answer(answer: Answer) -> None:
    """Fail where an answer is none for a user: no traceback, no raw warning, one paragraph, an agreed exit code."""
    assert answer.code in (0, 1, 2, 3, 4), answer
    assert "Traceback" not in answer.out + answer.err, answer.err
    assert "Warning" not in answer.err, answer.err
    assert "is a fault of bpo-index" not in answer.err, answer.err
    if answer.code == 0:
        assert answer.err == ""
        return
    assert answer.err.startswith("bpo-index: ")
    assert answer.err.endswith("\n")
    lines = answer.err[:-1].split("\n")
    assert all(line.strip() and line.isprintable() for line in lines), answer.err
    # The problems of a definition are a list, each with its place.
    assert len(lines) == 1 or all(line.startswith("  ") for line in lines[1:]), answer.err


def start(
    folder: Path,
    command: Sequence[str],
    *,
    environment: Mapping[str, str | None] | None = None,
    closed: Sequence[int] = (),
    limits: Mapping[str, int] | None = None,
    gone: bool = False,
    **streams: Any,
) -> Answer:
    """Run a command in a process of its own; of a stream that is no pipe of ours nothing is known.

    Parameters
    ----------
    environment
        Variables to set; None: to leave out.
    closed, limits
        Standard streams that are closed before Python begins, and limits of the system.
    gone
        Whether the folder it is started in was removed.
    streams
        `stdin`, `stdout`, `stderr` as `subprocess.run` takes them.
    """
    environment = environment or {}
    shown = json.dumps({"closed": list(closed), "limits": limits or {}, "gone": gone})
    kept = {name: value for name, value in os.environ.items() if name not in environment and name != "PYTHONWARNINGS"}
    done = subprocess.run(
        [sys.executable, "-c", _START, shown, *command],
        cwd=folder,
        env=kept | {name: value for name, value in environment.items() if value is not None},
        stdin=streams.get("stdin", subprocess.DEVNULL),
        stdout=streams.get("stdout", subprocess.PIPE),
        stderr=streams.get("stderr", subprocess.PIPE),
        timeout=HANG_SECONDS,
        check=False,
    )
    encoding = (environment.get("PYTHONIOENCODING") or "utf-8").partition(":")[0]
    out, err = (content.decode(encoding, "replace") if content else "" for content in (done.stdout, done.stderr))
    return Answer(done.returncode, out, err)
