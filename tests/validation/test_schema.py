"""What pandera checks: every row and column that fails, the same in two steps as in one."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors

from bpo_index.validation.reasons import HARD_REASONS, REASONS
from bpo_index.validation.row_marks import name_mark
from bpo_index.validation.schema import (
    build_schema,
    find_failures,
    list_checks,
    list_comparison_checks,
    list_types,
)
from tests.validation.rule_sets import EVERY_RULE, set_rules

DEFINITION = set_rules(**EVERY_RULE)
ASKED, RULES = DEFINITION.questionnaire, DEFINITION.quality_rules.list_named()
MARKS = ["not_a_rating", "unclear_field", "duplicate_response", "conflicting_id", "test_row", "unfinished"]
MARKS += ["incomplete", "straight_line", "long_string", "low_variance"]
RATING = st.sampled_from([None, -1.0, 0.0, 5.5, 10.0, 10.5])


def make_rows(**columns):
    """Return two typed rows that pass every check, with some columns replaced."""
    good = {
        "response": [0, 1],
        "unit": ["AAA", "BBB"],
        "design_weight": [1.0, 0.5],
        "answers": [3, 1],
        **{question: [0.0, None] for question in DEFINITION.question_ids},
        **{name_mark(code): [False, False] for code in MARKS},
    }
    types = {"response": pl.Int64} | list_types(list_checks(DEFINITION), ASKED.questions)
    return pl.DataFrame(good | columns, schema=types)


def find(rows):
    return find_failures(rows, list_checks(DEFINITION), ASKED).rows()


def test_rows_that_pass():
    assert find(make_rows()) == []
    assert build_schema(DEFINITION).validate(rows := make_rows().drop("response"), lazy=True).equals(rows)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("unit", None, "missing_unit"),
        ("unit", "Narnia", "unknown_unit"),
        ("design_weight", None, "invalid_weight"),
        ("design_weight", 0.0, "invalid_weight"),
        ("q2", 10.5, "out_of_range"),
        ("q3", -1.0, "out_of_range"),
        ("answers", 0, "no_answers"),
        *((name_mark(code), True, code) for code in MARKS),
    ],
)
def test_each_check_finds_its_row_and_column(column, value, reason):
    passing = make_rows()[column][0]
    assert find(make_rows(**{column: [passing, value]})) == [(1, column, reason)]
    assert find(make_rows(**{column: [value, passing]})) == [(0, column, reason)]


def test_every_rating_outside_the_scale_is_named_in_the_order_of_the_questions():
    rows = make_rows(q1=[11.0, -1.0], q2=[None, 5.0], q3=[12.0, 99.0])
    assert sorted(find(rows)) == sorted([(r, q, "out_of_range") for q in ("q1", "q3") for r in (0, 1)])
    assert [column for response, column, _ in find(rows) if response == 0] == ["q1", "q3"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit": st.sampled_from([None, "AAA", "Narnia"]),
                "design_weight": st.sampled_from([None, -1.0, 0.0, 2.0]),
                "answers": st.integers(0, 3),
                **dict.fromkeys(DEFINITION.question_ids, RATING),
                **{name_mark(code): st.booleans() for code in MARKS},
            }
        ),
        max_size=12,
    )
)
def test_two_steps_find_what_one_schema_and_plain_python_find(rows):
    typed = pl.DataFrame(rows, schema=list_types(list_checks(DEFINITION), ASKED.questions)).with_row_index("response")
    typed = typed.with_columns(pl.col("response").cast(pl.Int64))
    expected = []
    for n, row in enumerate(rows):
        expected += [(n, "missing_unit")] * (row["unit"] is None) + [(n, "unknown_unit")] * (row["unit"] == "Narnia")
        expected += [(n, "invalid_weight")] * (row["design_weight"] not in (2.0,))
        expected += [(n, "no_answers")] * (row["answers"] == 0)
        expected += [(n, code) for code in MARKS if row[name_mark(code)]]
        expected += [(n, "out_of_range") for q in DEFINITION.question_ids if row[q] in (-1.0, 10.5)]
    assert sorted((response, reason) for response, _, reason in find(typed)) == sorted(expected)
    whole = []
    try:
        build_schema(DEFINITION).validate(typed, lazy=True)
    except SchemaErrors as error:
        for failed in error.schema_errors:
            failing = failed.check_output.to_series().not_().arg_true()
            whole += [(row, failed.check.error) for row in failing]
    assert sorted(whole) == sorted(set(expected))


def test_a_frame_of_other_columns_is_an_error_not_a_reason():
    with pytest.raises(SchemaError, match="Int64"):
        find(make_rows().with_columns(pl.col("answers").cast(pl.Float64)))
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match=r"mark\.unfinished"):
        find(make_rows().drop("mark.unfinished"))


def test_rules_that_are_off_are_not_in_the_schema():
    assert set(build_schema(set_rules()).columns) == {
        *("unit", "design_weight", "answers", *ASKED.questions),
        *(name_mark(code) for code in MARKS[:4]),
    }
    assert list_comparison_checks(set_rules(long_string="").quality_rules.list_named()) == []
    marks = {name_mark(code): [False, True] for code in ("speeder", "near_identical", "company_answers", "outlying")}
    assert set(list_types(list_comparison_checks(RULES), ASKED.questions)) == set(marks)
    found = find_failures(pl.DataFrame({"response": [5, 6]} | marks), list_comparison_checks(RULES), ASKED)
    assert sorted(found.select("response", "reason").rows()) == [(6, name.split(".")[1]) for name in sorted(marks)]


def test_hard_reasons_are_those_that_no_definition_turns_off():
    assert set(HARD_REASONS) == set(REASONS) - set(EVERY_RULE) - {"unclear_field"}
