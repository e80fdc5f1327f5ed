"""Errors under a declared design: by hand, by draws, from supplied weights, and under unequal weights."""

import numpy as np
import pytest

from bpo_index.robustness.replicates import Scenario, evaluate_replicates
from bpo_index.robustness.sampling.design import Drawn, scale_by_stratum
from bpo_index.robustness.sampling.design_draws import draw_by_design, draw_shared, take_supplied
from bpo_index.robustness.sampling.linearisation import linearise_errors
from bpo_index.robustness.sampling.replicate_weights import estimate_supplied_errors
from bpo_index.scoring.designs.registry import list_lonely, list_replicate_types
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_design import SuppliedReplicates, UnitDesign
from bpo_index.scoring.unit_means import UnitAnswers

ONE = IndexStructure.of_categories([0], np.ones(1), np.ones(1))
DRAWS = 40_000
#: Nine respondents of six companies, four in the first stratum and two in the second.
RATINGS = np.array([6.0, 8.0, 9.0, 7.0, 5.0, 9.0, 4.0, 3.0, 8.0])
WEIGHTS = np.array([1.0, 1.0, 2.0, 1.0, 1.5, 1.5, 3.0, 3.0, 2.0])
COMPANY = np.array([0, 0, 1, 2, 3, 3, 4, 4, 5])
STRATUM = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1])
MANY = np.full(2, np.inf)


def make_design(population=MANY, company_population=None, lonely="fail", stratum=STRATUM, supplied=None):
    names = tuple("abc"[: stratum.max() + 1])
    sizes = np.asarray(population, dtype=float)
    return UnitDesign(names, stratum, sizes, company_population, list_lonely()[lonely], supplied)


def make_unit(design=None, ratings=RATINGS, weights=WEIGHTS, cluster=COMPANY):
    return UnitAnswers("COL", ratings[:, np.newaxis], weights, cluster, design=design)


def influence(unit):
    mean = unit.weights @ unit.ratings[:, 0] / unit.weights.sum()
    return 10 * unit.weights * (unit.ratings[:, 0] - mean) / unit.weights.sum()


def vary_between(moved, company, stratum, fractions):
    total = 0.0
    for h, fraction in enumerate(fractions):
        sums = [moved[company == k].sum() for k in np.unique(company[stratum == h])]
        total += (1 - fraction) * len(sums) * np.var(sums, ddof=1)
    return total


def test_stratified_variance_with_and_without_correction_by_hand():
    for population, fractions in ((MANY, (0, 0)), ([10.0, 4.0], (0.4, 0.5))):
        unit = make_unit(make_design(population))
        found = linearise_errors([unit], ONE)
        expected = vary_between(influence(unit), COMPANY, STRATUM, fractions)
        assert found.standard_errors[0, 0] ** 2 == pytest.approx(expected, rel=1e-6)
        assert found.clusters[0, 0] == 6


def test_two_stages_by_hand():
    unit = make_unit(make_design([10.0, 4.0], np.array([4.0, 4.0, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 1.0])))
    moved = influence(unit)
    expected = vary_between(moved, COMPANY, STRATUM, (0.4, 0.5))
    for members, share, within in (([0, 1], 0.4, 1 - 2 / 4), ([4, 5], 0.4, 0.0), ([6, 7], 0.5, 1 - 2 / 5)):
        expected += share * within * 2 * np.var(moved[members], ddof=1)
    assert linearise_errors([unit], ONE).standard_errors[0, 0] ** 2 == pytest.approx(expected, rel=1e-6)


def test_one_respondent_of_several_in_a_company_counts_as_the_definition_says():
    sizes = np.array([4.0, 4.0, 5.0, 1.0, 2.0, 2.0, 5.0, 5.0, 1.0])
    errors = {
        name: linearise_errors([make_unit(make_design([10.0, 4.0], sizes, name))], ONE).standard_errors[0, 0] ** 2
        for name in ("certainty", "centre", "average")
    }
    moved = influence(make_unit())
    parts = [0.4 * 0.5 * 2 * np.var(moved[[0, 1]], ddof=1), 0.5 * 0.6 * 2 * np.var(moved[[6, 7]], ddof=1)]
    assert errors["centre"] - errors["certainty"] == pytest.approx(0.4 * 0.8 * moved[2] ** 2, rel=1e-6)
    assert errors["average"] - errors["certainty"] == pytest.approx(np.mean(parts), rel=1e-6)


@pytest.mark.parametrize(
    ("population", "company_population", "lonely", "stratum"),
    [
        (MANY, None, "fail", STRATUM),
        ([10.0, 4.0], None, "fail", STRATUM),
        ([10.0, 4.0], np.array([4.0, 4.0, 1.0, 1.0, 2.0, 2.0, 5.0, 5.0, 1.0]), "fail", STRATUM),
        ([9.0, 8.0], None, "centre", np.array([0, 0, 0, 0, 0, 0, 0, 0, 1])),
    ],
)
def test_draws_have_the_variance_of_the_design(population, company_population, lonely, stratum):
    unit = make_unit(make_design(population, company_population, lonely, stratum))
    drawn = draw_by_design(Drawn(unit, unit.design), np.random.default_rng(7), DRAWS)
    assert drawn.min() >= 0
    assert drawn.mean(axis=1) == pytest.approx(np.ones(9), abs=0.03)
    expected = linearise_errors([unit], ONE).standard_errors[0, 0] ** 2
    assert (influence(unit) @ drawn).var() == pytest.approx(expected, rel=0.05)


def test_all_companies_of_a_stratum_are_drawn_as_they_are():
    unit = make_unit(make_design([4.0, 2.0]))
    assert (draw_by_design(Drawn(unit, unit.design), np.random.default_rng(1), 50) == 1).all()
    found = linearise_errors([unit], ONE)
    assert found.standard_errors[0, 0] == 0


def test_a_design_of_one_stratum_and_no_correction_gives_the_errors_without_one():
    alone = make_design([np.inf], stratum=np.zeros(9, dtype=np.int64))
    for unit in (make_unit(), make_unit(weights=np.ones(9))):
        plain = linearise_errors([unit], ONE)
        declared = linearise_errors([make_unit(alone, weights=unit.weights)], ONE)
        assert declared.standard_errors == pytest.approx(plain.standard_errors, rel=1e-9)
        assert declared.corrected == pytest.approx(plain.corrected, rel=1e-9)
        assert declared.degrees == pytest.approx(plain.degrees, rel=1e-9)


def supply(weights, kind, rho=0.0, rscales=None, mse=True):
    record = list_replicate_types()[kind]
    factors = record.scale(len(weights), rho) * (np.ones(len(weights)) if rscales is None else np.asarray(rscales))
    return SuppliedReplicates(weights, factors, record.is_sample, mse, float(len(weights) - 1))


def halve(rho=0.0):
    """Return a balanced set of half samples of four strata with two respondents each, and the strata."""
    signs = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    signs = np.vstack([np.hstack([np.ones((4, 1)), signs]), np.hstack([-np.ones((4, 1)), signs])])
    weights = 1 + (1 - rho) * np.repeat(signs, 2, axis=1) * np.tile([1, -1], 4)
    return weights, np.repeat(np.arange(4), 2)


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_balanced_half_samples_give_the_stratified_variance(rho):
    # Of linear scores exactly; the mean of equal total weights is linear (Wolter 2007, section 3.2).
    weights, strata = halve(rho)
    ratings = np.array([6.0, 8.0, 9.0, 7.0, 5.0, 9.0, 4.0, 3.0])
    design = make_design(np.full(4, np.inf), stratum=strata, lonely="fail")
    design = UnitDesign(tuple("abcd"), strata, np.full(4, np.inf), None, design.lonely)
    unit = make_unit(design, ratings, np.ones(8), np.arange(8))
    kind = "Fay" if rho else "BRR"
    given = UnitDesign(
        (""), np.zeros(8, dtype=np.int64), np.array([np.inf]), None, design.lonely, supply(weights, kind, rho)
    )
    supplied = estimate_supplied_errors([make_unit(given, ratings, np.ones(8), np.arange(8))], ONE)
    assert supplied.standard_errors[0, 0] == pytest.approx(linearise_errors([unit], ONE).standard_errors[0, 0])


@pytest.mark.parametrize("kind", ["JK1", "BRR", "Fay", "bootstrap"])
def test_draws_from_supplied_weights_have_their_variance(kind):
    rng = np.random.default_rng(3)
    if kind == "JK1":
        weights = np.where(np.eye(8, dtype=bool), 0.0, 8 / 7)
    elif kind == "bootstrap":
        weights = 8 / 7 * rng.multinomial(7, np.full(8, 1 / 8), 200)
    else:
        weights, _ = halve(0.3 if kind == "Fay" else 0.0)
    given = supply(weights, kind, 0.3 if kind == "Fay" else 0.0)
    unit = make_unit(
        make_design([np.inf], stratum=np.zeros(8, dtype=np.int64), supplied=given),
        RATINGS[:8],
        np.ones(8),
        np.arange(8),
    )
    shared = draw_shared([unit], np.random.default_rng(5), DRAWS)
    drawn = take_supplied(given, unit.weights, shared)
    moved = influence(unit)
    expected = (given.factors * (weights @ moved) ** 2).sum()
    assert (moved @ drawn).var() == pytest.approx(expected, rel=0.05)


def test_units_share_their_supplied_replicates():
    weights = np.where(np.eye(8, dtype=bool), 0.0, 8 / 7)
    given = supply(weights, "JK1")
    design = make_design([np.inf], stratum=np.zeros(8, dtype=np.int64), supplied=given)
    units = [make_unit(design, shift + RATINGS[:8] / 2, np.ones(8), np.arange(8)) for shift in (0.0, 3.0)]
    found = estimate_supplied_errors(units, ONE)
    assert found.correlations[0] == pytest.approx(np.ones((2, 2)))
    scores = np.array([[31.875, 31.875], [61.875, 61.875]])
    summary = evaluate_replicates([Scenario(ONE, units, 500)], scores, np.ones((2, 2), dtype=bool), seed=1)
    assert summary.estimate_correlation(0) == pytest.approx(np.ones((2, 2)), abs=1e-9)
    assert summary.tallies[0].share_top(1).tolist() == [0.0, 1.0]


def test_cr2_of_a_weighted_mean_by_hand():
    # V = sum p^2 e^2 / (1 - 2 p + sum p^2), the target the variance under equal variances (Bell and McCaffrey 2002).
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    ratings = np.array([6.0, 8.0, 9.0, 4.0])
    p = weights / 10
    residual = ratings - p @ ratings
    expected = 10 * np.sqrt((p**2 * residual**2 / (1 - 2 * p + (p**2).sum())).sum())
    found = linearise_errors([make_unit(None, ratings, weights, np.arange(4))], ONE)
    assert found.corrected[0, 0] == pytest.approx(expected, rel=1e-6)
    assert found.degrees[0, 0] == pytest.approx(1 / (p**2).sum() - 1)


def test_cr2_is_unbiased_under_answers_of_one_variance():
    rng = np.random.default_rng(11)
    weights = np.array([1.0, 1.0, 2.0, 4.0, 8.0])
    p = weights / weights.sum()
    answers = rng.normal(5, 1, (200_000, 5))
    residual = answers - (answers @ p)[:, np.newaxis]
    cr2 = (p**2 * residual**2 / (1 - 2 * p + (p**2).sum())).sum(axis=1).mean()
    assert cr2 == pytest.approx((p**2).sum(), rel=0.01)


def test_equal_weights_give_the_usual_error_and_degrees_to_the_bit():
    for weight in (1.0, 33.846996307373):
        found = linearise_errors([make_unit(weights=np.full(9, weight))], ONE)
        assert (found.corrected == found.standard_errors).all()
        assert found.degrees.tolist() == [[5.0, 5.0]]


def test_weights_equal_within_strata_need_no_correction():
    weights = np.where(STRATUM == 0, 1.0, 5.0)
    found = linearise_errors([make_unit(make_design(), weights=weights)], ONE)
    assert found.corrected == pytest.approx(found.standard_errors, rel=1e-12)
    assert found.degrees.tolist() == [[4.0, 4.0]]  # six companies less two strata


def test_scaled_deviations_have_the_variance_of_the_design():
    unit = make_unit(make_design([10.0, 4.0]))
    moved = np.bincount(COMPANY, weights=influence(unit))
    scaled = scale_by_stratum(Drawn(unit, unit.design), moved)
    assert (scaled**2).sum() == pytest.approx(linearise_errors([unit], ONE).standard_errors[0, 0] ** 2, rel=1e-6)
