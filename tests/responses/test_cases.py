"""Small files that were once read wrongly without a word: their right values, or the sentences that they get.

Each folder of ``cases`` stands for a kind of file; the values were computed by hand or with another program.
"""

from pathlib import Path

import pytest

from bpo_index.definition import parse_definition
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses

FOLDER = Path(__file__).parent / "cases"


def read_case(file, definition, *changes):
    """Read and validate a case; `changes` are pairs of a text of the definition and what stands in its place."""
    text = (FOLDER / definition).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    index = parse_definition(text)
    responses = read_responses([FOLDER / file], index)
    return index, responses, validate_responses(responses, index)


def score_case(file, definition, *changes):
    index, responses, validation = read_case(file, definition, *changes)
    assert responses.refusals == []
    assert validation.refusals == []
    scores = score_units(validation.accepted, index).units
    return {unit: round(score, 1) for unit, score in scores.select("unit", "score").iter_rows()}


def refuse_case(file, definition, *changes):
    _, responses, validation = read_case(file, definition, *changes)
    assert validation.accepted.height == 0
    (refusal,) = [*responses.refusals, *validation.refusals]
    return refusal


CODES = "one-question-other-codes"
SHIFTED = "scale-shifted-by-one"


def test_a_coding_one_step_off_is_refused_with_the_mapping():
    refusal = refuse_case(f"{SHIFTED}/likert04.csv", f"{SHIFTED}/s15.yaml")
    assert "Whole numbers from 0 to 4 in q1, q2, q3 and q4, where the scale runs from 1 to 5" in refusal
    assert "of 360 ratings 44 are 0 (first in row 5), and none is 5" in refusal
    assert "`scale: {labels: {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}}`" in refusal
    mapped = ('"maximum": 5}', '"maximum": 5, labels: {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}}')
    scores = score_case(f"{SHIFTED}/likert04.csv", f"{SHIFTED}/s15.yaml", mapped)
    assert scores == {"COL": 67.5, "IND": 56.5, "POL": 38.5}


def test_a_code_for_no_answer_is_named_with_question_and_share():
    refusal = refuse_case(f"{CODES}/na6.csv", f"{CODES}/s15.yaml")
    assert "q2: 15 of its 90 answers (17%) are 6, outside the scale 1 to 5 (first in row 2)" in refusal
    assert "`scale: {dont_know: [6]}`" in refusal
    known = ('"maximum": 5}', '"maximum": 5, dont_know: [6]}')
    assert score_case(f"{CODES}/na6.csv", f"{CODES}/s15.yaml", known)["IND"] == 58.3


def test_a_question_with_other_codes_is_named_with_the_key_that_maps_them():
    refusal = refuse_case(f"{CODES}/recode18.csv", f"{CODES}/s15.yaml")
    assert "q3: 90 of its 90 answers (100%) lie outside the scale 1 to 5" in refusal
    assert "11 are 18, 13 are 19, 28 are 20, 23 are 21, 15 are 22" in refusal
    labels = "labels: {18: 1, 19: 2, 20: 3, 21: 4, 22: 5}"
    assert f"`scale: {{{labels}}}` of q3" in refusal
    own = ('"text": "Q3?"', f'"text": "Q3?", scale: {{{labels}}}')
    # The ratings are those of the file one step off.
    assert score_case(f"{CODES}/recode18.csv", f"{CODES}/s15.yaml", own) == {"COL": 67.5, "IND": 56.5, "POL": 38.5}


def test_a_question_on_a_shorter_run_of_the_scale_is_said_and_may_have_its_own():
    _, _, validation = read_case(f"{CODES}/oneshort.csv", f"{CODES}/s010.yaml")
    (note,) = validation.notes
    assert note.text == "q4 uses a shorter run of the scale than the other questions on it"
    assert note.detail.startswith("its 120 ratings are whole numbers from 1 to 5, of 0 to 10")
    own = ('"text": "Q4?"', '"text": "Q4?", scale: {minimum: 1, maximum: 5}')
    _, _, validation = read_case(f"{CODES}/oneshort.csv", f"{CODES}/s010.yaml", own)
    assert validation.notes == []
    narrow = ('"text": "Q4?"', '"text": "Q4?", scale: {may_be_narrow: true}')
    _, _, validation = read_case(f"{CODES}/oneshort.csv", f"{CODES}/s010.yaml", narrow)
    assert validation.notes == []


def test_a_code_for_no_answer_may_lie_on_the_scale_of_its_question():
    known = ('"maximum": 5}', '"maximum": 5, dont_know: [6]}')
    on_scale = ('"text": "Q3?"', '"text": "Q3?", scale: {dont_know: [3]}')
    _, _, validation = read_case(f"{CODES}/recode18.csv", f"{CODES}/s15.yaml", known, on_scale)
    assert validation.refusals
    _, _, validation = read_case(
        f"{CODES}/na6.csv", f"{CODES}/s15.yaml", ('"text": "Q3?"', '"text": "Q3?", scale: {dont_know: [3, 6]}'), known
    )
    assert validation.accepted.height == 90
    assert validation.accepted["q3"].unique().sort().drop_nulls().to_list() == [1, 2, 4, 5]
    assert (validation.accepted["q2"] == 3).sum() == 16


def test_marks_of_a_multiple_choice_are_no_ratings():
    case = "multi-select-taken-as-rating"
    refusal = refuse_case(f"{case}/kobo.csv", f"{case}/kobo.yaml")
    assert "lacks 1 column that the index needs: power" in refusal
    assert "0 and 1 mark the options of a multiple choice, so no ratings: challenges/power" in refusal
    named = ('"text": "Power is reliable."', '"text": "Power is reliable.", aliases: [infra/electric]')
    scores = score_case(f"{case}/kobo.csv", f"{case}/kobo.yaml", named)
    # 70.75, 71.5, 70.25, 61.25
    assert scores == {"COL": 70.8, "IND": 71.5, "NAM": 70.2, "ALB": 61.2}


PARTS = "exact-alias-loses-to-part"


@pytest.mark.parametrize(
    ("file", "definition", "taken"),
    [
        ("blocks3.csv", "blocks.yaml", {"agents": "Q6_1", "leaders": "Q6_2"}),
        (
            "blocks_google.csv",
            "blocks_g.yaml",
            {question: f"How satisfied? [Availability of {question}]" for question in ("agents", "leaders")},
        ),
    ],
)
def test_a_whole_heading_goes_before_parts_and_that_is_said(file, definition, taken):
    index, responses, validation = read_case(f"{PARTS}/{file}", f"{PARTS}/{definition}")
    assert responses.refusals == []
    (said,) = [decision for decision in responses.decisions if "of headings that fit" in decision]
    for question, heading in taken.items():
        assert f"{question} from {heading}, and not from" in said
    scores = score_units(validation.accepted, index).units
    assert [round(score, 1) for score in scores["score"]] == [35.0, 40.8]


@pytest.mark.parametrize("file", ["kobo_amb.csv", "kobo_plain.csv"])
def test_matches_by_a_part_are_said(file):
    _, responses, _ = read_case(f"{PARTS}/{file}", f"{PARTS}/kobo_al.yaml")
    (said,) = [decision for decision in responses.decisions if "by a part" in decision]
    assert "agents from talent/agents, leaders from talent/leaders" in said
    scores = score_case(f"{PARTS}/{file}", f"{PARTS}/kobo_al.yaml")
    assert scores == {"COL": 70.8, "IND": 71.5, "NAM": 70.2, "ALB": 61.2}


def test_questions_that_were_reversed_already_are_told_from_innocent_ones():
    case = "already-reversed"
    _, _, validation = read_case(f"{case}/stored_rev.csv", f"{case}/rev.yaml")
    (note,) = validation.notes
    assert note.text == (
        "q2, q4, q6, q8, q10 and q12, which the definition reverses, run with the other questions of env as stored"
    )
    assert score_case(f"{case}/stored_rev.csv", f"{case}/norev.yaml") == {"COL": 52.0, "IND": 63.3}
    assert read_case(f"{case}/stored_rev.csv", f"{case}/norev.yaml")[2].notes == []


def test_blocks_with_the_same_answers_are_noted():
    case = "two-identical-blocks"
    _, _, validation = read_case(f"{case}/dupblock.csv", f"{case}/norev.yaml")
    (note,) = validation.notes
    assert note.text.startswith("q7, q8, q9, q10, q11 and q12 repeat q1, q2, q3, q4, q5 and q6")
