"""A definition drafted from the columns of a file: each key with the evidence for it.

`draft_definition` takes what the file says for certain, asks what it does not, and takes the answers, or the proposals.
It has no state: the same file and answers give the same draft. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bpo_index.definition.left_to_do import TODO
from bpo_index.display.catalogue import phrase, translate
from bpo_index.display.labels import fold_label, show_text
from bpo_index.drafting.by_hand import correct_groups, correct_roles, correct_units, settle_given
from bpo_index.drafting.drafted import Draft, Key
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.question_groups import choose_questions, draft_categories
from bpo_index.drafting.questions import NO_ANSWER, Answers, Option, Question
from bpo_index.drafting.ratings import find_ratings
from bpo_index.drafting.reversed_questions import turn_questions
from bpo_index.drafting.roles.registry import RoleFound, find_roles
from bpo_index.drafting.scale_questions import settle_scale
from bpo_index.drafting.shapes import find_shape
from bpo_index.drafting.unit_questions import settle_units
from bpo_index.drafting.units import UnitColumn, UnitFound, find_unit_columns, find_words
from bpo_index.drafting.words import list_first, make_id, simplify

#: Columns offered as an answer, at most.
_MOST_OFFERED = 20
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def draft_definition(
    table: Table,
    given: Mapping[str, str] | None = None,
    *,
    takes_proposals: bool = True,
    settled: frozenset[str] = frozenset(),
) -> Draft:
    """Return the draft of a definition.

    Parameters
    ----------
    table
        The columns, from `look_at_files`.
    given
        Key of a question to the answer; of several options the values joined by spaces.
    takes_proposals
        Whether what is not answered is as proposed; else it is left to do.
    settled
        Keys of questions that an earlier definition answers.
    """
    answers = Answers(settle_given(given or {}), takes_proposals, settled)
    remarks: list[str] = []
    file, shape = table, find_shape(table)
    table = shape.table
    if shape.layout != "wide":
        remarks.append(phrase(f"drafting.is_{shape.layout}", evidence=shape.evidence))
    roles = {key: one for key, one in find_roles(table).items() if key != "respondent" or not shape.respondent}
    roles = correct_roles(table, roles, answers.given)
    taken = {found.candidates[0].column.position for found in roles.values() if found.candidates} | set(
        table.tool_positions
    )
    rated = find_ratings(table, taken)
    in_groups = {column.position for group in rated if group.is_sure for column in group.columns}
    perhaps = {
        column.position
        for group in rated
        for column in group.columns
        if len(group.columns) > 1 or any(number != int(number) for number in column.numbers)
    }
    unit_columns = correct_units(table, find_unit_columns(table, taken | in_groups, perhaps), answers.given)
    columns: dict[str, Key] = {}
    unit = _choose_unit(unit_columns, answers, columns)
    groups = choose_questions(rated, unit or (unit_columns[0] if unit_columns else None), answers)
    groups = correct_groups(table, groups, answers.given)
    scaled = settle_scale(groups, answers)
    remarks += scaled.remarks
    _choose_columns(roles, answers, columns, remarks)
    if shape.respondent and shape.question and shape.rating:
        columns["respondent"] = Key(shape.respondent.name, _tell(shape.respondent, shape.evidence))
        columns["question"] = Key(shape.question.name, _tell(shape.question, shape.evidence))
        columns["rating"] = Key(shape.rating.name, _tell(shape.rating, phrase("drafting.the_answers")))
    categories = draft_categories(groups, scaled, table)
    categories = turn_questions(categories, scaled.scale.value, answers, remarks)
    units: list[UnitFound] = settle_units(unit, answers, remarks) if unit else []
    doubtful = [phrase("drafting.taken_for", alias=alias, name=one.name) for one in units for alias in one.doubtful]
    if doubtful:
        remarks.append(phrase("drafting.spellings", spellings="; ".join(doubtful)))
    words = find_words(unit.column, are_countries=unit.are_countries) if unit else None
    index, edition, title = _name_index(table, answers)
    if table.not_read:
        remarks.append(phrase("drafting.not_looked_at", files=", ".join(table.not_read)))
    used = {one.column.position for category in categories for one in category.questions}
    used |= {unit.column.position} if unit else set()
    left = [
        column
        for column in table.columns
        if column.position not in used | taken and column.given and column.name.strip()
    ]
    if left:
        shown = list_first([show_text(column.name) for column in left], 12)
        remarks.append(phrase("drafting.not_used", columns=shown))
    return Draft(
        replace(table, rows=file.rows),
        index,
        edition,
        title,
        words,
        scaled.scale,
        scaled.no_answers,
        scaled.no_answers_todo,
        tuple(units),
        phrase("drafting.texts_of", column=str(unit.column)) if unit else "",
        columns,
        tuple(categories),
        "" if groups else phrase("drafting.which_questions"),
        tuple(answers.asked),
        answers.given,
        tuple(remarks),
        takes_proposals,
    )


def _tell(column: Column, evidence: str) -> str:
    return phrase("drafting.column", column=str(column), evidence=evidence)


def _choose_unit(found: Sequence[UnitColumn], answers: Answers, columns: dict[str, Key]) -> UnitColumn | None:
    if found and found[0].is_sure and "columns.unit" not in answers.given:
        columns["unit"] = Key(found[0].column.name, _tell(found[0].column, found[0].evidence))
        return found[0]
    if not found:
        columns["unit"] = Key(TODO, phrase("drafting.no_unit_found"), True)
        return None
    options = tuple(
        Option(str(one.column.position), f"{show_text(one.column.name)} ({one.evidence})")
        for one in found[:_MOST_OFFERED]
    )
    question = Question(
        "columns.unit",
        phrase("drafting.ask_unit"),
        str(found[0].column.position),
        found[0].evidence,
        options,
        takes_text=True,
    )
    answer = answers.ask(question)
    if answer is None or (found[0].is_offered and question.key not in answers.given):
        columns["unit"] = Key(TODO, phrase("drafting.unit_perhaps", column=str(found[0].column)), True)
        return None
    chosen = next((one for one in found if fold_label(answer) in _list_names(one.column)), None)
    if chosen is None:
        columns["unit"] = Key(TODO, phrase("drafting.no_such_column", column=show_text(answer)), True)
        return None
    columns["unit"] = Key(chosen.column.name, _tell(chosen.column, f"{chosen.evidence}; {answers.describe(question)}"))
    return chosen


def _list_names(column: Column) -> set[str]:
    """Return by what an answer may name a column: its position, or its heading."""
    return {str(column.position), fold_label(column.name)}


def _choose_columns(
    roles: Mapping[str, RoleFound], answers: Answers, columns: dict[str, Key], remarks: list[str]
) -> None:
    for key, found in roles.items():
        first = found.candidates[0]
        if found.is_sure and f"columns.{key}" not in answers.given:
            columns[key] = Key(first.column.name, _tell(first.column, first.evidence))
            continue
        if not found.role.question:
            remarks.append(phrase("drafting.may_be", column=str(first.column), key=key, evidence=first.evidence))
            continue
        options = (
            *(
                Option(str(one.column.position), f"{show_text(one.column.name)} ({one.evidence})")
                for one in found.candidates[:8]
            ),
            Option(NO_ANSWER, phrase("drafting.none_of_them")),
        )
        asked = translate(f"roles.{key}.question", found.role.question)
        question = Question(f"columns.{key}", asked, options[0].value, first.evidence, options)
        answer = answers.ask(question)
        if answer is None:
            columns[key] = Key(TODO, phrase("drafting.column_perhaps", question=asked, column=str(first.column)), True)
        elif answer != NO_ANSWER:
            chosen = next((one for one in found.candidates if str(one.column.position) == answer), first)
            columns[key] = Key(
                chosen.column.name, _tell(chosen.column, f"{chosen.evidence}; {answers.describe(question)}")
            )


def _name_index(table: Table, answers: Answers) -> tuple[str, Key, Key]:
    stem = Path(table.files[0]).name.split(".")[0]
    years = _YEAR.findall(stem)
    name = make_id(_YEAR.sub(" ", stem)) or "index"
    edition = (
        Key(years[-1], phrase("drafting.year_in_name", file=table.files[0]))
        if years
        else Key("draft", phrase("drafting.no_year"))
    )
    title = " ".join(word for word in simplify(stem).split() if not _YEAR.fullmatch(word))
    proposal = f"{title[:1].upper()}{title[1:]} {years[-1] if years else ''}".strip() or "Index"
    question = Question(
        "title", phrase("drafting.ask_title"), proposal, phrase("drafting.name_of", file=table.files[0])
    )
    answer = answers.ask(question)
    return (
        name,
        edition,
        Key(answer or proposal, answers.describe(question) if answer else question.evidence),
    )
