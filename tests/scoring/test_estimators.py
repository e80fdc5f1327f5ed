"""The estimators: scikit-learn's conventions, grids of methods, and what a constant question or a single unit does."""

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

from bpo_index.definition import load_definition
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.ranking import rank_units
from bpo_index.scoring.sklearn_steps import Aggregator, AnswerImputer, Normaliser, OutlierTreatment

CATEGORIES = ["a", "a", "b", "b", "c", "c"]
NORMALISATIONS = {
    "scale": {},
    "min_max": {"normalisation_range": (1, 100)},
    "z_score": {},
    "robust": {},
    "rank": {},
    "borda": {},
    "percentile_rank": {},
    "distance_to_maximum": {},
    "distance_to_target": {"target": 9.5},
    "distance_to_reference": {"reference_unit": 3},
    "fraction_of_maximum": {},
    "goalposts": {"goalposts": (1, 10)},
}


def make_means(units=14, questions=6, seed=1):
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(6, 1.2, (units, 1)) + rng.normal(0, 0.8, (units, questions)), 0, 10)


STEPS = [
    *(AnswerImputer(method) for method in ("available_case", "person_category_mean")),
    *(OutlierTreatment(method) for method in ("none", "winsorise", "log", "power")),
    *(Normaliser(method) for method in ("scale", "min_max", "z_score", "robust", "fraction_of_maximum")),
    Aggregator(),
    Aggregator("equal", "median"),
    # Under a normalisation that reads no scale: the checks send values of any size.
    ConfidenceIndex(normalisation="min_max"),
]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_every_step_obeys_scikit_learn(step):
    results = check_estimator(step, on_fail=None, on_skip=None)
    failed = [result["check_name"] for result in results if result["status"] not in ("passed", "skipped")]
    assert failed == []
    assert len(results) > 30


@pytest.mark.parametrize("step", [Normaliser("min_max"), Aggregator("pca"), OutlierTreatment("log")], ids=str)
def test_steps_take_polars_frames_and_give_them(step):
    frame = pl.DataFrame(make_means(), schema=[f"q{n}" for n in range(6)])
    found = clone(step).set_output(transform="polars").fit_transform(frame)
    assert isinstance(found, pl.DataFrame)
    assert found.columns == (["score"] if isinstance(step, Aggregator) else frame.columns)
    assert found.to_numpy() == pytest.approx(clone(step).fit_transform(frame.to_numpy()))


def test_a_pipeline_of_steps_is_the_index():
    means = make_means()
    steps = make_pipeline(Normaliser("min_max", normalisation_range=(1, 100)), Aggregator("equal", "geometric"))
    index = ConfidenceIndex(normalisation="min_max", normalisation_range=(1, 100), question_aggregation="geometric")
    assert steps.fit_transform(means)[:, 0] == pytest.approx(index.fit_transform(means)[:, 0], abs=1e-8)


def test_a_grid_of_methods_is_scored_or_refused_with_a_reason():
    means = make_means()
    grid = ParameterGrid(
        {
            "normalisation": list(NORMALISATIONS),
            "weighting": ["given", "equal", "pca", "entropy", "critic", "standard_deviation", "balanced"],
            "aggregation": ["arithmetic", "geometric", "harmonic", "median", "copeland", "borda", "kemeny"],
        }
    )
    scored, reasons = 0, []
    for parameters in grid:
        options = NORMALISATIONS[parameters["normalisation"]]
        index = clone(ConfidenceIndex(categories=CATEGORIES)).set_params(**parameters, **options)
        try:
            scores = index.fit_transform(means)
        except ValueError as error:
            reasons.append(str(error))
            continue
        scored += 1
        assert np.isfinite(scores).all()
        assert index.weights_.sum() == pytest.approx(1)
        assert index.fit(means).transform(means) == pytest.approx(scores)
    assert scored > 400
    assert len(reasons) == len(grid) - scored > 40
    assert all("needs" in reason for reason in reasons)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_a_constant_question_moves_no_rank(normalisation):
    means = make_means()
    more = np.column_stack([means, np.full(len(means), 7.0)])
    options = {"normalisation": normalisation, **NORMALISATIONS[normalisation]}
    plain = ConfidenceIndex(**options).fit(means).rank(means)
    assert (ConfidenceIndex(**options).fit(more).rank(more) == plain).all()


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
def test_units_in_another_order_have_the_same_scores(normalisation):
    means = make_means()
    order = np.random.default_rng(3).permutation(len(means))
    options = {"normalisation": normalisation, **NORMALISATIONS[normalisation]}
    found = ConfidenceIndex(**options, categories=CATEGORIES).fit_transform(means)
    if "reference_unit" in options:
        options["reference_unit"] = int(np.flatnonzero(order == 3)[0])
    moved = ConfidenceIndex(**options, categories=CATEGORIES).fit_transform(means[order])
    assert moved == pytest.approx(found[order], abs=2e-9)


def test_a_single_unit_is_scored_where_that_means_something():
    means = make_means(1)
    assert ConfidenceIndex(normalisation="z_score").fit_transform(means).tolist() == [[50.0, 50.0]]
    assert ConfidenceIndex(aggregation="copeland").fit(means).rank(means).tolist() == [1]
    with pytest.raises(ValueError, match="1 sample"):
        ConfidenceIndex(weighting="pca", categories=CATEGORIES).fit(means)


def test_a_single_category_takes_every_weighting():
    means = make_means()
    plain = ConfidenceIndex().fit_transform(means)
    for weighting in ("pca", "critic", "entropy", "balanced", "standard_deviation"):
        assert ConfidenceIndex(weighting=weighting).fit_transform(means) == pytest.approx(plain)


def test_new_units_are_scored_by_what_was_learnt():
    means = make_means()
    index = ConfidenceIndex(normalisation="z_score", weighting="pca", categories=CATEGORIES).fit(means)
    assert index.transform(means[:3]) == pytest.approx(index.transform(means)[:3])


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"weighting": "importance"}, "category_weights"),
        ({"normalisation": "min_max", "aggregation": "harmonic"}, "lowest unit zero"),
        ({"normalisation": "robust", "weighting": "entropy"}, "from 0 on"),
        ({"aggregation": "generalised_mean"}, "key power"),
        ({"outliers": "log"}, "leaves the answer scale"),
        ({"normalisation": "goalposts"}, "key goalposts"),
        ({"normalisation": "goalposts", "goalposts": (5, 5)}, "above 5"),
        ({"normalisation": "distance_to_reference", "reference_unit": 20}, "not the code of a unit"),
        ({"weighting": "ahp"}, "key comparisons"),
        ({"weighting": "ahp", "comparisons": [[1, 2], [2, 1]]}, "3 rows of 3"),
        ({"weighting": "ahp", "comparisons": [[1, 2, 1], [2, 1, 1], [1, 1, 1]]}, "must be its inverse"),
        ({"weighting": "benefit_of_the_doubt", "aggregation": "median"}, "weighted sum"),
        ({"weighting": "benefit_of_the_doubt", "lowest_share": 0.5}, "cannot have 0.5"),
        ({"weighting": "pca", "negative_weights": True, "aggregation": "geometric"}, "negative weights"),
        ({"question_aggregation": "copeland", "aggregation": "geometric"}, "means of questions"),
    ],
)
def test_pairs_that_do_not_go_together_are_refused(parameters, expected):
    with pytest.raises(ValueError, match=expected):
        ConfidenceIndex(categories=CATEGORIES, **parameters).fit(make_means())


def test_the_index_of_a_definition_varies_by_set_params():
    definition = load_definition("offshore-bpo-2021")
    means = make_means(12, 24)
    index = ConfidenceIndex.from_definition(definition)
    assert index.fit_transform(means).shape == (12, 11)
    ranked = clone(index).set_params(aggregation="borda").fit(means).rank(means)
    scores = clone(index).set_params(aggregation="borda").fit_transform(means)[:, 0]
    assert (ranked == rank_units(scores)).all()


def test_steps_that_learn_from_the_units_at_hand():
    means = 10 * make_means()
    doubt = Aggregator("benefit_of_the_doubt", lowest_share=0.1)
    assert doubt.fit_transform(means).max() == pytest.approx(100)
    assert doubt.weights_ is None
    ratings = make_means()
    ratings[0, 0] = np.nan
    for method in ("knn", "iterative"):
        assert np.isfinite(AnswerImputer(method).fit_transform(ratings)).all()
    with pytest.raises(ValueError, match="nominal must be 6 numbers"):
        Aggregator(nominal=[1, 2]).fit(means)
    with pytest.raises(ValueError, match="key power"):
        Aggregator(aggregation="generalised_mean").fit(means)


def test_an_item_is_constant_by_its_own_size_whatever_stands_beside_it():
    # Two indicators: one of hundredths, one of thousands of millions; by hand 0, 100/3, 200/3, 100 in both.
    items = np.array([[0.01, 1e9], [0.02, 2e9], [0.03, 3e9], [0.04, 4e9]])
    thirds = np.array([0.0, 100 / 3, 200 / 3, 100.0])
    index = ConfidenceIndex(categories=["a", "b"], normalisation="min_max", scale_minimum=0, scale_maximum=4e9)
    assert index.fit_transform(items) == pytest.approx(np.column_stack([thirds] * 3))
    for method, expected in (
        ("z_score", 50 + 10 * np.array([-1.5, -0.5, 0.5, 1.5]) / np.std([1, 2, 3, 4], ddof=1)),
        ("rank", np.array([25.0, 50, 75, 100])),
        ("borda", thirds),
    ):
        found = Normaliser(method, scale_minimum=0, scale_maximum=4e9).fit_transform(items)
        assert found == pytest.approx(np.column_stack([expected] * 2))
    # What is equal but for the last digits is constant: at its own size, and turned round on the scale.
    same = np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert Normaliser("min_max").fit_transform(same).ravel().tolist() == [50.0] * 3
    turned = np.array([[10 - 1e-15], [10.0], [10.0]])
    assert Normaliser("min_max", reverse=[True]).fit_transform(turned).ravel().tolist() == [50.0] * 3
    small = OutlierTreatment("log").fit_transform(items * 1e-9)
    assert np.ptp(small, axis=0) == pytest.approx(np.ptp(items * 1e-9, axis=0) * 0 + np.log(1.01 / 0.01), rel=0.5)


def test_data_outside_the_scale_are_refused_by_column_value_and_scale():
    frame = pl.DataFrame({"trust": [3.0, 9.0], "speed": [4.0, 12.5]})
    with pytest.raises(ValueError, match=r"^speed has 12\.5 in row 1, outside the scale from 0 to 10: give scale_"):
        ConfidenceIndex().fit(frame)
    index = ConfidenceIndex(scale_maximum=20).fit(frame)
    with pytest.raises(ValueError, match=r"column 1 has -1 in row 0, outside the scale from 0 to 20 \(2 values"):
        clone(index).fit(frame.to_numpy()).transform(np.array([[1.0, -1.0], [21.0, 3.0]]))
    with pytest.raises(ValueError, match="speed has 21 in row 0"):
        index.rank(pl.DataFrame({"trust": [1.0], "speed": [21.0]}))
    # A reversed question is turned round on the scale, whatever the normalisation; others may lie anywhere.
    assert np.isfinite(ConfidenceIndex(normalisation="min_max").fit_transform(frame)).all()
    with pytest.raises(ValueError, match=r"speed has 12\.5"):
        ConfidenceIndex(normalisation="min_max", reverse=[False, True]).fit(frame)


def test_a_mean_that_needs_positive_values_names_row_column_and_value():
    means = np.array([[5.0], [5.1], [5.2], [5.3], [9.0]])
    # By hand: median 8.9, median deviation .1, 50 + 10 (5.1 - 8.9) / .14826.
    with pytest.raises(ValueError, match=r"geometric of all needs values .* under robust row 4 has -206\.31"):
        ConfidenceIndex(normalisation="robust", question_aggregation="geometric").fit(14.1 - means)
