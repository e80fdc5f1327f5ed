"""Questions on scales of their own count from end to end, in scores, errors and outcomes."""

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import parse_definition
from bpo_index.errors import DefinitionError
from bpo_index.responses import read_responses
from bpo_index.responses.template import list_codebook
from bpo_index.robustness.sampling.response_outcomes import tabulate_outcomes
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.table_schema import describe_responses
from bpo_index.validation.validate import validate_responses

TEXT = """
schema_version: 1
index: mixed
edition: one
version: 1
title: Mixed scales
provenance: {note: Made for tests.}
scale: {minimum: 0, maximum: 10, dont_know: [98]}
units: [{code: AAA, name: Aland}, {code: BBB, name: Beland}]
categories:
  - id: first
    title: First
    questions: [{id: q1, text: One}, {id: q2, text: Two, scale: {minimum: 1, maximum: 5, dont_know: [9]}}]
  - id: last
    title: Last
    scale: {minimum: 1, maximum: 7}
    questions:
      - {id: q3, text: Three, reverse: true}
      - {id: q4, text: Four, scale: {labels: {18: 1, 19: 3, 20: 5, 21: 7}}}
      - {id: q5, text: Five, scale: {dont_know: [4]}}
columns: {unit: country}
method: {minimum_respondents_to_publish: 1, minimum_respondents_to_rank: 1}
"""
SCALES = {"q1": (0, 10), "q2": (1, 5), "q3": (1, 7), "q4": (1, 7), "q5": (1, 7)}
CODES = {18: 1, 19: 3, 20: 5, 21: 7}


def draw_rows(seed=0, n=60):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "country": ["Aland", "Beland"] * (n // 2),
            "q1": rng.integers(0, 11, n),
            "q2": rng.integers(1, 6, n),
            "q3": rng.integers(1, 8, n),
            "q4": rng.integers(18, 22, n),
            "q5": rng.choice([1, 2, 3, 5, 6, 7], n),
        }
    )


def read(folder, rows, text=TEXT):
    path = folder / "survey.csv"
    rows.write_csv(path)
    definition = parse_definition(text)
    responses = read_responses([path], definition)
    assert responses.refusals == []
    return definition, validate_responses(responses, definition)


def list_shares(rows):
    """Return rows x questions: the share of its own scale that each rating is, the reversed one turned."""
    columns = []
    for question, (low, high) in SCALES.items():
        given = rows[question].to_numpy().astype(float)
        given = np.array([CODES[int(code)] for code in given], dtype=float) if question == "q4" else given
        share = (given - low) / (high - low)
        columns.append(1 - share if question == "q3" else share)
    return np.stack(columns, axis=1)


def test_each_question_is_normalised_from_its_own_ends(tmp_path):
    rows = draw_rows()
    definition, validation = read(tmp_path, rows)
    scores = score_units(validation.accepted, definition)
    shares = list_shares(rows)
    for unit, name in (("AAA", "Aland"), ("BBB", "Beland")):
        mean = shares[(rows["country"] == name).to_numpy()].mean(axis=0)
        expected = 100 * np.mean([mean[:2].mean(), mean[2:].mean()])
        (found,) = scores.units.filter(pl.col("unit") == unit)["score"]
        assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("outcome", "balance"), [("top_two_box", False), ("net_balance", True)])
def test_boxes_are_points_of_each_scale(tmp_path, outcome, balance):
    rows = draw_rows(1)
    definition, validation = read(tmp_path, rows, f"{TEXT.rstrip()[:-1]}, outcome: {outcome}}}\n")
    scores = score_units(validation.accepted, definition)
    widths = np.array([high - low for low, high in SCALES.values()], dtype=float)
    points = list_shares(rows) * widths
    coded = (points >= widths - 1 - 1e-9) - (balance * (points <= 1 + 1e-9)).astype(float)
    mean = coded[(rows["country"] == "Aland").to_numpy()].mean(axis=0)
    share = np.mean([mean[:2].mean(), mean[2:].mean()])
    (found,) = scores.units.filter(pl.col("unit") == "AAA")["score"]
    assert found == pytest.approx(50 * (share + 1) if balance else 100 * share, abs=1e-9)


def test_tables_of_outcomes_count_points_of_each_scale(tmp_path):
    rows = draw_rows(2)
    definition, validation = read(tmp_path, rows)
    scores = score_units(validation.accepted, definition)
    table = tabulate_outcomes(validation.accepted, scores, definition)
    widths = np.array([high - low for low, high in SCALES.values()], dtype=float)
    coded = list_shares(rows) * widths >= widths - 1 - 1e-9
    mean = coded[(rows["country"] == "Aland").to_numpy()].mean(axis=0)
    (found,) = table.filter((pl.col("unit") == "AAA") & pl.col("category").is_null())["top_two_box"]
    assert found == pytest.approx(100 * np.mean([mean[:2].mean(), mean[2:].mean()]), abs=0.01)


def test_the_same_answers_on_one_scale_give_the_same_scores(tmp_path):
    rows = draw_rows(3)
    definition, validation = read(tmp_path, rows)
    common = rows.with_columns(
        (pl.col("q2") - 1) * 10 / 4, *((pl.col(q) - 1) * 10 / 6 for q in ("q3", "q5")), q4=(pl.col("q4") - 18) * 10 / 3
    )
    plain = TEXT.replace(", scale: {minimum: 1, maximum: 5, dont_know: [9]}", "").replace(
        "    scale: {minimum: 1, maximum: 7}\n", ""
    )
    plain = plain.replace(", scale: {labels: {18: 1, 19: 3, 20: 5, 21: 7}}", "").replace(
        ", scale: {dont_know: [4]}", ""
    )
    again, validated = read(tmp_path, common, plain)
    first, second = (
        score_units(one.accepted, two).units["score"] for one, two in ((validation, definition), (validated, again))
    )
    assert first.to_list() == pytest.approx(second.to_list(), abs=1e-9)


def test_codes_of_a_question_hold_for_it_alone(tmp_path):
    rows = draw_rows(4).with_columns(q5=pl.when(pl.int_range(60) < 5).then(4).otherwise("q5"))
    rows = rows.with_columns(q2=pl.when(pl.int_range(60) == 59).then(9).otherwise("q2"))
    _, validation = read(tmp_path, rows)
    assert validation.accepted.height == 60
    assert validation.accepted["q5"].null_count() == 5
    assert validation.accepted["dont_know"].explode().drop_nulls().to_list().count("q2") == 1


def test_ratings_outside_a_scale_of_its_own_are_quoted_with_it(tmp_path):
    rows = draw_rows(5).with_columns(q2=pl.when(pl.int_range(60) == 0).then(7).otherwise("q2"))
    _, validation = read(tmp_path, rows)
    assert validation.quarantined["sentences"].to_list() == [["Outside the scale: q2 '7' (scale 1 to 5)."]]


def test_few_points_of_a_scale_leave_little_room():
    structure = IndexStructure.from_definition(parse_definition(TEXT))
    # q4 has four answers.
    assert structure.rating_steps == 3


def test_codebook_and_table_schema_say_the_scale_of_each_question():
    definition = parse_definition(TEXT)
    codebook = {row["column"]: row["answers"] for row in list_codebook(definition).iter_rows(named=True)}
    assert "1" in codebook["q2"]
    assert "5" in codebook["q2"]
    assert codebook["q1"] != codebook["q2"] != codebook["q3"]
    fields = {field["name"]: field for field in describe_responses(definition)["fields"]}
    assert (fields["q2"]["constraints"]["minimum"], fields["q2"]["constraints"]["maximum"]) == (1, 5)
    assert fields["q5"]["missingValues"] == ["", "4"]
    assert "missingValues" not in fields["q1"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{minimum: 1, maximum: 7}", "{minimum: 7, maximum: 1}", "scale.maximum"),
        ("{minimum: 1, maximum: 7}", "{minimum: 11}", "must be above 11; found 10"),
        ("{minimum: 1, maximum: 7}", "{minimum: 0, maximum: 100}", "98 is `dont_know` outside and also a rating"),
        ("{dont_know: [4]}", "{dont_know: [4], skipped: [4]}", "4 is also a don't-know answer"),
        ("21: 7}", "21: 8}", "stands for 8, outside 1 to 7"),
        ("{dont_know: [4]}", "{dontknow: [4]}", "dontknow"),
    ],
)
def test_scales_that_contradict_themselves_or_the_one_outside(old, new, says):
    assert old in TEXT
    with pytest.raises(DefinitionError) as caught:
        parse_definition(TEXT.replace(old, new))
    assert any(says in problem for problem in caught.value.problems)


def test_a_scale_that_is_not_given_changes_no_definition():
    plain = parse_definition(TEXT.replace("scale: {dont_know: [4]}", "scale: null"))
    raw = plain.model_dump(mode="json")
    assert "scale" not in raw["categories"][0]
    assert raw["categories"][1]["scale"] == {"minimum": 1.0, "maximum": 7.0}
    assert "scale" not in raw["categories"][1]["questions"][2]


def test_boxes_that_overlap_on_the_narrowest_scale_are_refused():
    text = TEXT.replace("{minimum: 1, maximum: 5, dont_know: [9]}", "{minimum: 1, maximum: 3}")
    parse_definition(text)
    with pytest.raises(DefinitionError, match="2 points at each end of 1 to 3 overlap"):
        parse_definition(f"{text.rstrip()[:-1]}, outcome: top_two_box}}\n")
