"""ODK Central and what descends from it (SurveyCTO, ODK Briefcase): a key, and paths of groups with `-`, `/` or `:`.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, copy_fields, split_path

#: Ids of a submission; one of them has to be there.
_IDS = ("meta-instanceid", "meta/instanceid", "meta:instanceid", "instanceid", "key")
_FIELDS = {
    "respondent_id": _IDS,
    "started_at": ("start", "starttime", "start_time"),
    "finished_at": ("end", "endtime", "end_time", "submissiondate"),
}
#: Columns of the tool beside the ids; two of them make an export.
_NAMES = frozenset(
    {
        "submissiondate", "submitterid", "submittername", "attachmentspresent", "attachmentsexpected", "reviewstate",
        "deviceid", "edits", "formversion", "meta-instancename", "meta/instancename", "formdef_version", "instancename",
        "key",
    }
)  # fmt: skip


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    folded = {fold_label(name) for name in names}
    if not folded & set(_IDS) or len(_NAMES & folded) < 2 or "submissiondate" not in folded:
        return None
    return Found(1, names, [split_path(name, "-/:") for name in names], copy_fields(names, _FIELDS))


RECORDS = (SurveyTool(name="odk", title="ODK export", recognise=_recognise, place=50),)
