"""With and without exclusions: exact against full computations, public ranks that hold whatever the rows say."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from bpo_index.definition import load_definition, replace_method
from bpo_index.disclosure.possible_ranks import bound_scores, measure_changes, rank_between
from bpo_index.files.resources import find_resource
from bpo_index.responses import read_responses
from bpo_index.robustness.exclusions import EXACT_SCHEMA, PUBLIC_SCHEMA, compare_exclusions
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.rules import registry
from bpo_index.validation.rules.record import ComparingRule
from bpo_index.validation.validate import validate_responses
from tests.surveys import SMALL, make_definition, validate_rows


@pytest.fixture(scope="module")
def sample():
    definition = load_definition("offshore-bpo-2021")
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    return definition, validate_responses(read_responses([path], definition), definition)


def compare(definition, validation):
    scores = score_units(validation.accepted, definition)
    return scores, compare_exclusions(validation.accepted, validation.set_aside, scores, definition)


METHODS = {
    "default": "",
    "over units": "normalisation: z_score\naggregation: arithmetic",
    "person means": "missing_answers: person_category_mean",
    "geometric": "aggregation: geometric",
    "trimmed": "trim_weights: 1.5",
    "goalposts": "normalisation: goalposts\ngoalposts: [2, 9.5]",
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_exact_table_is_that_of_a_definition_without_rules(sample, method):
    definition, validation = sample
    definition = replace_method(definition, method) if method else definition
    scores, found = compare(definition, validation)
    path = find_resource("sample_data", "offshore-bpo-2021.csv")
    raw = definition.model_dump(mode="json")
    lenient = {name: rule and rule | {"action": "flag"} for name, rule in raw["quality_rules"].items()}
    without = type(definition).model_validate(raw | {"quality_rules": lenient})
    everybody = validate_responses(read_responses([path], without), without).accepted
    assert everybody.height == validation.accepted.height + found.let_in
    assert found.let_in == validation.set_aside.height > 0
    expected = score_units(everybody, without).units
    both = found.exact.join(expected, on="unit", maintain_order="left")
    assert both["rank_without"].to_list() == both["rank_right"].to_list()
    assert both["respondents_without"].to_list() == both["respondents_right"].to_list()
    assert both["score_without"].to_list() == pytest.approx(both["score_right"].to_list(), abs=1e-6)
    assert both["score_change"].to_list() == pytest.approx((both["score_right"] - both["score"]).to_list(), abs=2e-6)
    assert found.exact["rank"].to_list() == sorted(scores.units["rank"])
    assert list(found.exact.schema.items()) == list(EXACT_SCHEMA.items())


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_public_ranks_hold_whatever_the_rows_say_and_hang_on_nothing_of_it(sample, method):
    definition, validation = sample
    definition = replace_method(definition, method) if method else definition
    scores = score_units(validation.accepted, definition)
    rng = np.random.default_rng(1)
    tables = []
    for _ in range(12):
        # Other answers, some of them skipped, in the rows that are kept out.
        said = {
            question: pl.Series([None if rng.random() < 0.2 else float(rng.integers(0, 11)) for _ in range(3)])
            for question in definition.question_ids
        }
        rows = validation.set_aside.with_columns(**said)
        found = compare_exclusions(validation.accepted, rows, scores, definition)
        both = found.public.join(found.exact, on="unit", maintain_order="left")
        if both["rank_without_low"].null_count():
            assert both["rank_without_low"].null_count() == both["rank_without_high"].null_count() == both.height
            assert method == METHODS["over units"]
        else:
            assert both.select(pl.col("rank_without").is_between("rank_without_low", "rank_without_high").all()).item()
        tables.append(found.public)
    assert all(table.equals(tables[0]) for table in tables)
    assert list(tables[0].schema.items()) == list(PUBLIC_SCHEMA.items())


def test_both_ends_are_reached(sample):
    definition, validation = sample
    scores = score_units(validation.accepted, definition)
    possible = bound_scores(validation.set_aside, scores, definition)
    place = {unit: n for n, unit in enumerate(scores.units.filter("ranked")["unit"])}
    for rating, end in ((0.0, possible.low), (10.0, possible.high)):
        reverse = {question.id: question.reverse for question in definition.questions}
        said = {name: pl.lit(10.0 - rating if turned else rating) for name, turned in reverse.items()}
        rows = validation.set_aside.with_columns(**said).drop("reasons", "flags")
        units = score_units(pl.concat([validation.accepted, rows]), definition).units
        for unit in rows["unit"]:
            assert end[place[unit]] == pytest.approx(units.filter(unit=unit)["score"].item(), abs=1e-6)
    best, worst = rank_between(possible)
    assert (best <= worst).all()
    assert (best < worst).any()


def test_nothing_kept_out_changes_nothing(sample):
    definition, validation = sample
    scores = score_units(validation.accepted, definition)
    for nothing in (None, validation.set_aside.clear()):
        found = compare_exclusions(validation.accepted, nothing, scores, definition)
        assert (found.let_in, found.refusal) == (0, None)
        assert found.public["rank_without_low"].to_list() == found.public["rank"].to_list()
        assert found.public["rank_without_high"].to_list() == found.public["rank"].to_list()
        assert found.exact["score_change"].to_list() == [0.0] * 12


def test_a_refusal_without_the_exclusions_is_said_and_breaks_nothing(sample, monkeypatch):
    from bpo_index.errors import DataRefused
    from bpo_index.robustness import exclusions

    definition, validation = sample
    scores = score_units(validation.accepted, definition)

    def refuse(*_):
        raise DataRefused("The weights cannot be learnt.")

    monkeypatch.setattr(exclusions, "score_units", refuse)
    found = compare_exclusions(validation.accepted, validation.set_aside, scores, definition)
    assert found.refusal == "The weights cannot be learnt."
    assert found.exact["rank_without"].null_count() == found.exact["score_change"].null_count() == 12
    assert found.public["rank_without_low"].null_count() == 0


def test_units_that_only_the_rows_let_in_bring_into_the_ranking_are_in_no_public_rank(tmp_path):
    rows = [f"{unit}{n},{unit},{n % 5 + 3},{n % 4 + 4},{n % 3 + 1}" for unit in ("AAA", "BBB") for n in range(4)]
    rows += ["c0,CCC,9,8,1", "c1,CCC,9,9,9", "c2,CCC,9,9,9"]
    definition = make_definition()
    validation = validate_rows(tmp_path, *rows, definition=definition)
    assert validation.set_aside["unit"].to_list() == ["CCC"] * 2
    scores, found = compare(definition, validation)
    assert scores.units["ranked"].to_list() == [True, True, False]
    assert found.exact.filter(unit="CCC")["rank_without"].item() is not None
    assert found.public["unit"].to_list() == found.exact["unit"][:2].to_list()
    assert found.public["rank_without_high"].to_list() == found.public["rank"].to_list()


def test_without_any_ranked_unit_the_public_table_is_empty(sample):
    definition, validation = sample
    few = validation.accepted.group_by("unit", maintain_order=True).head(1)
    scores, found = compare(definition, dataclasses.replace(validation, accepted=few))
    assert not scores.units["ranked"].any()
    assert found.public.is_empty()
    assert found.exact.height == 12


def test_changes_by_hand():
    ranks = np.array([1, 2, 3, 4])
    assert measure_changes(ranks, ranks, ranks, 2) == (0, 0, 0, 0, 0.0)
    swapped = np.array([2, 1, 3, 4])
    assert measure_changes(ranks, swapped, swapped, 2) == (1, 0, 1, 1, 0.5)
    # The second and the third may have changed places, or not.
    assert measure_changes(ranks, np.array([1, 2, 2, 4]), np.array([1, 3, 3, 4]), 2) == (0, None, None, None, None)
    # The first is no longer first, wherever it is.
    moved = measure_changes(ranks, np.array([2, 1, 2, 4]), np.array([3, 1, 3, 4]), 2)
    assert moved == (1, None, 1, None, None)


@pytest.fixture
def five_kept_out(sample):
    """Return the index, its scores, and five rows of one unit that a rule keeps out, in the middle of the scale."""
    definition, validation = sample
    unit = validation.accepted.filter(pl.len().over("unit") > 5)["unit"][0]
    ratings = [3.0, 4.0, 5.0, 6.0, 7.0]
    rows = validation.accepted.head(5).with_columns(
        pl.lit(unit).alias("unit"),
        *(pl.Series(question, ratings) for question in definition.question_ids),
        respondent_id=pl.format("new {}", pl.int_range(5)),
        cluster=pl.Series(list("ABCDE")),
        reasons=pl.lit(["straight_line"]),
        flags=pl.lit(["speeder"]),
    )
    return definition, validation.accepted, score_units(validation.accepted, definition), rows


def find_change(five, **changed):
    definition, accepted, scores, rows = five
    found = compare_exclusions(accepted, rows.with_columns(**changed), scores, definition)
    return tuple(table.filter(unit=rows["unit"][0])["score_change"][0] for table in (found.public, found.exact))


def test_a_change_is_told_to_one_decimal(five_kept_out):
    told, exact = find_change(five_kept_out)
    assert told == round(exact, 1) != exact


@pytest.mark.parametrize(
    "changed",
    [
        {"cluster": pl.Series(["Acme", "Acme", None, None, None])},
        {"cluster": pl.Series(["Acme", "Beta", "Gamma", "Delta", "Beta"])},
        {"cluster": pl.Series(["Acme", "Beta", "Gamma", "Delta", " ACME "])},
        {"cluster": pl.Series(["Acme", "Beta", "Gamma", "Delta", None])},
        {"cluster": pl.lit(None, pl.String)},
        {"cluster": pl.Series(["Acme", "Beta", "Gamma", "Delta", " - "])},
        {"cluster": pl.Series(["Acme", "Beta", "Gamma", "Delta", "N/A"])},
        {"reasons": pl.Series([["near_identical"], *[["straight_line"]] * 4])},
        {"flags": pl.Series([[], ["speeder", "near_identical"], [], [], []])},
    ],
)
def test_nothing_is_told_where_one_person_may_know_several_of_the_rows(five_kept_out, changed):
    told, exact = find_change(five_kept_out, **changed)
    assert told is None
    assert exact is not None


def test_almost_the_same_rows_are_known_whether_the_rule_flags_or_puts_aside(tmp_path):
    rows = [f"{n},Aland,{n},{n},{n}" for n in (1, 2)] + [f"{n},Aland,3,4,5" for n in (3, 4)] + ["5,Aland,3,4,"]
    for action in ("flag", "quarantine"):
        rules = f"{{near_identical: {{action: {action}, minimum_answers: 3}}, straight_line: {{minimum_answers: 3}}}}"
        definition = make_definition(**{SMALL[SMALL.index("{unfinished") :].rstrip(): rules})
        found = validate_rows(tmp_path, *rows, "6,Aland,3,3,3", "7,Aland,3,3,3", definition=definition).set_aside
        both = found.filter(respondent_id="6").select(pl.concat_list("reasons", "flags")).to_series()[0].to_list()
        assert sorted(both) == ["near_identical", "straight_line"]


def test_rows_that_validation_does_not_compare_are_compared_before_anything_is_told_of_them(five_kept_out):
    definition, *_ = five_kept_out
    # 23 of 24 answers are those of another row: no more than a rule on 95 in 100 takes.
    alike = {question: pl.Series([4.0, 4.0, 5.0, 6.0, 6.5]) for question in definition.question_ids[1:]}
    assert definition.quality_rules.near_identical.minimum_share <= 23 / 24
    told, exact = find_change(five_kept_out, reasons=pl.lit(["unfinished"]), **alike)
    assert told is None
    assert exact is not None
    rules = definition.quality_rules.model_copy(update={"near_identical": None})
    without = (definition.model_copy(update={"quality_rules": rules}), *five_kept_out[1:])
    assert find_change(without, reasons=pl.lit(["unfinished"]), **alike)[0] is not None


@pytest.mark.parametrize(
    ("states", "is_told"),
    [
        ({}, False),
        ({"columns": ("duration",)}, False),
        ({"columns": ()}, True),
        ({"finds_one_person": False}, True),
    ],
)
def test_a_rule_of_others_is_taken_to_find_rows_of_one_person_unless_it_says_otherwise(
    five_kept_out, monkeypatch, states, is_told
):
    nothing = pl.DataFrame(schema={"response": pl.UInt32, "sentence": pl.String})
    rule = ComparingRule(name="odd", line="it is odd", compare=lambda *_: nothing, **states)
    rules = (*registry.list_rules(), rule)
    monkeypatch.setattr(registry, "list_rules", lambda: rules)
    definition = five_kept_out[0]
    named = definition.quality_rules.model_dump() | {"odd": {}}
    block = registry.build_rules_block(rules, __name__).model_validate(named)
    with_rule = definition.model_copy(update={"quality_rules": block})
    assert (find_change((with_rule, *five_kept_out[1:]))[0] is not None) is is_told
