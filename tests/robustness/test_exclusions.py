"""With and without exclusions, exact, against full computations."""

import dataclasses

import pytest

from bpo_index.definition import load_definition, replace_method
from bpo_index.files.resources import find_resource
from bpo_index.publication.columns.private import EXACT_EXCLUSIONS
from bpo_index.responses import read_responses
from bpo_index.robustness.exclusions import compare_exclusions
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.surveys import EXCLUSION_METHODS


@pytest.fixture(scope="module")
def sample():
    definition = load_definition("offshore-bpo-2021")
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    return definition, validate_responses(read_responses([path], definition), definition)


def compare(definition, validation):
    scores = score_units(validation.accepted, definition)
    return scores, compare_exclusions(validation.accepted, validation.quarantined_by_rules, scores, definition)


@pytest.mark.parametrize("method", EXCLUSION_METHODS.values(), ids=EXCLUSION_METHODS)
def test_the_exact_table_is_that_of_a_definition_without_rules(sample, method):
    definition, validation = sample
    definition = replace_method(definition, method) if method else definition
    scores, found = compare(definition, validation)
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    raw = definition.model_dump(mode="json")
    lenient = {name: rule and rule | {"action": "flag"} for name, rule in raw["quality_rules"].items()}
    without = type(definition).model_validate(raw | {"quality_rules": lenient})
    everybody = validate_responses(read_responses([path], without), without).accepted
    assert everybody.height == validation.accepted.height + found.readmitted
    assert found.readmitted == validation.quarantined_by_rules.height > 0
    expected = score_units(everybody, without).units
    both = found.exact.join(expected, on="unit", maintain_order="left")
    assert both["rank_without"].to_list() == both["rank_right"].to_list()
    assert both["respondents_without"].to_list() == both["respondents_right"].to_list()
    assert both["score_without"].to_list() == pytest.approx(both["score_right"].to_list(), abs=1e-6)
    assert both["score_change"].to_list() == pytest.approx((both["score_right"] - both["score"]).to_list(), abs=2e-6)
    assert found.exact["rank"].to_list() == sorted(scores.units["rank"])
    assert list(found.exact.schema.items()) == list(EXACT_EXCLUSIONS.schema.items())


def test_nothing_kept_out_changes_nothing(sample):
    definition, validation = sample
    scores = score_units(validation.accepted, definition)
    for nothing in (None, validation.quarantined_by_rules.clear()):
        found = compare_exclusions(validation.accepted, nothing, scores, definition)
        assert (found.readmitted, found.refusal) == (0, None)
        assert found.exact["score_change"].to_list() == [0.0] * 12


def test_a_refusal_without_the_exclusions_is_said_and_breaks_nothing(sample, monkeypatch):
    from bpo_index.errors import DataRefused
    from bpo_index.robustness import exclusions

    definition, validation = sample
    scores = score_units(validation.accepted, definition)

    def refuse(*_, **__):
        raise DataRefused("The weights cannot be learnt.")

    monkeypatch.setattr(exclusions, "score_units", refuse)
    found = compare_exclusions(validation.accepted, validation.quarantined_by_rules, scores, definition)
    assert found.refusal == "The weights cannot be learnt."
    assert found.exact["rank_without"].null_count() == found.exact["score_change"].null_count() == 12
    assert found.units["score_bound_without"].null_count() == 12


def test_without_any_ranked_unit_there_are_still_all_units(sample):
    definition, validation = sample
    few = validation.accepted.group_by("unit", maintain_order=True).head(1)
    scores, found = compare(definition, dataclasses.replace(validation, accepted=few))
    assert not scores.units["ranked"].any()
    assert found.exact.height == 12
