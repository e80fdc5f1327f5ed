"""When an item is constant, and two of its values tied: measured by the item's own size, not by that of others.

An indicator of .01 to .04 varies as much as one of 10,000 to 40,000, whatever stands beside it.
"""

from __future__ import annotations

import numpy as np

from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import AnswerScale

#: Values within this share of the largest of their item are the same.
SAME = 1e-9
#: What turning values round on a scale leaves, as a share of its farther end: some units in the last place.
_NOISE = 64 * np.finfo(float).eps
#: The same where no scale is known.
_LEAST = 1e-13


def find_limit(size: Floats, scale: AnswerScale | None = None) -> Floats:
    """Return how far apart two values of an item are at least, if they are not the same.

    Parameters
    ----------
    size
        ... x items: how large values are, without sign, such as the largest.
    scale
        On which they may have been turned round; None: not known.

    Examples
    --------
    >>> find_limit(np.array([0.04, 4e8]), AnswerScale(minimum=0.0, maximum=1e9)) < np.array([0.03, 0.3])
    array([ True, False])
    """
    least = _LEAST if scale is None else _NOISE * max(abs(scale.minimum), abs(scale.maximum))
    return np.maximum(SAME * np.abs(size), least)
