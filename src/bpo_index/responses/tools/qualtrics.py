"""Qualtrics: one to three rows of headings, ids of imports, previews and tests, progress.

Method page: docs/methods/survey-tools.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from bpo_index.display.labels import fold_label
from bpo_index.responses.tools.record import (
    Cells,
    Found,
    SurveyTool,
    ToolField,
    copy_fields,
    place_names,
    split_stems,
    widen,
)

_FIELDS = {
    "respondent_id": ("_recordid", "responseid", "response id", "antwort-id"),
    "started_at": ("startdate", "start date", "anfangsdatum"),
    "finished_at": ("enddate", "end date", "enddatum"),
    "duration": ("duration", "duration (in seconds)", "dauer (in sekunden)"),
    "finished": ("finished", "beendet"),
}
_PROGRESS = {"finished": ("progress", "aktueller stand", "fortschritt")}
_STATUS = ("status", "response type", "antworttyp")
_CHANNEL = ("distributionchannel", "distribution channel", "verteilungskanal")
#: Names of a Qualtrics export that together no other file has.
_NAMES = frozenset(
    {
        "startdate", "enddate", "status", "ipaddress", "progress", "duration (in seconds)", "finished", "recordeddate",
        "responseid", "recipientlastname", "recipientfirstname", "externalreference", "locationlatitude",
        "locationlongitude", "distributionchannel", "userlanguage",
    }
)  # fmt: skip
#: Codes of the column Status that mark previews, tests and spam.
_STATUS_CODES = {
    "1": "preview",
    "2": "test",
    "8": "spam",
    "9": "spam",
    "12": "spam",
    "17": "preview",
    "40": "spam",
    "umfragevorschau": "preview",
    "umfragetest": "test",
}


def _recognise(rows: Sequence[Cells]) -> Found | None:
    names = rows[0] if rows else ()
    ids = next((n for n, row in enumerate(rows) if _is_import_row(row)), None)
    if ids is not None:
        count = ids + 1
    elif _is_legacy(rows):
        count = 2
    elif len(_NAMES & {fold_label(name) for name in names}) >= 3:
        count = 2 if len(rows) > 1 and _is_wording(names, rows[1], rows[2] if len(rows) > 2 else ()) else 1
    else:
        return None
    width = max(len(row) for row in rows[:count])
    columns = [widen(row, width) for row in rows[:count]]
    imports = [_read_import_id(cell) for cell in columns[ids]] if ids is not None else [""] * width
    texts = [row for n, row in enumerate(columns) if n != ids]
    if not texts:  # the row of ids alone is left
        texts = [imports]
    labels = [
        tuple(dict.fromkeys(part for part in (*given, *_split_wording(given[-1]), imported) if part)) or ("",)
        for *given, imported in zip(*texts, imports, strict=True)
    ]
    fields: dict[str, ToolField] = {}
    for row in (imports, *texts):
        fields = copy_fields(row, _FIELDS) | fields
    fields |= _read_status([imports, *texts])
    progress = [_read_progress(one) for row in (imports, *texts) for one in copy_fields(row, _PROGRESS).values()][:1]
    fields = dict(zip(["finished"], progress, strict=False)) | fields
    named = texts[0]
    fields = {
        tidy: replace(one, heading=named[one.position] if one.heading in imports else one.heading)
        for tidy, one in fields.items()
    }
    return Found(count, list(texts[0]), labels, fields, {"finished": tuple(progress)})


def _read_progress(column: ToolField) -> ToolField:
    """Return whether the end was reached: at 100 per cent."""

    def read(cells: Cells) -> str:
        text = cells[column.position].rstrip("% ")
        return ("true" if text in ("100", "100.0", "100.00") else "false") if text else ""

    return replace(column, read=read)


def _read_status(rows: list[list[str]]) -> dict[str, ToolField]:
    """Return the field `status`: previews and tests are marked in the column Status or in that of the channel."""
    found: dict[str, tuple[str, int]] = {}
    for key, names in (("status", _STATUS), ("channel", _CHANNEL)):
        for row in rows:
            places = place_names(row)
            position = next((places[name] for name in names if name in places), None)
            if position is not None:
                found.setdefault(key, (row[position], position))
    if not found:
        return {}
    status, channel = found.get("status"), found.get("channel")

    def read(cells: Cells) -> str:
        if channel and fold_label(cells[channel[1]]) in ("preview", "test"):
            return fold_label(cells[channel[1]])
        return _STATUS_CODES.get(fold_label(cells[status[1]]), cells[status[1]]) if status else ""

    heading, position = status or channel or ("", 0)
    return {"status": ToolField(heading, position, read)}


def _is_import_row(row: Cells) -> bool:
    given = [cell for cell in row if cell]
    return bool(given) and sum(bool(_read_import_id(cell)) for cell in given) >= len(given) / 2


def _read_import_id(cell: str) -> str:
    if "ImportId" not in cell:
        return ""
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return ""
    return str(value.get("ImportId", "")) if isinstance(value, dict) else ""


def _is_legacy(rows: Sequence[Cells]) -> bool:
    """Return whether columns V1, V2 and so on stand above ResponseID and StartDate."""
    if len(rows) < 2:
        return False
    numbered = sum(bool(re.fullmatch(r"V[0-9]+", name)) for name in rows[0])
    return numbered >= 3 and {"responseid", "startdate"} <= {fold_label(cell) for cell in rows[1]}


def _is_wording(names: Cells, row: Cells, following: Cells) -> bool:
    """Return whether the second row is no answer: words where a date or a number must be, unlike in the row below.

    No cell of it is a number, as answers and ids may be.
    """
    places = place_names(names)
    checked = [
        places[name]
        for name in ("startdate", "enddate", "recordeddate", "progress", "duration (in seconds)")
        if name in places and places[name] < len(row) and row[places[name]]
    ]
    repeated = [n for n in checked if n < len(following) and following[n] == row[n]]
    numbers = [cell for cell in row if re.fullmatch(r"[+-]?[0-9]+(?:[.,][0-9]+)?", cell)]
    return bool(checked) and not any(re.search(r"[0-9]", row[n]) for n in checked) and not repeated and not numbers


def _split_wording(text: str) -> list[str]:
    """Return the statements of a wording, and the wording of a choice without what is said of its text entry."""
    whole = text.removesuffix(" - Selected Choice")
    return [*([whole] if whole != text else []), *split_stems(whole)]


RECORDS = (SurveyTool(name="qualtrics", title="Qualtrics export", recognise=_recognise, place=10),)
