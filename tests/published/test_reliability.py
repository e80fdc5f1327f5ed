"""Reliabilities and correlations that somebody printed."""

import numpy as np
import pytest

from bpo_index.robustness.correlations import correlate_items
from bpo_index.robustness.reliability import measure_icc


def test_intraclass_correlations_of_shrout_and_fleiss():
    # Shrout and Fleiss (1979), Intraclass correlations: uses in assessing rater reliability, Psychological Bulletin
    # 86(2), 420-428, tables 2 to 4: six targets, four judges; mean squares 11.24 and 6.26; ICC(1,1) .17, ICC(1,4) .44.
    ratings = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
    )
    found = measure_icc(ratings.ravel(), np.repeat(np.arange(6), 4))
    assert round(found.mean_square_between, 2) == 11.24
    assert round(found.mean_square_within, 2) == 6.26
    assert round(found.icc1, 2) == 0.17
    assert round(found.icc1k, 2) == 0.44


def test_spearman_of_iq_and_television():
    # The example of the Wikipedia article "Spearman's rank correlation coefficient": -29/165 = -0.175757575...
    table = [(106, 7), (100, 27), (86, 2), (101, 50), (99, 28), (103, 29), (97, 20), (113, 12), (112, 6), (110, 17)]
    assert correlate_items(np.array(table, dtype=float), "spearman")[0, 1] == pytest.approx(-29 / 165, abs=1e-12)
