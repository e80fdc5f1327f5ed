"""Treatment of outlying units before normalisation, on arrays with any number of leading axes.

`winsorise`: while an item's skewness is beyond 2 and its kurtosis above 3.5, one more of its highest (skewness above
zero) or lowest values is set to the next one, at most five times. Skewness and kurtosis are those of samples::

    G1 = g1 sqrt(n (n - 1)) / (n - 2)          g1 = m3 / m2^1.5
    G2 = (n - 1) ((n + 1) g2 + 6) / ((n - 2) (n - 3))          g2 = m4 / m2^2 - 3

`log`: ln(x - min + 0.01 (max - min)). `power`: the Yeo-Johnson transform, its exponent by maximum likelihood, as
scikit-learn's `PowerTransformer` without standardising. Method page: docs/methods/outliers.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.constant_items import find_limit
from bpo_index.scoring.methods.record import Outliers

#: How far beyond the lowest value the logarithm has its pole, as a share of the range.
_LOG_SHIFT = 0.01
#: The search for Yeo-Johnson's exponent: its ends, and golden sections to a width below 1e-7.
_LARGEST_EXPONENT = 20.0
_SECTIONS = 42


@dataclass(frozen=True)
class Limits:
    """Limits of each item, ... x 1 x items."""

    low: Floats
    high: Floats
    settled: np.ndarray
    """... x items, false where skewness and kurtosis are still beyond theirs."""

    def apply(self, values: Floats) -> Floats:
        """Return the values within the limits; NaN stays NaN."""
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True)
class Logarithm:
    """The lowest and the highest value of each item, ... x 1 x items; NaN for an item that is left alone."""

    low: Floats
    high: Floats

    def apply(self, values: Floats) -> Floats:
        """Return the logarithms; a value below those that were fitted becomes that of the lowest of them."""
        shift = np.where(np.isnan(self.low), 1.0, _LOG_SHIFT * (self.high - self.low))
        distance = np.maximum(values - np.nan_to_num(self.low), 0.0) + shift
        return np.where(np.isnan(self.low), values, np.log(distance))


@dataclass(frozen=True)
class PowerTransform:
    """Yeo and Johnson's exponent of each item, ... x 1 x items; 1 leaves it as it is."""

    exponents: Floats

    def apply(self, values: Floats) -> Floats:
        """Return the transformed values; NaN stays NaN."""
        return _transform_power(values, self.exponents)


def learn_limits(values: Floats, *, skewness_limit: float = 2.0, kurtosis_limit: float = 3.5, most: int = 5) -> Limits:
    """Learn how far extreme units are pulled in.

    Parameters
    ----------
    values
        ... x units x items; NaN where there is none. Every leading index is learnt on its own.
    skewness_limit, kurtosis_limit
        Values are pulled in where the absolute skewness and the kurtosis are both beyond.
    most
        The largest number of values of an item that are pulled in.

    Returns
    -------
    Limits
        Constant items and items with fewer than four values are left as they are.

    Examples
    --------
    >>> values = np.array([[1.0], [2.0], [2.0], [3.0], [3.0], [60.0]])
    >>> learn_limits(values).apply(values).ravel()
    array([1., 2., 2., 3., 3., 3.])
    """
    return _learn_limits(values, skewness_limit, kurtosis_limit, most)


def learn_logarithm(values: Floats) -> Logarithm:
    """Learn the ends of each item from ... x units x items; constant items are left as they are."""
    low = np.where(np.isnan(values), np.inf, values).min(axis=-2, keepdims=True)
    high = np.where(np.isnan(values), -np.inf, values).max(axis=-2, keepdims=True)
    varies = high - low > find_limit(np.maximum(np.abs(low), np.abs(high)))
    return Logarithm(np.where(varies, low, np.nan), np.where(varies, high, np.nan))


def learn_power(values: Floats) -> PowerTransform:
    """Learn the exponents from ... x units x items; constant items are left as they are."""
    return PowerTransform(_fit_exponents(values))


def measure_skewness(values: Floats) -> Floats:
    """Return the sample skewness G1 of each item, ... x items; 0 for a constant item, NaN with fewer than three values.

    Examples
    --------
    >>> measure_skewness(np.array([[1.0], [2.0], [6.0]])).round(4)
    array([1.4579])
    """
    n, varies, second, third, _ = _find_moments(values)
    plain = np.divide(third, second**1.5, out=np.zeros_like(third), where=varies)
    return np.where(n > 2, plain * np.sqrt(n * (n - 1)) / np.maximum(n - 2, 1), np.nan)


def measure_kurtosis(values: Floats) -> Floats:
    """Return the sample excess kurtosis G2 of each item, ... x items; 0 for a constant item, NaN with fewer than four.

    Examples
    --------
    >>> measure_kurtosis(np.array([[1.0], [2.0], [3.0], [10.0]])).round(4)
    array([3.228])
    """
    n, varies, second, _, fourth = _find_moments(values)
    plain = np.divide(fourth, second**2, out=np.full_like(fourth, 3.0), where=varies) - 3.0
    sample = (n - 1) * ((n + 1) * plain + 6) / (np.maximum(n - 2, 1) * np.maximum(n - 3, 1))
    return np.where(n > 3, np.where(varies, sample, 0.0), np.nan)


def _find_moments(values: Floats) -> tuple[Floats, np.ndarray, Floats, Floats, Floats]:
    """Return per item how many values there are, whether they vary, and the second to fourth central moments."""
    missing = np.isnan(values)
    n = (~missing).sum(axis=-2).astype(float)
    count = np.maximum(n, 1)
    mean = np.where(missing, 0.0, values).sum(axis=-2) / count
    deviation = np.where(missing, 0.0, values - mean[..., np.newaxis, :])
    second, third, fourth = ((deviation**power).sum(axis=-2) / count for power in (2, 3, 4))
    return n, np.sqrt(second) > find_limit(mean), second, third, fourth


def _learn_limits(values: Floats, skewness_limit: float, kurtosis_limit: float, most: int) -> Limits:
    missing = np.isnan(values)
    n = (~missing).sum(axis=-2, keepdims=True)
    ordered = np.sort(np.where(missing, np.inf, values), axis=-2)
    pulled_low, pulled_high = np.zeros(n.shape, dtype=np.int64), np.zeros(n.shape, dtype=np.int64)
    for step in range(most + 1):
        last = values.shape[-2] - 1
        low = np.take_along_axis(ordered, np.clip(pulled_low, 0, last), axis=-2)
        high = np.take_along_axis(ordered, np.clip(n - 1 - pulled_high, 0, last), axis=-2)
        treated = np.clip(values, low, high)
        skewness, kurtosis = measure_skewness(treated), measure_kurtosis(treated)
        beyond = (np.abs(np.nan_to_num(skewness)) > skewness_limit) & (np.nan_to_num(kurtosis) > kurtosis_limit)
        if step == most or not beyond.any():
            break
        pulled_high += (beyond & (skewness > 0))[..., np.newaxis, :]
        pulled_low += (beyond & (skewness < 0))[..., np.newaxis, :]
    nothing = n == 0
    return Limits(np.where(nothing, -np.inf, low), np.where(nothing, np.inf, high), ~beyond)


def _fit_exponents(values: Floats) -> Floats:
    """Return Yeo-Johnson's exponent of each item, ... x 1 x items; 1 where there is nothing to fit.

    The likelihood that scikit-learn maximises, searched by golden sections for all items and leading indexes at once::

        -n/2 ln var(y) + (lambda - 1) sum sign(x) ln(1 + |x|)
    """
    there = ~np.isnan(values)
    n = there.sum(axis=-2, keepdims=True)
    highest = np.where(there, values, -np.inf).max(axis=-2, keepdims=True)
    lowest = np.where(there, values, np.inf).min(axis=-2, keepdims=True)
    varies = highest - lowest > find_limit(np.maximum(np.abs(lowest), np.abs(highest)))
    filled = np.where(there, values, 0.0)
    slope = (np.sign(filled) * np.log1p(np.abs(filled))).sum(axis=-2, keepdims=True)

    def measure_likelihood(exponents: Floats) -> Floats:
        bent = np.where(there, _transform_power(filled, exponents), 0.0)
        mean = bent.sum(axis=-2, keepdims=True) / np.maximum(n, 1)
        variance = np.where(there, (bent - mean) ** 2, 0.0).sum(axis=-2, keepdims=True) / np.maximum(n, 1)
        return np.asarray((exponents - 1) * slope - n / 2 * np.log(np.maximum(variance, np.finfo(float).tiny)))

    low, high = np.full(n.shape, -_LARGEST_EXPONENT), np.full(n.shape, _LARGEST_EXPONENT)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(_SECTIONS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        rises = measure_likelihood(left) < measure_likelihood(right)
        low, high = np.where(rises, left, low), np.where(rises, high, right)
    return np.where((n > 2) & varies, (low + high) / 2, 1.0)


def _transform_power(values: Floats, exponents: Floats) -> Floats:
    """Return Yeo and Johnson's transform, ((x + 1)^l - 1) / l for x >= 0 and its mirror image below."""
    upper, lower = np.maximum(values, 0.0), np.maximum(-values, 0.0)

    def bend(x: Floats, power: Floats) -> Floats:
        safe = np.where(np.abs(power) < 1e-12, 1.0, power)
        return np.where(np.abs(power) < 1e-12, np.log1p(x), np.expm1(safe * np.log1p(x)) / safe)

    return np.where(values >= 0, bend(upper, exponents), -bend(lower, 2.0 - exponents))


RECORDS = (
    Outliers(
        name="none",
        line="question means as they are",
        formula="x(u,q) = x̄(u,q)",
        page="outliers",
        order=1,
        learn=None,
        leaves_scale=False,
    ),
    Outliers(
        name="winsorise",
        line="pulls in extreme {units} while skewness and kurtosis are high",
        formula="extreme {units} are pulled in while |skewness| > 2 and kurtosis > 3.5",
        page="outliers",
        order=2,
        learn=learn_limits,
        leaves_scale=False,
    ),
    Outliers(
        name="log",
        line="logarithm of the distance from the lowest {unit}",
        formula="x(u,q) = ln(x̄(u,q) − min + 0.01 (max − min))",
        page="outliers",
        order=3,
        learn=learn_logarithm,
    ),
    Outliers(
        name="power",
        line="Yeo-Johnson power transform",
        formula="x(u,q): Yeo and Johnson's transform of x̄(u,q), its exponent by maximum likelihood",
        page="outliers",
        source="yeo2000",
        order=4,
        learn=learn_power,
    ),
)
