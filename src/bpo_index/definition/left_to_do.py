"""Keys of a definition that a draft left to do: found in the raw file, and what to fill in."""

from __future__ import annotations

from collections.abc import Iterator

from bpo_index.definition.yaml_places import Place

#: What stands in a draft where nobody has answered.
TODO = "TODO"
#: Key to what is to be filled in; the last keys of a place that are known count.
_WANTED = {
    ("columns", "unit"): "the heading of the column that says what a respondent rates, as it stands in the file",
    ("columns",): "the heading of the column, as it stands in the file, or take the line out",
    ("units",): "one line for each of what is ranked, such as `- {code: COL, name: Colombia}`",
    (
        "categories",
    ): "the categories with their questions, such as `- {id: safety, title: Safety, questions: [{id: q1, text: "
    "It is safe here.}]}`",
    ("scale", "minimum"): "the lowest rating, such as 1",
    ("scale", "maximum"): "the highest rating, such as 5",
    ("scale", "labels"): "the rating that the answer stands for, such as 1",
    ("scale", "dont_know"): "the answers that are no rating, such as [98, 99], or []",
    ("reverse",): "true where a high rating is bad, else false",
}


def is_left_to_do(value: object) -> bool:
    """Return whether a value says that it is left to do.

    Examples
    --------
    >>> is_left_to_do("TODO"), is_left_to_do("TODO: the heading"), is_left_to_do("TODOS"), is_left_to_do(None)
    (True, True, False, False)
    """
    return isinstance(value, str) and (value == TODO or value.startswith(f"{TODO}:"))


def list_left_to_do(value: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield each place at which `TODO` stands, and what to fill in.

    Examples
    --------
    >>> list(list_left_to_do({"scale": {"minimum": "TODO", "maximum": 5}}))
    [(('scale', 'minimum'), 'is left to do: fill in the lowest rating, such as 1')]
    """
    if isinstance(value, dict):
        for key, held in value.items():
            yield from list_left_to_do(held, (*place, str(key)))
    elif isinstance(value, list):
        for n, held in enumerate(value):
            yield from list_left_to_do(held, (*place, n))
    elif is_left_to_do(value):
        yield place, f"is left to do: fill in {_find_wanted(place)}"


def _find_wanted(place: Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    for end in range(len(names), 0, -1):
        for start in range(end):
            if tuple(names[start:end]) in _WANTED:
                return _WANTED[tuple(names[start:end])]
    return "what is right, or take the line out"
