"""Benefit of the doubt: each unit is scored with the weights that suit it best (data envelopment analysis).

For unit c, with y its values and j running over all units::

    maximise   sum_i w_i y_ci
    subject to sum_i w_i y_ji <= 1  for every j,   w >= 0
               low_i sum_k w_k <= w_i <= high_i sum_k w_k        (bounds on the shares of weight, where given)
            or low_i sum_k w_k y_ck <= w_i y_ci <= high_i sum_k w_k y_ck      (bounds on pie shares, where given)

The score is 100 times the optimum. Sources: Melyn and Moesen (1991); Cherchye, Moesen, Rogge and Van Puyenbroeck
(2007), An introduction to 'benefit of the doubt' composite indicators, Social Indicators Research 82, 111-145. Solved
by HiGHS, all units of a data set in one sparse program.
Method page: docs/methods/benefit-of-the-doubt.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bpo_index.fields import Share
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Option, Options, Problem, Surroundings, Weighting

#: What shares are of.
WEIGHT, PIE = "weight", "pie"


@dataclass(frozen=True)
class BenefitOfTheDoubt:
    """Scores, and one set of weights for each unit."""

    scores: Floats
    """... x units, 0 to 100."""
    weights: Floats
    """... x units x items: multipliers of the values; others may give the same score."""
    shares: Floats
    """... x units x items: each item's share of the unit's weight, sum one."""
    pie_shares: Floats
    """... x units x items: each item's share of the unit's score, sum one."""


def score_benefit_of_the_doubt(
    values: Floats,
    *,
    lowest_share: ArrayLike | None = None,
    highest_share: ArrayLike | None = None,
    share_of: str = WEIGHT,
) -> BenefitOfTheDoubt:
    """Score units, each with the weights that suit it best.

    Parameters
    ----------
    values
        ... x units x items, from 0, more is better; a unit with a NaN takes no part and has no score.
    lowest_share, highest_share
        The least and the largest share of a unit's weight that an item has: one number or one an item, 0 to 1; None: no
        bound. They compare items, which must therefore be on one scale.
    share_of
        Of what: `weight`, or `pie`, the unit's score, of which item i makes up w_i y_i. Pie shares need no common
        scale. A unit with a value of zero in an item that must have a share of its score has the score 0.

    Returns
    -------
    BenefitOfTheDoubt
        The score is unique, the weights may not be. A unit whose values are all zero has the score 0 and no shares.

    Raises
    ------
    ValueError
        When a value is negative, or the bounds cannot hold.

    Examples
    --------
    >>> values = np.array([[4.0, 1.0], [1.0, 4.0], [2.0, 2.0]])
    >>> score_benefit_of_the_doubt(values).scores
    array([100., 100.,  80.])
    >>> score_benefit_of_the_doubt(values, lowest_share=0.4).scores.round(1)
    array([100., 100.,  80.])
    >>> score_benefit_of_the_doubt(values, lowest_share=0.4, share_of="pie").scores.round(2)
    array([57.14, 57.14, 80.  ])
    """
    if share_of not in (WEIGHT, PIE):
        msg = f"shares are of {WEIGHT} or of {PIE}; found {share_of!r}"
        raise ValueError(msg)
    items = values.shape[-1]
    low = np.broadcast_to(np.asarray(0.0 if lowest_share is None else lowest_share, dtype=float), items)
    high = np.broadcast_to(np.asarray(1.0 if highest_share is None else highest_share, dtype=float), items)
    if (np.nan_to_num(values) < 0).any():
        msg = "benefit of the doubt needs values from 0 on: take a normalisation that gives them, such as scale"
        raise ValueError(msg)
    if not are_possible(low, high):
        msg = "the shares must lie between 0 and 1, the lowest not above the highest, and add up to one"
        raise ValueError(msg)
    weights = np.full(values.shape, np.nan)
    for index in np.ndindex(values.shape[:-2]):
        weights[index] = _find_weights(values[index], low, high, of_pie=share_of == PIE)
    parts = weights * values
    shares, pie_shares = (
        np.divide(whole, total, out=np.full_like(whole, np.nan), where=total > 0)
        for whole in (weights, parts)
        for total in [whole.sum(axis=-1, keepdims=True)]
    )
    return BenefitOfTheDoubt(np.minimum(100.0 * parts.sum(axis=-1), 100.0), weights, shares, pie_shares)


def are_possible(lowest_shares: Floats, highest_shares: Floats) -> bool:
    """Return whether shares within these bounds, one per item, can add up to one.

    Examples
    --------
    >>> are_possible(np.array([0.1, 0.1]), np.array([0.6, 0.6])), are_possible(np.array([0.0]), np.array([0.9]))
    (True, False)
    """
    in_order = (lowest_shares >= 0) & (lowest_shares <= highest_shares) & (highest_shares <= 1)
    return bool(in_order.all() and lowest_shares.sum() <= 1 + 1e-12 and highest_shares.sum() >= 1 - 1e-12)


def _find_weights(values: Floats, low: Floats, high: Floats, *, of_pie: bool) -> Floats:
    """Return units x items of the best weights of one data set; NaN for units with a NaN."""
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import block_diag  # noqa: PLC0415

    weights = np.full(values.shape, np.nan)
    there = np.flatnonzero(~np.isnan(values).any(axis=1))
    if not len(there):
        return weights
    weights[there] = 0.0
    able = [unit for unit in there if values[unit].any()]
    if not able:
        return weights
    scaled = values / values[there].max()
    # Per unit: what its weights are multiplied by before shares are taken of them.
    parts = scaled[able] if of_pie else np.ones((len(able), len(low)))
    blocks = [np.vstack([scaled[there], *_bound_shares(own, low, high)]) for own in parts]
    limits = np.concatenate([np.ones(len(there)), np.zeros(len(blocks[0]) - len(there))])
    solved = linprog(
        -scaled[able].ravel(),
        A_ub=block_diag(blocks, format="csr"),
        b_ub=np.tile(limits, len(able)),
        bounds=(0, None),
        method="highs",
    )
    if not solved.success:
        msg = f"benefit of the doubt found no weights: {solved.message}"
        raise ValueError(msg)
    weights[able] = solved.x.reshape(len(able), -1) / values[there].max()
    return weights


def _bound_shares(parts: Floats, low: Floats, high: Floats) -> list[Floats]:
    """Return rows of items that are at most zero where the shares of weights times `parts` keep to their bounds."""
    rows = []
    if (low > 0).any():
        rows.append(low[:, np.newaxis] * parts - np.diag(parts))
    if (high < 1).any():
        rows.append(np.diag(parts) - high[:, np.newaxis] * parts)
    return rows


def _take_scores(values: Floats, lowest_share: float | None, highest_share: float | None, share_of: str) -> Floats:
    return score_benefit_of_the_doubt(
        values, lowest_share=lowest_share, highest_share=highest_share, share_of=share_of
    ).scores


def _can_share_out(options: Options, categories: int) -> bool:
    """Return whether this number of categories can have the shares to be kept."""
    low, high = options["lowest_share"], options["highest_share"]
    return are_possible(
        np.full(categories, 0.0 if low is None else low), np.full(categories, 1.0 if high is None else high)
    )


def _find_share_problems(options: Options, around: Surroundings) -> list[Problem]:
    low, high, categories = options["lowest_share"], options["highest_share"], around.counted
    if options["share_of"] == PIE and low is None and high is None:
        return [("share_of", "there are no shares to be kept: give lowest_share or highest_share, or take it out")]
    if not categories:
        return []
    if _is_number(low) and _is_number(high) and low > high:
        return [("highest_share", f"must be at least lowest_share ({low:g}); found {high:g}")]
    if _is_number(low) and low * categories > 1 + 1e-12:
        return [("lowest_share", f"{categories} categories cannot have {low:g} or more each")]
    if _is_number(high) and high * categories < 1 - 1e-12:
        return [("highest_share", f"{categories} categories with {high:g} or less each do not make up a score")]
    return []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


LOWEST_SHARE = Option(
    name="lowest_share",
    type=Share | None,
    line="For `benefit_of_the_doubt`: the least share of a unit's weight, or pie, that any category has.",
)
HIGHEST_SHARE = Option(
    name="highest_share",
    type=Share | None,
    line="For `benefit_of_the_doubt`: the largest share of a unit's weight, or pie, that any category has.",
)
SHARE_OF = Option(
    name="share_of",
    type=Literal["weight", "pie"],
    default=WEIGHT,
    line="What these shares are of: the unit's `weight`, or its `pie`, the score that weights times values make up.",
)

RECORDS = (
    Weighting(
        name="benefit_of_the_doubt",
        line="for each {unit} the weights that suit it best",
        formula="S(u) = 100 · max of Σ w y(u,c) over w ≥ 0 with Σ w y(v,c) ≤ 1 for every {unit} v",
        page="benefit-of-the-doubt",
        source="cherchye2007",
        options=(LOWEST_SHARE, HIGHEST_SHARE, SHARE_OF),
        find_problems=_find_share_problems,
        order=11,
        score=_take_scores,
        keys=("weighting",),
        can_weigh=_can_share_out,
        needs_zero=True,
    ),
)
