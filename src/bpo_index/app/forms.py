"""The fields of the page's forms into answers, an arrangement of questions, and a trial.

What cannot be taken is said beside its field: `Problems` holds a sentence for each, and the value before stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bpo_index.app.workspace import TRIAL_KEYS
from bpo_index.drafting.arrangement import ArrangedCategory, Arrangement
from bpo_index.drafting.by_hand import CORRECT
from bpo_index.drafting.look import read_number

Fields = Sequence[tuple[str, str]]
#: Name of a field to what is wrong with it.
Problems = dict[str, str]
#: Stands for a choice of none among several options.
_NONE = "none"
#: The category of a question that is left out of the index.
LEFT_OUT = "out"
#: The title of a category that was given none.
_NEW = "New category"
_LARGEST = 1e9
#: Numbers that a scale is given by.
_ENDS = 2
#: What can be ranked, at least.
_FEWEST_UNITS = 2


def read_answers(fields: Fields) -> dict[str, str]:
    """Return the answers: fields `answer.<key>`, of several options joined by spaces; corrections may be empty.

    Examples
    --------
    >>> read_answers([("asked", "reverse"), ("answer.reverse", "q1"), ("answer.reverse", "q3")])
    {'reverse': 'q1 q3'}
    """
    given: dict[str, list[str]] = {value: [] for key, value in fields if key == "asked"}
    for key, value in fields:
        if key.startswith("answer."):
            given.setdefault(key.removeprefix("answer."), []).append(value.strip())
    return {
        key: " ".join(one for one in values if one) or ("" if key.startswith(CORRECT) else _NONE)
        for key, values in given.items()
    }


def check_scale(answers: Mapping[str, str], labels: Sequence[str] = ()) -> Problems:
    """Return what is wrong with a scale that was corrected by hand.

    Parameters
    ----------
    answers
        From `read_answers`.
    labels
        The answers in words; a scale puts each of them in order once.

    Examples
    --------
    >>> check_scale({"correct.scale": "7 to 1"})
    {'answer.correct.scale': "'7 to 1' is no scale. Give the lowest and the highest rating, such as 1 to 7."}
    """
    text = answers.get(f"{CORRECT}scale", "")
    if not text:
        return {}
    if labels:
        if sorted(part.strip() for part in text.split("|")) == sorted(labels):
            return {}
        said = f"Give each of the answers once, from the lowest to the highest: {' | '.join(labels)}."
        return {f"answer.{CORRECT}scale": said}
    numbers = [read_number(word) for word in text.replace("to", " ").split()]
    ends = [number for number in numbers if number is not None]
    if len(ends) == len(numbers) == _ENDS and ends[0] < ends[1]:
        return {}
    said = f"{text!r} is no scale. Give the lowest and the highest rating, such as 1 to 7."
    return {f"answer.{CORRECT}scale": said}


def read_arranged(fields: Fields, before: Arrangement | None, problems: Problems) -> Arrangement | None:
    """Return how questions are arranged; None where the form says nothing of it.

    Fields are `category.<n>.title`, `category.<n>.weight`, `question.<id>.category` (a number, or `out`),
    `question.<id>.place` and `question.<id>.reverse`.

    Parameters
    ----------
    fields
        Names and values.
    before
        What is kept where a field cannot be taken.
    problems
        Takes a sentence for each field that cannot be taken.
    """
    held = dict(fields)
    numbers = sorted(
        {int(key.split(".")[1]) for key in held if key.startswith("category.") and key.split(".")[1].isdigit()}
    )
    if not numbers:
        return None
    questions = [
        key.split(".", 1)[1].rsplit(".", 1)[0]
        for key, _ in fields
        if key.startswith("question.") and key.endswith(".category")
    ]
    places = {one: _read(held, f"question.{one}.place", 0.0, problems) for one in questions}
    ordered = sorted(questions, key=lambda one: (places[one], questions.index(one)))
    known = before.categories if before else ()
    categories: list[ArrangedCategory] = []
    for n in numbers:
        inside = tuple(one for one in ordered if held.get(f"question.{one}.category") == str(n))
        old = known[n] if n < len(known) else None
        title = held.get(f"category.{n}.title", "").strip()
        if inside or title:
            title = _choose_title(n, title, [one.title for one in categories], old, problems=problems)
            weight = _read(held, f"category.{n}.weight", old.weight if old else 1.0, problems)
            categories.append(ArrangedCategory(title, weight, inside))
    left_out = tuple(one for one in ordered if held.get(f"question.{one}.category") == LEFT_OUT)
    return Arrangement(
        tuple(categories), {one: f"question.{one}.reverse" in held for one in questions}, left_out=left_out
    )


def _choose_title(n: int, title: str, taken: Sequence[str], old: ArrangedCategory | None, *, problems: Problems) -> str:
    """Return the title of a category, another where it has none or one that is taken."""
    wanted = title or (old.title if old else _NEW)
    if not title and old:
        problems[f"category.{n}.title"] = "A category needs a title."
    if wanted in taken and title and not (old and old.title == title):
        problems[f"category.{n}.title"] = f"Another category is called {title!r}. Give each its own title."
    made, number = wanted, 2
    while made in taken:
        made, number = f"{wanted} {number}", number + 1
    return made


def read_left_out(fields: Fields, codes: Sequence[str], problems: Problems) -> frozenset[str] | None:
    """Return the codes of units whose field `unit.<code>` is not marked; None where the form does not list units."""
    names = {name for name, _ in fields}
    if "units" not in names:
        return None
    left_out = frozenset(code for code in codes if f"unit.{code}" not in names)
    if len(codes) - len(left_out) < _FEWEST_UNITS <= len(codes):
        problems["units"] = f"A ranking needs {_FEWEST_UNITS} at least; what was marked before stays."
        return None
    return left_out


def read_trial(fields: Fields, problems: Problems) -> tuple[dict[str, str], dict[str, float]] | None:
    """Return the method and the weights of a trial, fields `trial.<key>` and `trial.weight.<category>`; None: none."""
    held = dict(fields)
    method = {key: value for key in TRIAL_KEYS for name, value in fields if name == f"trial.{key}" and value}
    weights = {
        name.removeprefix("trial.weight."): _read(held, name, 1.0, problems)
        for name, value in fields
        if name.startswith("trial.weight.") and value.strip()
    }
    weights = {key: weight for key, weight in weights.items() if f"trial.weight.{key}" not in problems}
    return (method, weights) if method or weights else None


def _read(held: Mapping[str, str], name: str, before: float, problems: Problems) -> float:
    text = held.get(name, "").strip()
    if not text:
        return before
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        problems[name] = f"{text!r} is no number. Give a number such as 1."
        return before
    if not 0 <= number <= _LARGEST:
        problems[name] = f"{text} cannot be taken. Give a number from 0."
        return before
    return number
