"""The sampling design of one unit's answers, from the columns that a `design:` block names; and what refuses it.

Stages: `read_design` (the columns of one unit as arrays), `find_design_problems` (what of all answers contradicts the
block). Rows without a stratum or with an unreadable number are quarantined before.
Method page: docs/methods/design.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.definition.design_block import (
    COMPANY_POPULATION,
    POPULATION,
    Design,
    ReplicateWeights,
    name_replicate,
    name_stratum_column,
)
from bpo_index.display.labels import fold_label, show_text
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.designs.record import LonelyCompany
from bpo_index.scoring.designs.registry import list_lonely, list_replicate_types

#: What stands for the only stratum where the definition names none.
_NO_STRATUM = ""
#: Before the id of a respondent without a company, whom no message names.
_RESPONDENT = "respondent "
#: Companies or strata named in a message, at most.
_SHOWN = 8


@dataclass(frozen=True)
class SuppliedReplicates:
    """Replicate weights that the survey brought along."""

    weights: Floats
    """Replicates x respondents: from 0, the design weight in them."""
    factors: Floats
    """Replicates: scale x rscale, the factor of each squared deviation."""
    is_sample: bool
    """Whether every replicate is a sample of its own (half samples, bootstrap) and not one with a company left out."""
    mse: bool
    """Whether deviations are from the score itself, and not from the mean of the replicates."""
    degrees: float
    """Degrees of freedom: as stated, else the rank of the weights less one."""


@dataclass(frozen=True)
class UnitDesign:
    """How the companies of a unit were drawn; arrays over its respondents, in the order of `UnitAnswers`."""

    strata: tuple[str, ...]
    """Names of its strata; one without a name where the definition has none."""
    stratum: Ints
    """Respondents: number of the stratum."""
    population: Floats
    """Strata: companies in the population; infinite without finite population correction."""
    company_population: Floats | None
    """Respondents: how many respondents their company has in the population; None: all were asked."""
    lonely: LonelyCompany
    """How the only company of a stratum counts."""
    supplied: SuppliedReplicates | None = None
    """Replicate weights in place of drawing; None: companies are drawn."""


def read_design(design: Design, rows: pl.DataFrame, unit: str, background: dict[str, str]) -> UnitDesign:
    """Return the design of one unit.

    Parameters
    ----------
    design
        The block.
    rows
        The unit's respondents with the columns that the block names, sorted as their answers are.
    unit
        The unit's code.
    background
        Background variables and their headings: a stratum may be one of them.
    """
    given = _list_strata(design, rows, background)
    names = tuple(sorted(set(given)))
    number = {name: n for n, name in enumerate(names)}
    stratum = np.array([number[name] for name in given], dtype=np.int64)
    company = None
    if design.respondents_in_company is not None:
        company = rows[COMPANY_POPULATION].to_numpy().astype(float)
    population = np.full(len(names), math.inf)
    for n, name in enumerate(names):
        sizes = _find_sizes(design, rows, stratum == n, unit=unit, stratum=name)
        population[n] = sizes.min() if len(sizes) else math.inf
    supplied = None if design.replicate_weights is None else _read_replicates(design.replicate_weights, rows)
    return UnitDesign(
        strata=names,
        stratum=stratum,
        population=population,
        company_population=company,
        lonely=list_lonely()[design.lonely_company or "fail"],
        supplied=supplied,
    )


def _list_strata(design: Design, rows: pl.DataFrame, background: dict[str, str]) -> list[str]:
    if design.strata is None:
        return [_NO_STRATUM] * rows.height
    return [fold_label(name or "") for name in rows[name_stratum_column(design, background)]]


def _find_sizes(design: Design, rows: pl.DataFrame, chosen: np.ndarray, *, unit: str, stratum: str) -> Floats:
    """Return the different population sizes that are given for a stratum of a unit; none without a correction."""
    population = design.population
    if population is None:
        return np.zeros(0)
    if population.column is not None:
        return np.unique(rows[POPULATION].to_numpy().astype(float)[chosen])
    if population.by_unit is not None:
        return np.array([size for code, size in population.by_unit.items() if code == unit], dtype=float)
    by_stratum = population.by_stratum or {}
    return np.array([size for name, size in by_stratum.items() if fold_label(name) == stratum], dtype=float)


def _read_replicates(given: ReplicateWeights, rows: pl.DataFrame) -> SuppliedReplicates:
    kind = list_replicate_types()[given.type]
    columns = [name_replicate(n) for n in range(len(given.headings))]
    weights = np.ascontiguousarray(rows.select(columns).to_numpy().astype(float).T)
    scale = kind.scale(len(weights), given.rho or 0.0) if given.scale is None else given.scale
    rscales = np.ones(len(weights)) if given.rscales is None else np.array(given.rscales)
    degrees = given.degrees_of_freedom
    if degrees is None:
        degrees = int(np.linalg.matrix_rank(weights)) - 1 if weights.size else 0
    return SuppliedReplicates(weights, scale * rscales, kind.is_sample, given.mse, float(degrees))


def find_design_problems(design: Design, accepted: pl.DataFrame, background: dict[str, str]) -> list[str]:
    """Return what of the answers contradicts the block, a part of a sentence each.

    Parameters
    ----------
    design
        The block.
    accepted
        The answers of the units that are published: `unit, respondent_id, cluster` and the columns of the block.
    background
        Background variables and their headings.
    """
    rows = accepted.with_columns(
        _stratum=pl.Series(_list_strata(design, accepted, background), dtype=pl.String),
        _company=pl.when(pl.col("cluster").is_not_null())
        .then(pl.concat_str(pl.lit("company "), "cluster"))
        .otherwise(pl.concat_str(pl.lit(_RESPONDENT), "respondent_id")),
    )
    problems = _find_divided_companies(rows) if design.strata is not None else []
    problems += _find_companies_in_units(rows) if design.replicate_weights is None else []
    known = {fold_label(name) for name in (design.population.by_stratum or {})} if design.population else set()
    if design.population is not None and design.population.by_stratum is not None:
        several = (
            rows.group_by("_stratum").agg(pl.col("unit").unique().sort()).filter(pl.col("unit").list.len() > 1)
        ).sort("_stratum")
        problems += [
            f"the stratum {show_text(name)} lies in {', '.join(units[:_SHOWN])} and has one number: give the numbers "
            "in a column"
            for name, units in several.iter_rows()
        ]
        lacking = sorted(set(rows["_stratum"]) - known)
        problems += [f"the stratum {show_text(name)} has no number in population.by_stratum" for name in lacking]
    for (unit, stratum), part in rows.sort("unit", "_stratum").group_by("unit", "_stratum", maintain_order=True):
        problems += _find_stratum_problems(design, part, unit=str(unit), stratum=str(stratum))
    return problems


def _find_divided_companies(rows: pl.DataFrame) -> list[str]:
    """Return the companies that answer in two strata, each with both."""
    strata = rows.group_by("_company").agg(pl.col("_stratum").unique().sort()).filter(pl.col("_stratum").list.len() > 1)
    found = [
        f"{_name(company)} is in the strata {show_text(names[0])} and {show_text(names[1])}"
        for company, names in strata.sort("_company").iter_rows()
    ]
    more = len(found) - _SHOWN
    return found[:_SHOWN] + ([f"and {more} more companies are in two strata"] if more > 0 else [])


def _find_companies_in_units(rows: pl.DataFrame) -> list[str]:
    """Return the companies that answer in several units: a design is drawn unit by unit, and not these once."""
    units = rows.group_by("_company").agg(pl.col("unit").unique().sort()).filter(pl.col("unit").list.len() > 1)
    found = [
        f"{_name(company)} answers in {names[0]} and {names[1]}, and a design is drawn in each unit by itself: give "
        "the survey's replicate weights (replicate_weights), or take the block out"
        for company, names in units.sort("_company").iter_rows()
    ]
    return found[:1] + ([f"and {len(found) - 1} more answer in several units"] if len(found) > 1 else [])


def _find_stratum_problems(design: Design, part: pl.DataFrame, *, unit: str, stratum: str) -> list[str]:
    problems = []
    where = f"unit {unit}" + (f", stratum {show_text(stratum)}" if design.strata is not None else "")
    companies = part["_company"].n_unique()
    kind = "companies" if part["cluster"].null_count() == 0 else "companies or respondents"
    sizes = _find_sizes(design, part, np.ones(part.height, dtype=bool), unit=unit, stratum=stratum)
    size = math.inf
    if len(sizes) > 1:
        problems.append(f"{where}: the column {_name_column(design)} has {sizes[0]:,.6g} and {sizes[1]:,.6g}")
    elif len(sizes):
        size = float(sizes[0])
        if size < companies:
            problems.append(f"{where}: {companies:,} {kind} answered, of a population of {size:,.6g}")
    lonely = list_lonely()[design.lonely_company or "fail"]
    if design.strata is not None and companies == 1 and size > 1 and lonely.is_refused:
        problems.append(f"{where}: only one, {_name(str(part['_company'][0]))}")
    if design.respondents_in_company is not None:
        problems += _find_company_problems(design, part, where, lonely)
    return problems


def _find_company_problems(design: Design, part: pl.DataFrame, where: str, lonely: LonelyCompany) -> list[str]:
    problems = []
    heading = str(design.respondents_in_company)
    sizes = part.group_by("_company").agg(
        low=pl.col(COMPANY_POPULATION).min(), high=pl.col(COMPANY_POPULATION).max(), asked=pl.len()
    )
    alone = []
    for company, low, high, asked in sizes.sort("_company").iter_rows():
        if low != high:
            problems.append(f"{where}, {_name(company)}: the column {heading} has {low:,.6g} and {high:,.6g}")
        elif low < asked:
            problems.append(f"{where}, {_name(company)}: {asked:,} answered, of {low:,.6g} in the population")
        elif asked == 1 and low > 1 and lonely.is_refused:
            alone.append(company)
    if alone:
        problems.append(f"{where}: {len(alone)} companies with one of several respondents, such as {_name(alone[0])}")
    return problems


def _name(company: str) -> str:
    """Return how a message names a sampling unit."""
    return "a respondent" if company.startswith(_RESPONDENT) else show_text(company)


def _name_column(design: Design) -> str:
    return show_text(str(design.population.column)) if design.population else ""


def write_design_refusal(problems: Sequence[str], design: Design) -> str:
    """Return the paragraph that refuses answers; empty where nothing contradicts the block."""
    if not problems:
        return ""
    shown = "; ".join(problems[:20]) + (f"; and {len(problems) - 20} more" if len(problems) > 20 else "")
    choices = ", ".join(record.name for record in list_lonely().values() if not record.is_refused)
    advice = "Correct the columns or the block."
    if design.lonely_company in (None, "fail") and (
        design.strata is not None or design.respondents_in_company is not None
    ):
        advice += f" For one company in a stratum, or one respondent of a company, say lonely_company: {choices}."
    return f"The answers do not go with the design block: {shown}. {advice}"
