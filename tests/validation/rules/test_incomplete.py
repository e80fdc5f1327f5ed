"""Completeness: hand-computed shares of what was asked."""

import polars as pl

from bpo_index.validation.rules.incomplete import has_too_few_answers
from tests.surveys import validate_rows
from tests.validation.rule_sets import set_rules


def test_completeness_is_counted_on_what_was_asked(tmp_path):
    definition = set_rules(incomplete="minimum_share: 0.7")
    rows = ["a,Aland,5,6,", "b,Aland,5,6,n/a", "c,Aland,5,n/a,n/a", "d,Aland,5,dk,n/a"]
    definition = definition.model_copy(update={"scale": definition.scale.model_copy(update={"not_asked": ("n/a",)})})
    validation = validate_rows(tmp_path, *rows, definition=definition)
    assert validation.accepted["respondent_id"].to_list() == ["b", "c"]
    assert validation.quarantined["sentences"].to_list() == [
        ["2 of 3 questions asked have a rating; 70% are needed."],
        ["1 of 2 questions asked have a rating; 70% are needed."],
    ]


def test_seven_of_ten_questions_are_70_percent():
    # 0.7 x 10 is 7.000000000000001 in binary fractions.
    rows = pl.DataFrame({"answers": [7, 6], "asked": [10, 10]})
    assert rows.select(has_too_few_answers(0.7)).to_series().to_list() == [False, True]
