"""The scale of the ratings and the answers that are none: as the file says, else as a person answers."""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.display.catalogue import phrase
from bpo_index.display.labels import show_text
from bpo_index.drafting.drafted import Key
from bpo_index.drafting.look import read_number
from bpo_index.drafting.questions import Answers, Option, Question
from bpo_index.drafting.ratings import RatedGroup, ScaleFound


def describe_scale(scale: ScaleFound) -> str:
    """Return the ends of a scale, with their labels where it has some."""
    if scale.labels and scale.evidence:
        low, high = scale.labels[0][0], scale.labels[-1][0]
        return phrase("drafting.range", low=f"{scale.minimum:g} ({low})", high=f"{scale.maximum:g} ({high})")
    return phrase("drafting.range", low=f"{scale.minimum:g}", high=f"{scale.maximum:g}")


def settle_scale(groups: Sequence[RatedGroup], answers: Answers) -> tuple[Key, dict[str, tuple[str, str]], str]:
    """Return the scale, the answers that are no ratings with kind and evidence, and what is left to do of these."""
    if not groups:
        return Key(None, phrase("drafting.both_ends"), True), {}, ""
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
            phrase("drafting.ask_codes", codes=", ".join(guessed)),
            "no_answer",
            phrase("drafting.codes_apart"),
            (Option("no_answer", phrase("drafting.no_answer")), Option("rating", phrase("drafting.longer_scale"))),
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
            phrase("drafting.ask_order"),
            ordered,
            scale.evidence or phrase("drafting.order_unknown"),
        )
    options = [(scale.minimum, scale.maximum)]
    for ends in ((1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (1.0, 10.0), (0.0, 100.0)):
        if ends not in options and ends[0] <= scale.minimum and scale.maximum <= ends[1]:
            options.append(ends)
    return Question(
        "scale",
        phrase("drafting.ask_scale", column=show_text(group.columns[0].name, 40)),
        f"{scale.minimum:g} to {scale.maximum:g}",
        scale.evidence,
        tuple(
            Option(f"{low:g} to {high:g}", phrase("drafting.range", low=f"{low:g}", high=f"{high:g}"))
            for low, high in options
        ),
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
        text: (kind, phrase("drafting.usual_wording" if text not in group.guessed_codes else "drafting.code_apart"))
        for group in groups
        for text, kind in sorted(group.no_answers.items())
    }
