"""Which cells have so many rating points that more than their score may be published of their answers.

A score leaves open who answered what. Each further number that is made of the same answers, such as a standard error of
its own or a share of high ratings, leaves less. Where respondents and questions are few, score and standard error
together fit one set of answers only. Whether a cell has room follows from its numbers of respondents and questions, and
from the scale; never from the answers. Method page: docs/methods/disclosure.md.
"""

from __future__ import annotations

import numpy as np

from bpo_index.disclosure.cells.units import is_protected
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.structure import IndexStructure

#: From so many respondents on, so many rating points of each of them are needed: in 99 of 100 simulated cells at least
#: ten sets of totals fit score and standard error, both with two decimals (docs/adr/0020-public-facts.md).
POINTS_NEEDED = ((5, 200.0), (8, 50.0), (12, 30.0), (30, 10.0))
#: Questions with which shares of high and low ratings leave open who gave them; from so many respondents on, one is
#: enough.
_QUESTIONS_FOR_OUTCOMES, _MANY_RESPONDENTS = 6.0, 30
#: Sets of ratings that one respondent after the other could give, as a power of ten: with known, unequal weights a
#: score of two decimals needs so many, or it is published with one.
_SETS_NEEDED = 8.0


def find_room(counted: Floats, structure: IndexStructure) -> np.ndarray:
    """Return ... x nodes: whether numbers beside the score may be made of the answers of the cell.

    Parameters
    ----------
    counted
        ... x nodes: respondents, Kish's effective number under unequal weights.
    structure
        The index; everywhere where respondents are not protected.

    Examples
    --------
    Eight respondents and 24 questions, in categories of 6 and 18; scale 0 to 10:

    >>> structure = IndexStructure.of_categories([0] * 4 + [1] * 20, np.ones(24), np.ones(2))
    >>> find_room(np.array([[8, 8, 8], [5, 5, 5]]), structure)
    array([[ True, False,  True],
           [False, False,  True]])
    """
    if not is_protected(structure.method):
        return np.ones(np.shape(counted), dtype=bool)
    found = np.zeros(np.shape(counted), dtype=bool)
    for respondents, points in POINTS_NEEDED:
        found |= (counted >= respondents - 1e-9) & (structure.points >= points - 1e-9)
    return found


def find_outcome_room(counted: Floats, structure: IndexStructure) -> np.ndarray:
    """Return ... x nodes: whether shares of high and low ratings may be published beside score and standard error.

    Parameters
    ----------
    counted, structure
        As for `find_room`. Where there are few questions, a respondent's ratings follow from her total.
    """
    steps = structure.maximum - structure.minimum if structure.rating_steps is None else structure.rating_steps
    questions = structure.points / steps
    enough = (questions >= _QUESTIONS_FOR_OUTCOMES - 1e-9) | (np.asarray(counted) >= _MANY_RESPONDENTS - 1e-9)
    return find_room(counted, structure) & (enough | (not is_protected(structure.method)))


def find_decimals(counted: Floats, raters: Floats, structure: IndexStructure) -> np.ndarray:
    """Return ... x nodes: decimals of a score, two, or one where few respondents have weights of their own.

    Parameters
    ----------
    counted, raters
        ... x nodes: the effective number of respondents, and their number.
    structure
        The index.
    """
    unequal = counted < raters - 1e-6
    sets = raters * np.log10(structure.points + 1.0)
    return np.where(unequal & (sets < _SETS_NEEDED) & is_protected(structure.method), 1, 2)
