"""SurveyMonkey: two rows of headings, the first with gaps; also where only the answers were exported.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, copy_fields, place_names, split_stems, widen

_FIELDS = {
    "respondent_id": ("respondent id", "respondentid", "respondent_id"),
    "started_at": ("date created", "start date", "startdate", "date_created"),
    "finished_at": ("date modified", "end date", "enddate", "date_modified"),
}
#: Names of which two beside the respondent's id make an export.
_NAMES = frozenset(
    {
        "collector id", "date created", "date modified", "ip address", "email address", "first name", "last name",
        "start date", "end date", "custom data 1", "collectorid", "collector_id", "date_created", "date_modified",
        "ip_address",
    }
)  # fmt: skip
#: What stands in the second row where the question has one column.
_ONE_COLUMN = frozenset({"response", "open-ended response"})


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    places = place_names(names)
    respondent = next((places[name] for name in _FIELDS["respondent_id"] if name in places), None)
    if respondent is None or len(_NAMES & set(places)) < 2:
        return _read_two(rows) if _is_stripped(rows) else None
    has_two = len(rows) > 1 and len(rows[1]) > respondent and not rows[1][respondent] and any(rows[1])
    if not has_two:
        return Found(1, names, [(name, *split_stems(name)) for name in names], copy_fields(names, _FIELDS))
    return _read_two(rows)


def _is_stripped(rows: Sequence[Cells]) -> bool:
    """Return whether rows are what is left of an export without the tool's columns: two rows of headings.

    The second has no cell below the respondent's id, names parts of questions that the first leaves empty, or says that
    a question has one column; the row below has an id, and is no such row.
    """
    if len(rows) < 3:
        return False
    width = max(len(row) for row in rows)
    first, second, third = (widen(row, width) for row in rows)
    marks = [fold_label(cell) in _ONE_COLUMN for cell in second]
    respondent = place_names(first).get("respondent id")
    if respondent is None:
        # Without any column of the tool: its own words, and gaps in the first row.
        return sum(marks) > 0 and any(below and not above for above, below in zip(first, second, strict=True))
    if second[respondent] or not third[respondent]:
        return False
    return any(marks) or any(
        below and not above for n, (above, below) in enumerate(zip(first, second, strict=True)) if n != respondent
    )


def _read_two(rows: Sequence[Cells]) -> Found:
    width = max(len(rows[0]), len(rows[1]))
    questions, answers = widen(rows[0], width), widen(rows[1], width)
    filled: list[str] = []
    for question, answer in zip(questions, answers, strict=True):
        filled.append(question or (filled[-1] if filled and answer else ""))
    labels: list[tuple[str, ...]] = [
        (question,) if not answer or fold_label(answer) in _ONE_COLUMN else (answer, f"{question} [{answer}]")
        for question, answer in zip(filled, answers, strict=True)
    ]
    return Found(2, [known[0] for known in labels], labels, copy_fields(questions, _FIELDS))


RECORDS = (SurveyTool(name="surveymonkey", title="SurveyMonkey export", recognise=_recognise, place=30),)
