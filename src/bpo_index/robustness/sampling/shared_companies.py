"""Companies and respondents that answer in several units: drawn once, with all their answers.

With linearised values u_ik of unit i and sampling unit k (sum zero in each unit, zero where k does not answer there),
K_i the sampling units of i and f_i = sqrt(K_i / (K_i - 1)), the covariance of scores is::

    C_ij = f_i f_j sum_k u_ik u_jk

In a replicate sampling unit k takes one number g_k, Gamma(a) with mean 1, and its answers in unit i the weight::

    w_ik = 1 + c_i (g_k / g_i - 1),     a at most 1 - 2 / K for the smallest K, so that each c_i is at most 1

with g_i the mean of g_k over unit i, by weight, and c_i such that the variance of a mean is C_ii: with equal weights
sqrt((K_i a + 1) / (K_i - 1)), to the last digit, since the g_k / (K_i g_i) are Dirichlet. Weights are never negative,
and their mean is 1. A generalised bootstrap (Beaumont and Patak 2012, International Statistical Review 80, 127-148). A
unit that shares nobody is drawn as ever (`Resampler`). Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from bpo_index.robustness.generators import SHARED, branch_generator
from bpo_index.robustness.sampling.linearisation import trace_sampling_units
from bpo_index.robustness.sampling.resampling import Resampler, draw_units
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.chain import Evidence
from bpo_index.scoring.structure import IndexStructure
from bpo_index.scoring.unit_means import UnitAnswers

#: The least shape of the numbers drawn: that of three sampling units, the fewest whose variance can be had so.
_LEAST_SHAPE = 1 / 3
_FEWEST = 3
#: The step from one shape to the next that is tried, and how far beyond one a spread is let pass.
_SMALLER, _NEAR = 0.9, 1e-9
#: Numbers drawn to find how far weights have to spread, and the fewest replicates of these.
_CALIBRATING, _FEWEST_CALIBRATING = 200_000, 500


def find_answering(answers: Sequence[UnitAnswers]) -> np.ndarray | None:
    """Return sampling units x units: who answers where; None where nobody answers in several units.

    Examples
    --------
    >>> one = UnitAnswers("A", np.full((2, 1), 7.0), np.ones(2), np.arange(2), sampling_units=np.array([0, 1]))
    >>> two = UnitAnswers("B", np.full((1, 1), 8.0), np.ones(1), np.zeros(1, int), sampling_units=np.array([1]))
    >>> find_answering([one, two]).tolist()
    [[True, False], [True, True]]
    """
    if any(unit.sampling_units is None for unit in answers) or not answers:
        return None
    numbers = [unit.sampling_units for unit in answers if unit.sampling_units is not None]
    everybody, place = np.unique(np.concatenate(numbers), return_inverse=True)
    if len(everybody) == len(place):
        return None
    there = np.zeros((len(everybody), len(answers)), dtype=bool)
    there[place, np.repeat(np.arange(len(answers)), [len(own) for own in numbers])] = True
    return there


def draw_counts(
    rng: np.random.Generator, resamplers: Sequence[Resampler], size: int, *, there: np.ndarray | None
) -> Iterator[Floats]:
    """Yield for each unit sampling units x size: how often each counts, as `Resampler.draw_counts` returns it.

    Parameters
    ----------
    rng
        The generator. Units that share nobody take the same draws from it whatever the others share.
    resamplers
        The units.
    size
        Replicates.
    there
        From `find_answering`.
    """
    if there is None or any(resampler.unit.design is not None for resampler in resamplers):
        yield from draw_units(resamplers, rng, size)
        return
    shares = there[there.sum(axis=1) > 1].any(axis=0)
    sizes = there.sum(axis=0)
    shape = _choose_shape(
        [resampler.unit for n, resampler in enumerate(resamplers) if shares[n] and sizes[n] >= _FEWEST]
    )
    drawn = branch_generator(rng, SHARED).standard_gamma(shape, (len(there), size))
    for n, resampler in enumerate(resamplers):
        # NOTE: drawn for all, so that one unit's sharing changes no draw of another's.
        own = resampler.draw_counts(rng, size)
        yield _count(resampler, drawn[there[:, n]], shape) if shares[n] and sizes[n] > 1 else own


def _count(resampler: Resampler, drawn: Floats, shape: float) -> Floats:
    """Return the weights of the sampling units, as counts of which K - 1 are drawn."""
    unit, k = resampler.unit, len(drawn)
    assert unit.sampling_units is not None
    drawn = drawn[np.argsort(np.argsort(unit.sampling_units))]
    totals = _weigh(unit)
    # NOTE: weights from 0 have no larger spread; of two sampling units, or very unequal ones, the variance is smaller.
    spread, shares = min(1.0, _find_spread(totals.tobytes(), shape)), totals / totals.sum()
    return np.asarray((1 - spread + spread * drawn / (shares @ drawn)) * ((k - 1) / k))


def _weigh(unit: UnitAnswers) -> Floats:
    """Return the weight of each sampling unit."""
    return np.bincount(unit.cluster, weights=unit.weights, minlength=unit.clusters).astype(float)


def _choose_shape(units: Sequence[UnitAnswers]) -> float:
    """Return the largest shape tried under which the weights of all these units spread far enough."""
    if not units:
        return _LEAST_SHAPE
    shape = max(_LEAST_SHAPE, 1 - 2 / min(unit.clusters for unit in units))
    totals = {_weigh(unit).tobytes() for unit in units}
    while shape > _LEAST_SHAPE and any(_find_spread(weights, shape) > 1 + _NEAR for weights in totals):
        shape = max(_LEAST_SHAPE, _SMALLER * shape)
    return shape


@lru_cache(maxsize=1_000)
def _find_spread(totals: bytes, shape: float) -> float:
    """Return c of a unit whose sampling units have these weights in all, from draws that are the same each time.

    With shares p_k of the weight and independent answers, the variance of their mean under the weights is to be that of
    C_ii, f^2 sum p_k^2 (1 - 2 p_k + sum p^2). At equal weights c^2 = (K a + 1) / (K - 1).
    """
    weights = np.frombuffer(totals)
    shares, k = weights / weights.sum(), len(weights)
    if np.ptp(weights) == 0:
        spread = (k * shape + 1) / (k - 1)
    else:
        size = max(_FEWEST_CALIBRATING, _CALIBRATING // k)
        drawn = np.random.default_rng(0).standard_gamma(shape, (k, size))
        moved = shares[:, np.newaxis] * (drawn / (shares @ drawn) - 1)
        wanted = k / (k - 1) * (shares**2 * (1 - 2 * shares + (shares**2).sum())).sum()
        spread = wanted / (moved**2).sum(axis=0).mean()
    return float(np.sqrt(spread))


def estimate_correlations(
    answers: Sequence[UnitAnswers], structure: IndexStructure, evidence: Evidence | None = None
) -> Floats | None:
    """Return nodes x units x units: correlations of scores through the sampling units that units share.

    Parameters
    ----------
    answers
        The units.
    structure
        The index; scores of a unit depend on its own answers only.
    evidence
        What the weightings take from respondents; held fixed.

    Returns
    -------
    ndarray
        C_ij / sqrt(C_ii C_jj); zero between units that share nobody, or of which one does not vary; NaN for nodes
        without a derivative. None where nobody answers in several units.
    """
    if find_answering(answers) is None:
        return None
    moved = trace_sampling_units(answers, structure, evidence)
    nodes, units = len(structure.nodes), len(answers)
    found = np.tile(np.eye(units), (nodes, 1, 1))
    lengths = [np.sqrt((own**2).sum(axis=0)) for own in moved]
    for i in range(units):
        for j in range(i):
            mine, theirs = answers[i].sampling_units, answers[j].sampling_units
            assert mine is not None
            assert theirs is not None
            _, first, second = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
            if not len(first):
                continue
            together, scale = (moved[i][first] * moved[j][second]).sum(axis=0), lengths[i] * lengths[j]
            value = np.divide(together, scale, out=np.zeros_like(together), where=scale != 0)
            found[:, i, j] = found[:, j, i] = np.clip(value, -1.0, 1.0)
    found[~structure.has_derivative] = np.nan
    return found
