"""Draws under equal scores where companies or respondents answer in several units: normal company vectors.

Each company is a vector of normal numbers, one for each unit in which it answers, with the covariance that the scores
have; zero elsewhere. Units i and j have K_i and K_j companies, of which m in common. From the vectors z_k come, as from
the answers themselves, the deviation of a score sum_k z_ik, its squared standard error, and the covariance of two::

    s_ij = f_i f_j sum_k (z_ik - mean_i) (z_jk - mean_j)     over the companies in common,  f_i = sqrt(K_i / (K_i - 1))

The variance of a drawn difference, v = s_ii + s_jj - 2 s_ij, has the degrees of freedom 2 mean(v)^2 / var(v) over
draws (Satterthwaite 1946): with all companies in common K - 1, whatever the correlation. A formula with independent
errors gives .14 at a correlation of .9. Method page: docs/methods/rank-sets.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints

#: Numbers of drawn covariances kept at most; fewer draws where there are very many pairs.
_MOST_KEPT = 20_000_000
#: Draws of scatter matrices in one go.
_DRAWS_AT_ONCE = 500
_FEWEST_DRAWS = 1_000
#: More degrees than that are as good as infinitely many.
_MOST_DEGREES = 1e6


@dataclass(frozen=True)
class JointPairs:
    """What draws say of the pairs of units with companies in common."""

    pairs: Ints
    """Numbers of the pairs, in the order of `np.triu_indices`."""
    covariance: Floats
    """Pairs x draws: the covariance of both scores estimated in the draw."""
    degrees: Floats
    """Pairs: degrees of freedom of the variance of the difference."""

    def take(self, block: slice) -> JointPairs:
        """Return the same of a block of draws."""
        return JointPairs(self.pairs, self.covariance[:, block], self.degrees)


def draw_companies(
    covariance: Floats, answering: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, JointPairs]:
    """Return deviations and standard errors, units x draws, and what draws say of pairs.

    Parameters
    ----------
    covariance
        Units x units: of the scores.
    answering
        Companies x units: who answers where; each unit has at least two.
    draws
        How many; fewer where they would not fit.
    rng
        The generator.

    Examples
    --------
    >>> covariance = np.array([[4.0, 3.6], [3.6, 4.0]])
    >>> drawn = draw_companies(covariance, np.ones((8, 2), dtype=bool), 4_000, np.random.default_rng(1))
    >>> drawn[2].degrees.round(0)
    array([7.])
    """
    units = len(covariance)
    size, common = answering.sum(axis=0).astype(float), answering.T.astype(float) @ answering
    first, second = np.triu_indices(units, 1)
    pairs = np.flatnonzero(common[first, second] > 0)
    one, other = first[pairs], second[pairs]
    draws = min(draws, max(_FEWEST_DRAWS, _MOST_KEPT // max(len(pairs), 1)))
    parts = _find_parts(covariance, answering, size, common)
    deviations, squares = np.empty((2, units, draws))
    kept = np.empty((len(pairs), draws))
    factor = np.sqrt(size / (size - 1))
    for start in range(0, draws, _DRAWS_AT_ONCE):
        block = slice(start, min(start + _DRAWS_AT_ONCE, draws))
        count = block.stop - start
        sums, raw = np.zeros((units, count)), np.zeros((units, count))
        crossed = np.zeros((3, units, units, count))
        for inside, number, root in parts:
            total, scatter = _draw_part(root, number, count, rng)
            sums[inside] += total
            product = scatter + total[:, np.newaxis] * total / number
            raw[inside] += np.einsum("iid->id", product)
            if len(inside) > 1:
                place = np.ix_(inside, inside)
                crossed[0][place] += product
                # Sums of the first, and of the second, over what both have in common.
                crossed[1][place] += total[:, np.newaxis]
                crossed[2][place] += total
        mean = sums / size[:, np.newaxis]
        deviations[:, block] = sums
        squares[:, block] = factor[:, np.newaxis] ** 2 * (raw - sums * mean)
        together = crossed[0][one, other] - mean[other] * crossed[1][one, other] - mean[one] * crossed[2][one, other]
        together += common[one, other][:, np.newaxis] * mean[one] * mean[other]
        kept[:, block] = (factor[one] * factor[other])[:, np.newaxis] * together
    errors = np.sqrt(np.maximum(squares, 0.0))
    variance = squares[one] + squares[other] - 2 * kept
    spread = variance.var(axis=1)
    degrees = np.divide(
        2 * variance.mean(axis=1) ** 2, spread, out=np.full(len(pairs), _MOST_DEGREES), where=spread > 0
    )
    return deviations, errors, JointPairs(pairs, kept, np.clip(degrees, 1.0, _MOST_DEGREES))


def _find_parts(
    covariance: Floats, answering: np.ndarray, size: Floats, common: Floats
) -> list[tuple[Ints, int, Floats]]:
    """Return for each set of units that companies answer in: the units, how many companies, a root of their covariance.

    The covariance of one company's vector is such that the mean of the drawn covariances is that of the scores.
    """
    own = np.diagonal(covariance) / size
    # m (1 - 1 / K_i - 1 / K_j + m / (K_i K_j)) f_i f_j of the covariance of one company is left in that of the scores.
    inverse = 1 / size
    left = common * (1 - inverse[:, np.newaxis] - inverse + common * np.outer(inverse, inverse))
    factor = np.sqrt(size / (size - 1))
    left = left * np.outer(factor, factor)
    most = np.sqrt(np.outer(own, own))
    single = np.divide(covariance, left, out=np.zeros_like(covariance), where=left > 0)
    single = np.clip(single, -most, most)
    np.fill_diagonal(single, own)
    parts = []
    patterns, numbers = np.unique(answering[answering.any(axis=1)], axis=0, return_counts=True)
    for pattern, number in zip(patterns, numbers.tolist(), strict=True):
        inside = np.flatnonzero(pattern)
        scale = np.sqrt(own[inside])
        values, vectors = np.linalg.eigh(single[np.ix_(inside, inside)] / np.outer(scale, scale))
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        # Correlations estimated pair by pair may not go together; what is left has variances of one again.
        root /= np.sqrt((root**2).sum(axis=1, keepdims=True))
        parts.append((inside, number, scale[:, np.newaxis] * root))
    return parts


def _draw_part(root: Floats, number: int, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return units x count, the sum of so many vectors, and units x units x count, their scatter round their mean."""
    units = len(root)
    total = root @ rng.standard_normal((units, count)) * np.sqrt(number)
    degrees = number - 1
    if degrees >= units:
        # Bartlett (1933): a root of a Wishart matrix, in time that does not grow with the companies.
        lower = np.zeros((count, units, units))
        place = np.tril_indices(units, -1)
        lower[:, place[0], place[1]] = rng.standard_normal((count, len(place[0])))
        own = np.arange(units)
        lower[:, own, own] = np.sqrt(rng.chisquare(degrees - own, (count, units)))
        moved = root @ lower
    else:
        moved = root @ rng.standard_normal((count, units, degrees))
    return total, np.moveaxis(moved @ moved.swapaxes(1, 2), 0, 2)
