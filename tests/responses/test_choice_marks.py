"""Marks of a multiple choice are told from ratings, in the spellings of several survey tools."""

import pytest

from bpo_index.responses import read_responses
from bpo_index.responses.choice_marks import find_choice_marks
from bpo_index.responses.records import Record
from bpo_index.responses.rows import ListedRows
from tests.surveys import make_definition, write_csv


def list_rows(cells):
    return ListedRows([Record(n, row, "") for n, row in enumerate(cells)])


ROWS = [["power roads", "1", "1", "7"], ["roads", "0", "1", "4"], ["", "0", "0", "9"]]


@pytest.mark.parametrize(
    "headings",
    [
        ("challenges", "challenges/power", "challenges/roads", "talent/power"),
        ("challenges", "challenges___power", "challenges___roads", "talent/power"),
        ("challenges", "challenges[power]", "challenges[roads]", "talent/power"),
        ("What holds you back?", "What holds you back? - power", "What holds you back? - roads", "Talent: power"),
    ],
)
def test_a_column_of_the_stem_lists_the_options(headings):
    stem = headings[0].casefold()
    assert find_choice_marks([(name,) for name in headings], list_rows(ROWS), [1, 2, 3]) == {1: stem, 2: stem}


def test_columns_beside_it_are_all_marks_too():
    headings = [("Which? - Power",), ("Which? - Roads",), ("How good? - Power",), ("How good? - Roads",)]
    rows = [["1", "0", "1", "5"], ["", "1", "0", "4"], ["1", "", "1", "7"]] * 3
    assert find_choice_marks(headings, list_rows(rows), [0, 1, 2, 3]) == {0: "which?", 1: "which?"}
    # Too little to tell.
    assert find_choice_marks(headings, list_rows(rows[:1]), [0, 1, 2, 3]) == {}


def test_a_grid_of_ratings_is_no_multiple_choice():
    headings = [("Grid/power",), ("Grid/roads",)]
    assert find_choice_marks(headings, list_rows([["1", "0"], ["0", "3"]] * 10), [0, 1]) == {}
    assert find_choice_marks([("power",), ("roads",)], list_rows([["1", "0"]] * 20), [0, 1]) == {}


def test_a_question_that_is_yes_or_no_by_its_own_scale_may_have_such_a_heading(tmp_path):
    header = "id,country,choice/q1,choice/q4,q2,q3"
    rows = [f"{n},Aland,{n % 2},{n % 3 % 2},5,6" for n in range(20)]
    definition = make_definition(**{"{id: q1, text: One}": "{id: q1, text: One, aliases: [choice/q1]}"})
    refused = read_responses([write_csv(tmp_path, *rows, header=header)], definition)
    assert "no ratings: choice/q1" in refused.refusals[0]
    own = "{id: q1, text: One, aliases: [choice/q1], scale: {minimum: 0, maximum: 1, labels: {}}}"
    definition = make_definition(**{"{id: q1, text: One}": own})
    assert read_responses([write_csv(tmp_path, *rows, header=header)], definition).refusals == []


def test_bytes_that_are_no_text_are_looked_at_too():
    rows = [[*row[:3], "7\udce1"] for row in ROWS]
    labels = [("challenges",), ("challenges/power",), ("challenges/roads",), ("talent/power",)]
    assert find_choice_marks(labels, list_rows(rows), [3]) == {}
