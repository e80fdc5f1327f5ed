"""Leave-one-out figures against a full recomputation."""

import polars as pl
import pytest

from bpo_index.definition import IndexDefinition
from bpo_index.errors import DataRefused
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness import influence
from bpo_index.robustness.influence import assess_influence
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.surveys import make_definition, read_sample, validate_rows


@pytest.fixture(scope="module")
def sample():
    definition, _ = read_sample()
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    validation = validate_responses(read_responses([path], definition), definition)
    return definition, validation


def change(definition, **method):
    return definition.model_copy(update={"method": definition.method.model_copy(update=method)})


def assess(definition, validation):
    scores = score_units(validation.accepted, definition)
    return scores, assess_influence(validation.accepted, validation.quarantined_by_rules, scores, definition)


def compare(scores, without):
    """Return what leaving something out changes, from two full computations."""
    ranks = scores.units.filter("ranked").select("unit", "rank")
    both = ranks.join(without.units.select("unit", other="rank"), on="unit", maintain_order="left")
    moved = both.with_columns(shift=(pl.col("other") - pl.col("rank")).abs().fill_null(0))

    def list_first(column, k):
        return set(both.filter(pl.col(column) <= k)["unit"])

    return {
        "ranks_changed": both.filter(pl.col("rank").ne_missing(pl.col("other"))).height,
        "largest_shift": moved["shift"].max(),
        "mean_rank_shift": pytest.approx(moved["shift"].mean(), abs=1e-6),
        "changes_first": list_first("rank", 1) != list_first("other", 1),
        "changes_first_five": list_first("rank", 5) != list_first("other", 5),
    }


METHODS = {
    "default": {},
    "normalised over units": {"normalisation": "min_max", "aggregation": "arithmetic"},
    "person means": {"missing_answers": "person_category_mean", "aggregation": "geometric"},
    "within respondents": {"weighting": "pca", "weighting_level": "within"},
    "nearest neighbours": {"missing_answers": "knn"},
    "trimmed": {"trim_weights": 1.5},
    "copeland": {"aggregation": "copeland"},
    "reference": {"normalisation": "distance_to_reference", "reference_unit": "NIC"},
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_leaving_out_people_equals_a_full_recomputation_without_them(sample, method):
    definition, validation = sample
    definition = change(definition, **method)
    scores, found = assess(definition, validation)
    items = found.items
    # All of the units that are at the minimum, and every seventh of the others.
    names = items.filter(pl.col("left_out") == "respondent")["item"].sort().to_list()
    at_minimum = validation.accepted.filter(pl.col("unit") == "NIC")["respondent_id"].to_list()
    people = [("respondent", "respondent_id", name) for name in sorted({*names[::7], *at_minimum})]
    people += [("company", "cluster", name) for name in items.filter(pl.col("left_out") == "company")["item"][:12]]
    assert len(names) == validation.accepted.height
    for kind, column, name in people:
        row = items.row(by_predicate=(pl.col("left_out") == kind) & (pl.col("item") == name), named=True)
        remaining = validation.accepted.filter(pl.col(column).ne_missing(name))
        try:
            without = score_units(remaining, definition)
        except DataRefused:
            assert row["ranks_changed"] is None
            continue
        expected = compare(scores, without)
        assert {key: row[key] for key in expected} == expected, name
        if kind == "respondent" and expected["ranks_changed"] < 12:
            both = without.units.join(scores.units, on="unit", maintain_order="left").filter("ranked")
            changes = (both["score"] - both["score_right"]).fill_null(0)
            assert abs(row["score_change"]) == pytest.approx(changes.abs().max(), abs=1e-6)
            assert row["unit"] == validation.accepted.filter(pl.col("respondent_id") == name)["unit"][0]


@pytest.mark.parametrize("method", ["default", "person means", "within respondents", "normalised over units"])
def test_leaving_out_questions_and_categories_equals_a_definition_without_them(sample, method):
    definition, validation = sample
    definition = change(definition, **METHODS[method])
    scores, found = assess(definition, validation)
    ranks = {
        key: dict(part.select("unit", "rank_without").iter_rows())
        for key, part in found.ranks_without.group_by("left_out", "item")
    }
    listed = [("category", category.id) for category in definition.categories]
    listed += [("question", question.id) for question in definition.questions]
    for kind, name in listed:
        categories = []
        for category in definition.categories:
            if (kind, name) == ("category", category.id):
                continue
            kept = tuple(question for question in category.questions if question.id != name)
            categories.append(category.model_copy(update={"questions": kept}))
        raw = definition.model_copy(update={"categories": tuple(categories)}).model_dump(mode="json")
        reduced = IndexDefinition.model_validate(raw)
        without = score_units(validation.accepted, reduced)
        assert ranks[kind, name] == dict(without.units.filter("ranked").select("unit", "rank").iter_rows()), name
        row = found.items.row(by_predicate=(pl.col("left_out") == kind) & (pl.col("item") == name), named=True)
        expected = compare(scores, without)
        assert {key: row[key] for key in expected} == expected, name


def test_leaving_out_a_quality_rule_equals_a_validation_without_it(sample):
    definition, validation = sample
    accepted = validation.accepted
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    scores, found = assess(definition, validation)
    for rule in ("unfinished", "incomplete", "straight_line"):
        rules = definition.quality_rules.model_copy(update={rule: None})
        without = definition.model_copy(update={"quality_rules": rules})
        readmitted = validate_responses(read_responses([path], without), without).accepted
        assert readmitted.height == accepted.height + 1
        expected = score_units(readmitted, definition)
        row = found.items.row(
            by_predicate=(pl.col("left_out") == "quality_rule") & (pl.col("item") == rule), named=True
        )
        shown = compare(scores, expected)
        assert {key: row[key] for key in shown} == shown
        ranks = found.ranks_without.filter((pl.col("left_out") == "quality_rule") & (pl.col("item") == rule))
        assert ranks["rank"].is_sorted()
        both = ranks.join(expected.units, on="unit", maintain_order="left")
        assert both["rank_without"].to_list() == both["rank_right"].to_list()
    assert set(validation.quarantined_by_rules["respondent_id"]).isdisjoint(accepted["respondent_id"])


def test_rules_that_only_flag_or_are_not_there_are_not_left_out(tmp_path):
    rows = [f"{unit}{n},{unit},{n % 5 + 3},{n % 4 + 4},{n % 3 + 1},yes" for unit in ("AAA", "BBB") for n in range(4)]
    rows += ["CCC0,CCC,5,5,5,yes", "CCC1,CCC,5,5,5,no", "CCC2,CCC,6,6,6,yes", "CCC3,CCC,6,4,,no"]
    header = "id,country,q1,q2,q3,done"
    definition = make_definition(
        **{"unfinished: {}": "unfinished: {action: flag}", "incomplete: {minimum_share: 0.5}, ": ""}
    )
    validation = validate_rows(tmp_path, *rows, header=header, definition=definition)
    assert validation.quarantined_by_rules["reasons"].to_list() == [["straight_line"]] * 3
    scores, found = assess(definition, validation)
    rules = found.items.filter(pl.col("left_out") == "quality_rule")
    assert rules["item"].to_list() == ["straight_line"]
    # Three answers from CCC readmitted give it a rank that it does not have: the ranking changes, no rank of a unit
    # moves.
    assert scores.units["ranked"].to_list() == [True, True, False]


def test_every_respondent_and_every_company_is_left_out_once(sample):
    definition, validation = sample
    _, found = assess(definition, validation)
    people = found.items.filter(pl.col("left_out").is_in(["respondent", "company"]))["item"].to_list()
    known = validation.accepted["respondent_id"].to_list(), validation.accepted["cluster"].drop_nulls().unique()
    assert sorted(people) == sorted([*known[0], *known[1]])
    assert set(found.ranks_without["left_out"]) == {"question", "category", "quality_rule"}


def test_many_full_recomputations_are_not_begun(sample, monkeypatch):
    definition, validation = sample
    monkeypatch.setattr(influence, "_MOST_IMPUTED", 50)
    _, found = assess(change(definition, missing_answers="knn"), validation)
    people = found.items.filter(pl.col("left_out").is_in(["respondent", "company"]))
    assert people["largest_shift"].null_count() == people["ranks_changed"].null_count() == people.height > 0


def test_chunks_give_the_same(sample, monkeypatch):
    definition, validation = sample
    _, whole = assess(definition, validation)
    monkeypatch.setattr(influence, "_CELLS", 2_000)
    _, parts = assess(definition, validation)
    assert parts.items.equals(whole.items)


def test_without_any_ranked_unit_the_tables_are_empty(sample):
    definition, validation = sample
    few = validation.accepted.group_by("unit", maintain_order=True).head(1)
    scores = score_units(few, definition)
    found = assess_influence(few, validation.quarantined_by_rules, scores, definition)
    assert found.ranks_without.is_empty()
    assert found.items.is_empty()
