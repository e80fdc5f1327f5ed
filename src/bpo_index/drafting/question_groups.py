"""Which rated columns are questions of the index, as the file says or a person answers, and their categories.

Method page: docs/methods/drafting.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bpo_index.definition.conflicts import RESERVED_COLUMNS, RESERVED_STARTS
from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label, show_text
from bpo_index.drafting.answer_sets.registry import find_answer_sets
from bpo_index.drafting.categories import find_statements, group_questions
from bpo_index.drafting.drafted import CategoryDrafted, QuestionDrafted
from bpo_index.drafting.look import Column, Table
from bpo_index.drafting.questions import Answers, Option, Question
from bpo_index.drafting.ratings import RatedGroup, ScaleFound
from bpo_index.drafting.scale_questions import ScaleSettled, describe_scale, differs
from bpo_index.drafting.units import UnitColumn
from bpo_index.drafting.words import list_first

#: Groups offered, and columns named of each, at most.
_MOST, _NAMED = 20, 3
#: Ends of scales that hardly anything but a rating has.
_RATING_ENDS = ((0.0, 10.0), (1.0, 10.0))


def choose_questions(rated: Sequence[RatedGroup], unit: UnitColumn | None, answers: Answers) -> list[RatedGroup]:
    """Return the groups of columns that are questions; a single column beside them is asked about, never dropped."""
    groups = [kept for group in rated if (kept := _leave_out(group, unit))]
    many = [group for group in groups if len(group.columns) > 1 or group.is_sure]
    singles = [group for group in groups if group not in many]
    if not many:
        many, singles = singles, []
    if not many:
        return []
    main = many[0]
    beside = [group for group in singles if _is_beside(group.scale, main.scale)]
    is_clear = len(many) == 1 and main.is_sure and not beside and not any(map(_is_rating, singles))
    if is_clear and "categories" not in answers.given:
        return [main]
    offered = [*many, *beside, *(group for group in singles if group not in beside and group.scale.evidence)][:_MOST]
    options = tuple(Option(str(n), _describe_group(group)) for n, group in enumerate(offered))
    proposed = [
        n
        for n, group in enumerate(offered)
        if group is main or group in beside or (group.is_sure and bool(group.scale.labels) == bool(main.scale.labels))
    ]
    question = Question(
        "categories",
        phrase("drafting.ask_questions"),
        " ".join(map(str, proposed)),
        phrase("drafting.groups_found", count=len(offered)),
        options,
        takes_several=True,
    )
    answer = answers.ask(question)
    if answer is None:
        return []
    chosen = [offered[n] for n in sorted({int(n) for n in answer.split() if n.isdigit() and int(n) < len(offered)})]
    return _join_singles(chosen)


def _leave_out(group: RatedGroup, unit: UnitColumn | None) -> RatedGroup | None:
    kept = tuple(column for column in group.columns if unit is None or column is not unit.column)
    if len(kept) == len(group.columns):
        return group
    return replace(group, columns=kept, is_sure=group.is_sure and len(kept) > 2) if kept else None


def _is_beside(scale: ScaleFound, main: ScaleFound) -> bool:
    """Return whether answers are on the scale of others: the same labels, or numbers over more than half of it."""
    if scale.labels or main.labels:
        labels = {fold_label(text) for text, _ in scale.labels}
        return bool(labels) and labels <= {fold_label(text) for text, _ in main.labels}
    low, high = (scale.numbers[0], scale.numbers[-1]) if scale.numbers else (scale.minimum, scale.maximum)
    inside = main.minimum <= low and high <= main.maximum
    return inside and 2 * (scale.maximum - scale.minimum) > main.maximum - main.minimum


def _is_rating(group: RatedGroup) -> bool:
    """Return whether a single column is hardly anything but a rating."""
    texts = [text for column in group.columns for text in column.shown if text not in column.no_answers]
    scale = group.scale
    return bool(scale.evidence) and (
        (scale.minimum, scale.maximum) in _RATING_ENDS if not scale.labels else bool(find_answer_sets(texts))
    )


def _describe_group(group: RatedGroup) -> str:
    names = list_first([repr(show_text(column.name, 40)) for column in group.columns], _NAMED)
    return phrase("drafting.group", names=names, columns=len(group.columns), scale=describe_scale(group.scale))


def _join_singles(chosen: Sequence[RatedGroup]) -> list[RatedGroup]:
    """Put single columns into the first group on whose scale they are."""
    joined: list[RatedGroup] = []
    for group in sorted(chosen, key=lambda one: len(one.columns) == 1):
        home = next((n for n, one in enumerate(joined) if _is_beside(group.scale, one.scale)), None)
        if len(group.columns) > 1 or home is None:
            joined.append(group)
            continue
        one = joined[home]
        scale = replace(one.scale, numbers=tuple(sorted({*one.scale.numbers, *group.scale.numbers})))
        joined[home] = replace(
            one,
            scale=scale,
            columns=tuple(sorted((*one.columns, *group.columns), key=lambda column: column.position)),
            no_answers=one.no_answers | group.no_answers,
            guessed_codes=one.guessed_codes | group.guessed_codes,
        )
    return joined


def draft_categories(groups: Sequence[RatedGroup], settled: ScaleSettled, table: Table) -> list[CategoryDrafted]:
    """Return the categories of the groups, with ids and texts that nothing else in the file has."""
    categories: list[CategoryDrafted] = []
    main = settled.scale.value
    columns = [column for group in groups for column in group.columns]
    names = _Names(table, columns)
    for group in groups:
        own = settled.own.get(group.columns[0].name)
        if own is None and isinstance(main, ScaleFound) and differs(group.scale, main):
            own = group.scale if group.scale.is_sure else None
        for part in group_questions(group.columns):
            number = len(categories) + 1
            made = part.id if part.id not in {one.id for one in categories} else f"{part.id[:36]}-{number}"
            is_new = part.title not in {one.title for one in categories}
            questions = tuple(names.draft_question(column) for column in part.columns)
            title = part.title if is_new else f"{part.title} {number}"
            categories.append(CategoryDrafted(made, title, part.evidence, questions, own))
    return categories


class _Names:
    """Ids and texts of questions, none twice and none that is another column's heading."""

    def __init__(self, table: Table, columns: Sequence[Column]) -> None:
        self.statements = find_statements(columns)
        self.headings: dict[str, set[int]] = {}
        for column in table.columns:
            for text in (column.name, *column.wordings):
                self.headings.setdefault(fold_label(text), set()).add(column.position)
        self.taken: set[str] = set()
        self.made = 0

    def draft_question(self, column: Column) -> QuestionDrafted:
        """Return a question with an id from its heading where that is one, else a number."""
        self.made += 1
        text = next((one for one in self._list_texts(column) if self._is_free(one, column)), "")
        wanted = next((one for one in (column.name, text) if _is_id(one) and self._is_free(one.strip(), column)), "")
        wanted = wanted.strip().lower()
        number = self.made
        while not wanted or not self._is_free(wanted, column):
            wanted = f"q{number}"
            number += 1
        self.taken |= {fold_label(wanted), fold_label(text)}
        known = {fold_label(wanted), fold_label(text)}
        aliases = () if {fold_label(one) for one in (column.name, *column.wordings)} & known else (column.name,)
        return QuestionDrafted(wanted, text or wanted, column, aliases)

    def _list_texts(self, column: Column) -> list[str]:
        return [self.statements[column.position], column.wording, column.name]

    def _is_free(self, text: str, column: Column) -> bool:
        folded = fold_label(text)
        others = self.headings.get(folded, set()) - {column.position}
        return bool(folded) and folded not in self.taken and not others


def _is_id(text: str) -> bool:
    plain = text.strip().lower()
    is_reserved = plain in RESERVED_COLUMNS or plain.startswith(RESERVED_STARTS)
    return re.fullmatch(r"[a-z0-9_-]{1,64}", plain) is not None and not is_reserved
