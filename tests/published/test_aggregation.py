"""Means and orders that somebody printed."""

import numpy as np
import pytest

from bpo_index.scoring.methods.aggregation import aggregate_median
from bpo_index.scoring.methods.kemeny import rank_kemeny
from bpo_index.scoring.methods.outranking import outrank, score_borda, score_copeland
from bpo_index.scoring.steps import aggregate, normalise


def read_ballots(ballots, units):
    """Return units x ballots of values, and the number of voters of each ballot as weights."""
    values = np.array([[-order.index(unit) for _, order in ballots] for unit in units], dtype=float)
    return values, np.array([voters for voters, _ in ballots], dtype=float)


def test_the_human_development_index_is_a_geometric_mean():
    # UNDP, Human Development Report 2020, technical note 1, worked example: income index
    # (ln 3,829 - ln 100) / (ln 75,000 - ln 100) = 0.5506; index (0.6971 x 0.3447 x 0.5506)^(1/3) = 0.510.
    income = normalise(np.log([[3829.0]]), "goalposts", goalposts=(np.log(100), np.log(75_000)))[0, 0] / 100
    assert round(income, 4) == 0.5506
    index = aggregate(np.array([[0.6971, 0.3447, 0.5506]]), np.ones(3), "geometric")[0]
    assert round(index, 3) == 0.510


def test_the_capital_of_tennessee():
    # The example of the Wikipedia articles on the Kemeny-Young method, the Borda count and Copeland's method: 42 % of
    # voters near Memphis, 26 % Nashville, 15 % Chattanooga, 17 % Knoxville. Kemeny: Nashville, Chattanooga, Knoxville,
    # Memphis with 393; Borda 194, 173, 126, 107; Copeland wins 3, 2, 1, 0.
    ballots = [(42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM")]
    values, weights = read_ballots(ballots, "NCKM")
    found = rank_kemeny(100 * outrank(values, weights))
    assert found.position.tolist() == [1, 2, 3, 4]
    assert found.agreement == pytest.approx(393)
    assert found.unique
    # Points of the articles: one for each town beaten, by each of a hundred voters.
    assert 3 * score_borda(values, weights) == pytest.approx([194, 173, 107, 126])
    assert 3 * score_copeland(values, weights) / 100 == pytest.approx([3, 2, 1, 0])


def test_condorcets_sixty_voters():
    # Condorcet (1785), as in Young (1988), Condorcet's Theory of Voting, American Political Science Review 82(4): votes
    # A over B 33, B over C 42, C over A 35; a circle. Borda points A 58, B 69, C 53; the order with most support is
    # B, C, A with 104.
    ballots = [(23, "ABC"), (17, "BCA"), (2, "BAC"), (10, "CAB"), (8, "CBA")]
    values, weights = read_ballots(ballots, "ABC")
    support = 60 * outrank(values, weights)
    assert (support[0, 1], support[1, 2], support[2, 0]) == pytest.approx((33, 42, 35))
    assert 60 * 2 * score_borda(values, weights) / 100 == pytest.approx([58, 69, 53])
    found = rank_kemeny(support)
    assert found.position.tolist() == [3, 1, 2]
    assert found.agreement == pytest.approx(104)


def test_a_circle_of_a_hundred_ballots():
    # Electowiki, Kemeny-Young method, example with a Condorcet cycle: 25 A>B>C, 40 B>C>A, 35 C>A>B; the order B, C, A
    # has the least distance, 120 (next 130).
    values = np.array([[3, 1, 2], [2, 3, 1], [1, 2, 3]], dtype=float)
    support = 100 * outrank(values, np.array([25.0, 40.0, 35.0]))
    assert [support[0, 1], support[1, 2], support[2, 0]] == pytest.approx([60, 65, 75])
    found = rank_kemeny(support)
    assert found.position.tolist() == [3, 1, 2]
    assert 3 * 100 - found.agreement == pytest.approx(120)
    assert found.unique


def test_weighted_medians_of_r_packages():
    # cwhmisc 4.0, w.median: 7, 4 and 7 (with NA). matrixStats, weightedMedian(1:10): 5.5. Two other examples of
    # cwhmisc, where exactly half of the weight lies up to a value, take that value; ours is the mean of two.
    third = 1 / 3
    weights = np.array([1, third, third, third, 1])
    assert aggregate_median(np.array([7.0, 1, 2, 4, 10]), weights) == 7
    assert aggregate_median(np.array([7.0, 1, 2, 4, 10]), np.ones(5)) == 4
    assert aggregate_median(np.array([7.0, 1, np.nan, 4, 10]), weights, needed=4) == 7
    assert aggregate_median(np.arange(1.0, 11.0), np.ones(10)) == 5.5
