"""Near-identical answers: every pair by brute force, and which rows take part."""

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.validation.rules import near_identical
from bpo_index.validation.rules.near_identical import match_rows
from tests.surveys import validate_rows
from tests.validation.rule_sets import HEADER, set_rules

RATING = st.sampled_from([float("nan"), 0.0, 1.5, 2.0])


@settings(max_examples=150, deadline=None)
@given(
    rows=st.integers(1, 5).flatmap(
        lambda items: st.lists(st.lists(RATING, min_size=items, max_size=items), min_size=1, max_size=12)
    ),
    share=st.sampled_from([0.5, 0.6, 2 / 3, 0.75, 1.0]),
    answers=st.integers(2, 5),
    block=st.integers(1, 60),
)
def test_the_nearest_row_is_that_of_a_search_through_all(rows, share, answers, block):
    ratings = np.array(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(near_identical, "_BLOCK_PAIRS", block)
        found = match_rows(ratings, minimum_share=share, minimum_answers=answers)
    for i, row in enumerate(ratings):
        best = (-1, -1.0, 0, 0)
        for j, other in enumerate(ratings):
            both = int((~np.isnan(row) & ~np.isnan(other)).sum())
            same = int((row == other).sum())
            if i != j and both >= answers and same >= share * both - 1e-9 and same / both > best[1]:
                best = (j, same / both, same, both)
        assert (found.partner[i], found.share[i], found.same[i], found.both[i]) == best


def test_more_than_255_questions_and_more_than_255_ratings():
    ratings = np.random.default_rng(1).normal(size=(4, 400))
    ratings[3] = ratings[0]
    ratings[3, :30] = 99.0
    found = match_rows(ratings, minimum_share=0.9, minimum_answers=300)
    assert found.partner.tolist() == [3, -1, -1, 0]
    assert found.same.tolist() == [370, 0, 0, 370]


def find(folder, *rows, share=0.6, answers=2):
    definition = set_rules(
        near_identical=f"action: quarantine, minimum_share: {share}, minimum_answers: {answers}", unfinished=""
    )
    return validate_rows(folder, *rows, header=HEADER, definition=definition)


def write(ident, ratings, unit="Aland", kind="", done="yes"):
    return f"{ident},{unit},,,,,{kind},{done},{ratings}"


def list_marked(validation):
    return validation.rows.filter(pl.col("reasons").list.contains("near_identical"))["respondent_id"].to_list()


def test_both_rows_of_a_pair_are_marked_and_name_each_other(tmp_path):
    validation = find(tmp_path, write("a", "1,2,3"), write("b", "1,2,9"), write("c", "7,8,6"))
    assert validation.quarantined.select("respondent_id", "sentences").rows() == [
        ("a", ["The same rating as respondent 'b' in 2 of the 3 questions that both rated (67%); 60% are too many."]),
        ("b", ["The same rating as respondent 'a' in 2 of the 3 questions that both rated (67%); 60% are too many."]),
    ]


def test_other_units_are_compared_and_other_names_of_a_rating_are_the_same(tmp_path):
    assert list_marked(find(tmp_path, write("a", "1,2,10"), write("b", "1.0,2,top", unit="Celand"))) == ["a", "b"]


def test_questions_that_one_of_them_did_not_rate_do_not_count(tmp_path):
    rows = [write("a", "1,2,dk"), write("b", "1,2,9"), write("c", "1,dk,9"), write("d", ",,5")]
    # a and b agree in 2 of 2, b and c in 2 of 2 (q1, q3); a and c have only q1 in common, which is too few.
    validation = find(tmp_path, *rows, share=1)
    assert list_marked(validation) == ["a", "b", "c"]
    # b agrees as often with both: the first by id is named.
    assert "respondent 'a' in 2 of the 2" in validation.quarantined["sentences"][1][0]


@pytest.mark.parametrize(
    "other",
    [
        write("z", "1,2,99"),  # off the scale
        write("z", "1,2,3", unit="Narnia"),
        write("z", "1,2,3", kind="test"),
        write("z", "1,2,3", done="no"),
    ],
)
def test_broken_test_and_unfinished_rows_mark_nobody(tmp_path, other):
    assert list_marked(find(tmp_path, write("a", "1,2,3"), other)) == []


def test_a_second_copy_of_a_respondent_marks_nobody(tmp_path):
    rows = [write("a", "1,2,3"), write("a", "1,2,3"), write("b", "1,2,4"), write("b", "1,2,5"), write("c", "6,7,8")]
    assert list_marked(find(tmp_path, *rows)) == []


def test_the_order_of_rows_does_not_matter(tmp_path):
    rng = random.Random(1)
    rows = [write(f"r{n}", ",".join(str(rng.choice([1, 2, "dk", ""])) for _ in range(3))) for n in range(30)]
    shown = []
    for seed in range(4):
        random.Random(seed).shuffle(rows)
        quarantined = find(tmp_path, *rows).quarantined
        shown.append(sorted(zip(quarantined["respondent_id"], quarantined["sentences"].to_list(), strict=True)))
    assert len(shown[0]) > 5
    assert all(other == shown[0] for other in shown)


def test_too_many_rows_are_said(tmp_path, monkeypatch):
    monkeypatch.setattr(near_identical, "MOST_ROWS", 2)
    validation = find(tmp_path, *(write(n, "1,2,3") for n in range(3)))
    assert validation.accepted.height == 3
    assert [str(note) for note in validation.notes] == [
        "The quality rule near_identical does nothing: it compares up to 2 rows with one another, and there are 3."
    ]
