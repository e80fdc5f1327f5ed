"""KoboToolbox: paths of groups before the question, and columns that begin with an underscore.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, copy_fields, split_path

_FIELDS = {"respondent_id": ("_uuid", "_id"), "started_at": ("start",), "finished_at": ("end", "_submission_time")}
_NAMES = frozenset({"_id", "_uuid", "_submission_time", "_validation_status", "_submitted_by", "_index", "_tags"})


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    if len(_NAMES & {fold_label(name) for name in names}) < 3:
        return None
    return Found(1, names, [split_path(name, "/") for name in names], copy_fields(names, _FIELDS))


RECORDS = (SurveyTool(name="kobotoolbox", title="KoboToolbox export", recognise=_recognise, place=40),)
