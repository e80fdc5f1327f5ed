"""The small definition with other quality rules, for the tests of this folder."""

from __future__ import annotations

from bpo_index.definition import IndexDefinition
from tests.surveys import make_definition

_RULES = "{unfinished: {}, incomplete: {minimum_share: 0.5}, straight_line: {minimum_answers: 3}}"
#: Every rule, with thresholds for three questions and a handful of rows.
EVERY_RULE = {
    "test_row": "values: [pilot]",
    "unfinished": "",
    "incomplete": "minimum_share: 0.5",
    "straight_line": "minimum_answers: 3",
    "long_string": "longest_run: 3",
    "low_variance": "minimum_sd: 0.6, minimum_answers: 3",
    "speeder": "minimum_share: 0.33, minimum_times: 3",
    "near_identical": "minimum_share: 0.9, minimum_answers: 3",
    "company_answers": "most: 1",
    "outlying": "level: 0.2, rows_per_question: 2",
}
HEADER = "id,country,company,start,end,seconds,kind,done,q1,q2,q3"


def set_rules(action: str | None = None, **rules: str) -> IndexDefinition:
    """Return the small definition with these rules only, and columns for all they look at.

    Parameters
    ----------
    action
        The action of all of them; None: each its own.
    rules
        Rule to the keys of its block, as YAML without braces.
    """
    first = f"action: {action}, " if action else ""
    written = ", ".join(f"{name}: {{{first}{keys}}}" for name, keys in rules.items())
    return make_definition(
        **{
            "started_at: start,": "started_at: start, finished_at: end, duration: seconds, status: kind,",
            _RULES: f"{{{written}}}",
        }
    )
