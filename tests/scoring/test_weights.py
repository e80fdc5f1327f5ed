"""Weightings, each recomputed from its formula in plain Python, the laws they obey, and what breaks them."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.definition import load_definition, replace_method
from bpo_index.errors import DefinitionError
from bpo_index.scoring.methods.ahp import RANDOM_INDEX, weigh_by_ahp
from bpo_index.scoring.methods.balanced import measure_effective_importance, share_squared_correlations, weigh_balanced
from bpo_index.scoring.methods.benefit_of_the_doubt import score_benefit_of_the_doubt
from bpo_index.scoring.methods.covariance import correlate, estimate_between_covariance, pool_within_covariance
from bpo_index.scoring.methods.factor_analysis import rotate_varimax, weigh_by_factor_analysis
from bpo_index.scoring.methods.pca import explain_pca, weigh_by_pca
from bpo_index.scoring.methods.spread_weights import (
    scale_to_unit_range,
    weigh_by_critic,
    weigh_by_entropy,
    weigh_by_standard_deviation,
)
from bpo_index.scoring.steps import learn_weights

COVARIANCE_WEIGHTS = {
    "standard_deviation": weigh_by_standard_deviation,
    "critic": weigh_by_critic,
    "pca": weigh_by_pca,
    "factor_analysis": weigh_by_factor_analysis,
}
LEARNT = (*COVARIANCE_WEIGHTS, "entropy", "balanced")


def make_values(seed=1, units=15, items=4, leading=()):
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 8, (*leading, units, 1))
    return 60 + common + rng.normal(0, 1, (*leading, units, items)) * np.linspace(4, 9, items)


def learn(weighting, values):
    return learn_weights(weighting, np.ones(values.shape[-1]), values)


def test_standard_deviation_critic_and_entropy_by_hand():
    values = make_values().tolist()
    columns = [list(column) for column in zip(*values, strict=True)]
    sd = [statistics.stdev(column) for column in columns]
    covariance = estimate_between_covariance(np.array(values))
    assert weigh_by_standard_deviation(covariance) == pytest.approx([s / sum(sd) for s in sd])
    information = [
        sd[j] * sum(1 - statistics.correlation(columns[j], other) for other in columns) for j in range(len(columns))
    ]
    assert weigh_by_critic(covariance) == pytest.approx([c / sum(information) for c in information])
    diversity = []
    for column in columns:
        p = [x / sum(column) for x in column]
        diversity.append(1 + sum(share * math.log(share) for share in p) / math.log(len(p)))
    assert weigh_by_entropy(np.array(values)) == pytest.approx([d / sum(diversity) for d in diversity])


def test_the_source_of_critic_scales_every_item_to_its_range():
    values = make_values()
    scaled = scale_to_unit_range(values)
    assert scaled.min(axis=0).tolist() == [0.0] * 4
    assert scaled.max(axis=0) == pytest.approx(1)
    assert learn("critic", values) == pytest.approx(weigh_by_critic(estimate_between_covariance(scaled)))


def test_covariances_of_both_levels_by_hand():
    rng = np.random.default_rng(2)
    values, unit_of = rng.normal(0, 1, (11, 2)), np.array([0] * 4 + [1] * 5 + [2] * 2)
    assert estimate_between_covariance(values) == pytest.approx(np.cov(values.T))
    centred = np.vstack([values[unit_of == u] - values[unit_of == u].mean(axis=0) for u in range(3)])
    assert pool_within_covariance(values, np.ones(11), unit_of) == pytest.approx(centred.T @ centred / (11 - 3))
    weights = rng.uniform(0.5, 2, (3, 11))
    batch = pool_within_covariance(values, weights, unit_of)
    for own, found in zip(weights, batch, strict=True):
        total = np.zeros((2, 2))
        for u in range(3):
            part, w = values[unit_of == u], own[unit_of == u]
            w = w * len(w) / w.sum()
            mean = (w[:, None] * part).sum(axis=0) / w.sum()
            total += (w[:, None] * (part - mean)).T @ (part - mean)
        assert found == pytest.approx(total / 8)
    values[3, 0] = np.nan
    rest = np.arange(11) != 3
    assert pool_within_covariance(values, np.ones(11), unit_of) == pytest.approx(
        pool_within_covariance(values[rest], np.ones(10), unit_of[rest])
    )
    assert np.isnan(pool_within_covariance(values[:2], np.ones(2), np.array([0, 1]))).all()


def test_the_first_component_by_power_iteration():
    correlations = np.corrcoef(make_values(3).T).tolist()
    vector = [1.0] * 4
    for _ in range(500):
        product = [sum(row[k] * vector[k] for k in range(4)) for row in correlations]
        vector = [x / math.sqrt(sum(y * y for y in product)) for x in product]
    covariance = estimate_between_covariance(make_values(3))
    assert weigh_by_pca(covariance) == pytest.approx([x / sum(vector) for x in vector])
    table = explain_pca(covariance)
    assert table.eigenvalues.sum() == pytest.approx(4)
    assert table.share.sum() == pytest.approx(1)
    assert table.cumulative[-1] == pytest.approx(1)
    assert table.loadings @ table.loadings.T == pytest.approx(correlate(covariance))


def test_negative_loadings_are_zero_unless_asked_for():
    values = make_values(4, items=3)
    values[:, 2] = 120 - values[:, 2]
    covariance = estimate_between_covariance(values)
    assert explain_pca(covariance).negative.tolist() == [False, False, True]
    plain, negative = weigh_by_pca(covariance), weigh_by_pca(covariance, allow_negative=True)
    assert plain[2] == 0
    assert (plain[:2] > 0).all()
    assert negative[2] < 0
    assert negative.sum() == pytest.approx(1)
    cancelling = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert np.isnan(weigh_by_pca(cancelling, allow_negative=True)).all()


def test_varimax_maximises_its_criterion():
    loadings = np.random.default_rng(5).normal(0, 1, (7, 2))

    def criterion(turned):
        squared = (turned / np.sqrt((loadings**2).sum(axis=1, keepdims=True))) ** 2
        return squared.var(axis=0).sum()

    angles = np.linspace(0, np.pi, 20_001)
    best = max(criterion(loadings @ np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])) for a in angles)
    rotated = rotate_varimax(loadings)
    assert criterion(rotated) == pytest.approx(best, abs=1e-6)
    assert (rotated**2).sum(axis=1) == pytest.approx((loadings**2).sum(axis=1))


def test_factor_weights_by_hand():
    values = make_values(6, units=40, items=5)
    correlations = np.corrcoef(values.T)
    eigenvalues, vectors = np.linalg.eigh(correlations)
    squared = rotate_varimax((vectors * np.sqrt(eigenvalues))[:, ::-1][:, :2]) ** 2
    weights = []
    for row in squared:
        factor = row.argmax()
        weights.append(row[factor] / squared[:, factor].sum() * squared[:, factor].sum() / squared.sum())
    assert weigh_by_factor_analysis(np.cov(values.T), factors=2) == pytest.approx(np.array(weights) / sum(weights))


def test_factor_analysis_of_a_singular_matrix_refuses():
    values = make_values(7, units=4, items=6)
    with pytest.raises(ValueError, match="singular"):
        weigh_by_factor_analysis(estimate_between_covariance(values))
    assert np.isnan(weigh_by_factor_analysis(estimate_between_covariance(values)[np.newaxis])).all()


@pytest.mark.parametrize("weighting", LEARNT)
def test_a_batch_is_weighed_as_one_by_one(weighting):
    values = make_values(8, leading=(2, 3))
    found = learn(weighting, values)
    for i in range(2):
        for j in range(3):
            assert found[i, j] == pytest.approx(learn(weighting, values[i, j]), abs=1e-9)


@pytest.mark.parametrize("weighting", LEARNT)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), order=st.permutations(range(4)))
def test_weights_sum_to_one_and_follow_their_items(weighting, seed, order):
    values = make_values(seed)
    weights = learn(weighting, values)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert learn(weighting, values[:, list(order)]) == pytest.approx(weights[list(order)], abs=1e-7)
    assert learn(weighting, values[::-1]) == pytest.approx(weights, abs=1e-7)


@pytest.mark.parametrize("weighting", LEARNT)
def test_a_constant_item_has_no_weight_and_changes_nothing(weighting):
    values = make_values(9)
    weights = learn(weighting, np.column_stack([values, np.full(len(values), 70.0)]))
    assert weights[-1] == pytest.approx(0, abs=1e-12)
    assert weights[:-1] == pytest.approx(learn(weighting, values), abs=1e-7)


@pytest.mark.parametrize("weighting", ["standard_deviation", "critic", "pca", "entropy"])
def test_items_that_are_all_constant_weigh_the_same_and_a_single_unit_says_nothing(weighting):
    assert learn(weighting, np.full((5, 3), 40.0)) == pytest.approx([1 / 3] * 3)
    assert np.isnan(learn(weighting, np.array([[40.0, 50.0, 60.0]]))).all()


@pytest.mark.parametrize("weighting", LEARNT)
def test_a_unit_without_a_value_takes_no_part_and_a_single_item_weighs_all(weighting):
    values = make_values(10)
    gap = np.vstack([values, [[np.nan, 1.0, 2.0, 3.0]]])
    assert learn(weighting, gap) == pytest.approx(learn(weighting, values), abs=1e-9)
    assert learn(weighting, values[:, :1]).tolist() == [1.0]


def test_entropy_refuses_negative_values():
    with pytest.raises(ValueError, match="from 0 on"):
        weigh_by_entropy(np.array([[1.0, -1.0], [2.0, 3.0]]))


def test_items_of_nominal_weight_zero_take_no_part():
    values, nominal = make_values(11), np.array([1.0, 0.0, 1.0, 2.0])
    for weighting in (*LEARNT, "equal", "given"):
        weights = learn_weights(weighting, nominal, values)
        assert weights[1] == 0
        assert weights.sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="respondents"):
        learn_weights("importance", nominal, values)


# ---- effective importance and balanced weights -----------------------------------------------------------------------


def test_effective_importance_is_the_share_of_squared_correlations():
    values, weights = make_values(12), np.array([0.1, 0.2, 0.3, 0.4])
    total = (values @ weights).tolist()
    squares = [statistics.correlation(list(column), total) ** 2 for column in values.T.tolist()]
    expected = [square / sum(squares) for square in squares]
    assert measure_effective_importance(values, weights) == pytest.approx(expected)
    assert share_squared_correlations(values, np.array(total)) == pytest.approx(expected)
    assert np.isnan(share_squared_correlations(values[:2], values[:2, 0])).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500))
def test_balanced_weights_have_the_nominal_importance_where_that_can_be(seed):
    nominal = np.array([0.3, 0.2, 0.25, 0.25])
    values = make_values(seed, units=40)
    found = weigh_balanced(values, nominal)
    if found.converged:
        assert measure_effective_importance(values, found.weights) == pytest.approx(nominal, abs=1e-8)
    else:
        assert found.largest_gap > 1e-9
        assert found.largest_gap == pytest.approx(np.abs(found.importance - nominal).max())


def test_uncorrelated_items_are_balanced_by_the_inverse_of_their_spread():
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], dtype=float)
    found = weigh_balanced(signs * [1.0, 2.0, 4.0], np.full(3, 1 / 3))
    assert found.converged
    assert found.weights == pytest.approx(np.array([4, 2, 1]) / 7)


def test_correlated_items_are_balanced_by_the_linear_system():
    # Covariance [[1, 1/2], [1/2, 1]]: C w = (2, 1) / sqrt(5) gives w = (2, 0), and so importance 4/5 and 1/5.
    values = np.array([[1.0, 0.5], [-1.0, -0.5], [0.0, 0.75**0.5], [0.0, -(0.75**0.5)]])
    found = weigh_balanced(values, np.array([0.8, 0.2]))
    assert found.converged
    assert found.weights == pytest.approx([1, 0], abs=1e-12)
    between = weigh_balanced(values, np.array([0.5, 0.5]))
    assert between.weights == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("seed", range(4))
def test_an_item_of_nominal_weight_zero_takes_no_part_in_balancing(seed):
    values = make_values(seed, units=40)
    found = weigh_balanced(values, np.array([0.5, 0.0, 0.25, 0.25]))
    without = weigh_balanced(np.delete(values, 1, axis=1), np.array([0.5, 0.25, 0.25]))
    assert found.converged == without.converged
    assert found.weights == pytest.approx(np.insert(without.weights, 1, 0.0))
    assert found.importance == pytest.approx(np.insert(without.importance, 1, 0.0))
    assert found.largest_gap == pytest.approx(without.largest_gap, abs=1e-12)
    values[0, 1] = np.nan
    assert (weigh_balanced(values, np.array([0.5, 0.0, 0.25, 0.25])).weights == found.weights).all()


def test_balanced_weights_of_a_replicate_do_not_hang_on_the_others():
    nominal = np.array([0.3, 0.2, 0.25, 0.25])
    batch = np.stack([make_values(seed, units=12) for seed in range(30)])
    together = weigh_balanced(batch, nominal)
    assert 0 < together.converged.sum() < 30
    alone = [weigh_balanced(values, nominal).weights for values in batch]
    assert (together.weights == np.stack(alone)).all()


def test_an_item_that_runs_against_the_others_is_not_balanced_and_says_so():
    x = np.linspace(0, 10, 9)
    found = weigh_balanced(np.column_stack([x, x + np.sin(x), -x]), np.full(3, 1 / 3), iterations=300)
    assert (found.weights >= 0).all()
    assert found.weights.sum() == pytest.approx(1)
    assert found.largest_gap == pytest.approx(np.abs(found.importance - 1 / 3).max())


# ---- AHP -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=7))
def test_consistent_comparisons_give_their_ratios(importance):
    w = np.array(importance)
    judged = weigh_by_ahp(w[:, np.newaxis] / w)
    assert judged.weights == pytest.approx(w / w.sum())
    assert judged.consistency_ratio == pytest.approx(0, abs=1e-6)
    assert judged.is_consistent


def test_the_consistency_ratio_by_hand():
    comparisons = [[1, 3, 0.2], [1 / 3, 1, 5], [5, 0.2, 1]]
    vector = [1.0] * 3
    for _ in range(300):
        product = [sum(row[k] * vector[k] for k in range(3)) for row in comparisons]
        eigenvalue = sum(product) / sum(vector)
        vector = [x / sum(product) for x in product]
    judged = weigh_by_ahp(comparisons)
    assert judged.weights == pytest.approx(vector)
    assert judged.consistency_ratio == pytest.approx((eigenvalue - 3) / 2 / RANDOM_INDEX[2])
    assert not judged.is_consistent


@pytest.mark.parametrize(
    ("comparisons", "expected"),
    [
        ([[1, 2]], "as many rows"),
        ([[1, 0], [1, 1]], "above zero"),
        ([[1, 3], [1 / 2, 1]], "row 1, column 2"),
        ([[2, 1], [1, 1]], "row 1, column 1"),
    ],
)
def test_comparisons_that_are_none_are_refused(comparisons, expected):
    with pytest.raises(ValueError, match=expected):
        weigh_by_ahp(comparisons)


# ---- benefit of the doubt --------------------------------------------------------------------------------------------


def test_two_items_by_hand():
    # Frontier through (4, 1) and (1, 4): 5 w = 1 at w = (.2, .2); (2, 2) reaches .8 of it, (0, 4) the frontier's edge.
    found = score_benefit_of_the_doubt(np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0], [0.0, 4.0]]))
    assert found.scores == pytest.approx([100, 100, 80, 100])
    assert found.shares.sum(axis=-1) == pytest.approx(1)


def test_shares_of_weight_stay_within_their_bounds():
    values = make_values(13, units=8, items=5)
    found = score_benefit_of_the_doubt(values, lowest_share=0.1, highest_share=0.3)
    assert found.shares.min() >= 0.1 - 1e-9
    assert found.shares.max() <= 0.3 + 1e-9
    equal = score_benefit_of_the_doubt(values, lowest_share=0.2, highest_share=0.2).scores
    assert equal == pytest.approx(100 * values.mean(axis=1) / values.mean(axis=1).max())
    assert (found.scores >= equal - 1e-7).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 500), st.permutations(range(6)))
def test_laws_of_the_benefit_of_the_doubt(seed, order):
    values = np.random.default_rng(seed).uniform(0, 10, (6, 3))
    scores = score_benefit_of_the_doubt(values).scores
    assert scores.max() == pytest.approx(100)
    assert score_benefit_of_the_doubt(values[list(order)]).scores == pytest.approx(scores[list(order)])
    assert score_benefit_of_the_doubt(values * [2.0, 5.0, 0.1]).scores == pytest.approx(scores, abs=1e-6)
    higher = values.copy()
    higher[0] += 1
    assert score_benefit_of_the_doubt(higher).scores[0] >= scores[0] - 1e-7
    batch = score_benefit_of_the_doubt(np.stack([values, higher])).scores
    assert batch[0] == pytest.approx(scores)


def test_zeros_gaps_and_bounds_that_cannot_hold():
    values = np.array([[4.0, 1.0], [0.0, 0.0], [np.nan, 2.0]])
    assert score_benefit_of_the_doubt(values).scores.tolist()[:2] == [100.0, 0.0]
    assert np.isnan(score_benefit_of_the_doubt(values).scores[2])
    assert score_benefit_of_the_doubt(np.zeros((2, 2))).scores.tolist() == [0.0, 0.0]
    for options in ({"lowest_share": 0.6}, {"highest_share": 0.4}, {"lowest_share": 0.5, "highest_share": 0.2}):
        with pytest.raises(ValueError, match="add up to one"):
            score_benefit_of_the_doubt(np.ones((2, 2)), **options)
    with pytest.raises(ValueError, match="from 0 on"):
        score_benefit_of_the_doubt(np.array([[1.0, -1.0]]))


def test_pie_shares_by_hand():
    # Shares p and 1 - p of a score s mean weights s p / y_1 and s (1 - p) / y_2. For (4, 1) with p at most .6 the unit
    # (1, 4) binds: s (.6 / 4 + .4 / 1 * 4) = 1.75 s = 1; for (2, 2) both bind at p = .5: 1.25 s = 1.
    values = np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0], [0.0, 3.0]])
    found = score_benefit_of_the_doubt(values, lowest_share=0.4, share_of="pie")
    assert found.scores == pytest.approx([100 / 1.75, 100 / 1.75, 80.0, 0.0])
    assert found.pie_shares[:2] == pytest.approx(np.array([[0.6, 0.4], [0.4, 0.6]]))
    assert found.pie_shares[0] == pytest.approx(found.weights[0] * values[0] / (found.scores[0] / 100))
    assert np.isnan(found.pie_shares[3]).all()


@pytest.mark.parametrize(("low", "high"), [(0.05, 1.0), (0.3, 0.7), (0.0, 0.55)])
def test_pie_shares_are_the_best_of_all_shares_within_their_bounds(low, high):
    # Without linear programming: the best of many shares p of the score, which the unit that binds first limits.
    values = np.random.default_rng(5).uniform(0.5, 10, (12, 2)) * [1.0, 300.0]
    share = np.linspace(max(low, 1 - high), min(high, 1 - low), 40_001)
    ratio = values[np.newaxis] / values[:, np.newaxis]  # unit scored x unit that limits x item
    parts = np.stack([share, 1 - share])
    expected = [100 / np.max(one @ parts, axis=0).min() for one in ratio]
    found = score_benefit_of_the_doubt(values, lowest_share=low, highest_share=high, share_of="pie")
    assert found.scores == pytest.approx(expected, abs=1e-2)
    assert (found.scores >= np.array(expected) - 1e-6).all()
    assert found.pie_shares.min() >= low - 1e-9
    assert found.pie_shares.max() <= high + 1e-9
    # Pie shares do not depend on the measuring unit of an item; shares of the weight do.
    again = score_benefit_of_the_doubt(values / [1.0, 300.0], lowest_share=low, highest_share=high, share_of="pie")
    assert again.scores == pytest.approx(found.scores, abs=1e-7)
    weights = score_benefit_of_the_doubt(values, lowest_share=low, highest_share=high)
    assert np.abs(weights.scores - found.scores).max() > 0.5


def test_pie_shares_without_bounds_are_refused_as_an_option_that_does_nothing():
    definition = load_definition("offshore-bpo-2021")
    with pytest.raises(DefinitionError, match=r"share_of.*no shares to be kept"):
        replace_method(definition, "{weighting: benefit_of_the_doubt, share_of: pie}")
    changed = replace_method(definition, "{weighting: benefit_of_the_doubt, share_of: pie, lowest_share: 0.05}")
    assert changed.method.share_of == "pie"
    with pytest.raises(ValueError, match="shares are of weight or of pie"):
        score_benefit_of_the_doubt(np.ones((2, 2)), share_of="score")
