"""Scores of an index recomputed from its lowest categories, against the same in the plainest Python."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo_index.publication.category_tree import CategoryTree, make_flat_tree, read_tree
from bpo_index.scoring.steps import aggregate

#: The index holds 0 and 4; 0 holds 1 and 2; 2 holds 3; 4 holds 5 and 6.
PARENTS = np.array([-1, 0, 0, 2, -1, 4, 4])


def put_together(parents, own, values, weights, node=-1):
    """Return the score of a node of one unit by recursion; own: node to a function of values and weights."""
    lowest = [n for n in range(len(parents)) if n not in parents]
    if node in lowest:
        return values[lowest.index(node)]
    held = [n for n in range(len(parents)) if parents[n] == node]
    inside = [put_together(parents, own, values, weights, one) for one in held]
    return own.get(node, take_mean)(inside, [weights[one] for one in held])


def take_mean(values, weights):
    return sum(x * w for x, w in zip(values, weights, strict=True)) / sum(weights)


def take_product(values, weights):
    return float(np.prod([x ** (w / sum(weights)) for x, w in zip(values, weights, strict=True)]))


@given(
    values=st.lists(st.floats(1, 100), min_size=4, max_size=4),
    weights=st.lists(st.floats(0.1, 9), min_size=7, max_size=7),
)
def test_scores_go_up_through_every_level(values, weights):
    tree = CategoryTree(PARENTS, {0: "geometric"})
    assert tree.lowest.tolist() == [1, 3, 5, 6]
    found = tree.combine(np.array([values]), np.array(weights), "arithmetic")
    assert found == pytest.approx([put_together(PARENTS, {0: take_product}, values, weights)])


@given(
    values=st.lists(st.floats(1, 100), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.1, 9), min_size=3, max_size=3),
    name=st.sampled_from(["arithmetic", "geometric", "harmonic", "median"]),
)
def test_nesting_a_category_alone_in_another_changes_nothing(values, weights, name):
    values, weights = np.array([values]), np.array(weights)
    nested = CategoryTree(np.array([-1, 0, -1, -1]))
    flat = make_flat_tree(3).combine(values, weights, name)
    assert np.array_equal(flat, aggregate(values, weights, name))
    assert nested.combine(values, np.insert(weights, 1, 5.0), name) == pytest.approx(flat)


def test_the_choice_of_aggregation_leaves_a_method_of_its_own():
    values, weights = np.array([[80.0, 20.0, 50.0]]), np.ones(4)
    tree = CategoryTree(np.array([-1, 0, 0, -1]), {0: "geometric"})
    assert tree.combine(values, weights, "arithmetic") == pytest.approx([45])
    assert tree.combine(values, weights, "harmonic") == pytest.approx([2 / (1 / 40 + 1 / 50)])


def test_what_holds_no_weight_has_no_score_and_counts_only_with_a_weight():
    tree, values = CategoryTree(np.array([-1, 0, 0, -1])), np.array([[80.0, 20.0, 50.0], [1.0, 2.0, 3.0]])
    assert np.isnan(tree.combine(values, np.array([1.0, 0, 0, 1]), "arithmetic")).all()
    for name in ("arithmetic", "geometric", "median", "copeland", "borda"):
        alone = aggregate(values[:, 2:], np.ones(1), name)
        assert tree.combine(values, np.array([0.0, 0, 0, 1]), name) == pytest.approx(alone)
    assert np.isnan(tree.combine(values, np.zeros(4), "arithmetic")).all()


def test_a_method_of_its_own_holds_for_what_lies_in_it(four_levels):
    definition = four_levels.definition
    tree = read_tree(definition, lambda _, name: name)
    ids = [node.id for node in definition.category_nodes]
    assert {ids[number]: name for number, name in tree.own.items()} == {"talent": "harmonic", "places": "geometric"}
    assert [ids[n] for n in tree.lowest] == [node.id for node in definition.nodes if node.questions]
    people = definition.categories[0].model_copy(update={"aggregation": "harmonic"})
    changed = definition.model_copy(update={"categories": (people, *definition.categories[1:])})
    talent = people.categories[0].model_copy(update={"aggregation": None})
    inherited = changed.model_copy(
        update={
            "categories": (
                people.model_copy(update={"categories": (talent, *people.categories[1:])}),
                *definition.categories[1:],
            )
        }
    )
    found = read_tree(inherited, lambda _, name: name).own
    assert {ids[number]: name for number, name in found.items()} == {
        "people": "harmonic",
        "talent": "harmonic",
        "places": "geometric",
    }
