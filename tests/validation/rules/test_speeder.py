"""Speeders: hand-computed medians, and whose times count."""

import polars as pl
import pytest

from bpo_index.validation.rules.speeder import SpeederRule, find_speeders
from tests.surveys import validate_rows
from tests.validation.rule_sets import HEADER, set_rules

TIMES = [95, 300, 610, 620, 700]  # median 610, .33 of it 201.3


def write(ident, seconds, *, kind="", done="yes", ratings="1,5,9"):
    return f"{ident},Aland,,,,{seconds},{kind},{done},{ratings}"


def find(folder, rows, **keys):
    definition = set_rules(speeder="action: quarantine, minimum_share: 0.33, minimum_times: 5", unfinished="")
    return validate_rows(folder, *rows, header=HEADER, definition=definition)


def test_under_a_third_of_the_median(tmp_path):
    validation = find(tmp_path, [write(n, seconds) for n, seconds in enumerate(TIMES)])
    assert validation.quarantined.select("source_row", "reasons", "sentences").rows() == [
        (2, ["speeder"], ["Took 95 seconds; 33% of the median of 610 is 201.3."])
    ]
    assert validation.notes == []


@pytest.mark.parametrize(("seconds", "marked"), [(201, True), (201.3, False), (202, False), (0, True)])
def test_the_limit_itself_is_fast_enough_and_no_time_at_all_is_not(seconds, marked):
    rows = pl.DataFrame({"response": range(6), "duration": [*map(float, TIMES[1:]), 600.0, float(seconds)]})
    # Median of 201.3, 300, 600, 610, 620, 700 is 605; of the five above 0 alone it is 610.
    rule = SpeederRule(minimum_share=201.3 / rows.filter(pl.col("duration") > 0)["duration"].median(), minimum_times=2)
    found = find_speeders(rows, rule)
    assert (5 in found["response"]) is marked


def test_rows_that_are_not_compared_neither_count_nor_are_marked(tmp_path):
    rows = [write(n, seconds) for n, seconds in enumerate(TIMES)]
    others = [
        write("broken", 1, ratings="1,5,99"),
        write("unfinished", 2, done="no"),
        write("preview", 3, kind="preview"),
        write("4", 700),  # a second time the same: a duplicate
        *[write("twice", seconds) for seconds in (4, 5)],
    ]
    validation = find(tmp_path, [*rows, *others])
    marked = validation.rows.filter(pl.col("reasons").list.contains("speeder"))
    assert marked["respondent_id"].to_list() == ["0"]
    assert marked["sentences"].to_list() == [["Took 95 seconds; 33% of the median of 610 is 201.3."]]


def test_times_from_start_to_end_and_unreadable_ones(tmp_path):
    rows = [f"{n},Aland,,2021-09-01 10:00:00,2021-09-01 10:{m:02}:00,,,yes,1,5,9" for n, m in enumerate((1, 9, 10, 11))]
    rows += ["4,Aland,,,,soon,,yes,1,5,9", "5,Aland,,2021-09-01 10:10:00,2021-09-01 10:00:00,,,yes,1,5,9"]
    definition = set_rules(speeder="minimum_share: 0.33, minimum_times: 4")
    validation = validate_rows(tmp_path, *rows, header=HEADER, definition=definition)
    flags = validation.flags.filter(pl.col("reason") == "speeder")
    assert flags.select("respondent_id", "sentence").rows() == [
        ("0", "Took 60 seconds; 33% of the median of 570 is 188.1.")
    ]
    assert validation.accepted.height == 6


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([write(n, seconds) for n, seconds in enumerate(TIMES[:4])], "4 rows have a time, and it needs 5."),
        ([write("a", 5)], "1 row has a time, and it needs 5."),
        ([write(n, "") for n in range(6)], "no row has a time."),
        ([write(n, 0) for n in range(6)], "no row has a time."),
    ],
)
def test_too_few_times_are_said_and_nothing_is_marked(tmp_path, rows, says):
    validation = find(tmp_path, rows)
    assert [str(note) for note in validation.notes] == [f"The quality rule speeder does nothing: {says}"]
    assert validation.accepted.height == len(rows)


def test_under_a_number_of_seconds_however_few_the_rows(tmp_path):
    definition = set_rules(speeder="action: quarantine, minimum_seconds: 120", unfinished="")
    validation = validate_rows(
        tmp_path, *[write(n, seconds) for n, seconds in enumerate(TIMES)], header=HEADER, definition=definition
    )
    assert validation.quarantined["sentences"].to_list() == [["Took 95 seconds; at least 120 are needed."]]
    assert validation.notes == []


def test_the_median_and_the_seconds_mark_each_row_once():
    rows = pl.DataFrame({"response": range(5), "duration": [*map(float, TIMES)]})
    found = find_speeders(rows, SpeederRule(minimum_share=0.33, minimum_times=5, minimum_seconds=301))
    assert isinstance(found, pl.DataFrame)
    assert found.rows() == [
        (0, "Took 95 seconds; 33% of the median of 610 is 201.3."),
        (1, "Took 300 seconds; at least 301 are needed."),
    ]
    assert "minimum_seconds" not in SpeederRule().model_dump()
