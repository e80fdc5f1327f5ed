"""A made-up language: every text in brackets, longer, its letters with accents, so that English that is left shows."""

from __future__ import annotations

import re
from io import BytesIO
from math import ceil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bpo_index.display.catalogue import VALUE
from bpo_index.display.language import LANGUAGES, SOURCE
from bpo_index.record_texts import list_record_texts

#: The name of the language, as gettext has it for languages that nobody speaks.
PSEUDO = "qps"
#: How much longer texts are.
_LONGER = 0.4
_ACCENTS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "áƀçđéƒğĥîĵķļɱñöþǫŕšţûṽŵẋýžÁƁÇĐÉƑĞĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
)
_SPACE = re.compile(r"(\s+)")


def garble(text: str) -> str:
    """Return a text as the language has it; values in braces stay.

    Examples
    --------
    >>> garble("Dot: score of {units}.")
    '[Đöţ: šçöŕé öƒ {units}. ~~~]'
    """
    parts = re.split(f"({VALUE.pattern.replace('(', '(?:')})", text)
    said = "".join(part if VALUE.fullmatch(part) else part.translate(_ACCENTS) for part in parts)
    missing = max(1, ceil(_LONGER * len(VALUE.sub("", text))) - 3)
    # In words, so that it breaks into lines as words do.
    return f"[{said} {' '.join('~' * min(6, missing - start) for start in range(0, missing, 7))}]"


def write_catalogues(folder: Path) -> Path:
    """Write the catalogues of the language, with every text of the program and of its records; return the folder."""
    catalogues = {path.stem: _read(path) for path in sorted((LANGUAGES / SOURCE).glob("LC_MESSAGES/*.po"))}
    for catalogue in catalogues.values():
        for message in catalogue:
            if message.id:
                said = message.string
                message.string = garble(said) if isinstance(said, str) else tuple(map(garble, said))
    for key, text in list_record_texts().items():
        catalogues.setdefault(key.partition(".")[0], Catalog("en_GB")).add(key, garble(text))
    target = folder / PSEUDO / "LC_MESSAGES"
    target.mkdir(parents=True)
    for domain, catalogue in catalogues.items():
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        (target / f"{domain}.mo").write_bytes(compiled.getvalue())
    return folder


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)
