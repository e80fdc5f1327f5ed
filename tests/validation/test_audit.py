"""The account of rows and answers: every row in one outcome, nonresponse by hand."""

import json

import polars as pl

from bpo_index.validation.audit import summarise_audit, write_private_audit
from bpo_index.validation.nonresponse import tabulate_nonresponse
from bpo_index.validation.reasons import READER_REASONS, REASONS
from bpo_index.validation.rules.registry import list_rules
from tests.surveys import HEADER, MIXED_ROWS, make_definition, read_rows, validate_rows


def test_every_row_has_one_outcome(tmp_path):
    definition = make_definition(**{"minimum_share: 0.5": "minimum_share: 0.5, action: flag"})
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    audit = summarise_audit(validation, definition)
    assert (audit.rows_read, audit.rows_accepted, audit.rows_quarantined) == (9, 5, 4)
    # The straight line alone by a rule; the wrong rating and the unknown unit are errors; the reader took the long row.
    outcomes = audit.rows_quarantined_by_rules, audit.rows_quarantined_for_errors, audit.rows_quarantined_by_reader
    assert outcomes == (1, 2, 1)
    assert (audit.respondents_accepted, audit.respondents_flagged) == (5, 2)
    assert audit.flags == {"incomplete": 2}
    assert audit.notes == [str(note) for note in validation.notes]


def test_reasons_are_of_the_reader_of_rules_or_errors():
    rules = {rule.name for rule in list_rules()}
    assert "file_refused" in READER_REASONS
    assert READER_REASONS[-1] == "repeated_answer"
    assert rules <= set(REASONS)
    assert rules.isdisjoint(READER_REASONS)


def test_nonresponse_by_hand(tmp_path):
    definition = make_definition(**{"incomplete: {minimum_share: 0.5}, ": ""})
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    table = tabulate_nonresponse(validation.accepted, definition)
    assert table.height == 3 + 9
    # Aland: a, b (q1 unknown), c (q2 skipped, q3 unknown); Beland: d, i (q2 and q3 skipped).
    assert table.filter(unit="AAA").drop("unit").rows() == [
        ("q1", 3, 2, 1, 0, 0),
        ("q2", 3, 2, 0, 1, 0),
        ("q3", 3, 2, 1, 0, 0),
    ]
    assert table.filter(unit="BBB").drop("unit").rows() == [
        ("q1", 2, 2, 0, 0, 0),
        ("q2", 2, 1, 0, 1, 0),
        ("q3", 2, 1, 0, 1, 0),
    ]
    assert table.filter(unit="CCC").select("respondents", "ratings", "skipped").rows() == [(0, 0, 0)] * 3
    assert table.filter(pl.col("unit").is_null()).drop("unit").rows() == [
        ("q1", 5, 4, 1, 0, 0),
        ("q2", 5, 3, 0, 2, 0),
        ("q3", 5, 3, 1, 1, 0),
    ]
    assert table["question"].to_list() == [q for q in ("q1", "q2", "q3") for _ in range(4)]


def test_not_asked_is_counted_apart(tmp_path):
    definition = make_definition(**{"dont_know: [98, dk]": "dont_know: [98, dk], not_asked: [na], skipped: [none]"})
    validation = validate_rows(tmp_path, "a,Aland,na,2,3", "b,Aland,none,2,3", "c,Aland,,2,3", definition=definition)
    row = tabulate_nonresponse(validation.accepted, definition).filter(unit="AAA", question="q1").row(0, named=True)
    assert (row["ratings"], row["dont_know"], row["skipped"], row["not_asked"]) == (0, 0, 2, 1)


def test_the_private_folder_has_nonresponse_of_all_units(tmp_path):
    definition = make_definition()
    responses = read_rows(tmp_path, *MIXED_ROWS, header=HEADER, definition=definition)
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    audit = summarise_audit(validation, definition)
    folder = tmp_path / "audit" / "one"
    write_private_audit(audit, validation, responses, definition, folder=folder, refusal=None)
    table = pl.read_csv(folder / "nonresponse.csv")
    exact = tabulate_nonresponse(validation.accepted, definition)
    assert table.with_columns(pl.col("unit").cast(pl.String)).equals(exact)
    assert json.loads((folder / "audit.json").read_text())["rows_quarantined_by_rules"] == 3
