"""What is odd, extreme or broken is answered in a sentence: no traceback, no raw warning, and the right exit code."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.commands import CASES, call, check_answer, start
from tests.quick import put_key
from tests.surveys import SMALL

pytestmark = pytest.mark.usefixtures("without_figures")


def take(instances, ordinary=3):
    """Return some instances in the ordinary tests, all of them in `make fuzz`."""
    return list(instances) if CASES else list(instances)[:ordinary]


ROWS = [f"r{n},{['Aland', 'Beland', 'Celand'][n % 3]},{(7 * n) % 11},{n % 7},{n % 5}" for n in range(24)]
HUGE = "1" + "0" * 400
NUMBERS = [
    ("text: One", "text: One, weight: 1e308", "weight"),
    ("title: First", "title: First, weight: 1e308", "weight"),
    ("title: Last", "title: Last, weight: 1e-320", "weight"),
    ("maximum: 10", "maximum: 1e308", "scale.maximum"),
    ("minimum: 0", "minimum: -1e308", "scale.minimum"),
    ("minimum: 0, maximum: 10", "minimum: 9.9999999999, maximum: 10", "scale.maximum"),
    ("top: 10", f"top: {HUGE}", "scale.labels.top"),
    ("method: {", "method: {normalisation: min_max, normalisation_range: [-1e308, 1e308], ", "normalisation_range"),
    ("method: {", "method: {normalisation: goalposts, goalposts: [1e-320, 1e-319], ", "goalposts"),
    ("method: {", "method: {normalisation: distance_to_target, target: .inf, ", "target"),
    ("method: {", "method: {trim_weights: 1e308, ", "trim_weights"),
    ("method: {", f"method: {{neighbours: {HUGE}, ", "neighbours"),
    ("method: {", "method: {weighting: ahp, comparisons: [[1, 1e308], [1e-308, 1]], ", "comparisons"),
    ("method: {", "uncertainty: {weight_bounds: [1e-320, 1e308]}\nmethod: {", "weight_bounds"),
    ("method: {", "uncertainty: {aggregation: {arithmetic: 1e308, median: 1e-308}}\nmethod: {", "aggregation"),
    ("method: {", "method: {confidence_level: true, ", "confidence_level"),
    ("text: One", "text: One, weight: true", "weight"),
    ("text: One", "text: One, weight: '1'", "weight"),
    ("publish: 2", "publish: 99999999999999", "minimum_respondents_to_publish"),
]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_survey(tmp_path)
    return tmp_path


def write_survey(folder):
    (folder / "survey.csv").write_text("\n".join(["id,country,q1,q2,q3", *ROWS]), encoding="utf-8")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")


@pytest.mark.parametrize(("old", "new", "key"), NUMBERS)
def test_a_number_that_nothing_can_be_computed_with_is_refused_by_its_key(here, old, new, key):
    assert old in SMALL
    (here / "small.yaml").write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    answer = call("run", "survey.csv", "--definition", "small.yaml", "--replicates", 100)
    assert answer.code == 2
    assert key in answer.err
    assert "line " in answer.err
    assert "nput should" not in answer.err
    assert "tuple" not in answer.err


@pytest.mark.parametrize("share", ["1e308", "1e-320", "nan", HUGE, "true"])
def test_a_share_that_nothing_can_be_computed_with_is_refused_by_its_line(here, share):
    (here / "margins.csv").write_text(f"unit,variable,level,share\n,size,small,{share}\n,size,large,1\n")
    answer = call("run", "survey.csv", "--definition", "small.yaml", "--margins", "margins.csv")
    assert answer.code == 2
    assert "line 2" in answer.err


@pytest.mark.parametrize(
    "command", take([["definitions"], ["methods", "--json"], ["--help"], ["methods"], ["--version"]])
)
def test_standard_output_that_is_closed_is_said_and_is_no_refusal(here, command):
    answer = start(here, command, closed=[1])
    check_answer(answer)
    assert answer.code == 3
    assert "standard output is closed" in answer.err


@pytest.mark.parametrize("command", take([["methods"], ["methods", "--json"], ["--help"], ["definitions"]]))
def test_a_reader_that_has_gone_is_no_failure(here, command):
    read, write = os.pipe()
    os.close(read)
    try:
        answer = start(here, command, stdout=write)
    finally:
        os.close(write)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("closed", take([[0, 1, 2], [2], [0]], 1))
def test_other_streams_may_be_closed(here, closed):
    answer = start(here, ["run", "absent.csv"], closed=closed)
    assert answer.code == 2
    assert "Traceback" not in answer.err


MANIFESTS = {
    "nested": "[" * 100_000,
    "nested keys": '{"files": ' * 20_000,
    "a list": "[1, 2]",
    "files in a list": '{"files": ["report.html"]}',
    "files as numbers": '{"files": {"report.html": 1}}',
    "a way out": '{"files": {"../../../../etc/passwd": {"bytes": 1, "sha256": "0"}}}',
    "NUL": '{"files": {"a\\u0000b": {"bytes": 1, "sha256": "0"}}}',
    "half a character": '{"files": {"\\ud800": {"bytes": 1, "sha256": "0"}}}',
    "a huge number": f'{{"files": {HUGE * 20}}}',
}


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_a_manifest_of_odd_content_is_refused(here, manifest):
    (here / "manifest.json").write_text(MANIFESTS[manifest], encoding="utf-8")
    answer = call("verify", ".")
    assert answer.code == 3
    assert "manifest.json" in answer.err


@pytest.mark.parametrize("manifest", take(MANIFESTS))
def test_a_run_that_meets_a_release_with_such_a_manifest_says_so(here, manifest, release):
    (release / "manifest.json").write_text(MANIFESTS[manifest], encoding="utf-8")
    answer = call(*RUN, "--out", "out")
    assert answer.code == 3
    assert "manifest.json" in answer.err


@pytest.mark.parametrize(
    "content", take(["[" * 100_000, '["a"]', HUGE * 20, '{"release": {}}', '{"release": "../x"}'], 2)
)
@pytest.mark.parametrize("name", ["latest.json", ".pending.json"])
def test_a_pointer_of_odd_content_is_made_again(here, release, name, content):
    (release.parent / name).write_text(content, encoding="utf-8")
    assert call(*RUN, "--out", "out").code == 0
    assert json.loads((release.parent / "latest.json").read_bytes())["release"] == release.name
    assert not (release.parent / ".pending.json").exists()


RUN = ("run", "survey.csv", "--definition", "small.yaml", "--replicates", 100)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    write_survey(folder)
    inputs = ("run", folder / "survey.csv", "--definition", folder / "small.yaml", "--replicates", 100)
    answer = call(*inputs, "--out", folder / "out", "--audit-dir", put_key(folder / "audit"), "--json")
    assert answer.code == 0
    return Path(json.loads(answer.out)["path"])


@pytest.fixture
def release(here, published):
    """Return a copy of a release in the folder `out` of this test."""
    shutil.copytree(published.parents[2], here / "out")
    put_key(here / "audit")
    return here / "out" / published.relative_to(published.parents[2])


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "a\0b"],
        ["check", "survey.csv", "--definition", "a\0b"],
        [*RUN, "--out", "a\0b"],
        [*RUN, "--audit-dir", "a\0b"],
        [*RUN, "--margins", "a\0b"],
        [*RUN, "--method", "a\0b"],
        ["verify", "a\0b"],
        ["template", "small.yaml", "--out", "a\0b"],
        ["plan", "offshore-bpo-2021", "--responses", "a\0b"],
        ["inspect", "a\ud800b"],
        [*RUN, "--out", "x" * 5000],
    ],
)
def test_a_name_that_no_system_takes_is_refused(here, arguments):
    answer = call(*arguments)
    assert answer.code in (2, 3)
    assert "a\\x00b" in answer.err or "a\\ud800b" in answer.err or "x" * 100 in answer.err


@pytest.mark.parametrize(
    ("name", "value"),
    take(
        [
            ("POLARS_MAX_THREADS", "0"),
            ("POLARS_MAX_THREADS", "-1"),
            ("OMP_NUM_THREADS", "0"),
            ("POLARS_MAX_THREADS", "many"),
            ("OMP_NUM_THREADS", ""),
        ],
        4,
    ),
)
def test_an_environment_in_which_libraries_fail_is_refused_by_its_variable(here, name, value):
    answer = start(here, ["check", "survey.csv", "--definition", "small.yaml"], environment={name: value})
    check_answer(answer)
    assert answer.code == 3
    assert name in answer.err


def test_a_folder_that_is_gone_and_a_limit_of_files_are_said(here):
    answers = [
        start(here, ["definitions"], gone=True),
        start(here, ["definitions"], limits={"RLIMIT_NOFILE": 20}),
    ]
    for answer in answers:
        check_answer(answer)
    assert [answer.code for answer in answers] == [3, 3]


def test_a_fault_of_ours_is_a_sentence_to_report_and_its_traceback_is_asked_for(here, monkeypatch, capsys):
    from bpo_index import pipeline
    from bpo_index.cli.main import main

    def fail(*arguments):
        raise ZeroDivisionError("answer 7 of respondent r1")

    monkeypatch.setattr(pipeline, "check", fail)
    for is_asked in (False, True):
        if is_asked:
            monkeypatch.setenv("BPO_INDEX_DEBUG", "1")
        assert main(["check", "survey.csv"]) == 3
        said = capsys.readouterr().err
        assert "is a fault of bpo-index" in said
        assert "ZeroDivisionError" in said
        assert ("Traceback" in said) is is_asked
        assert ("respondent r1" in said) is is_asked
