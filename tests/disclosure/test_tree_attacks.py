"""Nothing that is withheld at one level can be computed from another: whoever knows all that is published tries.

The attacker knows the weights, every published score, every bound, and that scores lie between 0 and 100; the score of
each node is the weighted mean of those that it holds, withheld or not. What follows for a withheld score is the range
that linear programming finds over all levels at once.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bpo_index.definition.method_block import Method
from bpo_index.disclosure.cells.ends import find_end_margins
from bpo_index.disclosure.cells.withholding import find_wanted_openness, guard_cells
from bpo_index.scoring.structure import IndexStructure
from tests.trees import build, make_raw, trees

MINIMUM = 5


def find_range(node, structure, values, withheld, ends, margins):
    """Return the lowest and the highest value of a node of one unit that go with all that is published."""
    count = len(structure.nodes)
    low, high = np.zeros(count), np.full(count, 100.0)
    for n in range(count):
        if ends[n] > 0:
            low[n] = 100.0 - margins[n]
        elif ends[n] < 0:
            high[n] = margins[n]
        elif not withheld[n]:
            low[n] = high[n] = values[n]
    equations = np.zeros((len(structure.holders), count))
    for row, holder in zip(equations, structure.holders, strict=True):
        row[holder.number] = -1.0
        row[holder.children] = holder.nominal / holder.nominal.sum()
    found = []
    for sign in (1.0, -1.0):
        goal = np.zeros(count)
        goal[node] = sign
        solved = linprog(goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=list(zip(low, high, strict=True)))
        assert solved.success, solved.message
        found.append(float(solved.x[node]))
    return found


def make_unit(draw, structure):
    """Return the scores of one unit, and how many respondents are behind each."""
    values, respondents = np.zeros(len(structure.nodes)), np.zeros(len(structure.nodes), dtype=np.int64)
    for node in reversed(structure.nodes):
        if node.holds_questions:
            values[node.number] = draw(st.sampled_from([0.0, 1.0, 20.0, 50.0, 70.0, 85.0, 93.0, 97.0, 100.0]))
            respondents[node.number] = draw(st.sampled_from([1, 2, 3, 4, 5, 6, 9]))
        else:
            values[node.number] = values[node.children] @ (node.nominal / node.nominal.sum())
            respondents[node.number] = respondents[node.children].max()
    respondents[0] = max(respondents[0], MINIMUM)
    return values, respondents


@st.composite
def units(draw):
    definition = build(draw(trees(depth=4, methods=False)))
    structure = IndexStructure.from_definition(
        definition.model_copy(update={"method": Method(minimum_respondents_to_publish=MINIMUM)})
    )
    return structure, *make_unit(draw, structure)


@settings(max_examples=120)
@given(units())
def test_what_few_people_said_stays_open_whatever_is_published_at_other_levels(unit):
    structure, values, respondents = unit
    withheld, ends = guard_cells(
        values[np.newaxis],
        respondents[np.newaxis],
        structure,
        published=np.array([True]),
        used=tuple(node.nominal for node in structure.nodes),
    )
    withheld, ends, margins = withheld[0], ends[0], find_end_margins(structure, MINIMUM)
    for node in structure.nodes[1:]:
        parent = structure.nodes[node.parent]
        if withheld[parent.number] or ends[parent.number]:
            assert withheld[node.number]  # what is withheld takes all that it holds with it
        if respondents[node.number] >= MINIMUM:
            continue
        assert withheld[node.number]
        low, high = find_range(node.number, structure, values, withheld, ends, margins)
        wanted = float(find_wanted_openness(respondents[node.number]))
        outside = parent
        while withheld[outside.number]:
            outside = structure.nodes[outside.parent]
        if structure.counts[node.number] and high - low < wanted - 1e-6:
            # Then there is nothing left that could be withheld beside it.
            beside = outside.counted_children
            assert (withheld[beside] | (ends[beside] != 0)).all()


def test_the_attack_finds_what_a_careless_rule_gives_away():
    """With the small cell alone withheld, its value follows from those beside it: the range is a point."""
    raw = {
        "id": "up",
        "title": "Up",
        "categories": [
            {"id": n, "title": n.upper(), "questions": [{"id": f"q{n}", "text": f"Q {n}"}]} for n in ("a", "b")
        ],
    }
    other = {"id": "c", "title": "C", "questions": [{"id": "qc", "text": "Q c"}]}
    method = {"minimum_respondents_to_publish": MINIMUM, "minimum_respondents_to_rank": MINIMUM}
    structure = IndexStructure.from_definition(build(make_raw([raw, other], method=method)))
    values = np.array([65.0, 50.0, 40.0, 60.0, 80.0])
    withheld = np.array([False, False, True, False, False])
    low, high = find_range(2, structure, values, withheld, np.zeros(5), np.ones(5))
    assert (low, high) == pytest.approx((40.0, 40.0))
    # The parent withheld too, and still it follows from the level above.
    withheld[1] = True
    low, high = find_range(2, structure, values, withheld, np.zeros(5), np.ones(5))
    assert (low, high) == pytest.approx((40.0, 40.0))
    guarded, _ = guard_cells(
        values[np.newaxis],
        np.array([[9, 9, 2, 9, 9]]),
        structure,
        published=np.array([True]),
        used=tuple(node.nominal for node in structure.nodes),
    )
    low, high = find_range(2, structure, values, guarded[0], np.zeros(5), np.ones(5))
    assert high - low >= 25.0
