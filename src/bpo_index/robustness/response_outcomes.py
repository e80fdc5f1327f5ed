"""Top-two-box shares and net balances beside the mean, with their standard errors.

Both are scores of the same index with coded answers: 1 for a rating among the top points, -1 (net balance only) for
one among the bottom points, else 0; questions and categories are averaged with the definition's weights, and the
standard errors are linearised. Method page: docs/methods/outcomes.md.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition_blocks import Method
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling_error import linearise_standard_errors
from bpo_index.scoring import Scores, estimate_unit_means, prepare_sample, score_means
from bpo_index.scoring.estimate import Floats

#: Score points to points of the outcome: a share is the score itself, a balance runs from -100 to 100.
_STRETCH: dict[Literal["top_two_box", "net_balance"], tuple[float, float]] = {
    "top_two_box": (1.0, 0.0),
    "net_balance": (2.0, -100.0),
}
OUTCOMES_SCHEMA = {
    "unit": pl.String,
    "category": pl.String,
    "respondents": pl.Int64,
    **{name: pl.Float64 for outcome in _STRETCH for name in (outcome, f"{outcome}_se")},
}


def tabulate_outcomes(accepted: pl.DataFrame, scores: Scores, definition: IndexDefinition) -> pl.DataFrame:
    """Return the share and the balance of every unit and category.

    Parameters
    ----------
    accepted, definition
        As for `score_units`.
    scores
        What it returned; cells suppressed there have no values here, and its margins hold here too.

    Returns
    -------
    DataFrame
        One row per unit (`category` null: all categories) and per unit and category: `unit, category, respondents,
        top_two_box, top_two_box_se` (0 to 100), `net_balance, net_balance_se` (-100 to 100); null where the cell is
        suppressed or lacks answers, the standard error also with fewer than two sampling units or no variance. No rows
        where the points at both ends of the scale overlap.
    """
    codes = [unit.code for unit in definition.units]
    ids = [category.id for category in definition.categories]
    if 2 * definition.method.outcome_boxes > definition.scale.maximum - definition.scale.minimum + 1:
        return pl.DataFrame(schema=OUTCOMES_SCHEMA)
    hidden = np.column_stack(
        [
            scores.units["suppressed"].to_numpy(),
            scores.categories["suppressed"].to_numpy().reshape(len(codes), len(ids)),
        ]
    )
    counts = np.column_stack([scores.sample.respondents, scores.sample.raters])
    columns: dict[str, Floats] = {}
    for outcome, (stretch, shift) in _STRETCH.items():
        values, errors = np.full(hidden.shape, np.nan), np.full(hidden.shape, np.nan)
        sample = prepare_sample(accepted, _plain_definition(definition, outcome), scores.sample.margins)
        if sample.answers:
            found = score_means(estimate_unit_means(sample.answers), sample.structure)
            se, _ = linearise_standard_errors(sample.answers, sample.structure)
            values[sample.published] = stretch * found + shift
            errors[sample.published] = stretch * np.where(se > 0, se, np.nan)
        columns[outcome] = np.where(hidden, np.nan, values)
        columns[f"{outcome}_se"] = np.where(hidden | np.isnan(values), np.nan, errors)
    frame = pl.DataFrame(
        {
            "unit": np.repeat(codes, 1 + len(ids)),
            "category": pl.Series([None, *ids] * len(codes), dtype=pl.String),
            "respondents": counts.ravel(),
            **{name: values.ravel() for name, values in columns.items()},
        },
        schema=OUTCOMES_SCHEMA,
    )
    return round_table(frame)


def _plain_definition(definition: IndexDefinition, outcome: Literal["top_two_box", "net_balance"]) -> IndexDefinition:
    """Return the definition with the outcome scored by the plainest methods."""
    given = definition.method
    method = Method(
        outcome=outcome,
        outcome_boxes=given.outcome_boxes,
        questions_needed=given.questions_needed,
        trim_weights=given.trim_weights,
        minimum_respondents_to_publish=given.minimum_respondents_to_publish,
        minimum_respondents_to_rank=given.minimum_respondents_to_rank,
    )
    return definition.model_copy(update={"method": method})
