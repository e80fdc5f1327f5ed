"""The forms in which survey tools write their exports: rows of headings, names of columns, fields of their own.

`find_headings` recognises a form by names that only this tool writes, and returns for every column the labels under
which a definition may know it: the name, the wording, and, where the tool puts a stem before the statement of a grid,
the statement alone. Fields such as the start or the mark of a preview are taken from the tool's own columns where the
definition's are not in the file. Sources of the forms: docs/methods/survey-tools.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bpo_index.definition.blocks import Source as HowToRead
from bpo_index.display.labels import fold_label

Cells = Sequence[str]
#: A heading longer than this is not taken apart, and none into more parts than that: no tool writes such.
_LONGEST, _MOST_PARTS = 4_000, 20


@dataclass(frozen=True)
class ToolField:
    """A field of the tidy responses that the tool gives in columns of its own."""

    heading: str
    """The column's name, for messages."""
    position: int
    read: Callable[[Cells], str]
    """Cells of a record to the text of the field."""


@dataclass(frozen=True)
class Headings:
    """What the rows of headings say."""

    export: str
    """A name of `source.export`."""
    rows: int
    """Rows of headings, from `first`."""
    first: int
    """Which of the records that are not blank is the first of them, from 0."""
    names: list[str]
    """The name of every column."""
    labels: list[tuple[str, ...]]
    """Everything that each column may be known by, the name first."""
    fields: dict[str, ToolField] = field(default_factory=dict)
    """By the name of the tidy column."""


def find_headings(records: list[Cells], first: int, how: HowToRead) -> Headings:
    """Return the headings that begin with record `first`, in the form of the tool that is recognised, or plain.

    Parameters
    ----------
    records
        The cells of the first records that are not blank.
    first
        Where the headings begin.
    how
        What the definition says of the files; it overrules what is recognised.
    """
    rows = records[first : first + 3]
    for export, recognise in _TOOLS.items():
        if how.export in (None, export):
            found = recognise(rows)
            if found and how.header_rows in (None, found.rows):
                return Headings(export, found.rows, first, found.names, found.labels, found.fields)
    count = min(how.header_rows or 1, len(rows))
    width = max((len(row) for row in rows[:count]), default=0)
    columns = [[row[n] if n < len(row) else "" for row in rows[:count]] for n in range(width)]
    return Headings("plain", count, first, [column[0] for column in columns], [tuple(column) for column in columns])


@dataclass(frozen=True)
class _Found:
    rows: int
    names: list[str]
    labels: list[tuple[str, ...]]
    fields: dict[str, ToolField]


def _copy(names: list[str], wanted: Mapping[str, tuple[str, ...]]) -> dict[str, ToolField]:
    """Return the fields whose column has one of the wanted names, read as they are."""
    places = _place(names)
    fields = {}
    for tidy, spellings in wanted.items():
        position = next((places[name] for name in spellings if name in places), None)
        if position is not None:
            fields[tidy] = ToolField(names[position], position, _read_cell(position))
    return fields


def _place(names: Iterable[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for n, name in enumerate(names):
        places.setdefault(fold_label(name), n)
    return places


def _read_cell(position: int) -> Callable[[Cells], str]:
    return lambda cells: cells[position]


def _read_given(position: int) -> Callable[[Cells], str]:
    return lambda cells: "true" if cells[position] else "false"


def _widen(row: Cells, width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]


# ---- Qualtrics ------------------------------------------------------------------------------------------------------
_QUALTRICS = {
    "respondent_id": ("_recordid", "responseid", "response id", "antwort-id"),
    "started_at": ("startdate", "start date", "anfangsdatum"),
    "finished_at": ("enddate", "end date", "enddatum"),
    "duration": ("duration", "duration (in seconds)", "dauer (in sekunden)"),
    "finished": ("finished", "beendet"),
}
_QUALTRICS_STATUS = ("status", "response type", "antworttyp")
_QUALTRICS_CHANNEL = ("distributionchannel", "distribution channel", "verteilungskanal")
#: Names of a Qualtrics export that together no other file has.
_QUALTRICS_NAMES = frozenset(
    {
        "startdate", "enddate", "status", "ipaddress", "progress", "duration (in seconds)", "finished", "recordeddate",
        "responseid", "recipientlastname", "recipientfirstname", "externalreference", "locationlatitude",
        "locationlongitude", "distributionchannel", "userlanguage",
    }
)  # fmt: skip
#: Codes of the column Status that mark previews, tests and spam.
_QUALTRICS_CODES = {
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
#: The statement of a grid follows its stem; in the legacy form without spaces.
_STEM = re.compile(r"^[^-–]*[-–]\s*(?P<statement>.+)$", re.DOTALL)


def _recognise_qualtrics(rows: list[Cells]) -> _Found | None:
    names = rows[0] if rows else ()
    ids = next((n for n, row in enumerate(rows) if _is_import_row(row)), None)
    if ids is not None:
        count = ids + 1
    elif _is_legacy(rows):
        count = 2
    elif len(_QUALTRICS_NAMES & {fold_label(name) for name in names}) >= 3:
        count = 2 if len(rows) > 1 and _is_wording(names, rows[1], rows[2] if len(rows) > 2 else ()) else 1
    else:
        return None
    width = max(len(row) for row in rows[:count])
    columns = [_widen(row, width) for row in rows[:count]]
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
        fields = _copy(row, _QUALTRICS) | fields
    fields |= _read_qualtrics_status([imports, *texts])
    named = texts[0]
    fields = {
        tidy: replace(one, heading=named[one.position] if one.heading in imports else one.heading)
        for tidy, one in fields.items()
    }
    return _Found(count, list(texts[0]), labels, fields)


def _read_qualtrics_status(rows: list[list[str]]) -> dict[str, ToolField]:
    """Return the field `status`: previews and tests are marked in the column Status or in that of the channel."""
    found: dict[str, tuple[str, int]] = {}
    for key, names in (("status", _QUALTRICS_STATUS), ("channel", _QUALTRICS_CHANNEL)):
        for row in rows:
            places = _place(row)
            position = next((places[name] for name in names if name in places), None)
            if position is not None:
                found.setdefault(key, (row[position], position))
    if not found:
        return {}
    status, channel = found.get("status"), found.get("channel")

    def read(cells: Cells) -> str:
        if channel and fold_label(cells[channel[1]]) in ("preview", "test"):
            return fold_label(cells[channel[1]])
        return _QUALTRICS_CODES.get(fold_label(cells[status[1]]), cells[status[1]]) if status else ""

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


def _is_legacy(rows: list[Cells]) -> bool:
    """Return whether columns V1, V2 and so on stand above ResponseID and StartDate."""
    if len(rows) < 2:
        return False
    numbered = sum(bool(re.fullmatch(r"V[0-9]+", name)) for name in rows[0])
    return numbered >= 3 and {"responseid", "startdate"} <= {fold_label(cell) for cell in rows[1]}


def _is_wording(names: Cells, row: Cells, following: Cells) -> bool:
    """Return whether the second row is no answer: words where a date or a number must be, unlike in the row below.

    No cell of it is a number, as answers and ids may be.
    """
    places = _place(names)
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
    return [*([whole] if whole != text else []), *_split_stems(whole)]


def _split_stems(text: str) -> list[str]:
    """Return what follows each dash that may part the stem of a grid from the statement."""
    found: list[str] = []
    rest = text[:_LONGEST]
    while len(found) < _MOST_PARTS and (match := _STEM.match(rest)):
        rest = match["statement"]
        found.append(rest)
    return found


# ---- LimeSurvey -----------------------------------------------------------------------------------------------------
_LIME = {
    "respondent_id": ("id", "response id"),
    "started_at": ("startdate", "date started"),
    "finished_at": ("submitdate", "date submitted"),
    "duration": ("interviewtime", "total time"),
}
_LIME_NAMES = (
    frozenset({"submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"}),
    frozenset({"date submitted", "last page", "start language", "seed", "date started", "date last action"}),
)


def _recognise_limesurvey(rows: list[Cells]) -> _Found | None:
    names = list(rows[0]) if rows else []
    folded = {fold_label(name) for name in names}
    if not any(len(known & folded) >= 3 and folded & {"submitdate", "date submitted"} for known in _LIME_NAMES):
        return None
    places = _place(names)
    position = next(places[name] for name in ("submitdate", "date submitted") if name in places)
    fields = _copy(names, _LIME) | {"finished": ToolField(names[position], position, _read_given(position))}
    return _Found(1, names, [_split_brackets(name) for name in names], fields)


def _split_brackets(name: str) -> tuple[str, ...]:
    """Return a heading, and what is in the brackets at its end; else, of ``code. Wording``, code and wording."""
    parts = [name]
    if len(name) > _LONGEST:
        return (name,)
    match = re.fullmatch(r"[^\[]*\[(?P<inside>.*)\]", name, re.DOTALL)
    if match:
        parts.append(match["inside"].strip())
    code = re.match(r"(?P<code>[A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])?)\.\s+(?P<wording>.+)", name, re.DOTALL)
    if code and not match:
        parts += [code["code"], code["wording"]]
    return tuple(dict.fromkeys(parts))


# ---- SurveyMonkey ---------------------------------------------------------------------------------------------------
_MONKEY = {
    "respondent_id": ("respondent id", "respondentid", "respondent_id"),
    "started_at": ("date created", "start date", "startdate", "date_created"),
    "finished_at": ("date modified", "end date", "enddate", "date_modified"),
}
_MONKEY_NAMES = frozenset(
    {
        "collector id", "date created", "date modified", "ip address", "email address", "first name", "last name",
        "start date", "end date", "custom data 1", "collectorid", "collector_id", "date_created", "date_modified",
        "ip_address",
    }
)  # fmt: skip
#: What stands in the second row where the question has one column.
_MONKEY_PLAIN = frozenset({"", "response", "open-ended response"})


def _recognise_surveymonkey(rows: list[Cells]) -> _Found | None:
    names = list(rows[0]) if rows else []
    places = _place(names)
    respondent = next((places[name] for name in _MONKEY["respondent_id"] if name in places), None)
    if respondent is None or len(_MONKEY_NAMES & set(places)) < 2:
        return None
    fields = _copy(names, _MONKEY)
    has_two = len(rows) > 1 and len(rows[1]) > respondent and not rows[1][respondent] and any(rows[1])
    if not has_two:
        return _Found(1, names, [(name, *_split_stems(name)) for name in names], fields)
    width = max(len(rows[0]), len(rows[1]))
    questions, answers = _widen(rows[0], width), _widen(rows[1], width)
    filled: list[str] = []
    for question, answer in zip(questions, answers, strict=True):
        filled.append(question or (filled[-1] if filled and answer else ""))
    labels: list[tuple[str, ...]] = [
        (question,) if fold_label(answer) in _MONKEY_PLAIN else (answer, f"{question} [{answer}]")
        for question, answer in zip(filled, answers, strict=True)
    ]
    return _Found(2, [names[0] for names in labels], labels, fields)


# ---- KoboToolbox ----------------------------------------------------------------------------------------------------
_KOBO = {"respondent_id": ("_uuid", "_id"), "started_at": ("start",), "finished_at": ("end", "_submission_time")}
_KOBO_NAMES = frozenset({"_id", "_uuid", "_submission_time", "_validation_status", "_submitted_by", "_index", "_tags"})


def _recognise_kobotoolbox(rows: list[Cells]) -> _Found | None:
    names = list(rows[0]) if rows else []
    if len(_KOBO_NAMES & {fold_label(name) for name in names}) < 3:
        return None
    return _Found(1, names, [_split_path(name) for name in names], _copy(names, _KOBO))


def _split_path(name: str) -> tuple[str, ...]:
    """Return a heading and what follows each slash of the path of groups."""
    parts = name.split("/")
    return tuple(dict.fromkeys([name, *("/".join(parts[n:]).strip() for n in range(1, min(len(parts), _MOST_PARTS)))]))


# ---- Google Forms ---------------------------------------------------------------------------------------------------
_GOOGLE_FIRST = ("timestamp", "zeitstempel", "marca temporal", "horodateur", "carimbo de data/hora")


def _recognise_google_forms(rows: list[Cells]) -> _Found | None:
    names = list(rows[0]) if rows else []
    if not names or fold_label(names[0]) not in _GOOGLE_FIRST:
        return None
    fields = {"finished_at": ToolField(names[0], 0, _read_cell(0))}
    labels: list[tuple[str, ...]] = [_split_brackets(name) if name.endswith("]") else (name,) for name in names]
    return _Found(1, names, labels, fields)


_TOOLS: dict[str, Callable[[list[Cells]], _Found | None]] = {
    "qualtrics": _recognise_qualtrics,
    "limesurvey": _recognise_limesurvey,
    "surveymonkey": _recognise_surveymonkey,
    "kobotoolbox": _recognise_kobotoolbox,
    "google_forms": _recognise_google_forms,
}
TOOL_NAMES = {
    "plain": "no survey tool recognised",
    "qualtrics": "Qualtrics export",
    "limesurvey": "LimeSurvey export",
    "surveymonkey": "SurveyMonkey export",
    "kobotoolbox": "KoboToolbox export",
    "google_forms": "Google Forms export",
}
