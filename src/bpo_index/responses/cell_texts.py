"""Cells as the file wrote them into the one spelling that validation reads: decimal points, times in ISO form.

What a file means is decided once for the whole file, from all of its cells, and said; where it is not clear, nothing
is changed. Method page: docs/methods/reading.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_POINTED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?P<part>,[0-9]+)?")
_SEPARATED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_TIME = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<mark>[-/.])(?P<b>[0-9]{1,2})(?P=mark)(?P<c>[0-9]{1,4}),?(?:T|\s+)"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<part>\.[0-9]+)?)?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s*(?P<zone>Z|(?:GMT|UTC)?(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?)"
)


def find_decimal_mark(texts: Iterable[str]) -> str | None:
    """Return the decimal mark of a file's numbers: a comma where numbers have one and none has a point; else a point.

    None where some numbers have the one and some the other.

    Examples
    --------
    >>> [find_decimal_mark(texts) for texts in (["7,5", "8"], ["7.5", "8"], ["7,5", "7.5"], ["8"])]
    [',', '.', None, '.']
    """
    different = set(texts)
    commas = any(_COMMA.fullmatch(text) for text in different)
    points = any(_POINT.fullmatch(text) for text in different)
    if commas and points:
        return None
    return "," if commas else "."


def can_be_decimal(mark: str, texts: Iterable[str]) -> bool:
    """Return whether no number says that the mark does not stand before decimals; a point is never before thousands.

    Examples
    --------
    >>> can_be_decimal(".", ["1,250", "980.5"]), can_be_decimal(".", ["1,25"]), can_be_decimal(",", ["1,250", "980.5"])
    (True, False, False)
    """
    different = set(texts)
    if mark == ",":
        return not any(
            _POINT.fullmatch(text) or (("." in text or text.count(",") > 1) and _SEPARATED.fullmatch(text))
            for text in different
        )
    return not any(
        (_COMMA.fullmatch(text) and not _THOUSANDS.fullmatch(text)) or ("," in text and _POINTED.fullmatch(text))
        for text in different
    )


def is_ambiguous(texts: Iterable[str]) -> bool:
    """Return whether numbers have commas and all of these stand before three digits, as thousands do.

    Examples
    --------
    >>> is_ambiguous(["1,250", "980"]), is_ambiguous(["1,25", "1,250"])
    (True, False)
    """
    commas = [text for text in set(texts) if _COMMA.fullmatch(text)]
    return bool(commas) and all(_THOUSANDS.fullmatch(text) for text in commas)


def write_plainly(text: str, mark: str, *, has_thousands: bool = True) -> str:
    """Return a number with a decimal point and no thousands, whose decimal mark is known; any other text as it is.

    Parameters
    ----------
    mark
        A comma or a point.
    has_thousands
        Whether a decimal point may be a point before thousands where decimals have a comma: not in files that have
        numbers as numbers.

    Examples
    --------
    >>> [write_plainly(text, ",") for text in ("7,5", "1.250", "1.250,5", "none")]
    ['7.5', '1250', '1250.5', 'none']
    >>> write_plainly("1.250", ",", has_thousands=False), write_plainly("1,250", ".")
    ('1.250', '1250')
    """
    if mark == ".":
        return text.replace(",", "") if _SEPARATED.fullmatch(text) else text
    if _COMMA.fullmatch(text):
        return text.replace(",", ".")
    pointed = _POINTED.fullmatch(text)
    return text.replace(".", "").replace(",", ".") if pointed and (has_thousands or pointed["part"]) else text


@dataclass(frozen=True)
class DateOrder:
    """Whether 03/04/2021 is the third of April."""

    day_first: bool | None
    """None: it is not clear."""
    matters: bool
    """Whether any date depends on it."""


def find_date_order(texts: Iterable[str], wanted: str | None = None) -> DateOrder:
    """Return the order of day and month in the dates of a file, from the days above twelve.

    Examples
    --------
    >>> find_date_order(["13/05/2021 10:00", "01/02/2021 10:00"]).day_first
    True
    >>> find_date_order(["01/02/2021 10:00"]).day_first is None
    True
    """
    matches = [match for text in set(texts) if (match := _TIME.fullmatch(text)) and _is_numeric_order(match)]
    if wanted:
        return DateOrder(wanted == "day_first", bool(matches))
    first, second = (any(int(match[part]) > 12 for match in matches) for part in ("a", "b"))
    return DateOrder(first if first != second else None, bool(matches))


def is_order_unclear(text: str) -> bool:
    """Return whether a text is a time in which day and month may be either way round."""
    match = _TIME.fullmatch(text)
    return match is not None and _is_numeric_order(match)


def _is_numeric_order(match: re.Match[str]) -> bool:
    """Return whether the date is written day and month, or month and day, before the year; a point says day first."""
    return len(match["a"]) < 3 and len(match["c"]) in (2, 4) and match["mark"] != "."


def normalise_time(text: str, *, day_first: bool | None) -> str:
    """Return a time as ``2021-05-13 10:12:13``; with a zone, in UTC; a text that is no time as it is.

    Examples
    --------
    >>> normalise_time("5/13/2021 2:05:09 PM", day_first=False)
    '2021-05-13 14:05:09'
    >>> normalise_time("2021-05-13T10:12:13.000+02:00", day_first=None)
    '2021-05-13 08:12:13'
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return text
    if len(match["a"]) == 4:
        year, month, day = match["a"], match["b"], match["c"]
    elif _is_numeric_order(match):
        if day_first is None:
            return text
        day, month = (match["a"], match["b"]) if day_first else (match["b"], match["a"])
        year = match["c"]
    else:
        day, month, year = match["a"], match["b"], match["c"]
    if len(year) not in (2, 4) or len(day) > 2:
        return text
    year = f"20{year}" if len(year) == 2 else year
    hour, half = int(match["hour"]), (match["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return text
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        time = datetime(int(year), int(month), int(day), hour, int(match["minute"]), int(match["second"] or 0))
        time += timedelta(microseconds=round(float(match["part"] or 0) * 1e6)) - _read_zone(match["zone"])
    except (ValueError, OverflowError):
        return text
    return time.isoformat(" ")


def _read_zone(zone: str) -> timedelta:
    digits = re.search(r"([+-])([0-9]{1,2}):?([0-9]{2})?$", zone)
    if digits is None:
        return timedelta()
    shift = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return -shift if digits[1] == "-" else shift
