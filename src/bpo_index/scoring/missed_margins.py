"""Shares of margins that trimmed weights do not reach, unit by unit, and the sentence on them.

Method page: docs/methods/respondent-weights.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.definition import IndexDefinition
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.display.numbers import show_number, show_percent, show_point
from bpo_index.scoring.methods.respondent_weights import MissedMargin, find_missed_margins
from bpo_index.scoring.unit_means import UnitAnswers

#: Shares named in a note, at most.
_MOST_MISSED = 8


def list_missed_margins(answers: Sequence[UnitAnswers]) -> list[tuple[str, MissedMargin]]:
    """Return the code of each unit with every share that its trimmed weights do not reach."""
    return [
        (unit.unit, missed)
        for unit in answers
        if unit.margins and unit.trim is not None
        for missed in find_missed_margins(unit.weights, unit.margins)
    ]


def describe_missed_margins(missed: Sequence[tuple[str, MissedMargin]], definition: IndexDefinition) -> list[str]:
    """Return a sentence on the shares that trimmed weights do not reach, the farthest first."""
    if not missed:
        return []
    names = definition.unit_names
    farthest = sorted(missed, key=lambda one: (-abs(one[1].achieved - one[1].asked), one[0], one[1].level))
    listed = [
        phrase(
            "notes.missed_margin",
            unit=names[unit],
            variable=one.variable,
            level=show_text(one.level),
            asked=show_percent(one.asked, decimals=1),
            achieved=show_percent(one.achieved, decimals=1),
            missed=show_number(100 * abs(one.achieved - one.asked), 1),
        )
        for unit, one in farthest[:_MOST_MISSED]
    ]
    said = phrase(
        "notes.missed_margins",
        count=len(missed),
        respondents=definition.words.respondents,
        trim=show_point(definition.method.trim_weights),
        listed="; ".join(listed),
    )
    more = len(missed) - len(listed)
    return [said + (" " + phrase("notes.missed_more", count=more) if more else "")]
