"""Whatever the environment and the streams of a process: a command does its work, or says what is wrong with them."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import CASES, check_answer, fuzz, start
from tests.surveys import SMALL

NUMBERS = [
    "0",
    "1",
    "2",
    "-1",
    "",
    "x",
    "1.5",
    "1e3",
    "99999999999999999999",
    "2,1",
    " 4 ",
    "+3",
    "٣",
    "1000000",
    "4096",
]
VARIABLES = {
    "POLARS_MAX_THREADS": NUMBERS,
    "OMP_NUM_THREADS": NUMBERS,
    "OPENBLAS_NUM_THREADS": NUMBERS,
    "RAYON_NUM_THREADS": NUMBERS[:12],
    "MKL_NUM_THREADS": NUMBERS,
    "POLARS_VERBOSE": ["x"],  # 1 asks polars to print what it does
    "POLARS_FMT_MAX_ROWS": NUMBERS,
    "COLUMNS": [*NUMBERS, "100000000"],
    "LINES": NUMBERS,
    "TERM": ["", "dumb", "odd", "xterm-256color", "\udc80"],
    "NO_COLOR": ["", "1"],
    "FORCE_COLOR": ["", "1"],
    "TTY_COMPATIBLE": ["0", "1", "x"],
    "JUPYTER_COLUMNS": NUMBERS,
    "LANG": ["C", "POSIX", "xx_YY.UTF-8", "tr_TR.UTF-8", ""],
    "LC_ALL": ["C", "xx", ""],
    "HOME": ["", "/nowhere", "/dev/null", None],
    "TMPDIR": ["", "/nowhere", "/dev/null", "relative"],
    "PATH": ["", None, "/nowhere"],
    "TZ": ["", "nowhere", "Asia/Kolkata"],
    "PYTHONIOENCODING": ["ascii", "latin-1", "utf-16", "ascii:strict", "cp1252"],
    "PYTHONUTF8": ["0", "1"],
    "PYTHONOPTIMIZE": ["1", "2"],
    "PYTHONUNBUFFERED": ["1"],
    "PYTHONDONTWRITEBYTECODE": ["1"],
    "RUST_BACKTRACE": ["full", "0"],
    "XDG_CACHE_HOME": ["/nowhere"],
    "BPO_INDEX_DEBUG": [""],
}
COMMANDS = {
    "definitions": ["definitions"],
    "methods": ["methods"],
    "methods as JSON": ["methods", "--json"],
    "help": ["--help"],
    "help of a command": ["run", "--help"],
    "version": ["--version"],
    "inspect": ["inspect", "../survey.csv", "--definition", "../small.yaml"],
    "check": ["check", "../survey.csv", "--definition", "../small.yaml"],
    "template": ["template", "../small.yaml", "--json"],
    "a wrong command": ["fly"],
    "no file": ["run", "absent.csv"],
    "a broken definition": ["check", "../survey.csv", "--definition", "../survey.csv"],
}
#: Commands that say what they have to say on standard output.
PRINTING = [name for name in COMMANDS if name not in ("a wrong command", "no file", "a broken definition")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surroundings")
    rows = [f"r{n},{['Aland', 'Beland', 'Celand'][n % 3]},{n % 11},{n % 7},{n % 5}" for n in range(24)]
    (folder / "survey.csv").write_text("\n".join(["id,country,q1,q2,q3", *rows]), encoding="utf-8")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "here").mkdir()
    return folder


@fuzz(0.5, 2)
@given(data=st.data(), command=st.sampled_from(sorted(COMMANDS)))
def test_any_environment(place, data, command):
    names = data.draw(st.lists(st.sampled_from(sorted(VARIABLES)), min_size=1, max_size=3, unique=True))
    environment = {name: data.draw(st.sampled_from(VARIABLES[name])) for name in names}
    gone = data.draw(st.integers(0, 9)) == 0
    answer = start(place / "here", COMMANDS[command], environment=environment, gone=gone)
    check_answer(answer)
    assert answer.out or answer.err


@fuzz(0.4, 2)
@given(
    command=st.sampled_from(sorted(COMMANDS)),
    closed=st.lists(st.sampled_from([0, 1, 2]), unique=True, max_size=3),
    full=st.sampled_from([(), ("stdout",), ("stderr",), ("stdout", "stderr")]),
)
def test_any_streams(place, command, closed, full):
    with open("/dev/full", "wb") as nowhere:  # noqa: PTH123
        answer = start(place / "here", COMMANDS[command], closed=closed, **dict.fromkeys(full, nowhere))
    if "stderr" in full or 2 in closed:
        assert answer.err == ""
        assert answer.code in (0, 1, 2, 3)
    else:
        check_answer(answer)
    lost = "stdout" in full or 1 in closed
    expected = 3 if lost and command in PRINTING else {"no file": 2, "a wrong command": 2, "a broken definition": 2}
    assert answer.code == (expected if isinstance(expected, int) else expected.get(command, 0))


@fuzz(0.1, 1)
@given(command=st.sampled_from(sorted(COMMANDS)), files=st.integers(10, 80))
def test_any_limit_of_open_files(place, command, files):
    answer = start(place / "here", COMMANDS[command], limits={"RLIMIT_NOFILE": files})
    if files < 20 and answer.code == 1 and "bpo_index" not in answer.err:
        return  # Python itself cannot begin
    check_answer(answer)


@pytest.mark.parametrize("command", PRINTING if CASES else PRINTING[:1])
def test_a_reader_that_has_gone_is_no_failure(place, command):
    read, write = os.pipe()
    os.close(read)
    try:
        answer = start(place / "here", COMMANDS[command], stdout=write)
    finally:
        os.close(write)
    assert (answer.code, answer.err) == (0, "")
