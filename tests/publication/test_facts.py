"""Published facts: every row can be read, and a changed answer breaks one."""

from dataclasses import fields

import polars as pl
import pytest

from bpo_index.definition import load_definition
from bpo_index.publication.facts import Fact, check_facts, load_facts


def test_facts_name_units_categories_and_questions_of_the_definitions():
    for fact in load_facts():
        if fact.not_testable:
            continue
        definition = load_definition(f"offshore-bpo-{fact.edition}")
        assert fact.unit in definition.unit_names
        assert fact.category in {"", *(category.id for category in definition.categories)}
        assert fact.question in {"", *definition.question_ids}
        assert fact.source
        assert fact.reading


def test_wrong_numbers_do_not_hold():
    definition = load_definition("offshore-bpo-2021")
    codes = [unit.code for unit in definition.units]
    ranking = pl.DataFrame({"unit": codes, "score": [50.0] * 12, "rank": [6] * 12})
    categories = pl.DataFrame({"unit": codes, "category": ["security"] * 12, "score": [50.0] * 12, "rank": [6] * 12})
    facts = [fact for fact in load_facts() if fact.edition == "2021"]
    checks = check_facts(facts, ranking, categories, None)
    assert {check.outcome for check in checks if check.fact.question} == {"not testable"}
    assert {check.outcome for check in checks if not check.fact.question} == {"does not hold"}


def make_fact(kind: str, category: str, value: str) -> Fact:
    said = dict.fromkeys([field.name for field in fields(Fact)], "")
    return Fact(**said | {"edition": "2021", "unit": "COL", "category": category, "kind": kind, "value": value})


def make_tables(cells: dict[str, tuple[float | None, str | None]], overall: float):
    rows = {"unit": "COL", "category": list(cells), "score": [score for score, _ in cells.values()]}
    rows |= {"score_bound": [bound for _, bound in cells.values()], "rank": 1, "respondents": 9}
    categories = pl.DataFrame(rows, schema_overrides={"score": pl.Float64, "score_bound": pl.String})
    ranking = pl.DataFrame({"unit": ["COL"], "score": [overall], "score_bound": [None], "rank": [1]})
    return ranking, categories


@pytest.mark.parametrize(
    ("withheld", "overall", "outcome"),
    [
        # Three categories of one weight: 90, at least 96, and what is left of the overall score.
        (None, 91.0, "holds"),  # 3 x 91 - 90 - 96 = 87 at most
        (None, 93.0, "not testable"),  # 93 at most, 89 at least
        (None, 95.2, "does not hold"),  # 95.6 at least, even beside 100
    ],
)
def test_a_withheld_score_may_leave_the_place_of_a_category_open(withheld, overall, outcome):
    tables = make_tables({"a": (90.0, None), "b": (96.0, "at least"), "c": (withheld, None)}, overall)
    fact = make_fact("own_rank_at_most", "a", "2")
    (found,) = check_facts([fact], *tables, None, weights=dict.fromkeys("abc", 1 / 3))
    assert found.outcome == outcome


@pytest.mark.parametrize(
    ("kind", "value", "outcome"),
    [
        ("score_at_least", "95", "holds"),
        ("score_at_least", "98", "not testable"),
        ("score", "97.0", "not testable"),
        ("score", "95.0", "does not hold"),
        ("rank", "1", "holds"),
    ],
)
def test_bounds_are_judged_by_what_they_say(kind, value, outcome):
    tables = make_tables({"b": (96.0, "at least")}, 96.5)
    (found,) = check_facts([make_fact(kind, "b", value)], *tables, None)
    assert found.outcome == outcome


def test_a_withheld_score_cannot_be_tested():
    tables = make_tables({"b": (None, None)}, 96.5)
    (found,) = check_facts([make_fact("rank", "b", "1")], *tables, None)
    assert (found.outcome, found.found) == ("not testable", "the score is withheld")
