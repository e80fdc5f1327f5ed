"""The command line called in this process, and what every answer of it has to be."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass

from hypothesis import HealthCheck, settings

from bpo_index.cli import main

#: Cases of `make fuzz`, over all kinds; 0: a handful of each in the ordinary tests.
CASES = int(os.environ.get("BPO_INDEX_FUZZ", "0"))


def fuzz(share: float, ordinary: int) -> settings:
    """Return how many cases of a kind are tried: a share of all, in per cent, or without `make fuzz` some."""
    return settings(
        max_examples=max(round(CASES * share / 100), 1) if CASES else ordinary,
        derandomize=not CASES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )


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
