"""SMAA: figures that its R package prints, lengths and areas by hand, samplers against rejection."""

import numpy as np
import pytest

from bpo_index.robustness.weights.weight_space import draw_bounded_weights, draw_weights, measure_acceptability


def test_heparin_and_enoxaparin_are_as_the_r_package_prints_them():
    """The example of R's smaa 0.3-3 (van Valkenhoef 2024), `tests/Examples/smaa-Ex.Rout.save`.

    Its 10,000 draws of the values of two drugs on three criteria are stood for by normal draws of the same means and
    standard deviations (they are somewhat skew), so that the last digits differ; from the draws themselves every
    printed digit comes out.
    """
    rng = np.random.default_rng(1)
    mean = np.array([[0.4117, 0.4249, 0.9258], [0.7514, 0.6084, 0.6151]])
    spread = np.array([[0.1218, 0.1565, 0.0728], [0.0838, 0.1525, 0.1655]])
    values, weights = rng.normal(mean, spread, (200_000, 2, 3)), draw_weights(rng, 200_000, 3)
    found = measure_acceptability(np.einsum("nuc,nc->un", values, weights), weights)
    assert found.ranks == pytest.approx(np.array([[0.3504, 0.6496], [0.6496, 0.3504]]), abs=0.012)
    central = [[0.1865097, 0.2772205, 0.5362698], [0.4073100, 0.3641477, 0.2285423]]
    assert found.central_weights == pytest.approx(np.array(central), abs=0.012)


def test_two_categories_are_lengths_of_a_line():
    values = np.array([[80.0, 40.0], [40.0, 80.0], [65.0, 65.0 - 20 / 3]])
    weights = np.linspace(0, 1, 200_001)
    weights = np.stack([weights, 1 - weights], axis=1)
    found = measure_acceptability(values @ weights.T, weights)
    # Unit 0 beats unit 1 from w = 1/2; unit 2 beats unit 1 from w = (80 - 58.333) / (25 + 21.667) = .464286; unit 0
    # beats unit 2 from w = (58.333 - 40) / (15 + 18.333) = .55.
    first, second = 65 / 140, 0.55
    assert found.ranks[:, 0] == pytest.approx([1 - second, first, second - first], abs=1e-4)
    assert found.ranks[:, 1] == pytest.approx([second - 0.5, 0.5 - first, 1 - second + first], abs=1e-4)
    centres = [(1 + second) / 2, first / 2, (first + second) / 2]
    assert found.central_weights[:, 0] == pytest.approx(centres, abs=1e-4)


def test_three_categories_are_areas_of_a_triangle():
    """Each unit leads in its own category: by symmetry a third each, and central weights of 11/18 there.

    Where w1 is the largest weight of three the mean of the ordered weights is 11/18, 5/18, 2/18 (order statistics of
    even spacings), so that the others average 7/36.
    """
    rng = np.random.default_rng(2)
    weights = draw_weights(rng, 200_000, 3)
    found = measure_acceptability(np.eye(3) @ weights.T * 100, weights)
    assert found.ranks == pytest.approx(np.full((3, 3), 1 / 3), abs=0.005)
    assert found.central_weights == pytest.approx(np.where(np.eye(3) > 0, 11 / 18, 7 / 36), abs=0.003)


def test_a_unit_that_is_never_first_has_no_central_weights_and_ties_are_shared():
    """As `tests/nacw.R` of R's smaa: one alternative beats the other in every criterion."""
    weights = np.full((10, 3), 1 / 3)
    found = measure_acceptability(np.array([[1.0] * 3, [0.0] * 3]) @ weights.T, weights)
    assert found.central_weights[0] == pytest.approx([1 / 3] * 3)
    assert np.isnan(found.central_weights[1]).all()
    tied = measure_acceptability(np.ones((2, 3)) @ weights.T, weights)
    assert tied.ranks.tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_bounded_weights_are_spread_as_by_rejection():
    rng = np.random.default_rng(4)
    nominal = np.array([0.4, 0.3, 0.2, 0.1])
    low, high = nominal * 0.5, nominal * 2
    drawn = draw_bounded_weights(rng, 40_000, nominal, low=low, high=high)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(40_000))
    assert (drawn >= low - 1e-12).all()
    assert (drawn <= high + 1e-12).all()
    even = draw_weights(rng, 2_000_000, 4)
    kept = even[((even >= low) & (even <= high)).all(axis=1)]
    assert len(kept) > 20_000
    assert drawn.mean(axis=0) == pytest.approx(kept.mean(axis=0), abs=0.003)
    assert np.cov(drawn.T) == pytest.approx(np.cov(kept.T), abs=2e-4)
    for share in (0.05, 0.25, 0.75, 0.95):
        assert np.quantile(drawn, share, axis=0) == pytest.approx(np.quantile(kept, share, axis=0), abs=0.006)


@pytest.mark.parametrize("categories", [2, 3, 10, 25])
def test_without_bounds_the_weights_are_even_over_the_simplex(categories):
    """Dirichlet(1): means 1/C, variances (C - 1) / (C^2 (C + 1)), covariances -1 / (C^2 (C + 1))."""
    rng = np.random.default_rng(5)
    nominal = np.full(categories, 1 / categories)
    drawn = draw_bounded_weights(rng, 40_000, nominal, low=np.zeros(categories), high=np.ones(categories))
    scale = 1 / (categories**2 * (categories + 1))
    expected = np.where(np.eye(categories) > 0, (categories - 1) * scale, -scale)
    assert np.cov(drawn.T) == pytest.approx(expected, abs=4 * (8 / 40_000) ** 0.5 * scale * categories)
    assert drawn.mean(axis=0) == pytest.approx(nominal, abs=4 * (categories * scale / 40_000) ** 0.5)


def test_bounds_that_leave_no_room_leave_the_nominal_weights():
    nominal = np.array([0.5, 0.3, 0.2])
    drawn = draw_bounded_weights(np.random.default_rng(0), 10, nominal, low=nominal, high=nominal)
    assert drawn == pytest.approx(np.repeat(nominal[np.newaxis], 10, axis=0))
