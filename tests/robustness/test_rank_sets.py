"""Rank sets: published critical values, formulas by hand, coverage by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from bpo_index.robustness.ranks.rank_sets import (
    StudentisedDraws,
    assign_tiers,
    draw_normal,
    draw_resamples,
    find_rank_sets,
)

KNOWN = np.inf


def find(scores, se, degrees=KNOWN, level=0.95, draws=40_000, **options):
    scores, se = np.asarray(scores, dtype=float), np.broadcast_to(np.asarray(se, dtype=float), len(scores))
    degrees = np.broadcast_to(np.asarray(degrees, dtype=float), len(scores))
    drawn = draw_normal(np.diag(se**2), degrees, draws, np.random.default_rng(5))
    return find_rank_sets(scores, se, degrees, level, draws=drawn, **options)


# Upper 5 % points of the studentised range, infinite degrees of freedom: Harter (1960), Annals of Mathematical
# Statistics 31, 1122-1147, table 3; two of the pairs compared are units of variance one, hence no division by sqrt 2.
@pytest.mark.parametrize(("units", "point"), [(3, 3.314), (4, 3.633), (10, 4.474), (12, 4.622)])
def test_all_pairs_of_known_variance_have_the_points_of_the_studentised_range(units, point):
    scores = np.zeros(units)
    scores[0] = point
    assert find(scores, 1.0).adjusted_p[0, 1] == pytest.approx(0.05, abs=0.004)


# Two-sided and one-sided 5 % points of comparisons with a control, infinite degrees of freedom: Dunnett (1964),
# Biometrics 20, 482-491, tables II and Dunnett (1955), JASA 50, 1096-1121, table 1a.
@pytest.mark.parametrize(
    ("others", "side", "point"),
    [(2, "both", 2.21), (3, "both", 2.35), (5, "both", 2.51), (2, "best", 1.92), (3, "best", 2.06), (5, "best", 2.23)],
)
def test_the_set_of_one_unit_has_the_points_of_comparisons_with_a_control(others, side, point):
    """The unit is beaten by one other just at the point: at the level it is, a little above it is not."""
    scores = np.full(others + 1, 0.0)
    scores[1] = point * math.sqrt(2)
    for level, best in ((0.94, 2), (0.96, 1)):
        sets = find(scores, 1.0, level=level, side=side)
        assert sets.marginal_low[0] == best
        assert sets.marginal_high[0] == others + 1


def test_two_units_are_welch_by_hand():
    scores, se, degrees = np.array([80.0, 70.0]), np.array([2.0, 4.0]), np.array([7.0, 4.0])
    freedom = 20.0**2 / (2.0**4 / 7 + 4.0**4 / 4)
    p_value = 2 * stats.t.sf(10 / math.sqrt(20), freedom)
    sets = find(scores, se, degrees, draws=200_000)
    # Variances are estimated in the draws too, and Welch's test is right to a few per cent.
    assert sets.adjusted_p[0, 1] == pytest.approx(p_value, rel=0.12)


def test_covariance_counts_in_the_difference():
    scores, degrees = np.array([80.0, 78.0, 60.0]), np.full(3, KNOWN)
    apart = np.diag([4.0, 4.0, 4.0])
    together = apart + 3.9 * (np.ones((3, 3)) - np.eye(3))
    assert find_rank_sets(scores, apart, degrees, 0.95).set_high[0] == 2
    assert find_rank_sets(scores, together, degrees, 0.95).set_high[0] == 1


def test_step_down_by_hand():
    """Four draws of three pairs: the largest decides first, then the largest of those still open."""
    draws = StudentisedDraws(np.array([[0.0] * 4, [1, 2, 3, 4], [0.5, 0.1, 0.2, 0.3]]), np.full((3, 4), math.sqrt(0.5)))
    # Differences of the draws, |.|: pairs (0,1) 1 2 3 4; (0,2) .5 .1 .2 .3; (1,2) .5 1.9 2.8 3.7; observed 5, 1, 4.
    sets = find_rank_sets(np.array([5.0, 0.0, 4.0]), np.full(3, math.sqrt(0.5)), np.full(3, KNOWN), 0.95, draws=draws)
    # (0,1): 0 of 4 draws reach 5; (1,2): 0 of 4 reach 4; (0,2): alone at the end, 0 of 4 reach 1: one in five each.
    assert sets.adjusted_p[0, 1] == sets.adjusted_p[1, 2] == sets.adjusted_p[0, 2] == pytest.approx(1 / 5)
    low = find_rank_sets(np.array([1.5, 0.0, 1.0]), np.full(3, math.sqrt(0.5)), np.full(3, KNOWN), 0.95, draws=draws)
    # (0,1) at 1.5: the largest of all three reaches it in 3; (1,2) at 1: of the two others in 3; (0,2) at .5: in 1,
    # but no less than those before.
    assert low.adjusted_p[0, 1] == pytest.approx(4 / 5)
    assert low.adjusted_p[1, 2] == pytest.approx(4 / 5)
    assert low.adjusted_p[0, 2] == pytest.approx(4 / 5)


def test_step_down_is_never_behind_one_step():
    scores = np.random.default_rng(2).normal(70, 6, 8)
    sets = find(scores, 2.0)
    first, second = np.triu_indices(8, 1)
    drawn = draw_normal(4 * np.eye(8), np.full(8, KNOWN), 40_000, np.random.default_rng(5))
    largest = (np.abs(drawn.deviations[first] - drawn.deviations[second]) / math.sqrt(8)).max(axis=0)
    observed = np.abs(scores[first] - scores[second]) / math.sqrt(8)
    one_step = np.array([(1 + (largest >= z).sum()) / 40_001 for z in observed])
    adjusted = sets.adjusted_p[first, second]
    assert (adjusted <= one_step).all()
    assert (adjusted < one_step).any()
    assert adjusted[observed.argmax()] == one_step[observed.argmax()]
    assert (sets.marginal_high - sets.marginal_low <= sets.set_high - sets.set_low).all()


def test_logits_only_widen_and_matter_near_an_end():
    scores, se, degrees = np.array([97.0, 90.0, 50.0]), np.array([1.2, 1.0, 2.0]), np.full(3, 7.0)
    plain = find_rank_sets(scores, se, degrees, 0.95)
    guarded = find_rank_sets(scores, se, degrees, 0.95, bounds=(0.0, 100.0))
    assert (plain.adjusted_p[0, 1], plain.set_high[0]) < (0.05, 2)
    assert guarded.adjusted_p[0, 1] > plain.adjusted_p[0, 1]
    assert guarded.adjusted_p[1, 2] < 0.05
    assert (guarded.set_high >= plain.set_high).all()


def test_what_cannot_be_measured_cannot_be_told_apart():
    sets = find([90.0, 50.0, 10.0, np.nan], [1.0, np.nan, 1.0, 1.0], 7.0)
    assert list(zip(sets.set_low.tolist(), sets.set_high.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3), (0, 0)]
    assert np.isnan(sets.adjusted_p[1]).all()


@pytest.mark.parametrize("count", [0, 1])
def test_no_pairs_are_no_trouble(count):
    sets = find_rank_sets(np.arange(count, dtype=float), np.ones(count), np.full(count, 7.0), 0.95)
    assert sets.set_low.tolist() == sets.set_high.tolist() == [1] * count


def test_the_best_and_the_worst_are_those_that_may_be():
    sets = find([90.0, 89.0, 60.0, 40.0], 1.0, 7.0)
    assert [sets.find_best(k).tolist() for k in (1, 2, 3)] == [
        [True, True, False, False],
        [True, True, False, False],
        [True, True, True, False],
    ]
    assert sets.find_worst(1).tolist() == [False, False, False, True]
    assert sets.find_worst(3).tolist() == [True, True, True, True]


def test_units_far_apart_have_one_rank_each_and_a_tier_each():
    scores = np.arange(12) * 5.0
    sets = find_rank_sets(scores, np.full(12, 0.2), np.full(12, 7.0), 0.95)
    assert sets.set_low.tolist() == sets.set_high.tolist() == list(range(12, 0, -1))
    assert assign_tiers(scores, sets.surely_ahead).tolist() == list(range(12, 0, -1))


def test_normal_draws_have_the_covariance_and_the_degrees():
    covariance = np.array([[4.0, 1.0], [1.0, 9.0]])
    drawn = draw_normal(covariance, np.array([5.0, KNOWN]), 200_000, np.random.default_rng(1))
    assert np.cov(drawn.deviations) == pytest.approx(covariance, rel=0.02, abs=0.05)
    assert (drawn.se[0] ** 2).mean() == pytest.approx(4, rel=0.01)
    assert (drawn.se[0] ** 2).var() == pytest.approx(2 * 16 / 5, rel=0.03)
    assert (drawn.se[1] == 3).all()


def test_resamples_have_the_moments_of_drawing_with_replacement():
    values = np.array([1.0, 4.0, 7.0, 12.0])
    influence = (values - values.mean()) / 4
    drawn = draw_resamples([influence, influence], 200_000, np.random.default_rng(1))
    assert drawn.deviations.var(axis=1) == pytest.approx(np.full(2, values.var() / 4), rel=0.02)
    assert (drawn.se**2).mean(axis=1) == pytest.approx(np.full(2, values.var(ddof=0) / 4), rel=0.02)


def count_covered(runs, draw, bounds):
    """Return the share of runs of twelve tied units in which every set is all ranks."""
    rng, p, covered = np.random.default_rng(12), 12, 0
    for _ in range(runs):
        answers = draw(rng)
        means, se = answers.mean(axis=1), answers.std(axis=1, ddof=1) / math.sqrt(answers.shape[1])
        degrees = np.full(p, answers.shape[1] - 1.0)
        drawn = draw_normal(np.diag(se**2), degrees, 500, rng)
        sets = find_rank_sets(means, se, degrees, 0.95, draws=drawn, bounds=bounds)
        covered += bool((sets.set_low == 1).all() and (sets.set_high == p).all())
    return covered / runs


def test_sets_cover_at_exact_ties_of_eight_normal_answers():
    runs = 800
    covered = count_covered(runs, lambda rng: rng.normal(6.5, 0.5, (12, 8)), (0.0, 10.0))
    assert covered >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)


def test_sets_cover_where_half_of_the_units_are_skewed_and_would_not_without_logits():
    def draw(rng):
        skewed, symmetric = 10 - rng.gamma(0.7, 1 / 0.7, (6, 8)), rng.normal(9, 0.5, (6, 8))
        return np.concatenate([skewed, symmetric])

    runs = 500
    assert count_covered(runs, draw, (0.0, 10.0)) >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / runs)
    assert count_covered(runs, draw, (-np.inf, np.inf)) < 0.85
