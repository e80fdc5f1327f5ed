"""What a person corrected of how a file was read, put in place of what was found.

Corrections are answers whose keys begin with `correct.`: `correct.columns.<role>` is the position of a column or
`none`, `correct.questions` are positions of more columns that are rated questions, and `correct.scale` is the scale.
Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bpo_index.display.catalogue import phrase
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.questions import NO_ANSWER
from bpo_index.drafting.ratings import RatedGroup, ScaleFound, find_ratings
from bpo_index.drafting.roles.record import Found
from bpo_index.drafting.roles.registry import RoleFound, list_roles
from bpo_index.drafting.units import UnitColumn, count_countries, find_unit_columns

#: Begins the keys of corrections.
CORRECT = "correct."
#: Different answers of a question that has no usual scale, at most.
_MOST_ANSWERS = 101


def settle_given(given: Mapping[str, str]) -> dict[str, str]:
    """Return the answers, with corrections in place of answers to the same key.

    Examples
    --------
    >>> settle_given({"scale": "1 to 5", "correct.scale": "1 to 7", "correct.questions": "4"})
    {'correct.scale': '1 to 7', 'correct.questions': '4', 'scale': '1 to 7'}
    """
    corrected = {key.removeprefix(CORRECT): value for key, value in given.items() if key.startswith(CORRECT) and value}
    answers = {key: value for key, value in given.items() if key not in corrected}
    return answers | ({"scale": corrected["scale"]} if "scale" in corrected else {})


def correct_units(table: Table, found: list[UnitColumn], given: Mapping[str, str]) -> list[UnitColumn]:
    """Return the columns that may name the unit: the chosen one alone where a person chose one."""
    column = _get_column(table, given.get(f"{CORRECT}columns.unit", ""))
    if column is None:
        return found
    same = next((one for one in (*found, *find_unit_columns(table, ())) if one.column is column), None)
    names = [text for text in column.shown if text not in column.no_answers]
    are_countries = same.are_countries if same else bool(count_countries(names))
    return [UnitColumn(column, phrase("drafting.by_hand"), True, are_countries)]


def correct_roles(table: Table, found: Mapping[str, RoleFound], given: Mapping[str, str]) -> dict[str, RoleFound]:
    """Return the columns that may have each role: none or the chosen one where a person said so."""
    chosen = {value for key, value in given.items() if key.startswith(f"{CORRECT}columns.")}
    roles = {}
    for name, one in found.items():
        left = tuple(held for held in one.candidates if str(held.column.position) not in chosen)
        if left:
            roles[name] = replace(one, candidates=left)
    for role in list_roles():
        value = given.get(f"{CORRECT}columns.{role.name}", "")
        column = _get_column(table, value)
        if value == NO_ANSWER:
            roles.pop(role.name, None)
        elif column is not None:
            roles[role.name] = RoleFound(role, (Found(column, phrase("drafting.by_hand"), is_sure=True),))
    return roles


def correct_groups(table: Table, groups: Sequence[RatedGroup], given: Mapping[str, str]) -> list[RatedGroup]:
    """Return the rated questions with the columns that a person added, and with a scale that is to be asked for.

    A column joins the largest group whose scale it was answered on; what fits none stands by itself.
    """
    corrected = list(groups)
    held = {column.position for group in groups for column in group.columns}
    for value in given.get(f"{CORRECT}questions", "").split():
        column = _get_column(table, value)
        if column is not None and column.position not in held and column.different <= _MOST_ANSWERS:
            held.add(column.position)
            _add_column(corrected, column, table)
    if given.get(f"{CORRECT}scale") and corrected:
        corrected = [replace(group, scale=replace(group.scale, is_sure=False)) for group in corrected]
    return corrected


def _add_column(groups: list[RatedGroup], column: Column, table: Table) -> None:
    others = {one.position for one in table.columns if one is not column}
    alone = next(iter(find_ratings(table, others)), None) or _rate_alone(column)
    for n, group in enumerate(groups):
        scale, own = group.scale, alone.scale
        in_numbers = not (scale.labels or own.labels)
        if in_numbers and not scale.is_sure:  # nobody knows its ends yet
            scale = replace(scale, minimum=min(scale.minimum, own.minimum), maximum=max(scale.maximum, own.maximum))
        is_inside = in_numbers and scale.minimum <= own.minimum and own.maximum <= scale.maximum
        if own.key == scale.key or is_inside:
            columns = tuple(sorted((*group.columns, column), key=lambda one: one.position))
            no_answers = {**alone.no_answers, **group.no_answers}
            groups[n] = replace(group, scale=scale, columns=columns, no_answers=no_answers)
            return
    groups.append(alone)


def _rate_alone(column: Column) -> RatedGroup:
    """Return a column by itself: its numbers from the lowest to the highest, or its texts in the order of the file."""
    numbers = list(column.numbers)
    if len(numbers) > 1:
        scale = ScaleFound(numbers[0], numbers[-1], is_sure=False)
    else:
        texts = [text for text in column.counts if text not in column.no_answers]
        scale = ScaleFound(
            1.0, float(len(texts)), tuple((text, float(n)) for n, text in enumerate(texts, 1)), is_sure=False
        )
    return RatedGroup(scale, (column,), dict(column.no_answers), is_sure=False)


def list_corrected(given: Mapping[str, str]) -> frozenset[str]:
    """Return the keys that a person corrected, as questions name them."""
    return frozenset(key.removeprefix(CORRECT) for key, value in given.items() if key.startswith(CORRECT) and value)


def _get_column(table: Table, position: str) -> Column | None:
    return next((column for column in table.columns if str(column.position) == position), None)
