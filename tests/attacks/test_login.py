"""The login of `make serve` before anything is served: whose file it is, who could read it, what is no login."""

import os
import socket
import stat
import subprocess
import sys

import pytest

from bpo_index.errors import EnvironmentFailed, UsageError
from flows import login

NAMES = (login.SERVER, login.CLIENT)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return a folder for serving, under a mask that withholds nothing."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    before = os.umask(0)
    login.make_private(tmp_path / "home")
    yield tmp_path / "home"
    os.umask(before)


def read_mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_first_start_makes_a_login_that_only_its_owner_can_read_and_later_ones_keep_it(home, monkeypatch):
    modes = []
    opened = os.open

    def note_mode(path, flags, mode=0o777, **keywords):
        handle = opened(path, flags, mode, **keywords)
        if flags & os.O_CREAT:
            modes.append((flags & os.O_EXCL != 0, stat.S_IMODE(os.fstat(handle).st_mode)))
        return handle

    monkeypatch.setattr(os, "open", note_mode)
    first = login.find_login(home)
    assert modes == [(True, 0o600)]
    assert (first.is_new, read_mode(home), read_mode(home / "login")) == (True, 0o700, 0o600)
    assert [path.name for path in home.iterdir()] == ["login"]
    assert first.string == f"admin:{first.string[6:]}"
    assert len(set(first.string[6:])) > 10
    again = login.find_login(home)
    assert (again.string, again.is_new) == (first.string, False)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622, 0o666])
def test_a_login_that_others_could_read_or_change_is_refused(home, mode):
    (home / "login").write_text("admin:secret\n")
    (home / "login").chmod(mode)
    with pytest.raises(EnvironmentFailed, match=r"may have been read or changed.*Delete it"):
        login.find_login(home)
    login.make_private(home)  # which closes what it finds: not this one
    assert read_mode(home / "login") == mode


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "admin\n",
        ":\n",
        "admin:\n",
        ":secret\n",
        "a:b\nc:d\n",
        "a: b\n",
        "ä:b\n",
        "a:" + "b" * 2000,
        "\0:\0\n",
    ],
)
def test_what_is_no_login_is_refused(home, content):
    (home / "login").write_text(content)
    (home / "login").chmod(0o600)
    with pytest.raises(EnvironmentFailed, match=r"does not hold one line user:password.*Delete it"):
        login.find_login(home)


@pytest.mark.parametrize("kind", ["link", "dangling", "hard link", "folder", "pipe"])
def test_a_login_that_is_another_thing_than_a_file_of_its_own_is_refused(home, tmp_path, kind):
    (tmp_path / "other").write_text("admin:known\n")
    (tmp_path / "other").chmod(0o600)
    make = {
        "link": lambda path: path.symlink_to(tmp_path / "other"),
        "dangling": lambda path: path.symlink_to(tmp_path / "nowhere"),
        "hard link": lambda path: path.hardlink_to(tmp_path / "other"),
        "folder": lambda path: path.mkdir(mode=0o700),
        "pipe": lambda path: os.mkfifo(path, 0o600),
    }
    make[kind](home / "login")
    with pytest.raises(EnvironmentFailed, match=r"is a link|no file of its own"):
        login.find_login(home)
    assert not (tmp_path / "nowhere").exists()


def test_a_login_of_the_environment_wins_and_makes_no_file(home, monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(name, "me:mine")
        assert login.find_login(home) == login.Login("me:mine", None)
    assert list(home.iterdir()) == []
    monkeypatch.setenv(NAMES[0], "me:other")
    with pytest.raises(UsageError, match="are not the same"):
        login.find_login(home)


@pytest.mark.parametrize("given", ["nothing", ":", "a:", "a b:c", "ü:x", "a:b\n"])
def test_what_is_no_login_in_the_environment_is_refused(home, monkeypatch, given):
    monkeypatch.setenv(NAMES[0], given)
    with pytest.raises(UsageError, match=r"write user:password"):
        login.find_login(home)


def test_an_open_home_of_before_is_closed_with_all_in_it(home):
    for name in ("prefect.db", "logs/worker.log", "storage/deep/result"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("x")
    (home / "outside").symlink_to("/tmp")
    home.chmod(0o755)
    outside = read_mode(home / "outside" / ".")
    login.make_private(home)
    assert all(read_mode(path) & 0o077 == 0 for path in (home, *home.rglob("*")) if not path.is_symlink())
    assert read_mode(home / "outside" / ".") == outside


def test_a_folder_in_use_for_something_else_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    tmp_path.chmod(0o755)
    with pytest.raises(EnvironmentFailed, match="in use for something else"):
        login.make_private(tmp_path)
    assert read_mode(tmp_path) == 0o755


def test_serve_prints_the_login_once(project, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    with socket.socket() as taken:  # so that it ends before it starts anything
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        options = ["--port", str(taken.getsockname()[1]), "--home", str(tmp_path / "home")]
        options += ["--releases", str(tmp_path / "releases")]
        command = [sys.executable, str(project / "flows" / "serve.py"), *options]
        done = [
            subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)
            for _ in range(2)
        ]
    string = (tmp_path / "home" / "login").read_text().strip()
    assert [one.returncode for one in done] == [3, 3]
    assert f"Login, shown this once: {string}\n" in done[0].stdout
    assert [string in one.stdout + one.stderr for one in done] == [True, False]
    assert read_mode(tmp_path / "home" / "login") == 0o600
