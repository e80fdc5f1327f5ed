"""Errors with which published category scores are compared: of each cell, and of differences of cells.

The error of a cell is the larger one of its published standard error and of that smoothed over its category
(`smooth_errors`, from the published errors); its degrees of freedom are those behind its own answers. Differences are
judged by simultaneous intervals, with Student's t at the level of Sidak (1967). Made from published tables alone.
Method page: docs/methods/category-differences.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.publication.implied_categories import spread_cells
from bpo_index.robustness.sampling.smoothed_errors import smooth_errors
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.structure import IndexStructure


class Dependence(Enum):
    """How the errors of the scores of two units may go together."""

    NONE = "none"
    """Other answers, and no method that compares units."""
    POSITIVE = "positive"
    """Some respondents or companies answer in several units."""
    ANY = "any"
    """A method compares units, so that one score may fall as another rises."""


@dataclass(frozen=True)
class Cells:
    """Published category scores with errors: arrays units x categories, NaN where nothing can be said."""

    units: list[str]
    """Codes of the ranked units, in the order of the ranking."""
    categories: list[str]
    """Ids of all levels, in the order of the definition."""
    scores: Floats
    errors: Floats
    degrees: Floats
    """Degrees of freedom of the errors."""
    dependence: Dependence


def collect_cells(
    ranking: pl.DataFrame, tables: Mapping[str, pl.DataFrame], definition: IndexDefinition, *, shares_respondents: bool
) -> Cells:
    """Return the cells of ranked units whose score and error are published and whose score is no bound.

    Parameters
    ----------
    ranking
        As the table of this name.
    tables
        `categories`, `sampling_error` and `design`.
    definition
        For the tree, its methods and the ends of scores.
    shares_respondents
        Whether respondents or companies answer in several units.
    """
    structure = IndexStructure.from_definition(definition)
    codes = ranking.filter(pl.col("rank").is_not_null())["unit"].to_list()
    ids = [node.id for node in definition.category_nodes]
    there = pl.col("score_bound").is_null() & pl.col("se").is_not_null() & pl.col("score").is_not_null()
    behind = tables["sampling_error"].select("unit", "category", "sampling_units")
    most = tables["design"].select("unit", "degrees_of_freedom")
    degrees = pl.min_horizontal(pl.col("sampling_units") - 1.0, "degrees_of_freedom")
    cells = (
        tables["categories"]
        .filter(there, pl.col("unit").is_in(codes))
        .select("unit", "category", "score", "se", "respondents")
        .join(behind, on=["unit", "category"], how="left")
        .join(most, on="unit", how="left")
        .with_columns(degrees=degrees)
        .filter(pl.col("degrees") >= 1)
    )
    scores, errors, counted, freedom = (
        spread_cells(cells, codes, ids, name) for name in ("score", "se", "respondents", "degrees")
    )
    for n, bounds in enumerate(structure.score_bounds[1:]):
        smoothed = smooth_errors(
            scores[:, n],
            errors[:, n],
            counted=counted[:, n],
            sampling_units=np.nan_to_num(freedom[:, n]).astype(np.int64) + 1,
            bounds=bounds,
        )
        errors[:, n] = np.fmax(errors[:, n], np.where(np.isnan(errors[:, n]), np.nan, smoothed))
    dependence = Dependence.POSITIVE if shares_respondents else Dependence.NONE
    return Cells(codes, ids, scores, errors, freedom, Dependence.ANY if structure.units_matter else dependence)


def combine_errors(
    first: Floats, others: Floats, *, first_degrees: Floats, other_degrees: Floats, dependence: Dependence
) -> tuple[Floats, Floats]:
    """Return the standard error of one score less a sum of others, and its degrees of freedom.

    Parameters
    ----------
    first, first_degrees
        ...: standard error of the one, and its degrees of freedom.
    others, other_degrees
        ... x terms: standard errors of the others, times their weights in the sum.
    dependence
        How the errors of the scores may go together. The result is the largest standard error that this allows.

    Returns
    -------
    se, degrees
        Independent: sqrt(s^2 + sum s_v^2), with the degrees of Satterthwaite (1946). Else sqrt(s^2 + (sum s_v)^2), or
        s + sum s_v where errors may go either way, with the fewest degrees of all.

    Examples
    --------
    >>> degrees = {"first_degrees": np.array(7.0), "other_degrees": np.array([7.0, 7.0])}
    >>> for dependence in Dependence:
    ...     found = combine_errors(np.array(3.0), np.array([2.0, 2.0]), dependence=dependence, **degrees)
    ...     print([round(float(value), 2) for value in found])
    [4.12, 17.9]
    [5.0, 7.0]
    [7.0, 7.0]
    """
    together = others.sum(axis=-1)
    if dependence is Dependence.NONE:
        variance = first**2 + (others**2).sum(axis=-1)
        parts = first**4 / first_degrees + (others**4 / other_degrees).sum(axis=-1)
        return np.sqrt(variance), variance**2 / parts
    fewest = np.minimum(first_degrees, other_degrees.min(axis=-1))
    if dependence is Dependence.POSITIVE:
        return np.hypot(first, together), fewest
    return first + together, fewest


def find_reach(errors: Floats, degrees: Floats, confidence_level: float, together: int) -> Floats:
    """Return how far intervals of differences reach on both sides, so that all hold at once.

    Parameters
    ----------
    errors, degrees
        Standard errors, and their degrees of freedom, at least 1.
    confidence_level
        That all of them hold, between 0 and 1.
    together
        How many there are, all counted.

    Examples
    --------
    >>> [find_reach(np.array([2.0]), np.array([7.0]), 0.95, together).round(2).tolist() for together in (1, 40)]
    [[4.73], [10.36]]
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    level = confidence_level ** (1 / max(together, 1))
    return np.asarray(stdtrit(degrees, (1 + level) / 2) * errors)


def judge_differences(
    differences: Floats, errors: Floats, degrees: Floats, confidence_level: float
) -> tuple[Floats, Floats, np.ndarray]:
    """Return the ends of simultaneous intervals to two digits, and which of them leave out zero.

    Examples
    --------
    >>> judge_differences(np.array([9.0, 1.0]), np.array([2.0, 2.0]), np.array([30.0, 30.0]), 0.95)
    (array([ 4.29, -3.71]), array([13.71,  5.71]), array([ True, False]))
    """
    reach = find_reach(errors, degrees, confidence_level, len(differences))
    # Not minus zero, in which two platforms may differ.
    low, high = (differences - reach).round(2) + 0.0, (differences + reach).round(2) + 0.0
    return low, high, (low > 0) | (high < 0)
