"""Publish of the ranking without the quality exclusions what follows from public facts: ranks that units may have.

The public table says no more than follows from published scores and numbers of respondents: a unit may have any score
that its readmitted rows could give it (`possible_ranks.bound_scores`). The private audit has the exact scores. Method
page: docs/methods/exclusions.md.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from bpo_index.disclosure.possible_ranks import bound_scores, rank_between
from bpo_index.publication.columns.influence import EXCLUSIONS
from bpo_index.robustness.exclusions import Exclusions
from bpo_index.robustness.rounding import round_table
from bpo_index.scoring.unit_scores import Scores


def disclose_exclusions(exclusions: Exclusions, quarantined_by_rules: pl.DataFrame, scores: Scores) -> pl.DataFrame:
    """Return the ranking with and without quality exclusions as it may be published.

    Parameters
    ----------
    exclusions
        From `compare_exclusions`.
    quarantined_by_rules
        From `validate_responses`: the answers that quality rules keep out.
    scores
        What `score_units` made of the accepted answers.

    Returns
    -------
    DataFrame
        One row per ranked unit, by rank: `unit, respondents, score, rank, respondents_without, rank_without_low,
        rank_without_high` (among the same units); null where it is not published.
    """
    ranked = exclusions.units.filter("ranked")
    possible = bound_scores(quarantined_by_rules, scores)
    best, worst = (None, None) if possible is None else rank_between(possible)

    def show(ranks: np.ndarray | None) -> pl.Series | None:
        return None if ranks is None else pl.Series(ranks)

    return round_table(
        ranked.with_columns(
            rank_without_low=show(best),
            rank_without_high=show(worst),
            score=pl.when(pl.col("score_bound").is_null()).then("score"),
        )
        .sort("rank", "unit")
        .select(EXCLUSIONS.schema.names())
        .cast(EXCLUSIONS.schema)
    )
