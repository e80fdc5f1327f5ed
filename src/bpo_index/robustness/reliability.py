"""Reliability: Cronbach's alpha, McDonald's omega, intraclass correlations, respondents needed.

From a covariance of k items (within units or between them), with C its sum and tr its trace::

    alpha            = k / (k - 1) (1 - tr / C)                                     Cronbach (1951), Psychometrika 16(3)
    interval         = 1 - (1 - alpha) F(1 -+ level)                                Feldt, Woodruff and Salih (1987)
    omega total      = (sum loadings)^2 / ((sum loadings)^2 + sum uniquenesses)     McDonald (1999), Test Theory
    of raw items     = (sum sd loadings)^2 / ((sum sd loadings)^2 + sum sd^2 uniquenesses)

From the scores of respondents in units, MSB and MSW the mean squares between and within, n0 the mean group size::

    ICC(1)   = (MSB - MSW) / (MSB + (n0 - 1) MSW)          Shrout and Fleiss (1979), Psychological Bulletin 86(2)
    ICC(1,k) = (MSB - MSW) / MSB                           reliability of a unit's mean over n0 respondents
    n raters = n ICC(1) / (1 + (n - 1) ICC(1))             Spearman-Brown

Method page: docs/methods/reliability.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.covariance import correlate


@dataclass(frozen=True)
class Omega:
    """McDonald's omega total under one factor."""

    total: float
    """Of standardised items, 0 to 1; NaN with fewer than three items or an item that does not vary."""
    raw: float
    """Of raw items, under the same factor: what alpha of raw items estimates where all loadings are equal."""
    loadings: Floats
    """Items, standardised."""
    uniquenesses: Floats
    """Items: the variance that the factor leaves, 0 to 1."""


@dataclass(frozen=True)
class Icc:
    """Intraclass correlations of one rating by unit, one-way random effects."""

    icc1: float
    """Share of the variance between units; may be negative."""
    low: float
    """Lower end of its confidence interval."""
    high: float
    """Upper end."""
    icc1k: float
    """Reliability of the mean of n0 respondents."""
    n0: float
    """Mean number of respondents a unit, as unequal groups count."""
    mean_square_between: float
    mean_square_within: float
    units: int
    respondents: int


def measure_alpha(covariance: Floats) -> Floats:
    """Return Cronbach's alpha.

    Parameters
    ----------
    covariance
        ... x items x items. That of standardised items, the correlations, gives the standardised alpha.

    Returns
    -------
    ndarray
        ..., at most 1, below zero where items run against one another; NaN with one item or no variance of the sum.

    Examples
    --------
    >>> measure_alpha(np.array([[1.0, 0.5], [0.5, 1.0]])).round(4)
    np.float64(0.6667)
    """
    items = covariance.shape[-1]
    return compose_alpha(items, np.trace(covariance, axis1=-2, axis2=-1), covariance.sum(axis=(-1, -2)))


def compose_alpha(items: int, own: float | Floats, total: float | Floats) -> Floats:
    """Return Cronbach's alpha from the sum of the items' variances and the variance of their sum.

    Neither needs the covariance of every pair of items, so it takes time in proportion to the answers.

    Examples
    --------
    >>> compose_alpha(2, 2.0, 3.0).round(4)
    np.float64(0.6667)
    """
    usable = (np.asarray(total) > 1e-18) & (items > 1)
    ratio = own / np.where(usable, total, 1.0)
    return np.asarray(np.where(usable, items / max(items - 1, 1) * (1.0 - ratio), np.nan))[()]


def measure_standardised_alpha(covariance: Floats) -> Floats:
    """Return Cronbach's alpha of standardised items.

    Examples
    --------
    >>> measure_standardised_alpha(np.array([[4.0, 1.0], [1.0, 1.0]])).round(4)
    np.float64(0.6667)
    """
    return measure_alpha(correlate(covariance))


def measure_alpha_if_deleted(covariance: Floats) -> Floats:
    """Return ... x items: alpha of the other items; NaN with fewer than three.

    Examples
    --------
    >>> measure_alpha_if_deleted(np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])).round(4)
    array([0.    , 0.    , 0.6667])
    """
    items = covariance.shape[-1]
    others = [np.delete(np.arange(items), item) for item in range(items)]
    return np.stack([measure_alpha(covariance[..., rest[:, np.newaxis], rest]) for rest in others], axis=-1)


def estimate_alpha_interval(
    alpha: float | Floats, respondents: int, items: int, confidence_level: float, *, degrees: int | None = None
) -> tuple[Floats, Floats]:
    """Return the confidence interval of alpha after Feldt.

    Parameters
    ----------
    alpha
        Cronbach's alpha.
    respondents, items
        How many of each it comes from.
    confidence_level
        Between 0 and 1.
    degrees
        Degrees of freedom of the covariance; None: respondents - 1. Within units: respondents - units.

    Returns
    -------
    low, high
        NaN where alpha is, or with one item or no degrees of freedom.

    Examples
    --------
    >>> low, high = estimate_alpha_interval(0.8, 41, 5, 0.95)
    >>> round(float(low), 3), round(float(high), 3)
    (0.684, 0.883)
    """
    from scipy.special import fdtri  # noqa: PLC0415

    first = respondents - 1 if degrees is None else degrees
    if first < 1 or items < 2:
        return np.asarray(np.nan), np.asarray(np.nan)
    second = first * (items - 1)
    tail = (1 - confidence_level) / 2
    # (1 - alpha) / (1 - estimate) follows F with (degrees, degrees (k - 1)) turned over.
    low = 1 - (1 - np.asarray(alpha)) * fdtri(first, second, 1 - tail)
    high = 1 - (1 - np.asarray(alpha)) * fdtri(first, second, tail)
    return np.asarray(low), np.asarray(high)


def measure_omega(covariance: Floats) -> Omega:
    """Return McDonald's omega total of a one-factor model, fitted to the correlations by least squares (minres).

    Parameters
    ----------
    covariance
        Items x items.

    Returns
    -------
    Omega
        NaN with fewer than three items, of which one factor is not determined, and where an item does not vary. A
        uniqueness that would be negative (Heywood case) is held at zero.

    Examples
    --------
    >>> correlations = np.outer([0.8, 0.7, 0.6], [0.8, 0.7, 0.6])
    >>> np.fill_diagonal(correlations, 1.0)
    >>> found = measure_omega(correlations)
    >>> found.loadings.round(3), round(found.total, 3)
    (array([0.8, 0.7, 0.6]), 0.745)
    >>> round(measure_omega(correlations * np.outer([1, 2, 3], [1, 2, 3])).raw, 3)
    0.662
    """
    from scipy.optimize import minimize  # noqa: PLC0415

    items = len(covariance)
    nothing = Omega(float("nan"), float("nan"), np.full(items, np.nan), np.full(items, np.nan))
    if items < 3 or np.isnan(covariance).any() or (np.diagonal(covariance) <= 1e-18).any():
        return nothing
    correlations = correlate(covariance)
    beside = ~np.eye(items, dtype=bool)

    def measure_misfit(loadings: Floats) -> tuple[float, Floats]:
        residual = np.where(beside, correlations - np.outer(loadings, loadings), 0.0)
        return float((residual**2).sum()), -4.0 * residual @ loadings

    _, vectors = np.linalg.eigh(correlations)
    start = vectors[:, -1] * np.sqrt(max(correlations.mean(), 0.1) * items)
    solved = minimize(
        measure_misfit,
        np.clip(start * np.sign(start.sum() or 1.0), -0.99, 0.99),
        jac=True,
        bounds=[(-1.0, 1.0)] * items,
        method="L-BFGS-B",
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5_000},
    )
    loadings = solved.x * (np.sign(solved.x.sum()) or 1.0)
    uniquenesses = np.maximum(1.0 - loadings**2, 0.0)
    sd = np.sqrt(np.diagonal(covariance))
    total, raw = (_compose_omega(size * loadings, size**2 * uniquenesses) for size in (np.ones(items), sd))
    return Omega(total, raw, loadings, uniquenesses)


def _compose_omega(loadings: Floats, uniquenesses: Floats) -> float:
    common = loadings.sum() ** 2
    return float(common / (common + uniquenesses.sum()))


def measure_icc(values: Floats, unit_of: Ints, *, confidence_level: float = 0.95) -> Icc:
    """Return the intraclass correlations of a rating by unit.

    Parameters
    ----------
    values
        Respondents: one number each.
    unit_of
        Respondents: the number of each one's unit.
    confidence_level
        Of the interval of ICC(1), by the F distribution with n0 in the place of the group size.

    Returns
    -------
    Icc
        Negative values are reported as they are; NaN where nothing varies.

    Raises
    ------
    ValueError
        With fewer than two units, or no unit of two respondents.

    Examples
    --------
    >>> found = measure_icc(np.array([8.0, 9.0, 5.0, 4.0, 1.0, 2.0]), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found.icc1, 3), round(found.icc1k, 3), found.n0
    (0.96, 0.98, 2.0)
    """
    from scipy.special import fdtri  # noqa: PLC0415

    units, position, sizes = np.unique(unit_of, return_inverse=True, return_counts=True)
    n, groups = len(values), len(units)
    if groups < 2 or n <= groups:
        msg = f"intraclass correlations need two units and respondents beyond one each; found {n} in {groups}"
        raise ValueError(msg)
    means = np.bincount(position, weights=values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[position]) ** 2).sum()) / (n - groups)
    n0 = float((n - (sizes**2).sum() / n) / (groups - 1))
    spread = between + (n0 - 1) * within
    if spread <= 1e-18:
        nan = float("nan")
        return Icc(
            icc1=nan,
            low=nan,
            high=nan,
            icc1k=nan,
            n0=n0,
            mean_square_between=between,
            mean_square_within=within,
            units=groups,
            respondents=n,
        )
    icc1 = (between - within) / spread
    icc1k = (between - within) / between if between > 1e-18 else float("nan")
    low = high = 1.0
    if within > 1e-18:
        tail = (1 - confidence_level) / 2
        smaller = between / within / fdtri(groups - 1, n - groups, 1 - tail)
        larger = between / within / fdtri(groups - 1, n - groups, tail)
        low, high = ((ratio - 1) / (ratio + n0 - 1) for ratio in (smaller, larger))
    return Icc(
        icc1=icc1,
        low=float(low),
        high=float(high),
        icc1k=icc1k,
        n0=n0,
        mean_square_between=between,
        mean_square_within=within,
        units=groups,
        respondents=n,
    )


def measure_unit_mean_reliability(icc1: float, respondents: float) -> float:
    """Return the reliability of the mean of so many respondents (Spearman-Brown).

    Examples
    --------
    >>> measure_unit_mean_reliability(0.2, 8)
    0.6666666666666666
    """
    return respondents * icc1 / (1 + (respondents - 1) * icc1)


def count_respondents_needed(icc1: float, wanted: float = 0.8) -> int | None:
    """Return the smallest number of respondents a unit whose mean has a reliability; None where none suffices.

    Examples
    --------
    >>> count_respondents_needed(0.2), count_respondents_needed(0.0)
    (16, None)
    """
    if not icc1 > 0:
        return None
    if icc1 >= 1:
        return 1
    return max(1, math.ceil(wanted * (1 - icc1) / (icc1 * (1 - wanted)) - 1e-9))
