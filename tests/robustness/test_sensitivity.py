"""Sobol indices and Shapley effects: published answers, formulas, coverage, exact zeros."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import qmc

from bpo_index.robustness.assumptions.sensitivity import estimate_sensitivity, sum_blocks

SCRAMBLES = 16


def evaluate(function, factors, blocks, seed, scrambles=SCRAMBLES):
    """Return 2^k x blocks x m outputs of each scramble."""
    masks = np.array([[mask >> factor & 1 for factor in range(factors)] for mask in range(2**factors)], dtype=bool)
    for part in np.random.SeedSequence(seed).spawn(scrambles):
        points = qmc.Sobol(2 * factors, rng=np.random.default_rng(part)).random(blocks)
        mixed = np.where(masks[:, np.newaxis], points[:, :factors], points[:, factors:])
        outputs = function(mixed)
        yield outputs if outputs.ndim == 3 else outputs[..., np.newaxis]


def analyse(function, factors, blocks=64, seed=0, level=0.9):
    return estimate_sensitivity(map(sum_blocks, evaluate(function, factors, blocks, seed)), level)


def ishigami(points, a=7.0, b=0.1):
    x = -math.pi + 2 * math.pi * points
    return np.sin(x[..., 0]) + a * np.sin(x[..., 1]) ** 2 + b * x[..., 2] ** 4 * np.sin(x[..., 0])


# Ishigami and Homma (1990), a = 7, b = .1, as in Saltelli et al. (2008), Global Sensitivity Analysis: The Primer,
# p. 179.
ISHIGAMI = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])
G_WEIGHTS = np.array([0.0, 0.5, 3.0, 9.0])


def sobol_g(points):
    return ((np.abs(4 * points - 2) + G_WEIGHTS) / (1 + G_WEIGHTS)).prod(axis=-1)


def solve_sobol_g():
    """Return both indices: V_i = 1 / (3 (1 + a_i)^2), Var = prod(1 + V_i) - 1 (Saltelli and Sobol 1995)."""
    own = 1 / 3 / (1 + G_WEIGHTS) ** 2
    variance = (1 + own).prod() - 1
    return own / variance, own * (1 + own).prod() / (1 + own) / variance


@pytest.mark.parametrize(
    ("function", "factors", "expected"), [(ishigami, 3, ISHIGAMI), (sobol_g, 4, solve_sobol_g())], ids=["ishigami", "g"]
)
def test_known_indices_lie_within_their_intervals_and_intervals_cover(function, factors, expected):
    exact = analyse(function, factors, blocks=1024, level=0.999)
    for found, interval, truth in zip(
        (exact.first_order, exact.total), (exact.first_order_interval, exact.total_interval), expected, strict=True
    ):
        assert found[:, 0] == pytest.approx(truth, abs=0.01)
        assert (interval[0, :, 0] <= truth + 5e-5).all()
        assert (interval[1, :, 0] >= truth - 5e-5).all()

    covered = []
    for seed in range(60):
        rough = analyse(function, factors, blocks=32, seed=seed + 1)
        for interval, truth in zip((rough.first_order_interval, rough.total_interval), expected, strict=True):
            covered += list((interval[0, :, 0] <= truth + 5e-5) & (interval[1, :, 0] >= truth - 5e-5))
    assert 0.86 <= np.mean(covered) <= 0.97


def test_a_linear_function_has_the_squared_correlations():
    weights = np.array([4.0, 2.0, 1.0, 0.0])
    found = analyse(lambda x: x @ weights, 4, blocks=1024)
    share = weights**2 / (weights**2).sum()
    for indices in (found.first_order, found.total, found.shapley):
        assert indices[:, 0] == pytest.approx(share, abs=2e-3)
    assert found.variance[0] == pytest.approx((weights**2).sum() / 12, rel=2e-3)


def test_shapley_effects_of_a_linear_function_of_dependent_pairs_within_groups():
    """Two groups of normal inputs, correlated within: the effect of a group is its share of the variance."""
    rng = np.random.default_rng(5)
    mix = np.linalg.cholesky(np.array([[1.0, 0.8], [0.8, 1.0]]))

    def scramble():
        a, b = rng.standard_normal((2, 400, 2, 2)) @ mix.T
        return np.stack(
            [a * [[mask & 1], [mask >> 1]] + b * [[1 - (mask & 1)], [1 - (mask >> 1)]] for mask in range(4)]
        )

    outputs = [scramble().reshape(4, 400, 4) @ np.array([[1.0], [1.0], [1.0], [-1.0]]) for _ in range(SCRAMBLES)]
    found = estimate_sensitivity(map(sum_blocks, outputs))
    assert found.shapley[:, 0] == pytest.approx([3.6 / 4, 0.4 / 4], abs=0.02)


def test_effects_are_those_of_the_definition_by_enumerating_subsets():
    """The closed index of a subset is the pick-freeze covariance, averaged over exchanges of A and B."""
    outputs = list(evaluate(lambda x: np.exp(x[..., 0] * x[..., 1]) + x[..., 2] * x[..., 0], 3, 64, 3))
    found = estimate_sensitivity(map(sum_blocks, outputs))
    together = np.concatenate([part[..., 0] for part in outputs], axis=1)
    full = 7

    def closed(subset):
        others = full ^ subset
        return np.mean([together[t] * (together[t ^ others] - together[t ^ full]) for t in range(8)])

    variance = closed(full)
    assert variance == pytest.approx(np.mean([(together[t] - together[t ^ full]) ** 2 for t in range(8)]) / 2)
    assert found.variance[0] == pytest.approx(variance)
    for factor in range(3):
        own = 1 << factor
        assert found.first_order[factor, 0] == pytest.approx(closed(own) / variance)
        jansen = np.mean([(together[t] - together[t ^ own]) ** 2 for t in range(8)]) / 2
        assert found.total[factor, 0] == pytest.approx(jansen / variance)
        orders = list(itertools.permutations(range(3)))
        gains = []
        for order in orders:
            before = sum(1 << other for other in order[: order.index(factor)])
            gains.append(closed(before | own) - closed(before))
        assert found.shapley[factor, 0] == pytest.approx(np.mean(gains) / variance)
    assert found.shapley.sum() == pytest.approx(1, abs=1e-12)


def test_a_factor_without_effect_gets_zero_and_a_constant_changes_nothing():
    def function(points):
        return np.stack(
            [points[..., 0] ** 3 + points[..., 2] * points[..., 0], np.full(points.shape[:-1], 7.3)], axis=-1
        )

    plain = analyse(function, 3)
    assert plain.first_order[1, 0] == plain.total[1, 0] == plain.shapley[1, 0] == 0
    assert plain.shapley_interval[:, 1, 0].tolist() == [0, 0]
    assert np.isnan(plain.total[:, 1]).all()
    assert plain.variance[1] == 0
    moved = analyse(lambda x: function(x) + 1e6, 3)
    assert moved.first_order[:, 0] == pytest.approx(plain.first_order[:, 0], abs=1e-6)
    assert moved.total[1, 0] == 0


def test_a_block_with_an_output_that_cannot_be_computed_is_left_out_whole_and_counted():
    outputs = list(evaluate(ishigami, 3, 64, 1))
    broken = [np.concatenate([part, part], axis=2) for part in outputs]
    for part in broken:
        part[5, :8, 1] = np.nan
    kept = estimate_sensitivity(sum_blocks(part[:, 8:]) for part in outputs)
    found = estimate_sensitivity(map(sum_blocks, broken))
    assert found.left_out.tolist() == [0, 8 * SCRAMBLES]
    assert found.blocks == 64 * SCRAMBLES
    assert found.total[:, 1] == pytest.approx(kept.total[:, 0])
    assert found.total[:, 0] == pytest.approx(estimate_sensitivity(map(sum_blocks, outputs)).total[:, 0])
    nothing = estimate_sensitivity([sum_blocks(np.full((8, 4, 1), np.nan))])
    assert np.isnan(nothing.total).all()
    assert np.isnan(nothing.variance).all()
    with pytest.raises(ValueError, match="at least one"):
        estimate_sensitivity([])


def test_the_indices_of_salib_from_fewer_exchanges_of_the_same_rows_agree():
    """SALib 1.6, `analyze.sobol`: Saltelli's and Jansen's estimators from A, B and A with one input from B."""
    from SALib.analyze import sobol

    outputs = np.concatenate([part[..., 0] for part in evaluate(sobol_g, 4, 256, 8)], axis=1)
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
    rows = outputs[[15, *(15 ^ (1 << factor) for factor in range(4)), 0]].T.ravel()
    peer = sobol.analyze(problem, rows, calc_second_order=False, seed=1)
    ours = estimate_sensitivity(sum_blocks(part[..., np.newaxis]) for part in np.split(outputs, SCRAMBLES, axis=1))
    assert ours.first_order[:, 0] == pytest.approx(peer["S1"], abs=0.02)
    assert ours.total[:, 0] == pytest.approx(peer["ST"], abs=0.02)
