"""Confidence intervals of scores: logit-t where scores have ends, plain t where they have none.

Which ends an index has follows from its methods (`IndexStructure.score_bounds`), and theirs from their records.

With p = score / 100 and t the quantile of Student's distribution with d degrees of freedom, K - 1 where all respondents
weigh the same (`weighted_variance.py`)::

    logit(p) +- t  se / (100 p (1 - p)),   taken back to the scale

Near the ceiling, where most scores lie, the plain interval score +- t se leaves the scale and covers too seldom.
Source: Korn and Graubard (1998), Survey Methodology 24, 193-201 (logit intervals for survey proportions); the use for
means of a bounded scale is our own. Method page: docs/methods/sampling-error.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.ranking import SCORE_RANGE


def estimate_logit_t_interval(
    score: Floats,
    se: Floats,
    degrees: Floats,
    confidence_level: float,
    *,
    bounds: tuple[float, float] = (0.0, SCORE_RANGE),
) -> tuple[Floats, Floats]:
    """Return the lower and upper ends of the logit-t interval; of the plain t interval where there are no bounds.

    Parameters
    ----------
    score
        Within the bounds.
    se
        Standard error, in score points.
    degrees
        Degrees of freedom of the standard error.
    confidence_level
        Between 0 and 1, such as 0.95.
    bounds
        The ends of the range of scores; infinite: score +- t se.

    Returns
    -------
    low, high
        Within the bounds; NaN where the score is at an end of the scale, the standard error is zero or NaN, or there
        are no degrees of freedom.

    Examples
    --------
    >>> low, high = estimate_logit_t_interval(np.array([90.0]), np.array([3.0]), np.array([7.0]), 0.95)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([80.36], [95.19])
    """
    from scipy.special import expit, logit, stdtrit  # noqa: PLC0415

    lowest, highest = bounds
    if np.isinf(highest - lowest):
        measured = (np.asarray(se) > 0) & (np.asarray(degrees) >= 1)
        reach = stdtrit(np.where(measured, degrees, 1), (1 + confidence_level) / 2) * np.where(measured, se, np.nan)
        return score - reach, score + reach
    width = highest - lowest
    p = (np.asarray(score, dtype=float) - lowest) / width
    usable = (p > 0) & (p < 1) & (np.asarray(se) > 0) & (np.asarray(degrees) >= 1)
    p = np.where(usable, p, 0.5)
    quantile = stdtrit(np.where(usable, degrees, 1), (1 + confidence_level) / 2)
    reach = quantile * np.where(usable, se, 0.0) / (width * p * (1 - p))
    low, high = lowest + width * expit(logit(p) - reach), lowest + width * expit(logit(p) + reach)
    return np.where(usable, low, np.nan), np.where(usable, high, np.nan)
