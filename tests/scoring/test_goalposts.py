"""Ends of normalisations: the output range, what is clipped, and means that need positive values."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition, replace_method
from bpo_index.definition.method_conflicts import list_uncertainty_conflicts
from bpo_index.disclosure.cells.ends import find_score_ends
from bpo_index.errors import DataRefused, DefinitionError
from bpo_index.publication.standard_phrases import explain_lost_replicates
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.methods.record import AnswerScale
from bpo_index.scoring.sklearn_steps import AnswerImputer, Normaliser
from bpo_index.scoring.steps import normalise
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import score_units
from tests.scored_cases import score_case

TEN = AnswerScale(minimum=0.0, maximum=10.0)


def test_goalposts_with_a_range_without_zero_give_the_geometric_means_by_hand():
    _, _, scores = score_case("goalposts_range")
    found = dict(scores.units.select("unit", "score").iter_rows())
    # numpy: the geometric mean of 1 + 99 (x - 5) / 4, x clipped to 5 and 9.
    right = {"U6": 33.97, "U9": 28.23, "U5": 26.52, "U4": 25.37, "U8": 24.72, "U7": 22.33, "U3": 14.09}
    right |= {"U2": 7.15, "U0": 2.95, "U1": 2.78}
    assert found == {code: pytest.approx(score, abs=0.005) for code, score in right.items()}
    assert scores.units["score_bound"].null_count() == 10
    assert scores.sample.structure.score_bounds[0] == (1.0, 100.0)


def test_means_outside_the_goalposts_are_called_clipped_and_are_no_ends_of_the_scale():
    _, _, scores = score_case("goalposts")
    assert (scores.units["score"] == 0).sum() == 7
    assert scores.units["score_bound"].null_count() == 10
    assert scores.categories["score"].null_count() == 0
    assert scores.categories["score_bound"].null_count() == scores.categories.height
    at_end = scores.categories.filter((scores.categories["score"] == 0) | (scores.categories["score"] == 100)).height
    (said,) = [note for note in scores.notes if "goalposts [5, 9]" in note]
    assert said.startswith(
        f"{at_end} category scores lie at an end because means of questions lie outside the goalposts"
    )
    assert "do not say what everybody answered" in said
    assert not any("published as bounds" in note for note in scores.notes)


def test_goalposts_near_the_ends_of_the_scale_keep_the_bounds_of_answers_near_them():
    definition = load_definition("offshore-bpo-2021")
    structure = IndexStructure.from_definition(
        replace_method(definition, "{normalisation: goalposts, goalposts: [2, 9.8]}")
    )
    nodes = len(structure.nodes)
    scores, margins = np.repeat([[95.0], [96.0], [1.0]], nodes, axis=1), np.full((3, nodes), 5.0)
    # A mean of 9.5, 5 % from the end of the scale, is 100 (9.5 - 2) / 7.8 = 96.15 under these posts.
    assert find_score_ends(scores, structure, margins).tolist() == [[0] * nodes] * 3
    assert find_score_ends(scores[:1] + 1.2, structure, margins[:1]).tolist() == [[1] * nodes]


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("goalposts", {"goalposts": (4, 9)}, [1.0, 80.2, 20.8]),
        ("distance_to_target", {"target": 5}, [1.0, 100.0, 100.0]),
        ("distance_to_maximum", {}, [1.0, 100.0, 50.5]),
        ("fraction_of_maximum", {}, [25.75, 100.0, 62.875]),
        ("min_max", {}, [1.0, 100.0, 50.5]),
    ],
)
def test_the_range_holds_for_goalposts_targets_and_maxima(method, options, expected):
    # 1 + 99 times the share by hand, of the means 2, 8 and 5.
    means = np.array([[2.0], [8.0], [5.0]])
    found = normalise(means, method, TEN, normalisation_range=(1.0, 100.0), **options)
    assert found.ravel() == pytest.approx(expected)


@pytest.mark.parametrize("method", ["scale", "z_score", "{normalisation: distance_to_reference, reference_unit: IND}"])
def test_a_range_that_does_nothing_is_refused(method):
    definition = load_definition("offshore-bpo-2021")
    text = method.strip("{}") if method.startswith("{") else f"normalisation: {method}"
    with pytest.raises(DefinitionError, match="no method that is chosen has this option"):
        replace_method(definition, f"{{{text}, normalisation_range: [5, 95]}}")


def test_a_range_that_does_nothing_is_refused_in_the_uncertainty_block_and_by_estimators():
    block = {"normalisation": {"scale": 1, "z_score": 1}, "normalisation_range": [5, 95]}
    (found,) = list_uncertainty_conflicts({"uncertainty": block})
    assert found[0] == ("uncertainty", "normalisation_range")
    assert "goalposts" in found[1]
    block["normalisation"] = {"scale": 1, "min_max": 1}
    assert list_uncertainty_conflicts({"uncertainty": block}) == []
    for estimator in (Normaliser("scale", goalposts=(2, 9)), AnswerImputer(neighbours=3)):
        with pytest.raises(ValueError, match="has no option"):
            estimator.fit([[2.0], [4.0]])


def test_z_scores_go_with_geometric_means_where_no_value_is_below_zero():
    definition, accepted, _ = score_case("goalposts_range")
    changed = replace_method(definition, "{normalisation: z_score, aggregation: geometric}")
    scores = score_units(accepted, changed)
    assert scores.units["score"].null_count() == 0
    means = scores.unit_means.drop("unit").to_numpy()
    z = 50 + 10 * (means - means.mean(axis=0)) / means.std(axis=0, ddof=1)
    assert scores.units["score"].to_numpy() == pytest.approx(np.exp(np.log(z).mean(axis=1)))


def place_far_below(accepted, ratings):
    """Return the answers with a first question that hardly differs between units, but in one that is far below."""
    place = accepted["unit"].str.slice(1).cast(pl.Float64)
    others = accepted.with_columns(qa=8 + place / 10).filter(pl.col("unit") != "U3")
    return pl.concat([others, accepted.filter(pl.col("unit") == "U3").with_columns(qa=pl.Series(ratings, dtype=float))])


def test_a_value_below_zero_is_refused_by_unit_question_and_value():
    definition, accepted, _ = score_case("goalposts_range")
    changed = replace_method(definition, "{normalisation: robust, question_aggregation: geometric}")
    # By hand: median 8.45 of 0, 8, 8.1, 8.2, 8.4, 8.5, 8.6, ... 8.9, and .3 the median distance from it.
    low = place_far_below(accepted, [0.0] * 8)
    assert score_units(accepted, changed).units["score"].null_count() == 0
    value = 50 + 10 * (0 - 8.45) / (1.4826 * 0.3)
    with pytest.raises(DataRefused, match=rf"from 0 on, and under robust U3 has {value:.2f} in the question qa\. Take"):
        score_units(low, changed)


def test_replicates_in_which_a_value_falls_below_zero_are_counted_and_said():
    definition, accepted, _ = score_case("goalposts_range")
    changed = replace_method(definition, "{normalisation: robust, aggregation: geometric}")
    ratings = np.array([5.25, 5.5, 6, 6.5, 6.5, 6.75, 6.75, 7])
    answers = place_far_below(accepted, ratings)
    scores = score_units(answers, changed)
    lost = assess_robustness(answers, scores, changed, replicates=600).replicates_not_ranked
    # The same draws (seven of eight) by numpy: how often is the unit below zero?
    rng = np.random.default_rng(2)
    drawn = ratings[rng.integers(0, 8, (20_000, 7))].mean(axis=1)
    others = 8 + np.array([0, 1, 2, 4, 5, 6, 7, 8, 9]) / 10
    means = np.column_stack([drawn, np.tile(others, (len(drawn), 1))])
    middle = np.median(means, axis=1, keepdims=True)
    spread = 1.4826 * np.median(np.abs(means - middle), axis=1)
    share = (50 + 10 * (drawn - middle[:, 0]) / spread < 0).mean()
    assert 0.1 < share < 0.9
    assert lost / 600 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 600))
    assert explain_lost_replicates(changed).endswith("or a value fell below zero in a mean that takes none")
