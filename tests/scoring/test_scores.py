"""Scores recomputed from their definition in the plainest Python, and the laws they obey."""

import dataclasses
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from bpo_index.definition.method_block import Method
from bpo_index.disclosure.cells.withholding import complete_withholding
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means, split_units
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import make_definition, read_sample, validate_rows


@pytest.fixture(scope="module")
def sample():
    return read_sample()


def score_by_hand(rows, definition):
    """Return category scores and the overall score of one unit's rows, as exact fractions."""
    categories = []
    for category in definition.categories:
        total, weights = Fraction(0), Fraction(0)
        for question in category.questions:
            ratings = [Fraction(row[question.id]) for row in rows if row[question.id] is not None]
            share = (sum(ratings) / len(ratings) - Fraction(definition.scale.minimum)) / Fraction(
                definition.scale.maximum - definition.scale.minimum
            )
            share = 1 - share if question.reverse else share
            total += Fraction(question.weight) * share
            weights += Fraction(question.weight)
        categories.append(100 * total / weights)
    return sum(categories) / len(categories), categories


def test_scores_are_those_of_the_definition(sample):
    definition, accepted = sample
    scores = score_units(accepted, definition)
    for unit in definition.units:
        overall, categories = score_by_hand(accepted.filter(unit=unit.code).to_dicts(), definition)
        assert scores.units.filter(unit=unit.code)["score"][0] == pytest.approx(float(overall), abs=2e-9)
        cells = scores.categories.filter(unit=unit.code)
        for (score, bound, withheld), expected in zip(
            cells.select("score", "score_bound", "suppressed").rows(), categories, strict=True
        ):
            if withheld:
                assert score is None
            elif bound is None:
                assert score == pytest.approx(float(expected), abs=2e-9)
            else:
                assert bound == "at least"
                assert score <= expected
    # Two scores are published as bounds, each with another withheld.
    assert scores.categories["suppressed"].sum() == scores.categories["score_bound"].count() == 2


def test_the_order_of_respondents_changes_no_bit(sample):
    definition, accepted = sample
    first = score_units(accepted, definition)
    for seed in range(3):
        again = score_units(accepted.sample(fraction=1, shuffle=True, seed=seed), definition)
        assert again.units.equals(first.units)
        assert again.categories.equals(first.categories)


def test_design_weights_by_hand():
    ratings = np.array([[10.0, 0.0], [4.0, np.nan], [1.0, 5.0]])
    unit = UnitAnswers("X", ratings, np.array([1.0, 2.0, 3.0]), np.arange(3))
    assert estimate_unit_means([unit])[0] == pytest.approx([(10 + 8 + 3) / 6, 15 / 4])
    assert unit.effective_n == pytest.approx(36 / 14)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan")])
def test_weights_that_are_none_are_refused(weight):
    frame = pl.DataFrame(
        {"unit": ["X"], "respondent_id": ["a"], "design_weight": [weight], "cluster": [None], "q": [1.0]}
    )
    with pytest.raises(ValueError, match="design weights"):
        split_units(frame, ["X"], ["q"])


def test_a_company_is_one_cluster_and_no_respondent_shares_its_name():
    frame = pl.DataFrame(
        {
            "unit": ["X"] * 4,
            "respondent_id": ["a", "b", "c", "d"],
            "design_weight": [1.0] * 4,
            "cluster": ["k", "k", None, "c"],
            "q": [1.0] * 4,
        }
    )
    (unit,) = split_units(frame, ["X"], ["q"])
    assert (unit.respondents, unit.clusters) == (4, 3)
    assert sorted(np.bincount(unit.cluster)) == [1, 1, 2]


STRUCTURE = IndexStructure.of_categories(
    np.array([0, 0, 1]), np.array([1.0, 3.0, 1.0]), np.array([1.0, 1.0]), reverse=np.array([False, False, True])
)
Means = st.lists(st.floats(0, 10), min_size=3, max_size=3)


@given(Means, st.integers(0, 2), st.floats(0, 10))
def test_monotone_and_inside_the_range(means, question, higher):
    low, high = np.array(means), np.array(means)
    high[question] = max(high[question], higher)
    first, second = score_means(np.array([low, high]), STRUCTURE)[:, 0]
    assert 0 <= first <= 100
    assert (second <= first + 1e-8) if question == 2 else (second >= first - 1e-8)


def test_missing_answers_leave_null_unless_enough_questions_remain():
    means = np.array([[5.0, np.nan, 2.0]])
    assert np.isnan(score_means(means, STRUCTURE)[0]).tolist() == [True, True, False]
    lenient = dataclasses.replace(STRUCTURE, method=Method(questions_needed=1))
    assert score_means(means, lenient)[0].tolist() == [65.0, 50.0, 80.0]


def test_a_weight_of_zero_takes_no_part():
    structure = dataclasses.replace(STRUCTURE, question_weights=np.array([1.0, 0.0, 1.0]))
    assert score_means(np.array([[5.0, np.nan, 2.0]]), structure)[0].tolist() == [65.0, 50.0, 80.0]


def test_a_batch_scores_as_one_by_one():
    means = np.random.default_rng(1).uniform(0, 10, (4, 5, 3))
    batch = score_means(means, STRUCTURE)
    assert batch.shape == (4, 5, 3)
    for i in range(4):
        for j in range(5):
            assert batch[i, j] == pytest.approx(score_means(means[i, j : j + 1], STRUCTURE)[0], abs=1e-9)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_ranks_are_one_plus_the_number_ahead(values):
    scores = np.array(values, dtype=float)
    assert rank_units(scores).tolist() == [1 + sum(other > own for other in values) for own in values]


def test_ties_are_within_a_billionth_of_the_range():
    assert rank_units(np.array([50.0, 50.0 + 0.9e-7, 50.0 + 2.1e-7])).tolist() == [2, 2, 1]


def test_units_with_few_respondents_have_no_score_and_move_no_rank(tmp_path):
    definition = make_definition(**{"_to_rank: 2": "_to_rank: 3"})
    rows = [f"a{n},Aland,5,5,6" for n in range(3)] + [f"b{n},Beland,7,7,3" for n in range(2)] + ["c,Celand,9,9,0"]
    scores = score_units(validate_rows(tmp_path, *rows, definition=definition).accepted, definition)
    rows = scores.units.select("unit", "suppressed", "ranked", "score", "rank").rows()
    assert rows == [("AAA", False, True, 45.0, 1), ("BBB", False, False, 70.0, None), ("CCC", True, False, None, None)]
    assert scores.categories.filter(unit="CCC")["score"].null_count() == 2
    assert scores.unit_means["unit"].to_list() == ["AAA", "BBB"]


def test_a_withheld_cell_takes_another_with_it():
    def withhold(raters, *weightings):
        raters = np.array([raters])
        few, ends = raters < 5, (np.zeros(raters.shape), np.full(raters.shape, 100.0))
        return complete_withholding(few, np.full(raters.shape, 50.0), ends, 50.0 * few, *weightings, raters=raters)[
            0
        ].tolist()

    assert withhold([9, 8, 2], np.ones(3)) == [False, True, True]
    assert withhold([9, 9, 9], np.ones(3)) == [False, False, False]
    assert withhold([2, 9, 9], np.ones(3)) == [True, True, False]
    assert withhold([9, 8, 2], np.array([1.0, 0.0, 1.0])) == [True, False, True]
    # Under nominal weights two are withheld already; of these the learnt ones leave one that could be computed.
    assert withhold([9, 2, 3], np.ones(3), np.array([1.0, 0.0, 1.0])) == [True, True, True]


def test_the_estimator_obeys_scikit_learn():
    # The checks send values of any size, so that the normalisation must not need the scale.
    results = check_estimator(ConfidenceIndex(normalisation="z_score"), on_fail=None, on_skip=None)
    assert [result["check_name"] for result in results if result["status"] not in ("passed", "skipped")] == []
    assert len(results) > 30


def test_the_estimator_is_cloned_varied_and_says_its_columns(sample):
    definition, accepted = sample
    scores = score_units(accepted, definition)
    means = scores.unit_means.drop("unit")
    index = clone(ConfidenceIndex.from_definition(definition)).set_output(transform="polars")
    table = index.fit_transform(means)
    assert table.columns == ["score", *(category.id for category in definition.categories)]
    assert table["score"].to_list() == scores.units["score"].to_list()
    assert index.rank(means).tolist() == scores.units["rank"].to_list()
    heavier = index.set_params(category_weights=[5, *[1] * 9]).fit_transform(means)
    assert heavier["score"].to_list() != table["score"].to_list()


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"normalisation": "none"}, "normalisation: Input should be 'scale'"),
        ({"categories": ["a"]}, "categories must have 2"),
        ({"question_weights": [1, -1]}, "question_weights"),
        ({"categories": ["a", "b"], "question_weights": [1, 0]}, "sum to zero: b"),
        ({"category_weights": [0]}, "category_weights"),
        ({"reverse": [True]}, "reverse"),
        ({"scale_minimum": 10}, "below scale_maximum"),
    ],
)
def test_parameters_that_make_no_index_are_refused(parameters, expected):
    with pytest.raises(ValueError, match=expected):
        ConfidenceIndex(**parameters).fit(np.ones((2, 2)))


@settings(max_examples=25)
@given(st.permutations(range(12)))
def test_the_order_of_units_does_not_matter(order):
    means = np.random.default_rng(5).uniform(0, 10, (12, 3))
    index = ConfidenceIndex().fit(means)
    assert (index.transform(means[list(order)]) == index.transform(means)[list(order)]).all()


def test_no_means_have_no_scores():
    structure = IndexStructure.from_definition(make_definition())
    assert score_means(np.empty((0, 1, 3)), structure).shape == (0, 1, 3)
