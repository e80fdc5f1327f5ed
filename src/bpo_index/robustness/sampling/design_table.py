"""The table of the sampling design: degrees of freedom, Kish's and the design-based effect of every unit.

Method page: docs/methods/design.md.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bpo_index.publication.columns.design import DESIGN
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling.standard_errors import Errors
from bpo_index.scoring.preparation import Sample
from bpo_index.scoring.unit_design import UnitDesign


def tabulate_design(sample: Sample, errors: Errors) -> pl.DataFrame:
    """Return one row per published unit whose answers have a declared design.

    Columns `unit, respondents, sampling_units, strata, degrees_of_freedom, kish_design_effect, design_based_effect`;
    the last is null where there is no room for it beside the error, and where the method compares units.
    """
    rows = []
    # NOTE: beside the error it is one more function of the same answers; and under a method that compares units the
    # answers of others move the score too.
    has_room = sample.has_outcome_room[sample.published][:, 0] & sample.structure.units_are_independent
    for n, unit in enumerate(sample.answers):
        if unit.design is None:
            continue
        effect = np.nan
        if errors.simple is not None and has_room[n] and errors.simple[n, 0] > 0:
            effect = errors.chosen[n, 0] ** 2 / errors.simple[n, 0]
        rows.append(
            {
                "unit": unit.unit,
                "respondents": unit.respondents,
                "sampling_units": int(errors.clusters[n, 0]),
                "strata": _count_strata(unit.design),
                "degrees_of_freedom": float(errors.degrees[n, 0]),
                "kish_design_effect": unit.design_effect,
                "design_based_effect": float(effect),
            }
        )
    return round_table(pl.DataFrame(rows, schema=DESIGN.schema).with_columns(pl.col(pl.Float64).fill_nan(None)))


def _count_strata(design: UnitDesign) -> int | None:
    """Return the strata of a unit; None where replicate weights hold them."""
    return None if design.supplied is not None else len(design.strata)
