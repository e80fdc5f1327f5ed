"""What every page, table and figure says in the same words: origin of the data, confidence level, unit of scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import Words
from bpo_index.display.catalogue import phrase
from bpo_index.display.language import localise_percentage
from bpo_index.display.numbers import show_level, show_percent, show_score
from bpo_index.display.words import start_sentence
from bpo_index.scoring.positive_values import may_fail
from bpo_index.scoring.structure import IndexStructure


def choose_notice(data_origin: str) -> str:
    """Return the notice on `survey`, `synthetic` or `partly synthetic` data; empty where all answers are a survey's."""
    if data_origin == "survey":
        return ""
    return phrase("release.notice_synthetic" if data_origin == "synthetic" else "release.notice_partly_synthetic")


def describe_ranges(definition: IndexDefinition) -> str:
    """Return what the columns "Interval" and "Rank set" hold, as a note.

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> describe_ranges(load_definition("offshore-bpo-2021")).partition(". ")[0]
    'Interval and rank set: where score and rank may lie at 95% confidence, ranks for all countries at once'
    """
    return phrase(
        "tables.ranges",
        level=show_level(definition.method.confidence_level),
        units=definition.words.units,
        respondents=definition.words.respondents,
    )


def names_percentage(definition: IndexDefinition) -> bool:
    """Return whether scores are per cent, of the answer scale or of ratings.

    Methods that compare units with one another, and balances of ratings, give points.

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> names_percentage(load_definition("offshore-bpo-2021"))
    True
    """
    return IndexStructure.from_definition(definition).is_percentage


def name_score(definition: IndexDefinition) -> str:
    """Return the heading of scores, with their unit."""
    return phrase("tables.score_percent" if names_percentage(definition) else "tables.score_points")


def name_points(definition: IndexDefinition) -> str:
    """Return what stands behind a score in a sentence."""
    return phrase("tables.percent_sign" if names_percentage(definition) else "tables.points")


def show_score_with_unit(row: Mapping[str, Any], definition: IndexDefinition) -> str:
    """Return the score of a row of units or categories as a sentence has it, such as "90.9%" or "at least 3 points".

    Examples
    --------
    >>> from bpo_index.definition import load_definition
    >>> definition = load_definition("offshore-bpo-2021")
    >>> show_score_with_unit({"score": 90.902778, "score_bound": None}, definition)
    '90.9%'
    >>> show_score_with_unit({"score": 99.0, "score_bound": "at least"}, definition)
    'at least 99%'
    """
    shown = show_score(row)
    if not names_percentage(definition) or row["score"] is None:
        return phrase("tables.score_in_points", score=shown)
    if row["score_bound"] is None:
        return show_percent(row["score"] / 100, decimals=1)
    return phrase(
        f"numbers.bound_{row['score_bound'].replace(' ', '_')}", value=localise_percentage(f"{row['score']:g}")
    )


def name_columns(words: Words) -> dict[str, str]:
    """Return the headings of columns that are words of the definition: of names, and of counts of respondents.

    Examples
    --------
    >>> name_columns(Words(unit="hospital", respondent="nurse"))
    {'name': 'Hospital', 'respondents': 'Nurses'}
    """
    return {"name": start_sentence(words.unit), "respondents": start_sentence(words.respondents)}


def explain_lost_replicates(definition: IndexDefinition) -> str:
    """Return why a replicate may leave a unit without a score."""
    return phrase("notes.replicate_lost_values" if may_fail(definition) else "notes.replicate_lost_answers")
