"""What publication receives: the described tables without what is withheld, and nothing exact beside them."""

from dataclasses import fields, replace
from pathlib import Path

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.disclosure import publishable
from bpo_index.disclosure.keys import name_draws
from bpo_index.disclosure.publishable import Publishable, disclose
from bpo_index.errors import UsageError
from bpo_index.files.resources import find_resource
from bpo_index.publication import columns
from bpo_index.publication.columns import list_tables
from bpo_index.publication.columns.description import Column
from bpo_index.publication.result import build_result
from bpo_index.responses import read_responses
from bpo_index.robustness.assess import assess_robustness
from bpo_index.robustness.exclusions import compare_exclusions
from bpo_index.scoring.margins import hash_margins, read_margins
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.audit import summarise_audit
from bpo_index.validation.checked import Checked
from bpo_index.validation.validate import validate_responses

SEED = 987_654_321


@pytest.fixture(scope="module")
def computed():
    definition = load_definition("offshore-bpo-2021")
    responses = read_responses([find_resource("sample_data", "offshore-bpo-2021.csv")], definition)
    validation = validate_responses(responses, definition)
    checked = Checked(validation, summarise_audit(validation, definition), Path("nowhere"), is_synthetic=True)
    margins = read_margins(str(find_resource("sample_data", "synthetic-margins-2021.csv")))
    scores = score_units(validation.accepted, definition, margins)
    robustness = assess_robustness(
        validation.accepted,
        scores,
        definition,
        quarantined_by_rules=validation.quarantined_by_rules,
        replicates=100,
        seed=SEED,
    )
    return checked, scores, robustness, definition


def test_the_tables_are_those_that_are_described_and_hold_the_columns_that_are_described(computed):
    found = disclose(*computed)
    assert set(found.tables) == set(list_tables()) - {"long", "neighbours", "category_differences"}
    for name, table in found.tables.items():
        assert table.columns == [column.name for column in list_tables()[name].columns]


def test_draws_and_margins_are_named_without_saying_what_they_are(computed):
    checked, scores, robustness, definition = computed
    found = disclose(*computed)
    assert found.draws == name_draws(100, SEED) != name_draws(100, 6) != name_draws(10, 6)
    assert found.margins == hash_margins(scores.sample.margins)
    assert "draws" not in repr(found)
    # No frame of margins, no seed, nothing of single respondents.
    held = {field.name: getattr(found, field.name) for field in fields(Publishable)}
    assert [name for name, value in held.items() if isinstance(value, pl.DataFrame)] == []
    assert robustness.seed not in held.values()
    people = set(checked.validation.accepted["respondent_id"])
    text = "".join(table.write_csv() for table in found.tables.values())
    assert [person for person in people if person in text] == []
    plain = score_units(checked.validation.accepted, definition)
    assert disclose(checked, plain, robustness, definition).margins is None


def test_the_scores_of_units_with_a_withheld_category_have_no_effects(computed):
    """The share of weights in the variance of a score is (sum m x^2 - s^2) / (a + 1): an equation in withheld x."""
    checked, scores, robustness, definition = computed
    first = (pl.col("unit") == "JAM") & (pl.col("category") == "security")
    withheld = scores.categories.with_columns(suppressed=pl.col("suppressed") | first)
    assert withheld["suppressed"].sum() == scores.categories["suppressed"].sum() + 1
    whole, less = (
        disclose(checked, one, robustness, definition).tables["sensitivity"]
        for one in (scores, replace(scores, categories=withheld))
    )
    assert set(robustness.sensitivity.filter(unit="JAM")["output"]) == {"rank", "score"}
    assert set(whole.filter(unit="JAM")["output"]) == {"rank", "score"}
    assert set(less.filter(unit="JAM")["output"]) == {"rank"}
    # Colombia and Bulgaria have a category published as a bound.
    assert less.filter(output="score")["unit"].n_unique() == 9
    assert less.filter(pl.col("unit").is_null()).equals(whole.filter(pl.col("unit").is_null()))


def test_numbers_of_raters_of_small_units_are_withheld(computed):
    checked, scores, robustness, definition = computed
    small = scores.units.with_columns(suppressed=pl.col("unit") == "JAM")
    table = disclose(checked, replace(scores, units=small), robustness, definition).tables["categories"]
    assert table.filter(unit="JAM")["respondents"].null_count() == len(definition.categories)
    assert table.filter(pl.col("unit") != "JAM")["respondents"].null_count() == 0


def test_robustness_without_the_rows_that_rules_keep_out_is_refused(computed):
    checked, scores, robustness, definition = computed
    without = compare_exclusions(checked.validation.accepted, None, scores, definition)
    robustness = replace(robustness, exclusions=without)
    with pytest.raises(UsageError, match=r"assessed with 0 of the 3 rows .* `checked.validation.quarantined_by_rules`"):
        disclose(checked, scores, robustness, definition)


@pytest.fixture
def with_silent_columns(monkeypatch):
    """Let a built-in column and an added one say nothing of the answers that they are made of."""
    tables = dict(list_tables())
    outcomes = tables["outcomes"]
    silent = tuple(replace(one, answers=None) if one.name == "net_balance" else one for one in outcomes.own)
    gap = Column("gap", pl.Float64, "of the answers", table="outcomes", value=pl.col("top_two_box") / 2)
    said = replace(gap, name="half", answers="published")
    tables["outcomes"] = replace(outcomes, own=silent, added=(gap, said))
    for module in (columns, publishable):
        monkeypatch.setattr(module, "list_tables", lambda: tables)
    monkeypatch.setattr("bpo_index.publication.result.list_tables", lambda: tables)
    return tables


def test_a_column_that_does_not_state_its_answers_is_withheld(computed, with_silent_columns):
    found = disclose(*computed)
    assert "net_balance" in computed[2].outcomes.columns
    assert "net_balance" not in found.tables["outcomes"].columns
    published = build_result(found, computed[3]).tables["outcomes"]
    assert published.columns == [column.name for column in with_silent_columns["outcomes"].columns]
    assert {"net_balance", "gap"}.isdisjoint(published.columns)
    assert published["half"].drop_nulls().len() > 0
    shown = [note for note in found.notes if "withheld" in note]
    assert shown == [
        f"The column {name} of the table outcomes is withheld: its record does not state of which answers its numbers "
        "are made."
        for name in ("net_balance", "gap")
    ]


def test_nothing_is_withheld_without_cause(computed):
    assert [note for note in disclose(*computed).notes if "withheld" in note] == []
