"""Every sentence that readers see, by key: `phrase` returns it in the current language.

A key is a domain, a point and a name, such as ``findings.lead_certain``; the sentences of a domain stand in
`languages/<language>/LC_MESSAGES/<domain>.po`. Values stand in braces: ``{units}``. Texts of records (columns, methods,
quality rules, figures) stand in the records, in English; `translate` looks for them in the current language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bpo_index.display.language import load_catalogue, localise

#: A value in a sentence.
VALUE = re.compile(r"\{([a-z_]+)\}")


def phrase(key: str, /, **values: str | int) -> str:
    """Return a sentence, or a part of one, in the current language.

    Parameters
    ----------
    key
        Of the sentence. One with plural forms is chosen by the value `count`.
    values
        By the names that stand in the sentence in braces. Whole numbers are written as the language writes them; others
        are texts, from `display.numbers`.

    Raises
    ------
    LookupError
        When no catalogue has the sentence, or it lacks a value.

    Examples
    --------
    >>> phrase("numbers.range", low="1", high="4")
    '1 to 4'
    >>> phrase("numbers.places", count=1), phrase("numbers.places", count=1200)
    ('1 place', '1,200 places')
    """
    catalogue = load_catalogue(key.partition(".")[0])
    count = values.get("count")
    said = catalogue.ngettext(key, key, count) if isinstance(count, int) else key
    if said == key:
        said = catalogue.gettext(key)
    if said == key:
        raise LookupError(f"no catalogue has the sentence {key}")
    return fill(said, values)


def fill(sentence: str, values: Mapping[str, str | int]) -> str:
    """Return a sentence with its values put in; what values hold in braces is only text.

    Raises
    ------
    LookupError
        When a value is missing.

    Examples
    --------
    >>> fill("{who} leads", {"who": "{a}"})
    '{a} leads'
    """

    def show(found: re.Match[str]) -> str:
        value = values[found[1]]
        return localise(str(value), grouped=True) if isinstance(value, int) else value

    return VALUE.sub(show, sentence)


def translate(key: str, text: str) -> str:
    """Return the text of a record in the current language; as it stands in the record where no catalogue has it.

    Parameters
    ----------
    key
        The kind of the record, its name and the part of it, such as ``columns.ranking.score.heading``.
    text
        What the record says.

    Examples
    --------
    >>> translate("columns.mine.gap.heading", "Gap")
    'Gap'
    """
    said = load_catalogue(key.partition(".")[0]).gettext(key)
    return text if said == key else said
