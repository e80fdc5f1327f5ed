"""Empirical-Bayes scores: a published example, known limits."""

import numpy as np
import pytest

from bpo_index.robustness.sampling.shrinkage import shrink_scores

# Efron and Morris (1977), Scientific American 236(5), table on page 120: batting averages of 18 players after 45 times
# at bat, and their James-Stein estimates, printed to three decimals.
HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
FACTOR = 0.212


def test_batting_averages_of_efron_and_morris():
    averages = HITS / 45
    mean = averages.mean()
    shrunken = shrink_scores(averages, np.full(18, np.sqrt(mean * (1 - mean) / 45)))
    assert 1 - shrunken.factors == pytest.approx(np.full(18, FACTOR), abs=0.0005)
    assert shrunken.scores == pytest.approx(mean + FACTOR * (averages - mean), abs=0.0001)
    assert shrunken.scores[0].round(3) == 0.294


def test_unequal_errors_by_the_equations():
    scores, se = np.array([90.0, 84.0, 82.0, 75.0, 60.0]), np.array([2.0, 5.0, 1.0, 4.0, 3.0])
    shrunken = shrink_scores(scores, se)
    weights = 1 / (se**2 + shrunken.variance)
    assert shrunken.mean == pytest.approx(weights @ scores / weights.sum())
    assert shrunken.variance == pytest.approx(
        weights @ (5 / 4 * (scores - shrunken.mean) ** 2 - se**2) / weights.sum(), rel=1e-9
    )
    assert shrunken.factors == pytest.approx(2 / 4 * se**2 / (se**2 + shrunken.variance))
    assert shrunken.factors.argmax() == 1


def test_no_more_spread_than_chance_goes_to_the_mean_as_far_as_it_may():
    shrunken = shrink_scores(np.array([70.0, 70.1, 69.9, 70.0, 70.0, 70.0]), np.full(6, 5.0))
    assert shrunken.variance == 0
    assert shrunken.factors == pytest.approx(np.full(6, 3 / 5))


def test_what_is_not_known_takes_no_part():
    scores, se = np.array([90.0, np.nan, 82.0, 75.0, 60.0, 50.0]), np.array([2.0, 3.0, np.nan, 0.0, 3.0, 3.0])
    assert np.isnan(shrink_scores(scores, se).scores).all()
    known = shrink_scores(np.append(scores, 71.0), np.append(se, 3.0))
    assert np.isnan(known.scores).tolist() == [False, True, True, True, False, False, False]


def test_shrunken_scores_are_nearer_to_the_truth():
    rng = np.random.default_rng(1)
    truth = rng.normal(70, 4, (400, 12))
    scores = truth + rng.normal(0, 4, (400, 12))
    results = [shrink_scores(row, np.full(12, 4.0)) for row in scores]
    shrunken, se = np.array([r.scores for r in results]), np.array([r.se for r in results])
    assert ((shrunken - truth) ** 2).mean() < 0.75 * ((scores - truth) ** 2).mean()
    assert (np.abs(shrunken - truth) <= 1.96 * se).mean() == pytest.approx(0.95, abs=0.025)
