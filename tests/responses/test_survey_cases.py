"""Files of the kinds that were once misread, each with the scores that it has to give."""

from pathlib import Path

import pytest

from bpo_index.definition import load_definition
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.validate import validate_responses

CASES = Path(__file__).parent / "cases"


def use(file, definition):
    loaded = load_definition(CASES / definition)
    responses = read_responses([CASES / file], loaded)
    assert responses.refusals == []
    validation = validate_responses(responses, loaded)
    scores = dict(score_units(validation.accepted, loaded).units.select("unit", "score").iter_rows())
    return responses, validation, summarise_audit(validation, loaded), scores


@pytest.mark.parametrize(
    ("file", "definition", "used", "reasons", "scores"),
    [
        ("limesurvey-code-and-text/lt.csv", "lt.yaml", 24, {"unfinished": 6}, {"COL": 38.54, "IND": 48.96}),
        ("surveymonkey-without-metadata/sm.csv", "sm.yaml", 24, {}, {"COL": 57.81, "IND": 58.33}),
        ("redcap-completion/redcap.csv", "redcap.yaml", 36, {"unfinished": 4}, {"COL": 51.25, "IND": 54.30}),
        ("stata-file/stata.dta", "xl.yaml", 40, {}, {"COL": 52.50, "IND": 53.44}),
        ("spss-label-of-code-ignored/dk98.sav", "spss.yaml", 60, {}, {"COL": 60.04, "IND": 61.13}),
    ],
)
def test_a_file_gives_its_scores(file, definition, used, reasons, scores):
    _, validation, audit, found = use(file, f"{file.split('/')[0]}/{definition}")
    assert audit.rows_accepted == used
    assert audit.rows_read == used + sum(reasons.values())
    assert dict(validation.quarantined["reasons"].explode().value_counts().iter_rows()) == reasons
    assert found == pytest.approx(scores, abs=0.005)
    assert audit.flags == {}


def test_speeders_are_looked_for_where_limesurvey_says_how_long_it_took():
    responses, validation, _, _ = use("limesurvey-code-and-text/lt.csv", "limesurvey-code-and-text/lt.yaml")
    assert set(responses.table["duration"]) == {"600"}
    assert not any("speeder" in note for note in validation.notes)


def test_a_code_that_its_label_calls_no_answer_is_said():
    responses, _, _, _ = use("spss-label-of-code-ignored/dk98.sav", "spss-label-of-code-ignored/spss.yaml")
    assert "dk98.sav: agents, leaders: read as don't know by the labels of codes: 98 \"Don't know\" (20)." in (
        responses.decisions
    )
