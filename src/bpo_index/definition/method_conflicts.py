"""Which methods go together, found in the raw `method:` block when a definition is read, not in the middle of a run.

Works on plain values that may be broken in other ways and never raises. Method page: docs/methods/admissible.md.
"""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import product
from typing import Any, TypeGuard

from bpo_index.definition.yaml_places import Place
from bpo_index.scoring.methods.outranking import MOST_UNITS_KEMENY

#: Normalisations whose values may lie below zero.
UNBOUNDED = ("z_score", "robust")
#: Normalisations under which the lowest unit always has zero.
ZERO_FOR_THE_LOWEST = ("distance_to_maximum", "distance_to_target")
#: Normalisations with constants in scale points, or ratios to the low end of the scale.
BOUND_TO_THE_SCALE = ("scale", "goalposts", "distance_to_target", "distance_to_reference", "fraction_of_maximum")
#: Aggregations that compare units and not values.
COMPARING = ("copeland", "borda", "kemeny")
#: Weightings that answers do not move.
FIXED = ("given", "equal", "ahp")
#: Weightings from a covariance, which has a level.
BY_COVARIANCE = ("pca", "factor_analysis", "critic", "standard_deviation")
#: Keys of the `method:` block that the `uncertainty:` block varies.
VARIED = ("normalisation", "aggregation", "missing_answers")

Problem = tuple[Place, str]


def list_method_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    """Return what is wrong between the keys of a `method:` block and the rest of a raw definition."""
    return [
        *_list_normalisation_conflicts(method, raw),
        *_list_weighting_conflicts(method, raw),
        *_list_aggregation_conflicts(method, raw),
        *_list_answer_conflicts(method, raw),
    ]


def list_uncertainty_conflicts(raw: dict[str, Any]) -> list[Problem]:
    """Return what is wrong between the `uncertainty:` block and the rest of a raw definition.

    Every combination of the levels is checked as if it were the `method:` block.
    """
    block, method = raw.get("uncertainty"), raw.get("method")
    if not isinstance(block, dict):
        return []
    method = method if isinstance(method, dict) else {}
    weighting = method.get("weighting", "given")
    problems: list[Problem] = []
    if weighting not in FIXED and block.get("weight_variation"):
        says = f"weights by {weighting} are learnt anew in each replicate, not drawn: leave weight_variation out"
        problems.append((("uncertainty", "weight_variation"), says))
    if weighting == "benefit_of_the_doubt":
        problems += [
            (("uncertainty", key), "benefit_of_the_doubt gives each unit its own weights: nothing can be left out")
            for key in ("excluded_category", "excluded_question")
            if block.get(key)
        ]
    ends = _read_pair(block.get("normalisation_range", (1.0, 100.0)))
    if ends and (wrong := find_order_problem(*ends)):
        problems.append((("uncertainty", "normalisation_range"), f"the second number {wrong}"))
    listed = raw.get("categories")
    categories = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    if block.get("excluded_category") and len(categories) < 2:
        problems.append((("uncertainty", "excluded_category"), "there is one category, and nothing is left without it"))
    questions = [item.get("questions") for item in categories]
    if block.get("excluded_question") and not any(isinstance(part, list) and len(part) > 1 for part in questions):
        problems.append((("uncertainty", "excluded_question"), "no category has a second question"))
    return problems + _list_combination_conflicts(block, method, raw)


def _list_combination_conflicts(block: dict[str, Any], method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    levels = {key: list(block[key]) for key in VARIED if isinstance(block.get(key), dict) and block[key]}
    own = set(list_method_conflicts(method, raw))
    problems: list[Problem] = []
    for chosen in product(*levels.values()):
        combination = dict(zip(levels, chosen, strict=True))
        varied = method | combination
        if "normalisation" in combination:
            varied["normalisation_range"] = block.get("normalisation_range", (1.0, 100.0))
        for place, says in list_method_conflicts(varied, raw):
            if (place, says) not in own:
                named = ", ".join(f"{key} {name}" for key, name in combination.items())
                problems.append((("uncertainty",), f"{named} do not go together: {says}"))
    return list(dict.fromkeys(problems))[:10]


def _problem(key: str, says: str) -> Problem:
    return ("method", key), says


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read_pair(value: object) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(_is_number(item) for item in value):
        with suppress(OverflowError):
            return float(value[0]), float(value[1])
    return None


def find_order_problem(low: float, high: float) -> str | None:
    """Return what is wrong with the ends of a range, None where nothing: the second has to be well above the first."""
    least = max(1e-6, 1e-9 * max(abs(low), abs(high)))
    if high - low >= least or not math.isfinite(low) or not math.isfinite(high):
        return None
    if high <= low:
        return f"must be above {low:g}; found {high:g}"
    return f"must be above {low:.12g} by at least {least:f}; found {high:.12g}"


def _find_lowest(method: dict[str, Any], raw: dict[str, Any]) -> float:
    """Return the lowest value that the normalisation gives: below zero, zero, or above (0 < 1 where none has to be)."""
    normalisation, units = method.get("normalisation", "scale"), raw.get("units")
    if normalisation == "z_score" and isinstance(units, list) and units:
        # No one of n values is farther from their mean than (n - 1) / sqrt(n) standard deviations (Samuelson 1968).
        return 50 - 10 * (len(units) - 1) / math.sqrt(len(units))
    if normalisation in UNBOUNDED:
        return -1.0
    if normalisation in ZERO_FOR_THE_LOWEST:
        return 0.0
    if normalisation in ("min_max", "borda"):
        ends = _read_pair(method.get("normalisation_range", (0.0, 100.0)))
        return ends[0] if ends else 1.0
    return 1.0


def _list_normalisation_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    normalisation, outliers = method.get("normalisation", "scale"), method.get("outliers", "none")
    problems = []
    for key in ("normalisation_range", "goalposts"):
        ends = _read_pair(method.get(key))
        if ends and (wrong := find_order_problem(*ends)):
            problems.append(_problem(key, f"the second number {wrong}"))
    for name, key, example in (
        ("goalposts", "goalposts", "[2, 9]"),
        ("distance_to_target", "target", "9"),
        ("distance_to_reference", "reference_unit", "the code of a unit"),
    ):
        if normalisation == name and method.get(key) is None:
            problems.append(_problem("normalisation", f"{name} needs the key {key} ({example})"))
    units = raw.get("units")
    codes = [str(unit.get("code")) for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
    reference = method.get("reference_unit")
    if reference is not None and codes and str(reference) not in codes:
        problems.append(_problem("reference_unit", f"{reference!r} is not the code of a unit"))
    if outliers in ("log", "power") and normalisation in BOUND_TO_THE_SCALE:
        problems.append(
            _problem(
                "outliers",
                f"{outliers} leaves the answer scale, and {normalisation} needs it: take a normalisation across units, "
                "such as min_max, z_score or rank",
            )
        )
    return problems


def _list_weighting_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    weighting, lowest = method.get("weighting", "given"), _find_lowest(method, raw)
    level = method.get("weighting_level", "between")
    listed = raw.get("categories")
    categories = [category for category in listed if isinstance(category, dict)] if isinstance(listed, list) else []
    problems = []
    for key in ("weighting", "question_weighting"):
        name = method.get(key, "given")
        if name in ("entropy", "benefit_of_the_doubt") and lowest < 0:
            problems.append(
                _problem(key, f"{name} needs values from 0 on: take a normalisation that gives them, such as scale")
            )
        if name == "entropy" and level == "within":
            problems.append(_problem(key, "entropy has no level within: it compares units"))
    if weighting == "ahp":
        problems += _list_comparison_conflicts(method.get("comparisons"), len(categories))
    columns = raw.get("columns")
    importance = columns.get("importance") if isinstance(columns, dict) else None
    named = [str(key) for key in importance] if isinstance(importance, dict) else []
    ids = [str(category.get("id")) for category in categories]
    if weighting == "importance" and set(ids) - set(named):
        lacking = ", ".join(name for name in ids if name not in named)
        problems.append(
            _problem(
                "weighting", f"importance needs a heading under columns.importance for each category; not: {lacking}"
            )
        )
    if weighting == "benefit_of_the_doubt" and method.get("aggregation", "arithmetic") != "arithmetic":
        problems.append(
            _problem("aggregation", "benefit_of_the_doubt is a weighted sum: aggregation must be arithmetic")
        )
    counted = [category for category in categories if category.get("weight", 1) not in (0, "0")]
    return [*problems, *_list_share_conflicts(method, len(counted)), *_list_factor_conflicts(method, raw)]


def _list_comparison_conflicts(comparisons: object, categories: int) -> list[Problem]:
    if comparisons is None:
        return [_problem("weighting", "ahp needs the key comparisons: one row and column a category")]
    rows = comparisons if isinstance(comparisons, list | tuple) else []
    if len(rows) != categories or any(not isinstance(row, list | tuple) or len(row) != categories for row in rows):
        return [_problem("comparisons", f"must have {categories} rows of {categories} numbers, one a category")]
    if not all(_is_number(item) and item > 0 for row in rows for item in row):
        return []
    for i in range(categories):
        for j in range(i, categories):
            if abs(rows[i][j] * rows[j][i] - 1) > 0.02:
                place: Place = ("method", "comparisons", i)
                says = (
                    f"row {i + 1}, column {j + 1} is {rows[i][j]:g}, so row {j + 1}, column {i + 1} must be its inverse"
                )
                return [(place, f"{says} {1 / rows[i][j]:.3g}; found {rows[j][i]:g}")]
    return []


def _list_share_conflicts(method: dict[str, Any], categories: int) -> list[Problem]:
    low, high = method.get("lowest_share"), method.get("highest_share")
    if method.get("weighting") != "benefit_of_the_doubt" or not categories:
        return []
    if _is_number(low) and _is_number(high) and low > high:
        return [_problem("highest_share", f"must be at least lowest_share ({low:g}); found {high:g}")]
    if _is_number(low) and low * categories > 1 + 1e-12:
        return [_problem("lowest_share", f"{categories} categories cannot have {low:g} or more each")]
    if _is_number(high) and high * categories < 1 - 1e-12:
        return [_problem("highest_share", f"{categories} categories with {high:g} or less each do not make up a score")]
    return []


def _list_factor_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    """Refuse factor analysis between units where the correlation matrix cannot but be singular."""
    units, categories = raw.get("units"), raw.get("categories")
    if method.get("weighting_level", "between") != "between" or not isinstance(units, list):
        return []
    if not isinstance(categories, list):
        return []
    problems = []
    if method.get("weighting") == "factor_analysis" and len(units) <= len(categories) > 1:
        problems.append(
            _problem(
                "weighting",
                f"factor_analysis of {len(categories)} categories needs more than {len(categories)} units, and "
                f"there are {len(units)}: the correlation matrix is singular; take weighting_level: within, or pca",
            )
        )
    if method.get("question_weighting") == "factor_analysis":
        for category in categories:
            questions = category.get("questions") if isinstance(category, dict) else None
            if isinstance(questions, list) and len(units) <= len(questions) > 1:
                says = f"factor_analysis of the {len(questions)} questions of {category.get('id')} needs more units"
                problems.append(_problem("question_weighting", f"{says} than {len(units)}"))
    return problems


def _list_aggregation_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    lowest, power = _find_lowest(method, raw), method.get("power")
    question_aggregation = method.get("question_aggregation", "arithmetic")
    problems = []
    for key, weighting in (("question_aggregation", "question_weighting"), ("aggregation", "weighting")):
        name = method.get(key, "arithmetic")
        if name == "generalised_mean" and power is None:
            problems.append(
                _problem(key, "generalised_mean needs the key power (1 arithmetic, 0 geometric, -1 harmonic)")
            )
        exponent: object = {"geometric": 0, "harmonic": -1}.get(str(name), power if name == "generalised_mean" else 1)
        below = 0.0 if key == "aggregation" and question_aggregation in COMPARING else lowest
        if _is_number(exponent) and exponent != 1 and (below < 0 or (exponent <= 0 and below == 0)):
            problems.append(
                _problem(
                    key,
                    f"{name} needs positive values, and {method.get('normalisation', 'scale')} gives "
                    f"{'the lowest unit zero' if below == 0 else 'values below zero'}: take scale, or min_max with "
                    "normalisation_range: [1, 100]"
                    + (
                        ", and means of questions" if key == "aggregation" and question_aggregation in COMPARING else ""
                    ),
                )
            )
        if method.get("negative_weights") is True and method.get(weighting) == "pca" and name != "arithmetic":
            problems.append(_problem(key, f"{name} cannot take negative weights: aggregation must be arithmetic"))
        units = raw.get("units")
        if name == "kemeny" and isinstance(units, list) and len(units) > MOST_UNITS_KEMENY:
            problems.append(_problem(key, f"kemeny is exact for up to {MOST_UNITS_KEMENY} units; found {len(units)}"))
    return problems


def _list_answer_conflicts(method: dict[str, Any], raw: dict[str, Any]) -> list[Problem]:
    outcome, boxes = method.get("outcome", "mean"), method.get("outcome_boxes", 2)
    missing = method.get("missing_answers", "available_case")
    problems = []
    if outcome != "mean" and missing != "available_case":
        problems.append(
            _problem("missing_answers", f"{missing} gives values between scale points, which {outcome} cannot count")
        )
    scale = raw.get("scale")
    ends = _read_pair((scale.get("minimum"), scale.get("maximum"))) if isinstance(scale, dict) else None
    if outcome != "mean" and ends and _is_number(boxes) and 2 * boxes > ends[1] - ends[0] + 1:
        problems.append(_problem("outcome_boxes", f"{boxes} points at each end of {ends[0]:g} to {ends[1]:g} overlap"))
    return problems
