"""What somebody else adds to the program: one file in a package of their own, found by its entry point."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.extensions import install_extension
from tests.limits import HANG_SECONDS
from tests.quick import quick_definition


def run_command(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, and return what it answered."""
    command = [sys.executable, "-m", "bpo_index", *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=HANG_SECONDS, encoding="utf-8"
    )


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
    assert "Quarantined    3  few_digits: the ratings use only a few different values" in checked.stdout

    published = run_command(rule_installed, "run", *given, "--out", tmp_path / "releases", "--json")
    assert published.returncode == 0, published.stderr
    (release,) = (path.parent for path in (tmp_path / "releases").rglob("audit.json"))
    audit = json.loads((release / "audit.json").read_text(encoding="utf-8"))
    assert audit["reasons"]["few_digits"] == 3
    assert "few digits" in (report := (release / "report.html").read_text(encoding="utf-8"))
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
    assert "Flagged and used    2  few_digits: the ratings use only a few different values" in checked.stdout
    (flags,) = (tmp_path / "audit").rglob("flags.csv")
    rows = pl.read_csv(flags).filter(reason="few_digits")
    assert rows["respondent_id"].to_list() == ["added-0", "added-1"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("most: 0", "quality_rules.few_digits.most (line {line}): must be at least 1; found 0"),
        ("most: 21", "quality_rules.few_digits.most (line {line}): must be at most 20; found 21"),
        ("most: few", "quality_rules.few_digits.most (line {line}): must be a number"),
        ("least: 2", "quality_rules.few_digits.least (line {line}): is not a key of a definition"),
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
