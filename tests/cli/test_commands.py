"""The command line end to end: what it prints, what it leaves, its exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from bpo_index.cli.main import main
from bpo_index.definition import change_method
from tests.quick import quick_definition
from tests.surveys import make_definition

pytestmark = pytest.mark.usefixtures("without_figures")


@pytest.fixture
def sample(project):
    return project / "sample_data" / "offshore-bpo-2021.csv"


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run the command line in a fresh folder and return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def list_files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_the_main_job_prints_the_first_five_and_leaves_a_release(run, sample, tmp_path):
    code, out, err = run("run", sample)
    assert (code, err) == (0, "")
    start = " Rank  Country       Score (%) "
    lines = out.partition(start)[2].splitlines()[1:13]
    assert [line[7:21].strip() for line in lines[:5]] == [
        "Colombia",
        "India",
        "Bulgaria",
        "South Africa",
        "El Salvador",
    ]
    assert lines[0].split()[2] == "90.9"
    assert [line.split()[0] for line in lines] == [str(rank) for rank in range(1, 13)]
    assert "SYNTHETIC" in out
    assert "Rows read 108, used 100, quarantined 8" in out
    files = list_files(tmp_path / "releases")
    names = {name.split("/", 3)[-1] for name in files if name.count("/") > 2}
    tables = {f"{table}.{kind}" for table in ("ranking", "categories") for kind in ("csv", "json", "parquet", "md")}
    assert names - {""} >= tables | {"audit.json", "manifest.json", "definition.json", "robustness/pairs.csv"}


def test_json_is_for_programs(run, sample):
    code, out, _ = run("run", sample, "--json", "--definition", quick_definition())
    answer = json.loads(out)
    assert code == 0
    assert answer["ranking"][0]["name"] == "Colombia"
    assert answer["audit"]["rows_read"] == 108


def test_the_same_command_twice_gives_the_same_release(run, sample, tmp_path):
    run("run", sample, "--definition", quick_definition())
    before = list_files(tmp_path / "releases")
    code, out, _ = run("run", sample, "--definition", quick_definition())
    assert code == 0
    assert "unchanged" in out
    assert list_files(tmp_path / "releases") == before
    run("run", sample, "--definition", quick_definition(), "--out", "elsewhere")
    assert list_files(tmp_path / "elsewhere") == before


def test_shuffled_rows_give_the_same_release(run, sample, tmp_path):
    header, *rows = sample.read_text(encoding="utf-8").splitlines(keepends=True)
    shuffled = tmp_path / "other-name.csv"
    shuffled.write_text("".join([header, *sorted(rows, key=lambda row: row[::-1])]), encoding="utf-8")
    run("run", sample, "--definition", quick_definition(), "--out", "a")
    run("run", shuffled, "--definition", quick_definition(), "--out", "b")
    assert list_files(tmp_path / "a") == list_files(tmp_path / "b")


def test_columns_in_another_order_give_the_same_release(run, sample, tmp_path):
    frame = pl.read_csv(sample, infer_schema=False)
    frame.select(reversed(frame.columns)).write_csv(tmp_path / "turned.csv")
    run("run", sample, "--definition", quick_definition(), "--out", "a")
    run("run", tmp_path / "turned.csv", "--definition", quick_definition(), "--out", "b")
    assert list_files(tmp_path / "a") == list_files(tmp_path / "b")


def test_other_names_of_respondents_and_companies_give_the_same_numbers(run, sample, tmp_path):
    frame = pl.read_csv(sample, infer_schema=False)
    renamed = frame.with_columns(
        pl.col("respondent_id").str.reverse(), company=pl.concat_str(pl.col("company").hash(1) % 100_000, "company")
    )
    renamed.write_csv(tmp_path / "renamed.csv")
    before, after = (
        json.loads(run("run", path, "--json", "--definition", quick_definition())[1])
        for path in (sample, tmp_path / "renamed.csv")
    )
    assert before["release"] != after["release"]
    assert before["ranking"] == after["ranking"]


def test_another_seed_gives_other_intervals_and_the_same_scores(run, sample):
    first, second = (
        json.loads(run("run", sample, "--json", "--replicates", 200, "--seed", seed)[1]) for seed in (0, 1)
    )
    assert first["release"] != second["release"]
    for name, same in (("score", True), ("rank", True), ("ci_low", False)):
        assert ([row[name] for row in first["ranking"]] == [row[name] for row in second["ranking"]]) is same


@pytest.mark.parametrize("respondents", [1, 3])
def test_changed_answers_change_the_numbers_where_more_than_two_respondents_differ(run, sample, tmp_path, respondents):
    frame = pl.read_csv(sample, infer_schema=False)
    rows = frame.with_row_index().filter(
        (pl.col("country") == "Colombia")
        & (pl.col("pol_stable") != "0")
        & pl.col("pol_stable").str.contains("^[0-9]+$")
    )["index"][:respondents]
    changed = frame.with_columns(
        pol_stable=pl.when(pl.int_range(pl.len()).is_in(rows.to_list())).then(pl.lit("0")).otherwise("pol_stable")
    )
    changed.write_csv(tmp_path / "changed.csv")
    before = json.loads(run("run", sample, "--json", "--definition", quick_definition())[1])
    code, answer, _ = run("run", tmp_path / "changed.csv", "--json", "--definition", quick_definition())
    after = json.loads(answer)
    assert (code, before["release"] != after["release"]) == (0, True)
    scores = [{row["unit"]: row["score"] for row in answer["ranking"]} for answer in (before, after)]
    moved = {unit for unit in scores[0] if scores[0][unit] != scores[1][unit]}
    assert moved == ({"COL"} if respondents > 2 else set())
    assert (scores[1]["COL"] < scores[0]["COL"]) is (respondents > 2)
    # The correction itself is said, in either case.
    assert ("Colombia" in " ".join(after["notes"])) is (respondents < 3)


def test_nothing_about_a_single_respondent_is_in_the_release(run, sample, tmp_path):
    run("run", sample, "--definition", quick_definition())
    respondents = pl.read_csv(sample, infer_schema=False)
    texts = [content for name, content in list_files(tmp_path / "releases").items()]
    for column in ("respondent_id", "company", "started_at"):
        for value in respondents[column].drop_nulls().unique():
            assert not any(value.encode() in text for text in texts), value
    assert not any(name.endswith("quarantine.csv") for name in list_files(tmp_path / "releases"))


def test_every_quarantined_row_is_in_the_private_audit(run, sample, tmp_path):
    run("run", sample, "--definition", quick_definition())
    (path,) = (tmp_path / "audit").rglob("quarantine.csv")
    rows = pl.read_csv(path)
    assert rows.height == 8
    lines = sample.read_text(encoding="utf-8").splitlines()
    for row in rows.iter_rows(named=True):
        assert lines[row["source_row"] - 1] == row["text"]
        assert row["source_file"] == sample.name
        assert row["reasons"]
        assert row["sentences"].endswith(".")


BROKEN = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "not_csv": (b"PK\x03\x04 whatever", "is damaged"),
    "no_columns": (b"a,b\n1,2\n", "lacks 25 columns"),
    "header_only": (None, "no responses"),
    "unknown_country": ("Narnia", "unknown_unit"),
    "too_few": ("Colombia", "No country of"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_carry_an_index_gives_one_paragraph(run, sample, tmp_path, case):
    content, expected = BROKEN[case]
    header = sample.read_text(encoding="utf-8").splitlines()[0]
    blanks = "," * (header.count(",") - 25)
    if not isinstance(content, bytes):
        rows = [f"id{n},,{content}{blanks}{','.join(str((n + q) % 11) for q in range(24))}" for n in range(3)]
        content = "\n".join([header, *(rows if content else [])]).encode()
    path = tmp_path / "survey.csv"
    path.write_bytes(content)
    for command in ("run", "check"):
        code, out, err = run(command, path)
        assert (code, out) == (1, "")
        assert expected in err
        assert err.count("\n") == 1
        assert "Traceback" not in err
    assert not (tmp_path / "releases").exists()
    (audit,) = (tmp_path / "audit").rglob("audit.json")
    summary = json.loads(audit.read_text(encoding="utf-8"))
    assert expected in summary["refusal"]
    assert summary["rows_read"] == summary["rows_accepted"] + summary["rows_quarantined"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "absent.csv"], "no file absent.csv"),
        (["run", "."], "has no file of answers"),
        (["run"], "RESPONSES"),
        (["run", "x.csv", "--seed", "-1"], "--seed"),
        (["run", "x.csv", "--replicates", "many"], "--replicates"),
        (["run", "x.csv", "--definition", "nowhere.yaml"], "nowhere.yaml"),
        (["fly"], "fly"),
        (["verify", "."], "no release"),
    ],
)
def test_a_wrong_command_line_is_exit_2_and_one_paragraph(run, arguments, expected):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert expected in err
    assert "Traceback" not in err


def test_a_broken_definition_lists_every_problem(run, sample, tmp_path):
    (tmp_path / "broken.yaml").write_text("schema_version: 1\nindex: A B\nfoo: 1\n")
    code, _, err = run("run", sample, "--definition", "broken.yaml")
    assert code == 2
    assert "index (line 2)" in err
    assert "foo (line 3)" in err
    assert "scale (line 1): is missing" in err


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_without_permission_is_exit_3(run, sample, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    code, _, err = run("run", sample, "--definition", quick_definition(), "--out", "closed/releases")
    assert code == 3
    assert "closed" in err


def test_an_out_folder_that_is_a_file_is_exit_3(run, sample, tmp_path):
    (tmp_path / "taken").write_text("")
    code, _, err = run("run", sample, "--definition", quick_definition(), "--out", "taken")
    assert code == 3
    assert "taken" in err


def test_check_counts_and_computes_nothing(run, sample, tmp_path):
    code, out, _ = run("check", sample)
    assert code == 0
    assert "Rows read 108, used 100, quarantined 8" in out
    assert not (tmp_path / "releases").exists()


def test_verify_prints_one_line_a_fact_and_says_what_it_is_worth(run):
    code, out, _ = run("verify")
    assert code == 0
    lines = out.splitlines()
    assert sum(line.startswith("holds ") for line in lines) == 45
    assert sum(line.startswith("not testable ") for line in lines) == 12
    assert "built to meet these facts" in " ".join(lines[-2:])


def test_verify_a_release_and_one_whose_numbers_differ(run, sample, tmp_path, project):
    run("run", sample, "--definition", quick_definition(), "--out", "good")
    (manifest,) = (tmp_path / "good").rglob("manifest.json")
    code, out, _ = run("verify", manifest.parent)
    assert code == 0
    assert "not testable  2021 ZAF infra_power" in out
    run("run", project / "sample_data" / "offshore-bpo-2022.csv", "--definition", quick_definition(), "--out", "wrong")
    (manifest,) = (tmp_path / "wrong").rglob("manifest.json")
    code, out, err = run("verify", manifest.parent)
    assert code == 4
    assert "does not hold" in out
    assert "do not hold" in err


def test_definitions_lists_the_built_in_ones(run):
    code, out, _ = run("definitions")
    assert code == 0
    assert "offshore-bpo-2021" in out
    assert "24 questions" in out


def test_definitions_counts_categories_by_level(run, project, monkeypatch):
    path = project / "sample_data" / "service-locations-2023.yaml"
    monkeypatch.setattr("bpo_index.files.resources.list_definitions", lambda: {"service-locations-2023": path})
    monkeypatch.setattr("bpo_index.definition.model.list_definitions", lambda: {"service-locations-2023": path})
    code, out, _ = run("definitions")
    assert code == 0
    assert "12 countries, 11 categories (3, 8 by level), 23 questions" in out
    code, out, _ = run("definitions", "--json")
    (row,) = json.loads(out)
    assert (row["categories"], row["categories_by_level"]) == (11, [3, 8])


def test_a_definition_of_ones_own_long_layout_and_weights(run, tmp_path):
    """Two questions, three units, weights and missing answers, worked by hand."""
    (tmp_path / "own.yaml").write_text(
        """
schema_version: 1
index: own
edition: a
version: 1
title: Own index
provenance: {note: Ours.}
scale: {minimum: 1, maximum: 5, dont_know: [9]}
units: [{code: X, name: Exland}, {code: Y, name: Wyland}, {code: Z, name: Zedland}]
categories:
  - {id: c, title: C, questions: [{id: q1, text: One}, {id: q2, text: Two, weight: 3, reverse: true}]}
columns: {respondent: who, unit: where, design_weight: w, question: q, rating: r}
method: {minimum_respondents_to_publish: 1, minimum_respondents_to_rank: 2, replicates: 200}
"""
    )
    answers = [
        ("a", "Exland", 1, 5, 1),
        ("b", "Exland", 3, 4, 9),
        ("c", "Wyland", 1, 3, 3),
        ("d", "Wyland", 1, 2, 4),
        ("e", "Zedland", 1, 1, 1),
    ]
    rows = [
        f"{who};{where};{w};{q};{r}"
        for who, where, w, *ratings in answers
        for q, r in zip(("q1", "q2"), ratings, strict=True)
    ]
    (tmp_path / "long.csv").write_text("\n".join(["who;where;w;q;r", *rows]))
    code, out, _ = run("run", "long.csv", "--definition", "own.yaml", "--json")
    assert code == 0
    by_unit = {row["unit"]: row for row in json.loads(out)["ranking"]}
    # X: q1 mean (5 + 3 * 4) / 4 = 4.25 -> 81.25; q2 mean 1, reversed -> 100; (81.25 + 3 * 100) / 4
    assert by_unit["X"]["score"] == pytest.approx(95.3125, abs=0.005)
    # Y: q1 mean 2.5 -> 37.5; q2 mean 3.5 -> 62.5 reversed 37.5
    assert by_unit["Y"]["score"] == pytest.approx(37.5)
    # Z has one respondent: a score, since nobody is protected here, and no rank.
    assert by_unit["Z"]["score"] == pytest.approx(75.0)
    assert by_unit["Z"]["rank"] is None


def test_the_installed_command_and_the_module_answer(project):
    for command in (
        [sys.executable, "-m", "bpo_index"],
        [shutil.which("bpo-index", path=str(Path(sys.executable).parent))],
    ):
        answer = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert answer.stdout.startswith("bpo-index ")


def test_a_plan_says_how_many_to_ask_and_draws_it(run, tmp_path):
    code, out, err = run("plan", "offshore-bpo-2021", "--width", 9, "--out", "next year")
    assert (code, err) == (0, "")
    assert "SYNTHETIC" in out
    folder = tmp_path / "next year"
    table = pl.read_csv(folder / "plan.csv")
    needed = table.filter("needed")["respondents"][0]
    assert f"{needed} managers per country are enough for rank sets of at most 9 of 12 ranks" in " ".join(out.split())
    assert set(table["data_origin"]) == {"synthetic"}
    figure = (folder / "plan.svg").read_text(encoding="utf-8")
    assert figure.startswith("<svg")
    for text in ("Managers per country", f"{needed} needed", "wanted: 9", "SYNTHETIC DATA"):
        assert text in figure
    assert "http" not in figure.replace("http://www.w3.org/", "")
    before = list_files(tmp_path)
    code, out, _ = run("plan", "offshore-bpo-2021", "--width", 9, "--out", "next year", "--json")
    assert code == 0
    assert json.loads(out)["needed"] == needed
    assert list_files(tmp_path) == before


def test_a_plan_from_answers_of_one_s_own(run, sample, tmp_path):
    code, out, _ = run("plan", "offshore-bpo-2021", "--responses", sample, "--neighbours", 0.05, "--assurance", 0.5)
    assert code == 0
    assert "5% of neighbours distinguished" in out
    assert "Share of neighbours distinguished" in (tmp_path / "plan" / "plan.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--width", "0.5"], "--width is a number of ranks, from 1; found 0.5."),
        (["--width", "12"], "--width 12 asks for nothing: 12 units are ranked"),
        (["--neighbours", "0"], "--neighbours is a share of pairs, above 0 and at most 1"),
        (["--assurance", "1"], "--assurance is a share of surveys, .5 to .99; found 1."),
        (["--seed", "-1"], "--seed must be an integer from 0"),
        (["--width", "nan"], "--width is a number of ranks"),
    ],
)
def test_a_plan_that_nothing_can_reach_is_refused(run, arguments, says):
    code, _, err = run("plan", "offshore-bpo-2021", *arguments)
    assert code == 2
    assert says in err


def test_a_plan_needs_answers(run, project, tmp_path):
    own = tmp_path / "own.yaml"
    text = (project / "schemas" / "definitions" / "offshore-bpo-2021.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("index: offshore-bpo", "index: own"), encoding="utf-8")
    code, _, err = run("plan", own)
    assert code == 2
    assert "pass the last one's files with --responses" in err
    few = tmp_path / "few.csv"
    few.write_text("country,pol_stable\nPoland,5\n", encoding="utf-8")
    code, _, err = run("plan", own, "--responses", few)
    assert code == 1
    assert "Traceback" not in err


def test_what_drives_the_ranking_is_in_the_release_and_names_nobody(run, sample, tmp_path):
    code, out, _ = run("run", sample, "--definition", quick_definition(replicates=300), "--verbose")
    assert code == 0
    shown = " ".join(out.split())
    for sentence in (
        "What moves ranks most is which managers answered",
        "Moving less than 5% of the weight between categories is enough to swap 7 pairs",
        "Without the category Real estate market the first five would not be the same.",
    ):
        assert sentence in shown
    (release,) = (tmp_path / "releases" / "offshore-bpo" / "2021").glob("[0-9a-f]*")
    names = {path.stem for path in (release / "robustness").glob("*.csv")}
    assert names >= {"sensitivity", "method_ranks", "weight_swaps", "weight_intervals", "rank_acceptability"}
    assert names >= {"central_weights", "influence", "ranks_without"}
    private = next((tmp_path / "audit").glob("*/influence.csv"))
    people = pl.read_csv(private).filter(pl.col("left_out").is_in(["respondent", "company"]))["item"].to_list()
    assert len(people) == 194
    for path in release.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [name for name in people if name.encode() in content], path


@pytest.mark.parametrize(
    "weights", [["1e9"] * 18, ["0.000001"] * 18, ["1e9", *["0.000001"] * 17], ["1"] * 17 + ["1e9"], ["1e-6", "1e9"] * 9]
)
@pytest.mark.filterwarnings("error")
def test_the_least_and_the_largest_design_weights_are_scored(run, weights):
    definition = change_method(make_definition(**{"company: company": "design_weight: w"}), replicates=200)
    Path("definition.json").write_text(definition.model_dump_json(), encoding="utf-8")
    units = ["Aland", "Beland", "Celand"]
    rows = [f"{n},{units[n % 3]},{n % 11},{n % 7},{n % 5},{weight}" for n, weight in enumerate(weights)]
    Path("survey.csv").write_text("\n".join(["id,country,q1,q2,q3,w", *rows]), encoding="utf-8")
    code, out, err = run(*("run", "survey.csv", "--definition", "definition.json", "--json"))
    assert (code, err) == (0, "")
    assert len(json.loads(out)["ranking"]) == 3
