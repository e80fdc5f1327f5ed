"""Notes on shapes of answers that questions seldom have."""

import numpy as np
import polars as pl
import pytest

from bpo_index.validation.answer_shapes import find_strange_shapes
from tests.surveys import make_definition

RNG = np.random.default_rng(0)
LOW = RNG.integers(1, 6, 60).astype(float)


def find(q1, q2, q3, **replaced):
    definition = make_definition(**replaced)
    given = pl.DataFrame({"unit": ["AAA"] * len(q1), "q1": q1, "q2": q2, "q3": q3}, schema_overrides={"q1": pl.Float64})
    return find_strange_shapes(given, definition)


def draw(n=60):
    return RNG.integers(2, 10, n).astype(float)


def test_ordinary_answers_get_no_note():
    assert find(draw(), draw(), draw()) == []


@pytest.mark.parametrize("n", [29, 60])
def test_a_shorter_run_needs_many_ratings(n):
    notes = find(np.resize([1.0, 2, 3, 4, 5], n), draw(n), draw(n))
    assert [note.text for note in notes] == (
        ["q1 uses a shorter run of the scale than the other questions on it"] if n == 60 else []
    )


def test_a_shorter_run_that_all_questions_use_is_none():
    assert find(LOW, RNG.permutation(LOW), np.roll(LOW, 7)) == []


@pytest.mark.parametrize(("point", "where"), [(0.0, "lowest"), (10.0, "highest")])
def test_a_mass_apart_from_the_rest_is_noted(point, where):
    where = "at 0" if point == 0 else f"at the {where} point of the scale"
    answers = np.concatenate([np.full(15, point), RNG.integers(3 if point else 5, 8 if point else 10, 45)]).astype(
        float
    )
    (note,) = find(answers, draw(), draw())
    assert note.text == f"q1 has implausibly many answers {where}, apart from all others"
    assert "25% of the ratings of q1 are" in note.detail


def test_a_mass_that_fades_into_the_rest_is_none():
    answers = np.concatenate([np.full(15, 10.0), np.full(10, 9.0), RNG.integers(3, 9, 35)]).astype(float)
    assert find(answers, draw(), draw()) == []


def test_columns_with_the_same_answers_are_noted():
    first = draw()
    (note,) = find(first, first, draw())
    assert note.text == "q2 has the same answers as q1 in every row, as a copied column has"
    second = first.copy()
    second[0] = 11 - second[0]
    assert find(first, second, draw()) == []
