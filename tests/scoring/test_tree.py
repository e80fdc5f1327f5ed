"""An index of categories in categories: scores level by level, and what a level more or less does not change."""

from copy import deepcopy

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.confidence_index import ConfidenceIndex
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.trees import build, list_by_hand, make_raw, trees

SAMPLE = "service-locations-2023"


@pytest.fixture(scope="module")
def sample():
    """The three-level sample: raw definition, definition, accepted answers."""
    path = find_resource("sample_data", f"{SAMPLE}.yaml")
    definition = load_definition(path)
    responses = read_responses([find_resource("sample_data", f"{SAMPLE}.csv")], definition)
    return yaml.safe_load(path.read_text(encoding="utf-8")), definition, validate_responses(responses, definition)


def draw_means(data, count, units=3):
    values = st.one_of(st.floats(0.1, 10).map(lambda value: round(value, 2)), st.just(float("nan")))
    return np.array(
        data.draw(st.lists(st.lists(values, min_size=count, max_size=count), min_size=units, max_size=units))
    )


@settings(max_examples=60)
@given(trees(), st.data())
def test_scores_are_those_of_each_level_by_hand(raw, data):
    definition = build(raw)
    means = draw_means(data, len(definition.questions))
    scores = score_means(means, IndexStructure.from_definition(definition))
    expected = np.array([list_by_hand(raw, row) for row in means])
    np.testing.assert_allclose(scores, expected, atol=1e-7)


def test_the_sample_of_three_levels_is_scored_level_by_level(sample):
    raw, definition, validation = sample
    scores = score_units(validation.accepted, definition)
    published = scores.units.filter(~pl.col("suppressed"))["unit"].to_list()
    assert len(definition.nodes) == 12
    assert 0 < len(published) < len(definition.units)
    withheld = 0
    for unit in published:
        own = validation.accepted.filter(unit=unit)
        means = np.array([own[question].mean() for question in definition.question_ids], dtype=float)
        by_hand = list_by_hand(raw, means, ends=(1.0, 7.0))
        assert scores.units.filter(unit=unit)["score"][0] == pytest.approx(by_hand[0], abs=1e-8)
        for node, row in zip(
            definition.category_nodes, scores.categories.filter(unit=unit).iter_rows(named=True), strict=True
        ):
            assert row["category"] == node.id
            withheld += row["score"] is None
            if row["score_bound"] is not None:
                assert row["score_bound"] == "at least"
                assert row["score"] <= by_hand[node.number]
            elif row["score"] is not None:
                assert row["score"] == pytest.approx(by_hand[node.number], abs=1e-8)
    assert withheld


@settings(max_examples=40)
@given(trees(depth=3), st.data())
def test_a_category_alone_in_another_changes_nothing(raw, data):
    """Wrapped in a category of its own, which takes over its weight, under every mean."""
    wrapped = deepcopy(raw)
    inner = data.draw(st.sampled_from(range(len(raw["categories"]))))
    held = wrapped["categories"][inner]
    wrapped["categories"][inner] = {"id": "wrap", "title": "Wrap", "weight": held["weight"], "categories": [held]}
    first, second = build(raw), build(wrapped)
    means = draw_means(data, len(first.questions))
    # Questions stand in the same order.
    assert first.question_ids == second.question_ids
    plain = score_means(means, IndexStructure.from_definition(first))
    nested = score_means(means, IndexStructure.from_definition(second))
    names = [node.id for node in second.nodes]
    for node in first.nodes:
        np.testing.assert_allclose(nested[:, names.index(node.id)], plain[:, node.number], atol=2e-9)
    np.testing.assert_allclose(nested[:, names.index("wrap")], plain[:, [n.id for n in first.nodes].index(held["id"])])


def flatten(categories, weight=1.0):
    """Return the categories that hold questions, with the products of their shares as weights."""
    total = sum(category["weight"] for category in categories)
    flat = []
    for category in categories:
        share = weight * category["weight"] / total
        flat += flatten(category["categories"], share) if "categories" in category else [category | {"weight": share}]
    return flat


@settings(max_examples=40)
@given(trees(depth=4, methods=False), st.data())
def test_levels_collapse_into_products_of_weights_under_arithmetic_means(raw, data):
    flat = make_raw(flatten(raw["categories"]))
    first, second = build(raw), build(flat)
    means = draw_means(data, len(first.questions))
    deep = score_means(means, IndexStructure.from_definition(first))
    shallow = score_means(means, IndexStructure.from_definition(second))
    np.testing.assert_allclose(deep[:, 0], shallow[:, 0], atol=1e-8)
    names = [node.id for node in first.nodes]
    for node in second.category_nodes:
        np.testing.assert_allclose(deep[:, names.index(node.id)], shallow[:, node.number], atol=2e-9)


@pytest.mark.parametrize("weighting", ["equal", "standard_deviation", "pca", "balanced", "entropy", "critic"])
def test_weights_are_learnt_at_each_node_as_in_an_index_of_its_own(weighting):
    """The node's score and weights are those of an index that has only what it holds."""
    rng = np.random.default_rng(3)
    means = rng.uniform(1, 10, (9, 6))
    inside = [{"id": f"c{n}", "title": f"C {n}", "questions": [{"id": f"q{n}", "text": f"Q {n}"}]} for n in range(6)]
    upper = {"id": "upper", "title": "Upper", "weighting": weighting, "categories": inside[:4]}
    nested = build(make_raw([upper, *inside[4:]], units=9))
    alone = build(make_raw(inside[:4], units=9, method={"weighting": weighting}))
    found = score_means(means, IndexStructure.from_definition(nested))
    own = score_means(means[:, :4], IndexStructure.from_definition(alone))
    np.testing.assert_allclose(found[:, 1], own[:, 0], atol=1e-9)
    assert [node.id for node in nested.nodes] == ["", "upper", "c0", "c1", "c2", "c3", "c4", "c5"]


def test_importance_is_shared_out_among_the_categories_of_one_parent():
    held = [{"id": n, "title": n.upper(), "questions": [{"id": f"q{n}", "text": f"Q {n}"}]} for n in "abcd"]
    raw = make_raw([{"id": "up", "title": "Up", "weighting": "importance", "categories": held[:3]}, held[3]])
    raw["columns"] |= {"importance": {n: f"points {n}" for n in "abc"}}
    definition = build(raw)
    people = [
        ("U0", 4, 10, 0, 8, (60, 30, 10)),
        ("U0", 4, 10, 0, 8, (20, 30, 50)),
        ("U1", 5, 5, 5, 5, (40, 40, 20)),
    ] * 2
    accepted = pl.DataFrame(
        [
            (unit, f"r{n}", 1.0, None, *map(float, (a, b, c, d)), *map(float, points))
            for n, (unit, a, b, c, d, points) in enumerate(people)
        ],
        schema=[
            *("unit", "respondent_id", "design_weight", "cluster"),
            *(f"q{n}" for n in "abcd"),
            *(f"importance_{n}" for n in "abc"),
        ],
        orient="row",
    ).with_columns(pl.col("cluster").cast(pl.String))
    scores = score_units(accepted, definition)
    weights = dict(scores.weights.filter(pl.col("question").is_null()).select("category", "weight").iter_rows())
    assert [weights[n] for n in "abc"] == pytest.approx([0.4, 1 / 3, 0.8 / 3], abs=1e-9)
    up = 40 * 0.4 + 100 / 3 + 0
    assert scores.categories.filter(unit="U0", category="up")["score"][0] == pytest.approx(up, abs=1e-6)


def test_the_estimator_takes_trees(sample):
    _, definition, validation = sample
    index = ConfidenceIndex.from_definition(definition)
    means = np.array(
        [
            [validation.accepted.filter(unit=unit.code)[question].mean() for question in definition.question_ids]
            for unit in definition.units
        ],
        dtype=float,
    )
    found = index.fit_transform(means)
    names = index.get_feature_names_out().tolist()
    assert names == ["score", *(node.id for node in definition.category_nodes)]
    np.testing.assert_allclose(found, score_means(means, IndexStructure.from_definition(definition)), atol=1e-9)
    by_hand = ConfidenceIndex(
        categories=[("a", "b"), ("a", "c"), "d"],
        category_weights=[1, 3, 1, 2],
        category_methods={"a": {"aggregation": "geometric"}},
    )
    scores = by_hand.fit_transform(np.array([[4.0, 9.0, 2.0], [5.0, 5.0, 5.0]]))
    a = 100 * (0.4**0.75 * 0.9**0.25)
    # In order of first appearance: a, b, c, d.
    assert by_hand.get_feature_names_out().tolist() == ["score", "a", "b", "c", "d"]
    assert scores[0, 1] == pytest.approx(a)
    assert scores[0, 0] == pytest.approx((1 * a + 2 * 20) / 3)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"categories": [("a", "b"), "a"]}, "not both: a"),
        ({"categories": [("a", "b"), ("c", "b")]}, "in two: b"),
        ({"category_methods": {"z": {"aggregation": "geometric"}}}, "no category: z"),
        (
            {"categories": [("a", "b"), ("a", "c")], "category_methods": {"a": {"aggregation": "nothing"}}},
            "aggregation",
        ),
        (
            {"categories": [("a", "b"), "c"], "category_methods": {"b": {"aggregation": "geometric"}}},
            "question_aggregation",
        ),
    ],
)
def test_the_estimator_refuses_what_is_no_tree(changes, says):
    with pytest.raises(ValueError, match=says):
        ConfidenceIndex(**changes).fit(np.array([[4.0, 9.0], [5.0, 5.0], [6.0, 1.0]]))
