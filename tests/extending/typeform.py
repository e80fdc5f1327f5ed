"""A survey tool of another package, in one file: Typeform, with a number sign first and its times last."""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, ToolField, copy_fields, place_names, read_given

FIELDS = {
    "respondent_id": ("#",),
    "started_at": ("start date (utc)",),
    "finished_at": ("submit date (utc)",),
}


def recognise(rows: Sequence[Cells]) -> Found | None:
    """Return what the headings say where the first is a number sign and one is the time of submission."""
    names = list(rows[0]) if rows else []
    submitted = place_names(names).get("submit date (utc)")
    if submitted is None or fold_label(names[0]) != "#":
        return None
    finished = ToolField(names[submitted], submitted, read_given(submitted))
    return Found(1, names, [(name,) for name in names], copy_fields(names, FIELDS) | {"finished": finished})


RECORDS = (SurveyTool(name="typeform", title="Typeform export", recognise=recognise),)
