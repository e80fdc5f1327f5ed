"""Files on another scale are refused with that reason; questions that run against their category are named."""

import json

import polars as pl
import pytest

from bpo_index.cli.main import main
from bpo_index.definition.blocks import Scale
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.direction import find_turned_questions
from bpo_index.validation.other_scale import find_other_scales
from bpo_index.validation.validate import validate_responses
from tests.surveys import make_definition, read_rows, read_sample, validate_rows, write_csv

TEN = Scale(minimum=0, maximum=10)


def make_typed(values, file="x.csv"):
    values = pl.Series([float(value) for value in values], dtype=pl.Float64)
    return pl.DataFrame({"source_file": pl.Series([file] * len(values), dtype=pl.String), "q": values})


@pytest.mark.parametrize(
    ("values", "scale", "expected"),
    [
        ([1, 2, 3, 4, 5] * 10, TEN, "all of 50 ratings are whole numbers from 1 to 5"),
        ([1, 2, 3, 4, 5] * 9, TEN, None),
        ([1, 2, 3, 4, 5] * 9 + [1, 2, 3, 4, 4.5], TEN, None),
        ([1, 2, 3, 4, 5] * 9 + [1, 2, 3, 4, 8], TEN, None),
        ([1, 2, 3, 4, 5] * 10 + [55], TEN, "all on the scale, 50 of 51 ratings are whole numbers from 1 to 5"),
        ([0.1, 0.9] * 25, TEN, "all of 50 ratings lie between 0 and 1"),
        ([0.1, 0.9] * 24, TEN, None),
        ([2, 3, 4, 5] * 20, TEN, None),
        ([1, 2, 3, 4, 5, 6, 7] * 29, TEN, "from 1 to 7"),
        ([1, 2, 3, 4, 5, 6, 7] * 28, TEN, None),
        ([1, 2, 3, 4, 5] * 20, Scale(minimum=1, maximum=5), None),
        ([1, 2, 3, 4, 5] * 20, Scale(minimum=0, maximum=10, may_be_narrow=True), None),
        ([0, 20, 60, 80, 100] * 2, TEN, "8 of its 10 ratings lie outside; all are from 0 to 100"),
        ([0, 1, 2, 3, 4, 50, 60, 70, 80, 90], TEN, "5 of its 10 ratings lie outside"),
        ([0, 1, 2, 3, 4, 5, 60, 70, 80, 90], TEN, None),
        ([20, 60, 80] * 3, TEN, None),
        ([8, 9, 10] * 3 + [0], Scale(minimum=1, maximum=5), "from 0 to 10"),
        ([], TEN, None),
    ],
)
def test_what_counts_as_another_scale(values, scale, expected):
    found = find_other_scales(make_typed(values), scale, ["q"])
    assert (expected in found["x.csv"]) if expected else found == {}


@pytest.mark.parametrize(("highest", "rows"), [(5, 10), (7, 30)])
def test_ratings_of_few_people_prove_no_scale(highest, rows):
    people = pl.DataFrame({"source_file": ["x.csv"] * rows}).with_row_index("n")
    answers = [(1.0 + (pl.col("n").cast(pl.Float64) + m) % highest).alias(f"q{m}") for m in range(25)]
    typed = people.select("source_file", *answers)
    questions = [f"q{m}" for m in range(25)]
    assert f"from 1 to {highest}" in find_other_scales(typed, TEN, questions)["x.csv"]
    assert find_other_scales(typed.head(rows - 1), TEN, questions) == {}
    # Rows with nothing on the scale are no more people; files of a few people each are looked at together.
    outside = typed.head(3).with_columns(pl.col(questions) * 0 + 55)
    assert find_other_scales(pl.concat([typed.head(rows - 1), outside]), TEN, questions) == {}
    parts = pl.concat([typed.head(rows - 1), typed.tail(1).with_columns(source_file=pl.lit("y.csv"))])
    found = find_other_scales(parts, TEN, questions)
    assert sorted(found) == ["x.csv", "y.csv"]
    (sentence,) = set(found.values())
    assert sentence.startswith("The 2 files together seem to be on another scale")


def test_each_file_is_judged_by_itself():
    both = pl.concat([make_typed([1, 2, 3, 4, 5] * 10, "b.csv"), make_typed(range(11), "a.csv")])
    assert list(find_other_scales(both, TEN, ["q"])) == ["b.csv"]


def test_a_file_on_another_scale_quarantines_every_row(tmp_path):
    rows = [f"{n},Aland,{1 + n % 5},{1 + (n + 1) % 5},{1 + (n + 2) % 5}" for n in range(20)]
    definition = make_definition()
    responses = read_rows(tmp_path, *rows, "x,Aland,1")
    validation = validate_responses(responses, definition)
    audit = summarise_audit(validation, definition)
    assert (audit.rows_read, audit.rows_accepted) == (21, 0)
    assert audit.reasons == {"other_scale": 20, "ragged_row": 1}
    assert len(validation.refusals) == 1
    assert "Nothing was rescaled" in validation.refusals[0]


def test_the_command_refuses_with_that_reason(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [f"{n},Aland,{1 + n % 5},{1 + (n + 1) % 5},{1 + (n + 2) % 5}" for n in range(20)]
    write_csv(tmp_path, *rows)
    (tmp_path / "definition.yaml").write_text(json.dumps(make_definition().model_dump(mode="json")))
    for command in ("check", "run"):
        assert main([command, "survey.csv", "--definition", "definition.yaml"]) == 1
        assert "seems to be on another scale than the definition's 0 to 10" in capsys.readouterr().err
    assert not (tmp_path / "releases").exists()


def test_codes_that_are_listed_leave_no_other_number_a_rating(tmp_path):
    definition = make_definition(**{"labels: {top: 10}": "labels: {top: 10, '1': 0, '2': 5, '3': 10}"})
    validation = validate_rows(tmp_path, "a,Aland,1,2.0,3", "b,Aland,4,2,3", "c,Aland,top,2,dk", definition=definition)
    assert validation.accepted.select("respondent_id", "q1", "q2", "q3").rows() == [
        ("a", 0.0, 5.0, 10.0),
        ("c", 10.0, 5.0, None),
    ]
    assert validation.quarantined["reasons"].to_list() == [["not_a_rating"]]


@pytest.mark.parametrize(
    ("answer", "rating"),
    [
        ("10 - top", 10.0),
        ("10: TOP", 10.0),
        ("Top (10)", 10.0),
        ("10 (top)", 10.0),
        ("0 - top", None),
        ("10 - other", None),
    ],
)
def test_a_number_beside_a_label_must_say_the_same(tmp_path, answer, rating):
    validation = validate_rows(tmp_path, f"a,Aland,{answer},2,3")
    assert validation.accepted["q1"].to_list() == ([rating] if rating is not None else [])


def test_skipped_not_asked_and_dont_know_are_counted_apart(tmp_path):
    scale = "scale: {minimum: 0, maximum: 10, dont_know: [98, dk], skipped: [-99], not_asked: [N/A], labels: {top: 10}}"
    definition = make_definition(**{"scale: {minimum: 0, maximum: 10, dont_know: [98, dk], labels: {top: 10}}": scale})
    rows = ["a,Aland,1,dk,-99", "b,Aland,1,2,N/A", "c,Aland,5,-99.0,n/a", "d,Aland,1,N/A,N/A"]
    validation = validate_rows(tmp_path, *rows, definition=definition)
    # a has one rating of three, which is not enough; c one of the two that were asked; d the only one.
    assert validation.quarantined["respondent_id"].to_list() == ["a"]
    audit = summarise_audit(validation, definition)
    assert (audit.ratings, audit.dont_know, audit.skipped, audit.not_asked) == (4, 0, 1, 4)
    empty = make_definition(**{"maximum: 10,": "maximum: 10, empty: not_asked,"})
    audit = summarise_audit(validate_rows(tmp_path, "a,Aland,1,2,", definition=empty), empty)
    assert (audit.skipped, audit.not_asked) == (0, 1)


def test_a_question_asked_the_other_way_round_is_named():
    definition, accepted = read_sample()
    assert find_turned_questions(accepted, definition) == []
    turned = accepted.with_columns(eco_fiscal=10 - pl.col("eco_fiscal"))
    (note,) = find_turned_questions(turned, definition)
    assert note.text == "eco_fiscal runs against the other questions of economic-stability"
    assert note.detail.startswith("the correlation is −0.")
    few = turned.head(29)
    assert find_turned_questions(few, definition) == []


def test_the_correlation_is_pearsons_with_the_mean_of_the_others():
    import numpy as np

    definition = make_definition()
    rng = np.random.default_rng(0)
    first = rng.integers(0, 11, 40).astype(float)
    second = np.clip(10 - first + rng.integers(-1, 2, 40), 0, 10).astype(float)
    accepted = pl.DataFrame({"unit": ["AAA"] * 40, "q1": first, "q2": second, "q3": first})
    r = np.corrcoef(first, second)[0, 1]
    notes = find_turned_questions(accepted, definition)
    assert len(notes) == 2
    assert all(f"the correlation is −{-r:.2f} over 40 respondents" in note.detail for note in notes)
    alone = pl.DataFrame({"unit": ["BBB"], "q1": [0.0], "q2": [0.0], "q3": [0.0]})
    assert find_turned_questions(pl.concat([accepted, alone]), definition) == notes


def test_a_question_that_does_not_vary_runs_against_nothing():
    accepted = pl.DataFrame({"unit": ["AAA"] * 40, "q1": [0.1] * 40, "q2": [0.7] * 40, "q3": [0.3] * 40})
    assert find_turned_questions(accepted, make_definition()) == []
    assert find_turned_questions(accepted.clear(), make_definition()) == []


def make_people(n=80, questions=6, seed=0):
    import numpy as np

    rng = np.random.default_rng(seed)
    person = rng.normal(size=(n, 1))
    return np.clip(np.rint(3 + person + 0.8 * rng.normal(size=(n, questions))), 1, 5)


def note_turned(ratings, reverse=()):
    questions = ", ".join(
        f"{{id: q{n}, text: Q{n}, reverse: {str(n in reverse).lower()}}}" for n in range(1, ratings.shape[1] + 1)
    )
    definition = make_definition(
        **{
            "minimum: 0, maximum: 10": "minimum: 1, maximum: 5",
            "labels: {top: 10}": "labels: {top: 5}",
            "[{id: q1, text: One}, {id: q2, text: Two, aliases: [second]}]": f"[{questions}]",
            "{id: q3, text: Three, reverse: true}": "{id: other, text: Other}",
        }
    )
    frame = pl.DataFrame(ratings, schema=[f"q{n}" for n in range(1, ratings.shape[1] + 1)], orient="row")
    return find_turned_questions(frame.with_columns(unit=pl.lit("AAA")), definition)


def test_one_turned_question_is_named_and_no_innocent_one():
    ratings = make_people()
    ratings[:, 2] = 6 - ratings[:, 2]
    (note,) = note_turned(ratings)
    assert note.text == "q3 runs against the other questions of first"
    assert note_turned(ratings, reverse=[3]) == []


@pytest.mark.parametrize("reverse", [[2, 4, 6], [1, 2, 4, 6], [5]])
def test_questions_that_the_file_has_reversed_already(reverse):
    (note,) = note_turned(make_people(), reverse)
    named = [f"q{n}" for n in reverse]
    assert all(name in note.text for name in named)
    assert "as stored" in note.text
    assert "set reverse: false" in note.detail
    assert not any(f"q{n} " in note.text or f"q{n}," in note.text for n in range(1, 7) if n not in reverse)


def test_two_halves_of_which_either_may_be_turned():
    ratings = make_people()
    ratings[:, 1::2] = 6 - ratings[:, 1::2]
    (note,) = note_turned(ratings)
    assert note.text == "q1, q3 and q5 run against q2, q4 and q6 in first"
    assert note_turned(ratings, reverse=[2, 4, 6]) == []


def test_reversed_ones_and_others_that_are_wrong_get_advice_of_their_own():
    ratings = make_people(questions=9)
    ratings[:, 8] = 6 - ratings[:, 8]
    turned, stored = note_turned(ratings, reverse=[2])
    assert turned.text == "q9 runs against the other questions of first"
    assert "reverse: true" in turned.detail
    assert stored.text == "q2, which the definition reverses, runs with the other questions of first as stored"


def test_answers_without_a_common_direction_get_no_note():
    import numpy as np

    ratings = np.random.default_rng(1).integers(1, 6, (200, 6)).astype(float)
    assert note_turned(ratings) == []
    assert note_turned(ratings, reverse=[2, 4]) == []
