"""Answers of respondents who rate several units: no errors are estimated of these yet.

Standard errors, intervals and shares of replicates take the units as answered by different respondents. Where one
respondent rates several units their scores go together, and an error that does not know it is wrong. So there is none,
rank sets are all ranks, and the notes say why. Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.robustness.ranks.tallies import RankTally
from bpo_index.robustness.replicates import ReplicateSummary
from bpo_index.robustness.sampling.standard_errors import Errors


def rate_several_units(accepted: pl.DataFrame, units: Collection[str]) -> bool:
    """Return whether any respondent rates several of these units.

    Parameters
    ----------
    accepted
        One row per respondent and unit: `respondent_id, unit`.
    units
        Codes of the units that count.

    Examples
    --------
    >>> rows = pl.DataFrame({"respondent_id": ["a", "a", "b"], "unit": ["COL", "IND", "IND"]})
    >>> rate_several_units(rows, ["COL", "IND"]), rate_several_units(rows, ["IND"])
    (True, False)
    """
    ids = accepted.filter(pl.col("unit").is_in(list(units)))["respondent_id"]
    return bool(ids.n_unique() < len(ids))


def withhold_errors(errors: Errors) -> Errors:
    """Return the same without any standard error: NaN everywhere."""
    nothing = np.full(errors.chosen.shape, np.nan)
    return replace(errors, replicates=nothing, linearised=nothing, chosen=nothing, smoothed=nothing, correlations=None)


def withhold_replicates(summary: ReplicateSummary) -> ReplicateSummary:
    """Return a summary of the same units and columns over no replicates: no standard error and no share of ranks."""
    tallies = tuple(
        RankTally(
            replicates=0,
            ranks=np.zeros_like(tally.ranks),
            places=np.zeros_like(tally.places),
            wins=np.zeros_like(tally.wins),
            holds=np.zeros_like(tally.holds),
            shifts=np.zeros_like(tally.shifts),
        )
        for tally in summary.tallies
    )
    return ReplicateSummary(
        replicates=0,
        computed=np.zeros_like(summary.computed),
        deviation=np.zeros_like(summary.deviation),
        squares=np.zeros_like(summary.squares),
        products=np.zeros_like(summary.products),
        tallies=tallies,
    )


def keep_respondents(definition: IndexDefinition) -> IndexDefinition:
    """Return the definition with the respondents not drawn anew, in replicates and in the sensitivity analysis."""
    varied = definition.uncertainty.model_copy(update={"respondents": False})
    return definition.model_copy(update={"uncertainty": varied})
