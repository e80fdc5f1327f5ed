"""What rules say of rows is held against what their records promise."""

import polars as pl
import pytest

from bpo_index.errors import DataRefused, EnvironmentFailed
from bpo_index.validation.rules.application import compare_by_rule, explain_by_rule, mark_by_rule
from bpo_index.validation.rules.record import ComparingRule, Questionnaire, RowRule, RuleOptions

ASKED = Questionnaire(("q1", "q2"), 0, 10)
ROWS = pl.DataFrame({"response": [3, 5, 8], "q1": [1.0, None, 3.0], "q2": [1.0, 2.0, 4.0]})
OPTIONS = RuleOptions()


def mark(function):
    return mark_by_rule(RowRule(name="odd", line="it is odd", mark=function), OPTIONS, ROWS, ASKED)


def explain(function):
    rule = RowRule(name="odd", line="it is AAA", mark=lambda *_: pl.lit(value=True), explain=function)
    return explain_by_rule(rule, OPTIONS, ROWS, ASKED).to_list()


def compare(function):
    return compare_by_rule(ComparingRule(name="odd", line="it is odd", compare=function), OPTIONS, ROWS, ASKED)


def test_marks_are_expressions_or_series_and_null_is_false():
    assert mark(lambda *_: pl.col("q1") == pl.col("q2")).to_list() == [True, False, False]
    assert mark(lambda rows, *_: rows["q1"] > 1).to_list() == [False, False, True]
    assert mark(lambda *_: pl.lit(value=True)).to_list() == [True] * 3
    assert mark(lambda _, asked, options: pl.lit(asked.maximum > 9 and options.action == "flag")).all()


@pytest.mark.parametrize("given", [pl.col("q1"), pl.Series([True]), pl.lit("yes"), pl.Series([1, 0, 1])])
def test_marks_that_are_not_true_or_false_of_each_row_are_refused(given):
    with pytest.raises(EnvironmentFailed, match="odd does not say true or false of each row"):
        mark(lambda *_: given)


def test_sentences_are_the_line_where_a_rule_writes_none():
    assert explain(None) == ["It is AAA."] * 3
    assert explain(lambda *_: pl.lit("Odd.")) == ["Odd."] * 3
    assert explain(lambda *_: pl.when(pl.col("q1") > 1).then(pl.lit("Odd."))) == ["It is AAA.", "It is AAA.", "Odd."]
    with pytest.raises(EnvironmentFailed, match="odd does not give a sentence for each row"):
        explain(lambda *_: pl.col("q1"))


def test_rows_marked_are_rows_that_are_compared_each_once():
    said = pl.DataFrame({"response": [5, 4, 5, 3], "sentence": ["One.", "Two.", "Three.", None]})
    assert sorted(compare(lambda *_: said).rows()) == [(3, "It is odd."), (5, "One.")]
    assert compare(lambda *_: "no row is odd") == "no row is odd"


@pytest.mark.parametrize("given", [None, [3], ROWS, pl.DataFrame({"response": ["3"], "sentence": ["Odd."]})])
def test_comparisons_that_are_neither_rows_nor_a_text_are_refused(given):
    with pytest.raises(EnvironmentFailed, match="gives neither response and sentence of rows nor a text"):
        compare(lambda *_: given)


def test_a_rule_that_fails_is_named_and_quotes_no_answer():
    def fail(*_):
        raise ValueError("the rating 7 of Maria")

    for apply in (mark, explain, compare):
        with pytest.raises(EnvironmentFailed, match=r"odd fails \(ValueError\)") as failed:
            apply(fail)
        assert "Maria" not in str(failed.value)
    with pytest.raises(EnvironmentFailed, match=r"odd fails \(ColumnNotFoundError\)"):
        mark(lambda *_: pl.col("missing"))


def test_what_the_program_itself_refuses_stays_as_it_is():
    def refuse(*_):
        raise DataRefused("No rows.")

    with pytest.raises(DataRefused, match="No rows"):
        mark(refuse)
