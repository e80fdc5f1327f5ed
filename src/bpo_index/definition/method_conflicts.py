"""Check which methods can be combined, when a definition is read and not in the middle of a run.

A method's record says what it needs; here the records of the chosen methods are compared. The functions work on the raw
`method:` block, which may have other errors too, and never raise. Method page: docs/methods/admissible.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import Any, TypeGuard

from bpo_index.definition.blocks import CATEGORY_KEYS
from bpo_index.definition.method_block import Uncertainty, list_chosen_options
from bpo_index.definition.raw_tree import list_raw_categories, list_raw_scales
from bpo_index.definition.yaml_places import Place
from bpo_index.scoring.methods.record import (
    STEPS,
    VARIED,
    Aggregation,
    Method,
    MissingAnswers,
    Normalisation,
    Options,
    Outcome,
    Outliers,
    Problem,
    Surroundings,
    Weighting,
)
from bpo_index.scoring.methods.registry import find_method, list_methods, list_options

#: The keys that choose the methods of questions and of categories.
_LEVELS = (("question_aggregation", "question_weighting"), ("aggregation", "weighting"))


def list_method_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts between a `method:` block and the rest of a raw definition."""
    problems = [*list_unused_options(method, find_further(raw)), *list_method_problems(method, look_around(raw))]
    return [(("method", key), says) for key, says in problems]


def list_category_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts of the methods of categories, their own and inherited ones.

    Options are those of the `method:` block everywhere, so that a method may fit the index and not a category in it.
    """
    outside = raw.get("method")
    methods: dict[Place, dict[str, Any]] = {(): outside if isinstance(outside, dict) else {}}
    said = set(list_method_problems(methods[()], look_around(raw)))
    problems: list[tuple[Place, str]] = []
    categories = list_raw_categories(raw)
    for place, category in categories:
        given = {key: category[key] for key in CATEGORY_KEYS if category.get(key) is not None}
        methods[place] = methods[place[:-2]] | given
        holds_questions = bool(category.get("questions"))
        wrong = [key for key in ("weighting", "aggregation") if key in given and holds_questions]
        problems += [((*place, key), f"it holds questions: give question_{key}") for key in wrong]
        if wrong or (holds_questions and not given):
            continue
        for key, says in list_method_problems(methods[place], look_around(raw, category)):
            if (key, says) not in said:
                problems.append(((*place, key) if key in given else place, says))
    for place, holder in [((), raw), *categories]:
        problems += _list_nested_power_problems(holder, place, methods)
    return problems


def _list_nested_power_problems(
    holder: dict[str, Any], place: Place, methods: Mapping[Place, dict[str, Any]]
) -> list[tuple[Place, str]]:
    """Return where a mean that needs positive values averages scores that compare units: the lowest unit has 0."""
    method = methods[place]
    aggregation = _find_aggregation(method, "aggregation")
    power = aggregation.find_power(_pick(aggregation, method)) if aggregation else None
    if aggregation is None or not _is_number(power) or power == 1:
        return []
    outside = _find_aggregation(methods[()], "question_aggregation")
    problems: list[tuple[Place, str]] = []
    for at, category in list_raw_categories(holder, place):
        if len(at) != len(place) + 2:
            continue
        key = "question_aggregation" if category.get("questions") else "aggregation"
        inner = _find_aggregation(methods[at], key)
        weighting = _find_weighting(methods[at], key.replace("aggregation", "weighting"))
        if inner is None or (not place and key == "question_aggregation" and inner == outside):
            continue  # the index's own check says it
        lowest = 1.0
        if weighting is not None and weighting.has_own_scores:
            lowest = 0.0
        elif inner.compares_units:
            lowest = inner.bounds[0] if inner.bounds else -math.inf
        if lowest < 0 or (power <= 0 and lowest == 0):
            says = f"{aggregation.name} needs positive values, and {inner.name} gives the lowest unit zero: take a mean"
            problems.append(((*at, key), says))
    return problems


def list_method_problems(method: Mapping[str, Any], around: Surroundings) -> list[Problem]:
    """Return the conflicts between the keys of a `method:` block.

    Parameters
    ----------
    method
        The keys that are given.
    around
        The known parts of the rest of the definition.
    """
    return [
        *_list_option_problems(method, around),
        *_list_answer_problems(method),
        *_list_weighting_problems(method, around),
        *_list_aggregation_problems(method, around),
    ]


def list_unused_options(method: Mapping[str, Any], varied: Mapping[str, Iterable[str]] | None = None) -> list[Problem]:
    """Return the given options that no chosen method uses.

    Parameters
    ----------
    method
        The keys that are given; an option that is null, or has its default, is not.
    varied
        Key to further methods, of the `uncertainty:` block.
    """
    # NOTE: of an option that the `uncertainty:` block has too, the block's own holds for what it varies.
    used = list_chosen_options(method, varied) - (set(Uncertainty.model_fields) - list_chosen_options(method))
    problems: list[Problem] = []
    for name, option in list_options().items():
        given = method.get(name)
        pair = _read_pair(given)
        if given is not None and (given if pair is None else pair) != option.default and name not in used:
            says = f"no method that is chosen has this option ({_name_users(name)} would): take it out"
            problems.append((name, says))
    return problems


def list_uncertainty_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts between the `uncertainty:` block and the rest of a raw definition.

    Every combination of the levels is checked as if it were the `method:` block.
    """
    block, method = raw.get("uncertainty"), raw.get("method")
    if not isinstance(block, dict):
        return []
    method = method if isinstance(method, dict) else {}
    weighting = _find_weighting(method, "weighting")
    problems: list[tuple[Place, str]] = []
    if weighting and weighting.learns and block.get("weight_variation"):
        says = f"weights by {weighting.name} are learnt anew in each replicate, not drawn: leave weight_variation out"
        problems.append((("uncertainty", "weight_variation"), says))
    if weighting and weighting.has_own_scores:
        problems += [
            (("uncertainty", key), f"{weighting.name} gives each unit its own weights: nothing can be left out")
            for key in ("excluded_category", "excluded_question")
            if block.get(key)
        ]
    ends = _read_pair(block.get("normalisation_range", (1.0, 100.0)))
    listed = block.get("normalisation")
    chosen = {"normalisation": list(map(str, listed))} if isinstance(listed, dict) else {}
    if ends not in (None, (1.0, 100.0)) and not any(
        option.name == "normalisation_range"
        for name in chosen.get("normalisation", ())
        for option in getattr(find_method("normalisation", name), "options", ())
    ):
        says = (
            f"no normalisation that is listed here has this option ({_name_users('normalisation_range')} would): take "
            "it out"
        )
        problems.append((("uncertainty", "normalisation_range"), says))
    if ends and (wrong := find_order_problem(*ends)):
        problems.append((("uncertainty", "normalisation_range"), f"the second number {wrong}"))
    categories = [category for _, category in list_raw_categories(raw)]
    sets = [part for holder in (raw, *categories) if isinstance(part := holder.get("categories"), list)]
    if block.get("excluded_category") and not any(len(part) > 1 for part in sets):
        says = "no category stands beside another, and nothing is left without it"
        problems.append((("uncertainty", "excluded_category"), says))
    questions = [item.get("questions") for item in categories]
    if block.get("excluded_question") and not any(isinstance(part, list) and len(part) > 1 for part in questions):
        problems.append((("uncertainty", "excluded_question"), "no category has a second question"))
    return problems + _list_combination_conflicts(block, method, raw)


def find_varied(raw: dict[str, Any]) -> dict[str, list[str]]:
    """Return key to levels, of the `uncertainty:` block of a raw definition."""
    block = raw.get("uncertainty")
    if not isinstance(block, dict):
        return {}
    return {key: list(map(str, block[key])) for key in VARIED if isinstance(block.get(key), dict) and block[key]}


def find_further(raw: dict[str, Any]) -> dict[str, list[str]]:
    """Return key to the methods that a raw definition chooses beside those of its `method:` block.

    These are the levels of the `uncertainty:` block and the methods that categories give themselves.
    """
    further = find_varied(raw)
    for _, category in list_raw_categories(raw):
        for key in CATEGORY_KEYS:
            if isinstance(category.get(key), str):
                further[key] = [*further.get(key, ()), category[key]]
    return further


def _list_combination_conflicts(
    block: dict[str, Any], method: dict[str, Any], raw: dict[str, Any]
) -> list[tuple[Place, str]]:
    levels, around = find_varied(raw), look_around(raw)
    own = set(list_method_problems(method, around))
    problems: list[tuple[Place, str]] = []
    for chosen in product(*levels.values()):
        combination = dict(zip(levels, chosen, strict=True))
        varied = method | combination
        if "normalisation" in combination:
            varied["normalisation_range"] = block.get("normalisation_range", (1.0, 100.0))
        for key, says in list_method_problems(varied, around):
            if (key, says) not in own:
                named = ", ".join(f"{key} {name}" for key, name in combination.items())
                problems.append((("uncertainty",), f"{named} do not go together: {says}"))
    return list(dict.fromkeys(problems))[:10]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_pair(value: object) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(_is_number(item) for item in value):
        with suppress(OverflowError):
            return float(value[0]), float(value[1])
    return None


def find_order_problem(low: float, high: float) -> str | None:
    """Return why the ends of a range are refused; None if the second is well above the first."""
    least = max(1e-6, 1e-9 * max(abs(low), abs(high)))
    if high - low >= least or not math.isfinite(low) or not math.isfinite(high):
        return None
    if high <= low:
        return f"must be above {low:g}; found {high:g}"
    return f"must be above {low:.12g} by at least {least:f}; found {high:.12g}"


def look_around(raw: dict[str, Any], holder: dict[str, Any] | None = None) -> Surroundings:
    """Return the parts of a raw definition that methods are checked against.

    `holder` is the category whose own categories and questions are looked at; None: the index.
    """
    units, columns = (raw.get(key) for key in ("units", "columns"))
    inside = raw if holder is None else holder
    listed = inside.get("categories")
    categories = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    every = [category for _, category in list_raw_categories(inside)] + ([] if holder is None else [holder])
    importance = columns.get("importance") if isinstance(columns, dict) else None
    return Surroundings(
        units=tuple(str(unit.get("code")) if isinstance(unit, dict) else "" for unit in units)
        if isinstance(units, list)
        else (),
        categories=tuple(str(category.get("id")) for category in categories),
        counted=sum(category.get("weight", 1) not in (0, "0") for category in categories),
        questions={
            str(category.get("id")): len(questions)
            for category in every
            if isinstance(questions := category.get("questions"), list) and questions
        },
        scale=_find_narrowest(raw),
        importance=tuple(map(str, importance)) if isinstance(importance, dict) else (),
    )


def _find_narrowest(raw: dict[str, Any]) -> tuple[float, float] | None:
    """Return the ends of the narrowest scale that a question has; None where one cannot be read."""
    pairs = [_read_pair((scale.get("minimum"), scale.get("maximum"))) for scale in list_raw_scales(raw)]
    known = [pair for pair in pairs if pair is not None]
    return min(known, key=lambda pair: pair[1] - pair[0]) if known and len(known) == len(pairs) else None


def _pick(record: Method, method: Mapping[str, Any]) -> Options:
    """Return the options of a method; null, or anything but a range where one is needed, becomes the default."""
    return {
        option.name: option.default if given is None or (option.is_range and _read_pair(given) is None) else given
        for option in record.options
        for given in [method.get(option.name)]
    }


def _find(method: Mapping[str, Any], key: str) -> Method | None:
    default = next(step.default for step in STEPS if key in step.keys)
    return find_method(key, method.get(key, default))


def _find_weighting(method: Mapping[str, Any], key: str) -> Weighting | None:
    found = _find(method, key)
    return found if isinstance(found, Weighting) and key in found.keys else None


def _find_aggregation(method: Mapping[str, Any], key: str) -> Aggregation | None:
    found = _find(method, key)
    return found if isinstance(found, Aggregation) else None


def _find_normalisation(method: Mapping[str, Any]) -> Normalisation | None:
    found = _find(method, "normalisation")
    return found if isinstance(found, Normalisation) else None


def _list_option_problems(method: Mapping[str, Any], around: Surroundings) -> list[Problem]:
    """Return the problems of options: wrong order, missing, or in conflict with the definition."""
    problems: list[Problem] = []
    for name, option in list_options().items():
        ends = _read_pair(method.get(name))
        if option.is_range and ends and (wrong := find_order_problem(*ends)):
            problems.append((name, f"the second number {wrong}"))
    for key in (key for step in STEPS for key in step.keys):
        record = _find(method, key)
        if record is None:
            continue
        for option in record.options:
            if option.needed and method.get(option.name) is None:
                problems.append((key, f"{record.name} needs the key {option.name} ({option.needed})"))
        problems += record.find_problems(_pick(record, method), replace(around, key=key))
    return problems


def _name_users(option: str) -> str:
    """Return the methods that have an option."""
    records = [record for records in list_methods().values() for record in records.values()]
    return ", ".join(record.name for record in records if option in {one.name for one in record.options})


def _find_lowest(method: Mapping[str, Any], around: Surroundings) -> float:
    """Return the least value that the normalisation gives: below zero, zero, or above where none has to be zero."""
    normalisation = _find_normalisation(method)
    return normalisation.find_lowest(_pick(normalisation, method), len(around.units)) if normalisation else 1.0


def _list_answer_problems(method: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    outcome, missing = _find(method, "outcome"), _find(method, "missing_answers")
    counts = isinstance(outcome, Outcome) and outcome.counts_points
    if outcome and missing and counts and isinstance(missing, MissingAnswers) and missing.complete is not None:
        says = f"{missing.name} gives values between scale points, which {outcome.name} cannot count"
        problems.append(("missing_answers", says))
    outliers, normalisation = _find(method, "outliers"), _find_normalisation(method)
    if isinstance(outliers, Outliers) and outliers.leaves_scale and normalisation and normalisation.needs_scale:
        says = (
            f"{outliers.name} leaves the answer scale, and {normalisation.name} needs it: take a normalisation across "
            "units, such as min_max, z_score or rank"
        )
        problems.append(("outliers", says))
    return problems


def _list_weighting_problems(method: Mapping[str, Any], around: Surroundings) -> list[Problem]:
    problems: list[Problem] = []
    lowest = _find_lowest(method, around)
    for aggregation_key, key in _LEVELS:
        weighting, aggregation = _find_weighting(method, key), _find_aggregation(method, aggregation_key)
        if weighting is None:
            continue
        if weighting.needs_zero and lowest < 0:
            says = f"{weighting.name} needs values from 0 on: take a normalisation that gives them, such as scale"
            problems.append((key, says))
        if aggregation is None:
            continue
        if weighting.has_own_scores and aggregation.find_power(_pick(aggregation, method)) != 1:
            problems.append((aggregation_key, f"{weighting.name} is a weighted sum: aggregation must be arithmetic"))
        is_negative = weighting.may_be_negative is not None and weighting.may_be_negative(_pick(weighting, method))
        if is_negative and not aggregation.takes_negative_weights:
            says = f"{aggregation.name} cannot take negative weights: aggregation must be arithmetic"
            problems.append((aggregation_key, says))
    return problems


def _list_aggregation_problems(method: Mapping[str, Any], around: Surroundings) -> list[Problem]:
    problems: list[Problem] = []
    questions = _find_aggregation(method, "question_aggregation")
    normalisation = _find_normalisation(method)
    for key, _ in _LEVELS:
        aggregation = _find_aggregation(method, key)
        if aggregation is None:
            continue
        # Who compares units gives the last one the low end.
        after_places = key == "aggregation" and questions is not None and questions.compares_units
        lowest = _find_lowest(method, around)
        if normalisation is not None and normalisation.lowest_depends:
            lowest = 1.0  # checked on the answers
        if after_places and questions is not None:
            lowest = questions.bounds[0] if questions.bounds else -math.inf
        power = aggregation.find_power(_pick(aggregation, method))
        if _is_number(power) and power != 1 and (lowest < 0 or (power <= 0 and lowest == 0)):
            says = (
                f"{aggregation.name} needs positive values, and {normalisation.name if normalisation else 'it'} gives "
                f"{'the lowest unit zero' if lowest == 0 else 'values below zero'}: take scale, or min_max with "
                f"normalisation_range: [1, 100]{', and means of questions' if after_places else ''}"
            )
            problems.append((key, says))
        if aggregation.most_units is not None and len(around.units) > aggregation.most_units:
            says = f"{aggregation.name} is exact for up to {aggregation.most_units} units; found {len(around.units)}"
            problems.append((key, says))
    return problems
