"""Microsoft Forms: a number, two times, address and name before the questions; every row was submitted.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, ToolField, copy_fields, read_given

#: The headings of the two times in the languages of the tool: start, end.
_TIMES = (
    ("start time", "completion time"),
    ("startzeit", "fertigstellungszeit"),
    ("startzeit", "abschlusszeit"),
    ("hora de inicio", "hora de finalización"),
    ("heure de début", "heure de fin"),
    ("hora de início", "hora de conclusão"),
    ("ora di inizio", "ora di completamento"),
    ("begintijd", "tijd van voltooien"),
    ("starttijd", "tijd van voltooien"),
    ("begintijd", "voltooiingstijd"),
    ("godzina rozpoczęcia", "godzina ukończenia"),
    ("starttid", "slutförandetid"),
    ("starttidspunkt", "fuldførelsestidspunkt"),
    ("starttidspunkt", "fullføringstidspunkt"),
    ("başlangıç zamanı", "tamamlama zamanı"),
    ("开始时间", "完成时间"),
    ("開始時刻", "完了時刻"),
)
_IDS = ("id", "id.", "no", "número", "identyfikator", "kimlik")


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    folded = [fold_label(name) for name in names[:3]]
    if len(folded) < 3 or folded[0] not in _IDS or tuple(folded[1:]) not in _TIMES:
        return None
    fields = copy_fields(names, {"respondent_id": folded[:1], "started_at": folded[1:2], "finished_at": folded[2:]}) | {
        "finished": ToolField(names[2], 2, read_given(2))
    }
    return Found(1, names, [(name,) for name in names], fields)


RECORDS = (
    SurveyTool(name="microsoft_forms", title="Microsoft Forms export", recognise=_recognise, place=70, counts_ids=True),
)
