"""Which country a text names: by its names in five languages and its own, its ISO codes, and forms of official names.

Names are those of CLDR; what is in use beside them stands in `_OTHER_NAMES`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from bpo_index.display.labels import fold_label
from bpo_index.drafting.words import list_phrases, simplify

LANGUAGES = ("en", "es", "pt", "fr", "de")
#: "the federal republic of", "reino de": what official names begin with.
_OFFICIAL = re.compile(
    r"(?:the |la |el |a |o |die )?"
    r"(?:(?:federal|federative|federativa|islamic|arab|hashemite|plurinational|bolivarian|bolivariana|cooperative|oriental"
    r"|socialist|democratic|democratica|people s|united|independent|unitary|swiss|former yugoslav) )*"
    r"(?:republic|kingdom|states?|sultanate|commonwealth|principality|grand duchy|union|republica|republique|republik"
    r"|reino|estado|federation)"
    r"(?: oriental| bolivariana| federativa| democratica| federale)? (?:of|de|del|do|da|du) (?:the |la |el )?(.+)"
)
#: "Egypt, Arab Rep.", "Bahamas, The": what lists of the World Bank have after a comma.
_INVERTED = re.compile(
    r"(.+?),\s*(?:the|(?:[a-z']+\s+){0,2}rep(?:\.|ublic)?(?:\s+of)?|(?:[a-z']+\s+){0,2}state of|fed\.? sts\.?|rb|sar.*"
    r"|kingdom of|plurinational.*|bolivarian.*)\s*",
    re.IGNORECASE,
)
#: Names in use that CLDR does not have, and those that the forms above would take for another country.
_OTHER_NAMES = {
    name: code
    for code, names in {
        "USA": "USA | US | U.S.A. | United States of America | America | EEUU | EE.UU. | Estados Unidos de América",
        "GBR": "UK | U.K. | Great Britain | England | Britain | United Kingdom of Great Britain and Northern Ireland",
        "KOR": "South Korea | Korea | Republic of Korea | Korea, Rep. | Korea, Republic of",
        "PRK": "North Korea | Korea, Dem. People's Rep. | Democratic People's Republic of Korea | DPRK",
        "RUS": "Russia | Russian Federation",
        "VNM": "Vietnam | Viet Nam",
        "CZE": "Czech Republic",
        "TUR": "Turkey | Türkiye",
        "CIV": "Ivory Coast",
        "MKD": "Macedonia",
        "NLD": "Holland | The Netherlands",
        "ARE": "UAE",
        "ZAF": "RSA | S. Africa",
        "COD": "RD Congo | DR Congo | DRC | Congo, Dem. Rep. | Democratic Republic of the Congo",
        "COG": "Congo | Congo, Rep. | Republic of the Congo",
        "CHN": "PR China | People's Republic of China",
        "MDA": "Moldova",
        "BOL": "Bolivia",
        "VEN": "Venezuela",
        "TZA": "Tanzania",
        "IRN": "Iran",
        "SYR": "Syria | Syrian Arab Republic",
        "LAO": "Laos | Lao PDR",
        "KGZ": "Kyrgyz Republic",
        "SVK": "Slovak Republic",
        "DOM": "Dominican Rep.",
        "CAF": "Central African Rep.",
        "MEX": "United Mexican States | Estados Unidos Mexicanos",
        "IRL": "Republic of Ireland",
        "HKG": "Hong Kong",
        "TWN": "Taiwan",
        "PSE": "Palestine | West Bank and Gaza",
        "SWZ": "Swaziland",
        "MMR": "Burma",
        "CPV": "Cape Verde | Cabo Verde",
        "TLS": "East Timor",
        "BRN": "Brunei Darussalam",
        "PHL": "Philippine | The Philippines",
        "SLV": "Salvador",
        "IND": "Bharat",
        "POL": "Polska",
    }.items()
    for name in list_phrases(names)
}


@cache
def _list_codes() -> dict[str, str]:
    """Return the alpha-3 code of each alpha-2 code."""
    from babel.core import get_global  # noqa: PLC0415

    found = {
        new[0]: old
        for old, new in get_global("territory_aliases").items()
        if len(old) == 3 and old.isalpha() and old.isupper() and len(new) == 1
    }
    return found | {"XK": "XKX"}


@cache
def list_countries() -> dict[str, str]:
    """Return the simplified names and codes of countries, in five languages, each with its ISO 3166-1 alpha-3 code."""
    from babel import Locale  # noqa: PLC0415

    alpha3 = _list_codes()
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for alpha2, name in Locale(language).territories.items():
            if alpha2 in alpha3 and len(alpha2) == 2:
                found.setdefault(simplify(name), alpha3[alpha2])
                found.setdefault(simplify(re.sub(r"\(.*\)", "", name)), alpha3[alpha2])
    for alpha2, code in alpha3.items():
        found.setdefault(simplify(code), code)
        found.setdefault(simplify(alpha2), code)
    return found | _OTHER_NAMES


@cache
def _list_own_names() -> dict[str, str]:
    """Return the folded names of countries in their official languages, in whatever script."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415
    from babel.languages import get_official_languages  # noqa: PLC0415

    found: dict[str, str] = {}
    for alpha2, code in _list_codes().items():
        for language in get_official_languages(alpha2):
            try:
                name = Locale.parse(language).territories.get(alpha2)
            except (UnknownLocaleError, ValueError):
                continue
            if name:
                found.setdefault(fold_label(name), code)
    return found


def find_country(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-3 code of the country that a text names, or None.

    Examples
    --------
    >>> [find_country(text) for text in ("Sudáfrica", "Republic of Bulgaria", "CO", "Narnia", "България")]
    ['ZAF', 'BGR', 'COL', None, 'BGR']
    >>> [find_country(text) for text in ("Korea, Rep.", "Egypt, Arab Rep.", "Plurinational State of Bolivia")]
    ['KOR', 'EGY', 'BOL']
    """
    known = list_countries()
    plain = simplify(text)
    if plain in known:
        return known[plain]
    own = _list_own_names().get(fold_label(text))
    if own:
        return own
    for form, given in ((_INVERTED, text), (_OFFICIAL, plain)):
        found = form.fullmatch(given)
        code = known.get(simplify(found[1])) if found else None
        if code and len(simplify(found[1] if found else "")) > 3:
            return code
    return known.get(plain.removeprefix("the ")) if plain.startswith("the ") else None


def find_near_country(text: str, codes: Iterable[str]) -> str | None:
    """Return the country, among some, of which a text is perhaps a misspelling; None: of none.

    Examples
    --------
    >>> find_near_country("Columbia", ["COL", "IND"]), find_near_country("Atlantis", ["COL", "IND"])
    ('COL', None)
    """
    wanted = set(codes)
    names = {name: code for name, code in list_countries().items() if code in wanted and len(name) > 3}
    near = get_close_matches(simplify(text), names, n=1, cutoff=0.8)
    return names[near[0]] if near else None


def name_country(code: str) -> str:
    """Return the English name of a country by its alpha-3 code."""
    from babel import Locale  # noqa: PLC0415
    from babel.core import get_global  # noqa: PLC0415

    alpha2 = get_global("territory_aliases")[code][0] if code != "XKX" else "XK"
    return str(Locale("en").territories[alpha2])
