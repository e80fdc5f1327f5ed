"""Numbers among ratings that usually mean that there is no answer: apart from the scale, or conspicuous on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bpo_index.responses.no_answers import Kind

#: Codes that stand apart from a scale and usually mean that there is no answer.
CODES: dict[float, Kind] = {
    **dict.fromkeys(
        (88.0, 98.0, 888.0, 998.0, 8888.0, 9998.0, -8.0, -98.0, -88.0, 97.0, 997.0, -97.0, 77.0, -7.0), "dont_know"
    ),
    **dict.fromkeys((99.0, 999.0, 9999.0, -9.0, -99.0, -999.0, -1.0), "skipped"),
    **dict.fromkeys((96.0, 996.0, -96.0, -6.0), "not_asked"),
}
#: Times that such a number was given, and how many times as often as the usual one, from which it may be a code within
#: the scale.
_FEWEST_OF_A_CODE, _MORE_OFTEN = 5, 4
#: Numbers that may be such a code where they stand apart from the scale.
_APART = (8.0, 9.0)


def find_apart(given: Iterable[Collection[float]]) -> frozenset[float]:
    """Return 8 and 9 where they stand two or more above a scale from 0 or 1 that the columns together use up."""
    numbers = {number for own in given if max(own) <= max(_APART) for number in own}
    below = sorted(numbers - set(_APART))
    is_run = len(below) > 2 and below[0] in (0, 1) and below == [below[0] + n for n in range(len(below))]
    return (
        frozenset(number for number in _APART if number in numbers and number > below[-1] + 1)
        if is_run
        else frozenset()
    )


def is_inside(number: float, numbers: Iterable[float]) -> bool:
    """Return whether a code lies within the run of the other numbers."""
    others = [other for other in numbers if other not in CODES]
    return bool(others) and (min(others) < number < max(others) or (number == -1 and {-2.0, 1.0} <= set(others)))


def find_conspicuous(counts: dict[float, int]) -> list[float]:
    """Return codes such as 98 within a scale that were given far more often than the numbers beside them."""
    if len(counts) < 3:
        return []
    usual = sorted(counts.values())[len(counts) // 2]
    most = max(_FEWEST_OF_A_CODE, _MORE_OFTEN * usual)
    return [
        number for number, count in counts.items() if number in CODES and 77 <= number < max(counts) and count > most
    ]
