"""Conflicts of the `design:` block with itself and with the rest of a raw definition, which may have other errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bpo_index.definition.design_block import MOST_REPLICATES, expand_headings
from bpo_index.definition.yaml_places import Place
from bpo_index.display.labels import fold_label
from bpo_index.scoring.designs.registry import list_lonely, list_replicate_types

#: Keys that say how companies were drawn, which replicate weights say already.
_DRAWN = ("strata", "population", "respondents_in_company", "lonely_company", "lonely_reason")
_POPULATION = ("column", "by_unit", "by_stratum")
_FEWEST = 2


def list_design_conflicts(raw: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the conflicts of a `design:` block: what it says and nothing can honour."""
    design = raw.get("design")
    if not isinstance(design, dict):
        return []
    design = {key: value for key, value in design.items() if value is not None}
    columns = raw.get("columns")
    columns = columns if isinstance(columns, dict) else {}
    return [
        *((("design", *place), says) for place, says in _list_drawing_conflicts(design, columns, raw)),
        *(
            (("design", "replicate_weights", *place), says)
            for place, says in _list_replicate_conflicts(design, columns)
        ),
        *_list_heading_conflicts(design, columns),
    ]


def _list_drawing_conflicts(
    design: dict[str, Any], columns: dict[str, Any], raw: dict[str, Any]
) -> Iterator[tuple[Place, str]]:
    if not design:
        yield (), "says nothing: give one of its keys, or take it out"
    has_strata, has_company = "strata" in design, columns.get("company") is not None
    if "population" in design:
        yield from _list_population_conflicts(design["population"], raw, has_strata=has_strata)
    if "respondents_in_company" in design:
        if not has_company:
            yield ("respondents_in_company",), "needs columns.company: the companies in which they were drawn"
        if "population" not in design:
            yield (
                ("respondents_in_company",),
                "does nothing without population: of companies drawn from many, all variance is between companies",
            )
    lonely = list_lonely().get(str(design.get("lonely_company", "fail")))
    if "lonely_company" in design and not has_strata and "respondents_in_company" not in design:
        yield ("lonely_company",), "does nothing without strata: a unit with one company has no error in any case"
    if lonely is not None and lonely.needs_reason and "lonely_reason" not in design:
        yield (
            ("lonely_company",),
            f"{lonely.name} needs a reason: say in lonely_reason why the company was sure to be asked",
        )
    if "lonely_reason" in design and not (lonely is not None and lonely.needs_reason):
        named = ", ".join(record.name for record in list_lonely().values() if record.needs_reason)
        yield ("lonely_reason",), f"does nothing: it is the reason of lonely_company: {named}"


def _list_population_conflicts(
    population: object, raw: dict[str, Any], *, has_strata: bool
) -> Iterator[tuple[Place, str]]:
    if not isinstance(population, dict):
        return
    given = [key for key in _POPULATION if population.get(key) is not None]
    if len(given) != 1:
        found = " and ".join(given) if given else "none"
        yield ("population",), f"must have one of {', '.join(_POPULATION)}; found {found}"
        return
    (key,) = given
    if key == "by_unit" and has_strata:
        yield ("population", key), "goes without strata: give the numbers by_stratum, or in a column"
    if key == "by_stratum" and not has_strata:
        yield ("population", key), "needs strata: name their column"
    units = raw.get("units")
    codes = [str(unit.get("code")) for unit in units if isinstance(unit, dict)] if isinstance(units, list) else []
    if key == "by_unit" and isinstance(population[key], dict):
        for code in population[key]:
            if str(code) not in codes:
                yield ("population", key, str(code)), "is not the code of a unit"
        lacking = [code for code in codes if code not in {str(one) for one in population[key]}]
        if lacking:
            more = f" and {len(lacking) - 8} more" if len(lacking) > 8 else ""
            yield ("population", key), f"has no number for {', '.join(lacking[:8])}{more}"


def _list_replicate_conflicts(design: dict[str, Any], columns: dict[str, Any]) -> Iterator[tuple[Place, str]]:
    given = design.get("replicate_weights")
    if not isinstance(given, dict):
        return
    given = {key: value for key, value in given.items() if value is not None}
    also = [key for key in _DRAWN if key in design]
    if also:
        yield (), f"take the place of drawing and hold the design already: take out {', '.join(also)}"
    if columns.get("design_weight") is None:
        yield (), "need columns.design_weight: the weight with which the scores themselves are made"
    texts = given.get("columns")
    headings = expand_headings(tuple(str(text) for text in texts)) if isinstance(texts, list) else ()
    if headings and not _FEWEST <= len(headings) <= MOST_REPLICATES:
        count = "one replicate" if len(headings) == 1 else f"more than {MOST_REPLICATES:,} replicates"
        yield ("columns",), f"must name {_FEWEST} to {MOST_REPLICATES:,} replicates; found {count}"
    rscales = given.get("rscales")
    if isinstance(rscales, list) and headings and len(rscales) != len(headings):
        yield ("rscales",), f"must have a factor for each of the {len(headings):,} replicates; found {len(rscales):,}"
    kind = list_replicate_types().get(str(given.get("type")))
    if kind is None:
        return
    if kind.needs_rho and "rho" not in given:
        yield ("rho",), f"is missing: {kind.name} needs it"
    if "rho" in given and not kind.needs_rho:
        yield ("rho",), f"does nothing with {kind.name}"
    if kind.needs_rscales and "rscales" not in given:
        yield ("rscales",), f"is missing: {kind.name} needs a factor for each replicate, (n - 1) / n of its stratum"


def _list_heading_conflicts(design: dict[str, Any], columns: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the headings of the block that name another column too; a stratum may be a background variable."""
    background = columns.get("background")
    owner: dict[str, str] = {}
    for key, heading in columns.items():
        if isinstance(heading, str | int | float):
            owner[fold_label(str(heading))] = f"columns.{key}"
    others = {
        fold_label(str(heading)): f"columns.background.{name}"
        for name, heading in (background if isinstance(background, dict) else {}).items()
    }
    population = design.get("population")
    given: list[tuple[Place, object]] = [(("strata",), design.get("strata"))]
    given.append((("population", "column"), population.get("column") if isinstance(population, dict) else None))
    given.append((("respondents_in_company",), design.get("respondents_in_company")))
    replicates = design.get("replicate_weights")
    texts = replicates.get("columns") if isinstance(replicates, dict) else None
    if isinstance(texts, list):
        given += [(("replicate_weights", "columns"), one) for one in expand_headings(tuple(map(str, texts)))]
    problems: list[tuple[Place, str]] = []
    for place, heading in given:
        if not isinstance(heading, str | int | float):
            continue
        folded = fold_label(str(heading))
        taken = owner | ({} if place == ("strata",) else others)
        if folded in taken:
            problems.append((("design", *place), f"{str(heading)!r} is already the heading of {taken[folded]}"))
        owner[folded] = f"design.{'.'.join(map(str, place))}"
    return problems
