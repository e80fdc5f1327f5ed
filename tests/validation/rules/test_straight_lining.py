"""Straight lines, long strings and low variance: hand-computed rows, and numbers in print."""

import itertools
import statistics

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.validation.rules.long_string import measure_longest_run
from bpo_index.validation.rules.low_variance import measure_variance
from tests.surveys import validate_rows
from tests.validation.rule_sets import set_rules

HEADER = "id,country,q1,q2,q3"


def frame(*rows):
    questions = [f"q{n}" for n in range(max(map(len, rows)))]
    return pl.DataFrame(rows, schema=dict.fromkeys(questions, pl.Float64), orient="row"), questions


# Curran (2016), Journal of Experimental Social Psychology 66, page 11: three strings of ten answers on a scale of five
# points, with inter-item standard deviations of 0, 1.49 and 2.11.
PRINTED = [([3] * 10, 0, 10), ([1, 2, 3, 4, 5] * 2, 1.49, 1), ([1] * 5 + [5] * 5, 2.11, 5)]


@pytest.mark.parametrize(("answers", "sd", "run"), PRINTED)
def test_strings_of_curran(answers, sd, run):
    rows, questions = frame(answers)
    assert rows.select(measure_variance(questions).sqrt()).item() == pytest.approx(sd, abs=0.005)
    assert measure_longest_run(rows, questions).to_list() == [run]


@pytest.mark.parametrize(
    ("answers", "run"),
    [
        ([7, 7, 8, 8, 8, 7], 3),
        ([7, 8, 7, 8, 7, 8], 1),
        ([7, None, 7, None, None, 7], 3),  # what was not answered neither counts nor ends a run
        ([None, 7, 8, None, 8, None], 2),
        ([7, 7, None, 8, 7, 7], 2),
        ([None] * 6, 0),
        ([0, 0, 0, None, 0, 1], 4),
        ([7.5, 7.5, 7.25, 7.25, 7.25, 7.5], 3),
    ],
)
def test_longest_runs_by_hand(answers, run):
    rows, questions = frame([1, 2, 3, 4, 5, 6], answers)
    assert measure_longest_run(rows, questions).to_list() == [1, run]


RATINGS = st.lists(st.one_of(st.none(), st.integers(0, 20).map(lambda n: n / 2)), min_size=6, max_size=6)


@settings(max_examples=100, deadline=None)
@given(st.lists(RATINGS, min_size=1, max_size=5))
def test_runs_and_variances_are_those_of_the_standard_library(rows):
    table, questions = frame(*rows)
    given_ratings = [[rating for rating in row if rating is not None] for row in rows]
    runs = [max((len(list(group)) for _, group in itertools.groupby(row)), default=0) for row in given_ratings]
    assert measure_longest_run(table, questions).to_list() == runs
    variances = [statistics.variance(row) if len(row) > 1 else None for row in given_ratings]
    assert table.select(measure_variance(questions, 0.0)).to_series().to_list() == pytest.approx(variances, abs=1e-9)


def test_the_scale_may_lie_far_from_zero():
    rows, questions = frame([1e6, 1e6 + 1, 1e6 + 2], [1e6, 1e6, 1e6])
    assert rows.select(measure_variance(questions, 1e6)).to_series().to_list() == [1.0, 0.0]


def test_a_straight_line_is_a_long_string_of_no_variance_too(tmp_path):
    definition = set_rules(
        "quarantine",
        straight_line="minimum_answers: 3",
        long_string="longest_run: 3",
        low_variance="minimum_sd: 0.6, minimum_answers: 3",
    )
    validation = validate_rows(tmp_path, "a,Aland,5,5,5", "b,Aland,5,6,5", "c,Aland,5,6,7", definition=definition)
    assert validation.quarantined["reasons"].to_list() == [
        ["straight_line", "long_string", "low_variance"],
        ["low_variance"],
    ]
    assert validation.quarantined["sentences"].to_list() == [
        [
            "All 3 ratings of the row are the same.",
            "3 questions in a row have the same rating; 3 are too many.",
            "The standard deviation of the 3 ratings is 0; at least 0.6 is asked.",
        ],
        ["The standard deviation of the 3 ratings is 0.577; at least 0.6 is asked."],
    ]


def test_a_limit_is_no_low_variance(tmp_path):
    # 5, 6, 7 has a standard deviation of 1; a row with two ratings has too few.
    definition = set_rules(low_variance="action: quarantine, minimum_sd: 1, minimum_answers: 3")
    validation = validate_rows(tmp_path, "a,Aland,5,6,7", "b,Aland,5,5,", definition=definition)
    assert validation.accepted["respondent_id"].to_list() == ["a", "b"]


GRIDS = "id,country,q1,q2,q3"


@pytest.mark.parametrize(
    ("keys", "marked"),
    [
        ("within: category, minimum_answers: 2", ["a", "c"]),
        ("within: [q2, q3], minimum_answers: 2", ["b", "c"]),
        ("minimum_answers: 3", ["c"]),
    ],
)
def test_straight_lines_within_grids(tmp_path, keys, marked):
    rows = ["a,Aland,5,5,6", "b,Aland,5,6,6", "c,Aland,4,4,4", "d,Aland,5,dk,5"]
    validation = validate_rows(tmp_path, *rows, header=GRIDS, definition=set_rules("flag", straight_line=keys))
    assert validation.flags["respondent_id"].to_list() == marked


def test_the_sentence_names_the_grid(tmp_path):
    definition = set_rules("flag", straight_line="within: category, minimum_answers: 2")
    validation = validate_rows(tmp_path, "a,Aland,5,5,6", header=GRIDS, definition=definition)
    assert validation.flags["sentence"].to_list() == ["All ratings are the same in: first (2)."]


def test_grids_need_fewer_ratings_and_unknown_questions_are_refused():
    from bpo_index.errors import DefinitionError
    from bpo_index.validation.rules.straight_line import StraightLineRule

    assert StraightLineRule(within="category").minimum_answers == 4
    assert StraightLineRule().minimum_answers == 10
    assert "within" not in StraightLineRule().model_dump()
    for keys, says in (
        ("within: [q1, q9], minimum_answers: 2", "names what is no question: q9"),
        ("within: category", "is 4, and the largest grid has 2 questions"),
    ):
        with pytest.raises(DefinitionError, match=says):
            set_rules(straight_line=keys)
