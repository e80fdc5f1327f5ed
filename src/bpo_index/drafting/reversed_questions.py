"""Questions whose answers run against those of the others: found by correlation, turned only where a person says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label, show_text
from bpo_index.display.numbers import show_number
from bpo_index.drafting.drafted import CategoryDrafted, QuestionDrafted
from bpo_index.drafting.look import read_number
from bpo_index.drafting.questions import NO_ANSWER, Answers, Option, Question
from bpo_index.drafting.ratings import ScaleFound
from bpo_index.scoring.arrays import Floats
from bpo_index.validation.direction import find_suspects, measure_t

#: Respondents, and the normal quantile of .001, from which a question that runs against the others is said.
_FEWEST, _BEYOND_CHANCE = 30, 3.0902


def turn_questions(
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
        phrase("drafting.ask_reversed"),
        " ".join(suspects),
        phrase("drafting.run_against"),
        options,
        takes_several=True,
    )
    answer = answers.ask(question)
    if answer is None:
        remarks.append(phrase("drafting.settle_reversed", questions=_name_questions(suspects, everything)))
        reverse: dict[str, bool | None] = dict.fromkeys(suspects)
    else:
        turned = set(answer.split()) - {NO_ANSWER}
        reverse = dict.fromkeys(turned, True)
        if turned and question in answers.asked:
            key = "drafting.reversed_answered" if question.key in answers.given else "drafting.reversed_proposed"
            remarks.append(
                phrase(key, questions=_name_questions([one for one in suspects if one in turned], everything))
            )
    return [
        replace(
            category,
            questions=tuple(
                replace(one, reverse=reverse.get(one.id, False), evidence=suspects.get(one.id, ""))
                for one in category.questions
            ),
        )
        for category in categories
    ]


def _name_questions(ids: Iterable[str], everything: Mapping[str, QuestionDrafted]) -> str:
    """Return ids, each with its text beside it where that says more."""
    texts = {one: show_text(everything[one].text, 60) for one in ids}
    return ", ".join(one if fold_label(text) == fold_label(one) else f"{one} {text!r}" for one, text in texts.items())


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
            found[question.id] = phrase("drafting.correlation", r=show_number(r, 2))
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
