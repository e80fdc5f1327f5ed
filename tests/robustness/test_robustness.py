"""Sampling error and rank sets: formulas by hand, known answers, coverage by simulation."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import make_definition, read_sample, validate_rows

ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))
TWO = IndexStructure.of_categories([0, 1], np.ones(2), np.array([3.0, 1.0]), reverse=np.array([False, True]))


def make_unit(ratings, weights=None, cluster=None):
    ratings = np.asarray(ratings, dtype=float)
    ratings = ratings[:, np.newaxis] if ratings.ndim == 1 else ratings
    n = len(ratings)
    return UnitAnswers(
        "X",
        ratings,
        np.ones(n) if weights is None else np.asarray(weights, float),
        np.arange(n) if cluster is None else np.asarray(cluster),
    )


def replicate_error(unit, structure, replicates=40_000, seed=3):
    scores = score_means(estimate_unit_means([unit]), structure)
    scenarios = [Scenario(structure, [unit], replicates)]
    summary = evaluate_replicates(scenarios, scores, ~np.isnan(scores), seed=seed)
    return summary.estimate_standard_errors()[0], summary


def test_one_question_and_equal_weights_give_s_over_root_n():
    ratings = [9, 7, 4, 10, 8, 6, 9, 5]
    ((se,), (clusters,)) = linearise_standard_errors([make_unit(ratings)], ONE)
    assert se[0] == pytest.approx(10 * np.std(ratings, ddof=1) / math.sqrt(8), rel=1e-6)
    assert clusters.tolist() == [8, 8]


def test_companies_give_the_between_company_formula():
    ratings, company = np.array([9.0, 7, 4, 10, 8, 6]), [0, 0, 1, 1, 2, 3]
    totals = [(ratings[np.array(company) == k] - ratings.mean()).sum() / 6 for k in range(4)]
    expected = 10 * math.sqrt(4 / 3 * sum(total**2 for total in totals))
    assert linearise_standard_errors([make_unit(ratings, cluster=company)], ONE)[0][0, 0] == pytest.approx(
        expected, rel=1e-6
    )


def test_weights_and_two_categories_by_hand():
    ratings, weights = np.array([[9.0, 2], [7, 5], [4, np.nan], [10, 1], [6, 6]]), np.array([1.0, 2, 1, 3, 1])
    means = [
        np.average(ratings[:, 0], weights=weights),
        np.average(ratings[[0, 1, 3, 4], 1], weights=weights[[0, 1, 3, 4]]),
    ]
    residual = 0.75 * 10 * weights * (ratings[:, 0] - means[0]) / weights.sum()
    residual -= 0.25 * 10 * np.nan_to_num(weights * (ratings[:, 1] - means[1])) / weights[[0, 1, 3, 4]].sum()
    expected = math.sqrt(5 / 4 * (residual**2).sum())
    ((se,), (clusters,)) = linearise_standard_errors([make_unit(ratings, weights)], TWO)
    assert se[0] == pytest.approx(expected, rel=1e-6)
    assert clusters.tolist() == [5, 5, 4]


@pytest.mark.parametrize("cluster", [None, [0, 0, 1, 2, 3, 4, 5, 6]])
def test_rao_wu_has_the_analytic_variance_and_the_plain_bootstrap_would_not(cluster):
    unit = make_unit([9, 7, 4, 10, 8, 6, 9, 5], cluster=cluster)
    analytic = linearise_standard_errors([unit], ONE)[0][0, 0]
    ratio = (replicate_error(unit, ONE)[0][0] / analytic) ** 2
    if cluster is None:
        assert ratio == pytest.approx(1, abs=4 * math.sqrt(2 / 40_000) * 1.2)
        assert abs(ratio - 7 / 8) > 0.08
    else:
        # Companies of unequal size make the mean a ratio: above its linear part, by 6.6 % in a million draws.
        assert ratio == pytest.approx(1.066, abs=0.04)


def test_a_seed_fixes_every_bit_and_another_seed_moves_the_error_only_a_little():
    unit = make_unit([9, 7, 4, 10, 8, 6, 9, 5])
    first, again, other = (replicate_error(unit, ONE, 3_500, seed)[0][0] for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert first == pytest.approx(other, rel=0.1)


def test_replicates_without_an_answer_are_counted_and_spoil_nothing():
    unit = make_unit([[9, 5], [7, np.nan], [4, np.nan], [10, np.nan], [8, np.nan], [5, 4]])
    se, summary = replicate_error(unit, TWO, 5_000)
    assert summary.replicates == 5_000
    assert summary.computed[0, 1] == 5_000
    lost = 1 - summary.computed[0, 2] / 5_000
    assert lost == pytest.approx((4 / 6) ** 5, abs=0.02)
    assert np.isfinite(se).all()
    assert summary.rankable.tolist() == summary.computed[0].tolist()


def test_logit_t_by_hand_and_inside_the_scale():
    low, high = estimate_logit_t_interval(np.array([95.0]), np.array([4.0]), np.array([7.0]), 0.95)
    centre, reach = math.log(0.95 / 0.05), stats.t.ppf(0.975, 7) * 4 / (100 * 0.95 * 0.05)
    assert low[0] == pytest.approx(100 / (1 + math.exp(-(centre - reach))))
    assert high[0] == pytest.approx(100 / (1 + math.exp(-(centre + reach))))
    assert 0 < low[0] < 95 < high[0] < 100


@pytest.mark.parametrize(("score", "se", "degrees"), [(100, 0, 7), (0, 1, 7), (50, np.nan, 7), (50, 0, 7), (50, 1, 0)])
def test_no_interval_where_there_is_none(score, se, degrees):
    low, high = estimate_logit_t_interval(np.array([score]), np.array([se]), np.array([degrees]), 0.95)
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@pytest.mark.parametrize("n", [5, 8, 12])
def test_logit_t_covers_near_the_ceiling(n):
    ratings = np.clip(np.random.default_rng(n).normal(8.7, 1.4, (4_000, n)), 0, 10)
    truth = 10 * np.clip(np.random.default_rng(99).normal(8.7, 1.4, 2_000_000), 0, 10).mean()
    se = 10 * ratings.std(axis=1, ddof=1) / math.sqrt(n)
    low, high = estimate_logit_t_interval(10 * ratings.mean(axis=1), se, np.full(4_000, n - 1), 0.95)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.92


@pytest.fixture(scope="module")
def assessed():
    definition, accepted = read_sample()
    scores = score_units(accepted, definition)
    return definition, accepted, scores, assess_robustness(accepted, scores, definition, replicates=2_500)


def test_the_sample_has_every_number_and_shares_add_up(assessed):
    _, _, scores, robustness = assessed
    units = robustness.units
    assert units.null_count().sum_horizontal()[0] == 0
    assert units["p_first"].sum() == pytest.approx(1, abs=1e-5)
    assert units["p_top3"].sum() == pytest.approx(3, abs=1e-5)
    joined = units.join(scores.units, on="unit")
    assert joined.select((pl.col("ci_low") < pl.col("score")) & (pl.col("score") < pl.col("ci_high"))).to_series().all()
    inside = pl.col("rank").is_between("marginal_rank_set_low", "marginal_rank_set_high")
    assert joined.select(inside).to_series().all()
    assert robustness.ranks.pairs.height == 66
    assert robustness.replicates == 2_500


def test_the_order_of_rows_changes_no_bit(assessed):
    definition, accepted, _scores, robustness = assessed
    shuffled = accepted.sample(fraction=1, shuffle=True, seed=4)
    again = assess_robustness(shuffled, score_units(shuffled, definition), definition, replicates=2_500)
    assert again.units.equals(robustness.units)
    assert again.categories.equals(robustness.categories)


def test_small_and_silent_units_say_why(tmp_path):
    definition = make_definition(
        **{"straight_line: {minimum_answers: 3}": "straight_line: null", "_to_publish: 2": "_to_publish: 1"}
    )
    header = "id,country,q1,q2,q3,company"
    rows = [f"a{n},Aland,{5 + n},{4 + n},{3 + n % 2},one" for n in range(5)]
    rows += [f"b{n},Beland,7,7,3," for n in range(4)]
    rows += [f"c{n},Celand,{n},{9 - n % 3},{n % 4}," for n in range(4)]
    accepted = validate_rows(tmp_path, *rows, header=header, definition=definition).accepted
    scores = score_units(accepted, definition)
    units = assess_robustness(accepted, scores, definition, replicates=300).units
    assert units["note"].to_list() == ["one_cluster", "no_variance", "small"]
    assert units["se"].is_null().to_list() == [True, True, False]
    assert units["ci_low"].is_null().to_list() == [True, True, False]
    assert units.select("rank_set_low", "rank_set_high").rows() == [(1, 3)] * 3


def test_suppressed_units_have_no_numbers(tmp_path):
    definition = make_definition()
    rows = [f"{u}{n},{u},{n},{(n * 3) % 10},{n % 4}" for u in ("Aland", "Beland") for n in range(6)] + [
        "c,Celand,1,2,3"
    ]
    accepted = validate_rows(tmp_path, *rows, definition=definition).accepted
    robustness = assess_robustness(accepted, score_units(accepted, definition), definition, replicates=300)
    row = robustness.units.row(2, named=True)
    assert row["note"] == "suppressed"
    assert {value for name, value in row.items() if name not in ("unit", "note")} == {None}
    assert robustness.units["rank_set_high"].max() == 2
    assert robustness.ranks.pairs.height == 1
