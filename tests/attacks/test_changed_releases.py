"""Somebody changes what was published: the next run and `verify RELEASE` find it and say so."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from bpo_index.cli.main import main
from bpo_index.definition import parse_definition
from bpo_index.errors import EnvironmentFailed
from bpo_index.publication.integrity import list_faults, read_release
from bpo_index.publication.release import publish_release
from bpo_index.publication.verification import verify_release
from tests.surveys import SMALL, write_csv

DEFINITION = parse_definition(SMALL)
ROWS = [f"{unit}{n},{unit * 3},{(n + k) % 11},{n % 11},{n % 7}" for k, unit in enumerate("ABC") for n in range(9)]


def publish(release_id="a" * 16):
    """Publish a small release, or look at it again."""
    files = {"ranking.csv": b"rank,name\n1,Aland\n", "robustness/pairs.csv": b"a\n1\n", "definition.json": b"{}"}
    manifest = {
        "index": "small",
        "edition": "one",
        "title": "Small index",
        "data_origin": "survey",
        "made_from": {"form": 4},
    }
    return publish_release(
        lambda: files, out=Path("releases"), definition=DEFINITION, release_id=release_id, manifest=manifest
    )


@pytest.fixture
def release(tmp_path, monkeypatch):
    """Publish a release and return its folder, relative to the folder that is entered."""
    monkeypatch.chdir(tmp_path)
    return publish().path


def edit_manifest(release, change):
    path = release / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def give_new_hash(release, name):
    content = (release / name).read_bytes()
    edit_manifest(
        release,
        lambda manifest: manifest["files"].update(
            {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}
        ),
    )


def change_table(release):
    table = release / "ranking.csv"
    table.write_text(table.read_text().replace("Aland", "Bland"))


CHANGES = {
    "a foreign file": (lambda release: (release / "extra.html").write_text("<p>"), "extra.html is no file of it"),
    "a hidden foreign file": (lambda release: (release / ".htaccess").write_text("x"), ".htaccess is no file of it"),
    "a foreign file further down": (
        lambda release: (release / "robustness" / "own.csv").write_text("a"),
        "robustness/own.csv is no file of it",
    ),
    "a foreign folder": (lambda release: (release / "secret").mkdir(), "secret is no file of it"),
    "a link that leads out": (lambda release: (release / "out").symlink_to("/etc"), "out is no file of it"),
    "a table edited": (change_table, "ranking.csv was changed"),
    "a table taken away": (lambda release: (release / "ranking.csv").unlink(), "ranking.csv is missing"),
    "a table replaced by a link": (
        lambda release: (
            (release / "ranking.csv").rename("moved.csv"),
            (release / "ranking.csv").symlink_to("moved.csv"),
        ),
        "ranking.csv is missing",
    ),
    "a title edited": (
        lambda release: edit_manifest(release, lambda manifest: manifest.update(title="Mine")),
        "manifest.json was edited",
    ),
    "an origin edited": (
        lambda release: edit_manifest(release, lambda manifest: manifest.update(data_origin="survey", standing="x")),
        "manifest.json was edited",
    ),
    "a key added": (
        lambda release: edit_manifest(release, lambda manifest: manifest.update(note="x")),
        "manifest.json was edited",
    ),
    "a table edited with its hash": (
        lambda release: (change_table(release), give_new_hash(release, "ranking.csv")),
        "manifest.json was edited",
    ),
    "a foreign file with its hash": (
        lambda release: ((release / "extra.html").write_text("<p>"), give_new_hash(release, "extra.html")),
        "manifest.json was edited",
    ),
    "a checksum taken away": (
        lambda release: edit_manifest(release, lambda manifest: manifest.pop("checksum_sha256")),
        "manifest.json was edited",
    ),
    "a file outside named": (
        lambda release: edit_manifest(release, lambda manifest: manifest["files"].update({"../../x": {}})),
        "no file of a release",
    ),
    "the manifest of another": (
        lambda release: edit_manifest(release, lambda manifest: manifest.update(release="0" * 16)),
        "that of another release",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_release_that_was_changed_is_found_by_the_next_run_and_by_verify(release, name):
    change, said = CHANGES[name]
    change(release)
    for look in (publish, lambda: read_release(release), lambda: verify_release(release)):
        with pytest.raises(EnvironmentFailed) as shown:
            look()
        assert said in str(shown.value)
        assert "\n" not in str(shown.value)
    # A run that makes another release is not kept from it, and says it too.
    assert [said in warning for warning in publish("b" * 16).warnings] == [True]


POINTERS = {
    "to nowhere": lambda path: path.write_text(path.read_text().replace('"release": "', '"release": "0')[:-2] + "}"),
    "to a release that is not there": lambda path: path.write_text(
        json.dumps(json.loads(path.read_text()) | {"release": "0" * 16})
    ),
    "with a path of its own": lambda path: path.write_text(
        json.dumps(json.loads(path.read_text()) | {"path": "../elsewhere"})
    ),
    "no JSON": lambda path: path.write_bytes(b"\xff{"),
    "nested JSON": lambda path: path.write_text("[" * 20_000),
    "a number": lambda path: path.write_text("7"),
    "a link to nowhere": lambda path: (path.unlink(), path.symlink_to("nowhere")),
}


@pytest.mark.parametrize("name", POINTERS)
@pytest.mark.parametrize("place", ["releases/small/one/latest.json", "releases/small/latest.json"])
@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_a_pointer_to_nowhere_is_found_said_and_made_again(release, name, place):
    pointer = Path(place)
    right = pointer.read_bytes()
    POINTERS[name](pointer)
    with pytest.raises(EnvironmentFailed, match=f"{place} led to no release"):
        verify_release(release)
    assert publish().warnings == (f"The pointer {place} led to no release; it was made again.",)
    assert pointer.read_bytes() == right
    assert publish().warnings == ()


@pytest.mark.usefixtures("without_figures")
def test_the_commands_say_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path, *ROWS)
    Path("small.yaml").write_text(SMALL)
    run = ["run", "survey.csv", "--definition", "small.yaml"]
    assert main(run) == 0
    (release,) = Path("releases/small/one").glob("[0-9a-f]*")
    assert main(["verify", str(release)]) == 0
    assert "is whole: every file is as it was published. No published facts about it are known." in " ".join(
        capsys.readouterr().out.split()
    )
    Path("releases/small/latest.json").write_text("{}")
    capsys.readouterr()
    assert main(["verify", str(release)]) == 3
    assert "latest.json led to no release" in capsys.readouterr().err
    assert main(run) == 0
    assert "The pointer releases/small/latest.json led to no release; it was made again." in " ".join(
        capsys.readouterr().out.split()
    )
    (release / "extra.html").write_text("<p>")
    for command in (run, ["verify", str(release)]):
        assert main(command) == 3
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert "extra.html is no file of it" in shown.err
    write_csv(Path(), *ROWS, "x,AAA,1,2,3")
    assert main([*run, "--json"]) == 0
    (warning,) = json.loads(capsys.readouterr().out)["warnings"]
    assert "extra.html is no file of it" in warning


def test_a_whole_release_has_no_fault_and_a_copy_of_it_neither(release, tmp_path):
    assert list_faults(release) == []
    assert list_faults(Path(shutil.copytree(release, tmp_path / "downloaded"))) == []
