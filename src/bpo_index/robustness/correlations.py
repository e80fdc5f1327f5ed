"""Correlations of items: Pearson, Spearman (of ranks) and Kendall (tau-b), and of an item with the rest.

With concordant and discordant pairs of units C and D, and T_x, T_y pairs not tied in x, in y::

    tau-b = (C - D) / sqrt(T_x T_y)

Source: Kendall (1945), The treatment of ties in ranking problems, Biometrika 33(3), 239-251.
Method page: docs/methods/reliability.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats

CORRELATIONS = ("pearson", "spearman", "kendall")


def correlate_items(values: Floats, method: str) -> Floats:
    """Return the correlations of items over units, pairs of items with what both have.

    Parameters
    ----------
    values
        Units x items; NaN where there is none.
    method
        One of `CORRELATIONS`.

    Returns
    -------
    ndarray
        Items x items; NaN where an item is constant or fewer than two units have both.

    Raises
    ------
    ValueError
        When there is no such method.

    Examples
    --------
    >>> values = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 9.0]])
    >>> [float(correlate_items(values, method)[0, 1].round(3)) for method in CORRELATIONS]
    [0.803, 0.5, 0.333]
    """
    measures = {"pearson": _correlate_pearson, "spearman": _correlate_spearman, "kendall": _correlate_kendall}
    measure = measures.get(method)
    if measure is None:
        msg = f"method must be one of {', '.join(CORRELATIONS)}; found {method!r}"
        raise ValueError(msg)
    items = values.shape[1]
    table = np.full((items, items), np.nan)
    for i in range(items):
        for j in range(i, items):
            both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
            table[i, j] = table[j, i] = measure(values[both, i], values[both, j])
    return table


def correlate_item_total(values: Floats) -> Floats:
    """Return the correlation of each item with the sum of the others (corrected item-total correlation).

    Parameters
    ----------
    values
        Respondents or units x items; a row with a NaN takes no part.

    Returns
    -------
    ndarray
        Items; NaN with a single item, fewer than two rows, or where either side is constant.

    Examples
    --------
    >>> correlate_item_total(np.array([[1.0, 1.0, 2.0], [2.0, 3.0, 1.0], [3.0, 2.0, 3.0]])).round(3)
    array([1., 0., 0.])
    """
    complete = values[~np.isnan(values).any(axis=1)]
    rest = complete.sum(axis=1, keepdims=True) - complete
    if complete.shape[1] < 2:
        return np.full(complete.shape[1], np.nan)
    return np.array([_correlate_pearson(item, others) for item, others in zip(complete.T, rest.T, strict=True)])


def rank_average(values: Floats) -> Floats:
    """Return ranks from 1 for the lowest, ties averaged.

    Examples
    --------
    >>> rank_average(np.array([5.0, 7.0, 5.0]))
    array([1.5, 3. , 1.5])
    """
    below = (values[np.newaxis, :] < values[:, np.newaxis]).sum(axis=1)
    equal = (values[np.newaxis, :] == values[:, np.newaxis]).sum(axis=1)
    return np.asarray(below + (equal + 1) / 2)


def _correlate_pearson(x: Floats, y: Floats) -> float:
    if len(x) < 2:
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    scale = np.sqrt((x @ x) * (y @ y))
    return float(np.clip((x @ y) / scale, -1, 1)) if scale > 1e-18 else float("nan")


def _correlate_spearman(x: Floats, y: Floats) -> float:
    return _correlate_pearson(rank_average(x), rank_average(y))


def _correlate_kendall(x: Floats, y: Floats) -> float:
    sign_x, sign_y = (np.sign(values[:, np.newaxis] - values[np.newaxis, :]) for values in (x, y))
    scale = np.sqrt(float((sign_x != 0).sum()) * float((sign_y != 0).sum()))
    return float((sign_x * sign_y).sum() / scale) if scale > 0 else float("nan")
