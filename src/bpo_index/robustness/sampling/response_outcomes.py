"""Top-two-box shares and net balances beside the mean, with their standard errors.

Both are scores of the same index with coded answers: 1 for a rating among the top points, -1 (net balance only) for
one among the bottom points, else 0; questions and categories are averaged with the definition's weights, and the
standard errors are linearised. Cells of few respondents and questions have none (`disclosure.cells.room`). A share near
one says that everybody answered in the same points, so it is withheld, and others with it (`complete_withholding`).
Method page: docs/methods/outcomes.md.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from bpo_index.definition import IndexDefinition
from bpo_index.definition.blocks import CATEGORY_KEYS, Category
from bpo_index.definition.method_block import Method
from bpo_index.disclosure.cells.withholding import guard_outcomes
from bpo_index.publication.columns.answers import OUTCOMES
from bpo_index.robustness.rounding import round_table
from bpo_index.robustness.sampling.linearisation import linearise_standard_errors
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import score_means
from bpo_index.scoring.methods.outcomes import overlap_boxes
from bpo_index.scoring.preparation import Sample, prepare_sample
from bpo_index.scoring.unit_means import estimate_unit_means
from bpo_index.scoring.unit_scores import Scores, spread_nodes

#: The outcomes beside the score.
_SHOWN: tuple[Literal["top_two_box", "net_balance"], ...] = ("top_two_box", "net_balance")


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
        One row per unit (`category` null: all categories) and per unit and category: `unit, category, respondents`
        (null for a suppressed unit's categories), `top_two_box, top_two_box_se` (0 to 100), `net_balance,
        net_balance_se` (-100 to 100); null where the cell is suppressed, small, lacks answers or lies at an end, or
        is withheld with one that does; the standard error also with fewer than two sampling units or no variance. No
        rows where the points at both ends of a scale overlap.
    """
    codes, count = [unit.code for unit in definition.units], len(definition.nodes)
    ends = [(scale.minimum, scale.maximum) for scale in definition.question_scales.values()]
    if any(overlap_boxes(definition.method.outcome_boxes, pair) for pair in set(ends)):
        return pl.DataFrame(schema=OUTCOMES.schema)
    shown = spread_nodes(
        scores, *(~frame["suppressed"] & frame["score_bound"].is_null() for frame in (scores.units, scores.categories))
    )
    samples: dict[str, Sample] = {
        outcome: prepare_sample(
            accepted, _plain_definition(definition, outcome), scores.sample.margins, restated=scores.sample.restated
        )
        for outcome in _SHOWN
    }
    shares: dict[str, Floats] = {}
    errors: dict[str, Floats] = {}
    for outcome, sample in samples.items():
        shares[outcome], errors[outcome] = np.full(shown.shape, np.nan), np.full(shown.shape, np.nan)
        if sample.answers:
            shares[outcome][sample.published] = score_means(estimate_unit_means(sample.answers), sample.structure)
            se, _ = linearise_standard_errors(sample.answers, sample.structure)
            errors[outcome][sample.published] = np.where(se > 0, se, np.nan)
    structures = {outcome: sample.structure for outcome, sample in samples.items()}
    # Functions of the same answers as the score: small cells have room for one of them only.
    shown = shown & scores.sample.has_outcome_room
    withheld = guard_outcomes(~shown, shares, structures, scores.sample.raters, small=scores.sample.is_small)
    columns: dict[str, Floats] = {}
    for outcome, sample in samples.items():
        # Score points to per cent of what the outcome gives: a share is the score itself, a balance has two halves.
        low, high = sample.structure.minimum, sample.structure.maximum
        stretch, shift = high - low, 100.0 * low
        values = np.where(withheld, np.nan, stretch * shares[outcome] + shift)
        columns[outcome] = values
        columns[f"{outcome}_se"] = np.where(np.isnan(values), np.nan, stretch * errors[outcome])
    frame = pl.DataFrame(
        {
            "unit": np.repeat(codes, count),
            "category": pl.Series([node.id or None for node in definition.nodes] * len(codes), dtype=pl.String),
            "respondents": scores.sample.raters.ravel(),
            "is_public": np.repeat(scores.sample.published, count),
            **{name: values.ravel() for name, values in columns.items()},
        },
        schema=OUTCOMES.schema | {"is_public": pl.Boolean},
    )
    is_published = pl.col("is_public") | pl.col("category").is_null()
    return round_table(
        frame.with_columns(pl.when(is_published).then("respondents").alias("respondents")).drop("is_public")
    )


def _plain_definition(definition: IndexDefinition, outcome: Literal["top_two_box", "net_balance"]) -> IndexDefinition:
    """Return the definition with the outcome scored by the plainest methods, here and in all categories."""
    given = definition.method
    kept = (
        "outcome_boxes",
        "dont_know_in_base",
        "questions_needed",
        "trim_weights",
        "minimum_respondents_to_publish",
        "minimum_respondents_to_rank",
    )
    method = Method.model_validate({"outcome": outcome} | {key: getattr(given, key) for key in kept})
    return definition.model_copy(
        update={"method": method, "categories": tuple(_make_plain(category) for category in definition.categories)}
    )


def _make_plain(category: Category) -> Category:
    """Return the category without methods of its own, and so for all that it holds."""
    dropped = dict.fromkeys(CATEGORY_KEYS) | {"questions_needed": category.questions_needed}
    inside = tuple(_make_plain(held) for held in category.categories)
    return category.model_copy(update=dropped | {"categories": inside})
