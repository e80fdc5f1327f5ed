"""Reliability and correlations: formulas in plain Python, known answers, edges, and the published tables."""

import math
import statistics

import numpy as np
import pytest
from scipy import stats

from bpo_index.robustness.coherence_tables import tabulate_structure
from bpo_index.robustness.correlations import CORRELATIONS, correlate_item_total, correlate_items
from bpo_index.robustness.reliability import (
    count_respondents_needed,
    estimate_alpha_interval,
    measure_alpha,
    measure_alpha_if_deleted,
    measure_icc,
    measure_omega,
    measure_standardised_alpha,
    measure_unit_mean_reliability,
)
from bpo_index.robustness.sampling.response_outcomes import tabulate_outcomes
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import read_sample


def make_answers(seed=1, respondents=40, items=5):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (respondents, 1)) + rng.normal(0, 1, (respondents, items)) * np.linspace(0.7, 1.5, items)


def alpha_by_hand(columns):
    k = len(columns)
    totals = [sum(row) for row in zip(*columns, strict=True)]
    return k / (k - 1) * (1 - sum(statistics.variance(c) for c in columns) / statistics.variance(totals))


def test_alpha_by_hand_and_without_each_item():
    answers = make_answers()
    columns = [list(column) for column in answers.T.tolist()]
    covariance = np.cov(answers.T)
    assert measure_alpha(covariance) == pytest.approx(alpha_by_hand(columns))
    deleted = [alpha_by_hand(columns[:n] + columns[n + 1 :]) for n in range(5)]
    assert measure_alpha_if_deleted(covariance) == pytest.approx(deleted)
    standardised = [[(x - statistics.mean(c)) / statistics.stdev(c) for x in c] for c in columns]
    assert measure_standardised_alpha(covariance) == pytest.approx(alpha_by_hand(standardised))
    batch = np.stack([covariance, 2 * covariance, np.eye(5)])
    assert measure_alpha(batch) == pytest.approx([alpha_by_hand(columns), alpha_by_hand(columns), 0.0])


def test_alpha_where_it_means_nothing():
    assert np.isnan(measure_alpha(np.ones((1, 1))))
    assert np.isnan(measure_alpha(np.zeros((3, 3))))
    assert np.isnan(measure_alpha_if_deleted(np.eye(2))).all()
    assert measure_alpha(np.array([[1.0, -0.5], [-0.5, 1.0]])) == pytest.approx(-2)


def test_the_interval_of_alpha_covers_as_often_as_it_says():
    rng, covered, truth = np.random.default_rng(2), 0, 0.75  # four parallel items: alpha = 4 r / (1 + 3 r), r = 3/7
    for _ in range(1_500):
        answers = np.sqrt(3 / 7) * rng.standard_normal((20, 1)) + np.sqrt(4 / 7) * rng.standard_normal((20, 4))
        low, high = estimate_alpha_interval(measure_alpha(np.cov(answers.T)), 20, 4, 0.9)
        covered += low <= truth <= high
    assert 0.9 - 3 * math.sqrt(0.09 / 1_500) < covered / 1_500 < 0.9 + 3 * math.sqrt(0.09 / 1_500)
    assert np.isnan(estimate_alpha_interval(0.8, 1, 4, 0.9)).all()
    assert np.isnan(estimate_alpha_interval(0.8, 10, 1, 0.9)).all()


def test_omega_of_one_factor_is_that_of_its_loadings():
    loadings = np.array([0.9, 0.7, 0.5, 0.6, 0.3])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1.0)
    sd = np.array([1.0, 2.0, 0.5, 3.0, 1.5])
    found = measure_omega(correlations * np.outer(sd, sd))
    assert found.loadings == pytest.approx(loadings, abs=1e-4)
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert found.total == pytest.approx(expected, abs=1e-5)
    # Raw items: their loadings are sd times these. By hand .9 + 1.4 + .25 + 1.8 + .45 and .19 + 2.04 + .1875 + ...
    own, left = sd * loadings, sd**2 * (1 - loadings**2)
    assert (own.sum(), left.sum()) == pytest.approx((4.8, 10.225))
    assert found.raw == pytest.approx(4.8**2 / (4.8**2 + 10.225), abs=1e-4)
    equal = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert measure_omega(equal).total == pytest.approx(float(measure_alpha(equal)), abs=1e-6)
    # Essentially tau-equivalent items, raw loadings all 1: then alpha of raw items is omega of raw items.
    tau = np.ones((4, 4)) + np.diag([0.5, 1.0, 2.0, 4.0])
    assert measure_omega(tau).raw == pytest.approx(float(measure_alpha(tau)), abs=1e-6) == pytest.approx(16 / 23.5)
    assert measure_omega(tau).total != pytest.approx(measure_omega(tau).raw, abs=1e-2)


def test_omega_where_one_factor_is_not_determined():
    assert math.isnan(measure_omega(np.eye(2)).total)
    assert math.isnan(measure_omega(np.diag([1.0, 1.0, 0.0])).total)
    heywood = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.6], [0.9, 0.6, 1.0]])
    found = measure_omega(heywood)
    assert found.uniquenesses.min() == pytest.approx(0, abs=1e-9)
    assert 0 < found.total <= 1


def test_intraclass_correlations_by_hand_with_unequal_groups():
    groups = [[8.0, 9.0, 7.0], [5.0, 4.0], [1.0, 2.0, 3.0, 2.0]]
    values = [x for group in groups for x in group]
    grand = statistics.mean(values)
    between = sum(len(g) * (statistics.mean(g) - grand) ** 2 for g in groups) / 2
    within = sum((x - statistics.mean(g)) ** 2 for g in groups for x in g) / 6
    n0 = (9 - (9 + 4 + 16) / 9) / 2
    found = measure_icc(np.array(values), np.repeat([0, 1, 2], [3, 2, 4]))
    assert found.icc1 == pytest.approx((between - within) / (between + (n0 - 1) * within))
    assert found.icc1k == pytest.approx((between - within) / between)
    assert found.low < found.icc1 < found.high
    f_value, _ = stats.f_oneway(*groups)
    assert found.mean_square_between / found.mean_square_within == pytest.approx(f_value)


def test_intraclass_correlations_at_the_edges():
    alike = measure_icc(np.array([1.0, 1.0, 3.0, 3.0]), np.array([0, 0, 1, 1]))
    assert (alike.icc1, alike.low, alike.high) == (1.0, 1.0, 1.0)
    assert math.isnan(measure_icc(np.ones(4), np.array([0, 0, 1, 1])).icc1)
    assert measure_icc(np.array([1.0, 3.0, 1.0, 3.0]), np.array([0, 0, 1, 1])).icc1 == pytest.approx(-1)
    for unit_of in ([0, 0, 0], [0, 1, 2]):
        with pytest.raises(ValueError, match="two units"):
            measure_icc(np.arange(3.0), np.array(unit_of))


@pytest.mark.parametrize("icc1", [0.05, 0.2, 0.5, 0.9])
def test_the_respondents_needed_are_the_first_number_that_suffices(icc1):
    n = count_respondents_needed(icc1)
    assert n == next(k for k in range(1, 1000) if measure_unit_mean_reliability(icc1, k) >= 0.8 - 1e-12)
    assert count_respondents_needed(-0.1) is None
    assert count_respondents_needed(1.0) == 1


@pytest.mark.parametrize("method", CORRELATIONS)
def test_correlations_are_those_of_scipy_and_miss_what_is_missing(method):
    values = np.random.default_rng(3).integers(0, 6, (15, 3)).astype(float)
    values[2, 0] = np.nan
    measure = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[method]
    found = correlate_items(values, method)
    for i in range(3):
        for j in range(3):
            both = ~np.isnan(values[:, [i, j]]).any(axis=1)
            assert found[i, j] == pytest.approx(measure(values[both, i], values[both, j]).statistic)
    assert np.isnan(correlate_items(np.column_stack([values[:, 1], np.ones(15)]), method)[0, 1])
    with pytest.raises(ValueError, match="pearson"):
        correlate_items(values, "gamma")


def test_item_total_leaves_the_item_out():
    answers = make_answers(4)
    for n, found in enumerate(correlate_item_total(answers)):
        rest = np.delete(answers, n, axis=1).sum(axis=1)
        assert found == pytest.approx(statistics.correlation(answers[:, n].tolist(), rest.tolist()))
    assert np.isnan(correlate_item_total(answers[:, :1])).all()


# ---- tables --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    definition, accepted = read_sample()
    return definition, accepted, score_units(accepted, definition)


def test_the_tables_of_the_sample(sample):
    definition, accepted, scores = sample
    tables = tabulate_structure(scores, definition)
    assert tables.reliability.height == 11
    assert tables.questions.height == 24
    assert tables.correlations.height == 45
    assert tables.components.height == 100
    talent = tables.reliability.filter(category="talent-availability").row(0, named=True)
    chosen = [question.id for c in definition.categories if c.id == "talent-availability" for question in c.questions]
    rows = accepted.select("unit", *chosen).drop_nulls()
    centred = rows.with_columns([(rows[q] - rows[q].mean()).alias(q) for q in chosen]).select(
        *((rows[q] - rows.select(pl_mean_over(q)).to_series()).alias(q) for q in chosen)
    )
    assert talent["respondents"] == rows.height
    assert talent["alpha"] == pytest.approx(alpha_by_hand(centred.to_numpy().T.tolist()), abs=1e-6)
    assert talent["alpha_low"] < talent["alpha"] < talent["alpha_high"]
    assert tables.components["share"].unique().sum() == pytest.approx(1, abs=1e-4)


def pl_mean_over(question):
    import polars as pl

    return pl.col(question).mean().over("unit")


def test_shares_and_balances_of_the_sample_by_hand(sample):
    definition, accepted, scores = sample
    public = tabulate_outcomes(accepted, scores, definition).filter(unit="COL")
    # Its categories have fewer than six questions, and no room for shares beside the score.
    assert public["top_two_box"].is_null().to_list() == [False] + [True] * 10
    method = definition.method.model_copy(update={"minimum_respondents_to_publish": 1})
    definition = definition.model_copy(update={"method": method})
    table = tabulate_outcomes(accepted, score_units(accepted, definition), definition)
    rows = accepted.filter(unit="COL")
    tops, nets = [], []
    for category in definition.categories:
        shares, balances = [], []
        for question in category.questions:
            ratings = rows[question.id].drop_nulls().to_list()
            ratings = [10 - r for r in ratings] if question.reverse else ratings
            shares.append(sum(r >= 9 for r in ratings) / len(ratings))
            balances.append(shares[-1] - sum(r <= 1 for r in ratings) / len(ratings))
        tops.append(100 * statistics.mean(shares))
        nets.append(100 * statistics.mean(balances))
    colombia = table.filter(unit="COL")
    withheld = [False] * 11
    assert colombia["top_two_box"].is_null().to_list() == withheld
    for name, expected in (("top_two_box", tops), ("net_balance", nets)):
        shown = [
            value for value, gone in zip([statistics.mean(expected), *expected], withheld, strict=True) if not gone
        ]
        assert colombia[name].drop_nulls().to_list() == pytest.approx(shown, abs=1e-6)
    assert colombia["top_two_box_se"].drop_nulls().min() > 0
