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

OUTLIER_TREATMENTS = ("none", "winsorise", "log", "power")
#: How far beyond the lowest value the logarithm has its pole, as a share of the range.
_LOG_SHIFT = 0.01
#: Items whose values lie this near to one another are constant and left alone.
_CONSTANT = 1e-9
#: The search for Yeo-Johnson's exponent: its ends, and golden sections to a width below 1e-7.
_LARGEST_EXPONENT = 20.0
_SECTIONS = 42


@dataclass(frozen=True)
class LearntOutliers:
    """What a treatment learnt from units; arrays are ... x 1 x items."""

    method: str
    low: Floats | None = None
    """Lower limits; `log`: the lowest value, NaN for an item that is left alone."""
    high: Floats | None = None
    """Upper limits; `log`: the highest value."""
    exponents: Floats | None = None
    """`power`: Yeo-Johnson's lambda; 1 leaves an item as it is."""
    settled: np.ndarray | None = None
    """`winsorise`: ... x items, false where skewness and kurtosis are still beyond the limits."""


def learn_outliers(
    values: Floats, method: str, *, skewness_limit: float = 2.0, kurtosis_limit: float = 3.5, most: int = 5
) -> LearntOutliers:
    """Learn a treatment from units.

    Parameters
    ----------
    values
        ... x units x items; NaN where there is none. Every leading index is learnt on its own.
    method
        One of `OUTLIER_TREATMENTS`.
    skewness_limit, kurtosis_limit
        `winsorise` acts where the absolute skewness and the kurtosis are both beyond.
    most
        The largest number of values of an item that `winsorise` pulls in.

    Returns
    -------
    LearntOutliers
        Constant items and items with fewer than four values are left as they are.

    Raises
    ------
    ValueError
        When there is no such method.
    """
    match method:
        case "none":
            return LearntOutliers(method)
        case "winsorise":
            return _learn_limits(values, skewness_limit, kurtosis_limit, most)
        case "log":
            low = np.where(np.isnan(values), np.inf, values).min(axis=-2, keepdims=True)
            high = np.where(np.isnan(values), -np.inf, values).max(axis=-2, keepdims=True)
            varies = high - low > _CONSTANT
            return LearntOutliers(method, np.where(varies, low, np.nan), np.where(varies, high, np.nan))
        case "power":
            return LearntOutliers(method, exponents=_fit_exponents(values))
        case _:
            msg = f"method must be one of {', '.join(OUTLIER_TREATMENTS)}; found {method!r}"
            raise ValueError(msg)


def apply_outliers(values: Floats, learnt: LearntOutliers) -> Floats:
    """Return the treated values, same shape; NaN stays NaN.

    A value below those that were fitted becomes, under `log`, that of the lowest of them.
    """
    match learnt.method:
        case "winsorise":
            return np.clip(values, learnt.low, learnt.high)
        case "log":
            low, high = np.asarray(learnt.low), np.asarray(learnt.high)
            shift = np.where(np.isnan(low), 1.0, _LOG_SHIFT * (high - low))
            distance = np.maximum(values - np.nan_to_num(low), 0.0) + shift
            return np.where(np.isnan(low), values, np.log(distance))
        case "power":
            return _transform_power(values, np.asarray(learnt.exponents))
        case _:
            return values


def treat_outliers(
    values: Floats, method: str, *, skewness_limit: float = 2.0, kurtosis_limit: float = 3.5, most: int = 5
) -> Floats:
    """Return the values treated among themselves; parameters as for `learn_outliers`.

    Examples
    --------
    >>> treat_outliers(np.array([[1.0], [2.0], [2.0], [3.0], [3.0], [60.0]]), "winsorise").ravel()
    array([1., 2., 2., 3., 3., 3.])
    """
    learnt = learn_outliers(values, method, skewness_limit=skewness_limit, kurtosis_limit=kurtosis_limit, most=most)
    return apply_outliers(values, learnt)


def measure_skewness(values: Floats) -> Floats:
    """Return the sample skewness G1 of each item, ... x items; 0 for a constant item, NaN with fewer than three values.

    Examples
    --------
    >>> measure_skewness(np.array([[1.0], [2.0], [6.0]])).round(4)
    array([1.4579])
    """
    n, second, third, _ = _find_moments(values)
    plain = np.divide(third, second**1.5, out=np.zeros_like(third), where=second > _CONSTANT**2)
    return np.where(n > 2, plain * np.sqrt(n * (n - 1)) / np.maximum(n - 2, 1), np.nan)


def measure_kurtosis(values: Floats) -> Floats:
    """Return the sample excess kurtosis G2 of each item, ... x items; 0 for a constant item, NaN with fewer than four.

    Examples
    --------
    >>> measure_kurtosis(np.array([[1.0], [2.0], [3.0], [10.0]])).round(4)
    array([3.228])
    """
    n, second, _, fourth = _find_moments(values)
    plain = np.divide(fourth, second**2, out=np.full_like(fourth, 3.0), where=second > _CONSTANT**2) - 3.0
    sample = (n - 1) * ((n + 1) * plain + 6) / (np.maximum(n - 2, 1) * np.maximum(n - 3, 1))
    return np.where(n > 3, np.where(second > _CONSTANT**2, sample, 0.0), np.nan)


def _find_moments(values: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    missing = np.isnan(values)
    n = (~missing).sum(axis=-2).astype(float)
    count = np.maximum(n, 1)
    mean = np.where(missing, 0.0, values).sum(axis=-2) / count
    deviation = np.where(missing, 0.0, values - mean[..., np.newaxis, :])
    second, third, fourth = ((deviation**power).sum(axis=-2) / count for power in (2, 3, 4))
    return n, second, third, fourth


def _learn_limits(values: Floats, skewness_limit: float, kurtosis_limit: float, most: int) -> LearntOutliers:
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
    return LearntOutliers(
        "winsorise", np.where(nothing, -np.inf, low), np.where(nothing, np.inf, high), settled=~beyond
    )


def _fit_exponents(values: Floats) -> Floats:
    """Return Yeo-Johnson's exponent of each item, ... x 1 x items; 1 where there is nothing to fit.

    The likelihood that scikit-learn maximises, searched by golden sections for all items and leading indexes at once::

        -n/2 ln var(y) + (lambda - 1) sum sign(x) ln(1 + |x|)
    """
    there = ~np.isnan(values)
    n = there.sum(axis=-2, keepdims=True)
    span = np.where(there, values, -np.inf).max(axis=-2, keepdims=True)
    span = span - np.where(there, values, np.inf).min(axis=-2, keepdims=True)
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
    return np.where((n > 2) & (span > _CONSTANT), (low + high) / 2, 1.0)


def _transform_power(values: Floats, exponents: Floats) -> Floats:
    """Return Yeo and Johnson's transform, ((x + 1)^l - 1) / l for x >= 0 and its mirror image below."""
    upper, lower = np.maximum(values, 0.0), np.maximum(-values, 0.0)

    def bend(x: Floats, power: Floats) -> Floats:
        safe = np.where(np.abs(power) < 1e-12, 1.0, power)
        return np.where(np.abs(power) < 1e-12, np.log1p(x), np.expm1(safe * np.log1p(x)) / safe)

    return np.where(values >= 0, bend(upper, exponents), -bend(lower, 2.0 - exponents))
