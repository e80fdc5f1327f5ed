"""Don't-know answers in the base of an outcome: they count as neither favourable nor unfavourable.

The European Commission's business and consumer surveys publish balances as the share of positive answers less that of
negative ones among all who answered, don't-know included. A don't-know answer is put at the middle of the scale, which
no box holds, so that everything made from answers (weights, resamples, errors) takes it in. Method page:
docs/methods/outcomes.md.
"""

from __future__ import annotations

import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.scoring.methods.registry import get_outcome


def counts_dont_know(definition: IndexDefinition) -> bool:
    """Return whether don't-know answers are in the base of the outcome that is scored."""
    options = get_outcome(definition.method.outcome).pick(definition.method)
    return bool(options.get("dont_know_in_base"))


def place_dont_know(accepted: pl.DataFrame, definition: IndexDefinition) -> pl.DataFrame:
    """Return the answers with don't-know ones in the middle of the scale, where they are in the base; else unchanged.

    Parameters
    ----------
    accepted
        As `Validation.accepted`, with the column `dont_know`: ids of the questions answered so; without it nobody did.
    definition
        The index.
    """
    if not counts_dont_know(definition) or "dont_know" not in accepted.columns:
        return accepted
    middle = (definition.scale.minimum + definition.scale.maximum) / 2
    return accepted.with_columns(
        pl.when(pl.col(question).is_null() & pl.col("dont_know").list.contains(question))
        .then(middle)
        .otherwise(pl.col(question).cast(pl.Float64))
        .alias(question)
        for question in definition.question_ids
    )
