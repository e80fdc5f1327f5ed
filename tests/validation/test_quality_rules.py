"""The quality rules together: on, off, flag or quarantine, in any order of rows; nothing is lost."""

import random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.reasons import REASONS
from bpo_index.validation.validate import validate_responses
from tests.surveys import validate_rows
from tests.validation.rule_sets import EVERY_RULE, HEADER, set_rules

CELLS = (
    ["Aland", "Beland", "Celand", "Narnia"],
    ["", "Acme", "Bravo"],
    [""],
    ["", "2021-09-01 10:00", "2021-09-02 11:30"],
    ["", "0", "40", "500", "600", "700", "x"],
    ["", "", "test", "IP address"],
    ["", "yes", "no", "maybe"],
    *[["", "dk", "0", "5", "5", "6", "7", "10", "11", "x"]] * 3,
)
ROW = st.tuples(st.integers(0, 9).map(str), *(st.sampled_from(cells) for cells in CELLS)).map(",".join)


def list_rows(seed, n=90):
    """Rows of which most have nothing wrong and some have something for every rule."""
    rng = random.Random(seed)
    ratings = ["0", "3", "5", "5", "6", "7", "10"]
    rows = []
    for number in range(n):
        cells = [rng.choice(cells) for cells in CELLS]
        cells[0] = rng.choice(["Aland", "Beland"])
        cells[5], cells[6] = (rng.choice(["test", ""]), rng.choice(["no", "yes"])) if number % 9 == 0 else ("", "yes")
        cells[7:] = rng.choices(ratings, k=3) if number % 5 else [rng.choice(cells) for cells in CELLS[7:]]
        # Slips: one and the same, given often, would be a code.
        cells[7:] = [{"11": f"{11 + number}", "x": f"x{number}"}.get(cell, cell) for cell in cells[7:]]
        rows.append(",".join([f"r{number}", *cells]))
    return [*rows, *rows[:2]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=25), action=st.sampled_from([None, "flag", "quarantine"]))
def test_accepted_and_quarantined_are_all_rows_and_flags_take_none_away(tmp_path, rows, action):
    definition = set_rules(action, **EVERY_RULE)
    validation = validate_rows(tmp_path, *rows, header=HEADER, definition=definition)
    audit = summarise_audit(validation, definition)
    assert validation.accepted.height + validation.quarantined.height == len(rows) == audit.rows_read
    for reasons, sentences in validation.rows.select("reasons", "sentences").iter_rows():
        assert reasons == sorted(set(reasons), key=REASONS.index)
        assert len(sentences) == len(reasons)
        assert all(sentence.endswith(".") for sentence in sentences)
    assert validation.flags["sentence"].null_count() == 0
    without = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules())
    if action == "flag":
        assert validation.accepted.equals(without.accepted)
        assert validation.quarantined_by_rules.height == 0
    else:
        readmitted = pl.concat([validation.accepted, validation.quarantined_by_rules.drop("reasons", "flags")])
        assert readmitted.sort("unit", "respondent_id").equals(without.accepted)


@pytest.mark.parametrize("action", ["flag", "quarantine"])
def test_the_order_of_rows_changes_neither_reasons_nor_sentences(tmp_path, action):
    rows, seen = list_rows(1), []
    for seed in range(5):
        random.Random(seed).shuffle(rows)
        validation = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules(action, **EVERY_RULE))
        shown = validation.rows.select(pl.col("text").fill_null(""), "reasons", "sentences").rows()
        flags = validation.flags.select("respondent_id", "reason", "sentence").sort(pl.all()).rows()
        seen.append((sorted(shown), flags, validation.notes, validation.accepted.drop("source_row")))
    found = {reason for _, reasons, _ in seen[0][0] for reason in reasons} | {reason for _, reason, _ in seen[0][1]}
    assert found >= EVERY_RULE.keys()
    assert all(other[:3] == seen[0][:3] and other[3].equals(seen[0][3]) for other in seen[1:])


@pytest.mark.parametrize("name", EVERY_RULE)
def test_each_rule_alone_marks_what_it_marks_among_the_others(tmp_path, name):
    rows = list_rows(2)
    together = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules("flag", **EVERY_RULE))
    alone = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules("flag", **{name: EVERY_RULE[name]}))
    mine = together.flags.filter(pl.col("reason") == name)
    assert mine.height > 0
    assert alone.flags.filter(pl.col("reason") != "unclear_field").equals(mine)


@pytest.mark.parametrize("name", EVERY_RULE)
def test_flag_and_quarantine_mark_the_same_rows(tmp_path, name):
    rows, keys = list_rows(2), {name: EVERY_RULE[name]}
    flagged, quarantining = (
        validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules(action, **keys))
        for action in ("flag", "quarantine")
    )
    marked = flagged.flags.filter(pl.col("reason") == name)
    kept_out = quarantining.quarantined_by_rules
    assert kept_out.height > 0
    assert sorted(kept_out["respondent_id"]) == sorted(marked["respondent_id"])
    assert kept_out["reasons"].to_list() == [[name]] * kept_out.height
    assert quarantining.accepted.height == flagged.accepted.height - kept_out.height


def test_rows_of_a_survey_tool_that_are_tests(tmp_path):
    rows = [f"{n},Aland,,,,,{kind},,1,5,9" for n, kind in enumerate(("", "Survey  Preview", "SPAM", "Pilot", "IP"))]
    validation = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules(test_row="values: [pilot]"))
    assert validation.rows["reasons"].to_list() == [[], ["test_row"], ["test_row"], ["test_row"], []]
    assert validation.quarantined["sentences"].to_list() == [
        ["Marked as no answer to the survey: 'Survey  Preview'."],
        ["Marked as no answer to the survey: 'SPAM'."],
        ["Marked as no answer to the survey: 'Pilot'."],
    ]


def test_a_test_row_and_a_real_one_under_one_id_contradict_each_other(tmp_path):
    rows = ["a,Aland,,,,,test,,1,5,9", "a,Aland,,,,,,,1,5,9"]
    for order in (rows, rows[::-1]):
        validation = validate_rows(tmp_path, *order, header=HEADER, definition=set_rules(test_row=""))
        assert validation.accepted.height == 0
        assert sorted(validation.rows["reasons"].to_list()) == [["conflicting_id"], ["conflicting_id", "test_row"]]


def test_rules_without_what_they_need_say_so_each_once(tmp_path):
    validation = validate_rows(tmp_path, "a,Aland,1,5,9", "b,Aland,2,6,8", definition=set_rules(**EVERY_RULE))
    assert [str(note) for note in validation.notes] == [
        "The quality rule test_row does nothing: no row says whether it is a test.",
        "The quality rule unfinished does nothing: no row says whether it was finished.",
        "The quality rule speeder does nothing: no row has a time.",
        "The quality rule outlying does nothing: it needs 6 rows with a rating for every question, from units with two "
        "or more of them, and there are 2.",
        "The quality rule company_answers does nothing: no row names a company.",
    ]
    assert validation.accepted.height == 2
    assert validate_rows(tmp_path, "a,Aland,1,5,9", definition=set_rules()).notes == []


def test_a_file_without_rows_that_can_be_read_is_no_error(tmp_path):
    validation = validate_rows(tmp_path, "a,Aland", header=HEADER, definition=set_rules(**EVERY_RULE))
    assert validation.rows["reasons"].to_list() == [["ragged_row"]]
    assert validation.notes == []


@pytest.mark.parametrize("name", ["offshore-bpo-2021", "offshore-bpo-2022"])
def test_the_sample_editions_have_six_second_answers_of_a_company_and_nothing_else(name):
    definition = load_definition(name)
    responses = read_responses([find_resource("sample_data", f"{name}.csv")], definition)
    validation = validate_responses(responses, definition)
    assert validation.accepted.height == 100
    assert validation.flags["reason"].to_list() == ["company_answers"] * 6
    # A hundred rows cannot carry a covariance of 24 questions.
    assert [note.text.split(" ")[3] for note in validation.notes] == ["test_row", "outlying"]
    assert "it needs 120" in validation.notes[1].detail


def test_rows_that_are_no_answers_and_are_used_are_said(tmp_path):
    rows = ["1,Aland,,,,,test,yes,1,5,9", "2,Aland,,,,,,no,1,5,9", "3,Aland,,,,,,no,1,5,8", "4,Aland,,,,,,yes,1,5,9"]
    validation = validate_rows(tmp_path, *rows, header=HEADER, definition=set_rules())
    assert validation.accepted.height == 4
    assert [str(note) for note in validation.notes] == [
        "Rows are used where the survey tool marks the row as a test, a preview or spam, since the definition names no "
        "quality rule test_row: 1 row.",
        "Rows are used where the respondent did not reach the end, since the definition names no quality rule "
        "unfinished: 2 rows.",
    ]
    named = set_rules(unfinished="action: flag", test_row="action: flag")
    assert validate_rows(tmp_path, *rows, header=HEADER, definition=named).notes == []
