"""LimeSurvey: headings as codes, as texts, or as both; an answer is whole where it was submitted.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import (
    LONGEST,
    Cells,
    Found,
    SurveyTool,
    ToolField,
    copy_fields,
    place_names,
    read_given,
    split_brackets,
)

_FIELDS = {
    "respondent_id": ("id", "response id"),
    "started_at": ("startdate", "date started"),
    "finished_at": ("submitdate", "date submitted"),
    "duration": ("interviewtime", "total time"),
}
#: Of one survey, as codes and as texts. An export is recognised by three of a row, the time of submission among them.
_NAMES = (
    frozenset({"submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"}),
    frozenset({"date submitted", "last page", "start language", "seed", "date started", "date last action"}),
)
_SUBMITTED = ("submitdate", "date submitted")
#: Where headings give both: the mark between the code and the text, which whoever exports may choose.
_MARK = re.compile(r"submitdate(?P<mark>[^0-9A-Za-z_\[\]]{1,10}).", re.IGNORECASE | re.DOTALL)
#: A code, and of questions with parts the codes of these: ``G1[agents]``, ``G1[agents][1]``.
_CODE = r"(?P<code>[A-Za-z][A-Za-z0-9_]*(?:\[[^\]]{0,200}\]){0,3})"
_LAST_BRACKETS = re.compile(r".*\[(?P<inside>[^\[\]]*)\]", re.DOTALL)
#: What stands for the time of submission in surveys that keep no times.
_NO_TIME = "1980-01-01"


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = list(rows[0]) if rows else []
    mark = next((match["mark"] for name in names if (match := _MARK.match(name))), None)
    both = [_split_both(name, mark) for name in names]
    codes = [parts[0] if parts else name for name, parts in zip(names, both, strict=True)]
    folded = {fold_label(code) for code in codes}
    if not any(len(known & folded) >= 3 and folded & set(_SUBMITTED) for known in _NAMES):
        return None
    places = place_names(codes)
    position = next(places[name] for name in _SUBMITTED if name in places)
    submitted = ToolField(names[position], position, _read_time(position))
    fields = {
        tidy: ToolField(names[one.position], one.position, one.read)
        for tidy, one in copy_fields(codes, _FIELDS).items()
    }
    fields |= {"finished_at": submitted, "finished": ToolField(names[position], position, read_given(position))}
    labels = [
        (name, *_name_parts(*parts)) if parts else _split_plain(name) for name, parts in zip(names, both, strict=True)
    ]
    return Found(1, names, [tuple(dict.fromkeys(parts)) for parts in labels], fields)


def _read_time(position: int) -> Callable[[Cells], str]:
    return lambda cells: "" if cells[position].startswith(_NO_TIME) else cells[position]


def _split_both(name: str, mark: str | None) -> tuple[str, str] | None:
    """Return code and text of a heading that gives both."""
    match = (
        re.match(f"{_CODE}{re.escape(mark)}(?P<text>.+)", name, re.DOTALL) if mark and len(name) <= LONGEST else None
    )
    return (match["code"], match["text"].strip()) if match else None


def _name_parts(code: str, text: str) -> list[str]:
    """Return what a heading of code and text may be known by: either, and what either has in brackets at its end."""
    inside = [match["inside"].strip() for part in (code, text) if (match := _LAST_BRACKETS.fullmatch(part))]
    return [part for part in (code, text, *inside, *split_brackets(text)) if part]


def _split_plain(name: str) -> tuple[str, ...]:
    """Return a heading, and what is in the brackets at its end; else, of ``code. Text``, code and text."""
    inside = split_brackets(name)
    if inside:
        return (name, *inside)
    return (name, *(_split_both(name, ". ") or ()))


RECORDS = (SurveyTool(name="limesurvey", title="LimeSurvey export", recognise=_recognise, place=20, counts_ids=True),)
