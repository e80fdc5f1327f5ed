"""Names of the pages of single units: safe in every file system, whatever the codes are."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

#: The folder in a release.
FOLDER = "units"
#: Longer names are cut.
_LONGEST = 60
#: Names that Windows keeps for devices.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def name_unit_files(codes: Sequence[str]) -> dict[str, str]:
    """Return code of a unit to the name of its page.

    The code itself where it is made of letters A to Z, digits, `-` and `_`, and differs from the others by more than
    case; else what is left of it and eight digits of its hash.

    Examples
    --------
    >>> name_unit_files(["IND", "a/b", "x", "X"])
    {'IND': 'IND.html', 'a/b': 'a-b-c14cddc0.html', 'x': 'x-2d711642.html', 'X': 'X-4b68ab38.html'}
    """
    counts = Counter(code.casefold() for code in codes)
    return {code: f"{_name(code, is_alone=counts[code.casefold()] == 1)}.html" for code in codes}


def _name(code: str, *, is_alone: bool) -> str:
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", code)[:_LONGEST]
    if plain == code and is_alone and not _RESERVED.fullmatch(code):
        return code
    return f"{plain}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"
