"""How labels written by people (headings, country names, answers) are compared, and shown in messages."""

from __future__ import annotations

import unicodedata

_NO_WIDTH = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))


def fold_label(text: str) -> str:
    """Return the form in which labels are compared: NFKC, trimmed, inner white space single, case folded.

    Letters of no width (byte-order marks, joiners) and the dot that case folding leaves of a Turkish İ are taken out.

    Examples
    --------
    >>> fold_label("  El\\u00a0 SALVADOR ")
    'el salvador'
    """
    if text.isascii():
        return " ".join(text.split()).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).translate(_NO_WIDTH).split()).casefold().replace("\u0307", "")


def show_text(text: str, most: int = 60) -> str:
    """Return a text for a message: on one line, what cannot be seen written out, shortened.

    Examples
    --------
    >>> show_text("a\\x00b\\n\\u202ec"), show_text("x" * 99, most=4)
    ('a\\\\x00b \\\\u202ec', 'xxx…')
    """
    line = " ".join(text[: most * 8].split())
    seen = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line[: most + 1])
    return seen if len(seen) <= most and len(line) <= most else f"{seen[: most - 1]}…"
