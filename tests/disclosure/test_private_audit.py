"""The other door: exact tables for the owner of the answers."""

import polars as pl
import pytest

from bpo_index.disclosure.private_audit import add_exclusions, add_influence
from bpo_index.errors import EnvironmentFailed
from bpo_index.robustness.exclusions import compare_exclusions
from bpo_index.robustness.influence import assess_influence
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import make_definition, validate_rows

ROWS = [f"{unit}{n},{unit},{n % 5 + 3},{n % 4 + 4},{n % 3 + 1}" for unit in ("AAA", "BBB") for n in range(5)]


@pytest.fixture
def exact(tmp_path):
    definition = make_definition()
    validation = validate_rows(tmp_path, *ROWS, "b9,BBB,9,9,9", definition=definition)
    assert validation.quarantined_by_rules["respondent_id"].to_list() == ["b9"]
    answers = (
        validation.accepted,
        validation.quarantined_by_rules,
        score_units(validation.accepted, definition),
        definition,
    )
    return assess_influence(*answers), compare_exclusions(*answers)


def test_the_most_influential_come_first_and_nobody_is_missing(exact, tmp_path):
    influence, _ = exact
    add_influence(tmp_path, influence)
    written = pl.read_csv(tmp_path / "influence.csv")
    shifts = written["mean_rank_shift"].drop_nulls().to_list()
    assert shifts == sorted(shifts, reverse=True)
    assert sorted(written["item"]) == sorted(influence.items["item"])
    assert written.columns == influence.items.columns


def test_the_exact_comparison_has_every_unit_and_every_score(exact, tmp_path):
    _, exclusions = exact
    add_exclusions(tmp_path, exclusions)
    written = pl.read_csv(tmp_path / "exclusions.csv")
    assert written["score_without"].to_list() == exclusions.exact["score_without"].to_list()
    assert written["respondents_without"].sum() == 11
    assert written.filter(unit="BBB")["score_change"].item() != 0


def test_a_folder_that_cannot_be_written_is_named(exact, tmp_path):
    with pytest.raises(EnvironmentFailed, match="nowhere"):
        add_influence(tmp_path / "nowhere", exact[0])
