"""What run and check print of the quality exclusions, and of scores at an end of the scale."""

import json

import pytest

from bpo_index.cli.main import main
from tests.quick import quick_definition
from tests.surveys import SMALL, write_csv

pytestmark = pytest.mark.usefixtures("without_figures")


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Run the command line in a fresh folder and return what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL)

    def run(*arguments: object) -> str:
        assert main([str(argument) for argument in arguments]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        return " ".join(captured.out.split())

    return run


ROWS = [f"{unit}{n},{unit},{n + 3},{n + 4},{n + 1}" for unit in ("AAA", "BBB") for n in range(3)]


def test_check_prints_exact_figures_and_run_the_public_ones(call, project, tmp_path):
    sample = project / "sample_data" / "offshore-bpo-2021.csv"
    checked = call("check", sample, "--definition", quick_definition(), "--verbose")
    assert "quarantined 8: 3 by quality rules alone, 5 for errors, 0 while the files were read" in checked
    assert "2,348 ratings, 27 don't-know, 25 skipped, 0 not asked" in checked
    assert "9 Mexico 77.1 9 0.3 1" in checked
    ran = call("run", sample, "--definition", quick_definition(), "--verbose")
    assert "9 Mexico 77.1 6 to 11 1" in ran
    assert "9 Mexico 77.1 9 0.3 1" not in ran
    shown = json.loads(call("run", sample, "--definition", quick_definition(), "--json"))["exclusions"]
    assert {row["unit"] for row in shown if row["respondents_without"] > row["respondents"]} == {"IND", "MEX", "ZAF"}
    exact = json.loads(call("check", sample, "--definition", quick_definition(), "--json"))
    assert exact["no_ranking"] is None
    assert sum(row["respondents_without"] - row["respondents"] for row in exact["exclusions"]) == 3
    (folder,) = (path.parent for path in (tmp_path / "audit").glob("*/audit.json"))
    assert {path.name for path in folder.iterdir()} >= {"exclusions.csv", "nonresponse.csv", "influence.csv"}


def test_where_no_rule_keeps_a_row_out_one_sentence_says_so(call, tmp_path):
    said = call("check", write_csv(tmp_path, *ROWS), "--definition", "small.yaml", "--verbose")
    assert "No row is kept out by quality rules alone, so the ranking without these rules is the same." in said


def test_check_says_why_there_is_no_ranking_and_succeeds(call, tmp_path):
    (tmp_path / "small.yaml").write_text(
        SMALL.replace("method: {", "method: {normalisation: distance_to_reference, reference_unit: CCC, ")
    )
    said = call("check", write_csv(tmp_path, *ROWS), "--definition", "small.yaml")
    assert "No ranking can be computed: The unit of reference, CCC, has too few respondents" in said
    assert "Rows read 6, used 6" in said


def test_a_score_at_the_end_of_the_scale_is_printed_as_a_bound(call, tmp_path):
    definition = SMALL.replace("reverse: true", "reverse: false").replace("_publish: 2", "_publish: 5")
    (tmp_path / "small.yaml").write_text(definition.replace("_rank: 2", "_rank: 5"))
    rows = [f"a{n},AAA,10,{'10' if n % 2 else ''},{'' if n % 2 else '10'}" for n in range(10)]
    rows += [f"b{n},BBB,{n + 3},{n + 2},{n + 1}" for n in range(5)]
    said = call("run", write_csv(tmp_path, *rows), "--definition", "small.yaml", "--verbose")
    assert "1 Aland * at least 97 –" in said
    assert "Aland: at an end of the scale: published as a bound, no interval." in said
