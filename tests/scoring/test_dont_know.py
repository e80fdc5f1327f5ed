"""Net balances with don't-know answers in the base, as the European Commission's surveys publish them."""

import math

import polars as pl
import pytest

from bpo_index.disclosure.corrections import EarlierRelease, hash_cells, hold_changes
from bpo_index.errors import DefinitionError
from bpo_index.robustness.influence import assess_influence
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.robustness.sampling.response_outcomes import tabulate_outcomes
from bpo_index.scoring.unit_scores import score_units
from tests.surveys import make_definition, validate_rows

#: q1: two favourable (9 and 10), one unfavourable, two don't know; q2: two, one, one between; q3 is reversed: two, one.
ROWS = (
    "a,Aland,10,10,0",
    "b,Aland,9,5,1",
    "c,Aland,1,0,10",
    "d,Aland,dk,9,98",
    "e,Aland,98,dk,5",
    "f,Beland,5,6,7",
    "g,Beland,9,dk,0",
)
METHOD = "method: {minimum_respondents_to_publish: 1, minimum_respondents_to_rank: 1, outcome: net_balance"


def score_rows(folder, option, *rows):
    text = {"method: {minimum_respondents_to_publish: 2, minimum_respondents_to_rank: 2": METHOD + option}
    definition = make_definition(**text, **{"incomplete: {minimum_share: 0.5}, ": ""})
    accepted = validate_rows(folder, *(rows or ROWS), definition=definition).accepted
    return definition, accepted, score_units(accepted, definition)


def read_cells(scores):
    cells = scores.categories.filter(pl.col("unit") == "AAA")["score"].to_list()
    return [scores.units.row(by_predicate=pl.col("unit") == "AAA", named=True)["score"], *cells]


def test_the_base_of_balances_by_hand(tmp_path):
    _, _, without = score_rows(tmp_path, "")
    # (2 - 1) / 3 and (2 - 1) / 4 in the first category, (2 - 1) / 4 in the last; as a score 50 + 50 times the balance.
    first, last = 50 + 50 * (1 / 3 + 1 / 4) / 2, 50 + 50 / 4
    assert read_cells(without) == pytest.approx([(first + last) / 2, first, last])
    definition, accepted, scores = score_rows(tmp_path, ", dont_know_in_base: true")
    # (2 - 1) / 5 everywhere: of P = 40 %, M = 20 % and N = 40 % don't know, or N = 20 %, the balance is P - M = 20.
    assert read_cells(scores) == pytest.approx([60.0] * 3)
    assert any("Don't-know answers are in the base" in note for note in scores.notes)
    assert not any("Don't-know answers are in the base" in note for note in without.notes)
    # The usual standard error, of five answers; a category of one question.
    se = linearise_standard_errors(scores.sample.answers, scores.sample.structure)[0][0, 2]
    assert se == pytest.approx(50 * math.sqrt((0.4 + 0.2 - 0.2**2) / 4), rel=1e-6)
    # The balance beside the score is the same one; the share of favourable answers is of those who rated.
    beside = tabulate_outcomes(accepted, scores, definition).row(0, named=True)
    assert beside["net_balance"] == pytest.approx(20)
    assert beside["top_two_box"] == pytest.approx(100 * ((2 / 3 + 2 / 4) / 2 + 2 / 4) / 2, abs=1e-6)


def test_leaving_a_respondent_out_takes_the_dont_know_answers_along(tmp_path):
    definition, accepted, scores = score_rows(tmp_path, ", dont_know_in_base: true")
    found = assess_influence(accepted, None, scores, definition).items.filter(pl.col("left_out") == "respondent")
    for name in "abcde":
        rest = score_units(accepted.filter(pl.col("respondent_id") != name), definition)
        change = found.row(by_predicate=pl.col("item") == name, named=True)["score_change"]
        assert change == pytest.approx(read_cells(rest)[0] - read_cells(scores)[0], abs=1e-5)


def test_a_dont_know_that_becomes_a_skipped_answer_is_a_change_of_answers(tmp_path):
    definition, before, _ = score_rows(tmp_path, ", dont_know_in_base: true")
    _, after, _ = score_rows(tmp_path, ", dont_know_in_base: true", *ROWS[:3], "d,Aland,,9,98", *ROWS[4:])
    earlier = [EarlierRelease("one", before, hash_cells(definition), is_protected=False)]
    assert hold_changes(after, earlier, definition).held == {"AAA": "one"}
    plain, _, _ = score_rows(tmp_path, "")
    assert hold_changes(after, earlier, plain).held == {}
    assert hash_cells(plain) != hash_cells(definition)


def test_the_option_is_refused_where_it_does_nothing(tmp_path):
    with pytest.raises(DefinitionError, match=r"dont_know_in_base.*\(net_balance would\)"):
        make_definition(**{"replicates: 100}": "replicates: 100, outcome: top_two_box, dont_know_in_base: true}"})
