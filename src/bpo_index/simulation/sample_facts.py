"""The published facts about the index, held against the sample data that was built to meet them."""

from __future__ import annotations

from bpo_index.definition import load_definition
from bpo_index.files.resources import find_resource, list_definitions
from bpo_index.publication.facts import FactCheck, check_facts, load_facts
from bpo_index.publication.possible_scores import find_category_weights
from bpo_index.responses import read_responses
from bpo_index.scoring.unit_scores import score_units
from bpo_index.validation.validate import validate_responses


def verify_sample() -> list[FactCheck]:
    """Compute every edition that has sample data, and check all published facts against the numbers."""
    facts, checks, done = load_facts(), [], set()
    for name in list_definitions():
        definition = load_definition(name)
        responses = read_responses([find_resource("sample_data", f"{name}.csv")], definition)
        scores = score_units(validate_responses(responses, definition).accepted, definition)
        mine = [fact for fact in facts if fact.edition == definition.edition]
        reverse = [question.id for question in definition.questions if question.reverse]
        weights = find_category_weights(definition)
        tables = scores.units, scores.categories, scores.unit_means
        checks += check_facts(mine, *tables, reverse=reverse, weights=weights)
        done.add(definition.edition)
    checks += [
        FactCheck(fact, "not testable", fact.not_testable or "no answers of this edition are at hand")
        for fact in facts
        if fact.edition not in done
    ]
    return checks
