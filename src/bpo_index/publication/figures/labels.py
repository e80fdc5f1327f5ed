"""Texts of other people's making, fit for a figure: in one line, of a known width, without signs that move others."""

from __future__ import annotations

import unicodedata

from bpo_index.publication.figures.fonts import read_widths

ELLIPSIS = "…"
#: Ems of letters that the font lacks.
_UNKNOWN, _WIDE = 0.6, 1.0
#: Marks above and below letters have no width, but height: a text of them alone would leave its row.
_MOST_CHARACTERS_PER_EM = 4
#: Turn round the order of all that follows, in other texts as well.
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    r"""Return a text in one line, without control characters: XML has no place for most of them.

    Examples
    --------
    >>> clean("Costa\n Rica\x00 ")
    'Costa Rica'
    """
    kept = (
        " " if unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co") or character in _DIRECTIONS else character
        for character in text
    )
    return " ".join("".join(kept).split())


def measure(text: str, *, bold: bool = False) -> float:
    """Return the width of a text in ems: the sum of the font's advance widths, which kerning makes no wider.

    Examples
    --------
    >>> round(measure("Colombia"), 3), round(measure("Colombia", bold=True), 3)
    (4.044, 4.233)
    """
    return sum(_measure_character(character, bold) for character in text)


def _measure_character(character: str, bold: bool) -> float:
    width = read_widths("bold" if bold else "regular").get(character)
    if width is not None:
        return width
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _UNKNOWN


def shorten(text: str, ems: float, *, bold: bool = False) -> str:
    """Return a text of at most this width, cut with an ellipsis, at a word's end where one is near.

    Examples
    --------
    >>> shorten("Availability of qualified talent", 9), shorten("Peru", 9)
    ('Availability of…', 'Peru')
    """
    text = clean(text)
    most = int(ems * _MOST_CHARACTERS_PER_EM)
    if measure(text, bold=bold) <= ems and len(text) <= most:
        return text
    kept, width = "", measure(ELLIPSIS, bold=bold)
    for character in text[:most]:
        width += _measure_character(character, bold)
        if width > ems:
            break
        kept += character
    start, _, rest = kept.rpartition(" ")
    return (start if start and len(rest) < len(kept) / 3 else kept).rstrip(" ,;:") + ELLIPSIS


def wrap(text: str, ems: float, most: int, *, bold: bool = False) -> list[str]:
    """Return a text as lines of at most this width, at most so many of them.

    Examples
    --------
    >>> wrap("one two three four", 4, 2)
    ['one two', 'three…']
    """
    lines: list[str] = [""]
    words = clean(text).split(" ")
    for n, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer, bold=bold) <= ems:
            lines[-1] = longer
        elif len(lines) == most:
            lines[-1] = shorten(" ".join([lines[-1], *words[n:]]), ems, bold=bold)
            break
        elif lines[-1]:
            lines.append(shorten(word, ems, bold=bold))
        else:
            lines[-1] = shorten(word, ems, bold=bold)
    return lines
