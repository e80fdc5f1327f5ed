"""Nothing that is withheld at one level can be computed from another: whoever knows all that is published tries.

The attacker knows the weights, every published score, every bound, and that scores lie between 0 and 100; the score of
each node is the weighted mean of those that it holds, withheld or not. What follows for a withheld score is the range
that linear programming finds over all levels at once.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from bpo_index.definition import load_definition
from bpo_index.definition.method_block import Method
from bpo_index.disclosure.cells.ends import find_end_margins
from bpo_index.disclosure.cells.withholding import find_wanted_openness, guard_cells
from bpo_index.disclosure.publishable import disclose
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.checked import Checked
from bpo_index.validation.validate import validate_responses
from tests.trees import build, make_raw, trees

MINIMUM = 5


def find_range(node, structure, values, withheld, ends, margins, slack=1e-6):
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
    holders = [holder for holder in structure.holders if holder.aggregation.power == 1]
    equations = np.zeros((len(holders), count))
    for row, holder in zip(equations, holders, strict=True):
        row[holder.number] = -1.0
        row[holder.children] = holder.nominal / holder.nominal.sum()
    # Published scores are rounded.
    both, slack = np.vstack([equations, -equations]), np.full(2 * len(holders), slack)
    found = []
    for sign in (1.0, -1.0):
        goal = np.zeros(count)
        goal[node] = sign
        solved = linprog(goal, A_ub=both, b_ub=slack, bounds=list(zip(low, high, strict=True)))
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
        small=respondents[np.newaxis] < MINIMUM,
        margins=find_end_margins(structure, respondents[np.newaxis]),
        used=tuple(node.nominal for node in structure.nodes),
    )
    withheld, ends, margins = withheld[0], ends[0], find_end_margins(structure, respondents)
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
        if structure.counts[node.number] and high - low < wanted - 1e-3:
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
    assert (low, high) == pytest.approx((40.0, 40.0), abs=1e-4)
    # The parent withheld too, and still it follows from the level above.
    withheld[1] = True
    low, high = find_range(2, structure, values, withheld, np.zeros(5), np.ones(5))
    assert (low, high) == pytest.approx((40.0, 40.0), abs=1e-4)
    guarded, _ = guard_cells(
        values[np.newaxis],
        np.array([[9, 9, 2, 9, 9]]),
        structure,
        published=np.array([True]),
        small=np.array([[False, False, True, False, False]]),
        margins=find_end_margins(structure, np.array([[9, 9, 2, 9, 9]])),
        used=tuple(node.nominal for node in structure.nodes),
    )
    low, high = find_range(2, structure, values, guarded[0], np.zeros(5), np.ones(5))
    assert high - low >= 25.0


@pytest.fixture(scope="module")
def public_tables():
    """All public tables of the three-level sample, with a region whose unit has a category withheld."""
    definition = load_definition(find_resource("sample_data", "service-locations-2023.yaml"))
    responses = read_responses([find_resource("sample_data", "service-locations-2023.csv")], definition)
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    scores = score_units(validation.accepted, definition)
    robustness = assess_robustness(
        validation.accepted,
        scores,
        definition,
        quarantined_by_rules=validation.quarantined_by_rules,
        replicates=200,
        seed=1,
    )
    checked = Checked(validation, audit, Path(), responses.is_synthetic)
    return definition, disclose(checked, scores, robustness, definition).tables


def test_what_is_withheld_in_the_sample_stays_open_beside_its_levels_and_groups(public_tables):
    """From the files alone: every equation of the tree, and every published mean of a region."""
    definition, tables = public_tables
    structure = IndexStructure.from_definition(definition)
    ids = [node.id for node in definition.nodes]
    cells = {(row["unit"], row["category"]): row for row in tables["categories"].iter_rows(named=True)}
    overall = {row["unit"]: row for row in tables["ranking"].iter_rows(named=True)}
    units = [unit.code for unit in definition.units if not overall[unit.code]["suppressed"]]
    rows = [[overall[unit], *(cells[unit, name] for name in ids[1:])] for unit in units]
    values = np.array([[np.nan if row["score"] is None else row["score"] for row in own] for own in rows])
    withheld = np.isnan(values)
    signs = {None: 0, "at least": 1, "at most": -1}
    ends = np.array([[signs[row["score_bound"]] for row in own] for own in rows])
    # Portugal's talent stands beside a bound of its loyalty.
    assert sorted((units[u], ids[n]) for u, n in zip(*np.nonzero(withheld), strict=True)) == [
        ("KEN", "administration"),
        ("KEN", "stability"),
        ("PRT", "talent"),
    ]
    assert [(units[u], ids[n]) for u, n in zip(*np.nonzero(ends), strict=True)] == [("PRT", "loyalty")]
    groups = tables["groups"].filter(pl.col("score").is_not_null())
    assert groups.height > 30
    size = {unit.code: unit.size for unit in definition.units}
    for u, n in zip(*np.nonzero(withheld), strict=True):
        # No mean over a region has the cell in it, so that none is an equation of it.
        holding = groups.filter(pl.col("category") == ids[n], pl.col("members").str.contains(units[u]))
        assert holding.is_empty()
        raters = [overall[units[u]]["respondents"], *(cells[units[u], name]["respondents"] for name in ids[1:])]
        margins = find_end_margins(structure, np.array(raters))
        low, high = find_range(int(n), structure, np.nan_to_num(values[u]), withheld[u], ends[u], margins, slack=0.011)
        respondents = cells[units[u], ids[n]]["respondents"]
        assert high - low >= (float(find_wanted_openness(np.array(respondents))) if respondents < MINIMUM else 2.0)
    # The means over regions follow from the scores of their units, and tell nothing that these do not.
    for row in groups.iter_rows(named=True):
        members = row["members"].split()
        column = ids.index(row["category"] or "")
        own = [values[units.index(code), column] for code in members]
        assert np.average(own, weights=[size[code] for code in members]) == pytest.approx(row["score"], abs=0.011)
    outcomes = tables["outcomes"].filter(unit="KEN", category="administration")
    assert outcomes["top_two_box"].to_list() == [None]
