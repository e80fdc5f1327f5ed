"""The release: whole or not there, once, pointed to, repaired."""

import json
import os
import shutil
from pathlib import Path

import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure import PUBLIC_KEY, Key
from bpo_index.errors import EnvironmentFailed, UsageError
from bpo_index.publication import withdrawal
from bpo_index.publication.identity import identify_release
from bpo_index.publication.integrity import read_release
from bpo_index.publication.release import publish_release

DEFINITION = load_definition("offshore-bpo-2021")
LATER = load_definition("offshore-bpo-2022")


def publish(out: Path, content: bytes = b"1", release_id: str = "a" * 16, definition=DEFINITION):
    return publish_release(
        lambda: {"t.csv": content, "sub/u.csv": b"2"},
        out=out,
        definition=definition,
        release_id=release_id,
        manifest={"seed": 1},
        private=out / "private",
    )


def test_what_is_there_already_is_not_made_again(tmp_path):
    first = publish(tmp_path)

    def render():
        raise AssertionError("rendered again")

    again = publish_release(render, out=tmp_path, definition=DEFINITION, release_id="a" * 16, manifest={"seed": 1})
    assert (again.path, again.is_new) == (first.path, False)


def test_what_cannot_be_made_is_one_sentence_and_leaves_no_release(tmp_path):
    def render():
        raise FileNotFoundError(2, "No such file", "report.css")

    with pytest.raises(EnvironmentFailed, match=r"cannot be made.*report\.css.*install it again"):
        publish_release(render, out=tmp_path, definition=DEFINITION, release_id="a" * 16, manifest={})
    assert not list((tmp_path / "offshore-bpo" / "2021").glob("[!.]*"))


def read_pointer(path: Path) -> str:
    return json.loads(path.read_text())["release"]


def test_a_release_has_its_files_a_manifest_and_two_pointers(tmp_path):
    release = publish(tmp_path)
    assert release.is_new
    assert release.path == tmp_path / "offshore-bpo" / "2021" / ("a" * 16)
    assert (release.path / "sub" / "u.csv").read_bytes() == b"2"
    assert read_pointer(tmp_path / "offshore-bpo" / "2021" / "latest.json") == "a" * 16
    assert read_pointer(tmp_path / "offshore-bpo" / "latest.json") == "a" * 16
    assert set(read_release(release.path)["files"]) == {"t.csv", "sub/u.csv"}


def test_the_same_release_again_changes_nothing_and_an_older_one_never_moves_the_pointer(tmp_path):
    first = publish(tmp_path)
    files = {path.name: path.read_bytes() for path in first.path.rglob("*") if path.is_file()}
    second = publish(tmp_path, b"2", "b" * 16)
    assert second.is_latest
    assert {path.name for path in first.path.iterdir()} == {"report.html", "withdrawn.json"}
    said = json.loads((first.path / "withdrawn.json").read_text())
    assert (said["release"], said["replaced_by"], said["withdrawn"]) == ("a" * 16, "b" * 16, True)
    assert f"../{'b' * 16}/report.html" in (first.path / "report.html").read_text()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    again = publish(tmp_path)
    assert not again.is_new
    assert not again.is_latest
    assert again.is_withdrawn
    assert "was withdrawn" in again.warnings[-1]
    assert {path.name: path.read_bytes() for path in again.path.rglob("*") if path.is_file()} == files
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert read_pointer(tmp_path / "offshore-bpo" / "2021" / "latest.json") == "b" * 16


def test_an_older_edition_does_not_move_the_pointer_of_the_index(tmp_path):
    publish(tmp_path, definition=LATER, release_id="c" * 16)
    publish(tmp_path)
    assert json.loads((tmp_path / "offshore-bpo" / "latest.json").read_text())["edition"] == "2022"


def test_a_missing_pointer_is_repaired(tmp_path):
    publish(tmp_path)
    newest = publish(tmp_path, b"2", "b" * 16)
    os.utime(newest.path / "manifest.json", ns=(2 * 10**18, 2 * 10**18))
    for pointer in tmp_path.rglob("latest.json"):
        pointer.unlink()
    publish(tmp_path)
    assert read_pointer(tmp_path / "offshore-bpo" / "2021" / "latest.json") == "b" * 16
    assert read_pointer(tmp_path / "offshore-bpo" / "latest.json") == "b" * 16


def test_what_a_run_killed_between_rename_and_pointer_left_is_finished(tmp_path):
    first = publish(tmp_path)
    edition = tmp_path / "offshore-bpo" / "2021"
    pointer = (edition / "latest.json").read_bytes()
    shutil.copytree(first.path, tmp_path / "copy")
    publish(tmp_path, b"2", "b" * 16)
    # As it was before the second was pointed to and the first withdrawn.
    shutil.rmtree(first.path)
    (tmp_path / "copy").rename(first.path)
    (edition / "latest.json").write_bytes(pointer)
    (edition / ".pending.json").write_text(json.dumps({"release": "b" * 16}))
    (edition / f".{'d' * 16}.tmp-12345678").mkdir()
    again = publish(tmp_path)
    assert read_pointer(edition / "latest.json") == "b" * 16
    assert again.is_withdrawn
    assert (first.path / "withdrawn.json").is_file()


@pytest.mark.parametrize("step", ["copytree", "rename", "_write_page"])
def test_a_withdrawal_that_was_cut_short_is_finished_by_the_next_run(tmp_path, monkeypatch, step):
    edition = tmp_path / "offshore-bpo" / "2021"
    first = publish(tmp_path)

    def stop(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if step == "rename":
            patched.setattr(withdrawal.shutil, "rmtree", stop)
        else:
            patched.setattr(withdrawal.shutil if step == "copytree" else withdrawal, step, stop)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, b"2", "b" * 16)
    assert read_pointer(edition / "latest.json") == "b" * 16
    publish(tmp_path, b"2", "b" * 16)
    assert {path.name for path in first.path.iterdir()} == {"report.html", "withdrawn.json"}
    assert publish(tmp_path).is_withdrawn
    assert not list(edition.glob(".*.tmp*"))
    assert not (edition / ".pending.json").exists()


@pytest.mark.parametrize("damage", ["change", "delete", "manifest"])
def test_a_changed_release_is_refused_with_the_file_named(tmp_path, damage):
    release = publish(tmp_path)
    name = "manifest.json" if damage == "manifest" else "t.csv"
    if damage == "delete":
        (release.path / name).unlink()
    else:
        (release.path / name).write_bytes(b"broken")
    with pytest.raises(EnvironmentFailed, match=name):
        publish(tmp_path)


def test_a_folder_that_is_no_release_is_named(tmp_path):
    with pytest.raises(UsageError, match="no release"):
        read_release(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_an_out_folder_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(EnvironmentFailed, match=r"another folder"):
        publish(tmp_path / "out")


def test_a_disk_that_fills_leaves_no_half_release(tmp_path, monkeypatch):
    publish(tmp_path)

    def fail(path, content):
        if path.name == "u.csv":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr("bpo_index.publication.release.write_synced", fail)
    with pytest.raises(EnvironmentFailed, match="No space left"):
        publish(tmp_path, b"2", "b" * 16)
    edition = tmp_path / "offshore-bpo" / "2021"
    assert [path.name for path in edition.iterdir() if path.is_dir()] == ["a" * 16]
    assert read_pointer(edition / "latest.json") == "a" * 16


def test_the_id_depends_on_rows_definition_settings_and_nothing_else():
    base, identity = identify_release(1, DEFINITION, {"seed": 1}, PUBLIC_KEY)
    assert base == identify_release(1, DEFINITION, {"seed": 1}, PUBLIC_KEY)[0]
    assert (
        len(
            {
                base,
                *(
                    identify_release(*changed)[0]
                    for changed in (
                        (2, DEFINITION, {"seed": 1}, PUBLIC_KEY),
                        (1, LATER, {"seed": 1}, PUBLIC_KEY),
                        (1, DEFINITION, {"seed": 2}, PUBLIC_KEY),
                        (1, DEFINITION, {"seed": 1}, Key(b"another")),
                    )
                ),
            }
        )
        == 5
    )
    assert set(identity["versions"]) == {"bpo-index", "numpy", "polars", "scikit-learn", "scipy"}
