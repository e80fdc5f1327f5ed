"""What readers call units and respondents, put into the texts of records: "the {unit} of reference".

A definition says the words (`definition.blocks.Words`); `GENERIC` are those where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpo_index.display.catalogue import VALUE

#: Words for units and respondents where no definition says others.
GENERIC: Mapping[str, str] = MappingProxyType(
    {"unit": "unit", "units": "units", "respondent": "respondent", "respondents": "respondents"}
)


def put_words(text: str, words: Mapping[str, str] = GENERIC) -> str:
    """Return a text of a record with the words in it; other braces stay as they are.

    Parameters
    ----------
    text
        With `{unit}`, `{units}`, `{respondent}` or `{respondents}` where the words go.
    words
        From `Words.names`.

    Examples
    --------
    >>> put_words("the ratio to the best {unit}"), put_words("the best {unit} {of all}", {"unit": "hospital"})
    ('the ratio to the best unit', 'the best hospital {of all}')
    """
    return VALUE.sub(lambda found: words.get(found[1], found[0]), text)


def start_sentence(text: str) -> str:
    """Return a text with a capital at its beginning, as headings and sentences have it.

    Examples
    --------
    >>> start_sentence("country")
    'Country'
    """
    return text[:1].upper() + text[1:]
