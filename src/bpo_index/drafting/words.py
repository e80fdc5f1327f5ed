"""Words of headings and names, in the form in which they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label

_BETWEEN = re.compile(r"[^0-9a-zßœæøł]+")
_JOINED = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 2_000


def simplify(text: str) -> str:
    """Return a text folded, without accents, its words parted by single spaces; `companyName` is two words.

    Examples
    --------
    >>> simplify("¿A qué Cámara  está afiliado?"), simplify("companyName_2")
    ('a que camara esta afiliado', 'company name 2')
    """
    parted = _JOINED.sub(" ", text[:_LONGEST])
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", fold_label(parted)) if not unicodedata.combining(sign)
    )
    return " ".join(word for word in _BETWEEN.split(plain) if word)


def holds(text: str, phrases: tuple[str, ...]) -> str | None:
    """Return the first of some simplified phrases that a simplified text holds as whole words, or None.

    Examples
    --------
    >>> holds("fecha de inicio", ("start", "inicio")), holds("restart", ("start",))
    ('inicio', None)
    """
    padded = f" {text} "
    return next((phrase for phrase in phrases if f" {phrase} " in padded), None)


def list_phrases(text: str) -> tuple[str, ...]:
    """Return phrases that are parted by `|` or stand in lines of their own, simplified.

    Examples
    --------
    >>> list_phrases("País | country")
    ('pais', 'country')
    """
    return tuple(dict.fromkeys(simplify(phrase) for phrase in re.split(r"[|\n]", text) if phrase.strip()))


def make_id(text: str, most: int = 40) -> str:
    """Return an id of small letters, digits and hyphens; empty where the text has none.

    Examples
    --------
    >>> make_id("Índice de Cámaras 2024")
    'indice-de-camaras-2024'
    """
    words = re.sub(r"[^0-9a-z ]", "", simplify(text)).split()
    made = ""
    for word in words:
        if len(made) + len(word) + 1 > most and made:
            break
        made = f"{made}-{word}".lstrip("-")
    return made[:most]


def list_first(texts: Sequence[str], most: int) -> str:
    """Return the first texts of a list, and how many more there are.

    Examples
    --------
    >>> list_first(["a", "b", "c"], 2), list_first(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    shown = ", ".join(texts[:most])
    return shown if len(texts) <= most else phrase("drafting.and_more", shown=shown, more=len(texts) - most)
