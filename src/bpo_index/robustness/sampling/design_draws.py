"""Draws of companies by a declared design: what the weight of every respondent is multiplied by in each replicate.

In a stratum with K of N companies, f = K / N, m = K - 1 are drawn with replacement, company k r_k times::

    w* = w {1 - lambda + lambda (K / m) r_k},    lambda = sqrt(m (1 - f) / (K - 1))

Where respondents were drawn within companies, n of N of them, m = K / 2 companies and m' = n / 2 respondents of each
are drawn without replacement, d_k and d_i being 1 for those drawn::

    w* = w {1 - lambda + lambda (K / m) d_k + lambda' sqrt(K / m) d_k ((n / m') d_i - 1)}
    lambda = sqrt(m (1 - f) / (K - m)),    lambda' = sqrt(m' f (1 - n / N) / (n - m'))

Sources: Rao and Wu (1988), JASA 83, 231-241; Preston (2009), Survey Methodology 35(2), 227-234.
Method page: docs/methods/design.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bpo_index.robustness.sampling.design import Drawn
from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.unit_design import SuppliedReplicates
from bpo_index.scoring.unit_means import UnitAnswers


def draw_by_design(drawn: Drawn, rng: np.random.Generator, size: int) -> Floats:
    """Return respondents x size: what each weight is multiplied by, from 0; the mean over draws is 1."""
    unit = drawn.unit
    factors = np.ones((unit.clusters, size))
    spread = np.zeros((unit.clusters, size))
    two_stages = drawn.has_two_stages
    share = _average_scale(drawn)
    for h, (count, fraction) in enumerate(zip(drawn.companies, drawn.fractions, strict=True)):
        inside = np.flatnonzero(drawn.stratum == h)
        if fraction >= 1:
            spread[inside] = 1.0
            continue
        if count == 1:
            spread[inside] = 1.0
            if drawn.design.lonely.is_centred:
                factors[inside] += np.sqrt(1 - fraction) * _draw_signs(rng, size)
            continue
        most = share * (1 - fraction)
        if two_stages:
            m = max(1, min(count // 2, int(count / (1 + most))))
            taken = _draw_without(rng, int(count), m, size)
            scale = np.sqrt(most * m / (count - m))
            factors[inside] = 1 - scale + scale * (count / m) * taken
            spread[inside] = np.sqrt(count / m) * taken
        else:
            m = max(1, min(int(count) - 1, int((count - 1) / most)))
            times = _draw_with(rng, int(count), m, size)
            scale = np.sqrt(most * m / (count - 1))
            factors[inside] = 1 - scale + scale * (count / m) * times
    by_person = factors[unit.cluster]
    if two_stages:
        by_person += spread[unit.cluster] * _draw_within(drawn, rng, size)
    return np.maximum(by_person, 0.0)


def _average_scale(drawn: Drawn) -> float:
    """Return by what the variance of strata is multiplied, so that lonely ones count as the mean of the others."""
    if not drawn.design.lonely.is_averaged:
        return 1.0
    known = len(drawn.design.strata) - int(drawn.lonely_strata.sum())
    return len(drawn.design.strata) / known if known else 1.0


def _draw_with(rng: np.random.Generator, count: int, drawn: int, size: int) -> Floats:
    """Return count x size: how often each is drawn, with replacement."""
    chosen = rng.integers(0, count, (drawn, size)) * size + np.arange(size)
    return np.bincount(chosen.reshape(-1), minlength=count * size).reshape(count, size).astype(float)


def _draw_without(rng: np.random.Generator, count: int, drawn: int, size: int) -> Floats:
    """Return count x size: 1 for those drawn, without replacement."""
    order = np.argsort(rng.random((count, size)), axis=0, kind="stable")
    taken = np.zeros((count, size))
    np.put_along_axis(taken, order[:drawn], 1.0, axis=0)
    return taken


def _draw_signs(rng: np.random.Generator, size: int) -> Floats:
    return np.asarray(2.0 * rng.integers(0, 2, size) - 1.0, dtype=np.float64)


def _draw_within(drawn: Drawn, rng: np.random.Generator, size: int) -> Floats:
    """Return respondents x size: lambda' ((n / m') d - 1), what the draw within each company adds."""
    cluster, lonely = drawn.unit.cluster, drawn.design.lonely
    added = np.zeros((drawn.unit.respondents, size))
    rest = drawn.fractions[drawn.stratum] * (1 - drawn.within_fractions)
    for company in np.flatnonzero(rest > 0):
        inside = np.flatnonzero(cluster == company)
        n = len(inside)
        if n > 1:
            m = n // 2
            scale = np.sqrt(m * rest[company] / (n - m))
            added[inside] = scale * ((n / m) * _draw_without(rng, n, m, size) - 1)
        elif lonely.is_centred or lonely.is_averaged:
            added[inside] = np.sqrt(rest[company]) * _draw_signs(rng, size)
    return added


def draw_shared(units: Sequence[UnitAnswers], rng: np.random.Generator, size: int) -> Ints | Floats | None:
    """Return what all units draw at once of their replicate weights; None where there are none.

    Returns
    -------
    ndarray
        Size: which replicate is taken, where each is a sample of its own; else replicates x size: by what the
        deviations of replicates are multiplied, mean 0 and variance 1, at most 1.
    """
    given = next((unit.design.supplied for unit in units if unit.design and unit.design.supplied), None)
    if given is None:
        return None
    if given.is_sample:
        return rng.integers(0, len(given.weights), size)
    return 1.0 - rng.standard_exponential((len(given.weights), size))


def take_supplied(given: SuppliedReplicates, weights: Floats, shared: Ints | Floats) -> Floats:
    """Return respondents x size: what each weight is multiplied by, from the draws of `draw_shared`; it may be below 0.

    A replicate that is a sample is taken with its deviation times sqrt(R x factor); of replicates that leave one
    company out the deviations are added up, each times sqrt(factor) and a number with mean 0 and variance 1 (Beaumont
    and Patak 2012). The variance of a linear score is then that of the supplied replicates.
    """
    moved = given.weights / weights - 1.0
    if given.is_sample:
        scaled = moved * np.sqrt(len(moved) * given.factors)[:, np.newaxis]
        return np.asarray(1.0 + scaled[shared].T)
    scaled = moved * np.sqrt(given.factors)[:, np.newaxis]
    return np.asarray(1.0 + scaled.T @ shared)
