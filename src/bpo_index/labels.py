"""How two labels are compared: headings, country names and answer texts written by people."""

from __future__ import annotations

import unicodedata


def fold_label(text: str) -> str:
    """Return the form in which labels are compared: NFKC, trimmed, inner white space single, case folded.

    Examples
    --------
    >>> fold_label("  El\\u00a0 SALVADOR ")
    'el salvador'
    """
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
