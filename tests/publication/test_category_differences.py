"""Where a unit stands out: differences and errors by hand, all intervals at once in simulated surveys; who counts."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from bpo_index.definition import change_method
from bpo_index.publication.category_differences import subtract_others, tabulate_category_differences
from bpo_index.publication.cell_errors import Cells, Dependence, collect_cells, combine_errors, judge_differences
from bpo_index.robustness.sampling.smoothed_errors import smooth_errors
from tests.trees import build, make_raw

FLAT = build(make_raw([{"id": name, "title": name, "questions": [{"id": f"q-{name}", "text": name}]} for name in "ab"]))


def make_cells(scores, errors, degrees=7.0, dependence=Dependence.NONE):
    """Return cells of units A, B, ... and categories a, b, ..."""
    scores = np.array(scores, dtype=float)
    errors, degrees = (np.broadcast_to(np.array(values, dtype=float), scores.shape) for values in (errors, degrees))
    return Cells([*"ABCDEFGH"[: len(scores)]], [*"abcdefgh"[: scores.shape[1]]], scores, errors, degrees, dependence)


def make_frames(rows, design=()):
    """Return ranking and tables of `unit, category, score, bound, se, respondents, sampling units`."""
    codes = sorted({row[0] for row in rows})
    ranking = pl.DataFrame({"unit": codes, "rank": range(1, len(codes) + 1)})
    names = ("unit", "category", "score", "score_bound", "se", "respondents", "sampling_units")
    schema = {"score": pl.Float64, "score_bound": pl.String, "se": pl.Float64}
    cells = pl.DataFrame(rows, schema=names, schema_overrides=schema, orient="row")
    own = dict(design)
    degrees = pl.DataFrame({"unit": codes, "degrees_of_freedom": [own.get(code, 99.0) for code in codes]})
    parts = {"categories": cells.drop("sampling_units"), "design": degrees}
    return ranking, parts | {"sampling_error": cells.select("unit", "category", "sampling_units")}


def test_differences_errors_and_intervals_by_hand():
    cells = make_cells([[90, 60], [70, 60], [80, 60], [60, 60]], [[4, 1], [3, 1], [2, 1], [1, 1]])
    table = tabulate_category_differences(cells, {}, 0.95)
    assert table.select("unit", "category").rows() == [(unit, name) for name in "ab" for unit in "ABCD"]
    assert set(table["against"]) == {"all"}
    first = table.row(0, named=True)
    assert (first["others"], first["others_mean"], first["difference"]) == (3, 70, 20)
    variance = 16 + (9 + 4 + 1) / 9
    assert first["se"] == round(math.sqrt(variance), 2)
    degrees = variance**2 / ((16**2 + (9**2 + 4**2 + 1) / 81) / 7)
    reach = t.ppf((1 + 0.95 ** (1 / 8)) / 2, degrees) * math.sqrt(variance)
    assert (first["ci_low"], first["ci_high"]) == pytest.approx((20 - reach, 20 + reach), abs=0.005)
    assert reach < 20
    assert first["is_distinct"]
    assert table.filter(category="b")["difference"].to_list() == [0] * 4
    assert not table.filter(category="b")["is_distinct"].any()


def test_a_region_needs_two_others_and_its_intervals_hold_among_themselves():
    cells = make_cells([[90], [70], [80], [60], [50]], 2.0)
    regions = {"A": "north", "B": "north", "C": "north", "D": "south", "E": "south"}
    table = tabulate_category_differences(cells, regions, 0.95)
    region = table.filter(against="region")
    assert region.select("unit", "others", "others_mean").rows() == [("A", 2, 75), ("B", 2, 85), ("C", 2, 80)]
    reach = t.ppf((1 + 0.95 ** (1 / 3)) / 2, 6**2 / ((16 + 2) / 7)) * math.sqrt(6)
    assert region["ci_high"][0] == pytest.approx(15 + reach, abs=0.005)
    assert tabulate_category_differences(make_cells([[90], [70]], 2.0), {}, 0.95)["others"].to_list() == [1, 1]
    for alone in ([[90]], [[90], [math.nan]]):
        assert tabulate_category_differences(make_cells(alone, 2.0), regions, 0.95).is_empty()


def test_dependence_takes_the_largest_error_that_is_possible():
    rng = np.random.default_rng(5)
    scales, weights = np.array([3.0, 1.0, 2.0, 4.0]), np.array([1, -1 / 3, -1 / 3, -1 / 3])
    degrees = np.full(4, 9.0)
    bounds = {
        kind: combine_errors(
            scales[0], scales[1:] / 3, first_degrees=degrees[0], other_degrees=degrees[1:], dependence=kind
        )[0]
        for kind in Dependence
    }
    for _ in range(200):
        factors = rng.standard_normal((4, 3))
        either = factors @ factors.T
        for kind, matrix in ((Dependence.ANY, either), (Dependence.POSITIVE, np.abs(factors) @ np.abs(factors).T)):
            spread = np.sqrt(np.diagonal(matrix))
            covariance = matrix / np.outer(spread, spread) * np.outer(scales, scales)
            assert weights @ covariance @ weights <= bounds[kind] ** 2 + 1e-9
    assert bounds[Dependence.NONE] == pytest.approx(np.sqrt((weights**2 * scales**2).sum()))


def test_bounds_withheld_scores_and_scores_without_error_do_not_count():
    rows = [(unit, "a", 70.0 + n, None, 3.0, 9, 9) for n, unit in enumerate("ABC")]
    rows += [("D", "a", 97.0, "at least", 3.0, 9, 9), ("E", "a", None, None, None, 9, 9)]
    rows += [("F", "a", 50.0, None, None, 9, 9), ("G", "a", 50.0, None, 3.0, 9, 1)]
    ranking, tables = make_frames(rows)
    cells = collect_cells(ranking, tables, FLAT, shares_respondents=False)
    table = tabulate_category_differences(cells, {}, 0.95)
    assert table.select("unit", "others").rows() == [("A", 2), ("B", 2), ("C", 2)]
    unranked = ranking.with_columns(rank=pl.when(pl.col("unit") != "C").then("rank"))
    cells = collect_cells(unranked, tables, FLAT, shares_respondents=False)
    assert tabulate_category_differences(cells, {}, 0.95)["unit"].to_list() == ["A", "B"]


def test_the_error_of_a_cell_is_the_larger_of_its_own_and_the_smoothed_one():
    own = [1.0, 6.0, 3.0, 3.0, 3.0]
    rows = [(unit, "a", 70.0 + n, None, own[n], 9, 9) for n, unit in enumerate("ABCDE")]
    ranking, tables = make_frames(rows, {"B": 4.5}.items())
    cells = collect_cells(ranking, tables, FLAT, shares_respondents=False)
    smoothed = smooth_errors(
        np.arange(70.0, 75.0),
        np.array(own),
        counted=np.full(5, 9.0),
        sampling_units=np.array([9, 5, 9, 9, 9]),
        bounds=(0, 100),
    )
    assert smoothed[0] > own[0]
    assert cells.errors[:, 0] == pytest.approx(np.maximum(own, smoothed))
    assert cells.degrees[:, 0].tolist() == [8, 4.5, 8, 8, 8]


def test_dependence_follows_from_respondents_and_methods():
    ranking, tables = make_frames([(unit, "a", 70.0, None, 3.0, 9, 9) for unit in "ABC"])
    for shares, method, kind in (
        (False, {}, Dependence.NONE),
        (True, {}, Dependence.POSITIVE),
        (True, {"normalisation": "z_score"}, Dependence.ANY),
        (False, {"missing_answers": "knn"}, Dependence.ANY),
    ):
        cells = collect_cells(ranking, tables, change_method(FLAT, **method), shares_respondents=shares)
        assert cells.dependence is kind


@given(
    st.lists(st.floats(0.5, 9), min_size=3, max_size=6),
    st.integers(1, 30),
    st.sampled_from(Dependence),
    st.data(),
)
def test_less_information_is_never_more_certainty(errors, degrees, dependence, data):
    """Fewer degrees of freedom of a unit never make its interval shorter, nor a larger error under dependence."""
    scores, freedom = np.linspace(60, 80, len(errors)), np.full(len(errors), degrees + 1.0)
    unit = data.draw(st.integers(0, len(errors) - 1))

    def reach(errors, freedom):
        found = subtract_others(scores, np.array(errors), freedom, dependence)
        low, high, _ = judge_differences(found["difference"], found["se"], found["degrees"], 0.95)
        return (high - low)[unit]

    less = freedom.copy()
    less[unit] -= 1
    assert reach(errors, less) >= reach(errors, freedom) - 0.011
    if dependence is not Dependence.NONE:
        more = list(errors)
        more[unit] *= 1.5
        assert reach(more, freedom) >= reach(errors, freedom) - 0.011


@pytest.mark.parametrize(("respondents", "variation"), [(8, 0.25), (12, 0.4)])
def test_all_intervals_hold_at_once_in_skewed_surveys(respondents, variation):
    """Coverage at least nominal less three Monte Carlo errors: ten categories, twelve units, whole ratings near ten."""
    rng = np.random.default_rng(3)
    units, categories, questions, surveys = 12, 10, 2, 300
    means = np.clip(np.linspace(5.5, 8.8, units)[:, np.newaxis] + rng.normal(0, 0.4, (units, categories)), 3, 9.2)
    spread = 0.42 * np.sqrt(means * (10 - means)) * np.exp(rng.normal(0, variation, means.shape))

    def draw(people):
        alone = rng.standard_normal((*means.shape, people, questions))
        shared = rng.standard_normal((*means.shape, people, 1))
        ratings = means[..., None, None] + spread[..., None, None] * (alone + shared) / np.sqrt(2)
        return 10 * np.clip(np.rint(ratings), 0, 10).mean(axis=-1)

    truth = np.mean([draw(2_000).mean(axis=-1) for _ in range(20)], axis=0)
    wanted = truth - (truth.sum(axis=0) - truth) / (units - 1)
    held = 0
    degrees = np.full(means.shape, respondents - 1.0)
    counted = {"counted": np.full(units, float(respondents)), "sampling_units": np.full(units, respondents)}
    for _ in range(surveys):
        persons = draw(respondents)
        scores, own = persons.mean(axis=-1), persons.std(axis=-1, ddof=1) / np.sqrt(respondents)
        columns = [smooth_errors(scores[:, n], own[:, n], bounds=(0.0, 100.0), **counted) for n in range(categories)]
        errors = np.fmax(own, np.stack(columns, axis=1))
        cells = Cells([f"U{n:02}" for n in range(units)], [*"abcdefghij"], scores, errors, degrees, Dependence.NONE)
        table = tabulate_category_differences(cells, {}, 0.95)
        true = wanted.T.ravel()
        held += bool(((table["ci_low"].to_numpy() <= true) & (true <= table["ci_high"].to_numpy())).all())
    assert held / surveys >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / surveys)
