"""What counts of answers are public: those of units that are published, and totals over these."""

from dataclasses import asdict

from bpo_index.disclosure.answers import PublicAudit, disclose_audit, withhold_small_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.nonresponse import tabulate_nonresponse
from bpo_index.validation.notes import Note
from tests.surveys import MIXED_ROWS, make_definition, validate_rows


def test_counts_of_answers_are_over_units_that_are_published(tmp_path):
    minimums = "minimum_respondents_to_publish: 2, minimum_respondents_to_rank: 2"
    definition = make_definition(**{"incomplete: {minimum_share: 0.5}, ": "", minimums: minimums.replace("2", "3")})
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    audit = summarise_audit(validation, definition)
    table = withhold_small_units(tabulate_nonresponse(validation.accepted, definition), 3)
    public = disclose_audit(audit, validation.notes, table)
    assert (audit.ratings, audit.dont_know, audit.skipped) == (10, 2, 3)
    assert (public.ratings, public.dont_know, public.skipped, public.not_asked) == (6, 2, 1, 0)
    same = ("rows_read", "rows_accepted", "reasons", "flags", "respondents_by_unit", "synthetic_respondents")
    assert {name: asdict(public)[name] for name in same} == {name: asdict(audit)[name] for name in same}
    # What is written into a release are the same keys.
    assert list(asdict(public)) == list(asdict(audit))
    assert type(public) is PublicAudit


def test_notes_lose_their_details(tmp_path):
    definition = make_definition()
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    table = withhold_small_units(tabulate_nonresponse(validation.accepted, definition), 3)
    notes = [Note("The quality rule speeder does nothing", "4 rows have a time, and it needs 20")]
    public = disclose_audit(summarise_audit(validation, definition), notes, table)
    assert public.notes == ["The quality rule speeder does nothing."]


def test_units_with_few_respondents_are_in_no_row_and_in_no_total(tmp_path):
    definition = make_definition(**{"incomplete: {minimum_share: 0.5}, ": ""})
    validation = validate_rows(tmp_path, *MIXED_ROWS, definition=definition)
    exact = tabulate_nonresponse(validation.accepted, definition)
    public = withhold_small_units(exact, 3)
    assert public.select("question", "unit").equals(exact.select("question", "unit"))
    assert public.filter(unit="AAA").equals(exact.filter(unit="AAA"))
    assert public.filter(unit="BBB").drop("question", "unit").null_count().row(0) == (3,) * 5
    assert public.filter(public["unit"].is_null()).drop("unit").equals(exact.filter(unit="AAA").drop("unit"))
