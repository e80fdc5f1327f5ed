"""Ranks that units can have once rows are readmitted: both ends are reached, and changes between ranks by hand."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure.possible_ranks import bound_ranks, bound_scores, measure_changes, rank_between
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses


def test_both_ends_are_reached():
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    validation = validate_responses(responses, definition)
    scores = score_units(validation.accepted, definition)
    possible = bound_scores(validation.quarantined_by_rules, scores)
    place = {unit: n for n, unit in enumerate(scores.units.filter("ranked")["unit"])}
    for rating, end in ((0.0, possible.low), (10.0, possible.high)):
        reverse = {question.id: question.reverse for question in definition.questions}
        said = {name: pl.lit(10.0 - rating if turned else rating) for name, turned in reverse.items()}
        rows = validation.quarantined_by_rules.with_columns(**said).drop("reasons", "flags")
        units = score_units(pl.concat([validation.accepted, rows]), definition).units
        for unit in rows["unit"]:
            assert end[place[unit]] == pytest.approx(units.filter(unit=unit)["score"].item(), abs=1e-6)
    best, worst = rank_between(possible)
    assert (best <= worst).all()
    assert (best < worst).any()
    assert [ranks.tolist() for ranks in bound_ranks(validation.quarantined_by_rules, scores)] == [
        best.tolist(),
        worst.tolist(),
    ]


def test_changes_by_hand():
    ranks = np.array([1, 2, 3, 4])
    assert measure_changes(ranks, ranks, ranks, 2) == (0, 0, 0, 0, 0.0)
    swapped = np.array([2, 1, 3, 4])
    assert measure_changes(ranks, swapped, swapped, 2) == (1, 0, 1, 1, 0.5)
    # The second and the third may have changed places, or not.
    assert measure_changes(ranks, np.array([1, 2, 2, 4]), np.array([1, 3, 3, 4]), 2) == (0, None, None, None, None)
    # The first is no longer first, wherever it is.
    moved = measure_changes(ranks, np.array([2, 1, 2, 4]), np.array([3, 1, 3, 4]), 2)
    assert moved == (1, None, 1, None, None)
