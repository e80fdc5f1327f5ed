"""Normalisation: question means onto a common scale, on arrays with any number of leading axes.

`scale` (the default) maps the ends of the answer scale to 0 and 100. It needs no other unit, so a score does not
change when another country joins. OECD/JRC Handbook on Constructing Composite Indicators (2008), step
"Normalisation" (min-max, here with fixed ends).
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.estimate import Floats


def normalise_scale(values: Floats, minimum: float, maximum: float, reverse: np.ndarray | bool = False) -> Floats:
    """Return ``100 (x - minimum) / (maximum - minimum)``, turned round where `reverse` is true.

    Parameters
    ----------
    values
        ... x questions, in scale points; NaN stays NaN.
    minimum, maximum
        The ends of the answer scale.
    reverse
        Per question: true where a high rating means low confidence; then ``100 - ...``.

    Returns
    -------
    ndarray
        Same shape, 0 to 100.

    Examples
    --------
    >>> normalise_scale(np.array([[0.0, 2.5], [10.0, 7.5]]), 0, 10, np.array([False, True]))
    array([[  0.,  75.],
           [100.,  25.]])
    """
    shares = 100.0 * (values - minimum) / (maximum - minimum)
    return np.where(reverse, 100.0 - shares, shares)
