"""Weights and answers of respondents that somebody printed."""

import numpy as np

from bpo_index.scoring.methods.record import Questionnaire
from bpo_index.scoring.methods.respondent_weights import Margin, rake
from bpo_index.scoring.steps import complete_answers


def test_iterative_proportional_fitting_of_a_table():
    # The example of the Wikipedia article "Iterative proportional fitting": a table of 4 x 4, row totals 150, 300, 400,
    # 150, column totals 200, 300, 400, 100; the table printed is that after three rounds.
    table = np.array([[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]], dtype=float)
    rows = Margin("row", tuple("abcd"), np.array([0.15, 0.3, 0.4, 0.15]), np.repeat(np.arange(4), 4))
    columns = Margin("column", tuple("wxyz"), np.array([0.2, 0.3, 0.4, 0.1]), np.tile(np.arange(4), 4))
    fitted = rake(table.ravel() * 1000 / table.sum(), [rows, columns], iterations=3).weights
    assert fitted.reshape(4, 4).round(2).tolist() == [
        [64.61, 46.28, 35.42, 3.83],
        [49.95, 68.15, 156.49, 25.37],
        [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]
    assert rake(table.ravel(), [rows, columns]).converged


def test_nearest_neighbours_of_the_scikit_learn_documentation():
    # scikit-learn, documentation of sklearn.impute.KNNImputer, example with n_neighbors=2.
    answers = np.array([[1, 2, np.nan], [3, 4, 3], [np.nan, 6, 5], [8, 8, 7]])
    completed = complete_answers(
        answers,
        "knn",
        Questionnaire(
            unit_of=np.zeros(4, dtype=np.int64),
            category_of=np.zeros(3, dtype=np.int64),
            weights=np.ones(3),
            reverse=np.zeros(3, dtype=bool),
            minimum=0,
            maximum=10,
        ),
        neighbours=2,
    )
    assert completed.ratings.tolist() == [[1.0, 2.0, 4.0], [3.0, 4.0, 3.0], [5.5, 6.0, 5.0], [8.0, 8.0, 7.0]]
