"""Files where no sweep reads them, and what else goes wrong in an inbox: reported once, until it changes or goes."""

import os
import re
import shutil
from pathlib import Path

import pytest

from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.inbox import notices as inbox_reported
from bpo_index.inbox.settings import InboxSettings
from bpo_index.inbox.sweep import sweep_inbox
from tests.surveys import SMALL

#: Sweeps that must not tell again; `make faults` asks for more.
TRIES = int(os.environ.get("BPO_INDEX_FAULTS", "1"))


@pytest.fixture
def sweep(tmp_path, monkeypatch):
    """Return a function that sweeps and returns its report, what it reported as new, and what as known."""
    monkeypatch.chdir(tmp_path)
    Path("definitions").mkdir()
    Path("definitions/small.yaml").write_text(SMALL)
    settings = InboxSettings(definitions="definitions", settle_seconds=0)

    def run(handle=None):
        shown = []
        report = sweep_inbox(settings, handle, tell=lambda sentence, is_new: shown.append((is_new, sentence)))
        return report, [sentence for is_new, sentence in shown if is_new], [one for is_new, one in shown if not is_new]

    assert run()[1:] == ([], [])
    return run


def write(path):
    path.parent.mkdir(exist_ok=True)
    path.write_text("answers")


MISPLACED = {
    "smal/answers.csv": write,
    "answers.csv": write,
    "small/link.csv": lambda path: path.symlink_to("/etc/passwd"),
    "small/folder": lambda path: path.mkdir(),
    "small/pipe.csv": os.mkfifo,
    "link": lambda path: path.symlink_to(path.parent / "small"),
    "offshore/deep": lambda path: path.mkdir(parents=True),
    "offshore/pipe.csv": lambda path: (path.parent.mkdir(), os.mkfifo(path)),
    "../definitions/mine.yml": write,
    "../definitions/my index.yaml": write,
}


@pytest.mark.parametrize("name", MISPLACED)
def test_what_is_misplaced_is_published_once_until_it_changes_or_goes(sweep, name):
    path = Path("inbox") / name
    MISPLACED[name](path)
    report, new, known = sweep()
    assert report.misplaced == (name.removeprefix("../"),)
    (sentence,) = new
    assert path.name in sentence
    assert sentence in report.passed
    assert known == []
    for _ in range(TRIES):
        again, new, known = sweep()
        assert (again.misplaced, new, known) == (report.misplaced, [], [sentence])
    os.utime(path, (1, 1), follow_symlinks=False)
    assert sweep()[1:] == ([sentence], [])
    path.rename("elsewhere")
    assert sweep()[1:] == ([], [])
    Path("elsewhere").rename(path)
    assert sweep()[1:] == ([sentence], [])


def test_the_folder_that_was_meant_is_named(sweep):
    write(Path("inbox/ofshore-bpo-2021/answers.csv"))
    _, (sentence,), _ = sweep()
    assert sentence.startswith("ofshore-bpo-2021/answers.csv is not read: files go into the folders offshore-bpo-2021,")
    assert sentence.endswith("Perhaps offshore-bpo-2021 was meant.")


def test_what_is_still_written_and_the_folder_of_a_retired_definition_are_nobodys_trouble(sweep):
    for name in (".hidden", "~$answers.xlsx", "answers.csv.part"):
        write(Path("inbox") / name)
        write(Path("inbox/small") / name)
        write(Path("inbox/old") / name)
    for own in ("processed/00000001/file", "refused", ".claimed"):
        Path("inbox/old", own).mkdir(parents=True)
    report, new, known = sweep()
    assert (report.misplaced, new, known) == ((), [], [])
    assert [re.match("old is not read", sentence) is not None for sentence in report.passed] == [True]


def test_a_folder_that_cannot_be_looked_into_stops_nothing_and_is_published(sweep, monkeypatch):
    Path("inbox/closed").mkdir()
    listed = Path.iterdir

    def refuse(path):
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    report, new, _ = sweep()
    assert report.misplaced == ("closed",)
    assert "cannot be looked into (Permission denied)" in new[0]


def test_a_file_that_fails_is_published_once_and_again_when_it_fails_otherwise(sweep):
    write(Path("inbox/small/answers.csv"))
    reasons = iter(["the disk is full", "the disk is full", "the network is gone"])

    def fail(_claim):
        raise EnvironmentFailed(next(reasons))

    assert sweep(fail)[1:] == (["answers.csv: the disk is full"], [])
    assert sweep(fail)[1:] == ([], ["answers.csv: the disk is full"])
    assert sweep(fail)[1:] == (["answers.csv: the network is gone"], [])


def test_a_broken_definition_is_published_once_and_again_when_it_is_broken_otherwise(sweep):
    definition = Path("definitions/small.yaml")
    definition.write_text("index: small\n")
    report, new, _ = sweep()
    assert (new, len(new)) == (list(report.problems), 1)
    assert sweep()[1:] == ([], new)
    definition.write_text("index: [\n")
    assert sweep()[1] not in ([], new)
    definition.write_text(SMALL)
    assert sweep()[1:] == ([], [])


def test_a_missing_folder_of_definitions_is_published_once(sweep):
    shutil.move("definitions", "elsewhere")
    settings = InboxSettings(definitions="definitions", settle_seconds=0)
    shown = []
    for _ in range(2):
        with pytest.raises(UsageError, match="cannot be read"):
            sweep_inbox(settings, tell=lambda sentence, is_new: shown.append((is_new, sentence)))
    assert [is_new for is_new, _ in shown] == [True, False]
    shutil.move("elsewhere", "definitions")
    assert sweep()[1:] == ([], [])


def test_thousands_of_misplaced_files_are_bounded(sweep):
    for number in range(1000):
        write(Path("inbox/smal") / f"{number:04}.csv")
    report, new, known = sweep()
    assert len(report.passed) == 101
    assert report.passed[-1] == "900 more are not read."
    assert len(new) == inbox_reported.MOST_REPORTED + 1
    assert new[-1].startswith("Of 90 more things in the inbox")
    assert known == []
    assert sweep()[1] == []


@pytest.mark.parametrize("content", [b"", b"{", b"7", b"[[1]]", b"[" * 50_000, b"\xff"])
def test_a_damaged_memory_stops_nothing_and_things_are_published_again(sweep, content):
    write(Path("inbox/answers.csv"))
    _, first, _ = sweep()
    Path("inbox/.reported.json").write_bytes(content)
    assert sweep()[1:] == (first, [])
    assert sweep()[1:] == ([], first)


def test_the_memory_holds_no_name(sweep):
    write(Path("inbox/answers of Ms Smith.csv"))
    sweep()
    assert "Smith" not in Path("inbox/.reported.json").read_text()
