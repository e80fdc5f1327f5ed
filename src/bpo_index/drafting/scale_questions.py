"""The scale of the ratings and the answers that are none: as the file says, else as a person answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import fold_label, show_text
from bpo_index.drafting.drafted import Key
from bpo_index.drafting.look import read_number
from bpo_index.drafting.questions import Answers, Option, Question
from bpo_index.drafting.ratings import RatedGroup, ScaleFound
from bpo_index.responses.no_answers import find_no_answer

#: Ends of usual scales, offered where they hold the answers.
_USUAL = ((1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (1.0, 10.0), (0.0, 100.0))
#: Points of a scale that may be listed one by one.
_MOST_LISTED = 21
#: "1 to 10", "1-10", "von 1 bis 10", "-2 … 2", "1,5 a 9,5".
_ENDS = re.compile(
    r"\D*?(?P<low>-?[0-9]+(?:[.,][0-9]+)?)\s*(?:[-–—]|\.\.+|…|[^\W\d]+|[,;/|\s])\s*(?P<high>-?[0-9]+(?:[.,][0-9]+)?)\D*"
)


@dataclass(frozen=True)
class ScaleSettled:
    """The scale of the index, and the answers that are none."""

    scale: Key
    """Its value is a `ScaleFound`, or None."""
    no_answers: dict[str, tuple[str, str]]
    """Answer that is no rating to its kind and the evidence."""
    no_answers_todo: str
    own: dict[str, ScaleFound]
    """The scales of groups that are not on the index's, by the heading of their first column."""
    remarks: tuple[str, ...] = ()


def describe_scale(scale: ScaleFound) -> str:
    """Return the ends of a scale, with their labels where it has some."""
    if scale.labels and scale.evidence:
        low, high = scale.labels[0][0], scale.labels[-1][0]
        return phrase("drafting.range", low=f"{scale.minimum:g} ({low})", high=f"{scale.maximum:g} ({high})")
    return _write_ends(scale.minimum, scale.maximum)


def differs(scale: ScaleFound, main: ScaleFound) -> bool:
    """Return whether answers need a scale of their own beside the index's: other ends, or labels that it lacks."""
    known = {(fold_label(text), rating) for text, rating in main.labels}
    labels = {(fold_label(text), rating) for text, rating in scale.labels}
    return (scale.minimum, scale.maximum) != (main.minimum, main.maximum) or not labels <= known


def _write_ends(low: float, high: float) -> str:
    return phrase("drafting.range", low=f"{low:g}", high=f"{high:g}")


def settle_scale(groups: Sequence[RatedGroup], answers: Answers) -> ScaleSettled:
    """Return the scale, the answers that are no ratings, and what is left to do of these."""
    if not groups:
        return ScaleSettled(Key(None, phrase("drafting.both_ends"), True), {}, "", {})
    group = max(groups, key=lambda one: len(one.columns))
    no_answers = _list_no_answers(groups)
    key = _settle_one("scale", group, answers, no_answers)
    if not isinstance(key.value, ScaleFound) or key.is_todo:
        return ScaleSettled(key, no_answers, "", {})
    guessed = {code for one in groups for code in one.guessed_codes}
    key, todo, remarks = _settle_codes(key, guessed, no_answers, answers)
    own = {}
    for other in groups:
        if differs(other.scale, group.scale):
            first = other.columns[0].name
            found = _settle_one(f"scale.{first}", other, answers, no_answers)
            scale = found.value if isinstance(found.value, ScaleFound) else other.scale
            own[first] = replace(scale, is_sure=not found.is_todo, evidence=found.evidence)
    return ScaleSettled(key, no_answers, todo, own, tuple(remarks))


def _settle_one(key: str, group: RatedGroup, answers: Answers, no_answers: dict[str, tuple[str, str]]) -> Key:
    """Return the scale of one group; what an answer leaves out of the order is no answer."""
    scale = group.scale
    if scale.is_sure:
        return Key(scale, scale.evidence)
    question = _ask_for_scale(key, scale, group)
    answer = answers.ask(question)
    are_codes = bool(scale.numbers) and scale.numbers[0] > 10 and not scale.labels and scale.maximum < 100
    is_unknown = are_codes or (bool(scale.labels) and not scale.evidence)  # nothing in the file says what they mean
    read = _read_scale(answer, scale) if answer is not None else None
    if read is None or (is_unknown and key not in answers.given):
        return Key(scale, question.text, True)
    kept = {text for text, _ in read.labels}
    for text, _ in scale.labels:
        if text not in kept:
            kind = find_no_answer(text, is_outside=True) or "dont_know"
            no_answers[text] = (kind, phrase("drafting.left_out_of_order"))
    evidence = "; ".join(one for one in (scale.evidence, answers.describe(question)) if one)
    return Key(read, evidence)


def _settle_codes(
    key: Key, guessed: set[str], no_answers: dict[str, tuple[str, str]], answers: Answers
) -> tuple[Key, str, list[str]]:
    """Ask what codes apart from the scale mean, and those on it; return the scale, what is left to do, and remarks."""
    scale = key.value
    if not isinstance(scale, ScaleFound):
        return key, "", []
    beyond = {f"{number:g}" for number in scale.numbers if not scale.minimum <= number <= scale.maximum}
    inside = [text for text in no_answers if _is_on(text, scale)]
    labelled = [text for text in inside if text not in guessed]
    remarks = []
    if labelled:  # a codebook says so, and the reader takes its word
        remarks.append(phrase("drafting.inside_by_label", codes=", ".join(labelled)))
        for text in labelled:
            del no_answers[text]
    asked = sorted(guessed | beyond, key=lambda code: (read_number(code) or 0.0, code))
    if not asked:
        return key, "", remarks
    is_inside = any(_is_on(text, scale) for text in asked)
    question = Question(
        "scale.dont_know",
        phrase("drafting.ask_codes", codes=", ".join(asked)),
        "no_answer",
        phrase("drafting.codes_inside" if is_inside else "drafting.codes_apart"),
        (
            Option("no_answer", phrase("drafting.no_answer")),
            Option("rating", phrase("drafting.longer_scale")),
        ),
    )
    answer = answers.ask(question)
    for code in asked:
        kind = no_answers.pop(code, ("dont_know", ""))[0]
        if answer not in (None, "rating"):
            no_answers[code] = (kind, answers.describe(question))
    if answer is None:
        return key, question.text, remarks
    if answer == "rating":
        ends = [*(read_number(code) or 0.0 for code in asked), scale.minimum, scale.maximum]
        return replace(key, value=replace(scale, minimum=min(ends), maximum=max(ends))), "", remarks
    inside = [text for text in no_answers if _is_on(text, scale)]
    if not inside:
        return key, "", remarks
    listed = _list_points(scale, inside)
    if listed is None:
        for text in inside:
            del no_answers[text]
        return key, phrase("drafting.inside_todo", codes=", ".join(inside)), remarks
    return replace(key, value=listed), "", remarks


def _is_on(text: str, scale: ScaleFound) -> bool:
    """Return whether a code is a number between the ends of a scale that does not list its codes."""
    number = read_number(text)
    is_listed = any(read_number(label) is not None for label, _ in scale.labels)
    return number is not None and not is_listed and scale.minimum <= number <= scale.maximum


def _list_points(scale: ScaleFound, codes: Sequence[str]) -> ScaleFound | None:
    """Return a scale that lists its points one by one, so that a code among them is none; None: there are too many."""
    points = {float(n) for n in range(int(scale.minimum), int(scale.maximum) + 1)} | set(scale.numbers)
    points -= {number for code in codes if (number := read_number(code)) is not None}
    on_scale = sorted(point for point in points if scale.minimum <= point <= scale.maximum)
    if len(on_scale) > _MOST_LISTED:
        return None
    known = {rating for _, rating in scale.labels}
    more = tuple((f"{point:g}", point) for point in on_scale if point not in known)
    return replace(scale, labels=(*scale.labels, *more))


def _ask_for_scale(key: str, scale: ScaleFound, group: RatedGroup) -> Question:
    if scale.labels:
        doubtful = {text for text, _ in scale.labels if find_no_answer(text, is_outside=True)}
        ordered = [text for text, _ in scale.labels if text not in doubtful or scale.evidence]
        evidence = scale.evidence or phrase("drafting.order_unknown")
        left_out = [text for text, _ in scale.labels if text not in ordered]
        if left_out:
            shown = ", ".join(repr(show_text(text)) for text in left_out)
            evidence = phrase("drafting.may_be_no_answer", evidence=evidence, answers=shown)
        return Question(key, phrase("drafting.ask_order"), " | ".join(ordered), evidence)
    low, high = (scale.numbers[0], scale.numbers[-1]) if scale.numbers else (scale.minimum, scale.maximum)
    options = [(scale.minimum, scale.maximum)]
    options += [ends for ends in _USUAL if ends not in options and ends[0] <= low and high <= ends[1]]
    return Question(
        key,
        phrase("drafting.ask_scale", column=repr(show_text(group.columns[0].name, 40))),
        f"{scale.minimum:g} to {scale.maximum:g}",
        scale.evidence,
        tuple(Option(f"{low:g} to {high:g}", _write_ends(low, high)) for low, high in options),
        takes_text=True,
    )


def _read_scale(answer: str, scale: ScaleFound) -> ScaleFound | None:
    """Return the scale that an answer says; None where it says none."""
    if scale.labels and "|" in answer:
        by_label = {fold_label(text): text for text, _ in scale.labels}
        given = [text.strip() for text in answer.split("|") if text.strip()]
        texts = list(dict.fromkeys(by_label.get(fold_label(text), text) for text in given))
        if [text for text, _ in scale.labels] == texts and scale.evidence:
            return replace(scale, is_sure=True)
        if len(texts) < 2:
            return None
        labels = tuple((text, float(n)) for n, text in enumerate(texts, start=1))
        return ScaleFound(1.0, float(len(labels)), labels, True, scale.evidence)
    ends = _ENDS.fullmatch(answer.strip())
    low, high = (read_number(ends["low"]), read_number(ends["high"])) if ends else (None, None)
    if low is None or high is None or low >= high:
        return None
    if any(not low <= rating <= high for _, rating in scale.labels):
        return None
    return replace(scale, minimum=low, maximum=high, is_sure=True)


def _list_no_answers(groups: Sequence[RatedGroup]) -> dict[str, tuple[str, str]]:
    return {
        text: (kind, phrase("drafting.usual_wording" if text not in group.guessed_codes else "drafting.code_apart"))
        for group in groups
        for text, kind in sorted(group.no_answers.items())
    }
