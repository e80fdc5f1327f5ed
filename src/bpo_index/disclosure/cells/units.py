"""Which units take part in an index: those with enough respondents. The others enter nothing that is computed."""

from __future__ import annotations

import numpy as np

from bpo_index.definition.method_block import Method
from bpo_index.scoring.arrays import Ints


def choose_units(respondents: Ints, method: Method) -> np.ndarray:
    """Return which units take part, from their accepted respondents.

    Examples
    --------
    >>> choose_units(np.array([4, 5, 12]), Method(minimum_respondents_to_publish=5))
    array([False,  True,  True])
    """
    return np.asarray(respondents >= method.minimum_respondents_to_publish)
