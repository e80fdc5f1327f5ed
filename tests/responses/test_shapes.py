"""Surveys of any shape: the same answers in rows, in long form and in blocks of columns are the same responses."""

import csv
import io
import json
from pathlib import Path

import pandas as pd
import polars as pl
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpo_index.definition.model import parse_definition
from bpo_index.disclosure.publishable import disclose
from bpo_index.errors import DataRefused
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.checked import account_for_rows
from bpo_index.validation.typed_responses import cast_responses, put_on_common_scale
from bpo_index.validation.validate import validate_responses

UNITS = {
    "COL": ("Colombia", "Kolumbien"),
    "IND": ("India", "Indien"),
    "POL": ("Poland", "Polen"),
    "NA": ("Namibia", "5"),
}
#: Ratings of the scale 1 to 5, in two languages.
LABELS = {"very bad": 1, "bad": 2, "fair": 3, "good": 4, "very good": 5}
GERMAN = dict(zip(["sehr schlecht", "schlecht", "mittel", "gut", "sehr gut"], LABELS.values(), strict=True))
#: Question to its wording, and whether it has the scale 1 to 5.
QUESTIONS = {
    "agents": ("Agents in ${lm://Field/1} are there.", False),
    "leaders": ("Team leaders stay", False),
    "power": ("Power supply", True),
    "q_4": ("Data lines", True),
}
#: How the heading of a block's column is made of the unit's names and the question's id and wording.
HEADINGS = {
    "id_unit": lambda code, names, question, text: f"{question}_{names[0]}",
    "unit: wording": lambda code, names, question, text: f"{names[0]}: {text.replace(' in ${lm://Field/1}', ' in')}",
    "wording [unit]": lambda code, names, question, text: f"{text.replace('${lm://Field/1}', '')} [{code}]",
    "code.id": lambda code, names, question, text: f"{code}.{question}",
    "piped": lambda code, names, question, text: (
        text.replace("${lm://Field/1}", names[1]) if "$" in text else f"{text} ({names[1]})"
    ),
}


def define(units=tuple(UNITS), questions=tuple(QUESTIONS), keep=None, **columns):
    """Return a definition of some of the units and questions."""
    own = {"minimum": 1, "maximum": 5, "labels": LABELS | GERMAN}
    asked = [
        {"id": question, "text": QUESTIONS[question][0]} | ({"scale": own} if QUESTIONS[question][1] else {})
        for question in questions
    ]
    return parse_definition(
        json.dumps(
            {
                "schema_version": 1,
                "index": "shapes",
                "edition": "2024",
                "version": "1",
                "title": "Shapes",
                "provenance": {"note": "Made up."},
                "scale": {"minimum": 0, "maximum": 10, "dont_know": ["98"]},
                "units": [{"code": code, "name": UNITS[code][0], "aliases": [UNITS[code][1]]} for code in units],
                "categories": [{"id": "all", "title": "All", "questions": asked}],
                "columns": {"unit": "country", "respondent": "expert", "design_weight": "weight"} | columns,
                "source": {"keep": keep} if keep else {},
                "method": {"minimum_respondents_to_publish": 1, "minimum_respondents_to_rank": 1},
            }
        )
    )


@st.composite
def surveys(draw):
    """Return units, questions, and respondents: id, weight, wave, and unit to question to answer."""
    units = draw(st.lists(st.sampled_from(list(UNITS)), min_size=2, unique=True))
    questions = draw(st.lists(st.sampled_from(list(QUESTIONS)), min_size=1, unique=True))
    answer = {
        True: st.sampled_from([1, 2, 3, 4, 5, None, 98]),
        False: st.sampled_from([0, 3, 7, 10, None, 98]),
    }
    respondents = []
    for n in range(draw(st.integers(1, 6))):
        rated = draw(st.lists(st.sampled_from(units), min_size=1, unique=True))
        given = {unit: {question: draw(answer[QUESTIONS[question][1]]) for question in questions} for unit in rated}
        given = {unit: answers for unit, answers in given.items() if any(one is not None for one in answers.values())}
        if given:
            respondents.append((f"E{n:02}", draw(st.sampled_from([1, 0.5, 2])), draw(st.sampled_from([1, 2])), given))
    return units, questions, respondents


def write_answer(question, value, language):
    """Return an answer as a file has it: a number, or where the question has labels one of these."""
    if value is None:
        return ""
    if value == 98 or language is None or not QUESTIONS[question][1]:
        return str(value)
    return {rating: label for label, rating in language.items()}[value]


def tabulate(form, units, questions, respondents, language, spelling):
    """Return the rows of a file in one form, the headings first."""

    def write(answers, question):
        return write_answer(question, answers[question], language)

    first = ["expert", "weight", "wave"]
    if form == "rows":
        rows = [
            [who, weight, wave, (code, *UNITS[code])[spelling], *(write(answers, question) for question in questions)]
            for who, weight, wave, said in respondents
            for code, answers in said.items()
        ]
        return [[*first, "country", *questions], *rows]
    if form == "long":
        rows = [
            [who, weight, wave, (code, *UNITS[code])[spelling], question, write(answers, question)]
            for who, weight, wave, said in respondents
            for code, answers in said.items()
            for question in questions
        ]
        return [[*first, "country", "question", "rating"], *rows]
    make = HEADINGS[form]
    headings = [make(code, UNITS[code], question, QUESTIONS[question][0]) for code in units for question in questions]
    rows = [
        [who, weight, wave]
        + [write(said[code], question) if code in said else "" for code in units for question in questions]
        for who, weight, wave, said in respondents
    ]
    return [[*first, *headings], *rows]


def write_csv_file(folder, rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / "survey.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def write_parquet_file(folder, rows):
    path = folder / "survey.parquet"
    columns = {name: [str(row[n]) or None for row in rows[1:]] for n, name in enumerate(rows[0])}
    pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).write_parquet(path)
    return path


def read_answers(path, definition):
    """Return what a file says, one row a respondent and unit, and how many rows were left out."""
    responses = read_responses([path], definition)
    assert responses.refusals == []
    typed = put_on_common_scale(cast_responses(responses.table, definition), definition)
    assert responses.records["reason"].null_count() == responses.records.height
    columns = ["respondent_id", "unit", "design_weight", *definition.question_ids, "dont_know"]
    return typed.select(columns).sort("respondent_id", "unit"), responses.not_kept


def expect_answers(questions, respondents):
    """Return the same from the answers themselves, as tuples."""
    rows = []
    for who, weight, wave, said in respondents:
        for code, answers in said.items() if wave == 2 else ():
            ratings = [
                None if value in (None, 98) else (value - 1) * 2.5 if QUESTIONS[question][1] else float(value)
                for question, value in answers.items()
            ]
            rows.append((who, code, float(weight), *ratings, [q for q in questions if answers[q] == 98]))
    return sorted(rows, key=lambda row: row[:2])


@settings(deadline=None, max_examples=30)
@given(surveys(), st.sampled_from([None, LABELS, GERMAN]), st.integers(0, 2))
def test_every_form_of_a_survey_says_the_same(tmp_path_factory, survey, language, spelling):
    units, questions, respondents = survey
    expected = expect_answers(questions, respondents)
    if not expected:
        return
    folder = tmp_path_factory.mktemp("shapes")
    for form in ("rows", "long", *HEADINGS):
        columns = {"question": "question", "rating": "rating"} if form == "long" else {}
        definition = define(units, questions, {"wave": 2}, **columns)
        rows = tabulate(form, units, questions, respondents, language, spelling)
        for path in (write_csv_file(folder, rows), write_parquet_file(folder, rows)):
            answers, not_kept = read_answers(path, definition)
            assert answers.rows() == expected, (form, path.name)
            assert not_kept + sum(row[2] == 2 for row in rows[1:]) == len(rows) - 1


CASES = Path(__file__).parent / "cases" / "several-units-per-respondent"


@pytest.mark.parametrize(
    ("file", "definition"),
    [("multi_rows.csv", "multi.yaml"), ("multi_long.csv", "multi_long.yaml"), ("multi_wide.csv", "multi.yaml")],
)
def test_experts_who_rate_several_countries(tmp_path, file, definition):
    definition = parse_definition((CASES / definition).read_text(encoding="utf-8"))
    responses = read_responses([CASES / file], definition)
    validation = validate_responses(responses, definition)
    assert (validation.accepted.height, validation.quarantined.height) == (28, 0)
    checked = account_for_rows(validation, responses, definition, tmp_path / "audit")
    assert checked.audit.respondents_accepted == 12
    assert checked.audit.respondents_by_unit == {"COL": 10, "IND": 10, "POL": 8}
    scores = score_units(validation.accepted, definition)
    assert scores.units["score"].round(1).to_list() == [79.5, 57.2, 38.1]
    robustness = assess_robustness(validation.accepted, scores, definition, replicates=20)
    assert robustness.rates_several
    numbers = ["p_first", "p_top3", "rank_set_low", "rank_set_high"]
    assert robustness.units.select(pl.col(numbers).null_count()).row(0) == (0,) * len(numbers)
    tables = disclose(checked, scores, robustness, definition)
    assert any("answer for several units" in note for note in tables.notes)


def read_text(tmp_path, text, definition):
    path = tmp_path / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return read_responses([path], definition)


def test_an_empty_block_is_no_row_and_a_row_without_any_is_put_aside(tmp_path):
    header = "expert,weight,power_India,power_Poland"
    responses = read_text(tmp_path, f"{header}\na,1,3,\nb,1,,\nc,1,x,5\nd,1,1\n", define(questions=["power"]))
    rows = responses.records.select("source_row", "reason").rows()
    assert rows == [(2, None), (3, "no_unit_rated"), (4, None), (4, None), (5, "ragged_row")]
    validation = validate_responses(responses, define(questions=["power"]))
    assert validation.accepted.select("respondent_id", "unit").rows() == [("a", "IND"), ("c", "POL")]
    assert validation.rows.height == validation.accepted.height + validation.quarantined.height


def test_the_blocks_of_a_row_without_an_id_are_one_respondents(tmp_path):
    header, definition = "weight,power_India,power_Poland", define(questions=["power"])
    rows = ["1,3,4", "1,3,", "1,,4", "1,3,4"]
    responses = read_text(tmp_path, "\n".join([header, *rows]), definition)
    assert responses.table["respondent_id"].n_unique() == 4
    assert responses.table.group_by("respondent_id").len()["len"].sort().to_list() == [1, 1, 2, 2]
    again = read_text(tmp_path, "\n".join([header, *reversed(rows)]), definition)
    assert set(again.table["respondent_id"]) == set(responses.table["respondent_id"])
    assert again.sum_rows(b"key") == responses.sum_rows(b"key")
    # Which answers are one respondent's is part of what a file says.
    apart = read_text(tmp_path, "\n".join([header, "1,3,", "1,,4", "1,3,", "1,,4", *rows[:1]]), definition)
    assert apart.sum_rows(b"key") != responses.sum_rows(b"key")


def test_loops_are_read_by_the_number_or_by_the_wording(tmp_path):
    definition = define(questions=["agents", "power"])
    names = "ResponseId,weight,1_agents,1_power,5_agents,5_power"
    wordings = "Response ID,weight,Think of India. Agents?,Power in India,Think of Poland. Agents?,Power in Poland"
    rows = "a,1,7,5,,\nb,1,,,3,2"
    responses = read_text(tmp_path, f"{names}\n{wordings}\n{rows}", with_header_rows(definition, 2))
    assert responses.refusals == []
    # 5 is an alias of Namibia, which goes before the wording.
    assert responses.table.select("unit", "agents", "power").rows() == [("IND", "7", "5"), ("NA", "3", "2")]
    responses = read_text(
        tmp_path,
        f"{names.replace('5_', '2_')}\n{wordings}\n{rows}",
        with_header_rows(definition, 2),
    )
    assert responses.table.select("unit", "agents", "power").rows() == [("IND", "7", "5"), ("POL", "3", "2")]


@pytest.mark.parametrize(
    "questions",
    [("Agents", "Power"), ("Agents", "Power", "Q5_1", "Q5_2")],
    ids=["by the wording of the grid", "by the names of columns"],
)
def test_loop_and_merge_of_qualtrics(tmp_path, questions):
    names = ["ResponseId", "StartDate", "EndDate", "Progress"]
    loops = [(loop, n) for loop in (1, 2) for n in (1, 2)]
    stem = {1: "How confident are you about India?", 2: "How confident are you about Poland?"}
    ids = ["_recordId", "startDate", "endDate", "progress", *(f"{loop}_QID5_{n}" for loop, n in loops)]
    rows = [
        [*names, *(f"{loop}_Q5_{n}" for loop, n in loops)],
        [*names, *(f"{stem[loop]} - {questions[n - 1]}" for loop, n in loops)],
        [json.dumps({"ImportId": one}) for one in ids],
        ["R_a", "2024-01-02 10:00:00", "2024-01-02 10:10:00", "100", "8", "5", "", ""],
        ["R_b", "2024-01-02 10:00:00", "2024-01-02 10:10:00", "100", "6", "4", "7", "3"],
    ]
    definition = define(questions=["agents", "power"], design_weight=None)
    raw = definition.model_dump(mode="json")
    for n, question in enumerate(raw["categories"][0]["questions"]):
        question |= {"text": questions[n], "aliases": list(questions[n + 2 : n + 3])}
    responses = read_responses([write_csv_file(tmp_path, rows)], parse_definition(json.dumps(raw)))
    assert responses.refusals == []
    answers = responses.table.select("respondent_id", "unit", "agents", "power", "finished").rows()
    finished = "true"
    assert answers == [
        ("R_a", "IND", "8", "5", finished),
        ("R_b", "IND", "6", "4", finished),
        ("R_b", "POL", "7", "3", finished),
    ]


def with_header_rows(definition, count):
    return definition.model_copy(update={"source": definition.source.model_copy(update={"header_rows": count})})


def test_a_block_that_lacks_a_question_is_refused_by_name(tmp_path):
    header = "expert,weight,agents_India,power_India,agents_Poland"
    refusal = read_text(tmp_path, f"{header}\na,1,3,4,5", define(questions=["agents", "power"])).refusals[0]
    assert "lacks 1 column that the index needs: power (Poland)" in refusal


def test_a_respondents_rows_on_other_units_are_not_compared(tmp_path):
    rules = {"near_identical": {"action": "quarantine", "minimum_share": 0.9, "minimum_answers": 2}}
    definition = define(questions=["agents", "leaders"])
    definition = parse_definition(json.dumps(definition.model_dump(mode="json") | {"quality_rules": rules}))
    text = "expert,weight,country,agents,leaders\na,1,India,3,7\na,1,Poland,3,7\n"
    assert validate_responses(read_text(tmp_path, text, definition), definition).accepted.height == 2
    validation = validate_responses(read_text(tmp_path, f"{text}b,1,India,3,7\n", definition), definition)
    assert validation.accepted.height == 0


def test_rows_of_other_waves_are_counted_apart(tmp_path):
    text = "expert,weight,country,power,wave,Consent\na,1,India,3,2, YES\nb,1,Poland,77,1,yes\nc,1,India,4,2.0,no\n"
    definition = define(questions=["power"], keep={"Wave": "2", "consent": ["yes", "ja"]})
    responses = read_text(tmp_path, text, definition)
    assert responses.table["respondent_id"].to_list() == ["a"]
    assert (responses.records.height, responses.not_kept) == (1, 2)
    said = "\n".join(responses.decisions)
    assert "`source.keep` leaves out 1 of 3 rows by Wave: '1' 1." in said
    assert "no row has the consent 'ja' that `source.keep` names." in said
    assert "not used" not in said
    checked = account_for_rows(validate_responses(responses, definition), responses, definition, tmp_path / "audit")
    assert (checked.audit.rows_read, checked.audit.rows_not_kept) == (1, 2)
    assert json.loads((tmp_path / "audit" / "audit.json").read_text())["rows_not_kept"] == 2


@pytest.mark.parametrize(
    ("keep", "says"),
    [
        ({"round": 2}, "it has no column round, by which `source.keep` of the definition chooses rows. It has: expert"),
        ({"wave": 3}, "leaves out all 2 rows. survey.csv: `source.keep` leaves out 2 of 2 rows by wave: '1' 1, '2' 1."),
    ],
)
def test_a_choice_of_rows_that_fits_nothing_is_refused(tmp_path, keep, says):
    text = "expert,weight,country,power,wave\na,1,India,3,2\nb,1,Poland,4,1\n"
    definition = define(questions=["power"], keep=keep)
    responses = read_text(tmp_path, text, definition)
    assert says in responses.refusals[0]
    with pytest.raises(DataRefused):
        account_for_rows(validate_responses(responses, definition), responses, definition, tmp_path / "audit")


def test_rows_are_chosen_by_the_labels_of_codes(tmp_path):
    frame = pd.DataFrame(
        {"expert": ["a", "b"], "weight": 1.0, "country": "India", "power": [3.0, 4.0], "event": [1, 2]}
    )
    path = tmp_path / "survey.sav"
    labels = {"event": {1: "First wave", 2: "Second wave"}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    for value in ("second wave", 2):
        responses = read_responses([path], define(questions=["power"], keep={"event": value}))
        assert (responses.table["respondent_id"].to_list(), responses.not_kept) == (["b"], 1)


def test_a_definition_without_a_choice_of_rows_is_what_it_was():
    assert '"keep"' not in define().to_canonical_json()
    assert '"keep":{"wave":["2"]}' in define(keep={"wave": 2}).to_canonical_json()
