"""Weights from comparisons of pairs: the analytic hierarchy process (AHP).

Entry (i, j) says how many times more important item i is than item j. The weights are the principal right eigenvector,
divided by its sum; with its eigenvalue lambda and n items::

    consistency index  CI = (lambda - n) / (n - 1)
    consistency ratio  CR = CI / RI            RI: the mean CI of random comparisons

Source: Saaty (1987), The analytic hierarchy process - what it is and how it is used, Mathematical Modelling 9(3-5),
161-176; the random index is that of its table. A ratio above .10 says that the comparisons contradict each other.
Method page: docs/methods/ahp-weights.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from bpo_index.display.catalogue import phrase
from bpo_index.display.numbers import show_number
from bpo_index.fields import Finite
from bpo_index.scoring.arrays import Floats
from bpo_index.scoring.methods.record import Items, Option, Options, Problem, Surroundings, Weighting, WeightsReport

#: Mean consistency index of random comparisons of n items, n from 1.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
ACCEPTED_RATIO = 0.10
#: How far the product of a comparison and its inverse may be from one: people write 0.33 for a third.
_RECIPROCITY = 0.02


@dataclass(frozen=True)
class AhpWeights:
    """Weights from comparisons, and how consistent those are."""

    weights: Floats
    """... x items, sum one."""
    eigenvalue: Floats
    """...: the principal eigenvalue, n where the comparisons agree."""
    consistency_index: Floats
    """..."""
    consistency_ratio: Floats
    """...; 0 for one or two items, NaN for more than fifteen."""

    @property
    def is_consistent(self) -> bool:
        """Whether no ratio is above .10."""
        return bool(np.all(np.nan_to_num(self.consistency_ratio) <= ACCEPTED_RATIO))


def weigh_by_ahp(comparisons: ArrayLike) -> AhpWeights:
    """Return the weights of items from comparisons of pairs.

    Parameters
    ----------
    comparisons
        ... x items x items: positive, one on the diagonal, each the inverse of its mirror image (to 2 %).

    Raises
    ------
    ValueError
        When the comparisons are invalid; rows and columns are counted from 1.

    Examples
    --------
    >>> judged = weigh_by_ahp([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]])
    >>> judged.weights.round(4), round(float(judged.consistency_ratio), 6) + 0.0
    (array([0.5714, 0.2857, 0.1429]), 0.0)
    """
    matrix = np.asarray(comparisons, dtype=float)
    _check_comparisons(matrix)
    n = matrix.shape[-1]
    values, vectors = np.linalg.eig(matrix)
    first = values.real.argmax(axis=-1)[..., np.newaxis]
    eigenvalue = np.take_along_axis(values.real, first, axis=-1)[..., 0]
    vector = np.abs(np.take_along_axis(vectors, first[..., np.newaxis], axis=-1)[..., 0])
    weights = vector / vector.sum(axis=-1, keepdims=True)
    index = np.maximum(eigenvalue - n, 0.0) / max(n - 1, 1)
    random = RANDOM_INDEX[n - 1] if n <= len(RANDOM_INDEX) else np.nan
    ratio = index / random if random else np.zeros_like(index)
    return AhpWeights(weights, eigenvalue, index, ratio)


def _check_comparisons(matrix: Floats) -> None:
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        msg = f"comparisons must have as many rows as columns; found shape {matrix.shape}"
        raise ValueError(msg)
    if not (np.isfinite(matrix) & (matrix > 0)).all():
        msg = "comparisons must be finite and above zero"
        raise ValueError(msg)
    wrong = np.argwhere(np.abs(matrix * np.swapaxes(matrix, -1, -2) - 1) > _RECIPROCITY)
    if len(wrong):
        *_, i, j = (int(place) for place in wrong[0])
        msg = f"row {i + 1}, column {j + 1} of the comparisons must be the inverse of row {j + 1}, column {i + 1}"
        raise ValueError(msg)


def _take_ahp(items: Items, comparisons: ArrayLike | None) -> Floats:
    if comparisons is None:
        msg = "ahp needs comparisons: one row and column a category"
        raise ValueError(msg)
    counted = items.positions
    return weigh_by_ahp(np.asarray(comparisons)[np.ix_(counted, counted)]).weights


def _find_comparison_problems(options: Options, around: Surroundings) -> list[Problem]:
    comparisons, categories = options["comparisons"], len(around.categories)
    if comparisons is None or not categories:
        return []
    rows = comparisons if isinstance(comparisons, list | tuple) else []
    if len(rows) != categories or any(not isinstance(row, list | tuple) or len(row) != categories for row in rows):
        return [("comparisons", f"must have {categories} rows of {categories} numbers, one a category")]
    if not all(_is_number(item) and item > 0 for row in rows for item in row):
        return []
    for i in range(categories):
        for j in range(i, categories):
            if abs(rows[i][j] * rows[j][i] - 1) > _RECIPROCITY:
                says = (
                    f"row {i + 1}, column {j + 1} is {rows[i][j]:g}, so row {j + 1}, column {i + 1} must be its inverse"
                )
                return [("comparisons", f"{says} {1 / rows[i][j]:.3g}; found {rows[j][i]:g}")]
    return []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _describe_consistency(report: WeightsReport, options: Options) -> list[str]:
    del report
    judged = weigh_by_ahp(np.asarray(options["comparisons"]))
    ratio = show_number(float(judged.consistency_ratio), 3)
    if judged.is_consistent:
        return [phrase("notes.comparisons_consistent", ratio=ratio)]
    return [phrase("notes.comparisons_contradict", ratio=ratio, limit=show_number(ACCEPTED_RATIO, 2))]


COMPARISONS = Option(
    name="comparisons",
    type=tuple[tuple[Annotated[Finite, Field(ge=0.001, le=1000)], ...], ...] | None,
    line="For `ahp`: how many times more important the category of the row is than that of the column.",
    needed="one row and column a category",
)

RECORDS = (
    Weighting(
        name="ahp",
        line="comparisons of pairs of categories, with their consistency",
        page="ahp-weights",
        source="saaty1987",
        options=(COMPARISONS,),
        find_problems=_find_comparison_problems,
        order=9,
        weigh=_take_ahp,
        keys=("weighting",),
        learns=False,
        compares_units=False,
        describe=_describe_consistency,
    ),
)
