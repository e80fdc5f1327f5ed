"""The three-level sample: made to the byte, read and checked as it is described, and marked as invented."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.files.resources import list_definitions
from bpo_index.responses import read_responses
from bpo_index.simulation.service_locations import NAME, make_service_locations
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.validate import validate_responses


@pytest.fixture(scope="module")
def definition(project):
    return load_definition(project / "sample_data" / f"{NAME}.yaml")


@pytest.fixture(scope="module")
def validation(definition, project):
    responses = read_responses([project / "sample_data" / f"{NAME}.csv"], definition)
    return validate_responses(responses, definition)


def test_the_shipped_files_are_made_to_the_byte(project):
    for file, frame in zip((f"{NAME}.csv", f"{NAME}-truth.csv"), make_service_locations(), strict=True):
        assert frame.write_csv() == (project / "sample_data" / file).read_text(encoding="utf-8")


def test_the_definition_has_three_levels_methods_of_its_own_and_groups(definition):
    assert NAME not in list_definitions()
    assert "invented" in definition.title
    assert "No manager was asked" in definition.provenance.note
    levels = [node.level for node in definition.nodes]
    assert [levels.count(level) for level in range(3)] == [1, 3, 8]
    assert {node.level for node in definition.nodes if node.questions} == {2}
    assert len(definition.questions) == 23
    assert [question.id for question in definition.questions if question.reverse] == ["loyal_leave"]
    own = {node.id: node.own_method for node in definition.nodes if node.own_method}
    assert own == {"places": {"aggregation": "geometric"}, "rules": {"questions_needed": 2}}
    assert (definition.groups, definition.group_weights) == ("region", "size")
    assert all(unit.size for unit in definition.units)
    assert len({unit.region for unit in definition.units}) == 4


def test_every_row_counts_and_says_that_it_is_synthetic(definition, validation):
    audit = summarise_audit(validation, definition)
    assert (audit.rows_read, audit.rows_accepted, audit.synthetic_respondents) == (119, 119, 119)
    counts = audit.respondents_by_unit
    assert {code for code, count in counts.items() if count < 5} == {"MAR"}
    assert all(8 <= count <= 14 for code, count in counts.items() if code != "MAR")
    assert audit.dont_know > 0
    assert audit.skipped > 0
    shared = validation.accepted.group_by("unit", "cluster").len().filter(pl.col("len") > 1)
    assert shared["len"].to_list() == [2] * 4


def test_one_category_of_one_unit_has_too_few_raters(definition, validation):
    few = []
    for node in definition.nodes:
        if not node.questions:
            continue
        rated = pl.any_horizontal(pl.col([question.id for question in node.questions]).is_not_null())
        raters = validation.accepted.group_by("unit").agg(rated.sum().alias("raters"))
        few += [(node.id, *row) for row in raters.filter(pl.col("raters") < 5, pl.col("unit") != "MAR").iter_rows()]
    assert few == [("administration", "KEN", 3)]


def test_the_truth_is_that_of_the_answers(definition, validation):
    truth = pl.read_csv(make_service_locations()[1].write_csv().encode())
    assert truth.height == 12 * 8
    assert set(truth["data_origin"]) == {"synthetic"}
    for node in definition.nodes:
        if not node.questions:
            continue
        weights = [question.weight for question in node.questions]
        for row in truth.filter(category=node.id).iter_rows(named=True):
            answers = validation.accepted.filter(unit=row["unit"])
            means = [
                8 - answers[question.id].mean() if question.reverse else answers[question.id].mean()
                for question in node.questions
            ]
            assert row["sample_score"] == pytest.approx(100 * (np.average(means, weights=weights) - 1) / 6, abs=1e-4)
    gap = truth["planted_score"] - truth["sample_score"]
    assert abs(gap.mean()) < 1.5
    assert gap.std() < 7
