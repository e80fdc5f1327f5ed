"""Which units take part in an index: those with enough respondents, none of whom has most of the weight.

The others enter nothing that is computed. Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from bpo_index.definition.method_block import Method
from bpo_index.scoring.arrays import Floats, Ints

#: A respondent with a larger share of the weight of a unit dominates it: its score is mostly what that one said.
DOMINANT_SHARE = 0.5
#: A definition that publishes units of so few respondents does not protect them, and says so by that.
UNPROTECTED = 1


def is_protected(method: Method) -> bool:
    """Return whether respondents are protected: whether a unit needs more than one of them.

    Examples
    --------
    >>> is_protected(Method()), is_protected(Method(minimum_respondents_to_publish=1))
    (True, False)
    """
    return bool(method.minimum_respondents_to_publish > UNPROTECTED)


def choose_units(respondents: Ints, method: Method) -> np.ndarray:
    """Return which units have enough respondents, from those that are accepted.

    Examples
    --------
    >>> choose_units(np.array([4, 5, 12]), Method(minimum_respondents_to_publish=5))
    array([False,  True,  True])
    """
    return np.asarray(respondents >= method.minimum_respondents_to_publish)


def find_dominated(weights: Sequence[Floats], method: Method) -> np.ndarray:
    """Return in which units one respondent has more than half of the weight.

    Parameters
    ----------
    weights
        Per unit: those of its respondents, from 0.
    method
        None is dominated where respondents are not protected.

    Examples
    --------
    >>> find_dominated([np.ones(5), np.array([8.0, 1.0, 1.0, 1.0, 1.0])], Method())
    array([False,  True])
    """
    if not is_protected(method):
        return np.zeros(len(weights), dtype=bool)
    return np.array([one.max(initial=0.0) > DOMINANT_SHARE * one.sum() for one in weights], dtype=bool)


def count_effective(weights: Floats) -> float:
    """Return how many respondents count for, by Kish's effective number: (sum w)^2 / sum w^2; 0 for none.

    Examples
    --------
    >>> count_effective(np.ones(5)), round(count_effective(np.array([4.0, 1.0, 1.0, 1.0, 1.0])), 2)
    (5.0, 3.2)
    """
    squares = math.fsum(weights**2)
    return math.fsum(weights) ** 2 / squares if squares else 0.0
