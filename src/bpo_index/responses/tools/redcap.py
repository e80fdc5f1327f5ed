"""REDCap: a column `<form>_complete` after the fields of each form, 2 where the form is complete; events and surveys.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import (
    Cells,
    Found,
    SurveyTool,
    ToolField,
    read_cell,
    read_code,
)

_IDS = ("record_id", "record id")
#: Columns that only this tool writes, by name and by label.
_NAMES = frozenset(
    {
        "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_survey_identifier",
        "redcap_data_access_group", "event name", "repeat instrument", "repeat instance", "survey identifier",
        "data access group",
    }
)  # fmt: skip
_COMPLETE, _COMPLETE_LABEL = "_complete", "complete?"
_TIMESTAMP, _TIMESTAMP_LABEL = "_timestamp", "survey timestamp"
#: Whether a form is complete, as codes and as labels. Unverified ones wait for somebody who looks at them.
_CODES = {
    "0": "false", "1": "false", "2": "true", "0.0": "false", "1.0": "false", "2.0": "true",
    "incomplete": "false", "unverified": "false", "complete": "true",
}  # fmt: skip
#: NOTE: without a name that only this tool writes, a column `is_complete` may be anybody's, with 1 for yes.
_UNSURE_CODES = {"2": "true", "2.0": "true"} | {code: _CODES[code] for code in ("incomplete", "unverified", "complete")}
#: What stands for the time of a survey that was left before the end.
_NO_TIME = {"[not completed]": ""}


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    folded = [fold_label(name) for name in names]
    complete = [n for n, name in enumerate(folded) if _is_of(name, _COMPLETE, _COMPLETE_LABEL)]
    is_sure = any(name.startswith("redcap_") for name in _NAMES & set(folded))
    is_sure |= _COMPLETE_LABEL in folded and bool(_NAMES & set(folded))
    record = next((n for n, name in enumerate(folded) if name in _IDS), 0 if is_sure else None)
    if record is None or not (complete or is_sure):
        return None
    codes = _CODES if is_sure else _UNSURE_CODES
    starts = [0, *(n + 1 for n in complete)][: len(complete)]
    forms = [
        ToolField(names[n], n, read_code(n, codes), frozenset(range(start, n)))
        for start, n in zip(starts, complete, strict=True)
    ]
    times = [
        ToolField(names[n], n, read_code(n, _NO_TIME), _find_form(n, forms))
        for n, name in enumerate(folded)
        if _is_of(name, _TIMESTAMP, _TIMESTAMP_LABEL)
    ]
    fields = {"respondent_id": ToolField(names[record], record, read_cell(record))}
    return Found(1, names, [(name,) for name in names], fields, {"finished": tuple(forms), "finished_at": tuple(times)})


def _is_of(name: str, ending: str, label: str) -> bool:
    return (name.endswith(ending) and len(name) > len(ending)) or name == label


def _find_form(position: int, forms: Sequence[ToolField]) -> frozenset[int]:
    """Return the columns of the form that a column lies in."""
    return next((form.covers for form in forms if form.covers and position in form.covers), frozenset())


RECORDS = (SurveyTool(name="redcap", title="REDCap export", recognise=_recognise, place=60),)
