"""Several answers of one company: which rows stay, by hand."""

import random

import pytest

from tests.surveys import validate_rows
from tests.validation.rule_sets import HEADER, set_rules


def write(ident, company, ratings="1,5,9", unit="Aland", end="", done="yes"):
    return f"{ident},{unit},{company},,{end},,,{done},{ratings}"


def keep(folder, *rows, most=1, **rules):
    definition = set_rules(company_answers=f"action: quarantine, most: {most}", **rules)
    return validate_rows(folder, *rows, header=HEADER, definition=definition)


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        # More ratings go first, whoever ended first.
        ([write("a", "Acme", "1,5,", end="2021-09-01 10:00"), write("b", "Acme", end="2021-09-02 10:00")], ["b"]),
        # Of as many ratings the earlier ended, and an unknown end last.
        ([write("a", "Acme", end="2021-09-02 10:00"), write("b", "Acme", end="2021-09-01 10:00")], ["b"]),
        ([write("a", "Acme"), write("b", "Acme", end="2021-09-01 10:00")], ["b"]),
        # All the same: by id.
        ([write("b", "Acme"), write("a", "Acme")], ["a"]),
        # Other companies, other units and no company at all take no place.
        ([write("a", "Acme"), write("b", "Acme", unit="Beland"), write("c", "Bravo"), write("d", "")], list("acdb")),
        ([write("a", ""), write("b", ""), write("c", "Acme")], list("abc")),
    ],
)
def test_which_rows_stay(tmp_path, rows, kept):
    assert keep(tmp_path, *rows).accepted["respondent_id"].to_list() == kept


def test_the_first_two_of_four(tmp_path):
    rows = [write(ident, "Acme", end=f"2021-09-0{day} 10:00") for ident, day in zip("abcd", (4, 2, 3, 1), strict=True)]
    validation = keep(tmp_path, *rows, most=2)
    assert validation.accepted["respondent_id"].to_list() == ["b", "d"]
    assert validation.quarantined["sentences"].to_list() == [
        ["Number 4 of the rows of company 'Acme' in AAA; the rule takes 2."],
        ["Number 3 of the rows of company 'Acme' in AAA; the rule takes 2."],
    ]


def test_rows_quarantined_take_no_place_and_flagged_ones_do(tmp_path):
    rows = [
        write("a", "Acme", "5,5,5"),
        write("b", "Acme", "1,5,99"),
        write("c", "Acme", done="no"),
        write("d", "Acme", "1,2,3", end="2021-09-03 10:00"),
        write("e", "Acme", "1,2,3", end="2021-09-04 10:00"),
    ]
    kept_out = keep(tmp_path, *rows, straight_line="minimum_answers: 3", unfinished="")
    assert kept_out.accepted["respondent_id"].to_list() == ["d"]
    assert kept_out.rows["reasons"].to_list() == [
        ["straight_line"],
        ["out_of_range"],
        ["unfinished"],
        [],
        ["company_answers"],
    ]
    # Only flagged, the straight line takes part: d ended first of those with three ratings, a did not say when.
    flagged = keep(tmp_path, *rows, straight_line="action: flag, minimum_answers: 3", unfinished="")
    assert flagged.rows["reasons"].to_list() == [
        ["company_answers"],
        ["out_of_range"],
        ["unfinished"],
        [],
        ["company_answers"],
    ]


def test_rows_quarantined_by_rules_that_compare_take_no_place(tmp_path):
    rows = [write("a", "Acme", "1,2,3"), write("b", "Acme", "4,8,6"), write("c", "Bravo", "1,2,3")]
    validation = keep(tmp_path, *rows, near_identical="action: quarantine, minimum_share: 1, minimum_answers: 3")
    assert validation.accepted["respondent_id"].to_list() == ["b"]


def test_the_order_of_rows_does_not_matter(tmp_path):
    rng = random.Random(3)
    rows = [
        write(n, rng.choice("XYZ"), rng.choice(["1,2,9", "1,2,", "3,4,8"]), end=rng.choice(["", "2021-09-01 10:00"]))
        for n in range(40)
    ]
    kept = []
    for seed in range(4):
        random.Random(seed).shuffle(rows)
        kept.append(keep(tmp_path, *rows, most=3).accepted["respondent_id"].to_list())
    assert len(kept[0]) == 9
    assert all(other == kept[0] for other in kept)


def test_without_companies_the_rule_says_so(tmp_path):
    validation = keep(tmp_path, write("a", ""), write("b", ""))
    assert [str(note) for note in validation.notes] == [
        "The quality rule company_answers does nothing: no row names a company."
    ]
