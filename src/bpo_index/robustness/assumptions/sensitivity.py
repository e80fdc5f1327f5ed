"""Sobol indices and Shapley effects of k factors, from outputs at every exchange of two independent rows.

A block takes two rows of inputs, A and B, and evaluates a function at all 2^k mixtures y_T: factors in T from A, the
others from B. With the Walsh-Hadamard coefficients of a block and their mean squares over blocks::

    c_W = 2^-k sum_T (-1)^|W - T| y_T          E_W = mean c_W^2

everything wanted is a sum over sets W of factors::

    Var  = 2 sum_{|W| odd} E_W                                  half the mean squared difference of y_T and y_~T
    V_i  = 2 sum_{W with i} (-1)^(|W| - 1) E_W                  first order
    T_i  = 2 sum_{W with i} E_W                                 total
    Sh_i = 2 sum_{W with i, |W| odd} E_W / |W|                  Shapley effect, never negative, sum Var

These are Saltelli's estimator of V_i and Jansen's of T_i (Saltelli et al. 2010, Computer Physics Communications 181,
259-270, table 2, b and f), each averaged over all 2^k exchanges of A and B, and Owen's Shapley effects (2014, SIAM/ASA
Journal on Uncertainty Quantification 2, 245-251) with the closed index of every subset by pick-freeze. The mean of the
output is in no coefficient but c of the empty set, so adding a constant changes nothing; a factor without effect has
coefficients of exactly zero. Method page: docs/methods/sensitivity.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints


@dataclass(frozen=True)
class SensitivityIndices:
    """Indices of k factors for m outputs; arrays k x m unless stated otherwise.

    NaN where the output does not vary, or where fewer than two scrambles have blocks.
    """

    variance: Floats
    """m: the variance of each output."""
    first_order: Floats
    """Share of the variance that the factor explains alone; noise may bring it below 0."""
    total: Floats
    """Share of the variance that would be left with all other factors fixed."""
    shapley: Floats
    """Shapley effect as a share of the variance: they sum to one."""
    first_order_interval: Floats
    """2 x k x m: low and high ends."""
    total_interval: Floats
    """2 x k x m."""
    shapley_interval: Floats
    """2 x k x m."""
    blocks: int
    """Blocks evaluated."""
    left_out: Ints
    """m: blocks that hold an output that could not be computed; they count in nothing."""


@dataclass(frozen=True)
class BlockSums:
    """What a scramble leaves: its blocks, and the sums of squared coefficients over them."""

    blocks: int
    """Blocks evaluated."""
    used: Ints
    """m: blocks without NaN."""
    squares: Floats
    """2^k x m: sums of c_W^2 over the used blocks; bit i of W stands for factor i."""


def sum_blocks(outputs: Floats) -> BlockSums:
    """Return the sums of one scramble.

    Parameters
    ----------
    outputs
        2^k x blocks x m: bit i of the first axis is set where factor i comes from A. NaN: not computable; the block is
        left out for that output.
    """
    mixtures, blocks, _ = outputs.shape
    there = ~np.isnan(outputs).any(axis=0)
    coefficients = np.where(there, outputs, 0.0)
    # NOTE: sums and differences of pairs, and not a matrix product: where a factor changes nothing, each difference is
    # exactly zero.
    step = 1
    while step < mixtures:
        pairs = coefficients.reshape(mixtures // (2 * step), 2, step, blocks, -1)
        without, with_ = pairs[:, 0].copy(), pairs[:, 1]
        pairs[:, 0] += with_
        np.subtract(without, with_, out=with_)
        step *= 2
    coefficients /= mixtures
    np.multiply(coefficients, coefficients, out=coefficients)
    return BlockSums(blocks, there.sum(axis=0), coefficients.sum(axis=1))


def estimate_sensitivity(scrambles: Iterable[BlockSums], confidence_level: float = 0.95) -> SensitivityIndices:
    """Return indices with confidence intervals from independent scrambles of the design, 16 or more.

    Indices are ratios of sums over all blocks. Their standard errors come from the spread of the scrambles, linearised,
    with Student's t on one less than their number; intervals are held between 0 and 1.

    Raises
    ------
    ValueError
        When there is no scramble.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> def scramble():
    ...     a, b = rng.random((2, 512, 2))
    ...     mixed = [np.where([mask & 1, mask & 2], a, b) for mask in range(4)]
    ...     return sum_blocks(np.array([3 * x[:, :1] + x[:, 1:] for x in mixed]))
    >>> found = estimate_sensitivity([scramble() for _ in range(16)])
    >>> found.first_order[:, 0].round(1), found.shapley[:, 0].round(1)
    (array([0.9, 0.1]), array([0.9, 0.1]))
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    parts = list(scrambles)
    if not parts:
        msg = "at least one scramble is needed"
        raise ValueError(msg)
    sums = np.stack([part.squares for part in parts])
    used = np.stack([part.used for part in parts])
    factors = int(sums.shape[1]).bit_length() - 1
    # Scrambles x (variance, first order, total, Shapley) x m.
    effects = np.einsum("qw,rwm->rqm", _list_contrasts(factors), sums)
    variance_sum = effects[:, 0]
    total = variance_sum.sum(axis=0)
    varies = total > 0
    scale = np.where(varies, total, 1.0)
    indices = np.where(varies, effects[:, 1:].sum(axis=0) / scale, np.nan)
    residuals = effects[:, 1:] - indices * variance_sum[:, np.newaxis]
    filled = (used > 0).sum(axis=0)
    spread = np.sqrt((residuals**2).sum(axis=0) * filled / np.maximum(filled - 1, 1)) / scale
    reach = np.where(filled > 1, stdtrit(np.maximum(filled - 1, 1), 0.5 + confidence_level / 2) * spread, np.nan)
    intervals = np.clip(np.stack([indices - reach, indices + reach]), 0.0, 1.0)
    count = used.sum(axis=0)
    variance = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    blocks = sum(part.blocks for part in parts)
    first, whole, shapley = (slice(n * factors, (n + 1) * factors) for n in range(3))
    return SensitivityIndices(
        variance=variance,
        first_order=indices[first],
        total=indices[whole],
        shapley=indices[shapley],
        first_order_interval=intervals[:, first],
        total_interval=intervals[:, whole],
        shapley_interval=intervals[:, shapley],
        blocks=blocks,
        left_out=blocks - count,
    )


def _list_contrasts(factors: int) -> Floats:
    """Return (1 + 3 k) x 2^k: what variance, first order, total and Shapley effects take of each mean square."""
    sets = np.arange(2**factors)
    holds = (sets >> np.arange(factors)[:, np.newaxis]) & 1
    size = holds.sum(axis=0)
    odd = size % 2
    return 2.0 * np.concatenate(
        [odd[np.newaxis], holds * np.where(odd, 1, -1), holds, holds * odd / np.maximum(size, 1)]
    )
