"""The numbers of the explorer: published ones at the published weights, draws as the page says, laws of both."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.definition import change_method
from bpo_index.files.resources import find_resource
from bpo_index.publication.explorer import (
    AGGREGATIONS,
    AS_PUBLISHED,
    NORMALISATIONS,
    draw_scores,
    find_correlations,
    prepare_explorer,
    rescore,
    rescore_values,
)
from bpo_index.publication.explorer_draw_weights import tilt_draws
from bpo_index.publication.report.explorer_part import collect_explorer_data, write_explorer_notes
from bpo_index.responses import read_responses
from bpo_index.robustness.ranks.tallies import share_places
from bpo_index.robustness.sampling.moderation import moderate_variances
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.publication.reports import publish_with_a_withheld_category

SEED = 3


def prepare(result, definition, seed=SEED):
    return prepare_explorer(result.ranking, result.categories, result.tables, change_method(definition, seed=seed))


@pytest.fixture(scope="module")
def explorer(sample):
    return prepare(sample.result, sample.definition)


def test_at_the_published_weights_scores_and_ranks_are_the_published_ones(explorer, sample):
    scores, ranks, _ = rescore(explorer, explorer.weights)
    ranking = sample.result.ranking
    assert explorer.units == ranking["unit"].to_list()
    assert scores == pytest.approx(ranking["score"].to_numpy(), abs=0.011)
    assert ranks.tolist() == ranking["rank"].to_list()
    assert explorer.reproduces


def test_at_the_published_weights_shares_of_places_are_the_published_ones(explorer, sample):
    _, _, shares = rescore(explorer, explorer.weights)
    table = sample.result.tables["rank_shares"].filter(version="sampling")
    found = {row["unit"]: {} for row in table.iter_rows(named=True)}
    for row in table.iter_rows(named=True):
        found[row["unit"]][row["place"]] = row["share"]
    wanted = np.array([[found[unit][place] for place in range(1, 13)] for unit in explorer.units])
    # What no draw shows cannot be weighed up; the rest is met.
    assert np.abs(shares - wanted).max() < 0.01
    assert shares.sum(axis=1) == pytest.approx(1)
    equal = share_places(rescore_values(explorer.replicates, explorer.weights, "arithmetic")).mean(axis=0)
    assert np.abs(equal - wanted).max() > np.abs(shares - wanted).max()
    assert 1 / (explorer.draw_weights**2).sum() > 300


def test_draws_have_the_published_means_and_errors(explorer, sample):
    draws = draw_scores(
        np.full((2, 3), 50.0), np.full((2, 3), 2.0), correlations=np.array([0.0, 0.6]), ends=(0.0, 100.0), seed=SEED
    )
    assert draws.mean(axis=0) == pytest.approx(np.full((2, 3), 50.0), abs=1e-9)
    assert draws.std(axis=0) == pytest.approx(np.full((2, 3), 2.0), rel=0.12)
    for unit, wanted in enumerate((0.0, 0.6)):
        found = np.corrcoef(draws[:, unit].T)[np.triu_indices(3, 1)]
        assert found == pytest.approx(np.full(3, wanted), abs=0.12)
    categories = sample.result.categories
    assert explorer.replicates.shape == (600, 12, 10)
    published = np.array(
        [
            categories.filter(unit=unit, category=category)["se"].item() or np.nan
            for unit in explorer.units
            for category in explorer.categories
        ]
    ).reshape(12, 10)
    assert np.isnan(published).sum() == 4
    counted = np.array(
        [
            (
                sample.result.tables["sampling_error"].filter(unit=unit, category=category)["sampling_units"].to_list()
                or [8]
            )[0]
            for unit in explorer.units
            for category in explorer.categories
        ]
    ).reshape(12, 10)
    moderated = np.sqrt(
        np.array(
            [
                moderate_variances(se**2, score * (100 - score), units.astype(float))
                for se, score, units in zip(published.T, explorer.scores.T, counted.T, strict=True)
            ]
        ).T
    )
    inner = ~np.isnan(published) & (explorer.scores + 3 * moderated < 100) & (explorer.scores - 3 * moderated > 0)
    ratio = explorer.replicates.std(axis=0)[inner] / moderated[inner]
    assert ratio == pytest.approx(np.ones(len(ratio)), abs=0.2)
    assert explorer.replicates.min() >= 0
    assert explorer.replicates.max() <= 100


@settings(max_examples=60, deadline=None)
@given(
    errors=st.lists(st.floats(0.5, 6), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.1, 1), min_size=3, max_size=3),
    correlation=st.floats(0, 1),
)
def test_the_correlation_gives_back_the_error_of_the_overall_score(errors, weights, correlation):
    parts = np.array(errors) * np.array(weights) / sum(weights)
    wanted = np.sqrt((1 - correlation) * (parts**2).sum() + correlation * parts.sum() ** 2)
    scores = np.array([[60.0, 70.0, 80.0]])
    found = find_correlations(scores, np.array([errors]), np.array([wanted]), weights=np.array(weights))
    assert found[0] == pytest.approx(correlation, abs=1e-3)


def test_an_error_no_correlation_can_give_takes_the_nearest_and_none_the_median():
    scores, errors = np.full((4, 2), 50.0), np.ones((4, 2))
    found = find_correlations(scores, errors, np.array([0.1, 5.0, np.sqrt(0.75), np.nan]), weights=np.ones(2))
    assert found == pytest.approx([0.0, 1.0, 0.5, 0.5], abs=1e-6)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_rescoring_is_the_index_of_category_scores(explorer, aggregation, normalisation):
    weights = np.arange(1.0, 11.0)
    ranges = {"normalisation_range": explorer.normalisation_range} if normalisation in ("min_max", "borda") else {}
    index = ConfidenceIndex(
        categories=explorer.categories,
        category_weights=weights,
        scale_minimum=0,
        scale_maximum=100,
        normalisation="scale" if normalisation == AS_PUBLISHED else normalisation,
        **ranges,
        aggregation=aggregation,
    )
    scores, ranks, _ = rescore(explorer, weights, aggregation, normalisation)
    wanted = index.fit_transform(explorer.scores)[:, 0]
    assert scores == pytest.approx(wanted, abs=0.011)
    assert ranks.tolist() == rank_units(wanted).tolist()


@given(st.lists(st.integers(0, 4), min_size=1, max_size=7))
def test_places_are_shared_by_those_who_tie(values):
    shares = share_places(np.array(values, dtype=float))
    assert shares.sum(axis=0) == pytest.approx(np.ones(len(values)))
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(values)))
    for own, row in zip(values, shares, strict=True):
        ahead, tied = sum(v > own for v in values), values.count(own)
        assert np.flatnonzero(row).tolist() == list(range(ahead, ahead + tied))


def test_tilting_to_shares_that_hold_already_changes_nothing():
    places = share_places(np.random.default_rng(1).normal(size=(200, 4)))
    weights = tilt_draws(places, places.mean(axis=0))
    assert weights == pytest.approx(np.full(200, 1 / 200), abs=1e-6)


def test_tilting_leaves_unmet_what_no_draw_can_meet():
    places = share_places(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))
    weights = tilt_draws(places, np.array([[0.9, 0.1, 0], [0.1, 0.6, 0.3], [0, 0.3, 0.7]]))
    assert weights[0] > 0.6
    assert weights.sum() == pytest.approx(1)


def test_a_cell_without_an_error_takes_the_pooled_one_and_not_none(sample):
    result = sample.result
    cell = (pl.col("unit") == "COL") & (pl.col("category") == "security")
    gaps = result.categories.with_columns(se=pl.when(~cell).then("se"))
    found = prepare_explorer(result.ranking, gaps, result.tables, change_method(sample.definition, seed=SEED))
    spread = found.replicates[:, found.units.index("COL"), found.categories.index("security")].std()
    counted = result.tables["sampling_error"].filter(category="security").select("unit", "sampling_units")
    cells = gaps.filter(category="security").join(counted, on="unit", maintain_order="left")
    moderated = moderate_variances(
        cells["se"].to_numpy() ** 2,
        cells["score"].to_numpy() * (100 - cells["score"].to_numpy()),
        cells["sampling_units"].to_numpy().astype(float),
    )
    pooled = np.sqrt(moderated[cells["unit"].to_list().index("COL")])
    assert spread == pytest.approx(pooled, rel=0.15)


def test_without_any_error_there_are_scores_and_no_probabilities(sample):
    result = sample.result
    bare = result.categories.with_columns(se=pl.lit(None, dtype=pl.Float64))
    found = prepare_explorer(result.ranking, bare, result.tables, change_method(sample.definition, seed=SEED))
    scores, _, shares = rescore(found, found.weights)
    assert scores == pytest.approx(result.ranking["score"].to_numpy(), abs=0.011)
    assert np.isnan(shares).all()


def test_a_unit_with_a_withheld_category_takes_no_part(tmp_path):
    completed = publish_with_a_withheld_category(tmp_path)
    found = prepare(completed.result, completed.definition)
    assert found.left_out == ["BBB"]
    assert "BBB" not in found.units
    assert found.draws.shape[1] == 5
    # The other units' shares are of a ranking without it: equal weights of draws.
    assert np.ptp(found.draw_weights) == 0


@pytest.mark.parametrize(
    ("change", "reproduces"),
    [
        ({}, True),
        ({"aggregation": "geometric"}, True),
        # Units of which a score is withheld change the places of the others.
        ({"aggregation": "borda"}, False),
        ({"aggregation": "kemeny"}, False),
        ({"weighting": "benefit_of_the_doubt"}, False),
        ({"weighting": "pca", "negative_weights": True, "weighting_level": "within"}, True),
        ({"normalisation": "z_score"}, True),
        ({"aggregation": "generalised_mean", "power": 0.5}, True),
        ({"weighting": "entropy", "normalisation": "min_max", "normalisation_range": (1.0, 100.0)}, True),
    ],
    ids=str,
)
def test_methods_are_reproduced_or_said_not_to_be(computed, sample, change, reproduces):
    method = sample.definition.method.model_copy(update=change)
    definition = sample.definition.model_copy(update={"method": method})
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    scores = score_units(validate_responses(responses, definition).accepted, definition)
    # Errors are those of the sample: what is looked at is the score.
    ranking = scores.units.with_columns(se=pl.lit(2.0)).sort("rank")
    categories = scores.categories.with_columns(se=pl.lit(3.0))
    tables = sample.result.tables | {"weights": scores.weights}
    found = prepare_explorer(ranking, categories, tables, change_method(definition, seed=SEED))
    assert found.reproduces is reproduces
    said = " ".join(write_explorer_notes(found, sample.result, definition))
    assert ("is not computed here" in said) is not reproduces
    if reproduces:
        again, ranks, _ = rescore(found, found.weights)
        assert again == pytest.approx(ranking["score"].to_numpy(), abs=0.011)
        assert ranks.tolist() == ranking["rank"].to_list()


def test_weights_below_zero_are_not_set_by_sliders(sample):
    weights = sample.result.tables["weights"].with_columns(
        weight=pl.when(category="security").then(-0.1).otherwise("weight")
    )
    found = prepare_explorer(
        sample.result.ranking,
        sample.result.categories,
        sample.result.tables | {"weights": weights},
        sample.definition,
    )
    assert found.weights == pytest.approx(np.full(10, 0.1))
    assert found.weights.min() >= 0


def test_draws_in_which_a_unit_has_no_score_are_left_out(explorer):
    drawn = explorer.draws.copy()
    drawn[:200, 0, 0] = -1  # below zero: no geometric mean
    broken = replace(explorer, draws=drawn)
    _, _, shares = rescore(broken, explorer.weights, "geometric")
    assert shares.sum(axis=1) == pytest.approx(np.ones(12))
    drawn[:, 0, 0] = -1
    assert np.isnan(rescore(replace(explorer, draws=drawn), explorer.weights, "geometric")[2]).all()


def test_where_no_shares_are_published_there_are_no_draws(sample):
    result = sample.result
    for table in (
        result.tables["rank_shares"].clear(),
        result.tables["rank_shares"].with_columns(share=pl.lit(None, dtype=pl.Float64)),
    ):
        tables = result.tables | {"rank_shares": table}
        found = prepare_explorer(result.ranking, result.categories, tables, change_method(sample.definition, seed=SEED))
        assert len(found.draws) == 0
        carried = collect_explorer_data(found, replace(result, tables=tables), sample.definition)
        assert all(row["places"] is None for row in carried["published"])


BY_HAND = {
    # Two units, scores (80, 60) and (60, 84), weights 3 : 1.
    ("arithmetic", AS_PUBLISHED): (75.0, 66.0),
    ("arithmetic", "borda"): (100 - 99 / 4, 1 + 99 / 4),
    ("arithmetic", "min_max"): (100 - 99 / 4, 1 + 99 / 4),
    ("arithmetic", "z_score"): (50 + 10 / np.sqrt(2) / 2, 50 - 10 / np.sqrt(2) / 2),
    ("geometric", AS_PUBLISHED): (80**0.75 * 60**0.25, 60**0.75 * 84**0.25),
    ("harmonic", AS_PUBLISHED): (4 / (3 / 80 + 1 / 60), 4 / (3 / 60 + 1 / 84)),
    ("harmonic", "borda"): (4 / (3 / 100 + 1 / 1), 4 / (3 / 1 + 1 / 100)),
    ("median", AS_PUBLISHED): (80.0, 60.0),
    ("copeland", "z_score"): (100.0, 0.0),
    ("borda", "min_max"): (75.0, 25.0),
}


@pytest.mark.parametrize(("aggregation", "normalisation"), BY_HAND)
def test_rescoring_by_hand(aggregation, normalisation):
    found = rescore_values(
        np.array([[80.0, 60.0], [60.0, 84.0]]),
        np.array([3.0, 1.0]),
        aggregation,
        normalisation=normalisation,
        output_range=(1.0, 100.0),
    )
    assert found == pytest.approx(BY_HAND[aggregation, normalisation], abs=1e-8)


def test_the_seed_counts_and_nothing_else(sample):
    one, same, other = (prepare(sample.result, sample.definition, seed) for seed in (7, 7, 8))
    assert np.array_equal(one.draws, same.draws)
    assert np.array_equal(one.draw_weights, same.draw_weights)
    assert not np.array_equal(one.draws, other.draws)


# ---- categories in categories ---------------------------------------------------------------------------------------


def prepare_tree(completed):
    return prepare_explorer(
        completed.result.ranking, completed.result.categories, completed.result.tables, completed.definition
    )


def test_a_tree_is_recomputed_from_its_lowest_categories(tree):
    found, ranking = prepare_tree(tree), tree.result.ranking
    definition = tree.definition
    assert found.nodes == [node.id for node in definition.category_nodes]
    assert found.categories == [node.id for node in definition.category_nodes if node.questions]
    assert found.reproduces
    ranked = ranking.filter(pl.col("unit").is_in(found.units))
    scores, ranks, shares = rescore(found, found.weights)
    assert scores == pytest.approx(ranked["score"].to_numpy(), abs=0.011)
    assert ranks.tolist() == ranked["rank"].to_list()
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(ranks)))
    assert np.isnan(rescore(replace(found, draws=found.draws[:0]), found.weights)[2]).all()


def test_weights_sum_to_one_among_those_that_one_node_holds(tree):
    found = prepare_tree(tree)
    for _, held in found.tree.holders:
        # Weights are published with six decimals.
        assert found.weights[held].sum() == pytest.approx(1, abs=5e-6)


def test_draws_of_a_tree_have_the_published_error_of_the_overall_score(four_levels):
    found, ranking = prepare_tree(four_levels), four_levels.result.ranking
    drawn = rescore_values(found.replicates, found.weights, found.aggregation, tree=found.tree).std(axis=0)
    shown = ranking.filter(pl.col("unit").is_in(found.units))
    se, score, counted = (shown[name].to_numpy().astype(float) for name in ("se", "score", "respondents"))
    assert len(se) == 10
    moderated = np.sqrt(moderate_variances(se**2, score * (100 - score), counted))
    assert drawn == pytest.approx(moderated, rel=0.15)


def test_shares_of_a_tree_are_the_published_ones(four_levels):
    found = prepare_tree(four_levels)
    assert found.left_out == []
    table = four_levels.result.tables["rank_shares"].filter(version="sampling")
    wanted = dict(zip(table.select("unit", "place").iter_rows(), table["share"], strict=True))
    _, _, shares = rescore(found, found.weights)
    # What no draw shows cannot be weighed up; the rest is met.
    for unit, row in zip(found.units, shares, strict=True):
        assert row == pytest.approx([wanted[unit, place] for place in range(1, len(row) + 1)], abs=0.02)


def test_the_choices_of_a_reader_leave_methods_of_their_own(four_levels):
    found = prepare_tree(four_levels)
    weights = np.arange(1.0, len(found.nodes) + 1)
    values = dict(zip(found.categories, found.scores.T, strict=True))
    weight = dict(zip(found.nodes, weights, strict=True))

    def mean(names, scores, power):
        shares = np.array([weight[name] for name in names]) / sum(weight[name] for name in names)
        stacked = np.stack(scores, axis=1)
        return np.exp(np.log(stacked) @ shares) if power == 0 else (stacked**power @ shares) ** (1 / power)

    # Chosen: geometric; of their own: Talent harmonic, Places geometric anyway.
    talent = mean(["posts", "schools"], [values["posts"], values["schools"]], -1)
    people = mean(["talent", "languages", "loyalty"], [talent, values["languages"], values["loyalty"]], 0)
    inside = ["infrastructure", "offices", "safety"]
    places = mean(inside, [values[name] for name in inside], 0)
    rules = mean(["administration", "stability"], [values["administration"], values["stability"]], 0)
    wanted = mean(["people", "places", "rules"], [people, places, rules], 0)
    scores, ranks, _ = rescore(found, weights, "geometric")
    assert scores == pytest.approx(wanted, abs=0.011)
    assert ranks.tolist() == rank_units(wanted).tolist()
    assert rescore(found, weights, "arithmetic")[0] != pytest.approx(scores, abs=0.01)
    said = " ".join(write_explorer_notes(found, four_levels.result, four_levels.definition))
    assert "whatever is chosen: Talent (harmonic mean) and Places (geometric mean)." in said


def test_a_set_without_any_weight_leaves_no_score(four_levels):
    found = prepare_tree(four_levels)
    weights = found.weights.copy()
    weights[[found.nodes.index(name) for name in ("posts", "schools")]] = 0
    scores, _, shares = rescore(found, weights)
    assert np.isnan(scores).all()
    assert np.isnan(shares).all()
    weights[found.nodes.index("talent")] = 0
    assert not np.isnan(rescore(found, weights)[0]).any()


def test_weights_of_units_own_within_a_category_are_not_computed(three_levels):
    result = three_levels.result
    inside = pl.col("category").is_in(["talent", "languages", "loyalty"]) & pl.col("question").is_null()
    weights = result.tables["weights"].with_columns(weight=pl.when(~inside).then("weight"))
    found = prepare_explorer(
        result.ranking, result.categories, result.tables | {"weights": weights}, three_levels.definition
    )
    # The weights of the definition in the place of those.
    assert found.weights == pytest.approx(prepare_tree(three_levels).weights)
    lost = prepare_explorer(
        result.ranking,
        result.categories,
        result.tables
        | {"weights": weights.with_columns(weight=pl.when(category="rules").then(0.6).otherwise("weight"))},
        three_levels.definition,
    )
    assert not lost.reproduces
    said = " ".join(write_explorer_notes(lost, result, three_levels.definition))
    assert "(weighting given, aggregation arithmetic; weighting given, aggregation geometric in Places)" in said
