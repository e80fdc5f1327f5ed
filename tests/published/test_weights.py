"""Weights that somebody printed."""

import numpy as np
import pytest

from bpo_index.scoring.methods.ahp import weigh_by_ahp
from bpo_index.scoring.methods.covariance import estimate_between_covariance
from bpo_index.scoring.methods.spread_weights import scale_to_unit_range, weigh_by_critic, weigh_by_standard_deviation


def test_saaty_consumption_of_drinks_in_the_united_states():
    # Saaty (2008), Decision making with the analytic hierarchy process, International Journal of Services Sciences
    # 1(1), 83-98, table 2: coffee, wine, tea, beer, sodas, milk, water. Derived scale and consistency ratio .022.
    comparisons = [
        [1, 9, 5, 2, 1, 1, 1 / 2],
        [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
        [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [1, 9, 4, 2, 1, 2, 1 / 2],
        [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [2, 9, 9, 3, 2, 3, 1],
    ]
    judged = weigh_by_ahp(comparisons)
    assert judged.weights.round(3).tolist() == [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327]
    assert round(float(judged.consistency_ratio), 3) == 0.022


# Diakoulaki, Mavrotas and Papayannakis (1995), Determining objective weights in multiple criteria problems: the CRITIC
# method, Computers & Operations Research 22(7), 763-770: eight Greek pharmaceutical firms by three criteria. Weights
# to eight decimals are those of the tests of scikit-criteria (test_weighters.py), which takes the data from the paper.
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    ]
)


def test_critic_weights_of_eight_firms():
    covariance = estimate_between_covariance(scale_to_unit_range(FIRMS))
    assert weigh_by_critic(covariance) == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=5e-9)


def test_standard_deviation_weights_of_eight_firms():
    covariance = estimate_between_covariance(scale_to_unit_range(FIRMS))
    assert weigh_by_standard_deviation(covariance) == pytest.approx([0.27908306, 0.34092628, 0.37999065], abs=5e-9)
