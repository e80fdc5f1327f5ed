"""Columns that a `design:` block names: read, checked row by row, and against all other answers."""

import polars as pl
import pytest

from bpo_index.definition import parse_definition
from bpo_index.errors import DataRefused
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses
from tests.surveys import SMALL

HEADER = "id,country,q1,q2,q3,firm,s,firms,staff"
ROWS = [
    *(f"a{k},Aland,{k + 1},2,3,f{k // 2},big,10,4" for k in range(6)),
    *(f"b{k},Beland,{k + 2},3,4,g{k},small,20,1" for k in range(5)),
]
ALL = "strata: s, population: {column: firms}, respondents_in_company: staff"


def read(tmp_path, design, rows=ROWS, header=HEADER):
    text = SMALL.replace("company: company", "company: firm") + f"design: {{{design}}}\n"
    definition = parse_definition(text.replace("straight_line: {minimum_answers: 3}", ""))
    path = tmp_path / "answers.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    responses = read_responses([str(path)], definition)
    return definition, responses, validate_responses(responses, definition)


def refuse(tmp_path, design, rows):
    definition, _, validation = read(tmp_path, design, rows)
    with pytest.raises(DataRefused) as refusal:
        score_units(validation.accepted, definition)
    return str(refusal.value)


def test_columns_are_read_and_whole_answers_are_scored(tmp_path):
    definition, _, validation = read(tmp_path, ALL)
    answers = score_units(validation.accepted, definition).sample.answers
    assert [unit.design.strata for unit in answers] == [("big",), ("small",)]
    assert [unit.design.population.tolist() for unit in answers] == [[10.0], [20.0]]
    assert answers[0].design.company_population.tolist() == [4.0] * 6


def test_numbers_are_read_as_weights_are(tmp_path):
    rows = [row.replace(",10,4", ',"10,0","4,0"').replace(",20,1", ',"20,0","1,0"') for row in ROWS]
    _, _, validation = read(tmp_path, ALL, rows)
    assert validation.accepted["design.population"].to_list() == [10.0] * 6 + [20.0] * 5


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("f0,big,10,4", "f0,,10,4", "The stratum, column s, is empty."),
        ("f0,big,10,4", "f0,big,few,4", "The population size 'few' in firms is not a number from 1 to 1,000,000,000."),
        ("f0,big,10,4", "f0,big,-3,4", "The population size '-3' in firms is not a number from 1 to 1,000,000,000."),
        ("f0,big,10,4", "f0,big,10,", "The population size '' in staff is not a number from 1 to 1,000,000,000."),
    ],
)
def test_a_row_that_the_design_cannot_use_is_quarantined_and_counted(tmp_path, old, new, sentence):
    _, responses, validation = read(tmp_path, ALL, [ROWS[0].replace(old, new), *ROWS[1:]])
    assert validation.quarantined["reasons"].to_list() == [["invalid_design"]]
    assert validation.quarantined["sentences"].to_list() == [[sentence]]
    assert validation.accepted.height + 1 == responses.records.height


def test_a_missing_column_is_named(tmp_path):
    _, responses, _ = read(tmp_path, ALL, [row.rpartition(",")[0] for row in ROWS], HEADER.rpartition(",")[0])
    assert "lacks 1 column that the index needs: staff" in responses.refusals[0]


def test_what_contradicts_the_design_is_refused_naming_unit_stratum_and_company(tmp_path):
    two = [ROWS[0].replace(",big,", ",small,"), *ROWS[1:]]
    assert "company f0 is in the strata big and small" in refuse(tmp_path, "strata: s, lonely_company: centre", two)
    fewer = [row.replace(",20,", ",4,") for row in ROWS]
    says = refuse(tmp_path, ALL, fewer)
    assert "unit BBB, stratum small: 5 companies answered, of a population of 4" in says
    other = [*ROWS[:-1], ROWS[-1].replace(",20,", ",30,")]
    assert "unit BBB, stratum small: the column firms has 20 and 30" in refuse(tmp_path, ALL, other)
    lonely = [*ROWS[:-1], ROWS[-1].replace(",small,", ",tiny,")]
    says = refuse(tmp_path, "strata: s", lonely)
    assert "unit BBB, stratum tiny: only one, company g4" in says
    assert "say lonely_company: average, centre, certainty" in says
    asked = [row.replace(",10,4", ",10,1") for row in ROWS]
    assert "unit AAA, stratum big, company f0: 2 answered, of 1 in the population" in refuse(tmp_path, ALL, asked)
    part = [*ROWS[:-1], ROWS[-1].replace(",20,1", ",20,7")]
    assert "1 companies with one of several respondents, such as company g4" in refuse(tmp_path, ALL, part)


def test_a_stratum_with_one_number_lies_in_one_unit(tmp_path):
    design = "strata: s, population: {by_stratum: {big: 30, small: 30}}"
    definition, _, validation = read(tmp_path, design)
    score_units(validation.accepted, definition)
    both = [row.replace("Beland", "Aland") if k == 10 else row for k, row in enumerate(ROWS)]
    says = refuse(tmp_path, f"{design}, lonely_company: centre", both)
    assert "the stratum small lies in AAA, BBB and has one number" in says
    assert "the stratum big has no number" in refuse(tmp_path, "strata: s, population: {by_stratum: {small: 9}}", ROWS)


def test_replicate_weights_are_read_in_their_order(tmp_path):
    rows = [f"{row},2,{k},1" for k, row in enumerate(ROWS)]
    text = SMALL.replace("company: company", "design_weight: w, company: firm") + (
        "design: {replicate_weights: {columns: ['r{1..2}'], type: BRR}}\n"
    )
    definition = parse_definition(text.replace("straight_line: {minimum_answers: 3}", ""))
    path = tmp_path / "answers.csv"
    path.write_text("\n".join([f"{HEADER},r2,r1,w", *rows]) + "\n", encoding="utf-8")
    validation = validate_responses(read_responses([str(path)], definition), definition)
    sample = score_units(validation.accepted, definition).sample
    assert sample.answers[0].design.supplied.weights.tolist() == [[0.0, 1, 2, 3, 4, 5], [2.0] * 6]
    assert sample.answers[0].design.supplied.degrees == 1
    assert validation.accepted["design.replicate.1"].dtype == pl.Float64


def test_a_company_in_several_units_is_refused_since_a_design_is_drawn_unit_by_unit(tmp_path):
    rows = [*ROWS, "b9,Beland,4,4,4,f0,big,20,1"]
    says = refuse(tmp_path, "strata: s, lonely_company: centre", rows)
    assert "company f0 answers in AAA and BBB, and a design is drawn in each unit by itself" in says
