"""Contributions of categories to a difference of scores: sums, worked numbers, limits, laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.scoring.decomposition import decompose_difference, find_power
from bpo_index.scoring.methods.aggregation import aggregate_mean

Scores = st.lists(st.floats(1, 100), min_size=4, max_size=4)
POWERS = [1.0, 0.0, -1.0, 2.0, 0.5]


@pytest.mark.parametrize("power", POWERS)
@given(first=Scores, second=Scores, weights=st.lists(st.floats(0.05, 1), min_size=4, max_size=4))
def test_contributions_add_up_to_the_difference(power, first, second, weights):
    first, second, weights = np.array(first), np.array(second), np.array(weights)
    parts = decompose_difference(first, second, weights, power)
    difference = aggregate_mean(first, weights, power) - aggregate_mean(second, weights, power)
    assert parts.sum() == pytest.approx(difference, abs=1e-6)
    # Where the first is ahead it gains, where it is behind it loses.
    assert (
        np.sign(parts[np.abs(first - second) > 1e-6]) == np.sign(first - second)[np.abs(first - second) > 1e-6]
    ).all()
    assert decompose_difference(second, first, weights, power) == pytest.approx(-parts, abs=1e-6)


def test_geometric_contributions_are_those_of_the_logarithmic_mean():
    first, second = np.array([90.0, 50.0, 70.0]), np.array([60.0, 80.0, 70.0])
    one, other = math.prod(first) ** (1 / 3), math.prod(second) ** (1 / 3)
    mean = (one - other) / math.log(one / other)
    by_hand = [mean * math.log(a / b) / 3 for a, b in zip(first, second, strict=True)]
    assert decompose_difference(first, second, np.ones(3), 0.0) == pytest.approx(by_hand)


@pytest.mark.parametrize("power", POWERS)
def test_level_units_have_contributions_that_cancel(power):
    first, second = np.array([40.0, 80.0]), np.array([80.0, 40.0])
    parts = decompose_difference(first, second, np.ones(2), power)
    assert parts.sum() == pytest.approx(0.0, abs=1e-9)
    nearly = decompose_difference(first + np.array([0.0, 1e-4]), second, np.ones(2), power)
    assert parts == pytest.approx(nearly, abs=1e-3)
    assert parts[0] < 0 < parts[1]


def test_a_category_without_weight_contributes_nothing_whatever_it_is():
    parts = decompose_difference(np.array([80.0, np.nan]), np.array([70.0, 0.0]), np.array([2.0, 0.0]), 0.0)
    assert parts.tolist() == pytest.approx([10.0, 0.0])


def test_missing_scores_and_zeros_under_a_geometric_mean_are_not_decomposed():
    gaps = np.array([[80.0, np.nan], [80.0, 0.0], [80.0, 60.0]])
    parts = decompose_difference(gaps, np.array([70.0, 50.0]), np.ones(2), 0.0)
    assert np.isnan(parts).all(axis=1).tolist() == [True, True, False]
    assert np.isnan(decompose_difference(gaps, np.array([70.0, 50.0]), np.ones(2))).all(axis=1).tolist() == [
        True,
        False,
        False,
    ]


def test_only_means_have_a_power():
    found = {
        name: find_power(name, power=3.0) for name in ("arithmetic", "harmonic", "generalised_mean", "median", "borda")
    }
    assert found == {"arithmetic": 1.0, "harmonic": -1.0, "generalised_mean": 3.0, "median": None, "borda": None}
