"""What is published of influence: counts of people, and of rules what does not depend on their rows."""

import numpy as np
import polars as pl
import pytest

from bpo_index.disclosure.influence import PRIVATE, disclose_influence
from bpo_index.files.resources import find_resource
from bpo_index.publication.columns.influence import INFLUENCE, RANKS_WITHOUT, RANKS_WITHOUT_UNIT
from bpo_index.responses import read_responses
from bpo_index.robustness.influence import assess_influence
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.surveys import read_sample


@pytest.fixture(scope="module")
def sample():
    definition, _ = read_sample()
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    return definition, validate_responses(read_responses([path], definition), definition)


def disclose(definition, accepted, quarantined):
    scores = score_units(accepted, definition)
    exact = assess_influence(accepted, quarantined, scores, definition)
    return exact, disclose_influence(exact, quarantined, scores)


def test_no_respondent_and_no_score_is_in_the_tables_and_people_are_counted(sample):
    definition, validation = sample
    exact, public = disclose(definition, validation.accepted, validation.quarantined_by_rules)
    people = {*validation.accepted["respondent_id"], *validation.accepted["cluster"].drop_nulls()}
    for name, table in public.items():
        text = table.write_csv()
        assert not [one for one in people if one in text]
        # Ranks and counts: no score from which a rating could be computed.
        assert not [column for column in table.columns if "score" in column], name
    private = exact.items.filter(pl.col("left_out").is_in(PRIVATE))
    assert set(private["item"]) == people
    for row in public["influence"].filter(pl.col("item").is_null()).iter_rows(named=True):
        own = private.filter(left_out=row["left_out"])
        assert row["items"] == own.height
        assert row["changing_first"] == own["changes_first"].sum()
        assert row["changing_first_five"] == own["changes_first_five"].sum()
        assert row["changing_any_rank"] == (own["ranks_changed"] > 0).sum()
        assert row["largest_shift"] == own["largest_shift"].max()
        assert row["mean_rank_shift"] == pytest.approx(own["mean_rank_shift"].mean(), abs=1e-6)


def test_questions_and_categories_are_published_as_they_are(sample):
    definition, validation = sample
    exact, public = disclose(definition, validation.accepted, validation.quarantined_by_rules)
    own = pl.col("left_out") != "quality_rule"
    assert public["ranks_without"].filter(own).equals(exact.ranks_without.filter(own))
    for row in exact.items.filter(pl.col("left_out").is_in(["question", "category"])).iter_rows(named=True):
        shown = public["influence"].filter(left_out=row["left_out"], item=row["item"]).row(0, named=True)
        assert (shown["items"], shown["not_computed"]) == (1, 0)
        assert shown["changing_first_five"] == row["changes_first_five"]
        assert shown["largest_shift"] == row["largest_shift"]


def test_what_a_rule_does_is_the_same_whatever_the_rows_say_that_it_keeps_out(sample):
    definition, validation = sample
    rng = np.random.default_rng(4)
    tables, exact_ranks = [], []
    for _ in range(6):
        said = {
            question: pl.Series(rng.integers(0, 11, validation.quarantined_by_rules.height).astype(float))
            for question in definition.question_ids
        }
        exact, public = disclose(definition, validation.accepted, validation.quarantined_by_rules.with_columns(**said))
        rules = pl.col("left_out") == "quality_rule"
        tables.append({name: table.filter(rules) for name, table in public.items()})
        both = (
            public["ranks_without"]
            .filter(rules)
            .join(exact.ranks_without, on=["left_out", "item", "unit"], maintain_order="left")
        )
        known = both.filter(pl.col("rank_without").is_not_null())
        assert 0 < known.height < both.height
        assert known["rank_without"].to_list() == known["rank_without_right"].to_list()
        exact_ranks.append(both["rank_without_right"].to_list())
    assert all(table.equals(tables[0][name]) for one in tables for name, table in one.items())
    # The exact ones do depend on them.
    assert any(ranks != exact_ranks[0] for ranks in exact_ranks)


def test_without_any_ranked_unit_the_tables_are_empty(sample):
    definition, validation = sample
    few = validation.accepted.group_by("unit", maintain_order=True).head(1)
    _, public = disclose(definition, few, validation.quarantined_by_rules)
    assert {name: table.schema for name, table in public.items()} == {
        "influence": INFLUENCE.schema,
        "ranks_without": RANKS_WITHOUT.schema,
        "ranks_without_unit": RANKS_WITHOUT_UNIT.schema,
    }
    assert all(table.is_empty() for table in public.values())
