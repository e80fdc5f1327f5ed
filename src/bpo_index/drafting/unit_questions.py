"""Texts among countries that name none: units of their own, other spellings of one, or no unit, as a person says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bpo_index.definition.left_to_do import TODO
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.drafting.countries import find_near_country
from bpo_index.drafting.questions import NO_ANSWER, Answers, Option, Question
from bpo_index.drafting.units import UnitColumn, UnitFound, list_units

#: Texts asked about, at most; more are no slips among countries.
_MOST = 40


def settle_units(column: UnitColumn, answers: Answers, remarks: list[str]) -> list[UnitFound]:
    """Return the units of a column of countries or of anything else; asks about texts that name no country.

    A text that is chosen is a unit. One that is not is a spelling of the country that it is near to, or, where it is
    near to none, no unit: its rows are then of an unknown unit.
    """
    units = list_units(column.column, are_countries=column.are_countries)
    strange = [unit for unit in units if not unit.is_country] if column.are_countries else []
    if not strange:
        return units
    known = [unit for unit in units if unit.is_country]
    near = {unit.name: find_near_country(unit.name, [one.code for one in known]) for unit in strange}
    names = {unit.code: unit.name for unit in known}
    options = tuple(
        Option(str(n), _describe(unit, names.get(near[unit.name] or ""))) for n, unit in enumerate(strange[:_MOST])
    )
    proposed = [str(n) for n, unit in enumerate(strange[:_MOST]) if not near[unit.name]]
    question = Question(
        "units",
        phrase("drafting.ask_units"),
        " ".join(proposed) or NO_ANSWER,
        phrase("drafting.no_country", texts=len(strange)),
        options,
        takes_several=True,
    )
    answer = answers.ask(question)
    if answer is None:
        return [*known, *(replace(unit, code=TODO) for unit in strange)]
    chosen = {strange[int(n)].name for n in answer.split() if n.isdigit() and int(n) < len(strange)}
    chosen |= {unit.name for unit in strange[_MOST:]}
    left_out = [unit.name for unit in strange if unit.name not in chosen and not near[unit.name]]
    if left_out and question in answers.asked:
        remarks.append(phrase("drafting.no_unit", texts=", ".join(map(show_text, left_out))))
    return [
        *(_add_spellings(unit, strange, [n for n, code in near.items() if code == unit.code and n not in chosen])
          for unit in known),
        *(unit for unit in strange if unit.name in chosen),
    ]  # fmt: skip


def _describe(unit: UnitFound, near: str | None) -> str:
    if near:
        return phrase("drafting.text_near", text=show_text(unit.name), count=unit.rows, name=near)
    return phrase("drafting.text_of_none", text=show_text(unit.name), count=unit.rows)


def _add_spellings(unit: UnitFound, strange: Sequence[UnitFound], names: Sequence[str]) -> UnitFound:
    """Return a unit with the spellings and rows of texts that are taken for it."""
    taken = [one for one in strange if one.name in names]
    more = tuple(text for one in taken for text in (one.name, *one.aliases))
    rows = unit.rows + sum(one.rows for one in taken)
    return replace(unit, aliases=(*unit.aliases, *more), rows=rows, doubtful=(*unit.doubtful, *more))
