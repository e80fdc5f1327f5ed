"""When the respondent began and ended, and how long it took."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

import numpy as np

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.roles.record import Found, Role, find_by_heading
from bpo_index.drafting.words import list_phrases
from bpo_index.responses.answer_texts import parse_number
from bpo_index.responses.cell_texts import find_date_order, normalise_time

_START = list_phrases(
    """
    start | started | start time | started at | start date | begin | begun | began | inicio | comienzo
    hora de inicio | empieza | debut | date de debut | commence | beginn | startzeit | anfang | anfangsdatum
    gestartet | iniciada em
    """
)
_END = list_phrases(
    """
    end | ended | end time | finished at | end date | completed at | submitted | submit | submission
    submission time | finish time | completion time | finished | fin | final | finalizacion | termino
    hora de finalizacion | enviado | termine | date de fin | ende | endzeit | enddatum | abgeschlossen am
    beendet am | fim | conclusao | enviada em | timestamp | marca temporal | carimbo | horodateur | zeitstempel
    date submitted | recorded date
    """
)
_DURATION = list_phrases(
    """
    duration | seconds | duration in seconds | time taken | elapsed | interview time | duracion | segundos
    duracao | duree | secondes | dauer | sekunden | bearbeitungszeit | length of interview | loi
    """
)
_NO_DURATION = list_phrases("minutes | minutos | minuten | hours | horas | stunden | heures | question | page | click")
#: Share of the cells of a column of times that must be times; rows looked at.
_LEAST, _LOOKED_AT = 0.9, 2_000


#: A date in figures or with the name of a month, a month of a year, or a time of the day; each with a time behind it.
_DATE = re.compile(
    r"(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.](?:19|20)[0-9]{2}"
    r"|[0-9]{1,2}[-./ ]+[^\W\d]{3,12}\.?[-./ ]+(?:[0-9]{2}){1,2}|[^\W\d]{3,12}\.? [0-9]{1,2},? [0-9]{4}"
    r"|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[aApP]\.?[mM]\.?)?)(?:[T ,]+[0-9]{1,2}:[0-9]{2}.*)?"
)


@lru_cache(maxsize=256)
def _read_times(texts: tuple[str, ...]) -> tuple[float | None, ...]:
    order = find_date_order(texts)
    day_first = order.day_first if order.day_first is not None else (True if order.matters else None)
    times: list[float | None] = []
    for text in texts:
        try:
            moment = datetime.fromisoformat(normalise_time(text, day_first=day_first))
        except ValueError:
            times.append(None)
            continue
        times.append(moment.replace(tzinfo=None).timestamp() if len(text) > 10 else None)
    return tuple(times)


def read_times(column: Column) -> tuple[float | None, ...]:
    """Return the seconds of the first rows of a column; None where a cell is no time."""
    return _read_times(tuple(text or "" for text in column.cells.head(_LOOKED_AT).to_list()))


def is_time_column(column: Column) -> bool:
    """Return whether nearly all cells are dates with a time of the day."""
    if not column.given:
        return False
    texts = [text for text in column.cells.head(_LOOKED_AT).to_list() if text]
    if not texts or not any(sign.isdigit() for sign in texts[0]) or ":" not in texts[0]:
        return False
    times = read_times(column)
    return sum(time is not None for time in times) >= _LEAST * len(texts)


def is_date_column(column: Column) -> bool:
    """Return whether nearly all cells are dates or times of the day: 01/05/2023, 2024-02, 10:35."""
    texts = [text for text in column.cells.head(_LOOKED_AT).to_list() if text]
    if not texts:
        return False
    return is_time_column(column) or sum(map(_is_date, texts)) >= _LEAST * len(texts)


def _is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def _find_pair(table: Table) -> tuple[Found | None, Found | None]:
    columns = [column for column in table.columns if is_time_column(column)]
    starts = [column for column in columns if find_by_heading(column, _START)]
    ends = [column for column in columns if find_by_heading(column, _END) and column not in starts]
    start = starts[0] if starts else None
    end = next((column for column in ends if column is not start), None)
    if start and end:
        both = [
            (a, b) for a, b in zip(read_times(start), read_times(end), strict=True) if a is not None and b is not None
        ]
        right = sum(a <= b for a, b in both)
        is_sure = right >= 0.98 * len(both) and len(starts) == 1
        evidence = phrase("drafting.start_before_end", right=right, rows=len(both))
        return Found(start, evidence, is_sure), Found(end, evidence, is_sure)
    return (
        Found(start, phrase("drafting.holds_times"), len(starts) == 1) if start else None,
        Found(end, phrase("drafting.holds_times"), len(ends) == 1) if end else None,
    )


def find_starts(table: Table) -> list[Found]:
    """The column of times whose heading says start."""
    found = _find_pair(table)[0]
    return [found] if found else []


def find_ends(table: Table) -> list[Found]:
    """The column of times whose heading says end."""
    found = _find_pair(table)[1]
    return [found] if found else []


def find_durations(table: Table) -> list[Found]:
    """Columns of seconds, whose heading says duration, that agree with the times where there are any."""
    start, end = _find_pair(table)
    found = []
    for column in table.columns:
        if not find_by_heading(column, _DURATION, _NO_DURATION) or is_time_column(column) or not column.given:
            continue
        numbers = [parse_number(text) if text else None for text in column.cells.head(_LOOKED_AT).to_list()]
        known = [number for number in numbers if number is not None]
        if (
            len(known) < _LEAST * sum(text is not None for text in column.cells.head(_LOOKED_AT).to_list())
            or min(known) < 0
        ):
            continue
        if start and end:
            ratios = [
                (b - a) / number
                for a, b, number in zip(read_times(start.column), read_times(end.column), numbers, strict=True)
                if a is not None and b is not None and number and b > a
            ]
            if ratios and not 0.5 < float(np.median(ratios)) < 2:
                continue
        found.append(Found(column, phrase("drafting.holds_seconds"), True))
    return found


RECORDS = (
    Role("started_at", find_starts, place=30),
    Role("finished_at", find_ends, place=31),
    Role("duration", find_durations, place=32),
)
