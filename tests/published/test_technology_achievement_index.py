"""The Technology Achievement Index of 2001, 23 countries by 8 indicators, against what was printed about it.

OECD/JRC (2008), Handbook on Constructing Composite Indicators, tables A.2 (data), 6 (shares of variance), 11 (alpha),
17 (rotated loadings), 19, 22 and 23 (ranks and scores); goalposts: Saisana, Saltelli and Tarantola (2005), Journal of
the Royal Statistical Society A 168(2), table 1. Telephones and electricity are logarithms to base 10, which the
Handbook prints to two decimals; the numbers behind them are in UNDP (2001), Human Development Report 2001, annex table
A2.1. The Handbook's alphas, shares and loadings are those of the exact logarithms.
"""

import json

import numpy as np
import polars as pl
import pytest

from bpo_index.robustness.reliability import measure_alpha_if_deleted, measure_standardised_alpha
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.methods.benefit_of_the_doubt import score_benefit_of_the_doubt
from bpo_index.scoring.methods.covariance import correlate, estimate_between_covariance
from bpo_index.scoring.methods.factor_analysis import rotate_varimax
from bpo_index.scoring.methods.pca import explain_pca
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.sklearn_steps import Aggregator, Normaliser
from bpo_index.scoring.steps import normalise

# Telephones per 1,000 people and kilowatt-hours of electricity per person, countries in the order of the indicators.
TELEPHONES = [
    *(1203, 993, 1247, 1007, 938, 1042, 1037, 881, 862, 901, 874, 1329),
    *(924, 817, 720, 987, 943, 918, 730, 991, 560, 533, 687),
]
ELECTRICITY = [
    *(14129, 11832, 13955, 7322, 4497, 5908, 5327, 15071, 8717, 6771, 5681, 24607),
    *(4760, 7249, 8215, 6175, 6287, 5475, 4195, 4431, 4748, 2888, 5096),
]


@pytest.fixture(scope="module")
def tai(project):
    folder = project / "tests" / "published" / "data"
    method = json.loads((folder / "tai_2001_method.json").read_text(encoding="utf-8"))
    table = pl.read_csv(folder / "tai_2001_indicators.csv")
    printed = pl.read_csv(folder / "tai_2001_published_ranks.csv")
    printed = table.select("country").join(printed, on="country", how="left", maintain_order="left")
    indicators = table.drop("country")
    lows, highs = (np.array(method[f"goalposts_{end}"], dtype=float) for end in ("min", "max"))
    logged = [name.removesuffix("_log10") in method["log10"] for name in indicators.columns]
    lows[logged], highs[logged] = np.log10(lows[logged]), np.log10(highs[logged])
    return indicators.to_numpy(), method, printed, (lows, highs)


def test_ranks_under_equal_and_budget_weights(tai):
    values, method, printed, goalposts = tai
    shares = normalise(values, "goalposts", goalposts=goalposts)
    for column, weights in (
        ("rank_equal_weights", None),
        ("rank_budget_allocation", method["weights"]["budget_allocation"]),
    ):
        index = ConfidenceIndex(category_weights=weights, categories=range(8), scale_maximum=100)
        ranks = index.fit(shares).rank(shares)
        assert (ranks == printed[column].to_numpy()).sum() == 23


def test_the_steps_in_a_pipeline_give_the_same_ranks(tai):
    values, _, printed, goalposts = tai
    steps = Normaliser("goalposts", goalposts=goalposts), Aggregator("equal")
    scores = steps[1].fit_transform(steps[0].fit_transform(values))[:, 0]
    assert rank_units(scores).tolist() == printed["rank_equal_weights"].to_list()


@pytest.fixture(scope="module")
def exact(tai):
    values = tai[0]
    exact = np.column_stack([values[:, :4], np.log10(TELEPHONES), np.log10(ELECTRICITY), values[:, 6:]])
    assert (exact[:, 4:6].round(2) == values[:, 4:6]).all()
    return exact


def test_alpha_and_alpha_if_deleted(tai, exact):
    method = tai[1]
    correlations = correlate(estimate_between_covariance(exact))
    assert measure_standardised_alpha(correlations) == pytest.approx(method["alpha"], abs=0.005)
    assert measure_alpha_if_deleted(correlations) == pytest.approx(method["alpha_if_deleted"], abs=0.001)


def test_shares_of_variance(tai, exact):
    method = tai[1]
    rounded, table = (explain_pca(estimate_between_covariance(values)) for values in (tai[0], exact))
    assert 100 * rounded.share == pytest.approx(method["eigen_pct"], abs=0.2)
    assert (100 * table.share).round(1).tolist() == method["eigen_pct"]


def test_rotated_loadings(exact):
    # Handbook, table 17: four principal components after varimax rotation, and the variance that each explains. The
    # sign of a factor is free; the table's factors are in the order of ours but for the sign.
    printed = [
        [0.07, 0.97, 0.06, 0.06],
        [0.13, 0.07, 0.07, 0.93],
        [0.79, 0.21, 0.21, 0.42],
        [0.64, 0.56, 0.04, 0.36],
        [0.37, 0.17, 0.38, 0.68],
        [0.82, 0.04, 0.25, 0.35],
        [0.88, 0.23, 0.09, 0.09],
        [0.08, 0.04, 0.96, 0.04],
    ]
    rotated = rotate_varimax(explain_pca(estimate_between_covariance(exact)).loadings[:, :4])
    assert np.abs(rotated) == pytest.approx(np.array(printed), abs=0.0051)
    assert (rotated**2).sum(axis=0).round(2).tolist() == [2.64, 1.39, 1.19, 1.76]


def test_benefit_of_the_doubt(tai):
    values, _, printed, _ = tai
    shares = normalise(values, "min_max")
    found = score_benefit_of_the_doubt(shares, lowest_share=0.10, highest_share=0.15).scores / 100
    assert np.abs(found - printed["score_benefit_of_the_doubt"].to_numpy()).max() < 0.01
