"""The fields of the page's forms into answers, an arrangement of questions, and a trial."""

from __future__ import annotations

from collections.abc import Sequence

from bpo_index.app.workspace import TRIAL_KEYS
from bpo_index.drafting.arrangement import ArrangedCategory, Arrangement
from bpo_index.errors import UsageError

Fields = Sequence[tuple[str, str]]
#: Stands for a choice of none among several options.
_NONE = "none"


def read_answers(fields: Fields) -> dict[str, str]:
    """Return the answers: fields `answer.<key>`, of several options joined by spaces.

    Examples
    --------
    >>> read_answers([("asked", "reverse"), ("answer.reverse", "q1"), ("answer.reverse", "q3")])
    {'reverse': 'q1 q3'}
    """
    given: dict[str, list[str]] = {value: [] for key, value in fields if key == "asked"}
    for key, value in fields:
        if key.startswith("answer."):
            given.setdefault(key.removeprefix("answer."), []).append(value.strip())
    return {key: " ".join(one for one in values if one) or _NONE for key, values in given.items()}


def read_arranged(fields: Fields) -> Arrangement | None:
    """Return how questions are arranged; None where the form says nothing of it.

    Fields are `category.<n>.title`, `category.<n>.weight`, `question.<id>.category` (a number), `question.<id>.place`
    and `question.<id>.reverse`.

    Raises
    ------
    UsageError
        When a weight or a place is no number.
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
    places = {one: _read_number(held.get(f"question.{one}.place", "0"), f"The place of {one}") for one in questions}
    ordered = sorted(questions, key=lambda one: (places[one], questions.index(one)))
    categories = tuple(
        ArrangedCategory(
            held.get(f"category.{n}.title", "").strip(),
            _read_number(held.get(f"category.{n}.weight", "1"), f"The weight of {held.get(f'category.{n}.title', '')}"),
            tuple(one for one in ordered if held.get(f"question.{one}.category") == str(n)),
        )
        for n in numbers
    )
    return Arrangement(categories, {one: f"question.{one}.reverse" in held for one in questions})


def read_trial(fields: Fields) -> tuple[dict[str, str], dict[str, float]] | None:
    """Return the method and the weights of a trial, fields `trial.<key>` and `trial.weight.<category>`; None: none."""
    method = {key: value for key in TRIAL_KEYS for name, value in fields if name == f"trial.{key}" and value}
    weights = {
        name.removeprefix("trial.weight."): _read_number(value, "A weight")
        for name, value in fields
        if name.startswith("trial.weight.") and value.strip()
    }
    return (method, weights) if method or weights else None


def _read_number(text: str, what: str) -> float:
    try:
        number = float(text.replace(",", ".").strip() or "0")
    except ValueError:
        raise UsageError(f"{what} is no number: {text!r}. Give a number such as 1.") from None
    if not 0 <= number <= 1e9:
        raise UsageError(f"{what} is {text}. Give a number from 0.")
    return number
