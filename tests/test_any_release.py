"""Whatever lies where a manifest or a pointer should: a release is whole or refused with a sentence, never a traceback.

A run that meets it publishes or refuses, and what it publishes can be read; only the files of that edition change.
"""

import copy
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.definition import load_definition
from bpo_index.errors import EnvironmentFailed
from bpo_index.publication.integrity import make_manifest, read_release
from bpo_index.publication.release import publish_release
from tests.commands import call, fuzz
from tests.definitions import list_places
from tests.quick import quick_definition

pytestmark = pytest.mark.usefixtures("without_figures")

DEFINITION = load_definition("offshore-bpo-2021")
JUNK = [
    None, True, 0, -1, 1.5, 10**30, "", "x", "../../../etc/passwd", "/etc/passwd", "a\x00b", "\ud800", ".", "..",
    "a" * 300, [], {}, [[]], {"release": []}, {"files": {}}, "a" * 16, "../" + "a" * 13, "0" * 64,
    {"bytes": 1}, {"bytes": "1", "sha256": None},
]  # fmt: skip
CONTENTS = {
    "nothing": b"",
    "a number": b"1",
    "null": b"null",
    "a text": b'"release"',
    "a list": b'["release"]',
    "no JSON": b"{",
    "not a number": b'{"release": NaN, "files": Infinity}',
    "a huge number": b'{"release": ' + b"9" * 10_000 + b"}",
    "nested": b"[" * 100_000,
    "nested keys": b'{"files":' * 50_000,
    "nested well": b'{"files": ' + b"[" * 900 + b"]" * 900 + b"}",
    "another encoding": '{"release": "é"}'.encode("utf-16"),
    "half a character": b'{"release": "\\ud800", "files": {"\\ud800": {}}}',
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "no UTF-8": b"\xff\xfe\x00",
    "zeros": b"\x00" * 100_000,
    "large": b" " * (17 * 2**20) + b"{}",
    "keys twice": b'{"release": "' + b"a" * 16 + b'", "release": 1}',
}


def put_pipe(path):
    os.mkfifo(path)


def put_endless(path):
    path.symlink_to("/dev/zero")


def put_loop(path):
    path.symlink_to(path.name)


def put_folder(path):
    path.mkdir()


THINGS = {"a pipe": put_pipe, "an endless file": put_endless, "a link to itself": put_loop, "a folder": put_folder}


@st.composite
def spoil_json(draw, content):
    """Return the bytes of a JSON file with values swapped, deleted or moved, or with bytes changed."""
    kind = draw(st.sampled_from(["values", "values", "values", "bytes", "other"]))
    if kind == "other":
        return CONTENTS[draw(st.sampled_from(sorted(CONTENTS)))]
    if kind == "bytes":
        spoilt = bytearray(content)
        for _ in range(draw(st.integers(1, 5))):
            spoilt[draw(st.integers(0, len(spoilt) - 1))] = draw(st.integers(0, 255))
        return bytes(spoilt[: draw(st.integers(0, len(spoilt)))]) if draw(st.booleans()) else bytes(spoilt)
    value = json.loads(content)
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place in list_places(value) if place]
        if not places:
            break
        *above, key = draw(st.sampled_from(places))
        parent = value
        for part in above:
            parent = parent[part]
        match draw(st.sampled_from(["swap", "swap", "delete", "key", "nest"])):
            case "swap":
                # A copy: the next change may be one inside it.
                parent[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            case "delete":
                del parent[key]
            case "nest":
                parent[key] = [parent[key]]
            case _ if isinstance(parent, dict):
                parent[str(draw(st.sampled_from([*JUNK[4:16], "release", "files"])))] = parent.pop(key)
    return json.dumps(value).encode()


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Return the folder of a real release of the sample of 2021."""
    folder = tmp_path_factory.mktemp("published")
    sample = Path(__file__).parent.parent / "sample_data" / "offshore-bpo-2021.csv"
    answer = call(
        "run",
        sample,
        "--definition",
        quick_definition(replicates=100),
        "--out",
        folder / "out",
        "--audit-dir",
        folder / "audit",
        "--json",
    )
    assert answer.code == 0
    return Path(json.loads(answer.out)["path"])


def verify(folder):
    answer = call("verify", folder)
    assert answer.code in (0, 2, 3, 4)
    return answer


@fuzz(8, 15)
@given(data=st.data())
def test_any_manifest_is_read_or_refused(published, data):
    manifest = published / "manifest.json"
    good = manifest.read_bytes()
    try:
        manifest.write_bytes(data.draw(spoil_json(good)))
        verify(published)
    finally:
        manifest.write_bytes(good)
    assert verify(published).code == 0


@fuzz(5, 10)
@given(data=st.data())
def test_any_file_of_a_release_that_its_manifest_agrees_with_is_read_or_refused(published, data):
    manifest = published / "manifest.json"
    name = data.draw(st.sampled_from(["definition.json", "ranking.parquet", "categories.parquet"]))
    good = {path: path.read_bytes() for path in (manifest, published / name)}
    content = good[published / name]
    if name == "definition.json":
        spoilt = data.draw(spoil_json(content))
    else:
        at = data.draw(st.integers(0, len(content)))
        spoilt = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    described = json.loads(good[manifest])
    files = {file: (published / file).read_bytes() for file in described["files"]}
    said = {key: value for key, value in described.items() if key not in ("files", "checksum_sha256")}
    try:
        (published / name).write_bytes(spoilt)
        manifest.write_bytes(make_manifest(said, files | {name: spoilt}))
        verify(published)
    finally:
        for path, before in good.items():
            path.write_bytes(before)


def publish(out, content=b"1"):
    return publish_release(
        lambda: {"t.csv": content}, out=out, definition=DEFINITION, release_id="a" * 16, manifest={"seed": 1}
    )


POINTERS = ["offshore-bpo/latest.json", "offshore-bpo/2021/latest.json", "offshore-bpo/2021/.pending.json"]
OTHERS = [
    "offshore-bpo/2020/latest.json",
    "offshore-bpo/x/latest.json",
    "offshore-bpo/2021/" + "b" * 16 + "/manifest.json",
]
POINTER = json.dumps({"index": "offshore-bpo", "edition": "2021", "release": "a" * 16, "path": "x"}).encode()


@fuzz(8, 20)
@given(data=st.data(), name=st.sampled_from([*POINTERS, *OTHERS]), is_first=st.booleans())
def test_any_pointer_is_repaired_or_refused(tmp_path_factory, data, name, is_first):
    out = tmp_path_factory.mktemp("out")
    if not is_first:
        publish(out)
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.draw(spoil_json(POINTER)))
    publish(out)
    release = out / "offshore-bpo" / "2021" / ("a" * 16)
    assert set(read_release(release)["files"]) == {"t.csv"}
    assert json.loads((out / POINTERS[1]).read_bytes())["release"] == "a" * 16
    assert json.loads((out / POINTERS[0]).read_bytes())["release"]
    shutil.rmtree(out)


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("name", POINTERS)
def test_what_is_no_file_in_the_place_of_a_pointer(tmp_path, thing, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    THINGS[thing](path)
    if (problem := find_problem(tmp_path)) is None:
        assert json.loads((tmp_path / POINTERS[1]).read_bytes())["release"] == "a" * 16
    else:
        assert path.name in problem


def find_problem(out):
    try:
        publish(out)
    except EnvironmentFailed as error:
        return str(error)
    return None


def test_a_table_over_which_its_reader_panics_is_named(published, monkeypatch):
    """A reader in Rust may give up on a spoilt file with what is no Exception."""

    class PanicException(BaseException):
        pass

    def panic(path):
        raise PanicException("assertion `left == right` failed")

    monkeypatch.setattr("bpo_index.publication.verification.pl.read_parquet", panic)
    answer = verify(published)
    assert answer.code == 3
    assert "yet not those of a release of bpo-index" in answer.err
    assert "PanicException" in answer.err
