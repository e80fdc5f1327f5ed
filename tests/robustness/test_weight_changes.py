"""Closed-form changes of weights: linear programmes, brute-force search, figures by hand."""

import numpy as np
import pytest
from scipy.optimize import linprog

from bpo_index.robustness.weights.order_changes import find_stability_intervals, find_swaps, list_pairs, make_additive
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.steps import aggregate


def make_case(seed, units=7, categories=5):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(categories))
    values = rng.uniform(20, 95, (units, categories))
    pairs = list_pairs(rank_units(values @ weights))
    return values, weights, values[pairs[0]] - values[pairs[1]]


def solve_swap(difference, weights):
    """Return the least weight moved by linear programming: w + gain - loss on the simplex, differences at most 0."""
    n = len(weights)
    found = linprog(
        np.concatenate([np.zeros(n), np.ones(n)]),
        A_ub=np.concatenate([difference, -difference])[np.newaxis],
        b_ub=[-difference @ weights],
        A_eq=np.concatenate([np.ones(n), -np.ones(n)])[np.newaxis],
        b_eq=[0],
        bounds=[(0, None)] * n + [(0, weight) for weight in weights],
    )
    return found.fun if found.success else np.nan


@pytest.mark.parametrize("seed", range(8))
def test_smallest_swaps_are_those_of_linear_programming(seed):
    _, weights, differences = make_case(seed)
    found = find_swaps(differences, weights)
    expected = np.array([solve_swap(row, weights) for row in differences])
    assert found.moved == pytest.approx(expected, abs=1e-9, nan_ok=True)
    for moved, gaining, taken, row in zip(found.moved, found.gaining, found.taken, differences, strict=True):
        if np.isnan(moved):
            assert gaining == -1
            assert (row > 0).all()
            continue
        # The weights named are weights, and under them the two draw level.
        changed = weights - taken
        changed[gaining] += moved
        assert changed.sum() == pytest.approx(1)
        assert (changed >= -1e-12).all()
        assert changed @ row == pytest.approx(0, abs=1e-9)


def test_no_smaller_change_swaps_a_pair_in_a_search_over_the_simplex():
    _, weights, differences = make_case(1, units=3, categories=3)
    found = find_swaps(differences, weights)
    steps = np.linspace(0, 1, 401)
    one, two = (grid.ravel() for grid in np.meshgrid(steps, steps))
    grid = np.stack([one, two, 1 - one - two], axis=1)[one + two <= 1]
    moved = np.abs(grid - weights).sum(axis=1) / 2
    for row, least in zip(differences, found.moved, strict=True):
        swapped = moved[grid @ row <= 0]
        if np.isnan(least):
            assert not len(swapped)
        else:
            assert least <= swapped.min() + 1e-9
            assert swapped.min() - least < 0.01


def test_a_tie_needs_no_change_and_a_category_that_is_level_needs_all_weight():
    found = find_swaps(np.array([[1.0, -1.0], [2.0, 0.0], [2.0, 1.0]]), np.array([0.5, 0.5]))
    assert found.moved.tolist()[:2] == [0.0, 0.5]
    assert np.isnan(found.moved[2])
    assert found.taken[2].tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(6))
def test_stability_intervals_are_those_of_a_search(seed):
    """Ranks stand just inside each interval and change just outside."""
    values, weights, differences = make_case(seed)
    pairs = list_pairs(rank_units(values @ weights))
    found = find_stability_intervals(differences, weights)
    nominal = rank_units(values @ weights)

    def rank_at(category, weight):
        changed = weights * (1 - weight) / (1 - weights[category])
        changed[category] = weight
        return rank_units(values @ changed)

    for category in range(len(weights)):
        low, high = found.low[category], found.high[category]
        assert low < weights[category] < high
        for weight in np.linspace(low, high, 30)[1:-1]:
            assert (rank_at(category, weight) == nominal).all()
        for edge, step, pair in ((low, -1e-6, found.pair_at_low), (high, 1e-6, found.pair_at_high)):
            if pair[category] < 0:
                assert edge == (0 if step < 0 else 1)
                continue
            ahead, behind = pairs[:, pair[category]]
            outside = rank_at(category, edge + step)
            assert outside[ahead] > outside[behind]


@pytest.mark.parametrize(
    ("aggregation", "power"),
    [
        ("arithmetic", None),
        ("geometric", None),
        ("harmonic", None),
        ("borda", None),
        ("generalised_mean", 3.0),
        ("generalised_mean", -40.0),
        ("generalised_mean", 0.0),
    ],
)
def test_additive_values_order_units_as_the_aggregation_does_under_any_weights(aggregation, power):
    rng = np.random.default_rng(3)
    values = rng.uniform(5, 95, (6, 4))
    additive = make_additive(values, aggregation, power=power)
    for weights in rng.dirichlet(np.ones(4), 50):
        expected = rank_units(aggregate(values, weights, aggregation, power=power))
        order = np.argsort(-(additive @ weights), kind="stable")
        assert (np.diff(expected[order]) >= 0).all()


def test_there_is_no_weighted_sum_behind_medians_pairs_or_zeros():
    values = np.array([[10.0, 0.0], [5.0, 2.0]])
    for aggregation in ("median", "copeland", "kemeny", "geometric", "harmonic"):
        assert make_additive(values, aggregation) is None
    assert make_additive(values, "generalised_mean", power=2.0) is not None
    assert make_additive(-values, "generalised_mean", power=2.0) is None
    assert make_additive(-values, "arithmetic") is not None
