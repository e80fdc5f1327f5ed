"""Benefit of the doubt: each unit is scored with the weights that suit it best (data envelopment analysis).

For unit c, with y its values and j running over all units::

    maximise   sum_i w_i y_ci
    subject to sum_i w_i y_ji <= 1  for every j,   w >= 0
               low_i sum_k w_k y_ck <= w_i y_ci <= high_i sum_k w_k y_ck        (bounds on shares, where given)

The score is 100 times the optimum. Sources: Melyn and Moesen (1991); Cherchye, Moesen, Rogge and Van Puyenbroeck
(2007), An introduction to 'benefit of the doubt' composite indicators, Social Indicators Research 82, 111-145. Solved
by HiGHS, all units of a data set in one sparse program.
Method page: docs/methods/benefit-of-the-doubt.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bpo_index.scoring.estimate import Floats


@dataclass(frozen=True)
class BenefitOfTheDoubt:
    """Scores, and one set of weights for each unit."""

    scores: Floats
    """... x units, 0 to 100."""
    weights: Floats
    """... x units x items: multipliers of the values; others may give the same score."""
    shares: Floats
    """... x units x items: what each item makes up of the unit's score, sum one."""


def score_benefit_of_the_doubt(
    values: Floats, *, lowest_share: ArrayLike | None = None, highest_share: ArrayLike | None = None
) -> BenefitOfTheDoubt:
    """Score units, each with the weights that suit it best.

    Parameters
    ----------
    values
        ... x units x items, from 0, more is better; a unit with a NaN takes no part and has no score.
    lowest_share, highest_share
        The least and the largest share of a unit's score that an item makes up: one number or one an item, 0 to 1;
        None: no bound.

    Returns
    -------
    BenefitOfTheDoubt
        The score is unique, the weights may not be. A unit whose values are all zero has the score 0; so has one with a
        zero where a lowest share above zero is asked for, since nothing can make up that share.

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
    array([57.1, 57.1, 80. ])
    """
    items = values.shape[-1]
    low = np.broadcast_to(np.asarray(0.0 if lowest_share is None else lowest_share, dtype=float), items)
    high = np.broadcast_to(np.asarray(1.0 if highest_share is None else highest_share, dtype=float), items)
    if (np.nan_to_num(values) < 0).any():
        msg = "benefit of the doubt needs values from 0 on: take a normalisation that gives them, such as scale"
        raise ValueError(msg)
    if not ((low >= 0) & (low <= high) & (high <= 1)).all() or low.sum() > 1 + 1e-12 or high.sum() < 1 - 1e-12:
        msg = "the shares must lie between 0 and 1, the lowest not above the highest, and add up to one"
        raise ValueError(msg)
    weights = np.full(values.shape, np.nan)
    for index in np.ndindex(values.shape[:-2]):
        weights[index] = _find_weights(values[index], low, high)
    parts = weights * values
    totals = parts.sum(axis=-1, keepdims=True)
    shares = np.divide(parts, totals, out=np.full_like(parts, np.nan), where=totals > 0)
    return BenefitOfTheDoubt(np.minimum(100.0 * totals[..., 0], 100.0), weights, shares)


def _find_weights(values: Floats, low: Floats, high: Floats) -> Floats:
    """Return units x items of the best weights of one data set; NaN for units with a NaN."""
    from scipy.optimize import linprog  # noqa: PLC0415
    from scipy.sparse import block_diag  # noqa: PLC0415

    weights = np.full(values.shape, np.nan)
    there = np.flatnonzero(~np.isnan(values).any(axis=1))
    if not len(there):
        return weights
    weights[there] = 0.0
    # A unit with nothing, or with a zero where a share is asked for, has no weights but zero.
    able = [u for u in there if values[u].any() and not (values[u][low > 0] == 0).any()]
    if not able:
        return weights
    everybody = values[there] / values[there].max()
    blocks, limits = [], []
    for unit in able:
        own = values[unit] / values[there].max()
        rows = [everybody]
        if (low > 0).any():
            rows.append(low[:, np.newaxis] * own - np.diag(own))
        if (high < 1).any():
            rows.append(np.diag(own) - high[:, np.newaxis] * own)
        block = np.vstack(rows)
        blocks.append(block)
        limits.append(np.concatenate([np.ones(len(everybody)), np.zeros(len(block) - len(everybody))]))
    solved = linprog(
        -np.concatenate([values[unit] / values[there].max() for unit in able]),
        A_ub=block_diag(blocks, format="csr"),
        b_ub=np.concatenate(limits),
        bounds=(0, None),
        method="highs",
    )
    if not solved.success:
        msg = f"benefit of the doubt found no weights: {solved.message}"
        raise ValueError(msg)
    weights[able] = solved.x.reshape(len(able), -1) / values[there].max()
    return weights
