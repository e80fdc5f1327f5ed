"""Find conflicts between the fields of a definition, in the raw file.

The raw file may have other errors too. The functions work on plain values and never raise, so that conflicts are listed
beside errors of single fields.
"""

from __future__ import annotations

from typing import Any

from bpo_index.definition.design_conflicts import list_design_conflicts
from bpo_index.definition.method_conflicts import (
    find_order_problem,
    list_category_conflicts,
    list_method_conflicts,
    list_uncertainty_conflicts,
)
from bpo_index.definition.raw_tree import list_raw_categories, put_scale_over
from bpo_index.definition.yaml_places import Place
from bpo_index.display.labels import fold_label

#: Columns of the tidy responses that are not questions; a question may not take one of these names.
RESERVED_COLUMNS = (
    "response",
    "source_file",
    "source_row",
    "respondent_id",
    "unit",
    "design_weight",
    "cluster",
    "started_at",
    "finished_at",
    "finished",
    "duration",
    "status",
    "data_origin",
    "dont_know",
    "not_asked",
    "asked",
    "answers",
    "all_same",
    "unreadable",
    "unclear",
    "reasons",
    "_content",
)
#: Beginnings of the names of such columns, one for each category or background variable.
RESERVED_STARTS = ("importance_", "background_")


def list_conflicts(raw: object) -> list[tuple[Place, str]]:
    """Return the conflicts between fields of a definition that may have other errors too.

    Each problem is a place and a sentence: repeated ids, labels that name two units or two questions, an empty
    scale, "don't know" codes that are also ratings, weights that sum to zero, minimums out of order.
    """
    if not isinstance(raw, dict):
        return []
    return [
        *_list_scale_conflicts(raw.get("scale")),
        *_list_own_scale_conflicts(raw),
        *_list_unit_conflicts(raw),
        *_list_question_conflicts(raw),
        *_list_column_conflicts(raw),
        *_list_group_conflicts(raw),
        *_list_minimum_conflicts(raw.get("method")),
        *list_method_conflicts(method if isinstance(method := raw.get("method"), dict) else {}, raw),
        *list_category_conflicts(raw),
        *list_uncertainty_conflicts(raw),
        *list_design_conflicts(raw),
    ]


def _items(parent: object, key: str) -> list[tuple[int, dict[str, Any]]]:
    items = parent.get(key) if isinstance(parent, dict) else None
    return [(n, item) for n, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []


def _labels(item: dict[str, Any], *keys: str) -> list[str]:
    aliases = item.get("aliases")
    found = [item.get(key) for key in keys] + (aliases if isinstance(aliases, list) else [])
    return [str(label) for label in found if isinstance(label, str | int | float)]


def _as_number(value: object) -> float | None:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _list_headings(columns: object) -> list[tuple[tuple[str, ...], str]]:
    """Return the place and the heading of every column, those of importance and background too."""
    headings: list[tuple[tuple[str, ...], str]] = []
    for key, heading in (columns if isinstance(columns, dict) else {}).items():
        if isinstance(heading, str | int | float) and not isinstance(heading, bool):
            headings.append((("columns", str(key)), str(heading)))
        elif isinstance(heading, dict):
            headings += [
                (("columns", str(key), str(name)), str(text))
                for name, given in heading.items()
                for text in (given if isinstance(given, list) else [given])
                if isinstance(text, str | int | float) and not isinstance(text, bool)
            ]
    return headings


def _list_scale_conflicts(scale: object) -> list[tuple[Place, str]]:
    if not isinstance(scale, dict):
        return []
    return _check_scale(scale, ("scale",), {})


def _list_own_scale_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts of the scales that categories and questions have of their own."""
    outside = raw.get("scale")
    if not isinstance(outside, dict):
        return []
    problems: list[tuple[Place, str]] = []
    scale_of: dict[Place, dict[str, Any]] = {(): outside}
    for at, category in list_raw_categories(raw):
        around = scale_of[at[:-2]]
        scale_of[at] = put_scale_over(category.get("scale"), around)
        if isinstance(category.get("scale"), dict):
            problems += _check_scale(category["scale"], (*at, "scale"), around)
        for n, question in _items(category, "questions"):
            if isinstance(question.get("scale"), dict):
                problems += _check_scale(question["scale"], (*at, "questions", n, "scale"), scale_of[at])
    return problems


def _check_scale(own: dict[str, Any], at: Place, outside: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts within a scale; numbers that it names itself may lie on it where there is one outside."""
    scale = put_scale_over(own, outside)
    low, high = _as_number(scale.get("minimum")), _as_number(scale.get("maximum"))
    if low is None or high is None:
        return []
    if says := find_order_problem(low, high):
        return [((*at, "maximum" if "maximum" in own or not outside else "minimum"), says)]
    problems: list[tuple[Place, str]] = []
    given = scale.get("labels")
    labels: dict[str, Any] = given if isinstance(given, dict) else {}
    is_recoded = any(_as_number(label) is not None for label in labels)
    owner: dict[object, tuple[Place, object]] = {}
    for key, text, meaning in _list_answers(scale, labels):
        number = _as_number(text)
        is_own = own.get(str(key[0])) is not None
        place: Place = (*at, *key) if is_own else at
        if key[0] != "labels" and number is not None and low <= number <= high and not is_recoded:
            if not outside:
                problems.append((place, f"{text} is also a rating between {low:g} and {high:g}"))
            elif not is_own:
                problems.append(
                    (
                        place,
                        f"{text} is `{key[0]}` outside and also a rating between {low:g} and {high:g} here; say "
                        f"`{key[0]}:` here, [] for none",
                    )
                )
        # Numbers are compared by value, as the reader does.
        first, other = owner.setdefault(fold_label(str(text)) if number is None else number, (key, meaning))
        if first != key and meaning != other:
            said = {"dont_know": "a don't-know answer", "skipped": "a skipped one", "not_asked": "one not asked"}
            problems.append((place, f"{text!r} is also {said.get(str(first[0]), 'a label of another rating')}"))
    for label, rating in labels.items():
        number = _as_number(rating)
        if number is not None and not low <= number <= high:
            problems.append(((*at, "labels", label), f"stands for {number:g}, outside {low:g} to {high:g}"))
    return problems


def _list_answers(scale: dict[str, Any], labels: dict[str, Any]) -> list[tuple[Place, object, object]]:
    """Return place within the scale, text and meaning of every answer that it names."""
    answers: list[tuple[Place, object, object]] = []
    for kind in ("dont_know", "skipped", "not_asked"):
        codes = scale.get(kind)
        answers += [((kind, n), code, kind) for n, code in enumerate(codes if isinstance(codes, list) else [])]
    return answers + [(("labels", label), label, _as_number(rating)) for label, rating in labels.items()]


def _list_unit_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    problems: list[tuple[Place, str]] = []
    owner: dict[str, int] = {}
    for n, unit in _items(raw, "units"):
        for label in _labels(unit, "code", "name"):
            first = owner.setdefault(fold_label(label), n)
            if first != n:
                problems.append((("units", n), f"{label!r} already names units[{first}]"))
    return problems


def _list_question_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    problems: list[tuple[Place, str]] = []
    categories: dict[str, Place] = {}
    owner: dict[str, str] = {}
    columns = raw.get("columns")
    for where, heading in _list_headings(columns):
        first = owner.setdefault(fold_label(heading), ".".join(where))
        if first != ".".join(where):
            problems.append((where, f"{heading!r} is already the heading of {first}"))
    for at, category in list_raw_categories(raw):
        first_place = categories.setdefault(str(category.get("id")), at)
        if first_place != at:
            problems.append(((*at, "id"), f"{category.get('id')!r} is already the id of another category"))
        for m, question in _items(category, "questions"):
            place: Place = (*at, "questions", m)
            here = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
            if question.get("id") in RESERVED_COLUMNS or str(question.get("id")).startswith(RESERVED_STARTS):
                problems.append(((*place, "id"), f"{question['id']!r} is a name that the responses table uses itself"))
            for label in _labels(question, "id", "text"):
                first = owner.setdefault(fold_label(label), here)
                if first != here:
                    problems.append((place, f"{label!r} already names {first}"))
        problems += _list_weight_conflicts(category, "questions", at)
    for at, holder in [((), raw), *list_raw_categories(raw)]:
        problems += _list_weight_conflicts(holder, "categories", at)
    return problems


def _list_weight_conflicts(holder: dict[str, Any], key: str, at: Place) -> list[tuple[Place, str]]:
    weights = [_as_number(item.get("weight", 1)) for _, item in _items(holder, key)]
    if weights and all(weight == 0 for weight in weights):
        return [((*at, key), f"the weights of the {key} sum to zero")]
    return []


def _list_group_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    if raw.get("groups") != "region":
        if raw.get("group_weights", "equal") != "equal":
            return [(("group_weights",), "there are no groups: add groups: region, or take it out")]
        return []
    inside = [(n, unit) for n, unit in _items(raw, "units") if unit.get("region") is not None]
    if not inside:
        return [(("groups",), "no unit has a region: give units one, or take groups out")]
    if raw.get("group_weights") != "size":
        return []
    return [
        (("units", n), "needs a size, since group_weights is size") for n, unit in inside if unit.get("size") is None
    ]


def _list_minimum_conflicts(method: object) -> list[tuple[Place, str]]:
    if not isinstance(method, dict):
        return []
    problems: list[tuple[Place, str]] = []
    publish = _as_number(method.get("minimum_respondents_to_publish", 5))
    rank = _as_number(method.get("minimum_respondents_to_rank", 5))
    if publish is not None and rank is not None and rank < publish:
        problems.append(
            (
                ("method", "minimum_respondents_to_rank"),
                f"must be at least minimum_respondents_to_publish ({publish:g}); found {rank:g}",
            )
        )
    return problems


def _list_column_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    columns = raw.get("columns")
    if not isinstance(columns, dict):
        return []
    problems: list[tuple[Place, str]] = []
    if (columns.get("question") is None) != (columns.get("rating") is None):
        problems.append((("columns",), "question and rating go together: give both (long layout) or neither"))
    importance = columns.get("importance")
    ids = {str(category.get("id")) for _, category in list_raw_categories(raw)}
    for category in importance if isinstance(importance, dict) else {}:
        if str(category) not in ids:
            problems.append((("columns", "importance", category), "is not the id of a category"))
    return problems
