"""With and without exclusions: public ranks hold whatever the rows say, and no change of score is public."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition, replace_method
from bpo_index.disclosure.exclusions import disclose_exclusions
from bpo_index.errors import DataRefused
from bpo_index.files.resources import find_resource
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.responses import read_responses
from bpo_index.robustness import exclusions
from bpo_index.robustness.exclusions import compare_exclusions
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.surveys import EXCLUSION_METHODS, SMALL, make_definition, validate_rows


@pytest.fixture(scope="module")
def sample():
    definition = load_definition("offshore-bpo-2021")
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    return definition, validate_responses(read_responses([path], definition), definition)


def compare(definition, validation):
    """Return the scores, the exact comparison and what may be published of it."""
    scores = score_units(validation.accepted, definition)
    found = compare_exclusions(validation.accepted, validation.quarantined_by_rules, scores, definition)
    return scores, found, disclose_exclusions(found, validation.quarantined_by_rules, scores)


@pytest.mark.parametrize("method", EXCLUSION_METHODS.values(), ids=EXCLUSION_METHODS)
def test_public_ranks_hold_whatever_the_rows_say_and_hang_on_nothing_of_it(sample, method):
    definition, validation = sample
    definition = replace_method(definition, method) if method else definition
    scores = score_units(validation.accepted, definition)
    rng = np.random.default_rng(1)
    tables = []
    for _ in range(12):
        # Other answers, some of them skipped, in the rows that are kept out.
        said = {
            question: pl.Series([None if rng.random() < 0.2 else float(rng.integers(0, 11)) for _ in range(3)])
            for question in definition.question_ids
        }
        rows = validation.quarantined_by_rules.with_columns(**said)
        found = compare_exclusions(validation.accepted, rows, scores, definition)
        public = disclose_exclusions(found, rows, scores)
        both = public.join(found.exact, on="unit", maintain_order="left")
        if both["rank_without_low"].null_count():
            assert both["rank_without_low"].null_count() == both["rank_without_high"].null_count() == both.height
            assert method == EXCLUSION_METHODS["over units"]
        else:
            assert both.select(pl.col("rank_without").is_between("rank_without_low", "rank_without_high").all()).item()
        tables.append(public)
    assert all(table.equals(tables[0]) for table in tables)
    assert list(tables[0].schema.items()) == list(EXCLUSIONS.schema.items())


def test_nothing_kept_out_leaves_every_rank(sample):
    definition, validation = sample
    scores = score_units(validation.accepted, definition)
    nothing = validation.quarantined_by_rules.clear()
    exact = compare_exclusions(validation.accepted, nothing, scores, definition)
    public = disclose_exclusions(exact, nothing, scores)
    assert public["rank_without_low"].to_list() == public["rank"].to_list()
    assert public["rank_without_high"].to_list() == public["rank"].to_list()


def test_a_refusal_without_the_exclusions_changes_nothing_that_is_published(sample, monkeypatch):
    definition, validation = sample
    quarantined, scores = validation.quarantined_by_rules, score_units(validation.accepted, definition)
    exact = compare_exclusions(validation.accepted, quarantined, scores, definition)
    whole = disclose_exclusions(exact, quarantined, scores)

    def refuse(*_, **__):
        raise DataRefused("The weights cannot be learnt.")

    monkeypatch.setattr(exclusions, "score_units", refuse)
    refused = compare_exclusions(validation.accepted, quarantined, scores, definition)
    assert refused.refusal
    assert disclose_exclusions(refused, quarantined, scores).equals(whole)
    assert whole["rank_without_low"].null_count() == 0


def test_units_that_only_the_rows_readmitted_bring_into_the_ranking_are_in_no_public_rank(tmp_path):
    rows = [f"{unit}{n},{unit},{n % 5 + 3},{n % 4 + 4},{n % 3 + 1}" for unit in ("AAA", "BBB") for n in range(4)]
    rows += ["c0,CCC,9,8,1", "c1,CCC,9,9,9", "c2,CCC,9,9,9"]
    definition = make_definition()
    validation = validate_rows(tmp_path, *rows, definition=definition)
    assert validation.quarantined_by_rules["unit"].to_list() == ["CCC"] * 2
    scores, found, public = compare(definition, validation)
    assert scores.units["ranked"].to_list() == [True, True, False]
    assert found.exact.filter(unit="CCC")["rank_without"].item() is not None
    assert public["unit"].to_list() == found.exact["unit"][:2].to_list()
    assert public["rank_without_high"].to_list() == public["rank"].to_list()


def test_without_any_ranked_unit_the_public_table_is_empty(sample):
    definition, validation = sample
    few = validation.accepted.group_by("unit", maintain_order=True).head(1)
    _, _, public = compare(definition, dataclasses.replace(validation, accepted=few))
    assert public.is_empty()


def test_almost_the_same_rows_are_known_whether_the_rule_flags_or_quarantines(tmp_path):
    rows = [f"{n},Aland,{n},{n},{n}" for n in (1, 2)] + [f"{n},Aland,3,4,5" for n in (3, 4)] + ["5,Aland,3,4,"]
    for action in ("flag", "quarantine"):
        rules = f"{{near_identical: {{action: {action}, minimum_answers: 3}}, straight_line: {{minimum_answers: 3}}}}"
        definition = make_definition(**{SMALL[SMALL.index("{unfinished") :].rstrip(): rules})
        found = validate_rows(
            tmp_path, *rows, "6,Aland,3,3,3", "7,Aland,3,3,3", definition=definition
        ).quarantined_by_rules
        both = found.filter(respondent_id="6").select(pl.concat_list("reasons", "flags")).to_series()[0].to_list()
        assert sorted(both) == ["near_identical", "straight_line"]
