"""What somebody else adds to the program: one file in a package of their own, found by its entry point."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure import PUBLIC_KEY
from bpo_index.errors import EnvironmentFailed
from bpo_index.publication import columns
from bpo_index.publication.columns.description import Column
from bpo_index.publication.columns.scores import RANKING
from bpo_index.publication.identity import identify_release
from tests.extensions import install_extension
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition

EXTENDING = Path(__file__).resolve().parent / "extending"
SAMPLE = Path(__file__).resolve().parent.parent / "sample_data" / "offshore-bpo-2021.csv"


def run_command(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, and return what it answered."""
    command = [sys.executable, "-m", "bpo_index", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS, encoding="utf-8"
    )


# ---- methods ---------------------------------------------------------------------------------------------------------

METHODS = ("stretched_z", "trimmed_mean", "range_weights")


@pytest.fixture(scope="module")
def methods_installed(tmp_path_factory) -> dict[str, str]:
    """Return the environment in which three methods are installed, a file each."""
    folder = tmp_path_factory.mktemp("methods")
    sources = {name: (EXTENDING / f"{name}.py").read_text(encoding="utf-8") for name in METHODS}
    (folder / "all_methods.py").write_text(
        "".join(f"import {name}\n" for name in METHODS)
        + f"RECORDS = ({''.join(f'*{name}.RECORDS, ' for name in METHODS)})\n",
        encoding="utf-8",
    )
    return install_extension(folder, sources, {"bpo_index.methods": "all_methods"}) | {"PYTHONUTF8": "1"}


def write_definition(folder: Path, method: str, uncertainty: str = "") -> Path:
    """Write the definition of 2021 with other keys of its `method:` block, and other variations or none."""
    text = Path(quick_definition()).read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^uncertainty:.*?(?=^\S)", f"uncertainty: {{{uncertainty}}}\n", text)
    text = re.sub(r"(?ms)^method:.*?(?=^\S)", lambda _: f"method:\n  replicates: 100\n  {method}\n", text)
    path = folder / "definition.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def publish(environment: dict[str, str], folder: Path, method: str, uncertainty: str = "") -> Path:
    """Return the release of the sample under a method."""
    folder.mkdir()
    definition = write_definition(folder, method, uncertainty)
    places = ("--out", folder / "out", "--audit-dir", folder / "audit")
    answer = run_command(environment, "run", SAMPLE, "--definition", definition, *places, "--json")
    assert answer.returncode == 0, answer.stderr
    return Path(json.loads(answer.stdout)["path"])


#: Respondents are not protected, so that all scores are numbers.
EVERYBODY = "minimum_respondents_to_publish: 1"
#: Scores are published with two decimals.
ROUNDED = 0.0151


def read_scores(release: Path) -> pl.DataFrame:
    return pl.read_parquet(release / "ranking.parquet").sort("unit")


def test_methods_of_others_are_listed(methods_installed):
    listed = run_command(methods_installed, "methods").stdout
    assert all(re.search(rf"(?m)^  {name} ", listed) for name in METHODS)
    entries = json.loads(run_command(methods_installed, "methods", "--json").stdout)
    assert entries["aggregation"][-1]["options"] == ["cut"]


def test_a_normalisation_of_others_has_the_errors_of_the_one_that_it_stretches(methods_installed, tmp_path):
    plain, stretched = (
        read_scores(publish(methods_installed, tmp_path / name, f"normalisation: {name}\n  {EVERYBODY}"))
        for name in ("z_score", "stretched_z")
    )
    for column in ("score", "ci_low", "ci_high"):
        wanted = 100 + 1.5 * (plain[column].to_numpy() - 50)
        assert stretched[column].to_numpy() == pytest.approx(wanted, abs=ROUNDED), column
    assert stretched["se"].to_numpy() == pytest.approx(1.5 * plain["se"].to_numpy(), abs=ROUNDED)
    assert (stretched["rank"] == plain["rank"]).all()
    assert (stretched["p_first"] == plain["p_first"]).all()
    # Beyond 100 there is room: no logit keeps the interval within ends that are none.
    assert stretched["ci_high"].max() > 100


def test_a_normalisation_of_others_is_one_assumption_among_others(methods_installed, tmp_path):
    release = publish(
        methods_installed, tmp_path / "varied", "aggregation: arithmetic", "normalisation: {scale: 1, stretched_z: 1}"
    )
    levels = pl.read_csv(release / "robustness" / "assumptions.csv").filter(assumption="normalisation")
    assert levels["level"].to_list() == ["scale", "stretched_z"]
    assert levels["replicates"].to_list() == [50, 50]
    report = (release / "annex.html").read_text(encoding="utf-8")
    assert "stretched z" in report


def test_an_aggregation_of_others_brings_its_option(methods_installed, tmp_path):
    release = publish(methods_installed, tmp_path / "cut", f"aggregation: trimmed_mean\n  cut: 2\n  {EVERYBODY}")
    categories = pl.read_parquet(release / "categories.parquet").sort("unit", "category")
    ranking = read_scores(release)
    cells = np.sort(categories["score"].to_numpy().reshape(ranking.height, -1), axis=1)
    assert ranking["score"].to_numpy() == pytest.approx(cells[:, 2:-2].mean(axis=1), abs=ROUNDED)
    # Nothing says that it is smooth: errors come from replicates and from no derivative.
    assert ranking.filter(pl.col("se").is_null())["unit"].to_list() == ["NIC"]
    report = (release / "annex.html").read_text(encoding="utf-8")
    assert "S: mean of what is left" in report
    assert "mean without the highest and the lowest items" in report


def test_a_weighting_of_others_is_learnt_in_every_replicate(methods_installed, tmp_path):
    release = publish(methods_installed, tmp_path / "ranges", f"weighting: range_weights\n  {EVERYBODY}")
    categories = pl.read_parquet(release / "categories.parquet").sort("unit", "category")
    cells = categories["score"].to_numpy().reshape(-1, 10)
    width = cells.max(axis=0) - cells.min(axis=0)
    weights = pl.read_csv(release / "robustness" / "weights.csv").filter(pl.col("question").is_null())
    found = dict(weights.select("category", "weight").iter_rows())
    names = categories["category"].to_list()[:10]
    assert [found[name] for name in names] == pytest.approx((width / width.sum()).tolist(), abs=1e-3)
    levels = pl.read_csv(release / "robustness" / "assumptions.csv").filter(assumption="weights")
    assert levels["level"].to_list() == ["learnt: range_weights"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("aggregation: trimmed_mean\n  cut: 9", "must be at most 3; found 9"),
        ("aggregation: geometric\n  cut: 2\n  power: 2", "no method that is chosen has this option (generalised_mean"),
        ("aggregation: arithmetic\n  cut: 2", "no method that is chosen has this option (trimmed_mean would)"),
        # Nothing says how low its values may be, so they may be below zero.
        ("normalisation: stretched_z\n  aggregation: geometric", "needs positive values"),
        ("weighting: range_weight", "must be"),
    ],
)
def test_what_does_not_go_with_methods_of_others_is_refused(methods_installed, tmp_path, method, expected):
    definition = write_definition(tmp_path, method)
    answer = run_command(methods_installed, "check", SAMPLE, "--definition", definition, "--audit-dir", tmp_path / "a")
    assert answer.returncode == 2
    assert expected in answer.stderr


def test_a_broken_extension_is_named(tmp_path):
    environment = install_extension(tmp_path, {"broken": "import nowhere\n"}, {"bpo_index.methods": "broken"})
    answer = run_command(environment, "methods")
    assert answer.returncode == 3
    assert "The extension broken" in answer.stderr
    assert "No module named 'nowhere'" in answer.stderr
    assert "Traceback" not in answer.stderr


# ---- quality rules ---------------------------------------------------------------------------------------------------


@pytest.fixture
def rule_installed(project: Path, tmp_path: Path) -> dict[str, str]:
    """Return the environment in which the quality rule `few_digits` is installed, and nothing else."""
    folder = tmp_path / "installed"
    folder.mkdir()
    source = (project / "tests" / "extending" / "few_digits.py").read_text(encoding="utf-8")
    environment = install_extension(folder, {"few_digits": source}, {"bpo_index.rules": "few_digits"})
    return environment | {"PYTHONUTF8": "1"}


def name_rule(folder: Path, options: str) -> Path:
    """Write the definition of 2021 with the rule `few_digits` and these options."""
    text = Path(quick_definition()).read_text(encoding="utf-8")
    path = folder / "definition.yaml"
    path.write_text(text.rstrip() + f"\n  few_digits: {{{options}}}\n", encoding="utf-8")
    return path


@pytest.fixture
def survey(project: Path, tmp_path: Path) -> Path:
    """Return the sample of 2021 with two rows more, whose ratings are 3 and 7 in turn."""
    sample = (project / "sample_data" / "offshore-bpo-2021.csv").read_text(encoding="utf-8")
    header, first = sample.splitlines()[:2]
    place = header.split(",").index("pol_stable")
    added = []
    for number, country in enumerate(("Poland", "El Salvador")):
        cells = first.split(",")[:place]
        cells[0], cells[2], cells[3] = f"added-{number}", country, f"Added company {number}"
        added.append(",".join([*cells, *["3", "7"] * 12]))
    path = tmp_path / "survey.csv"
    path.write_text("\n".join([sample.rstrip(), *added, ""]), encoding="utf-8")
    return path


def test_a_quality_rule_is_one_file(rule_installed: dict[str, str], survey: Path, tmp_path: Path) -> None:
    definition = name_rule(tmp_path, "most: 2")
    given = [survey, "--definition", definition, "--audit-dir", tmp_path / "audit"]
    checked = run_command(rule_installed, "check", *given)
    assert checked.returncode == 0, checked.stderr
    assert "3 few_digits the ratings use only a few different values" in " ".join(checked.stdout.split())

    published = run_command(rule_installed, "run", *given, "--out", tmp_path / "releases", "--json")
    assert published.returncode == 0, published.stderr
    (release,) = (path.parent for path in (tmp_path / "releases").rglob("audit.json"))
    audit = json.loads((release / "audit.json").read_text(encoding="utf-8"))
    assert audit["reasons"]["few_digits"] == 3
    assert "few digits" in (report := (release / "annex.html").read_text(encoding="utf-8"))
    assert "the ratings use only a few different values" in report
    influence = pl.read_csv(release / "robustness" / "influence.csv").filter(left_out="quality_rule")
    assert influence["item"].to_list()[-1] == "few_digits"

    (quarantine,) = (tmp_path / "audit").rglob("quarantine.csv")
    rows = pl.read_csv(quarantine, infer_schema=False).filter(pl.col("reasons").str.contains("few_digits"))
    # The sample has a row of one and the same rating; a row has all of its reasons, those of extensions last.
    assert rows["reasons"].to_list() == ["straight_line few_digits", "few_digits", "few_digits"]
    assert rows["sentences"].to_list()[1:] == ["The ratings use 2 different values; 2 are too few."] * 2
    assert [text.split(",")[0] for text in rows["text"]][1:] == ["added-0", "added-1"]


def test_rows_that_a_rule_flags_are_used(rule_installed: dict[str, str], survey: Path, tmp_path: Path) -> None:
    definition = name_rule(tmp_path, "action: flag")
    given = [survey, "--definition", definition, "--audit-dir", tmp_path / "audit"]
    checked = run_command(rule_installed, "check", *given)
    assert checked.returncode == 0, checked.stderr
    said = " ".join(checked.stdout.split("Flagged and used")[1].split())
    assert "2 few_digits the ratings use only a few different values" in said
    (flags,) = (tmp_path / "audit").rglob("flags.csv")
    rows = pl.read_csv(flags).filter(reason="few_digits")
    assert rows["respondent_id"].to_list() == ["added-0", "added-1"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("most: 0", "quality_rules.few_digits.most (line {line}): must be at least 1; found 0"),
        ("most: 21", "quality_rules.few_digits.most (line {line}): must be at most 20; found 21"),
        ("most: few", "quality_rules.few_digits.most (line {line}): must be a number"),
        ("least: 2", "quality_rules.few_digits.least (line {line}): is not a key here"),
        ("action: drop", "quality_rules.few_digits.action (line {line}): must be 'flag' or 'quarantine'"),
    ],
)
def test_the_options_of_a_rule_are_checked(
    rule_installed: dict[str, str], survey: Path, tmp_path: Path, options: str, says: str
) -> None:
    definition = name_rule(tmp_path, options)
    line = len(definition.read_text(encoding="utf-8").splitlines())
    refused = run_command(rule_installed, "check", survey, "--definition", definition)
    assert refused.returncode == 2
    assert says.format(line=line) in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr


def test_a_rule_that_is_installed_and_not_named_changes_no_definition(rule_installed: dict[str, str]) -> None:
    from bpo_index.definition import load_definition

    command = "from bpo_index import load_definition; print(load_definition('offshore-bpo-2021').hash_content())"
    answer = subprocess.run(
        [sys.executable, "-c", command], env=rule_installed, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == load_definition("offshore-bpo-2021").hash_content()
    assert "few_digits" not in load_definition("offshore-bpo-2021").to_canonical_json()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({'name="few_digits"': 'name="speeder"'}, "have a quality rule called speeder"),
        ({'name="few_digits"': 'name="Few digits"'}, "needs a name of small letters"),
        ({'name="few_digits"': 'name="no_answers"'}, "the name of another reason: no_answers"),
        ({"RECORDS = (": "import bpo_index_missing\n\nRECORDS = ("}, "cannot be loaded: ModuleNotFoundError"),
        ({" <= options.most": ""}, "few_digits does not say true or false of each row"),
        ({"options.most": "options.least"}, "few_digits fails (AttributeError)"),
    ],
)
def test_a_broken_rule_is_named_and_stops_the_command(
    project: Path, survey: Path, tmp_path: Path, changed: dict[str, str], says: str
) -> None:
    source = (project / "tests" / "extending" / "few_digits.py").read_text(encoding="utf-8")
    for old, new in changed.items():
        assert old in source
        source = source.replace(old, new)
    folder = tmp_path / "installed"
    folder.mkdir()
    environment = install_extension(folder, {"few_digits": source}, {"bpo_index.rules": "few_digits"})
    answer = run_command(environment, "check", survey, "--definition", name_rule(tmp_path, ""))
    assert answer.returncode == 3, answer.stderr
    assert says in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr


# ---- columns and figures ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def release_with_column_and_figure(tmp_path_factory):
    """Return a release of the sample, made by a process that finds both extensions."""
    folder = tmp_path_factory.mktemp("extended")
    (folder / "package").mkdir()
    environment = install_extension(
        folder / "package",
        {name: (EXTENDING / f"{name}.py").read_text(encoding="utf-8") for name in ("score_gap", "score_bars")},
        {"bpo_index.columns": "score_gap", "bpo_index.figures": "score_bars"},
    )
    places = (
        "--definition",
        quick_definition(replicates=100),
        "--out",
        folder / "out",
        "--audit-dir",
        folder / "audit",
    )
    answer = run_command(environment, "run", SAMPLE, *places, "--json")
    assert answer.returncode == 0, answer.stderr
    return Path(json.loads(answer.stdout)["path"])


def test_a_column_of_another_package_is_in_every_table_format(release_with_column_and_figure):
    release = release_with_column_and_figure
    ranking = pl.read_parquet(release / "ranking.parquet")
    assert ranking.schema["score_gap"] == pl.Float64
    assert ranking.columns == [*(column.name for column in RANKING.columns), "score_gap"]
    gaps = (ranking["score"].max() - ranking["score"]).round(6)
    assert ranking["score_gap"].equals(gaps.rename("score_gap"))
    assert gaps.n_unique() > 5
    assert pl.read_csv(release / "ranking.csv")["score_gap"].to_list() == gaps.to_list()
    assert [row["score_gap"] for row in json.loads((release / "ranking.json").read_bytes())] == gaps.to_list()
    long = pl.read_csv(release / "long.csv").filter(measure="score_gap")
    assert long["value"].to_list() == gaps.drop_nulls().to_list()
    for name in ("ranking.xlsx", "tables.xlsx"):
        book = openpyxl.load_workbook(release / name)
        shown, *cells = (row[-1] for row in book["ranking"].iter_rows(values_only=True))
        assert shown == "Gap to the best (%)"
        assert cells == gaps.to_list()
        described = [row for row in book["codebook"].iter_rows(values_only=True) if row[1] == "score_gap"]
        assert [(row[0], row[3]) for row in described] == [("ranking", "score points")]


def test_a_column_of_another_package_is_described_for_machines(release_with_column_and_figure):
    package = json.loads((release_with_column_and_figure / "datapackage.json").read_bytes())
    (ranking,) = (one for one in package["resources"] if one["path"] == "ranking.csv")
    *_, field = ranking["schema"]["fields"]
    assert (field["name"], field["type"], field["unit"]) == ("score_gap", "number", "score points")
    assert field["description"].startswith("score of the first unit less this one's")


def test_a_figure_of_another_package_is_drawn_and_shown(release_with_column_and_figure):
    release = release_with_column_and_figure
    shown = f"Scores as bars: {load_definition('offshore-bpo-2021').title}"
    title = "Colombia has the longest bar"
    svg = (release / "figures" / "score-bars.svg").read_text(encoding="utf-8")
    assert f'<title id="score-bars-title">{title}</title>' in svg
    assert f"""<desc id="score-bars-desc">{title}. {shown}. The longest bar is Colombia's.</desc>""" in svg
    assert "SYNTHETIC" in svg
    assert (release / "figures" / "score-bars.png").read_bytes().startswith(b"\x89PNG")
    report = (release / "annex.html").read_text(encoding="utf-8")
    section = report.split('<section id="figures"')[1].split("</section>")[0]
    bare = re.sub("<style>.*?</style>", "", svg, flags=re.DOTALL)
    assert f'<figure id="figure-score-bars">{bare}</figure>' in section
    assert '<a href="#figures">Further figures</a>' in report
    assert '<a href="figures/score-bars.png">' in report


def test_extensions_are_part_of_what_a_release_is_made_from(release_with_column_and_figure, monkeypatch):
    manifest = json.loads((release_with_column_and_figure / "manifest.json").read_bytes())
    assert manifest["made_from"]["versions"]["an-extension"] == "1.0"
    definition = load_definition("offshore-bpo-2021")

    def identify(extensions):
        monkeypatch.setattr("bpo_index.publication.identity.list_extensions", lambda: extensions)
        return identify_release(1, definition, {}, PUBLIC_KEY)

    plain, made_from = identify({})
    assert set(made_from["versions"]) == {"bpo-index", "numpy", "polars", "scikit-learn", "scipy"}
    ids = [plain, *(identify({"an-extension": version})[0] for version in ("1.0", "1.1"))]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column("gap", pl.Int64, "m", table="rankings", value=pl.lit(1)), "there is no table 'rankings'"),
        (Column("gap", pl.Int64, "m", table="ranking"), "it has no value"),
        (Column("gap", pl.Date, "m", table="ranking", value=pl.lit(1)), "its type is Date"),
        (Column("gap", pl.String, "m", table="ranking", unit="share", value=pl.lit("")), "is no number"),
        (Column("Gap (%)", pl.Int64, "m", table="ranking", value=pl.lit(1)), "its name is not made of"),
        (
            Column("score", pl.Int64, "m", table="ranking", value=pl.lit(1), answers="published"),
            "column of the table ranking called score",
        ),
        (Column("gap", pl.Int64, "m", table="ranking", value=pl.lit(1), answers="some"), "made of some, which is none"),
    ],
)
def test_a_column_that_cannot_be_published_is_refused(monkeypatch, column, message):
    found = columns.find_records
    monkeypatch.setattr(
        columns, "find_records", lambda kind, *where: (*found(kind, *where), *([column] if kind is Column else []))
    )
    with pytest.raises(EnvironmentFailed, match=message.replace("(", r"\(")):
        columns.list_tables.__wrapped__()


def test_a_column_that_does_not_state_its_answers_is_withheld_and_the_run_says_so(tmp_path, without_figures):
    content = (EXTENDING / "score_gap.py").read_text(encoding="utf-8")
    silent = content.replace('        answers="published",\n', "")
    assert silent != content
    (tmp_path / "package").mkdir()
    environment = install_extension(tmp_path / "package", {"score_gap": silent}, {"bpo_index.columns": "score_gap"})
    places = (
        "--definition",
        quick_definition(replicates=100),
        "--out",
        tmp_path / "out",
        "--audit-dir",
        tmp_path / "a",
    )
    answer = run_command(environment, "run", SAMPLE, *places, "--verbose")
    assert answer.returncode == 0, answer.stderr
    stated = "The column score_gap of the table ranking is withheld: its record does not state of which answers"
    assert stated in " ".join(answer.stdout.split())
    (release,) = (path.parent for path in (tmp_path / "out").rglob("manifest.json"))
    assert pl.read_parquet(release / "ranking.parquet").columns == [column.name for column in RANKING.columns]
    for path in release.rglob("*"):
        if path.is_file() and path.suffix in (".csv", ".md", ".html", ".tex"):
            rest = path.read_text(encoding="utf-8").replace(f"{stated} its numbers are made.", "")
            assert "Gap to the best" not in rest, path


@pytest.mark.parametrize("value", [pl.col("no_such_column"), lambda frame: frame["name"] / 2, lambda _: "text"])
def test_a_column_that_cannot_be_computed_is_named(value):
    column = Column("gap", pl.Float64, "m", table="scores", value=value, answers="published")
    name = Column("name", pl.String, "m", answers="none")
    table = columns.Table(name="scores", title="", row="", own=(name,), place=0, added=(column,))
    with pytest.raises(EnvironmentFailed, match="The column gap of the table scores cannot be computed: "):
        table.complete(pl.DataFrame({"name": ["a"], "data_origin": ["survey"]}))


def test_what_is_no_number_is_null_in_an_added_column():
    column = Column("inverse", pl.Float64, "m", table="t", value=1 / pl.col("n"), answers="published")
    own = (Column("n", pl.Float64, "m", answers="unit"),)
    table = columns.Table(name="t", title="", row="", own=own, place=0, added=(column,))
    frame = table.complete(pl.DataFrame({"n": [0.0, 2.0, None], "data_origin": "survey"}))
    assert frame["inverse"].to_list() == [None, 0.5, None]


# ---- commands --------------------------------------------------------------------------------------------------------


def test_a_command_in_one_file_is_in_the_help_and_runs(tmp_path: Path) -> None:
    content = (EXTENDING / "count_units.py").read_text(encoding="utf-8")
    environment = install_extension(tmp_path, {"count_units": content}, {"bpo_index.commands": "count_units"})
    said = run_command(environment, "--help")
    assert said.returncode == 0, said.stderr
    lines = [line.split() for line in said.stdout.splitlines()]
    assert ["count-units", "Count", "the", "units", "of", "a", "definition."] in lines
    names = [line[0] for line in lines if line]
    assert names.index("methods") < names.index("count-units")

    said = run_command(environment, "count-units", "offshore-bpo-2021")
    assert (said.returncode, said.stdout) == (0, "Offshore BPO Confidence Index 2021: 12 units\n"), said.stderr
    said = run_command(environment, "count-units", "offshore-bpo-2021", "--json")
    assert json.loads(said.stdout) == {"index": "offshore-bpo", "units": 12}
    # Its errors are those of every command: one paragraph, and an exit code.
    said = run_command(environment, "count-units", "nowhere.yaml")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("bpo-index: ")


@pytest.mark.parametrize(
    ("content", "stated"),
    [
        ("import nowhere_at_all", "The extension extra (extra) of an-extension cannot be loaded: ModuleNotFoundError"),
        ("RECORDS = ['run']", "offers something that is no Command"),
        (
            "from bpo_index.cli.command import Command\nRECORDS = Command('run', 'Another.', print)",
            "Two extensions, or one and bpo-index itself, have a command called run.",
        ),
    ],
)
def test_a_command_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: str, stated: str) -> None:
    environment = install_extension(tmp_path, {"extra": content}, {"bpo_index.commands": "extra"})
    said = run_command(environment, "definitions")
    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr.count("\n") == 1
    assert stated in said.stderr


# ---- survey tools and file formats ----------------------------------------------------------------------------------

TYPEFORM = ("#", "Where?", "One", "Two", "Three", "Start Date (UTC)", "Submit Date (UTC)")
SURVEYED = (
    "schema_version: 1\nindex: small\nedition: one\nversion: 1\ntitle: Small\nprovenance: {note: A test.}\n"
    "scale: {minimum: 0, maximum: 10}\nunits: [{code: AAA, name: Aland}, {code: BBB, name: Beland}]\n"
    "categories: [{id: first, title: First, questions: "
    "[{id: q1, text: One}, {id: q2, text: Two}, {id: q3, text: Three}]}]\n"
    "columns: {unit: 'Where?'}\nquality_rules: {unfinished: {}}\nsource: {export: typeform}\n"
)


@pytest.fixture(scope="module")
def reading_installed(tmp_path_factory) -> dict[str, str]:
    """Return the environment in which a survey tool and a file format are installed, a file each."""
    sources = {name: (EXTENDING / f"{name}.py").read_text(encoding="utf-8") for name in ("typeform", "json_lines")}
    entries = {"bpo_index.tools": "typeform", "bpo_index.formats": "json_lines"}
    return install_extension(tmp_path_factory.mktemp("reading"), sources, entries) | {"PYTHONUTF8": "1"}


def test_a_survey_tool_and_a_file_format_are_one_file_each(reading_installed, tmp_path):
    (tmp_path / "definition.yaml").write_text(SURVEYED, encoding="utf-8")
    rows = [(str(n), "Aland", "1", "2", "3", "2024-01-01 10:00:00", "2024-01-01 10:05:00" * (n < 3)) for n in range(4)]
    lines = [json.dumps(dict(zip(TYPEFORM, row, strict=True))) for row in rows]
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "survey.jsonl").write_text("\n".join(lines), encoding="utf-8")
    given = (tmp_path / "answers", "--definition", tmp_path / "definition.yaml")
    (seen,) = json.loads(run_command(reading_installed, "inspect", *given, "--json").stdout)
    assert "JSON lines, columns named by the format, wide layout, Typeform export" in seen["decisions"][0]
    checked = run_command(reading_installed, "check", *given, "--audit-dir", tmp_path / "audit")
    assert "Of 4 rows read, 3 can be used; quarantined: 1 x unfinished" in checked.stderr


def test_without_the_extension_the_definition_is_refused_and_the_file_named(tmp_path):
    (tmp_path / "definition.yaml").write_text(SURVEYED, encoding="utf-8")
    (tmp_path / "survey.jsonl").write_text('{"a": 1}', encoding="utf-8")
    definition = tmp_path / "definition.yaml"
    refused = run_command(dict(os.environ), "check", tmp_path / "survey.jsonl", "--definition", definition)
    assert refused.returncode == 2
    assert "source.export" in refused.stderr
    definition.write_text(SURVEYED.replace("source: {export: typeform}\n", ""), encoding="utf-8")
    refused = run_command(dict(os.environ), "check", tmp_path / "survey.jsonl", "--definition", definition)
    assert refused.returncode == 1
    assert "is a JSON file" in refused.stdout + refused.stderr
