"""The language in which readers are addressed: its catalogues, and its locale for numbers and lists.

A language is a folder of `languages/` with catalogues of gettext, one a domain: `LC_MESSAGES/<domain>.po`, and the same
compiled (`make messages`). The header `Language` of the domain `numbers` names its locale in CLDR. A new language is
such a folder and no code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from babel import Locale

#: The folder of all languages.
LANGUAGES = Path(__file__).resolve().parent / "languages"
#: The source language, which has every sentence.
SOURCE = "en"

_current: ContextVar[tuple[Path, str]] = ContextVar("language", default=(LANGUAGES, SOURCE))


def current_language() -> str:
    """Return the code of the language in which readers are addressed now.

    Examples
    --------
    >>> current_language()
    'en'
    """
    return _current.get()[1]


@contextmanager
def use_language(language: str, folder: Path = LANGUAGES) -> Iterator[None]:
    """Address readers in a language for a while, in this thread.

    Parameters
    ----------
    language
        The name of its folder.
    folder
        Of all languages.
    """
    token = _current.set((folder, language))
    try:
        yield
    finally:
        _current.reset(token)


def load_catalogue(domain: str) -> NullTranslations:
    """Return the sentences of a domain in the current language; empty where there is no such catalogue."""
    return _load(*_current.get(), domain)


@cache
def _load(folder: Path, language: str, domain: str) -> NullTranslations:
    path = folder / language / "LC_MESSAGES" / f"{domain}.mo"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        return GNUTranslations(file)


def find_locale() -> Locale:
    """Return the locale of the current language."""
    return _find_locale(*_current.get())


@cache
def _find_locale(folder: Path, language: str) -> Locale:
    from babel import Locale  # noqa: PLC0415

    return Locale.parse(_load(folder, language, "numbers").info().get("language", SOURCE))


def localise(number: str, *, grouped: bool = False) -> str:
    """Return a number, written with a point and a hyphen, as the current language writes it, with a true minus sign.

    Parameters
    ----------
    number
        Digits, rounded already, such as ``-1234.50``.
    grouped
        Whether thousands are set apart.

    Examples
    --------
    >>> localise("-1234.50"), localise("-1234.50", grouped=True)
    ('−1234.50', '−1,234.50')
    """
    return _localise(*_current.get(), number, grouped)


@lru_cache(maxsize=1 << 14)
def _localise(folder: Path, language: str, number: str, grouped: bool) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415

    decimals = len(number.partition(".")[2])
    pattern = ("#,##0" if grouped else "0") + ("." + "0" * decimals if decimals else "")
    return format_decimal(Decimal(number), format=pattern, locale=_find_locale(folder, language)).replace("-", "−")


def localise_percentage(number: str) -> str:
    """Return a percentage, its number written as for `localise`, as the current language writes it.

    Examples
    --------
    >>> localise_percentage("41"), localise_percentage("2.5")
    ('41%', '2.5%')
    """
    # NOTE: a pattern of CLDR, such as "#,##0 %": the number stands where its digits do.
    before, _, after = _split_percentage(*_current.get())
    return f"{before}{localise(number)}{after}"


@cache
def _split_percentage(folder: Path, language: str) -> tuple[str, str, str]:
    from babel.numbers import format_percent  # noqa: PLC0415

    return format_percent(0.05, locale=_find_locale(folder, language)).partition("5")


def list_items(items: list[str], *, style: Literal["standard", "or"] = "standard") -> str:
    """Return texts as a list in a sentence, joined by "and", or by "or" where `style` is ``or``; empty for none.

    Examples
    --------
    >>> list_items(["India", "Poland", "Egypt"]), list_items(["India", "Poland"], style="or"), list_items([])
    ('India, Poland and Egypt', 'India or Poland', '')
    """
    from babel.lists import format_list  # noqa: PLC0415

    return format_list(items, style=style, locale=find_locale())
