"""Codes outside the scale of a question are told from slips."""

import pytest

from bpo_index.definition.blocks import Scale
from bpo_index.validation.other_codes import find_step
from tests.surveys import make_definition, validate_rows

FIVE = {"minimum: 0, maximum: 10": "minimum: 1, maximum: 5", "labels: {top: 10}": "labels: {top: 5}"}


def count(*values):
    return {float(value): (values.count(value), 1) for value in sorted(set(values))}


@pytest.mark.parametrize(
    ("values", "scale", "step"),
    [
        ([0, 1, 2, 3, 4] * 5, (1, 5), 1),
        ([2, 3, 4, 5, 6] * 5, (1, 5), -1),
        ([0, 1, 2, 3] * 5, (1, 5), 1),
        ([3, 4, 5, 6, 7] * 5, (1, 5), -2),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] * 3, (0, 10), -1),
        ([0, 1, 2, 3, 4, 5] * 5, (1, 5), None),
        ([1, 2, 3, 4, 5] * 5, (1, 5), None),
        ([0, 1, 2, 3.5, 4] * 5, (1, 5), None),
        ([0, 1, 2, 3, 4] * 3, (1, 5), None),
        ([0] + [1, 2, 3, 4] * 5, (1, 5), None),
        ([1, 2, 3, 4, 9] * 5, (1, 5), None),
        ([-1] + [-1, 5, 6, 7, 8, 9] * 5, (0, 10), None),
        ([18, 19, 20, 21, 22] * 5, (1, 5), None),
    ],
)
def test_what_is_a_run_steps_off_the_scale(values, scale, step):
    assert find_step(count(*values), Scale(minimum=scale[0], maximum=scale[1])) == step


def refuse(folder, rows, **replaced):
    validation = validate_rows(folder, *rows, definition=make_definition(**(FIVE | replaced)))
    assert validation.accepted.height + validation.quarantined.height == len(rows)
    return validation.refusals


def list_rows(n=60, **changed):
    """Rows of ratings 1 to 5; `changed`: question to a function of the number of the row and the rating."""
    rows = []
    for number in range(n):
        ratings = {f"q{m}": 1 + (number * m + number // 5) % 5 for m in (1, 2, 3)}
        ratings |= {question: change(number, ratings[question]) for question, change in changed.items()}
        rows.append(f"{number},{('Aland', 'Beland')[number % 2]},{','.join(str(one) for one in ratings.values())}")
    return rows


def test_few_slips_are_left_to_their_rows(tmp_path):
    assert refuse(tmp_path, list_rows(q1=lambda n, rating: 55 if n < 2 else rating)) == []
    assert refuse(tmp_path, list_rows(q1=lambda n, rating: 50 + n if n < 8 else rating)) == []


def test_a_code_of_one_question_is_named_until_it_is_known(tmp_path):
    rows = list_rows(q2=lambda n, rating: 99 if n % 6 == 0 else rating)
    (refusal,) = refuse(tmp_path, rows)
    assert "q2: 10 of its 60 answers (17%) are 99, outside the scale 1 to 5 (first in row 2)" in refusal
    assert "99]}` of q2" in refusal
    assert refuse(tmp_path, rows, **{"aliases: [second]": "aliases: [second], scale: {not_asked: [99]}"}) == []


def test_a_text_given_often_is_a_code_too(tmp_path):
    rows = list_rows(q3=lambda n, rating: "keine Angabe" if n % 6 == 0 else rating)
    (refusal,) = refuse(tmp_path, rows)
    assert "q3: 10 of its 60 answers (17%) are 'keine Angabe', neither a rating nor a don't-know" in refusal
    assert '"keine Angabe"]}` of q3' in refusal
    assert refuse(tmp_path, rows, **{"text: Three": "text: Three, scale: {skipped: [keine Angabe]}"}) == []
    numbered = list_rows(q3=lambda n, rating: "6 - entfällt" if n % 6 == 0 else rating)
    assert "are '6 - entfällt'" in refuse(tmp_path, numbered)[0]
    pairs = list_rows(q3=lambda n, rating: "3;4" if n % 6 == 0 else rating)
    assert refuse(tmp_path, pairs) == []
    single = list_rows(q3=lambda n, rating: f"note {n}" if n % 6 == 0 else rating)
    assert refuse(tmp_path, single) == []


def test_two_questions_a_step_off_are_told_from_a_third(tmp_path):
    def down(_, rating):
        return rating - 1

    (refusal,) = refuse(tmp_path, list_rows(q1=down))
    assert "Whole numbers from 0 to 4 in q1, where the scale runs from 1 to 5" in refusal
    assert "`scale: {labels: {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}}` of q1" in refusal
    own = "text: One, scale: {labels: {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}}"
    assert refuse(tmp_path, list_rows(q1=down), **{"text: One": own}) == []


def test_a_coding_of_tens_is_mapped_in_order(tmp_path):
    (refusal,) = refuse(tmp_path, list_rows(q1=lambda _, rating: 10 * rating))
    assert "`scale: {labels: {10: 1, 20: 2, 30: 3, 40: 4, 50: 5}}` of q1" in refusal


def test_zero_and_one_only_are_marks_where_others_use_the_scale(tmp_path):

    rows = list_rows(q1=lambda n, _: n % 2, q2=lambda n, _: n % 11, q3=lambda n, _: (3 * n) % 11)
    (refusal,) = validate_rows(tmp_path, *rows).refusals
    assert "q1: all of its 60 answers are 0 or 1" in refusal
    assert "marks of a multiple choice" in refusal
    taken = make_definition(**{"text: One": "text: One, scale: {may_be_narrow: true}"})
    assert validate_rows(tmp_path, *rows, definition=taken).refusals == []


def test_files_of_few_rows_are_looked_at_together(tmp_path):
    from bpo_index.responses import read_responses
    from bpo_index.validation.validate import validate_responses
    from tests.surveys import write_csv

    rows = list_rows(q2=lambda n, rating: 99 if n % 10 == 0 else rating)
    definition = make_definition(**FIVE)
    files = [write_csv(tmp_path, *rows[n::2], name=f"{n}.csv") for n in range(2)]
    validation = validate_responses(read_responses(files, definition), definition)
    assert len(validation.refusals) == 1
    assert validation.accepted.height == 0


def test_labels_that_the_definition_lacks_are_listed_once(tmp_path):
    words = ("never", "seldom", "often", "mostly", "always")
    (refusal,) = refuse(tmp_path, list_rows(**{f"q{n}": lambda _, rating: words[rating - 1] for n in (1, 2, 3)}))
    assert "q1: 60 of its 60 answers (100%) are " in refusal
    assert refusal.count("Say under `scale:` what") == 1
    assert "`labels:` where each stands for a rating" in refusal


def test_codes_that_are_known_already_are_kept_in_the_advice(tmp_path):
    rows = list_rows(q2=lambda n, rating: 99 if n % 6 == 0 else rating)
    (refusal,) = refuse(tmp_path, rows)
    assert '`scale: {dont_know: [98, "dk", 99]}` of q2' in refusal


def test_a_coding_far_off_is_explained_and_not_only_another_scale(tmp_path):
    def move(_, rating):
        return rating + 3

    (refusal,) = refuse(tmp_path, list_rows(q1=move, q2=move, q3=move))
    assert "`scale: {labels: {4: 1, 5: 2, 6: 3, 7: 4, 8: 5}}`" in refusal
