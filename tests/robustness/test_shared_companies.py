"""Companies and respondents that answer in several units: covariance, weights and rank sets, by hand and in pairs."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.groups import average_units
from bpo_index.robustness.ranks.company_draws import draw_companies
from bpo_index.robustness.ranks.rank_sets import find_rank_sets
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.resampling import Resampler
from bpo_index.robustness.sampling.shared_companies import draw_counts, estimate_correlations, find_answering
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.sampling_units import number_sampling_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means
from tests.robustness.cases_at_hand import score_case

ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))


def make_units(places, seed=0, weights=None):
    """Return one unit for each set of companies, of one respondent each whose answers go together."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 1, 1 + max(max(own) for own in places))
    units = []
    for n, own in enumerate(places):
        ratings = (6 + common[list(own)] + rng.normal(0, 0.7, len(own)))[:, np.newaxis]
        given = np.ones(len(own)) if weights is None else weights[n]
        units.append(UnitAnswers("ABCDEF"[n], ratings, given, np.arange(len(own)), sampling_units=np.array(own)))
    return units


def covary_by_hand(units):
    """Return C_ij = f_i f_j sum_k u_ik u_jk, with u = 10 w (x - mean) / W."""
    everybody = sorted({number for unit in units for number in unit.sampling_units.tolist()})
    moved = np.zeros((len(everybody), len(units)))
    for n, unit in enumerate(units):
        k = len(unit.weights)
        u = 10 * unit.weights * (unit.ratings[:, 0] - np.average(unit.ratings[:, 0], weights=unit.weights))
        moved[[everybody.index(own) for own in unit.sampling_units], n] = u / unit.weights.sum() * np.sqrt(k / (k - 1))
    return moved.T @ moved


def correlate(covariance):
    spread = np.sqrt(np.diagonal(covariance))
    return covariance / np.outer(spread, spread)


PLACES = {
    "all": [range(8)] * 3,
    "in part": [range(8), range(6, 14), range(4, 12)],
    "of unequal size": [range(12), range(8, 13), range(5, 20)],
}


@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
def test_replicates_have_the_covariance_of_the_formula(places):
    units = make_units(places)
    wanted = covary_by_hand(units)
    assert estimate_correlations(units, ONE)[0] == pytest.approx(correlate(wanted), abs=1e-6)
    scores = score_means(estimate_unit_means(units), ONE)
    summary = evaluate_replicates([Scenario(ONE, units, 60_000)], scores, ~np.isnan(scores), seed=1)
    assert summary.estimate_standard_errors()[:, 0] == pytest.approx(np.sqrt(np.diagonal(wanted)), rel=0.012)
    # Replicates are of ratio means: correlations through a part of the companies come out up to a tenth smaller.
    assert summary.estimate_correlation(0) == pytest.approx(correlate(wanted), abs=0.05)


def test_weights_of_shared_companies_are_not_negative_have_mean_one_and_the_variance_of_unequal_weights():
    rng = np.random.default_rng(5)
    weights = [rng.lognormal(0, 0.5, 8) for _ in range(3)]
    units = make_units([range(8)] * 3, weights=weights)
    counts = list(
        draw_counts(np.random.default_rng(2), [Resampler(unit) for unit in units], 40_000, there=find_answering(units))
    )
    for unit, counted in zip(units, counts, strict=True):
        drawn = counted * 8 / 7
        assert drawn.min() >= 0
        # The weighted mean of the weights is one in every replicate.
        assert np.average(drawn, axis=0, weights=unit.weights) == pytest.approx(np.ones(40_000))
        assert drawn.mean(axis=1) == pytest.approx(np.ones(8), abs=0.2)
    scores = score_means(estimate_unit_means(units), ONE)
    summary = evaluate_replicates([Scenario(ONE, units, 40_000)], scores, ~np.isnan(scores), seed=1)
    assert summary.estimate_standard_errors()[:, 0] == pytest.approx(
        np.sqrt(np.diagonal(covary_by_hand(units))), rel=0.15
    )


def test_a_unit_that_shares_nobody_keeps_its_draws_whatever_the_others_share():
    alone, shared = (
        make_units([range(8), range(8, 15), range(20, 28)]),
        make_units([range(8), range(6, 13), range(20, 28)]),
    )
    assert find_answering(alone) is None
    assert find_answering(shared).sum(axis=1).max() == 2
    draws = [
        list(
            draw_counts(np.random.default_rng(4), [Resampler(unit) for unit in units], 50, there=find_answering(units))
        )
        for units in (alone, shared)
    ]
    assert np.array_equal(draws[0][2], draws[1][2])
    assert not np.array_equal(draws[0][0], draws[1][0])
    rng = np.random.default_rng(4)
    assert all(
        np.array_equal(Resampler(unit).draw_counts(rng, 50), own) for unit, own in zip(alone, draws[0], strict=True)
    )


@pytest.mark.parametrize("gap", [0.2, 0.5])
def test_two_units_with_the_same_companies_have_the_p_value_of_the_paired_t_test(gap):
    one, two = make_units([range(9)] * 2, seed=3)
    ratings = one.ratings + gap, two.ratings
    difference = (ratings[0] - ratings[1])[:, 0]
    wanted = stats.ttest_1samp(difference, 0)
    scores = 10 * np.array([ratings[0].mean(), ratings[1].mean()])
    covariance = covary_by_hand([one, two])
    sets = find_rank_sets(scores, covariance, np.full(2, 8.0), 0.95, answering=np.ones((9, 2), dtype=bool))
    assert sets.adjusted_p[0, 1] == pytest.approx(wanted.pvalue, abs=0.015)
    # Taken as independent the same scores would be told apart far less.
    apart = find_rank_sets(scores, np.sqrt(np.diagonal(covariance)), np.full(2, 8.0), 0.95)
    assert apart.adjusted_p[0, 1] > sets.adjusted_p[0, 1] + 0.02


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 0.99])
def test_degrees_of_a_pair_do_not_depend_on_the_correlation(correlation):
    covariance = np.array([[4.0, 6 * correlation], [6 * correlation, 9.0]])
    drawn = draw_companies(covariance, np.ones((8, 2), dtype=bool), 20_000, np.random.default_rng(1))
    deviations, se, joint = drawn
    assert joint.degrees == pytest.approx([7], abs=0.35)
    assert (se**2).mean(axis=1) == pytest.approx([4, 9], rel=0.03)
    assert joint.covariance.mean() == pytest.approx(6 * correlation, abs=0.1)
    assert np.cov(deviations) == pytest.approx(covariance, abs=0.25)


def test_drawn_covariances_are_those_of_the_scores_where_companies_are_in_common_in_part():
    answering = np.zeros((13, 3), dtype=bool)
    for n, own in enumerate((range(8), range(5, 13), range(3, 9))):
        answering[list(own), n] = True
    covariance = np.array([[4.0, 0.9, 1.2], [0.9, 9.0, 0.6], [1.2, 0.6, 6.0]])
    deviations, se, joint = draw_companies(covariance, answering, 40_000, np.random.default_rng(1))
    assert joint.pairs.tolist() == [0, 1, 2]
    assert joint.covariance.mean(axis=1) == pytest.approx([0.9, 1.2, 0.6], abs=0.06)
    assert (se**2).mean(axis=1) == pytest.approx([4, 9, 6], rel=0.02)
    assert np.cov(deviations) == pytest.approx(covariance, rel=0.35, abs=0.1)


def test_respondents_who_name_a_company_once_belong_to_it_everywhere():
    rows = pl.DataFrame({"respondent_id": ["a", "a", "b", "c", "c", "d"], "cluster": [None, "X", "X", "Y", "X", None]})
    assert number_sampling_units(rows).tolist() == [0, 0, 0, 0, 0, 1]


def test_experts_who_rate_four_countries_are_compared_in_pairs():
    definition, accepted, scores = score_case("experts")
    assert scores.units["score"].round(1).to_list() == [72.5, 67.5, 63.3, 56.9]
    robustness = assess_robustness(accepted, scores, definition, replicates=400)
    assert robustness.rates_several
    pairs = robustness.ranks.pairs
    assert pairs["surely"].all()
    assert robustness.units.select("rank_set_low", "rank_set_high").rows() == [(n, n) for n in (1, 2, 3, 4)]
    # The same answers of 48 different people leave the order open.
    apart = accepted.with_columns(respondent_id=pl.format("{}-{}", "respondent_id", "unit"))
    independent = assess_robustness(apart, scores_of(apart, definition), definition, replicates=400)
    assert not independent.rates_several
    assert independent.ranks.pairs["adjusted_p"].sum() > pairs["adjusted_p"].sum()
    # Who is left out is left out of all countries.
    people = robustness.influence.items.filter(left_out="respondent")
    assert (people.height, people["unit"].null_count()) == (12, 12)


def scores_of(accepted, definition):
    from bpo_index.scoring.unit_scores import score_units

    return score_units(accepted, definition)


def test_a_group_counts_a_company_once():
    means = average_units(np.ones((1, 2)), np.array([70.0, 60.0]), np.full((2, 2), 4.0), np.full(2, 11.0))
    assert means.degrees == pytest.approx([22])
    assert means.count_once(np.array([12])).degrees == pytest.approx([11])
