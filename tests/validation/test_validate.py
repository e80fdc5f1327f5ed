"""Accepted and quarantined rows: every reason, nothing lost, order of no account."""

import json
import os
import random

import polars as pl
import pytest

from bpo_index.errors import DataRefused
from bpo_index.responses import read_responses
from bpo_index.validation.audit import summarise_audit, write_private_audit
from bpo_index.validation.duplicates import mark_duplicates
from bpo_index.validation.reasons import REASONS
from bpo_index.validation.row_marks import mark_rows
from bpo_index.validation.schema import build_schema
from bpo_index.validation.typed_responses import cast_responses
from bpo_index.validation.validate import validate_responses
from tests.surveys import make_definition, read_rows, validate_rows

GOOD = "a,Aland,1,2,3"


def find_reasons(folder, *rows, **options):
    validation = validate_rows(folder, GOOD, *rows, **options)
    assert validation.rows.height == 1 + len(rows)
    quarantined = validation.quarantined
    assert all(sentence.endswith(".") for sentence in quarantined["sentences"].explode())
    return dict(quarantined.select("source_row", "reasons").iter_rows()), quarantined


@pytest.mark.parametrize(
    ("row", "reasons", "says"),
    [
        ("b,Narnia,1,2,3", ["unknown_unit"], "'Narnia'"),
        ("b,,1,2,3", ["missing_unit"], "country is empty"),
        ("b,Aland,1,two,3", ["not_a_rating"], "q2 'two'"),
        ("b,Aland,1,11,-1", ["out_of_range"], "q2 '11', q3 '-1'"),
        ("b,Aland,,,", ["no_answers", "incomplete"], "None of the 3"),
        ("b,Aland,1,,", ["incomplete"], "1 of 3 questions"),
        ("b,Aland,5,5,5", ["straight_line"], "All 3 ratings"),
        ("b,Narnia,x,12,", ["unknown_unit", "not_a_rating", "out_of_range", "incomplete"], "q1 'x'"),
    ],
)
def test_each_reason_has_a_code_and_a_sentence(tmp_path, row, reasons, says):
    found, quarantined = find_reasons(tmp_path, row)
    assert found == {3: reasons}
    assert says in " ".join(quarantined["sentences"][0])
    assert quarantined["text"][0] == row
    assert set(reasons) <= set(REASONS)


def test_unfinished_rows(tmp_path):
    header = "id,country,q1,q2,q3,done"
    rows = ["a,Aland,1,2,3,true", "b,Aland,1,2,3,No", "c,Aland,1,2,3,", "d,Aland,1,2,3,perhaps"]
    validation = validate_rows(tmp_path, *rows, header=header)
    assert validation.quarantined["reasons"].to_list() == [["unfinished"]]
    assert validation.flags.select("respondent_id", "reason").rows() == [("d", "unclear_field")]


def test_design_weights(tmp_path):
    definition = make_definition(**{"company: company": "design_weight: w"})
    header = "id,country,q1,q2,q3,w"
    rows = [
        "a,Aland,1,2,3,0.5",
        *(f"{n},Aland,1,2,3,{w}" for n, w in enumerate(("0", "-1", "", "x", "NaN", "1e999", "1e10", "1e-7"))),
    ]
    validation = validate_rows(tmp_path, *rows, header=header, definition=definition)
    assert validation.accepted["design_weight"].to_list() == [0.5]
    assert validation.quarantined["reasons"].to_list() == [["invalid_weight"]] * 8


@pytest.mark.parametrize("text", ["1e309", "NaN", "inf", "７", "7 5", "0x7", "seven", "1_0", "=1+1"])
def test_what_only_looks_like_a_number_is_no_rating(tmp_path, text):
    assert find_reasons(tmp_path, f"b,Aland,{text},2,3")[0] == {3: ["not_a_rating"]}


def test_dont_know_is_kept_apart_from_skipped_and_is_no_rating(tmp_path):
    validation = validate_rows(tmp_path, "a,Aland,98,2,3", "b,Aland,98.0,,3", "c,Aland,1,DK, 4 ", "d,Aland,Top,1,0")
    assert validation.accepted.select("respondent_id", "q1", "q2", "dont_know").rows() == [
        ("a", None, 2.0, ["q1"]),
        ("c", 1.0, None, ["q2"]),
        ("d", 10.0, 1.0, []),
    ]
    assert validation.quarantined["reasons"].to_list() == [["incomplete"]]
    audit = summarise_audit(validation, make_definition())
    assert (audit.ratings, audit.dont_know, audit.skipped) == (7, 2, 0)


def test_identical_duplicates_keep_one_and_conflicting_ones_none(tmp_path):
    rows = ["b,Beland,1,2,3", "b,BELAND,1.0,2,3", "c,Celand,1,2,3", "c,Celand,1,2,4", "c,Celand,1,2,4"]
    found, _ = find_reasons(tmp_path, *rows)
    assert found == {4: ["duplicate_response"], 5: ["conflicting_id"], 6: ["conflicting_id"], 7: ["conflicting_id"]}


def test_one_respondent_may_rate_several_units(tmp_path):
    validation = validate_rows(tmp_path, GOOD, "b,Beland,1,2,3", "b,Aland,1,2,3", "b, ALAND,1,2,4")
    assert validation.accepted.select("respondent_id", "unit").rows() == [("a", "AAA"), ("b", "BBB")]
    found = dict(validation.quarantined.select("source_row", "reasons").iter_rows())
    assert found == {4: ["conflicting_id"], 5: ["conflicting_id"]}


def test_a_rule_that_only_flags_keeps_the_row(tmp_path):
    definition = make_definition(**{"straight_line: {": "straight_line: {action: flag, "})
    validation = validate_rows(tmp_path, GOOD, "b,Aland,5,5,5", definition=definition)
    assert validation.accepted.height == 2
    assert validation.flags.select("respondent_id", "reason").rows() == [("b", "straight_line")]
    assert summarise_audit(validation, definition).flags == {"straight_line": 1}


def test_the_order_of_rows_does_not_matter(tmp_path):
    rows = [f"{n},{unit},{n % 7},{n % 5},{n % 3}" for n, unit in enumerate(["Aland", "Beland", "Narnia", "A land"] * 6)]
    rows += ["1,Beland,1,1,1", "2,Aland,0,0,0", ",Aland,1,2,4", ",Aland,1,2,4", "x,Aland,1"]
    frames, counts = [], []
    for seed in range(6):
        random.Random(seed).shuffle(rows)
        validation = validate_rows(tmp_path, *rows)
        frames.append(validation.accepted.drop("source_row"))
        counts.append(summarise_audit(validation, make_definition()))
    assert all(frame.equals(frames[0]) for frame in frames)
    assert all(count == counts[0] for count in counts)
    assert counts[0].rows_read == len(rows) == counts[0].rows_accepted + counts[0].rows_quarantined


def test_long_rows_are_quarantined_with_their_respondent(tmp_path):
    rows = ["a,Aland,q1,1", "a,Aland,q2,2", "b,Aland,q1,11", "b,Aland,q2,2", "b,Aland,q9,2"]
    validation = validate_rows(tmp_path, *rows, header="id,country,item,value")
    assert validation.rows["reasons"].to_list() == [[], [], ["out_of_range"], ["out_of_range"], ["unknown_question"]]
    assert validation.accepted.height == 1


def test_pandera_does_the_checking(tmp_path):
    definition = make_definition()
    typed = cast_responses(read_rows(tmp_path, GOOD).table, definition)
    typed = mark_rows(typed, definition.questionnaire, definition.quality_rules.list_named())
    typed = mark_duplicates(typed, definition)
    assert build_schema(definition).validate(typed).equals(typed)


def test_the_private_audit_keeps_every_row_and_cannot_run(tmp_path):
    definition = make_definition()
    responses = read_rows(tmp_path, GOOD, "=1+1,Narnia,1,2,3", "@x,Aland,1")
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    folder = tmp_path / "audit" / "one"
    write_private_audit(audit, validation, responses, definition, folder=folder, refusal="Because.")
    rows = pl.read_csv(folder / "quarantine.csv")
    assert rows["text"].to_list() == ["'=1+1,Narnia,1,2,3", "'@x,Aland,1"]
    assert rows["source_row"].to_list() == [3, 4]
    summary = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert summary["refusal"] == "Because."
    assert summary["reasons"] == {"ragged_row": 1, "unknown_unit": 1}
    if os.name != "nt":
        assert folder.stat().st_mode & 0o777 == 0o700


def test_importance_and_background_come_along_and_unreadable_points_are_flagged(tmp_path):
    definition = make_definition(
        **{"company: company": "company: company, importance: {first: w1, last: w2}, background: {size: Size}"}
    )
    header = "id,country,w1,w2,size,q1,q2,q3"
    rows = ["a,Aland,60,40,small,5,6,7", "b,Aland,many,-3,,4,5,6"]
    validation = validate_rows(tmp_path, *rows, header=header, definition=definition)
    columns = ["respondent_id", "importance_first", "importance_last", "background_size"]
    assert validation.accepted.select(columns).rows() == [("a", 60.0, 40.0, "small"), ("b", None, None, None)]
    assert validation.flags["reason"].to_list() == ["unclear_field"]
    assert "importance_first, importance_last" in validation.flags["sentence"][0]


def test_long_rows_of_a_respondent_agree_in_background(tmp_path):
    definition = make_definition(**{"company: company": "company: company, background: {size: size}"})
    header = "id,country,size,item,value"
    rows = ["a,Aland,small,q1,5", "a,Aland,,q2,6", "a,Aland,small,q3,7", "b,Aland,small,q1,5", "b,Aland,large,q2,5"]
    validation = validate_rows(tmp_path, *rows, header=header, definition=definition)
    assert validation.accepted["background_size"].to_list() == ["small"]
    assert {reason for reasons in validation.quarantined["reasons"] for reason in reasons} == {"conflicting_rows"}


def test_a_refusal_quotes_the_first_text_that_cannot_be_read(tmp_path):
    from bpo_index.validation.audit import summarise_audit
    from bpo_index.validation.refusals import find_examples, find_refusal

    definition = make_definition()
    validation = validate_rows(tmp_path, "a,Aland,7,seven,8", "b,Narnia,1,2,3", "c,Aland,1,2,77")
    examples = find_examples(validation.quarantined)
    refusal = find_refusal([], summarise_audit(validation, definition), definition, examples)
    assert "row 2 of survey.csv: Neither a rating nor a don't-know: q2 'seven'" in refusal
    assert "row 3 of survey.csv: 'Narnia' is not one of the 3 units" in refusal
    assert "row 4 of survey.csv: Outside the scale 0 to 10: q3 '77'" in refusal


def test_what_goes_to_logs_quotes_no_answer(tmp_path):
    from bpo_index.validation.checked import account_for_rows

    definition = make_definition()
    (tmp_path / "survey.csv").write_text("id,country,q1,q2,q3\na,Aland,7,seven,8\nc,Aland,1,2,77\n")
    responses = read_responses([tmp_path / "survey.csv"], definition)
    validation = validate_responses(responses, definition)
    with pytest.raises(DataRefused) as caught:
        account_for_rows(validation, responses, definition, tmp_path / "audit")
    assert "77" in caught.value.for_owner
    assert "seven" in caught.value.for_owner
    assert "77" not in str(caught.value)
    assert "seven" not in str(caught.value)
    assert "1 x out_of_range" in str(caught.value)
