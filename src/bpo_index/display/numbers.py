"""Numbers, ranges and lists as readers see them, wherever they are shown: terminal, tables, report, notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Any

from bpo_index.display.catalogue import phrase
from bpo_index.display.language import list_items, localise, localise_percentage

#: What stands where there is no number.
NOTHING = "–"


def write_digits(value: float, decimals: int) -> str:
    """Return a number with a point, rounded as a reader rounds the digits that are published of it: halves away from 0.

    Examples
    --------
    >>> write_digits(85.35, 1), f"{85.35:.1f}", write_digits(-0.125, 2)
    ('85.4', '85.3', '-0.13')
    """
    number = float(value)
    if not isfinite(number):
        return f"{number:.{decimals}f}"
    return f"{Decimal(repr(number)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


def show_number(value: float | None, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a number for readers, with a true minus sign; whole numbers as they are, a dash for none.

    Examples
    --------
    >>> show_number(90.902778), show_number(12), show_number(None), show_number(-1.26), show_number(-0.04)
    ('90.9', '12', '–', '−1.3', '0.0')
    >>> show_number(2.5, signed=True), show_number(0.04, signed=True)
    ('+2.5', '0.0')
    """
    if value is None:
        return NOTHING
    text = str(value) if isinstance(value, int) else write_digits(value, decimals)
    if not float(text):
        return localise(text.removeprefix("-"))
    return f"{'+' if signed and value > 0 else ''}{localise(text)}"


def show_count(count: int) -> str:
    """Return a whole number with its thousands set apart.

    Examples
    --------
    >>> show_count(12000)
    '12,000'
    """
    return localise(str(count), grouped=True)


def show_point(value: float) -> str:
    """Return a number with the decimals that it has, such as a point of an answer scale.

    Examples
    --------
    >>> show_point(10.0), show_point(0.5), show_point(-2)
    ('10', '0.5', '−2')
    """
    return localise(f"{value:g}")


def show_range(low: float | None, high: float | None, decimals: int = 1) -> str:
    """Return a range for readers: one number where its ends look the same, a dash where there is none.

    Examples
    --------
    >>> show_range(1, 4), show_range(12, 12), show_range(85.43, 94.46), show_range(None, None)
    ('1 to 4', '12', '85.4 to 94.5', '–')
    """
    if low is None or high is None:
        return NOTHING
    ends = show_number(low, decimals), show_number(high, decimals)
    return ends[0] if ends[0] == ends[1] else phrase("numbers.range", low=ends[0], high=ends[1])


def show_estimate(value: float | None, low: float | None, high: float | None, decimals: int = 2) -> str:
    """Return a number with its interval in brackets, where there is one.

    Examples
    --------
    >>> show_estimate(0.58, 0.391, 0.715), show_estimate(0.58, None, None), show_estimate(None, None, None)
    ('0.58 (0.39 to 0.72)', '0.58', '–')
    """
    number, *ends = (show_number(one, decimals) for one in (value, low, high))
    if low is None or high is None:
        return number
    return phrase("numbers.estimate", value=number, low=ends[0], high=ends[1])


def show_score(row: Mapping[str, Any]) -> str:
    """Return the score of a row of units or categories as readers see it: a bound with the words for it.

    Examples
    --------
    >>> show_score({"score": 99.0, "score_bound": "at least"}), show_score({"score": 90.902778, "score_bound": None})
    ('at least 99', '90.9')
    """
    if row["score_bound"] is None:
        return show_number(row["score"])
    return phrase(f"numbers.bound_{row['score_bound'].replace(' ', '_')}", value=show_point(row["score"]))


def show_share(value: float | None) -> str:
    """Return a share with two decimals; one that is neither 0 nor 1 is not printed as either.

    Examples
    --------
    >>> show_share(0.854), show_share(0.0002), show_share(0.9999), show_share(0.0)
    ('0.85', '<0.01', '>0.99', '0.00')
    """
    if value is None:
        return NOTHING
    if 0 < value < 0.005:
        return f"<{localise('0.01')}"
    return f">{localise('0.99')}" if 0.995 <= value < 1 else localise(write_digits(value, 2))


def show_percentage(share: float) -> str:
    """Return a share in per cent, for sentences; one that is neither none nor all is not called either.

    Examples
    --------
    >>> show_percentage(0.41), show_percentage(0.997), show_percentage(0.001), show_percentage(1.0)
    ('41%', 'more than 99%', 'less than 1%', '100%')
    """
    if 0 < share < 0.005:
        return phrase("numbers.less_than", value=show_percent(0.01))
    return phrase("numbers.more_than", value=show_percent(0.99)) if 0.995 <= share < 1 else show_percent(share)


def show_percent(share: float, decimals: int = 0) -> str:
    """Return a share in per cent, whatever it is.

    Examples
    --------
    >>> show_percent(0.05), show_percent(0.0237, decimals=1)
    ('5%', '2.4%')
    """
    return localise_percentage(write_digits(round(100 * share, 9), decimals))


def show_level(confidence_level: float) -> str:
    """Return a confidence level, with the decimals that it has.

    Examples
    --------
    >>> show_level(0.95), show_level(0.999)
    ('95%', '99.9%')
    """
    return localise_percentage(f"{100 * confidence_level:g}")


def list_names(names: Sequence[str]) -> str:
    """Return names as a sentence has them.

    Examples
    --------
    >>> list_names(["India"]), list_names(["India", "Poland", "Egypt"])
    ('India', 'India, Poland and Egypt')
    """
    return list_items(list(names))


def count_noun(count: int, noun: str, plural: str = "") -> str:
    """Return "1 row", "2 rows"; without a plural it is made with -s or -ies.

    Examples
    --------
    >>> count_noun(1, "row"), count_noun(2, "category"), count_noun(1200, "man", "men")
    ('1 row', '2 categories', '1,200 men')
    """
    shown = show_count(count)
    if count == 1:
        return f"{shown} {noun}"
    if plural:
        return f"{shown} {plural}"
    return f"{shown} {noun[:-1]}ies" if noun.endswith("y") else f"{shown} {noun}s"
