"""Which column of a file is what: headings matched to the definition by id, text or alias.

Only exact matches count (case and white space apart). `map_headings` says what was found, what was not and what is
given twice; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from bpo_index.definition import IndexDefinition
from bpo_index.labels import fold_label

#: Definition key of a source column, and the name of the column in the tidy responses.
TIDY_COLUMNS = {
    "respondent": "respondent_id",
    "unit": "unit",
    "design_weight": "design_weight",
    "company": "cluster",
    "started_at": "started_at",
    "finished_at": "finished_at",
    "finished": "finished",
    "duration": "duration",
    "status": "status",
    "data_origin": "data_origin",
}


def name_fields(definition: IndexDefinition) -> dict[str, str | None]:
    """Return the columns of the tidy responses that are not questions, each with its heading; None: not named.

    After the fixed ones come `importance_<category>` and `background_<variable>`.
    """
    columns = definition.columns
    return {
        **{tidy: getattr(columns, key) for key, tidy in TIDY_COLUMNS.items()},
        **{f"importance_{category}": heading for category, heading in columns.importance.items()},
        **{f"background_{variable}": heading for variable, heading in columns.background.items()},
    }


@dataclass(frozen=True)
class Mapping:
    """The columns of one file, by the names of the tidy responses."""

    layout: str
    """`wide` (a column a question) or `long` (a row a respondent and question)."""
    positions: dict[str, int]
    """Tidy column, question id, or in long layout `question` and `rating`, to the position in the record."""
    missing: list[str]
    """Headings that the index cannot do without and the file does not have."""
    absent: list[str]
    """Headings that the definition names, the file does not have, and the index can do without."""
    repeated: list[str]
    """Headings that the definition knows and the file gives more than once."""
    unused: list[str]
    """Headings of the file that the definition does not know."""


def label_questions(definition: IndexDefinition) -> dict[str, str]:
    """Return the folded id, text and aliases of every question, each to the question's id."""
    return {
        fold_label(label): question.id
        for question in definition.questions
        for label in (question.id, question.text, *question.aliases)
    }


def map_headings(headings: list[str], definition: IndexDefinition) -> Mapping:
    """Match the headings of a file to the definition."""
    columns = definition.columns
    named = {tidy: heading for tidy, heading in name_fields(definition).items() if heading is not None}
    long_named = {"question": columns.question, "rating": columns.rating}
    known = {fold_label(heading): tidy for tidy, heading in named.items()}
    known_long = {fold_label(heading): key for key, heading in long_named.items() if heading is not None}
    questions = label_questions(definition)

    folded = [fold_label(heading) for heading in headings]
    is_long = bool(known_long) and set(known_long) <= set(folded) and not set(folded) & set(questions)
    wanted = known | (known_long if is_long else questions)

    positions: dict[str, int] = {}
    repeated: list[str] = []
    unused: list[str] = []
    for n, heading in enumerate(folded):
        tidy = wanted.get(heading)
        if tidy is None:
            unused += [headings[n]] if headings[n] else []
        elif tidy in positions:
            repeated.append(headings[n])
        else:
            positions[tidy] = n
    required = {"unit": columns.unit} | ({"design_weight": columns.design_weight} if columns.design_weight else {})
    if definition.method.weighting == "importance":
        required |= {f"importance_{category}": heading for category, heading in columns.importance.items()}
    if is_long:
        required |= {"respondent_id": columns.respondent or "respondent"}
    else:
        required |= {question.id: question.id for question in definition.questions}
    missing = [heading for tidy, heading in required.items() if tidy not in positions]
    absent = [heading for tidy, heading in named.items() if tidy not in positions and tidy not in required]
    return Mapping("long" if is_long else "wide", positions, missing, absent, repeated, unused)
