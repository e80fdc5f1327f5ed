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
from bpo_index.drafting.categories import find_statement, group_questions
from bpo_index.drafting.drafted import CategoryDrafted, Draft, Key, QuestionDrafted
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.questions import NO_ANSWER, Answers, Option, Question
from bpo_index.drafting.ratings import RatedGroup, ScaleFound, find_ratings
from bpo_index.drafting.reversed_questions import turn_questions
from bpo_index.drafting.roles.registry import RoleFound, find_roles
from bpo_index.drafting.scale_questions import describe_scale, settle_scale
from bpo_index.drafting.shapes import find_shape
from bpo_index.drafting.unit_questions import settle_units
from bpo_index.drafting.units import UnitColumn, UnitFound, find_unit_columns, find_words
from bpo_index.drafting.words import list_first, make_id, simplify

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def draft_definition(table: Table, given: Mapping[str, str] | None = None, *, takes_proposals: bool = True) -> Draft:
    """Return the draft of a definition.

    Parameters
    ----------
    table
        The columns, from `look_at_files`.
    given
        Key of a question to the answer; of several options the values joined by spaces.
    takes_proposals
        Whether what is not answered is as proposed; else it is left to do.
    """
    answers = Answers(settle_given(given or {}), takes_proposals)
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
    unit_columns = correct_units(table, find_unit_columns(table, taken | in_groups), answers.given)
    columns: dict[str, Key] = {}
    unit = _choose_unit(unit_columns, answers, columns)
    groups = correct_groups(table, _choose_questions(rated, unit, answers), answers.given)
    scale_key, no_answers, no_answers_todo = settle_scale(groups, answers)
    _choose_columns(roles, answers, columns, remarks)
    if shape.respondent and shape.question and shape.rating:
        columns["respondent"] = Key(shape.respondent.name, _tell(shape.respondent, shape.evidence))
        columns["question"] = Key(shape.question.name, _tell(shape.question, shape.evidence))
        columns["rating"] = Key(shape.rating.name, _tell(shape.rating, phrase("drafting.the_answers")))
    categories = _draft_categories(groups, scale_key.value)
    categories = turn_questions(categories, scale_key.value, answers, remarks)
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
        scale_key,
        no_answers,
        no_answers_todo,
        tuple(units),
        phrase("drafting.texts_of", column=str(unit.column)) if unit else "",
        columns,
        tuple(categories),
        "" if groups else phrase("drafting.which_questions"),
        tuple(answers.asked),
        answers.given,
        tuple(remarks),
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
        Option(str(one.column.position), f"{show_text(one.column.name)} ({one.evidence})") for one in found[:12]
    )
    question = Question(
        "columns.unit",
        phrase("drafting.ask_unit"),
        str(found[0].column.position),
        found[0].evidence,
        options,
    )
    answer = answers.ask(question)
    if answer is None:
        columns["unit"] = Key(TODO, phrase("drafting.unit_perhaps", column=str(found[0].column)), True)
        return None
    chosen = next((one for one in found if str(one.column.position) == answer), found[0])
    columns["unit"] = Key(chosen.column.name, _tell(chosen.column, f"{chosen.evidence}; {answers.describe(question)}"))
    return chosen


def _choose_questions(rated: Sequence[RatedGroup], unit: UnitColumn | None, answers: Answers) -> list[RatedGroup]:
    groups = []
    for group in rated:
        kept = tuple(column for column in group.columns if unit is None or column is not unit.column)
        if len(kept) > 1 or (kept and group.is_sure):
            groups.append(
                RatedGroup(group.scale, kept, group.no_answers, group.guessed_codes, group.is_sure and len(kept) > 2)
            )
    sure = [group for group in groups if group.is_sure]
    if len(sure) == 1 and len(groups) == 1 and "categories" not in answers.given:
        return sure
    if not groups:
        return []
    options = tuple(Option(str(n), _describe_group(group)) for n, group in enumerate(groups[:12]))
    proposed = [n for n, group in enumerate(groups) if group.is_sure and _is_like(group, groups[0])] or [0]
    question = Question(
        "categories",
        phrase("drafting.ask_questions"),
        " ".join(map(str, proposed)),
        phrase("drafting.groups_found", groups=len(groups)),
        options,
        takes_several=True,
    )
    answer = answers.ask(question)
    if answer is None:
        return []
    return [groups[int(n)] for n in answer.split() if n.isdigit() and int(n) < len(groups)]


def _is_like(group: RatedGroup, first: RatedGroup) -> bool:
    return bool(group.scale.labels) == bool(first.scale.labels) or group is first


def _describe_group(group: RatedGroup) -> str:
    names = list_first([show_text(column.name, 40) for column in group.columns], 3)
    return phrase("drafting.group", names=names, columns=len(group.columns), scale=describe_scale(group.scale))


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


def _draft_categories(groups: Sequence[RatedGroup], scale: object) -> list[CategoryDrafted]:
    categories: list[CategoryDrafted] = []
    ids: set[str] = set()
    if not isinstance(scale, ScaleFound):
        scale = groups[0].scale if groups else None
    for group in groups:
        own = (
            group.scale
            if scale is not None and (group.scale.minimum, group.scale.maximum) != (scale.minimum, scale.maximum)
            else None
        )
        if own and own.is_sure is False:
            own = None
        for part in group_questions(group.columns):
            made = part.id if part.id not in {one.id for one in categories} else f"{part.id[:36]}-{len(categories) + 1}"
            questions = tuple(_draft_question(column, ids) for column in part.columns)
            categories.append(CategoryDrafted(made, part.title, part.evidence, questions, own))
    return categories


def _draft_question(column: Column, ids: set[str]) -> QuestionDrafted:
    text = find_statement(column)
    plain = re.sub(r"[^a-z0-9_-]", "", column.name.strip().lower())
    is_id = plain == column.name.strip().lower() and 0 < len(plain) <= 64
    wanted = plain if is_id else f"q{len(ids) + 1}"
    while wanted in ids:
        wanted = f"{wanted}-{len(ids) + 1}"
    ids.add(wanted)
    known = {fold_label(wanted), fold_label(text)}
    aliases = () if {fold_label(one) for one in (column.name, *column.wordings)} & known else (column.name,)
    return QuestionDrafted(wanted, text or wanted, column, aliases)


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
