"""Published facts: every row can be read, and a changed answer breaks one."""

import polars as pl

from bpo_index.definition import load_definition
from bpo_index.publication.facts import check_facts, load_facts


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
