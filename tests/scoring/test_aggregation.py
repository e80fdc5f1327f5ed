"""Means, medians and comparisons of units: formulas in plain Python, brute force over all orders, laws, edges."""

import math
import statistics
import warnings
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.scoring.methods.aggregation import aggregate_mean, aggregate_median
from bpo_index.scoring.methods.kemeny import _search_subsets, _solve_programs, rank_kemeny, score_kemeny
from bpo_index.scoring.methods.outranking import outrank, score_borda, score_copeland
from bpo_index.scoring.methods.registry import list_names
from bpo_index.scoring.steps import aggregate

OPTIONS = {"generalised_mean": {"power": 2.5}}
Positive = st.lists(st.floats(0.5, 100), min_size=3, max_size=3)


def aggregate_by_hand(method, row, weights):
    total = sum(weights)
    shares = [w / total for w in weights]
    if method == "arithmetic":
        return sum(w * x for w, x in zip(shares, row, strict=True))
    if method == "geometric":
        return math.prod(x**w for w, x in zip(shares, row, strict=True))
    if method == "harmonic":
        return 1 / sum(w / x for w, x in zip(shares, row, strict=True))
    return sum(w * x**2.5 for w, x in zip(shares, row, strict=True)) ** (1 / 2.5)


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic", "generalised_mean"])
def test_each_mean_is_its_formula(method):
    values, weights = np.random.default_rng(1).uniform(1, 100, (6, 4)), np.array([1.0, 2.0, 0.5, 3.0])
    found = aggregate(values, weights, method, **OPTIONS.get(method, {}))
    assert found == pytest.approx([aggregate_by_hand(method, row, weights.tolist()) for row in values.tolist()])


def test_medians_by_hand():
    values = np.random.default_rng(2).uniform(0, 100, (5, 6))
    assert aggregate_median(values, np.ones(6)) == pytest.approx([statistics.median(row) for row in values.tolist()])
    weights = np.array([1, 3, 2, 1, 2, 4])
    repeated = [
        statistics.median([x for w, x in zip(weights, row, strict=True) for _ in range(w)]) for row in values.tolist()
    ]
    assert aggregate_median(values, weights.astype(float)) == pytest.approx(repeated)


@pytest.mark.parametrize("method", list_names("aggregation"))
def test_a_batch_is_aggregated_as_one_by_one(method):
    rng = np.random.default_rng(3)
    values, weights = rng.uniform(1, 100, (2, 3, 5, 4)), rng.uniform(0.5, 2, (2, 3, 4))
    values[0, 1, 2, 3] = np.nan
    options = OPTIONS.get(method, {})
    found = aggregate(values, weights, method, needed=2, **options)
    for i in range(2):
        for j in range(3):
            alone = aggregate(values[i, j], weights[i, j], method, needed=2, **options)
            assert found[i, j] == pytest.approx(alone, abs=1e-9)


@given(Positive, Positive)
def test_means_are_ordered_by_their_powers(values, weights):
    values, weights = np.array([values]), np.array(weights)
    means = [aggregate_mean(values, weights, power)[0] for power in (-50, -1, -1e-7, 0, 0.5, 1, 3, 60)]
    assert all(low <= high * (1 + 1e-9) for low, high in pairwise(means))
    assert values.min() * (1 - 1e-9) <= means[0]
    assert means[-1] <= values.max() * (1 + 1e-9)
    assert aggregate_mean(values, weights, 1e-5)[0] == pytest.approx(means[3], rel=1e-3)


@pytest.mark.parametrize("method", list_names("aggregation"))
@settings(max_examples=20)
@given(item=st.integers(0, 2), rise=st.floats(0, 20), factor=st.floats(0.1, 10))
def test_more_is_never_less_and_common_factors_of_weights_change_nothing(method, item, rise, factor):
    values, weights = np.random.default_rng(4).uniform(10, 60, (5, 3)), np.array([1.0, 2.0, 1.5])
    higher = values.copy()
    higher[1, item] += rise
    options = OPTIONS.get(method, {})
    before, after = (aggregate(v, weights, method, **options) for v in (values, higher))
    assert after[1] >= before[1] - 1e-7
    assert aggregate(values, factor * weights, method, **options) == pytest.approx(before, abs=1e-7)


@pytest.mark.parametrize("method", list_names("aggregation"))
def test_order_of_units_and_items_does_not_matter(method):
    rng = np.random.default_rng(5)
    values, weights = rng.uniform(10, 90, (7, 4)), rng.uniform(1, 2, 4)
    units, items = rng.permutation(7), rng.permutation(4)
    options = OPTIONS.get(method, {})
    found = aggregate(values, weights, method, **options)
    moved = aggregate(values[units][:, items], weights[items], method, **options)
    assert moved == pytest.approx(found[units], abs=1e-9)


@pytest.mark.parametrize("method", ["copeland", "borda", "kemeny"])
def test_comparisons_see_order_only(method):
    rng = np.random.default_rng(6)
    values, weights = rng.uniform(1, 100, (6, 4)), rng.uniform(1, 2, 4)
    assert aggregate(np.log(values) * 40, weights, method) == pytest.approx(aggregate(values, weights, method))


def test_zeros_and_negative_values():
    values = np.array([[0.0, 50.0], [0.0, 0.0], [-5.0, 50.0]])
    for power in (0, -1, -3):
        assert aggregate_mean(values, np.ones(2), power)[:2].tolist() == [0.0, 0.0]
    assert aggregate_mean(values, np.ones(2), 2)[:2] == pytest.approx([math.sqrt(1250), 0])
    assert np.isnan(aggregate_mean(values, np.ones(2), 0)[2])
    assert aggregate_mean(values, np.ones(2), 1).tolist() == [25.0, 0.0, 22.5]
    assert aggregate_mean(values, np.array([0.0, 1.0]), 0).tolist() == pytest.approx([50.0, 0.0, 50.0])


@pytest.mark.parametrize("method", list_names("aggregation"))
def test_missing_values_a_single_item_and_a_single_unit(method):
    options = OPTIONS.get(method, {})
    gap = np.array([[40.0, np.nan], [60.0, 80.0], [50.0, 10.0]])
    assert np.isnan(aggregate(gap, np.ones(2), method, **options)).tolist() == [True, False, False]
    assert np.isfinite(aggregate(gap, np.ones(2), method, needed=1, **options)).all()
    assert np.isnan(aggregate(np.full((2, 2), np.nan), np.ones(2), method, needed=1, **options)).all()
    single = aggregate(np.array([[40.0, 40.0]]), np.ones(2), method, **options)
    assert single == pytest.approx([50.0 if method in ("copeland", "borda", "kemeny") else 40.0])
    one_item = aggregate(np.array([[30.0], [70.0]]), np.ones(1), method, **options)
    assert one_item == pytest.approx([0, 100] if method in ("copeland", "borda", "kemeny") else [30, 70])


def test_what_a_method_lacks_is_said():
    with pytest.raises(ValueError, match="power"):
        aggregate(np.ones((1, 1)), np.ones(1), "generalised_mean")
    with pytest.raises(ValueError, match="aggregation must be one of"):
        aggregate(np.ones((1, 1)), np.ones(1), "mean")


# ---- comparisons of units ------------------------------------------------------------------------------------------


def outrank_by_hand(values, weights):
    units, total = len(values), sum(weights)
    table = [[0.0] * units for _ in range(units)]
    for a, b in permutations(range(units), 2):
        for x, y, w in zip(values[a], values[b], weights, strict=True):
            table[a][b] += w / total * (1 if x > y else 0.5 if x == y else 0)
    return table


def test_the_outranking_matrix_copeland_and_borda_by_hand():
    values, weights = np.random.default_rng(7).integers(0, 4, (5, 6)).astype(float), np.arange(1.0, 7.0)
    table = outrank_by_hand(values.tolist(), weights.tolist())
    assert outrank(values, weights) == pytest.approx(np.array(table))
    for a in range(5):
        others = [b for b in range(5) if b != a]
        wins = sum(
            1 if table[a][b] > table[b][a] + 1e-12 else 0.5 if abs(table[a][b] - table[b][a]) < 1e-12 else 0
            for b in others
        )
        assert score_copeland(values, weights)[a] == pytest.approx(100 * wins / 4)
        points = sum(
            w * sum(1 if values[a, q] > values[b, q] else 0.5 if values[a, q] == values[b, q] else 0 for b in others)
            for q, w in enumerate(weights)
        )
        assert score_borda(values, weights)[a] == pytest.approx(100 * points / weights.sum() / 4)


def test_a_pair_without_an_item_in_common_is_a_draw():
    values = np.array([[5.0, np.nan], [np.nan, 3.0], [1.0, 1.0]])
    assert outrank(values, np.ones(2))[0].tolist() == [0.0, 0.5, 1.0]


def order_by_brute_force(support):
    """Return agreement, mean positions and the number of best orders, over all orders."""
    units = range(len(support))
    reached = {
        order: sum(support[a][b] for n, a in enumerate(order) for b in order[n + 1 :]) for order in permutations(units)
    }
    best = max(reached.values())
    orders = [order for order, value in reached.items() if value > best - 1e-9]
    return best, [statistics.mean(order.index(unit) + 1 for order in orders) for unit in units], len(orders)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000), st.booleans())
def test_kemeny_is_the_best_of_all_orders(units, seed, ties):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 3, (units, 4)).astype(float) if ties else rng.uniform(0, 1, (units, 5))
    support = outrank(values, np.ones(values.shape[1]))
    best, positions, orders = order_by_brute_force(support.tolist())
    found = rank_kemeny(support)
    assert found.agreement == pytest.approx(best)
    assert found.position == pytest.approx(positions)
    assert bool(found.unique) == (orders == 1)
    places, agreement, unique = (
        _solve_programs(support[np.newaxis]) if units > 2 else ([positions], [best], [orders == 1])
    )
    assert agreement[0] == pytest.approx(best)
    assert bool(unique[0]) == (orders == 1)
    if orders == 1:
        assert places[0] == pytest.approx(positions)


def test_kemeny_of_more_units_is_solved_as_a_program_and_too_many_are_refused():
    values = np.random.default_rng(8).uniform(0, 1, (16, 5))
    support = outrank(values, np.ones(5))
    found = rank_kemeny(support)
    assert sorted(found.position) == list(range(1, 17))
    order = np.argsort(found.position)
    reached = sum(support[a, b] for n, a in enumerate(order) for b in order[n + 1 :])
    assert found.agreement == pytest.approx(reached)
    swaps = [reached - support[a, b] + support[b, a] for a, b in pairwise(order)]
    assert max(swaps) <= reached + 1e-9
    with pytest.raises(ValueError, match="up to 40"):
        rank_kemeny(np.zeros((41, 41)))


def test_kemeny_follows_a_condorcet_order_and_shares_places_in_a_circle():
    votes = np.array([[3.0, 1.0, 2.0], [2.0, 3.0, 1.0], [1.0, 2.0, 3.0]])
    assert score_kemeny(votes, np.ones(3)).tolist() == [50.0, 50.0, 50.0]
    assert score_kemeny(votes, np.array([5.0, 1.0, 1.0])).tolist() == [100.0, 50.0, 0.0]
    with_gap = np.vstack([votes, [np.nan, 1.0, 1.0]])
    assert score_kemeny(with_gap, np.array([5.0, 1.0, 1.0]))[:3].tolist() == [100.0, 50.0, 0.0]
    assert np.isnan(score_kemeny(with_gap, np.array([5.0, 1.0, 1.0]))[3])


@pytest.mark.parametrize("power", [-0.000001, -0.001, -0.1, -1.0])
def test_a_zero_beside_a_power_up_to_zero_is_zero_without_a_warning(power):
    """However near to zero the power is: 0.3^(1 / power) is beyond all numbers."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = aggregate_mean(np.array([[0.0, 50.0], [50.0, 50.0]]), np.array([0.7, 0.3]), power)
    assert found == pytest.approx([0.0, 50.0])


def test_high_powers_tend_to_the_largest_value_also_beside_a_zero():
    assert aggregate_mean(np.array([[0.0, 0.4]]), np.ones(2), 1000)[0] == pytest.approx(0.4 * 0.5**0.001)
    assert aggregate_mean(np.array([[20.0, 90.0]]), np.ones(2), 1e308)[0] == pytest.approx(90)
    assert aggregate_mean(np.array([[20.0, 90.0]]), np.ones(2), -1e308)[0] == pytest.approx(20)


def test_negative_weights_that_cancel_leave_no_mean():
    values = np.array([[80.0, 20.0, np.nan]])
    assert np.isnan(aggregate_mean(values, np.array([0.1 + 0.2, -0.3, 1.0]), 1, needed=2)).all()


def test_orders_that_differ_by_little_are_told_apart_by_programs_too():
    rng = np.random.default_rng(1)
    for _ in range(100):
        support = outrank(rng.uniform(0, 1, (6, 5)), 0.2 + rng.normal(0, 1e-7, 5))[np.newaxis]
        for one, other in zip(_search_subsets(support), _solve_programs(support), strict=True):
            assert one == pytest.approx(other, abs=1e-9)


def test_groups_of_a_majority_order_are_solved_by_themselves():
    # Five circles of three, each wholly ahead of the next: 15 units, 3^5 best orders, exact all the same.
    circle = np.array([[0, 0.7, 0.3], [0.3, 0, 0.7], [0.7, 0.3, 0]])
    support = np.triu(np.full((15, 15), 0.9), 1) + np.tril(np.full((15, 15), 0.1), -1)
    for first in range(0, 15, 3):
        support[first : first + 3, first : first + 3] = circle
    units = np.random.default_rng(2).permutation(15)
    found = rank_kemeny(support[units][:, units])
    assert found.position == pytest.approx(3 * (units // 3) + 2)
    assert found.agreement == pytest.approx(5 * (0.7 + 0.7 + 0.3) + 90 * 0.9)
    assert not found.unique


def test_no_units_have_no_order():
    assert aggregate(np.zeros((0, 2)), np.ones(2), "kemeny").shape == (0,)
