"""Average respondents into a units x questions matrix of design-weighted means.

For unit u and question q, over the respondents i who rated q::

    mean_uq = sum_i w_i x_iq / sum_i w_i

The default treatment of missing answers (`available_case`): whoever did not rate q takes no part in mean_uq. Both sums
are exact (`math.fsum`), so the order of respondents changes no bit. Method page: docs/methods/scores.md.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bpo_index.scoring.arrays import Floats, Ints
from bpo_index.scoring.methods.respondent_weights import Margin
from bpo_index.scoring.sampling_units import number_sampling_units
from bpo_index.scoring.unit_design import UnitDesign


@dataclass(frozen=True)
class UnitAnswers:
    """The accepted answers of one unit as arrays, respondents in the order of `sort_respondents`."""

    unit: str
    """The unit's code."""
    ratings: Floats
    """Respondents x questions; NaN where there is no rating."""
    weights: Floats
    """The respondents' weights, from 0: design weights, fitted to margins and trimmed where that is asked for."""
    cluster: Ints
    """The primary sampling unit of each respondent, numbered from 0: the company where known, else the respondent."""
    design_weights: Floats | None = None
    """Design weights before margins and trimming, above zero; None: `weights` are."""
    margins: tuple[Margin, ...] = ()
    """The margins that weights are fitted to, again in every replicate."""
    trim: float | None = None
    """No weight above so many times the mean; None: weights are not trimmed."""
    design: UnitDesign | None = None
    """How companies were drawn; None: from a large population, in the unit by itself."""
    importance: Floats | None = None
    """Respondents x categories: points for the importance of a category; NaN where none are given."""
    sampling_units: Ints | None = None
    """Per primary sampling unit: its number over the whole survey, the same where it answers in other units; None: none
    of these does."""

    @property
    def is_fitted(self) -> bool:
        """Whether weights are fitted to margins or trimmed, so that they depend on the other respondents."""
        return bool(self.margins) or self.trim is not None

    def sum_ratings(self) -> tuple[Floats, Floats]:
        """Return the weighted sum of each question's ratings, and the weight of those who rated it."""
        rated = ~np.isnan(self.ratings)
        weights = self.weights[:, np.newaxis] * rated
        return (weights * np.where(rated, self.ratings, 0.0)).sum(axis=0), weights.sum(axis=0)

    @property
    def respondents(self) -> int:
        """The number of respondents."""
        return len(self.weights)

    @property
    def clusters(self) -> int:
        """The number K of primary sampling units."""
        return int(self.cluster.max()) + 1 if self.respondents else 0

    @property
    def design_effect(self) -> float:
        """Kish's design effect of unequal weights, n sum w^2 / (sum w)^2; NaN without respondents."""
        return self.respondents / self.effective_n if self.respondents else math.nan

    @property
    def effective_n(self) -> float:
        """Kish's effective number of respondents, (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling, section 11.7)."""
        return math.fsum(self.weights) ** 2 / math.fsum(self.weights**2) if self.respondents else 0.0


def sort_respondents(accepted: pl.DataFrame, questions: Sequence[str]) -> pl.DataFrame:
    """Return the respondents sorted by unit, then by their answers; ids and companies only break ties.

    Resamples are drawn by position, so the same answers give the same numbers to the bit whatever the respondents are
    called.
    """
    fields = sorted(name for name in accepted.columns if name.startswith(("background_", "design.", "importance_")))
    return accepted.sort("unit", *questions, "design_weight", *fields, "cluster", "respondent_id")


def split_units(
    accepted: pl.DataFrame, units: Sequence[str], questions: Sequence[str], importance: Sequence[str] = ()
) -> list[UnitAnswers]:
    """Return the answers of each unit, in the order of `units`; a unit without respondents has arrays of length 0.

    Parameters
    ----------
    accepted
        One row per respondent with `unit, respondent_id, design_weight, cluster, <questions>`.
    units, questions
        Unit codes and question ids.
    importance
        Columns of points for the importance of categories.

    Raises
    ------
    ValueError
        When a design weight is not finite and above zero.
    """
    ordered = sort_respondents(accepted, questions)
    weights = ordered["design_weight"].to_numpy().astype(float)
    if not (np.isfinite(weights) & (weights > 0)).all():
        msg = "design weights must be finite and above zero"
        raise ValueError(msg)
    ratings = ordered.select(pl.col(list(questions)).cast(pl.Float64).fill_null(float("nan"))).to_numpy().astype(float)
    points = ordered.select(pl.col(list(importance)).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    numbers = number_sampling_units(ordered)
    codes = ordered["unit"].to_list()
    answers = []
    for unit in units:
        start, end = bisect_left(codes, unit), bisect_right(codes, unit)
        places = {number: n for n, number in enumerate(dict.fromkeys(numbers[start:end].tolist()))}
        answers.append(
            UnitAnswers(
                unit,
                np.ascontiguousarray(ratings[start:end]),
                weights[start:end],
                np.array([places[number] for number in numbers[start:end].tolist()], dtype=np.int64),
                importance=points[start:end] if importance else None,
                sampling_units=np.array(list(places), dtype=np.int64),
            )
        )
    return answers


def estimate_unit_means(answers: Sequence[UnitAnswers]) -> Floats:
    """Return the units x questions matrix of design-weighted means; NaN where nobody in the unit rated the question.

    Examples
    --------
    >>> ratings = np.array([[8.0, 3.0], [10.0, np.nan]])
    >>> estimate_unit_means([UnitAnswers("COL", ratings, np.array([1.0, 3.0]), np.arange(2))])
    array([[9.5, 3. ]])
    """
    questions = answers[0].ratings.shape[1] if answers else 0
    means = np.full((len(answers), questions), np.nan)
    for row, unit in zip(means, answers, strict=True):
        for question, column in enumerate(unit.ratings.T):
            rated = ~np.isnan(column)
            if rated.any():
                weights = unit.weights[rated]
                row[question] = math.fsum(weights * column[rated]) / math.fsum(weights)
    return means
