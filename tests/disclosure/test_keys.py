"""The owner's key: made once, for its owner only, never taken for one when it is none."""

import os
import subprocess
import sys

import pytest

from bpo_index.disclosure import PUBLIC_KEY, Key, open_key
from bpo_index.errors import EnvironmentFailed

needs_posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes")


@pytest.fixture(autouse=True)
def no_named_key(monkeypatch):
    monkeypatch.delenv("BPO_INDEX_KEY_FILE", raising=False)


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path):
    first = open_key(tmp_path / "audit")
    assert len(first.secret) == 32
    assert not first.is_public
    assert open_key(tmp_path / "audit") == first
    assert open_key(tmp_path / "other") != first
    assert [path.name for path in (tmp_path / "audit").iterdir()] == ["key"]
    if os.name != "nt":
        assert (tmp_path / "audit" / "key").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "audit").stat().st_mode & 0o777 == 0o700


def test_what_a_killed_run_left_of_its_key_is_swept(tmp_path):
    first = open_key(tmp_path / "audit")
    (tmp_path / "audit" / ".key.0123456789abcdef.tmp").write_text(first.secret.hex())
    assert open_key(tmp_path / "audit") == first
    assert [path.name for path in (tmp_path / "audit").iterdir()] == ["key"]


def test_many_at_once_get_one_key(tmp_path):
    call = "import sys; from pathlib import Path; from bpo_index.disclosure import open_key; sys.stdin.readline();"
    call += "print(open_key(Path(sys.argv[1])).secret.hex())"
    command = [sys.executable, "-c", call, str(tmp_path / "audit")]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    shown = {process.communicate()[0] for process in processes}
    assert shown == {f"{open_key(tmp_path / 'audit').secret.hex()}\n"}
    assert [path.name for path in (tmp_path / "audit").iterdir()] == ["key"]


def test_the_named_file_goes_before_the_private_folder(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("ab" * 32 + "\n")
    monkeypatch.setenv("BPO_INDEX_KEY_FILE", str(tmp_path / "secret"))
    assert open_key(tmp_path / "audit").secret == bytes.fromhex("ab" * 32)
    assert not (tmp_path / "audit").exists()
    monkeypatch.setenv("BPO_INDEX_KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(EnvironmentFailed, match=r"nowhere of BPO_INDEX_KEY_FILE cannot be read: No such file"):
        open_key(tmp_path / "audit")


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"ab" * 31, b"ab" * 32 + b"c", b"xy" * 32, bytes(range(256)), b"ab" * 9999]
)
def test_what_is_no_key_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(EnvironmentFailed, match="holds no key"):
        open_key(tmp_path)
    assert (tmp_path / "key").read_bytes() == content


@needs_posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    open_key(tmp_path)
    (tmp_path / "key").chmod(mode)
    with pytest.raises(EnvironmentFailed, match="can be read by others"):
        open_key(tmp_path)


@needs_posix
def test_what_is_no_file_is_refused_and_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "key")
    with pytest.raises(EnvironmentFailed, match="no regular file"):
        open_key(tmp_path)
    (tmp_path / "key").unlink()
    (tmp_path / "key").mkdir()
    with pytest.raises(EnvironmentFailed, match="key"):
        open_key(tmp_path)
    (tmp_path / "key").rmdir()
    (tmp_path / "key").symlink_to(tmp_path / "nowhere")
    with pytest.raises(EnvironmentFailed, match="cannot be read"):
        open_key(tmp_path)


def test_a_private_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "audit").write_text("")
    with pytest.raises(EnvironmentFailed):
        open_key(tmp_path / "audit")


def test_purposes_and_keys_give_other_signatures_and_the_secret_is_not_shown():
    key = Key(b"k" * 32)
    assert len({key.sign("a", b"bc"), key.sign("ab", b"c"), key.sign("a", b"b"), Key(b"l").sign("a", b"bc")}) == 4
    assert "kkk" not in repr(key)
    assert PUBLIC_KEY.is_public
    assert 0 <= key.choose_seed(1) < 2**128
