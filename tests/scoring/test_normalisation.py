"""Normalisations and outlier treatments, each recomputed from its formula in plain Python, and the laws they obey."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.preprocessing import PowerTransformer

from bpo_index.scoring.methods.normalisation import normalise_scale, orient
from bpo_index.scoring.methods.outliers import learn_limits, measure_kurtosis, measure_skewness
from bpo_index.scoring.methods.record import AnswerScale
from bpo_index.scoring.methods.registry import list_names
from bpo_index.scoring.steps import learn_normalisation, learn_outliers, normalise, treat_outliers

OPTIONS = {
    "scale": {"scale": AnswerScale(minimum=0, maximum=10)},
    "min_max": {"normalisation_range": (1, 100)},
    "distance_to_target": {"target": 8.0},
    "distance_to_reference": {"scale": AnswerScale(reference=2)},
    "goalposts": {"goalposts": (4.0, 9.0)},
}
SCALE_FREE = ("min_max", "z_score", "robust", "rank", "borda", "percentile_rank", "distance_to_maximum")


def normalise_by_hand(method, column):
    """Return the textbook value of every unit of one item."""
    low, high, n = min(column), max(column), len(column)
    median = statistics.median(column)
    mad = statistics.median(abs(x - median) for x in column)

    def below(x):
        return sum(other < x for other in column)

    def equal(x):
        return sum(other == x for other in column)

    formula = {
        "scale": lambda x: 100 * x / 10,
        "min_max": lambda x: 1 + 99 * (x - low) / (high - low),
        "z_score": lambda x: 50 + 10 * (x - statistics.mean(column)) / statistics.stdev(column),
        "robust": lambda x: 50 + 10 * (x - median) / (1.4826 * mad),
        "rank": lambda x: 100 * statistics.mean(range(below(x) + 1, below(x) + equal(x) + 1)) / n,
        "borda": lambda x: 100 * (below(x) + (equal(x) - 1) / 2) / (n - 1),
        "percentile_rank": lambda x: 100 * (below(x) + equal(x) / 2) / n,
        "distance_to_maximum": lambda x: 100 * (1 - (high - x) / (high - low)),
        "distance_to_target": lambda x: min(100, 100 * (x - low) / (8 - low)),
        "distance_to_reference": lambda x: 100 * x / column[2],
        "fraction_of_maximum": lambda x: 100 * x / high,
        "goalposts": lambda x: min(100, max(0, 100 * (x - 4) / 5)),
    }[method]
    return [formula(x) for x in column]


@pytest.mark.parametrize("method", list_names("normalisation"))
def test_each_normalisation_is_its_formula(method):
    values = np.random.default_rng(3).integers(10, 100, (9, 4)) / 10
    values[4] = values[5]
    found = normalise(values, method, **OPTIONS.get(method, {}))
    for column, normalised in zip(values.T.tolist(), found.T, strict=True):
        assert normalised == pytest.approx(normalise_by_hand(method, column), abs=1e-9)


@pytest.mark.parametrize("method", list_names("normalisation"))
def test_a_batch_is_normalised_as_one_by_one_and_missing_values_stay_missing(method):
    values = np.random.default_rng(4).uniform(1, 10, (2, 3, 8, 5))
    values[0, 0, 0, 0] = values[1, 2, 3, 1] = np.nan
    found = normalise(values, method, **OPTIONS.get(method, {}))
    assert (np.isnan(found) == np.isnan(values)).all()
    for i in range(2):
        for j in range(3):
            alone = normalise(values[i, j], method, **OPTIONS.get(method, {}))
            assert found[i, j] == pytest.approx(alone, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("method", list_names("normalisation"))
def test_what_was_learnt_serves_other_units(method):
    values = np.random.default_rng(5).uniform(1, 10, (8, 3))
    learnt = learn_normalisation(values, method, **OPTIONS.get(method, {}))
    assert (learnt.apply(values) == normalise(values, method, **OPTIONS.get(method, {}))).all()
    assert learnt.apply(values[2:4]) == pytest.approx(learnt.apply(values)[2:4])
    between = learnt.apply(np.full((1, 3), 5.0))
    assert np.isfinite(between).all()


@pytest.mark.parametrize("method", SCALE_FREE)
@settings(max_examples=20)
@given(factor=st.floats(0.1, 10), shift=st.floats(-5, 5))
def test_a_change_of_scale_leaves_scale_free_methods_alone(method, factor, shift):
    values = np.random.default_rng(6).uniform(0, 10, (7, 3))
    assert normalise(factor * values + shift, method) == pytest.approx(normalise(values, method), abs=1e-6)


@pytest.mark.parametrize("method", list_names("normalisation"))
@settings(max_examples=15)
@given(unit=st.integers(0, 6), rise=st.floats(0, 3))
def test_more_is_never_less(method, unit, rise):
    values = np.random.default_rng(7).uniform(3, 7, (7, 1))
    higher = values.copy()
    higher[unit] += rise
    options = OPTIONS.get(method, {})
    before, after = (normalise(v, method, **options)[:, 0] for v in (values, higher))
    if method == "distance_to_reference" and unit == 2:
        assert [after[2], before[2]] == pytest.approx([100, 100])
    elif method in ("z_score", "robust"):
        assert (stats.rankdata(after)[unit]) >= (stats.rankdata(before)[unit])
    else:
        assert after[unit] >= before[unit] - 1e-9


@pytest.mark.parametrize("method", list_names("normalisation"))
def test_the_order_of_units_does_not_matter(method):
    values = np.random.default_rng(8).uniform(1, 9, (9, 4))
    order = np.random.default_rng(9).permutation(9)
    options = dict(OPTIONS.get(method, {}))
    place = int(np.flatnonzero(order == 2)[0])
    moved = options | ({"scale": AnswerScale(reference=place)} if method == "distance_to_reference" else {})
    assert normalise(values[order], method, **moved) == pytest.approx(
        normalise(values, method, **options)[order], abs=1e-12
    )


MIDDLE = {"min_max": 50.5, "distance_to_maximum": 50.0, "z_score": 50.0, "robust": 50.0, "borda": 50.0}


@pytest.mark.parametrize(("method", "expected"), MIDDLE.items())
def test_a_constant_item_and_a_single_unit_lie_in_the_middle(method, expected):
    options = OPTIONS.get(method, {})
    assert normalise(np.full((4, 1), 7.0), method, **options) == pytest.approx(expected)
    assert normalise(np.array([[7.0]]), method, **options) == pytest.approx(expected)
    assert np.isnan(normalise(np.full((3, 1), np.nan), method, **options)).all()


def test_robust_falls_back_on_the_mean_deviation_where_most_units_are_equal():
    values = np.array([[5.0], [5.0], [5.0], [9.0]])
    assert normalise(values, "robust")[3, 0] == pytest.approx(50 + 10 * 4 / (1.2533 * 1))


def test_anchors_that_cannot_be_are_missing():
    values = np.array([[6.0], [8.0]])
    assert np.isnan(normalise(values, "distance_to_target", target=6.0)).all()
    assert np.isnan(normalise(np.array([[0.0], [8.0]]), "distance_to_reference", AnswerScale(reference=0))).all()
    assert np.isnan(normalise(np.zeros((2, 1)), "fraction_of_maximum")).all()


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("none", {}, "normalisation must be one of"),
        ("distance_to_target", {}, "target"),
        ("distance_to_reference", {}, "reference"),
        ("goalposts", {}, "goalposts"),
        ("goalposts", {"goalposts": (5, 5)}, "below"),
    ],
)
def test_what_a_method_lacks_is_said(method, options, expected):
    with pytest.raises(ValueError, match=expected):
        normalise(np.ones((2, 1)), method, **options)


def test_directions_are_turned_round_on_the_scale():
    values = np.array([[2.0, 9.0]])
    assert orient(values, np.array([False, True]), 0, 10).tolist() == [[2.0, 1.0]]
    assert orient(values, np.array([False, False]), 0, 10) is values
    turned = normalise(orient(values, np.array([True, True]), 0, 10), "scale", AnswerScale(minimum=0, maximum=10))
    assert turned == pytest.approx(normalise_scale(values, 0, 10, np.array([True, True])))


# ---- outliers --------------------------------------------------------------------------------------------------------


def test_skewness_and_kurtosis_are_those_of_samples():
    values = np.random.default_rng(1).exponential(2, (15, 4))
    assert measure_skewness(values) == pytest.approx(stats.skew(values, bias=False))
    assert measure_kurtosis(values) == pytest.approx(stats.kurtosis(values, bias=False))
    assert measure_skewness(np.full((5, 1), 3.0)) == 0
    assert measure_kurtosis(np.full((5, 1), 3.0)) == 0
    assert np.isnan(measure_skewness(np.ones((2, 1))))
    assert np.isnan(measure_kurtosis(np.ones((3, 1))))


def winsorise_by_hand(column):
    """Return one item with extreme values pulled in one at a time."""
    column = list(column)
    ordered = sorted(column)
    low, high = 0, 0
    for step in range(6):
        treated = [min(max(x, ordered[low]), ordered[len(column) - 1 - high]) for x in column]
        skewness, kurtosis = stats.skew(treated, bias=False), stats.kurtosis(treated, bias=False)
        if step == 5 or not (abs(skewness) > 2 and kurtosis > 3.5):
            return treated
        high, low = (high + 1, low) if skewness > 0 else (high, low + 1)
    return column


def test_winsorising_pulls_in_one_value_after_another():
    rng = np.random.default_rng(2)
    values = np.column_stack([rng.exponential(1, 20) ** 2, -(rng.exponential(1, 20) ** 3), rng.normal(0, 1, 20)])
    values[0, 0], values[1, 1] = 90.0, -500.0
    found = treat_outliers(values, "winsorise")
    for column, treated in zip(values.T, found.T, strict=True):
        assert treated == pytest.approx(winsorise_by_hand(column))
    assert (found[:, 2] == values[:, 2]).all()
    assert found[0, 0] < 90
    assert learn_limits(values, most=0).settled.tolist() == [False, False, True]


def test_the_logarithm_is_of_the_distance_from_the_lowest():
    values = np.array([[1.0, 5.0], [3.0, 5.0], [11.0, 5.0]])
    assert treat_outliers(values, "log")[:, 0] == pytest.approx([math.log(x - 1 + 0.1) for x in (1, 3, 11)])
    assert treat_outliers(values, "log")[:, 1].tolist() == [5.0] * 3
    below = learn_outliers(values, "log").apply(np.array([[0.0, 9.0]]))
    assert below[0] == pytest.approx([math.log(0.1), 9.0])


def test_the_power_transform_is_that_of_scikit_learn():
    rng = np.random.default_rng(3)
    for values in (rng.uniform(5, 10, (12, 6)), rng.normal(0, 1, (30, 3)), rng.exponential(3, (40, 4))):
        expected = PowerTransformer(standardize=False).fit(values)
        assert learn_outliers(values, "power").exponents[0] == pytest.approx(expected.lambdas_, abs=1e-5)
        assert treat_outliers(values, "power") == pytest.approx(expected.transform(values), rel=1e-4)


@pytest.mark.parametrize("method", list_names("outliers"))
def test_treatments_keep_order_missing_values_constants_and_batches(method):
    values = np.random.default_rng(5).gamma(0.4, 3, (2, 12, 3))
    values[0, 3, 0] = np.nan
    values[..., 2] = 4.0
    found = treat_outliers(values, method)
    assert (np.isnan(found) == np.isnan(values)).all()
    assert found[..., 2] == pytest.approx(np.full((2, 12), 4.0) if method != "power" else 4.0)
    for i in range(2):
        assert found[i] == pytest.approx(treat_outliers(values[i], method), abs=1e-9, nan_ok=True)
        order = np.argsort(values[i, :, 1])
        assert (np.diff(found[i, order, 1]) >= -1e-12).all()
    single = treat_outliers(np.array([[3.0, np.nan]]), method)
    assert single[0, 0] == 3.0
    assert np.isnan(single[0, 1])


def test_an_unknown_treatment_is_refused():
    with pytest.raises(ValueError, match="winsorise"):
        treat_outliers(np.ones((3, 1)), "trim")


def test_ties_at_the_lowest_place_are_those_of_coinr():
    # R: rank(c(3, 1, 3, 5, NA), ties.method = "min", na.last = "keep") is 2 1 2 4 NA, which COINr's n_rank gives;
    # n_borda is one less. Here as shares of the units that have a value, and of the others.
    values = np.array([[3.0], [1.0], [3.0], [5.0], [np.nan]])
    ranks = np.array([2, 1, 2, 4, np.nan])
    assert normalise(values, "rank", rank_ties="lowest").ravel() == pytest.approx(100 * ranks / 4, nan_ok=True)
    borda = normalise(values, "borda", rank_ties="lowest", normalisation_range=(0, 3)).ravel()
    assert borda == pytest.approx(ranks - 1, nan_ok=True)
    assert normalise(values, "rank").ravel()[[0, 2]].tolist() == [62.5, 62.5]
    # All tied: all in the lowest place. One after the other, and with leading axes.
    tied = np.full((2, 4, 1), 7.0)
    assert (normalise(tied, "rank", rank_ties="lowest") == 25.0).all()
    assert (normalise(tied, "borda", rank_ties="lowest") == 0.0).all()
    # Without ties both rules are the same; what was learnt serves the same units, and others.
    plain = np.array([[4.0], [2.0], [9.0]])
    assert (normalise(plain, "borda", rank_ties="lowest") == normalise(plain, "borda")).all()
    learnt = learn_normalisation(values, "borda", rank_ties="lowest", normalisation_range=(0, 3))
    assert learnt.apply(values[:4].copy()).ravel() == pytest.approx([1, 0, 1, 3])
