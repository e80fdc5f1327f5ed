"""A definition drafted from the columns of a file: each key with the evidence for it.

`draft_definition` takes what the file says for certain, asks what it does not, and takes the answers, or the proposals.
It has no state: the same file and answers give the same draft. Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from bpo_index.definition.left_to_do import TODO
from bpo_index.display.labels import fold_label, show_text
from bpo_index.drafting.categories import find_statement, group_questions
from bpo_index.drafting.look import Column, Table, read_number
from bpo_index.drafting.questions import Answers, Option, Question
from bpo_index.drafting.ratings import RatedGroup, ScaleFound, find_ratings
from bpo_index.drafting.roles.registry import RoleFound, find_roles
from bpo_index.drafting.shapes import find_shape
from bpo_index.drafting.units import UnitColumn, UnitFound, find_unit_columns, find_words, list_units
from bpo_index.drafting.words import make_id, simplify
from bpo_index.scoring.arrays import Floats
from bpo_index.validation.direction import find_suspects, measure_t

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
#: Respondents, and the normal quantile of .001, from which a question that runs against the others is said.
_FEWEST, _BEYOND_CHANCE = 30, 3.0902
_NO = "none"


@dataclass(frozen=True)
class Key:
    """A key of the definition: its value, why, and whether it is left to do."""

    value: object
    evidence: str
    is_todo: bool = False


@dataclass(frozen=True)
class QuestionDrafted:
    """A question of the index."""

    id: str
    text: str
    column: Column
    aliases: tuple[str, ...] = ()
    reverse: bool = False
    evidence: str = ""


@dataclass(frozen=True)
class CategoryDrafted:
    """A category of the index."""

    id: str
    title: str
    evidence: str
    questions: tuple[QuestionDrafted, ...]
    scale: ScaleFound | None = None
    """Its own, where it is another than the index's."""


@dataclass(frozen=True)
class Draft:
    """What was drafted."""

    table: Table
    index: str
    edition: Key
    title: Key
    words: tuple[str, str] | None
    scale: Key
    """Its value is a `ScaleFound`, or None."""
    no_answers: dict[str, tuple[str, str]]
    """Answer that is no rating to its kind and the evidence."""
    no_answers_todo: str
    units: tuple[UnitFound, ...]
    units_evidence: str
    columns: dict[str, Key]
    categories: tuple[CategoryDrafted, ...]
    categories_todo: str
    questions: tuple[Question, ...]
    """All that was asked, in order."""
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What a person should know, a sentence each."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What nobody has answered yet."""
        return tuple(question for question in self.questions if question.key not in self.answers)


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
    answers = Answers(given or {}, takes_proposals)
    remarks: list[str] = []
    file, shape = table, find_shape(table)
    table = shape.table
    if shape.layout != "wide":
        remarks.append(f"The file is in {'long layout' if shape.layout == 'long' else 'blocks'}: {shape.evidence}.")
    roles = {key: one for key, one in find_roles(table).items() if key != "respondent" or not shape.respondent}
    taken = {found.candidates[0].column.position for found in roles.values() if found.candidates} | set(
        table.tool_positions
    )
    rated = find_ratings(table, taken)
    in_groups = {column.position for group in rated if group.is_sure for column in group.columns}
    unit_columns = find_unit_columns(table, taken | in_groups)
    columns: dict[str, Key] = {}
    unit = _choose_unit(unit_columns, answers, columns)
    groups = _choose_questions(rated, unit, answers)
    scale_key, no_answers, no_answers_todo = _settle_scale(groups, answers)
    _choose_columns(roles, answers, columns, remarks)
    if shape.respondent and shape.question and shape.rating:
        columns["respondent"] = Key(shape.respondent.name, f"column {shape.respondent}: {shape.evidence}")
        columns["question"] = Key(shape.question.name, f"column {shape.question}: {shape.evidence}")
        columns["rating"] = Key(shape.rating.name, f"column {shape.rating}: the answers")
    categories = _draft_categories(groups, scale_key.value)
    categories = _turn_questions(categories, scale_key.value, answers, remarks)
    units: list[UnitFound] = list_units(unit.column, are_countries=unit.are_countries) if unit else []
    doubtful = [f"{alias!r} is taken for {one.name}" for one in units for alias in one.doubtful]
    if doubtful:
        remarks.append(f"Spellings put together: {'; '.join(doubtful)}.")
    words = find_words(unit.column, are_countries=unit.are_countries) if unit else None
    index, edition, title = _name_index(table, answers)
    if table.not_read:
        remarks.append(f"Not looked at, since their headings differ: {', '.join(table.not_read)}.")
    used = {one.column.position for category in categories for one in category.questions}
    used |= {unit.column.position} if unit else set()
    left = [
        column
        for column in table.columns
        if column.position not in used | taken and column.given and column.name.strip()
    ]
    if left:
        shown = ", ".join(show_text(column.name) for column in left[:12])
        remarks.append(f"Columns not used: {shown}{f' and {len(left) - 12:,} more' if len(left) > 12 else ''}.")
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
        f"the texts of column {unit.column}" if unit else "",
        columns,
        tuple(categories),
        "" if groups else "which columns are the rated questions",
        tuple(answers.asked),
        answers.given,
        tuple(remarks),
    )


def _choose_unit(found: Sequence[UnitColumn], answers: Answers, columns: dict[str, Key]) -> UnitColumn | None:
    if found and found[0].is_sure and "columns.unit" not in answers.given:
        columns["unit"] = Key(found[0].column.name, f"column {found[0].column}: {found[0].evidence}")
        return found[0]
    if not found:
        columns["unit"] = Key(
            TODO, "the heading of the column that says which unit a respondent rates: none was found", True
        )
        return None
    options = tuple(
        Option(str(one.column.position), f"{show_text(one.column.name)} ({one.evidence})") for one in found[:12]
    )
    question = Question(
        "columns.unit",
        "Which column says what is ranked?",
        str(found[0].column.position),
        found[0].evidence,
        options,
    )
    answer = answers.ask(question)
    if answer is None:
        columns["unit"] = Key(
            TODO, f"the heading of the column that says what is ranked; perhaps {found[0].column}", True
        )
        return None
    chosen = next((one for one in found if str(one.column.position) == answer), found[0])
    columns["unit"] = Key(
        chosen.column.name, f"column {chosen.column}: {chosen.evidence}; {answers.describe(question)}"
    )
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
        "Which columns are the rated questions?",
        " ".join(map(str, proposed)),
        f"{len(groups)} groups of columns have answers on a scale",
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
    names = ", ".join(show_text(column.name, 40) for column in group.columns[:3])
    more = f" and {len(group.columns) - 3:,} more" if len(group.columns) > 3 else ""
    return f"{names}{more}: {len(group.columns)} on {_describe_scale(group.scale)}"


def _describe_scale(scale: ScaleFound) -> str:
    if scale.labels and scale.evidence:
        return f"{scale.minimum:g} ({scale.labels[0][0]}) to {scale.maximum:g} ({scale.labels[-1][0]})"
    return f"{scale.minimum:g} to {scale.maximum:g}"


def _settle_scale(groups: Sequence[RatedGroup], answers: Answers) -> tuple[Key, dict[str, tuple[str, str]], str]:
    if not groups:
        return Key(None, "the lowest and the highest rating", True), {}, ""
    group = max(groups, key=lambda one: len(one.columns))
    scale, todo = group.scale, False
    evidence = scale.evidence
    if not scale.is_sure:
        question = _ask_for_scale(scale, group)
        answer = answers.ask(question)
        if answer is None:
            return Key(scale, question.text, True), _list_no_answers(groups), ""
        scale = _read_scale(answer, scale)
        evidence = f"{evidence + '; ' if evidence else ''}{answers.describe(question)}"
    no_answers = _list_no_answers(groups)
    guessed = sorted(
        {code for one in groups for code in one.guessed_codes}, key=lambda code: (read_number(code) or 0.0, code)
    )
    if guessed:
        question = Question(
            "scale.dont_know",
            f"What do the codes {', '.join(guessed)} mean?",
            "no_answer",
            "they stand apart from the scale",
            (Option("no_answer", "no answer: never a rating"), Option("rating", "ratings: the scale is longer")),
        )
        answer = answers.ask(question)
        if answer is None:
            return Key(scale, evidence, todo), {k: v for k, v in no_answers.items() if k not in guessed}, question.text
        if answer == "rating":
            no_answers = {text: kind for text, kind in no_answers.items() if text not in guessed}
            ends = [*(read_number(code) or 0.0 for code in guessed), scale.minimum, scale.maximum]
            scale = ScaleFound(min(ends), max(ends), scale.labels, True, scale.evidence)
        else:
            no_answers |= {code: (no_answers[code][0], answers.describe(question)) for code in guessed}
    return Key(scale, evidence, todo), no_answers, ""


def _ask_for_scale(scale: ScaleFound, group: RatedGroup) -> Question:
    if scale.labels:
        ordered = " | ".join(text for text, _ in scale.labels)
        return Question(
            "scale",
            "Write the answers from the lowest to the highest, parted by |",
            ordered,
            scale.evidence or "the order of these answers is not known",
        )
    options = [(scale.minimum, scale.maximum)]
    for ends in ((1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (1.0, 10.0), (0.0, 100.0)):
        if ends not in options and ends[0] <= scale.minimum and scale.maximum <= ends[1]:
            options.append(ends)
    return Question(
        "scale",
        f"From which number to which does the scale of {show_text(group.columns[0].name, 40)} run?",
        f"{scale.minimum:g} to {scale.maximum:g}",
        scale.evidence,
        tuple(Option(f"{low:g} to {high:g}", f"{low:g} to {high:g}") for low, high in options),
    )


def _read_scale(answer: str, scale: ScaleFound) -> ScaleFound:
    if scale.labels and "|" in answer:
        texts = [text.strip() for text in answer.split("|") if text.strip()]
        if [text for text, _ in scale.labels] == texts and scale.evidence:
            return scale
        labels = tuple((text, float(n)) for n, text in enumerate(texts, start=1))
        return ScaleFound(1.0, float(len(labels)), labels, True, scale.evidence)
    numbers = [number for word in answer.replace("to", " ").split() if (number := read_number(word)) is not None]
    return ScaleFound(numbers[0], numbers[1], scale.labels, True, scale.evidence) if len(numbers) == 2 else scale


def _list_no_answers(groups: Sequence[RatedGroup]) -> dict[str, tuple[str, str]]:
    return {
        text: (kind, "a usual wording" if text not in group.guessed_codes else "stands apart from the scale")
        for group in groups
        for text, kind in sorted(group.no_answers.items())
    }


def _choose_columns(
    roles: Mapping[str, RoleFound], answers: Answers, columns: dict[str, Key], remarks: list[str]
) -> None:
    for key, found in roles.items():
        first = found.candidates[0]
        if found.is_sure and f"columns.{key}" not in answers.given:
            columns[key] = Key(first.column.name, f"column {first.column}: {first.evidence}")
            continue
        if not found.role.question:
            remarks.append(f"Column {first.column} may be `{key}` and is not used: {first.evidence}.")
            continue
        options = (
            *(
                Option(str(one.column.position), f"{show_text(one.column.name)} ({one.evidence})")
                for one in found.candidates[:8]
            ),
            Option(_NO, "none of them"),
        )
        question = Question(f"columns.{key}", found.role.question, options[0].value, first.evidence, options)
        answer = answers.ask(question)
        if answer is None:
            columns[key] = Key(TODO, f"{question.text} Perhaps {first.column}; take the line out if none", True)
        elif answer != _NO:
            chosen = next((one for one in found.candidates if str(one.column.position) == answer), first)
            columns[key] = Key(
                chosen.column.name, f"column {chosen.column}: {chosen.evidence}; {answers.describe(question)}"
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


def _turn_questions(
    categories: list[CategoryDrafted],
    scale: object,
    answers: Answers,
    remarks: list[str],
) -> list[CategoryDrafted]:
    """Ask about the questions that run against the others, and turn those that are named."""
    suspects: dict[str, str] = {}
    parts = [category.questions for category in categories if len(category.questions) > 2]
    if len(parts) < len(categories):
        parts = [tuple(one for category in categories for one in category.questions)]
    for questions in parts:
        suspects |= find_reversed(questions, scale)
    if not suspects:
        return categories
    everything = {one.id: one for category in categories for one in category.questions}
    options = tuple(Option(one, f"{show_text(everything[one].text)} ({suspects[one]})") for one in suspects)
    question = Question(
        "reverse",
        "Which of these questions mean the opposite of the others, so that a high rating is bad?",
        " ".join(suspects),
        "their answers run against those of the other questions",
        options,
        takes_several=True,
    )
    answer = answers.ask(question)
    if answer is None:
        remarks.append(
            f"To be settled: {', '.join(suspects)} run against the others; say `reverse: true` or false for each."
        )
        turned: set[str] = set()
        states = dict.fromkeys(suspects, TODO)
    else:
        turned = set(answer.split()) - {_NO}
        states = {}
        if turned:
            remarks.append(
                f"Taken as reversed: {', '.join(one for one in suspects if one in turned)} "
                f"({answers.describe(question).split(':')[0]})."
            )
    return [
        CategoryDrafted(
            category.id,
            category.title,
            category.evidence,
            tuple(
                QuestionDrafted(
                    one.id,
                    one.text,
                    one.column,
                    one.aliases,
                    one.id in turned,
                    f"{states[one.id]}: {suspects[one.id]}" if one.id in states else suspects.get(one.id, ""),
                )
                for one in category.questions
            ),
            category.scale,
        )
        for category in categories
    ]


def find_reversed(questions: Sequence[QuestionDrafted], scale: object) -> dict[str, str]:
    """Return the questions whose answers run against those of the others, each with the correlation."""
    if len(questions) < 3 or not isinstance(scale, ScaleFound):
        return {}
    ratings = _read_ratings(questions, scale)
    suspects = find_suspects(ratings, np.ones(len(questions)))
    if suspects is None or 2 * suspects.sum() > len(questions):
        return {}
    right = np.where(suspects, -1.0, 1.0) * ratings
    found = {}
    for n, question in enumerate(questions):
        if not suspects[n]:
            continue
        others = np.delete(right, n, axis=1)
        rest = np.nanmean(np.where(np.isnan(others).all(axis=1, keepdims=True), 0.0, others), axis=1)
        both = ~np.isnan(ratings[:, n]) & ~np.isnan(others).all(axis=1)
        own, rest = ratings[both, n], rest[both]
        if both.sum() < _FEWEST or np.ptp(own) == 0 or np.ptp(rest) == 0:
            continue
        r = float(np.corrcoef(own, rest)[0, 1])
        if measure_t(-r, int(both.sum())) > _BEYOND_CHANCE:
            found[question.id] = f"correlation {r:.2f} with the mean of the others"
    return found


def _read_ratings(questions: Sequence[QuestionDrafted], scale: ScaleFound) -> Floats:
    labels = {fold_label(text): rating for text, rating in scale.labels}
    columns = []
    for question in questions:
        codes = question.column.codes
        rating = {}
        for text in question.column.counts:
            number = labels.get(fold_label(text), labels.get(fold_label(codes.get(text, text))))
            number = read_number(text) if number is None else number
            inside = (
                number is not None
                and scale.minimum <= number <= scale.maximum
                and text not in question.column.no_answers
            )
            rating[text] = number if inside else np.nan
        columns.append([rating.get(text, np.nan) if text else np.nan for text in question.column.cells.to_list()])
    return np.array(columns, dtype=float).T


def _name_index(table: Table, answers: Answers) -> tuple[str, Key, Key]:
    stem = Path(table.files[0]).name.split(".")[0]
    years = _YEAR.findall(stem)
    name = make_id(_YEAR.sub(" ", stem)) or "index"
    edition = (
        Key(years[-1], f"the year in the name of {table.files[0]}")
        if years
        else Key("draft", "no year is in the name of the file")
    )
    title = " ".join(word for word in simplify(stem).split() if not _YEAR.fullmatch(word))
    proposal = f"{title[:1].upper()}{title[1:]} {years[-1] if years else ''}".strip() or "Index"
    question = Question("title", "What is the index called?", proposal, f"the name of {table.files[0]}")
    answer = answers.ask(question)
    return (
        name,
        edition,
        Key(answer or proposal, answers.describe(question) if answer else f"the name of {table.files[0]}"),
    )
