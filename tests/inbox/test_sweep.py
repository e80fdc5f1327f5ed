"""Files dropped in the inbox: each is published or refused exactly once, and none is lost, whatever happens."""

import json
import os
import shutil
import stat
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bpo_index.errors import DataRefused, EnvironmentFailed, UsageError
from bpo_index.inbox import finishing
from bpo_index.inbox import sweep as inbox
from bpo_index.inbox.claims import list_claims, read_tries
from bpo_index.inbox.finishing import finish_claim
from bpo_index.inbox.settings import InboxSettings
from bpo_index.inbox.sweep import sweep_inbox
from bpo_index.publication.integrity import read_release
from tests.inbox.dropped import BAD, list_files, list_releases, write_survey
from tests.surveys import SMALL

pytestmark = pytest.mark.usefixtures("without_figures")

MANY = 500 if os.environ.get("BPO_INDEX_FAULTS") else 10


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Return the settings of an inbox with the definition `small`, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "small.yaml").write_text(SMALL)
    chosen = InboxSettings(definitions="definitions", settle_seconds=0)
    assert sweep_inbox(chosen) == inbox.Report()
    return chosen


@pytest.fixture
def drop(settings):
    """Return the folder for new surveys of `small`."""
    return Path("inbox/small")


def read_pointer(edition="small/one"):
    return json.loads((Path("releases") / edition / "latest.json").read_text())["release"]


def test_a_good_file_is_published_and_a_bad_one_refused_with_the_audit_beside(settings, drop):
    write_survey(drop / "good.csv")
    (drop / "bad.csv").write_text(BAD)
    report = sweep_inbox(settings)
    assert report.summarise() == "Files: 1 published, 1 refused."
    by_name = {filed.name: filed for filed in report.filed}
    good, bad = by_name["good.csv"], by_name["bad.csv"]
    assert Path(good.release).name == read_pointer() == read_release(Path(good.release))["release"]
    assert good.is_latest
    assert "The header row of bad.csv (line 1) lacks 4 columns" in bad.reason
    assert bad.release is None
    for filed, place in ((good, "processed"), (bad, "refused")):
        folder = Path(filed.folder)
        assert folder.parent == drop / place
        names = list_files(folder)
        assert f"file/{filed.name}" in names
        assert any(name.startswith("audit/") and name.endswith("/audit.json") for name in names)
        said = json.loads((folder / "outcome.json").read_text())
        assert (said["name"], said["status"], said["reason"]) == (filed.name, filed.status, filed.reason)
    # The sentence leads to where the audit lies in the end.
    assert Path(bad.reason.rsplit(" ", 1)[1].rstrip(".")).is_dir()
    assert sweep_inbox(settings) == inbox.Report()


def test_the_release_is_that_of_the_command_line(settings, drop):
    from bpo_index.cli.main import main

    source = write_survey(Path("survey.csv"))
    shutil.copy(source, drop / "dropped.csv")
    sweep_inbox(settings)
    assert (
        main(
            [
                "run",
                "survey.csv",
                "--definition",
                "definitions/small.yaml",
                "--out",
                "by-command",
            ]
        )
        == 0
    )
    (published,) = Path("releases").glob("*/*/[0-9a-f]*")
    (commanded,) = Path("by-command").glob("*/*/[0-9a-f]*")
    assert {name: (published / name).read_bytes() for name in list_files(published)} == {
        name: (commanded / name).read_bytes() for name in list_files(commanded)
    }


def test_the_same_content_again_gives_one_release_and_moves_no_pointer(settings, drop):
    write_survey(drop / "first.csv", 1)
    write_survey(drop / "twin.csv", 1)
    assert sweep_inbox(settings).summarise() == "Files: 1 published, 1 unchanged."
    write_survey(drop / "second.csv", 2)
    (second,) = sweep_inbox(settings).filed
    write_survey(drop / "first again.csv", 1)
    (again,) = sweep_inbox(settings).filed
    assert (again.status, again.is_latest) == ("unchanged", False)
    assert "stays at a newer release" in again.reason
    assert read_pointer() == Path(second.release).name
    assert len(list_releases()) == 2


def test_the_same_content_dropped_while_it_is_processed_gives_one_release(settings, drop):
    write_survey(drop / "survey.csv")

    def drop_again(claim):
        if claim.folder.name == "00000001":
            write_survey(drop / "survey.csv")
        return finish_claim(claim, settings)

    assert sweep_inbox(settings, drop_again).summarise() == "Files: 1 published."
    assert sweep_inbox(settings).summarise() == "Files: 1 unchanged."
    assert len(list_releases()) == 1


def test_the_newest_file_of_an_edition_supersedes_and_the_older_release_is_withdrawn(settings, drop):
    for number, name in ((1, "z.csv"), (2, "a.csv")):
        os.utime(write_survey(drop / name, number), (1000 + number, 1000 + number))
    older, newer = sweep_inbox(settings).filed
    assert (older.name, newer.name) == ("z.csv", "a.csv")
    assert read_pointer() == Path(newer.release).name
    assert Path(older.release).name in list_releases()


def test_files_that_others_still_write_are_left_alone(settings, drop):
    for name in (".hidden.csv", "upload.csv.part", "~$open.xlsx", "growing.csv"):
        write_survey(drop / name)

    def grow(seconds):
        with (drop / "growing.csv").open("a") as file:
            file.write("late,AAA,1,2,3\n")

    report = sweep_inbox(settings, wait=grow)
    assert [(filed.name, filed.status) for filed in report.filed] == [("growing.csv", "changing")]
    assert (drop / "growing.csv").exists()
    assert sweep_inbox(settings).summarise() == "Files: 1 published."
    assert sorted(path.name for path in drop.iterdir() if path.is_file()) == [
        ".hidden.csv",
        "upload.csv.part",
        "~$open.xlsx",
    ]


def test_a_file_replaced_while_it_settles_waits(settings, drop):
    target = write_survey(drop / "survey.csv", 1)
    os.utime(target, (1000, 1000))

    def replace(seconds):
        write_survey(drop / ".new", 1)
        os.utime(drop / ".new", (1000, 1000))
        (drop / ".new").rename(target)

    (filed,) = sweep_inbox(settings, wait=replace).filed
    assert filed.status == "changing"


def test_a_file_taken_back_while_it_settles_is_not_missed(settings, drop):
    write_survey(drop / "survey.csv")
    assert sweep_inbox(settings, wait=lambda seconds: (drop / "survey.csv").unlink()) == inbox.Report()


@pytest.mark.parametrize("bad", [False, True])
def test_a_file_written_to_after_its_claim_is_neither_published_nor_refused_but_done_again(settings, drop, bad):
    if bad:
        (drop / "survey.csv").write_text(BAD)
    else:
        write_survey(drop / "survey.csv", 1)
    shown = []

    def write_late(claim):
        def write(*_reported):
            write_survey(claim.file, 2)

        reading = finishing.run

        def run(stated, _progress, **keywords):
            try:
                return reading(stated, write, **keywords)
            except DataRefused:
                write()
                raise

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(finishing, "run", run)
            return finish_claim(claim, settings, show=lambda filed, outcome: shown.append(filed))

    (filed,) = sweep_inbox(settings, write_late).filed
    assert (filed.status, filed.reason) == ("changing", "It was changed while it was read.")
    assert shown == []
    assert list_releases() == []
    (filed,) = sweep_inbox(settings).filed
    assert filed.status == "published"
    assert list_releases() == [read_pointer()] == [Path(filed.release).name]


def test_settle_seconds_are_waited_once_and_only_for_new_files(settings, drop):
    waited = []
    sweep_inbox(settings, wait=waited.append)
    assert waited == []
    for number in range(3):
        write_survey(drop / f"{number}.csv", number)
    sweep_inbox(InboxSettings(definitions="definitions", settle_seconds=7.5), wait=waited.append)
    assert waited == [7.5]


HOSTILE = [
    "with space.csv",
    "new\nline.csv",
    "a..",
    "-rf",
    "$(touch owned).csv",
    "{claim.folder}.csv",
    "%s%n.csv",
    "=1+1.csv",
    "<script>.csv",
    "\u202efdc.csv",
    "CON",
    "ü" * 125 + ".csv",
    "x" * 255,
]


def test_names_of_any_kind_stay_names(settings, drop, tmp_path):
    before = set(list_files(tmp_path))
    for number, name in enumerate(HOSTILE):
        write_survey(drop / name, number)
    undecodable = os.fsencode(drop) + b"/\xff\xfe.csv"
    with open(undecodable, "w") as file:  # noqa: PTH123
        file.write(BAD)
    report = sweep_inbox(settings)
    assert report.count("published") == len(HOSTILE)
    assert report.count("refused") == 1
    assert report.problems == ()
    assert all(filed.name.isprintable() and "\n" not in filed.name for filed in report.filed)
    kept = [path.name for path in drop.glob("processed/*/file/*")]
    assert sorted(kept) == sorted(HOSTILE)
    written = set(list_files(tmp_path)) - before
    assert {name.split("/")[0] for name in written} == {"audit", "inbox", "releases"}
    private = ("audit/key", "audit/published/small/", "audit/withdrawn/small/")
    assert all(name.startswith((*private, "inbox/small/", "inbox/.notes.json", "releases/")) for name in written)


def test_links_folders_and_pipes_are_reported_and_not_followed(settings, drop, tmp_path):
    outside = write_survey(tmp_path / "outside.csv")
    (drop / "link.csv").symlink_to(outside)
    (drop / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (drop / "folder").mkdir()
    write_survey(drop / "folder" / "inside.csv")
    os.mkfifo(drop / "pipe.csv")
    write_survey(Path("inbox") / "stray.csv")
    Path("inbox/unknown").mkdir()
    content = outside.read_bytes()
    report = sweep_inbox(settings)
    assert report.filed == ()
    stated = " ".join(report.passed)
    for part in (
        "link.csv is not read: it is a link",
        "dangling.csv",
        "folder is not read: it is a folder",
        "pipe.csv",
    ):
        assert part in stated
    assert "stray.csv is not read: files go into the folders offshore-bpo-2021, offshore-bpo-2022, small" in stated
    assert "unknown is not read" in stated
    assert report.summarise() == "Files: 6 passed over."
    assert outside.read_bytes() == content
    assert list_releases() == []


def test_a_link_put_in_place_of_a_settled_file_is_not_followed(settings, drop, tmp_path):
    outside = write_survey(tmp_path / "outside.csv")
    write_survey(drop / "survey.csv")

    def swap(seconds):
        (drop / "survey.csv").unlink()
        (drop / "survey.csv").symlink_to(outside)

    (filed,) = sweep_inbox(settings, wait=swap).filed
    assert filed.status == "changing"
    assert list_releases() == []


@pytest.mark.parametrize("own", [".claimed", "processed", "refused", "."])
def test_a_link_in_place_of_a_folder_of_the_inbox_stops_that_folder_only(settings, drop, tmp_path, own):
    (tmp_path / "elsewhere").mkdir()
    target = drop / own
    write_survey(drop / "survey.csv")
    if own == ".":
        target = drop.rename("inbox/offshore")
        shutil.rmtree(target)
        target = drop
    else:
        target.rmdir()
    target.symlink_to(tmp_path / "elsewhere")
    shutil.copy(write_survey(tmp_path / "x.csv"), "inbox/offshore-bpo-2021/bad.csv")
    report = sweep_inbox(settings)
    assert [filed.status for filed in report.filed] == ["refused"]
    assert any(f"{target} is a link" in problem for problem in report.problems)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_lock_that_is_a_link_is_refused_and_its_target_untouched(settings, tmp_path):
    Path("inbox/.lock").unlink(missing_ok=True)
    (tmp_path / "precious").write_text("text")
    Path("inbox/.lock").symlink_to(tmp_path / "precious")
    with pytest.raises(UsageError, match="is a link"):
        sweep_inbox(settings)
    assert (tmp_path / "precious").read_text() == "text"


def test_a_second_sweep_ends_as_busy(settings, drop):
    write_survey(drop / "survey.csv")
    inner = []

    def sweep_within(claim):
        inner.append(sweep_inbox(settings))
        return finish_claim(claim, settings)

    assert sweep_inbox(settings, sweep_within).summarise() == "Files: 1 published."
    assert [report.summarise() for report in inner] == ["Busy: another sweep is at work in this inbox."]


def test_many_files_at_once_are_each_filed_once(settings, drop):
    for number in range(MANY):
        (write_survey(drop / f"{number}.csv", number) if number % 5 else (drop / f"{number}.csv").write_text(BAD))
    report = sweep_inbox(settings)
    refused = len(range(0, MANY, 5))
    assert Counter(filed.status for filed in report.filed) == {"published": MANY - refused, "refused": refused}
    assert len(list_releases()) == MANY - refused
    kept = [path.name for place in ("processed", "refused") for path in drop.glob(f"{place}/*/file/*")]
    assert sorted(kept) == sorted(f"{number}.csv" for number in range(MANY))
    assert read_pointer() == Path(report.filed[-1].release or report.filed[-2].release).name


def test_claimed_files_are_finished_before_new_ones(settings, drop):
    os.utime(write_survey(drop / "claimed.csv", 1), (5000, 5000))

    def die(claim):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    assert not (drop / "claimed.csv").exists()
    os.utime(write_survey(drop / "new.csv", 2), (1000, 1000))
    first, second = sweep_inbox(settings).filed
    assert (first.name, second.name) == ("claimed.csv", "new.csv")
    assert read_pointer() == Path(second.release).name


def test_a_file_that_kills_its_process_does_not_keep_others_and_never_takes_the_pointer_back(settings, drop):
    os.utime(write_survey(drop / "killer.csv", 1), (1000, 1000))

    def die(claim):
        if claim.name == "killer.csv":
            (claim.folder / "tries").write_text("3\n")
            raise KeyboardInterrupt
        return finish_claim(claim, settings)

    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    write_survey(drop / "new.csv", 2)
    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    newest = read_pointer()
    (late,) = sweep_inbox(settings).filed
    assert (late.name, late.status, late.is_latest) == ("killer.csv", "published", False)
    assert read_pointer() == newest
    assert len(list_releases()) == 2


def test_files_that_kill_their_process_take_turns(settings, drop):
    begun = []

    def die(claim):
        begun.append(claim.name)
        (claim.folder / "tries").write_text(f"{max(3, read_tries(claim)) + 1}\n")
        raise KeyboardInterrupt

    for number in range(2):
        write_survey(drop / f"{number}.csv", number)
        with pytest.raises(KeyboardInterrupt):
            sweep_inbox(settings, die)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            sweep_inbox(settings, die)
    assert Counter(begun) == {"0.csv": 3, "1.csv": 3}


def test_emptied_folders_do_not_lower_numbers_nor_let_an_old_file_take_the_pointer(settings, drop):
    os.utime(write_survey(drop / "late.csv", 1), (1000, 1000))

    def die(claim):
        (claim.folder / "tries").write_text("3\n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    write_survey(drop / "new.csv", 2)
    claimed = drop / ".claimed" / "00000001"
    claimed.rename("aside")
    assert sweep_inbox(settings).summarise() == "Files: 1 published."
    newest = read_pointer()
    shutil.rmtree(drop / "processed" / "00000002")
    Path("aside").rename(claimed)
    (late,) = sweep_inbox(settings).filed
    assert (late.status, late.is_latest) == ("published", False)
    assert read_pointer() == newest
    write_survey(drop / "third.csv", 3)
    (third,) = sweep_inbox(settings).filed
    assert Path(third.folder).name == "00000003"


def test_a_claim_put_back_beside_a_filed_one_of_its_number_gets_another(settings, drop):
    write_survey(drop / "first.csv", 1)
    sweep_inbox(settings)
    restored = drop / ".claimed" / "00000001" / "file"
    restored.mkdir(parents=True)
    write_survey(restored / "second.csv", 2)
    (filed,) = sweep_inbox(settings).filed
    assert (filed.name, filed.status, Path(filed.folder).name) == ("second.csv", "published", "00000002")
    assert sorted(path.name for path in drop.glob("processed/*/file/*")) == ["first.csv", "second.csv"]


def test_strange_entries_and_damaged_notes_beside_claims_stop_nothing(settings, drop):
    (drop / ".claimed" / ".DS_Store").write_text("x")
    (drop / ".claimed" / "1").write_text("a file")
    (drop / ".claimed" / "empty").mkdir()
    (drop / ".claimed" / "00000005").mkdir()
    (drop / ".claimed" / "00000006").symlink_to("/")
    Path("inbox/.notes.json").write_text("[]")
    (drop / "processed" / "readme.txt").write_text("x")
    write_survey(drop / "survey.csv")
    assert sweep_inbox(settings).summarise() == "Files: 1 published."
    assert sorted(path.name for path in (drop / ".claimed").iterdir()) == [".DS_Store", "00000006", "1", "empty"]


def test_a_claim_whose_folder_cannot_be_read_is_not_lost(settings, drop, injected):
    import errno

    claimed = drop / ".claimed" / "00000001" / "file"
    claimed.mkdir(parents=True)
    write_survey(claimed / "survey.csv")
    write_survey(drop / "other.csv", 2)
    injected("00000001/file", errno.EACCES, "os.listdir", "os.scandir")
    report = sweep_inbox(settings)
    injected(None)
    assert report.problems == ("inbox/small/.claimed/00000001 cannot be read: Permission denied. It stays as it is.",)
    assert report.count("published") == 1
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


def test_the_newest_keeps_the_pointer_though_it_was_killed_and_an_older_one_is_left_too(settings, drop):
    """An older claim that failed without stopping the folder, a newer one killed when its release was out."""
    os.utime(write_survey(drop / "old.csv", 1), (1000, 1000))

    def fail_or_die(claim):
        if claim.name == "old.csv":
            raise ZeroDivisionError
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(finishing, "_describe", die)
            return finish_claim(claim, settings)

    def die(*_arguments):
        raise KeyboardInterrupt

    sweep_inbox(settings, fail_or_die)
    write_survey(drop / "new.csv", 2)
    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, fail_or_die)
    newest = read_pointer()
    new, old = sweep_inbox(settings).filed
    assert (new.name, new.status, new.is_latest) == ("new.csv", "unchanged", True)
    assert (old.name, old.status, old.is_latest) == ("old.csv", "published", False)
    assert read_pointer() == newest


def test_the_newest_keeps_the_pointer_though_an_older_claim_has_its_content(settings, drop):
    """Published, then failed, then the same content again, killed just before its release appears."""
    write_survey(drop / "0.csv", 1)
    sweep_inbox(settings)

    def fail_or_die(claim):
        if claim.name == "1.csv":
            raise MemoryError
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bpo_index.pipeline.publish_release", die)
            return finish_claim(claim, settings)

    def die(*_arguments, **_keywords):
        raise KeyboardInterrupt

    write_survey(drop / "1.csv", 2)
    sweep_inbox(settings, fail_or_die)
    write_survey(drop / "2.csv", 2)
    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, fail_or_die)
    first, second = sweep_inbox(settings).filed
    assert (first.name, first.status, first.is_latest) == ("2.csv", "published", True)
    assert (second.name, second.status, second.is_latest) == ("1.csv", "unchanged", True)
    assert read_pointer() == Path(first.release).name


def test_claims_of_a_definition_that_is_gone_are_reported_and_finished_when_it_is_back(settings, drop):
    write_survey(drop / "survey.csv")

    def die(claim):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    Path("definitions/small.yaml").rename("aside.yaml")
    assert sweep_inbox(settings).problems[0].startswith("small has claimed files and no definition.")
    Path("aside.yaml").rename("definitions/small.yaml")
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


def test_a_file_that_cannot_be_looked_at_keeps_no_other(settings, drop, monkeypatch):
    write_survey(drop / "stale.csv")
    write_survey(drop / "other.csv", 2)
    real = Path.lstat

    def lstat(path):
        if path.name == "stale.csv":
            raise OSError(116, "Stale file handle")
        return real(path)

    monkeypatch.setattr(Path, "lstat", lstat)
    assert {filed.name: filed.status for filed in sweep_inbox(settings).filed} == {
        "stale.csv": "failed",
        "other.csv": "published",
    }


@pytest.mark.parametrize(
    "notes", ["", "[]", "[" * 100_000, '{"last": Infinity, "latest": {}}', '{"last": 1, "latest": []}']
)
def test_damaged_notes_stop_nothing(settings, drop, notes):
    Path("inbox/.notes.json").write_text(notes)
    write_survey(drop / "survey.csv")
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


def test_two_definitions_of_one_edition_share_its_pointer(settings, drop):
    shutil.copy("definitions/small.yaml", "definitions/twin.yaml")

    def die(claim):
        (claim.folder / "tries").write_text("3\n")
        raise KeyboardInterrupt

    write_survey(drop / "old.csv", 1)
    with pytest.raises(KeyboardInterrupt):
        sweep_inbox(settings, die)
    write_survey(Path("inbox/twin/new.csv"), 2)
    newer, older = sweep_inbox(settings).filed
    assert (newer.is_latest, older.is_latest) == (True, False)
    assert read_pointer() == Path(newer.release).name


@pytest.mark.parametrize("error", ["tries is a folder", "cannot be taken"])
def test_one_strange_file_keeps_no_other(settings, drop, injected, error):
    import errno

    os.utime(write_survey(drop / "strange.csv", 1), (1000, 1000))
    write_survey(drop / "other.csv", 2)
    if error == "cannot be taken":
        injected("strange.csv", errno.EPERM, "os.rename")
    else:
        claimed = drop / ".claimed" / "00000001"
        (claimed / "tries").mkdir(parents=True)
        (claimed / "file").mkdir()
        (drop / "strange.csv").rename(claimed / "file" / "strange.csv")
    report = sweep_inbox(settings)
    injected(None)
    assert sorted((filed.name, filed.status) for filed in report.filed) == [
        ("other.csv", "published"),
        ("strange.csv", "failed"),
    ]


def test_definitions_cannot_lead_out_of_the_inbox(settings, tmp_path):
    for name in ("...yaml", "..yaml", ".hidden.yaml", "a b.yaml", "-x.yaml", "ü.yaml"):
        (tmp_path / "definitions" / name).write_text(SMALL)
    (tmp_path / "innocent.csv").write_text(BAD)
    before = sorted(path.name for path in tmp_path.iterdir())
    report = sweep_inbox(settings)
    assert len([sentence for sentence in report.passed if "gives no folder of the inbox" in sentence]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert sorted(path.name for path in Path("inbox").iterdir()) == [
        *(".lock", "offshore-bpo-2021", "offshore-bpo-2022", "small")
    ]


def test_a_link_put_in_a_claim_is_refused_unread(settings, drop, tmp_path):
    outside = write_survey(tmp_path / "outside.csv")
    claimed = drop / ".claimed" / "00000001" / "file"
    claimed.mkdir(parents=True)
    (claimed / "survey.csv").symlink_to(outside)
    (filed,) = sweep_inbox(settings).filed
    assert filed.status == "refused"
    assert "survey.csv is no file" in filed.reason
    assert list_releases() == []


@pytest.mark.parametrize(
    "content", ["", "{}", "[1]", '{"status": "published", "unknown": 1}', '{"status": "changing"}']
)
def test_a_damaged_record_is_made_again(settings, drop, content):
    claimed = drop / ".claimed" / "00000001" / "file"
    claimed.mkdir(parents=True)
    write_survey(claimed / "survey.csv")
    (claimed.parent / "outcome.json").write_text(content)
    assert sweep_inbox(settings).summarise() == "Files: 1 published."
    assert json.loads((drop / "processed/00000001/outcome.json").read_text())["status"] == "published"


def test_what_holds_answers_is_for_its_owner_only(settings, drop):
    assert {stat.S_IMODE((drop / own).stat().st_mode) for own in (".claimed", "processed", "refused")} == {0o700}
    (drop / "refused").chmod(0o750)  # somebody's choice
    sweep_inbox(settings)
    assert stat.S_IMODE((drop / "refused").stat().st_mode) == 0o750


def test_an_unreadable_folder_stops_itself_only(settings, drop, injected):
    import errno

    write_survey(drop / "survey.csv")
    injected("offshore-bpo-2021", errno.EACCES, "os.listdir", "os.scandir")
    report = sweep_inbox(settings)
    injected(None)
    assert report.count("published") == 1
    assert "The folder offshore-bpo-2021 of the inbox cannot be used: Permission denied" in report.problems[0]


def test_finishing_a_finished_claim_again_changes_nothing(settings, drop, tmp_path):
    write_survey(drop / "good.csv")
    (drop / "bad.csv").write_text(BAD)
    claims, filed = [], []

    def handle(claim):
        claims.append(claim)
        filed.append(finish_claim(claim, settings))
        return filed[-1]

    sweep_inbox(settings, handle)
    before = {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)}
    assert [finish_claim(claim, settings) for claim in claims] == filed
    assert {name: (tmp_path / name).read_bytes() for name in list_files(tmp_path)} == before


def test_an_unexpected_error_costs_only_its_file_and_the_next_sweep_tries_again(settings, drop):
    for number in range(3):
        os.utime(write_survey(drop / f"{number}.csv", number), (1000 + number, 1000 + number))

    def fail(claim):
        if claim.name == "1.csv":
            raise ZeroDivisionError("a bug")
        return finish_claim(claim, settings)

    report = sweep_inbox(settings, fail)
    assert report.summarise() == "Files: 1 failed, 2 published."
    assert "Unexpected ZeroDivisionError: a bug" in report.filed[1].reason
    newest = read_pointer()
    (again,) = sweep_inbox(settings).filed
    assert again.status == "published"
    assert read_pointer() == newest


def test_a_broken_definition_stops_its_folder_and_takes_no_file(settings, drop):
    write_survey(drop / "survey.csv")
    Path("definitions/small.yaml").write_text(SMALL.replace("index: small", "index: Not Allowed"))
    report = sweep_inbox(settings)
    assert report.filed == ()
    assert "small.yaml has 1 problem" in report.problems[0]
    assert (drop / "survey.csv").exists()
    Path("definitions/small.yaml").write_text(SMALL)
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


class Injected:
    """Raises an error whenever a path with `part` in it is opened for writing, renamed or made, once switched on."""

    def __init__(self) -> None:
        self.part, self.code, self.events = None, 0, ()
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if self.part is None or event not in self.events:
            return
        if (
            event == "open"
            and isinstance(arguments[2], int)
            and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        ):
            return
        if any(self.part in str(argument) for argument in arguments[:2]):
            raise OSError(self.code, os.strerror(self.code), str(arguments[0]))


@pytest.fixture(scope="module")
def injector():
    return Injected()


@pytest.fixture
def injected(injector):
    """Yield a function that makes writing to paths with a part in them fail, as a full or read-only disk does."""

    def switch(part, code=0, *events):
        injector.part, injector.code, injector.events = part, code, events or ("open", "os.rename", "os.mkdir")

    yield switch
    injector.part = None


STEPS = [
    "releases",
    "manifest.json",
    ".pending.json",
    "latest.json",
    "outcome.json",
    "tries",
    "audit.json",
    "processed",
]


@pytest.mark.parametrize(
    ("part", "code"), [*((step, "ENOSPC") for step in STEPS), ("releases", "EROFS"), ("releases", "EACCES")]
)
def test_a_full_or_read_only_disk_loses_nothing_and_the_next_sweep_finishes(settings, drop, injected, part, code):
    import errno

    for number in range(2):
        os.utime(write_survey(drop / f"{number}.csv", number), (1000 + number, 1000 + number))
    injected(part, getattr(errno, code))
    report = sweep_inbox(settings)
    injected(None)
    assert report.count("published") == 0
    assert report.count("failed") == 1
    assert report.problems
    assert os.strerror(getattr(errno, code)) in report.filed[0].reason
    left = [path.name for path in drop.rglob("*.csv") if path.parent.name == "file" or path.parent == drop]
    assert sorted(left) == ["0.csv", "1.csv"]
    for path in Path("releases").glob("*/*/[0-9a-f]*/manifest.json"):
        assert read_release(path.parent)["release"] == path.parent.name
    assert sweep_inbox(settings).count("published", "unchanged") == 2
    assert len(list_releases()) == 2
    assert read_pointer() == Path(json.loads((drop / "processed/00000002/outcome.json").read_text())["release"]).name
    assert list(Path().rglob("*.tmp*")) == []


def test_a_disk_on_which_nothing_can_be_claimed_leaves_the_file_in_the_inbox(settings, drop, injected):
    import errno

    write_survey(drop / "survey.csv")
    injected("00000001", errno.ENOSPC)
    report = sweep_inbox(settings)
    injected(None)
    (filed,) = report.filed
    assert (filed.status, filed.reason) == ("failed", "It cannot be taken: No space left on device.")
    assert report.problems == ("small: its other files wait for the next sweep.",)
    assert (drop / "survey.csv").exists()
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_out_folder_fails_with_a_sentence(settings, drop):
    Path("releases").mkdir(exist_ok=True)
    Path("releases").chmod(stat.S_IRUSR | stat.S_IXUSR)
    write_survey(drop / "survey.csv")
    try:
        (filed,) = sweep_inbox(settings).filed
        assert "Permission denied" in filed.reason
    finally:
        Path("releases").chmod(0o700)
    assert sweep_inbox(settings).summarise() == "Files: 1 published."


def test_a_clock_that_jumps_changes_nothing(settings, drop, monkeypatch):
    for number, moment in ((1, 4_000_000_000), (2, 1), (3, 2_000_000_000)):
        os.utime(write_survey(drop / f"{number}.csv", number), (moment, moment))
    jumps = iter(range(10**9, -(10**9), -(10**7)))
    monkeypatch.setattr(time, "time", lambda: float(next(jumps)))
    report = sweep_inbox(settings)
    assert [filed.name for filed in report.filed] == ["2.csv", "3.csv", "1.csv"]
    assert report.count("published") == 3
    assert list_claims(drop) == []


def test_an_inbox_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("inbox").write_text("a file")
    with pytest.raises(EnvironmentFailed, match="The folder inbox for the inbox cannot be made"):
        sweep_inbox(InboxSettings())


@pytest.mark.parametrize(
    "wrong",
    [
        *({"settle_seconds": -1.0}, {"settle_seconds": 4000.0}),
        *({"inbox": ""}, {"out": ""}, {"out": "inbox"}, {"out": "inbox/releases"}, {"inbox": "releases/inbox"}),
    ],
)
def test_settings_that_no_sweep_can_use_are_refused(wrong):
    with pytest.raises(UsageError):
        InboxSettings(**wrong)
