"""The ends of scores follow from the weights as they are; with weights below zero they lie beyond 0 and 100."""

import numpy as np
import polars as pl
import pytest

from bpo_index.disclosure.cells.ends import find_score_ends, place_margins
from bpo_index.publication.published_structure import read_structure
from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.sampling.intervals import estimate_logit_t_interval
from bpo_index.scoring.structure import IndexStructure
from tests.scored_cases import CASES, score_case


@pytest.fixture(scope="module")
def signed():
    definition, accepted, scores = score_case("negative_pca")
    return definition, scores, assess_robustness(accepted, scores, definition, replicates=300)


def average_by_hand():
    """Return unit means on 0 to 100 and the loadings of the first component, their sum one, by numpy alone."""
    frame = pl.read_csv(CASES / "ten_units.csv").group_by("unit").mean().sort("unit")
    means = 10 * frame.drop("unit").to_numpy()
    _, vectors = np.linalg.eigh(np.corrcoef(means.T))
    return means, vectors[:, -1] / vectors[:, -1].sum()


def test_a_negative_loading_takes_the_index_beyond_0_and_100(signed):
    definition, scores, found = signed
    means, weights = average_by_hand()
    low, high = scores.sample.structure.score_bounds[0]
    assert (low, high) == pytest.approx((100 * weights[weights < 0].sum(), 100 * weights[weights > 0].sum()))
    assert (low, high) == pytest.approx((-50, 150), abs=0.2)
    assert scores.sample.structure.score_bounds[1:] == [(0.0, 100.0)] * 4
    best = scores.units.row(by_predicate=pl.col("unit") == "U9", named=True)
    assert best["score"] == pytest.approx(109.44, abs=0.005)
    assert best["score"] == pytest.approx(float(means[9] @ weights))
    assert best["score_bound"] is None
    cells = scores.categories.filter(pl.col("unit") == "U9")
    assert cells["score"].null_count() == 0
    assert cells["score_bound"].null_count() == 4
    assert not scores.sample.structure.is_percentage
    # What readers are told of the intervals follows from the published weights.
    assert read_structure(definition, scores.weights).score_bounds[0] == pytest.approx((low, high), abs=1e-6)
    row = found.units.row(by_predicate=pl.col("unit") == "U9", named=True)
    assert row["note"] == ""
    assert 100 < row["ci_low"] < best["score"] < row["ci_high"] < high
    for code in ("U9", "U8"):
        row = found.units.row(by_predicate=pl.col("unit") == code, named=True)
        score = scores.units.row(by_predicate=pl.col("unit") == code, named=True)["score"]
        own = estimate_logit_t_interval(
            np.array([score]), np.array([row["se"]]), np.array([7.0]), 0.95, bounds=(low, high)
        )
        assert (row["ci_low"], row["ci_high"]) == pytest.approx([float(end[0]) for end in own], abs=1e-4)


def test_the_ends_of_an_index_of_signed_and_plain_categories_are_the_means_of_theirs():
    # One category of two questions with weights 1.5 and -.5, beside a plain one of three times its weight.
    structure = IndexStructure.of_categories([0, 0, 1], np.ones(3), np.array([1.0, 3.0]))
    used = (np.array([0.25, 0.75]), np.array([1.5, -0.5]), np.array([1.0]))
    bounds = IndexStructure(**{**vars_of(structure), "used": used}).score_bounds
    assert bounds == [(-12.5, 112.5), (-50.0, 150.0), (0.0, 100.0)]


def vars_of(structure):
    return {name: getattr(structure, name) for name in structure.__dataclass_fields__}


def test_a_score_is_a_bound_near_the_ends_of_its_own_node_only():
    structure = IndexStructure.of_categories([0, 1], np.ones(2), np.ones(2))
    structure = IndexStructure(**{**vars_of(structure), "used": (np.array([1.5, -0.5]), np.ones(1), np.ones(1))})
    margins = np.full((4, 3), 4.0)
    scores = np.array([[100.0, 50, 50], [141.0, 97, 3], [143.0, 50, 50], [-43.0, 50, 50]])
    assert find_score_ends(scores, structure, margins).tolist() == [[0, 0, 0], [0, 1, -1], [1, 0, 0], [-1, 0, 0]]
    low, high = place_margins(structure, margins[0])
    # 4 % of the way from -50 to 150, and from 0 to 100.
    assert (low.tolist(), high.tolist()) == ([-42.0, 4.0, 4.0], [142.0, 96.0, 96.0])
