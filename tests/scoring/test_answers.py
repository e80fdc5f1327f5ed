"""Missing answers and outcomes: what is filled in, what is counted, and what stays as it is."""

import math
import statistics

import numpy as np
import pytest
from sklearn.impute import KNNImputer

from bpo_index.scoring.chain import score_means
from bpo_index.scoring.methods.record import Questionnaire
from bpo_index.scoring.methods.registry import list_names
from bpo_index.scoring.steps import code_answers, complete_answers, find_outcome_ends
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers, estimate_unit_means

CATEGORY_OF, WEIGHTS = np.array([0, 0, 0, 1, 1]), np.array([1.0, 2.0, 1.0, 1.0, 3.0])
REVERSE = np.array([False, True, False, False, False])
LAYOUT = {
    "category_of": CATEGORY_OF,
    "weights": WEIGHTS,
    "reverse": REVERSE,
    "minimum": 0,
    "maximum": 10,
}


def make_ratings(seed=1, respondents=20, missing=0.25):
    rng = np.random.default_rng(seed)
    ratings = np.clip(np.rint(rng.normal(6, 1.5, (respondents, 1)) + rng.normal(0, 1, (respondents, 5))), 0, 10)
    ratings[rng.random(ratings.shape) < missing] = np.nan
    return ratings


def score_persons_by_hand(ratings, weights):
    """Return the mean over respondents of their own category means, as shares of the scale."""
    scores = []
    for category in (0, 1):
        questions = [q for q in range(5) if CATEGORY_OF[q] == category]
        persons = []
        for row, weight in zip(ratings.tolist(), weights, strict=True):
            given = [(10 - row[q] if REVERSE[q] else row[q], WEIGHTS[q]) for q in questions if not math.isnan(row[q])]
            if len(given) * 2 >= len(questions):
                persons.append((weight, sum(v * x for x, v in given) / sum(v for _, v in given)))
        scores.append(10 * sum(w * x for w, x in persons) / sum(w for w, _ in persons))
    return scores


def test_completed_answers_give_the_mean_of_the_respondents_own_means():
    ratings, weights = make_ratings(), np.random.default_rng(2).uniform(0.5, 2, 20)
    completed = complete_answers(ratings, "person_category_mean", Questionnaire(unit_of=np.zeros(20, int), **LAYOUT))
    unit = UnitAnswers("X", completed.ratings, weights, np.arange(20))
    structure = IndexStructure.of_categories(CATEGORY_OF, WEIGHTS, np.ones(2), reverse=REVERSE)
    found = score_means(estimate_unit_means([unit]), structure)[0, 1:]
    assert found == pytest.approx(score_persons_by_hand(ratings, weights))
    given = ~np.isnan(ratings) & ~np.isnan(completed.ratings)
    assert (completed.ratings[given] == ratings[given]).all()
    assert completed.filled == (np.isnan(ratings) & ~np.isnan(completed.ratings)).sum() > 0


def test_half_of_a_category_is_enough_and_less_is_not():
    ratings = np.array([[8.0, np.nan, 6.0, np.nan, 9.0], [8.0, np.nan, np.nan, np.nan, np.nan]])
    completed = complete_answers(
        ratings, "person_category_mean", Questionnaire(unit_of=np.zeros(2, int), **LAYOUT)
    ).ratings
    assert completed[0].tolist() == [8.0, 3.0, 6.0, 9.0, 9.0]
    assert np.isnan(completed[1]).all()


def test_available_case_leaves_the_answers_alone():
    ratings = make_ratings()
    assert (
        complete_answers(ratings, "available_case", Questionnaire(unit_of=np.zeros(20, int), **LAYOUT)).ratings
        is ratings
    )


def test_knn_is_that_of_scikit_learn_inside_units_that_answered():
    ratings = make_ratings(3)
    unit_of = np.repeat([0, 1], 10)
    ratings[unit_of == 1, 4] = np.nan
    completed = complete_answers(ratings, "knn", Questionnaire(unit_of=unit_of, **LAYOUT), neighbours=3).ratings
    order = np.lexsort(np.nan_to_num(ratings, nan=-1).T)
    expected = np.empty_like(ratings)
    expected[order] = KNNImputer(n_neighbors=3).fit_transform(ratings[order])
    expected[unit_of == 1, 4] = np.nan
    assert completed == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("method", ["knn", "iterative"])
def test_imputation_keeps_ratings_stays_on_the_scale_and_ignores_the_order_of_respondents(method):
    ratings = make_ratings(4, respondents=24)
    ratings[5] = np.nan
    unit_of = np.repeat([0, 1, 2], 8)
    completed = complete_answers(ratings, method, Questionnaire(unit_of=unit_of, **LAYOUT))
    given = ~np.isnan(ratings)
    assert (completed.ratings[given] == ratings[given]).all()
    assert np.isnan(completed.ratings[5]).all()
    assert np.isfinite(np.delete(completed.ratings, 5, axis=0)).all()
    assert np.nanmin(completed.ratings) >= 0
    assert np.nanmax(completed.ratings) <= 10
    assert completed.filled == (~given).sum() - 5
    order = np.random.default_rng(5).permutation(24)
    again = complete_answers(ratings[order], method, Questionnaire(unit_of=unit_of[order], **LAYOUT)).ratings
    assert again == pytest.approx(completed.ratings[order], abs=1e-6, nan_ok=True)


def test_iterative_imputation_follows_the_other_questions():
    rng = np.random.default_rng(6)
    base = rng.uniform(2, 8, 60)
    ratings = np.column_stack([base, 10 - base, base, base, base]) + rng.normal(0, 0.05, (60, 5))
    truth = ratings[:6, 2].copy()
    ratings[:6, 2] = np.nan
    completed = complete_answers(ratings, "iterative", Questionnaire(unit_of=np.zeros(60, int), **LAYOUT))
    assert completed.converged
    assert np.abs(completed.ratings[:6, 2] - truth).max() < 0.3


@pytest.mark.parametrize("method", list_names("missing_answers"))
def test_complete_answers_stay_as_they_are(method):
    ratings = make_ratings(7, missing=0.0)
    completed = complete_answers(ratings, method, Questionnaire(unit_of=np.zeros(20, int), **LAYOUT))
    assert (completed.ratings == ratings).all()
    assert completed.filled == 0


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="available_case"):
        complete_answers(make_ratings(), "mean", Questionnaire(unit_of=np.zeros(20, int), **LAYOUT))


# ---- outcomes ------------------------------------------------------------------------------------------------------


def test_boxes_by_hand_in_both_directions():
    ratings = np.array([[r, r] for r in range(11)], dtype=float)
    for boxes in (1, 2, 5):
        top = code_answers(ratings, "top_two_box", reverse=REVERSE[:2], minimum=0, maximum=10, outcome_boxes=boxes)
        net = code_answers(ratings, "net_balance", reverse=REVERSE[:2], minimum=0, maximum=10, outcome_boxes=boxes)
        assert top[:, 0].tolist() == [float(r > 10 - boxes) for r in range(11)]
        assert top[:, 1].tolist() == [float(r < boxes) for r in range(11)]
        assert net[:, 0].tolist() == [float(r > 10 - boxes) - float(r < boxes) for r in range(11)]
        assert net[:, 1].tolist() == (-net[:, 0]).tolist()


def test_the_mean_is_the_rating_and_missing_stays_missing():
    ratings = np.array([[3.0, np.nan]])
    assert code_answers(ratings, "mean", reverse=False, minimum=0, maximum=10) is ratings
    for outcome in list_names("outcome"):
        coded = code_answers(ratings, outcome, reverse=False, minimum=0, maximum=10)
        assert np.isnan(coded).tolist() == [[False, True]]
    assert [find_outcome_ends(outcome, 1, 5) for outcome in list_names("outcome")] == [(1, 5), (0, 1), (-1, 1)]


@pytest.mark.parametrize(("outcome", "boxes"), [("share", 2), ("net_balance", 3), ("top_two_box", 0)])
def test_outcomes_that_are_none_are_refused(outcome, boxes):
    with pytest.raises(ValueError, match=r"outcome must be|overlap"):
        code_answers(np.ones((1, 1)), outcome, reverse=False, minimum=1, maximum=5, outcome_boxes=boxes)


def test_the_errors_of_a_share_and_a_balance_are_the_textbook_ones():
    from bpo_index.robustness.sampling.linearisation import linearise_standard_errors

    ratings = np.array([[10.0], [9.0], [5.0], [0.0], [9.0], [6.0], [1.0]])
    n, favourable, unfavourable = 7, 3 / 7, 2 / 7
    for outcome, variance in (
        ("top_two_box", favourable * (1 - favourable)),
        ("net_balance", favourable + unfavourable - (favourable - unfavourable) ** 2),
    ):
        coded = code_answers(ratings, outcome, reverse=False, minimum=0, maximum=10)
        low, high = find_outcome_ends(outcome, 0, 10)
        structure = IndexStructure.of_categories([0], np.ones(1), np.ones(1), minimum=low, maximum=high)
        se, _ = linearise_standard_errors([UnitAnswers("X", coded, np.ones(7), np.arange(7))], structure)
        points = 100 / (high - low)
        assert se[0, 0] == pytest.approx(points * math.sqrt(variance / (n - 1)), rel=1e-6)
        assert se[0, 0] == pytest.approx(points * statistics.stdev(coded[:, 0].tolist()) / math.sqrt(n), rel=1e-6)
