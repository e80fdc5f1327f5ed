"""What may be corrected of how a file was read, a choice for each key; and what is missing for a ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpo_index.definition.yaml_places import Place
from bpo_index.display.labels import show_text
from bpo_index.drafting.by_hand import CORRECT
from bpo_index.drafting.drafted import Draft
from bpo_index.drafting.look import Column
from bpo_index.drafting.questions import NO_ANSWER
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.drafting.roles.registry import list_roles
from bpo_index.drafting.scale_questions import describe_scale

#: What readers call the key of a column.
NAMES = {
    "unit": "What is ranked",
    "respondent": "Respondent",
    "design_weight": "Weight",
    "company": "Company",
    "started_at": "Started",
    "finished_at": "Ended",
    "finished": "Reached the end",
    "duration": "Seconds",
    "status": "Kind of row",
    "data_origin": "Origin of the data",
    "question": "Question",
    "rating": "Rating",
}
#: Columns that may be added as questions, at most.
_MOST_COLUMNS = 300


def show_corrections(draft: Draft, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the choices for the page: a select for each role, columns that may be questions, and the scale."""
    used = {one.column.position for category in draft.categories for one in category.questions}
    added = answers.get(f"{CORRECT}questions", "").split()
    headings = {one.name: _label(one) for one in draft.table.columns}
    keys = ["unit", *(role.name for role in list_roles())]
    given = {key: answers.get(f"{CORRECT}columns.{key}", "") for key in keys}
    selects = [
        {
            "key": key,
            "label": NAMES.get(key, key),
            "now": _tell_now(draft, key, headings),
            "chosen": given[key],
            "may_be_none": key != "unit",
        }
        for key in keys
    ]
    scale = draft.scale.value if isinstance(draft.scale.value, ScaleFound) else None
    ordered = " | ".join(text for text, _ in scale.labels) if scale else ""
    return {
        "none": NO_ANSWER,
        "selects": selects,
        "columns": [(str(one.position), _label(one)) for one in draft.table.columns if one.given],
        "addable": [
            (str(one.position), _label(one), str(one.position) in added)
            for one in draft.table.columns
            if one.given and (one.position not in used or str(one.position) in added)
        ][:_MOST_COLUMNS],
        "scale": answers.get(f"{CORRECT}scale", ""),
        "scale_now": describe_scale(scale) if scale else "not known",
        "labels": ordered,
        "is_corrected": any(key.startswith(CORRECT) and value for key, value in answers.items()),
    }


def _label(column: Column) -> str:
    return show_text(column.name, 60).strip() or f"column {column.position + 1}"


def _tell_now(draft: Draft, key: str, headings: Mapping[str, str]) -> str:
    found = draft.columns.get(key)
    return headings.get(str(found.value), "not known") if found and not found.is_todo else "none"


def list_missing(places: Mapping[Place, str]) -> list[tuple[str, str]]:
    """Return what is missing, a sentence each, with the id of the control that gives it.

    Examples
    --------
    >>> list_missing({("units",): "is left to do", ("columns", "unit"): "is left to do"})
    [('What is ranked is not known: choose the column that names it.', 'fix-unit')]
    """
    missing: dict[str, str] = {}
    for place, what in places.items():
        if place[:1] == ("units",) or place == ("columns", "unit"):
            missing["What is ranked is not known: choose the column that names it."] = "fix-unit"
        elif place[:1] == ("categories",):
            missing["No rated questions were found: mark the columns that hold ratings."] = "fix-questions"
        elif place[:1] != ("scale",):
            missing[f"{'.'.join(map(str, place))} {what}."] = "fix"
    if not missing and places:
        missing["The scale of the ratings is not known: give its lowest and highest rating."] = "fix-scale"
    return list(missing.items())
