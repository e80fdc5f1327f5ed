"""What is ranked: the column that names the unit, its values as units with codes, and the spellings of each.

Countries are recognised by their names in English, Spanish, Portuguese, French and German and by their ISO codes, all
from CLDR. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.countries import find_country, name_country
from bpo_index.drafting.look import Column, Table, read_number
from bpo_index.drafting.other_facts import asks_for_other
from bpo_index.drafting.roles.times import is_date_column
from bpo_index.drafting.words import holds, list_first, list_phrases, simplify
from bpo_index.responses.answer_texts import parse_number

#: Units at most and at least; share of rows that must have one; respondents a unit, in the mean.
_MOST, _FEWEST, _LEAST_GIVEN, _LEAST_EACH = 300, 2, 0.7, 2.5
#: Different texts, at most, of a column that is offered though nothing says that it names the unit.
_MOST_OFFERED = 200
#: Share of values that must be countries.
_COUNTRIES = 0.8
#: Words of headings for what may be ranked, and what readers call it in English: one and several.
WORDS = {
    word: (one, many)
    for one, many, words in (
        ("country", "countries", "country | pais | pays | land | nation | countries"),
        ("chamber", "chambers", "chamber | camara | chambre | kammer"),
        ("hospital", "hospitals", "hospital | krankenhaus | hopital"),
        ("clinic", "clinics", "clinic | clinica | clinique | klinik"),
        ("establishment", "establishments", "etablissement | establecimiento | estabelecimento"),
        ("school", "schools", "school | escuela | escola | ecole | schule | colegio"),
        ("branch", "branches", "branch | sucursal | filial | filiale | succursale | agencia"),
        ("brand", "brands", "brand | marca | marque | marke"),
        ("bank", "banks", "bank | banco | banque"),
        ("airport", "airports", "airport | aeropuerto | flughafen"),
        ("supplier", "suppliers", "supplier | proveedor | vendor | provider"),
        ("ward", "wards", "ward | estacion"),
    )
    for word in list_phrases(words)
}
_ASKS_FOR_RESPONDENT = list_phrases(
    """
    gender | sex | age | education | occupation | position | role | job | size | genero | sexo | edad
    educacion | cargo | tamano | language | idioma | sprache | langue | wave | mode | channel
    taille | grosse | groesse | porte
    distribution channel | user language | status | nationality | born | birth | religion | ethnicity | marital
    browser | device | ip address | consent | sector | industry
    """
)


#: "1;2;3;": the marks of a multiple choice.
_LIST = re.compile(r"\s*[^;|]+(?:[;|]\s*[^;|]+)*[;|]\s*|\s*[^;|]+(?:[;|]\s*[^;|]+)+")


@dataclass(frozen=True)
class UnitColumn:
    """A column that may name the unit."""

    column: Column
    evidence: str
    is_sure: bool
    are_countries: bool
    is_offered: bool = False
    """Whether nothing speaks for it, so that it is only one of the columns to choose from."""


@dataclass(frozen=True)
class UnitFound:
    """One unit as the file names it."""

    code: str
    name: str
    aliases: tuple[str, ...]
    rows: int
    doubtful: tuple[str, ...] = ()
    """Aliases that are only near to the name, or hold it among other words."""
    is_country: bool = False
    """Whether its name is that of a country."""


def find_unit_columns(table: Table, taken: Collection[int], perhaps: Collection[int] = ()) -> list[UnitColumn]:
    """Return the columns that may name the unit, the likeliest first.

    Parameters
    ----------
    table
        The file.
    taken
        Positions of columns that are something else.
    perhaps
        Positions of columns that may be ratings: the least likely.
    """
    found: list[tuple[tuple[int, ...], UnitColumn]] = []
    for column in table.columns:
        if column.position in taken or not _may_be_unit(column, table):
            continue
        countries = _count_countries(column)
        word = _find_word(column)
        asks = any(holds(simplify(text), _ASKS_FOR_RESPONDENT) for text in column.wordings)
        if countries:
            evidence = phrase("drafting.name_countries", countries=countries, texts=column.different)
        elif word:
            evidence = phrase("drafting.unit_heading", word=word, texts=column.different)
        elif asks:
            continue
        else:
            evidence = phrase("drafting.few_texts", texts=column.different, rows=column.given)
        rank = (not countries, not word, asks, column.position)
        found.append((tuple(map(int, rank)), UnitColumn(column, evidence, False, bool(countries))))
    found.sort(key=lambda pair: pair[0])
    columns = [one for _, one in found]
    likely = [one for one in columns if one.column.position not in perhaps]
    columns = [*likely, *(one for one in columns if one not in likely)]
    with_countries = [one for one in columns if one.are_countries]
    first = columns[0] if columns else None
    if len(with_countries) == 1 and first is with_countries[0] and _find_word(first.column):
        columns[0] = UnitColumn(columns[0].column, columns[0].evidence, True, True)
    elif len(likely) == 1 and _find_word(columns[0].column) and not columns[0].column.numbers:
        columns[0] = UnitColumn(columns[0].column, columns[0].evidence, True, columns[0].are_countries)
    else:
        columns += _offer_others(table, {*taken, *(one.column.position for one in columns)}, perhaps)
    return columns


def _offer_others(table: Table, taken: Collection[int], perhaps: Collection[int]) -> list[UnitColumn]:
    """Return the columns whose texts are repeated, so that whatever is ranked can be chosen."""
    others = [
        column
        for column in table.columns
        if column.position not in taken
        and _FEWEST <= column.different <= min(_MOST_OFFERED, column.given / 2)
        and not is_date_column(column)
    ]
    others.sort(key=lambda column: (column.position in perhaps, asks_for_other(column), column.position))
    return [
        UnitColumn(
            column,
            phrase("drafting.few_texts", texts=column.different, rows=column.given),
            is_sure=False,
            are_countries=bool(_count_countries(column)),
            is_offered=True,
        )
        for column in others
    ]


def _may_be_unit(column: Column, table: Table) -> bool:
    if not _FEWEST <= column.different <= _MOST or column.given < _LEAST_GIVEN * table.rows:
        return False
    if column.given / column.different < _LEAST_EACH or is_date_column(column):
        return False
    texts = list(column.shown)
    if sum(_LIST.fullmatch(text) is not None for text in texts) > len(texts) / 3:
        return False
    if all(read_number(text) is not None for text in texts):
        return _find_word(column) is not None and not column.codes
    return sum(map(len, texts)) / len(texts) < 60 and column.given > sum(
        column.counts.get(text, 0) for text in column.no_answers
    )


def _find_word(column: Column) -> str | None:
    for wording in column.wordings:
        for word in simplify(wording).split():
            if word in WORDS or word.rstrip("s") in WORDS:
                return word if word in WORDS else word.rstrip("s")
    return None


def find_words(column: Column, *, are_countries: bool) -> tuple[str, str]:
    """Return what readers call one unit and several, in English; `unit` where the heading says nothing."""
    word = _find_word(column)
    if are_countries:
        return WORDS["country"]
    return WORDS[word] if word else ("unit", "units")


def _count_countries(column: Column) -> int:
    texts = [text for text in column.shown if text not in column.no_answers]
    if all(len(text) <= 3 for text in texts) and not _find_word(column):
        return 0
    return count_countries(texts)


def count_countries(texts: Sequence[str]) -> int:
    """Return how many texts name countries; 0 where too many name none."""
    known = sum(find_country(text) is not None for text in texts)
    return known if texts and known >= _COUNTRIES * len(texts) else 0


def list_units(column: Column, *, are_countries: bool) -> list[UnitFound]:
    """Return the units of a column, in the order of their names, each with its spellings."""
    texts: Counter[str] = Counter()
    code_of: dict[str, str] = {}
    for text, count in column.counts.items():
        if text in column.no_answers:
            continue
        texts[text] += count
        code_of[text] = column.codes.get(text, text)
    groups = _group_spellings(texts, code_of, are_countries=are_countries)
    taken: set[str] = set()
    units = []
    for _, (spellings, doubtful) in sorted(groups.items()):
        country = find_country(code_of[spellings[0]]) if are_countries else None
        name = name_country(country) if country else _write_name(code_of[spellings[0]])
        code = country or _make_code(name, taken)
        taken.add(code)
        aliases: list[str] = []
        for text in [*spellings, *doubtful]:
            if text.casefold() not in (name.casefold(), code.casefold(), *(alias.casefold() for alias in aliases)):
                aliases.append(text)
        units.append(
            UnitFound(
                code,
                name,
                tuple(aliases),
                sum(texts[text] for text in [*spellings, *doubtful]),
                tuple(doubtful),
                is_country=country is not None,
            )
        )
    return units


def _write_name(text: str) -> str:
    """Return a text, a whole number without a point."""
    number = parse_number(text)
    return f"{number:.0f}" if number is not None and number == int(number) else text


def _group_spellings(
    texts: Counter[str], code_of: dict[str, str], *, are_countries: bool
) -> dict[str, tuple[list[str], list[str]]]:
    """Return the spellings of each unit, the most frequent first, and those that hold its name among other words."""
    groups: dict[str, tuple[list[str], list[str]]] = {}
    for text, _ in texts.most_common():
        label = code_of[text]
        key = (find_country(label) if are_countries else None) or simplify(label) or label
        groups.setdefault(key, ([], []))[0].append(text)
    if are_countries:
        return groups
    rests: dict[str, list[tuple[str, str]]] = {}
    for key in groups:
        for other in groups:
            if key != other and (key.endswith(f" {other}") or key.startswith(f"{other} ")):
                rest = key.removesuffix(other).removeprefix(other).strip()
                rests.setdefault(rest, []).append((key, other))
    for pairs in rests.values():
        if len(pairs) >= 3:
            for key, other in pairs:
                if key in groups and other in groups and _count(groups[key], texts) < _count(groups[other], texts):
                    held = groups.pop(key)
                    groups[other][1].extend([*held[0], *held[1]])
    return groups


def _count(group: tuple[list[str], list[str]], texts: Counter[str]) -> int:
    return sum(texts[text] for text in [*group[0], *group[1]])


def _make_code(name: str, taken: Collection[str]) -> str:
    """Return three letters of a name, others where these are taken; a number or short code stays what it is."""
    plain = re.sub(r"[^A-Z0-9]", "", simplify(name).upper())
    if not plain:
        plain = "U"
    if len(plain) <= 3 and plain not in taken:
        return plain
    initials = "".join(word[0] for word in simplify(name).upper().split())
    for code in _propose_codes(plain, initials):
        if code not in taken:
            return code
    return next(code for n in range(1, 10_000) if (code := f"{plain[:3]}{n}") not in taken)


def _propose_codes(plain: str, initials: str) -> Iterable[str]:
    yield plain[:3]
    if len(initials) == 3:
        yield initials
    for n in range(3, len(plain)):
        yield plain[:2] + plain[n]
    for n in range(2, len(plain)):
        yield plain[0] + plain[n - 1] + plain[n]


def list_examples(units: Sequence[UnitFound], most: int = 4) -> str:
    """Return the first names, and how many more there are."""
    return list_first([unit.name for unit in units], most)
