"""Rank reversal: the others when a unit is left out, by hand and against a full computation without it."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import parse_definition
from bpo_index.publication.reversals import describe_reversals
from bpo_index.robustness.influence import assess_influence
from bpo_index.robustness.left_out_units import leave_out_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import read_sample

#: Means of two questions, one a category.
MEANS = {"A": (9, 4), "B": (7, 7), "C": (1, 5), "D": (5, 1)}
TEXT = """
schema_version: 1
index: small
edition: one
version: 1
title: Small
provenance: {note: By hand.}
scale: {minimum: 0, maximum: 10}
units: [{code: A, name: Aland}, {code: B, name: Beland}, {code: C, name: Celand}, {code: D, name: Deland}]
categories:
  - {id: one, title: One, questions: [{id: q1, text: First}]}
  - {id: two, title: Two, questions: [{id: q2, text: Second}]}
columns: {unit: country}
method: {minimum_respondents_to_publish: 1, minimum_respondents_to_rank: 1, METHOD}
"""


def survey(means, method):
    definition = parse_definition(TEXT.replace("METHOD", method))
    rows = [(f"{unit}{n}", unit, 1.0, None, *map(float, pair)) for unit, pair in means.items() for n in range(2)]
    schema = {"respondent_id": pl.String, "unit": pl.String, "design_weight": pl.Float64, "cluster": pl.String}
    accepted = pl.DataFrame(rows, schema=schema | {"q1": pl.Float64, "q2": pl.Float64}, orient="row")
    return definition, accepted, score_units(accepted, definition)


def test_a_reversal_by_hand():
    # Ahead of each other by min-max: with D, A (9, 4.2) has (100 + 80) / 2 = 90 and B (8.2, 5) (90 + 100) / 2 = 95.
    # Without D the second question runs from 3 to 5: A (100 + 60) / 2 = 80, B 95; without C the first from 8 to 9:
    # A (100 + 80) / 2 = 90, B (20 + 100) / 2 = 60, so that A is ahead.
    means = {"A": (9, 4.2), "B": (8.2, 5), "C": (1, 3), "D": (8, 1)}
    definition, accepted, scores = survey(means, "normalisation: min_max")
    assert dict(scores.units.select("unit", "score").iter_rows()) == pytest.approx(
        {"A": 90.0, "B": 95.0, "C": 25.0, "D": (87.5 + 0) / 2}
    )
    items, ranks = leave_out_units(accepted, scores, definition)
    without = ranks.filter(pl.col("left_out") == "C").select("unit", "rank", "rank_without").rows()
    assert without == [("B", 1, 2), ("A", 2, 1), ("D", 3, 3)]
    row = items.row(by_predicate=pl.col("item") == "C", named=True)
    assert (row["changes_first"], row["ranks_changed"], row["largest_shift"]) == (True, 2, 1)
    assert row["mean_rank_shift"] == pytest.approx(2 / 3, abs=1e-6)
    # D falls from 43.75 to the low end of both questions.
    assert row["score_change"] == pytest.approx(-43.75)
    others = items.filter(pl.col("item") != "C")
    assert others["ranks_changed"].sum() == 0
    names = dict(zip("ABCD", ("Aland", "Beland", "Celand", "Deland"), strict=True))
    said = describe_reversals(ranks, names, definition.words)
    assert said[0].endswith("without Celand, another of the others would be first.")
    assert said[1].startswith("The order of 1 pair of")


METHODS = {
    "min_max": "normalisation: min_max",
    "z_score": "normalisation: z_score",
    "copeland": "aggregation: copeland",
    "pca": "weighting: pca",
    "best": "weighting: benefit_of_the_doubt",
    "winsorise": "outliers: winsorise",
    "knn": "missing_answers: knn",
    "reference": "normalisation: distance_to_reference, reference_unit: C",
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_ranks_are_those_of_a_survey_without_the_unit(method):
    definition, accepted, scores = survey(MEANS, method)
    items, ranks = leave_out_units(accepted, scores, definition)
    assert items["item"].to_list() == list("ABCD")
    assert scores.sample.structure.units_matter
    for gone in "ABCD":
        shown = ranks.filter(pl.col("left_out") == gone).sort("unit")
        if gone == "C" and "reference" in method:
            assert shown["rank_without"].null_count() == 3
            assert items.filter(pl.col("item") == gone)["ranks_changed"].to_list() == [None]
            continue
        anew = score_units(accepted.filter(pl.col("unit") != gone), definition).units
        expected = anew.filter(pl.col("unit") != gone).sort("unit")["rank"].to_list()
        assert shown["rank_without"].to_list() == expected
        among = scores.units.filter(pl.col("unit") != gone).sort("unit")["score"]
        assert shown["rank"].to_list() == [int((among > own).sum()) + 1 for own in among]


@pytest.mark.parametrize(
    "method",
    [
        "",
        "aggregation: geometric",
        "normalisation: goalposts, goalposts: [1, 9]",
        "missing_answers: person_category_mean",
    ],
    ids=["scale", "geometric", "goalposts", "person means"],
)
def test_nothing_is_said_where_units_do_not_matter(method):
    definition, accepted, scores = survey(MEANS, method or "replicates: 100")
    items, ranks = leave_out_units(accepted, scores, definition)
    assert not scores.sample.structure.units_matter
    assert items.is_empty()
    assert ranks.is_empty()
    assert describe_reversals(ranks, {}, definition.words) == []


def test_what_the_record_of_a_method_says_decides_and_not_its_name(monkeypatch):
    definition, accepted, scores = survey(MEANS, "normalisation: min_max")
    monkeypatch.setattr(IndexStructure, "units_are_independent", property(lambda _: True))
    assert leave_out_units(accepted, scores, definition)[0].is_empty()


def test_the_sample_under_z_scores_is_the_same_as_without_each_country():
    definition, accepted = read_sample()
    definition = definition.model_copy(
        update={"method": definition.method.model_copy(update={"normalisation": "min_max", "aggregation": "copeland"})}
    )
    scores = score_units(accepted, definition)
    found = assess_influence(accepted, None, scores, definition)
    rows = found.items.filter(pl.col("left_out") == "unit")
    assert rows.height == len(definition.units) == 12
    table = found.ranks_without_unit
    assert table.height == 12 * 11
    worst = rows.sort("ranks_changed", descending=True)["item"][0]
    anew = score_units(accepted.filter(pl.col("unit") != worst), definition).units.drop_nulls("rank")
    shown = dict(table.filter(pl.col("left_out") == worst).select("unit", "rank_without").iter_rows())
    assert shown == dict(anew.select("unit", "rank").iter_rows())
    changed = table.filter(pl.col("rank") != pl.col("rank_without")).height
    assert changed == rows["ranks_changed"].sum()
    assert np.isfinite(rows["mean_rank_shift"].to_numpy()).all()
