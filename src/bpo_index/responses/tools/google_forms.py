"""Google Forms: a time stamp first, and the rows of a grid in brackets.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import Cells, Found, SurveyTool, ToolField, read_cell, split_brackets

_FIRST = ("timestamp", "zeitstempel", "marca temporal", "horodateur", "carimbo de data/hora")


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    if not names or fold_label(names[0]) not in _FIRST:
        return None
    fields = {"finished_at": ToolField(names[0], 0, read_cell(0))}
    return Found(1, names, [(name, *split_brackets(name)) for name in names], fields)


RECORDS = (SurveyTool(name="google_forms", title="Google Forms export", recognise=_recognise, place=80),)
