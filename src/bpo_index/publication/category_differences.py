"""Where a unit stands out: its score in each category less the mean of the others, with intervals that hold at once.

Made from the published tables alone, so that it says nothing that they do not. Method page:
docs/methods/category-differences.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from bpo_index.publication.cell_errors import Cells, Dependence, combine_errors, judge_differences
from bpo_index.publication.columns.differences import CATEGORY_DIFFERENCES
from bpo_index.scoring.arrays import Floats

#: With whom a unit is compared.
ALL, REGION = "all", "region"
#: Others of a region, at least: the difference from one other unit is no difference from its region.
FEWEST_OTHERS = 2


def tabulate_category_differences(
    cells: Cells, regions: Mapping[str, str | None], confidence_level: float
) -> pl.DataFrame:
    """Return one row per unit, category and those with whom the unit is compared.

    Parameters
    ----------
    cells
        From `collect_cells`.
    regions
        Code of a unit to its region.
    confidence_level
        At which all intervals of one `against` hold, between 0 and 1.

    Returns
    -------
    DataFrame
        Columns as in the record `CATEGORY_DIFFERENCES`, score points; first all others, then those of the region,
        categories in the order of the definition, units in that of the ranking. No row for a cell without score or
        error, whose score is a bound, or without others (of its region: without two).
    """
    everybody = [list(range(len(cells.units)))]
    groups: dict[str, list[int]] = {}
    for n, code in enumerate(cells.units):
        region = regions.get(code)
        if region is not None:
            groups.setdefault(region, []).append(n)
    frames = [
        _tabulate(cells, everybody, ALL, fewest=1, confidence_level=confidence_level),
        _tabulate(cells, list(groups.values()), REGION, fewest=FEWEST_OTHERS, confidence_level=confidence_level),
    ]
    return pl.concat(frames)


def subtract_others(
    scores: Floats, errors: Floats, degrees: Floats, dependence: Dependence = Dependence.NONE
) -> dict[str, Floats]:
    """Return for each unit the mean of the others, the difference from it, its standard error and degrees of freedom.

    Parameters
    ----------
    scores, errors, degrees
        Units, at least two: scores, their standard errors and degrees of freedom.
    dependence
        How the errors may go together.

    Examples
    --------
    >>> found = subtract_others(np.array([90.0, 70.0, 80.0]), np.full(3, 4.0), np.full(3, 7.0))
    >>> found["difference"].tolist(), found["se"].round(3).tolist()
    ([15.0, -15.0, 0.0], [4.899, 4.899, 4.899])
    """
    n = len(scores)
    others = np.array([[m for m in range(n) if m != one] for one in range(n)])
    mean = scores[others].mean(axis=1)
    se, freedom = combine_errors(
        errors,
        errors[others] / (n - 1),
        first_degrees=degrees,
        other_degrees=degrees[others],
        dependence=dependence,
    )
    return {"others_mean": mean, "difference": scores - mean, "se": se, "degrees": freedom}


def _tabulate(
    cells: Cells, groups: Sequence[list[int]], against: str, *, fewest: int, confidence_level: float
) -> pl.DataFrame:
    """Return the rows of one `against`: each unit less the others of its group."""
    rows: list[dict[str, Any]] = []
    there = ~np.isnan(cells.scores + cells.errors + cells.degrees)
    for n, category in enumerate(cells.categories):
        found: dict[int, dict[str, Any]] = {}
        for group in groups:
            inside = [unit for unit in group if there[unit, n]]
            if len(inside) <= fewest:
                continue
            scores, errors, degrees = (values[inside, n] for values in (cells.scores, cells.errors, cells.degrees))
            parts = subtract_others(scores, errors, degrees, cells.dependence)
            for place, unit in enumerate(inside):
                found[unit] = {
                    "unit": cells.units[unit],
                    "category": category,
                    "against": against,
                    "others": len(inside) - 1,
                    **{name: float(values[place]) for name, values in parts.items()},
                }
        rows += [found[unit] for unit in sorted(found)]
    if not rows:
        return pl.DataFrame(schema=CATEGORY_DIFFERENCES.schema)
    difference, se, degrees = (np.array([row[name] for row in rows]) for name in ("difference", "se", "degrees"))
    low, high, is_distinct = judge_differences(difference, se, degrees, confidence_level)
    frame = pl.DataFrame(rows).with_columns(
        pl.Series("ci_low", low), pl.Series("ci_high", high), pl.Series("is_distinct", is_distinct)
    )
    schema = CATEGORY_DIFFERENCES.schema
    # Not minus zero, in which two platforms may differ.
    return frame.select(schema.names()).cast(schema).with_columns(pl.col(pl.Float64).round(2) + 0.0)
